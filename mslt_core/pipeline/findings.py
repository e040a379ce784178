"""What is known of an experiment so far, from what is stored; nothing is computed of a model."""

import itertools
from collections.abc import Sequence

from mslt_core.pipeline.grouping import alike, group_key
from mslt_core.pipeline.measured import Measures, collapsed, difference, layer_curves
from mslt_core.pipeline.offers import LOOK_SETS
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.evidence import MIN_SEEDS
from mslt_core.spec.findings import NextStep, SpaceChange, SpaceShift
from mslt_core.spec.measuring import MeasureSpec, Part
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.specs import MingleSpec
from mslt_core.store import UNFINISHED

PARTS: tuple[Part, ...] = ("cka", "pairs", "mixing")
"""What the change of a space is told by."""


def change_asked(look: MingleSpec, runs: Sequence[str]) -> MeasureSpec:
    """The last layer of the base of a look and of these runs, as Mingling measures them."""
    return MeasureSpec(
        checkpoints=(look.checkpoints[0], *runs),
        corpus=look.corpus,
        langs=look.langs,
        pooling=look.pooling,
        layers=(-1,),
        parts=PARTS,
    )


def space_change(measures: Measures) -> SpaceChange:
    """How mingling, CKA and retrieval change from each checkpoint to the next, the base first."""
    last = len(measures.checkpoints) - 1
    ranks = layer_curves(measures, "effective_rank")
    return SpaceChange(
        checkpoints=measures.checkpoints,
        mingling=tuple(curve.points[-1] for curve in layer_curves(measures, "mingling")),
        effective_rank=tuple(curve.points[-1].value for curve in ranks),
        shifts=tuple(_shift(measures, *pair) for pair in itertools.pairwise(range(last + 1))),
        overall=_shift(measures, 0, last),
        collapsed=collapsed(measures, last),
        n=measures.n,
        langs=measures.langs,
    )


def _shift(measures: Measures, before: int, after: int) -> SpaceShift:
    of = (before, after)
    return SpaceShift(
        before=measures.checkpoints[before].name,
        after=measures.checkpoints[after].name,
        mingling=difference(measures, "mingling", of),
        linear_cka=difference(measures, "linear_cka", of),
        retrieval_p1=difference(measures, "retrieval_p1", of),
    )


def next_step(
    groups: Sequence[RunGroup],
    compared: Sequence[RunGroup],
    sweeps: Sequence[Swept],
    *,
    looked: bool,
    judged: bool,
    runs: Sequence[RunInfo] = (),
) -> NextStep:
    """What is missing first: a baseline, several sources, seeds, a look inside, a sweep.

    Seeds are those of sets that one recipe trains: plain ones, or ones with the same few-shot
    examples. `compared` are the sets that are shown, the baseline among them; `looked` and
    `judged` tell whether the space was measured and the criteria were asked. Seeds of `runs` that
    are not finished yet are not asked for again.
    """
    if not any(len(group.source_langs) == 1 for group in groups):
        return NextStep(step="baseline", sets=(("en",),))
    if not any(len(group.source_langs) > 1 for group in groups):
        return NextStep(step="several", sets=(LOOK_SETS[1],))
    taken = {g.key: _seeds(g, runs) for g in compared if len(g.runs) < MIN_SEEDS}
    few = [group for group in compared if group.key in taken]
    now = alike([group for group in few if len(taken[group.key]) < MIN_SEEDS])
    under_way = tuple(group.name for group in few if len(taken[group.key]) >= MIN_SEEDS)
    if now:
        spec = now[0].runs[0].spec
        in_common = set[int].intersection(*(taken[group.key] for group in now))
        return NextStep(
            step="seeds",
            sets=tuple(group.source_langs for group in now),
            names=tuple(group.name for group in now),
            few_shot=(spec.shots, spec.shot_langs),
            n_seeds=MIN_SEEDS - len(in_common),
            under_way=under_way,
        )
    if not looked:
        return NextStep(step="look", under_way=under_way)
    if not any(sweep.k > 1 for sweep in sweeps):
        return NextStep(step="sweep", under_way=under_way)
    return NextStep(step="more" if judged else "criteria", under_way=under_way)


def _seeds(group: RunGroup, runs: Sequence[RunInfo]) -> set[int]:
    """What a set was trained with, or will be soon."""
    unfinished = [info for info in runs if info.state in UNFINISHED]
    coming = {info.spec.seed for info in unfinished if group_key(info.spec) == group.key}
    return coming | {info.spec.seed for info in group.runs}
