"""What a reader must know of the parallel sentences before believing any figure of them."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.languages import label
from mslt_core.spec.measuring import Misaligned
from pages._shared.messages import escape


def tell_notes(notes: Sequence[str]) -> None:
    """What is left out, or twice, or cut."""
    if notes:
        st.caption(escape("; ".join(notes) + "."))


def warn_of_shifts(shifts: Sequence[Misaligned], measures: Measures) -> None:
    """Lines that seem to belong to other lines, and languages whose lines belong to none."""
    for shift in shifts:
        st.warning(
            escape(
                f"There {shift.share:.0%} of the sentences of {label(shift.anchor)} are nearest "
                f"to the one {abs(shift.offset)} {'after' if shift.offset > 0 else 'before'} "
                f"their own, and {shift.share_paired:.0%} to their own. What is measured between "
                "the two says little until the files are mended."
            ),
            title=escape(_title(shift)),
        )
    shifted = {shift.lang for shift in shifts}
    lost = [lang for lang in pipeline.at_chance(measures) if lang not in shifted]
    if lost:
        st.warning(
            "Either this encoder does not read them, or their lines are not translations of the "
            "others' lines.",
            title=escape(
                f"In {measures.checkpoints[0].name} no sentence finds its translation more often "
                f"than by guessing in {', '.join(map(label, lost))}, at no layer."
            ),
        )


def _title(shift: Misaligned) -> str:
    where = "" if shift.all_along else f" from sentence {shift.start} on"
    if shift.all_along and shift.offset > 0:
        return (
            f"Line 1 of {label(shift.anchor)} seems to belong to line {1 + shift.offset} of "
            f"{label(shift.lang)}."
        )
    by = f"{shift.offset:+d}".replace("-", "−")
    return (
        f"The lines of {label(shift.lang)} seem shifted by {by} against those of "
        f"{label(shift.anchor)}{where}."
    )
