"""What the Train page is asked to do: sets, seeds and recipe, and the runs that follow."""

import dataclasses
import itertools
import statistics
from pathlib import Path

from mslt_core import pipeline
from mslt_core.pipeline.checkpoints import model_name
from mslt_core.spec.specs import TrainSpec, Where, set_name
from mslt_core.store import UNFINISHED
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.recipe import Recipe

TAKEN = {"done", *UNFINISHED}
"""States of runs whose seed needs no other run."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the controls ask for."""

    task: str
    data: str | None
    model: str
    sets: tuple[tuple[str, ...], ...]
    seeds: tuple[int, ...]
    recipe: Recipe

    @property
    def n_runs(self) -> int:
        """Every set with every seed."""
        return len(self.sets) * len(self.seeds)

    def specs(self) -> list[tuple[TrainSpec, Where]]:
        """Every run, checked against data and model before any is started."""
        return [
            pipeline.make_train_spec(
                task=self.task,
                data=self.data,
                model=self.model,
                source_langs=langs,
                seed=seed,
                roots=pipeline.allowed_roots(),
                **self.recipe.fields(),
            )
            for seed in self.seeds
            for langs in self.sets
        ]

    @property
    def names(self) -> list[str]:
        """Of the sets: MSLT(de, en), MSLT(de, en) + 10 th."""
        few_shot = self.recipe.shots, tuple(sorted(self.recipe.shot_langs))
        return [set_name(langs, *few_shot) for langs in self.sets]

    def shares(self) -> list[dict[str, int]]:
        """What each language of every set gets.

        Refused where the data has too little, or does not fit what is to be scored: all that can
        be said before the start, without the model. The first seed stands for all.
        """
        of_all = {"task": self.task, "data": self.data, "seed": self.seeds[0]}
        of_all |= self.recipe.fields()
        return [cached.expected_shares({**of_all, "source_langs": langs}) for langs in self.sets]

    def uneven_shares(self) -> list[str]:
        """What each language gets, set by set, where it is not the same for all."""
        told = [
            f"{name}: {', '.join(f'{lang} {n:,}' for lang, n in shares.items())} examples."
            for name, shares in zip(self.names, self.shares(), strict=True)
        ]
        return told if self.recipe.alpha or self.recipe.shots else []


def free_seeds(
    context: Context,
    task: str,
    recipe: Recipe,
    sets: tuple[tuple[str, ...], ...],
    model: str | None = None,
) -> tuple[int, ...]:
    """The first seeds that none of the sets has been trained with yet: more runs, not the same.

    Nor is about to be: what was stopped, failed or got lost is trained before another. Seeds of
    every model count as taken unless `model` says from which one is trained.
    """
    used = {
        info.spec.seed
        for info in context.runs
        if (info.has_scores or info.state in TAKEN)
        and _alike(info.spec, task, model, recipe)
        and info.spec.source_langs in sets
    }
    unused = (seed for seed in itertools.count() if seed not in used)
    return tuple(itertools.islice(unused, recipe.n_seeds))


def expected_s(context: Context, plan: Plan) -> float | None:
    """How long the plan will take, told by runs of the same size; None if there were none."""
    took = [
        info.elapsed_s
        for info in context.runs
        if info.state == "done" and _alike(info.spec, plan.task, plan.model, plan.recipe)
    ]
    return plan.n_runs * statistics.median(took) if took else None


def _alike(spec: TrainSpec, task: str, model: str | None, recipe: Recipe) -> bool:
    """The same task, model and recipe; what is left to the task or the model is not compared."""
    fields = recipe.fields() | {"shot_langs": tuple(sorted(recipe.shot_langs))}
    del fields["eval_data"]  # the spec has a fingerprint in its place
    if model is not None:  # the name is told by the words alone: no hub is asked, no folder read
        fields["model"] = model_name(model, Path(model))
    return spec.task == task and all(
        getattr(spec, name) == value for name, value in fields.items() if value is not None
    )
