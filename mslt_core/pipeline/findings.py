"""What is known of an experiment so far, from what is stored; nothing is computed of a model."""

import itertools
from collections.abc import Sequence

from mslt_core.pipeline.grouping import alike
from mslt_core.pipeline.measured import Measures, collapsed, difference, layer_curves
from mslt_core.pipeline.offers import LOOK_SETS
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.evidence import MIN_SEEDS
from mslt_core.spec.findings import NextStep, SpaceChange, SpaceShift
from mslt_core.spec.measuring import MeasureSpec, Part
from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import MingleSpec

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
) -> NextStep:
    """What is missing first: a baseline, several sources, seeds, a look inside, a sweep.

    Seeds are those of sets that one recipe trains: plain ones, or ones with the same few-shot
    examples. `compared` are the sets that are shown, the baseline among them; `looked` and
    `judged` tell whether the space was measured and the criteria were asked.
    """
    if not any(len(group.source_langs) == 1 for group in groups):
        return NextStep(step="baseline", sets=(("en",),))
    if not any(len(group.source_langs) > 1 for group in groups):
        return NextStep(step="several", sets=(LOOK_SETS[1],))
    few = [group for group in compared if len(group.runs) < MIN_SEEDS]
    if few:
        now = alike(few)
        spec = now[0].runs[0].spec
        return NextStep(
            step="seeds",
            sets=tuple(group.source_langs for group in now),
            names=tuple(group.name for group in now),
            few_shot=(spec.shots, spec.shot_langs),
        )
    if not looked:
        return NextStep(step="look")
    if not any(sweep.k > 1 for sweep in sweeps):
        return NextStep(step="sweep")
    return NextStep(step="more" if judged else "criteria")
