"""Criteria against results, in the words of the pages."""

from mslt_core.figures import judged_text
from mslt_core.pipeline import Average
from mslt_core.spec.judging import Judged

AVERAGES: dict[Average, str] = {
    "shared": "unseen by all sets",
    "paper": "each set's own unseen, as the paper",
}


def answer(judged: Judged) -> str:
    """The finding in a sentence or two, beside random choice."""
    return judged_text.answer(judged, bold="**")
