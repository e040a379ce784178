"""Which runs and how many sentences the figures of Mingling rest on."""

from collections.abc import Sequence

from mslt_core import figures
from mslt_core.spec.results import MingleResult, RunInfo
from mslt_core.spec.specs import MingleSpec
from pages._shared.context import Context


def runs_of(context: Context, look: MingleSpec) -> tuple[RunInfo, ...]:
    """The runs that are looked at."""
    return tuple(info for info in context.runs if info.run in look.checkpoints)


def sentences_told(langs: Sequence[str], n: int) -> str:
    """How much is looked at: 8 languages, 200 sentences each."""
    return f"{figures.count(len(langs), 'language')}, {figures.count(n, 'sentence')} each"


def maps_size(result: MingleResult) -> str:
    """What the maps show, and what the CKA above them is measured on where that is more."""
    drawn, cka = result.maps[0], result.ckas[0]
    told = sentences_told(drawn.langs, len(drawn.ids))
    return f"{told}; CKA of {cka.n:,}" if cka.n != len(drawn.ids) else told
