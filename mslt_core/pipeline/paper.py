"""The paper's own figures beside the sets that they belong to."""

from collections.abc import Mapping

from mslt_core.analysis.paper import overlay
from mslt_core.analysis.paper_checks import POOL, Group, Key, Side
from mslt_core.analysis.paper_english import english_fixed
from mslt_core.data.paper import paper_tables
from mslt_core.pipeline.choosing import select
from mslt_core.pipeline.ingredients import Access
from mslt_core.spec.rankings import EnglishFixed, PaperOverlay, PaperTask
from mslt_core.spec.selecting import Criterion, PretrainingFigures, SelectSpec

K = 3

ALL_TASKS: tuple[Criterion, ...] = ("syntax", "phonology", "inventory", "family", "geography")
BY_MODEL: tuple[tuple[Group, PretrainingFigures], ...] = (("xlmr", "xlmr_gib"), ("bloom", "bloom"))


def paper_overlay(access: Access) -> tuple[PaperOverlay, EnglishFixed]:
    """What the paper reports of which set, where its tables and our picks determine the set.

    Our picks are those with macro-language codes, which agree with the paper's; another choice of
    codes cannot change what it printed. Vocabulary coverage and LM embeddings need models and
    text that are not here: for them the tables alone decide. The second part is about the sets
    with English, ranked among themselves.
    """
    tables = paper_tables()
    found = overlay(tables, _picks(access, (("max", False), ("min", True))))
    with_english = _picks(access, (("max", False),), include=("en",))
    return found, english_fixed(tables, with_english, found.scores)


def writing_system_scores() -> Mapping[PaperTask, tuple[float, float, float]]:
    """The paper's Table 4 as printed: mean scores of sets with one, two and three scripts."""
    return paper_tables().writing_systems


def _picks(
    access: Access,
    sides: tuple[tuple[Side, bool], ...],
    include: tuple[str, ...] = (),
) -> dict[Key, tuple[tuple[str, ...], ...]]:
    """The tied best sets of each criterion that is computed here."""
    picks: dict[Key, tuple[tuple[str, ...], ...]] = {}
    for criterion in ALL_TASKS:
        for side, minimise in sides:
            asked = SelectSpec(
                pool=POOL,
                k=K,
                criterion=criterion,
                minimise=minimise,
                include=include,
            )
            picks[criterion, side, "all"] = _best(access, asked)
    for group, figures in BY_MODEL:
        asked = SelectSpec(
            pool=POOL, k=K, criterion="pretraining_size", pretraining=figures, include=include
        )
        picks["pretraining_size", "max", group] = _best(access, asked)
    return picks


def applies_to(spec: SelectSpec) -> bool:
    """Whether a question is about the paper's 35 sets."""
    return spec.free == POOL and spec.k == K


def _best(access: Access, spec: SelectSpec) -> tuple[tuple[str, ...], ...]:
    sets = select(access, spec).sets
    return tuple(s.source_langs for s in sets.best(int((sets.ranks == 1).sum())))
