"""What the Train page is asked to do: sets, seeds and recipe, and the runs that follow."""

import dataclasses
import itertools
import statistics
from typing import Any

from mslt_core import pipeline
from mslt_core.spec.specs import TrainSpec, Where
from pages._shared.context import Context
from pages._shared.recipe import Recipe


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
        fields: dict[str, Any] = dataclasses.asdict(self.recipe)
        del fields["n_seeds"]
        return [
            pipeline.make_train_spec(
                task=self.task,
                data=self.data,
                model=self.model,
                source_langs=langs,
                seed=seed,
                roots=pipeline.allowed_roots(),
                **fields,
            )
            for seed in self.seeds
            for langs in self.sets
        ]

    def uneven_shares(self) -> list[str]:
        """What each language gets, set by set, where it is not the same for all."""
        if not (self.recipe.alpha or self.recipe.shots):
            return []
        lines = []
        for spec, where in self.specs()[: len(self.sets)]:
            shares = pipeline.realised(spec, where)
            parts = ", ".join(f"{lang} {n:,}" for lang, n in shares.items())
            lines.append(f"{spec.name}: {parts} examples.")
        return lines


def free_seeds(
    context: Context, task: str, recipe: Recipe, sets: tuple[tuple[str, ...], ...]
) -> tuple[int, ...]:
    """The first seeds that none of the sets has been trained with yet: more runs, not the same."""
    used = {
        info.spec.seed
        for info in context.runs
        if _alike(info.spec, task, recipe) and info.spec.source_langs in sets
    }
    unused = (seed for seed in itertools.count() if seed not in used)
    return tuple(itertools.islice(unused, recipe.n_seeds))


def expected_s(context: Context, plan: Plan) -> float | None:
    """How long the plan will take, told by runs of the same size; None if there were none."""
    took = [
        info.elapsed_s
        for info in context.runs
        if info.state == "done" and _alike(info.spec, plan.task, plan.recipe)
    ]
    return plan.n_runs * statistics.median(took) if took else None


def _alike(spec: TrainSpec, task: str, recipe: Recipe) -> bool:
    """The same task and recipe; what is left to the task or the model is not compared."""
    fields = dataclasses.asdict(recipe) | {"shot_langs": tuple(sorted(recipe.shot_langs))}
    del fields["n_seeds"], fields["eval_data"]  # the spec has a fingerprint in its place
    return spec.task == task and all(
        getattr(spec, name) == value for name, value in fields.items() if value is not None
    )
