"""The question of a sweep: many runs that differ in sets, models, budgets, rates and seeds."""

import dataclasses
import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from mslt_core.spec.base import Langs, Seed, Spec
from mslt_core.spec.errors import SpecError
from mslt_core.spec.specs import TrainSpec, Where

Order = Literal["go", "pause", "cancel"]
"""What the workers of a sweep were told last."""

CellState = Literal["done", "running", "waiting", "failed", "stopped"]

MAX_RUNS = 10_000
"""Nobody means more in one sweep; 2^20 sets are quickly written."""


class SweepSpec(Spec):
    """Every source set with every model, budget, learning rate and seed."""

    task: str
    data: str | None = None
    models: tuple[str, ...] = ("base",)
    source_sets: tuple[Langs, ...]
    budgets: tuple[int, ...]
    learning_rates: tuple[float | None, ...] = Field(
        default=(None,), description="None: what suits the model"
    )
    seeds: tuple[Seed, ...] = (0,)
    recipe: tuple[tuple[str, Any], ...] = Field(
        default=(), description="what else `make_train_spec` is told, the same for every run"
    )
    paper_recipe: bool = Field(
        default=False, description="each model as in the paper's Table 5, where that has it"
    )

    oracles: bool = Field(
        default=False, description="each target on its own training data as well, where it has any"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, what in (
            ("source_sets", "set of source languages"),
            ("models", "model"),
            ("budgets", "budget"),
            ("learning_rates", "learning rate"),
            ("seeds", "seed"),
        ):
            values = getattr(self, name)
            if not values or () in values:
                raise SpecError(f"a sweep needs at least one {what}", hint="Choose one.")
            if len(set(values)) < len(values):
                raise SpecError(f"the same {what} is given twice: {values}")
        if self.n_runs > MAX_RUNS:
            raise SpecError(
                f"a sweep has at most {MAX_RUNS:,} runs, got {self.n_runs:,}",
                hint="Choose fewer languages, sizes or seeds.",
            )
        return self

    @property
    def n_runs(self) -> int:
        """Every value with every other."""
        recipes = len(self.models) * len(self.budgets) * len(self.learning_rates)
        return recipes * len(self.source_sets) * len(self.seeds)

    def recipes(self) -> Iterator[tuple[str, int, float | None]]:
        """Model, budget and learning rate: what sets and seeds are tried with."""
        return itertools.product(self.models, self.budgets, self.learning_rates)


class ProbeSpec(Spec):
    """What does this recipe take of this machine? A run of a few steps and a few scored items."""

    schema_number: ClassVar[int] = 4  # from 3 on also what it takes of a GPU's memory

    run: TrainSpec
    machine: str = Field(description="name of the machine, and which GPUs it may use")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """One run of a sweep, and where its files lie."""

    spec: TrainSpec
    where: Where

    @property
    def run(self) -> str:
        """The run's name in the store."""
        return self.spec.digest()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Engine:
    """Who does a sweep's runs: workers on this machine, or the nodes of a Ray cluster."""

    name: Literal["local", "ray"] = "local"
    address: str = "local"
    """Of the cluster; local starts one for the sweep alone."""
    gpus_per_run: float = 0.0
    retries: int = 3
    """How often Ray does a run again whose node or process died."""

    def __post_init__(self) -> None:
        for what, value in (("GPUs a run", self.gpus_per_run), ("retries", self.retries)):
            if not 0 <= value < math.inf:
                raise SpecError(f"{what} must be a number from 0 on, got {value:g}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sweep:
    """A plan that was started. What is done of it is told by the run folders alone."""

    runs: tuple[PlannedRun, ...]
    keep_weights: bool
    engine: Engine = Engine()
    created_utc: str = ""

    @property
    def digest(self) -> str:
        """The same runs are the same sweep, in whatever order they were planned."""
        return hashlib.sha256(" ".join(sorted(r.run for r in self.runs)).encode()).hexdigest()[:16]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SweepCell:
    """One run of a sweep as it is now."""

    run: str
    name: str
    """SSLT(en), MSLT(de, en, es) + 10 th, Oracle(th)."""
    source_langs: tuple[str, ...]
    seed: int
    recipe: str
    """What tells it from other runs of the set but the seed, such as ``3,000 examples``; may be
    empty."""
    state: CellState
    told: str
    """Progress, result or reason, for the reader."""
    oracle: bool = False

    @property
    def column(self) -> str:
        """What tells its column of the grid from others but the seed; may be empty."""
        return ", ".join(filter(None, (self.recipe, "oracle" * self.oracle)))

    @property
    def about(self) -> str:
        """Which run it is, for the reader."""
        return ", ".join(filter(None, (self.name, self.recipe, f"seed {self.seed}")))


@dataclasses.dataclass(frozen=True, kw_only=True)
class RatesFound:
    """How one model's learning rates score on held-out rows of the sources, under one budget."""

    model: str
    budget: int
    scores: dict[float, float | None]
    """Rate to score, a ratio; the same runs for all rates. None where no run has all of them."""
    n_runs: int
    """Sets and seeds that every rate has."""
    n_wanted: int

    @property
    def best(self) -> float | None:
        """The rate that scores best; of equal ones the smallest."""
        known = {rate: score for rate, score in self.scores.items() if score is not None}
        return max(sorted(known), key=known.__getitem__, default=None)

    @property
    def told(self) -> str:
        """The best rate and all scores, in a sentence or two."""
        if self.best is None:
            return ""
        scores = [s for s in self.scores.values() if s is not None]
        listed = ", ".join(
            f"{r:g}: {100 * s:.1f}" for r, s in zip(self.scores, scores, strict=True)
        )
        runs = "one run" if self.n_runs == 1 else f"the mean of {self.n_runs} runs"
        best = [f"{rate:g}" for rate in sorted(self.scores) if self.scores[rate] == max(scores)]
        alike = len(best) > 1
        told = (
            f"Learning rate{'s' * alike} {' and '.join(best)} score{'s' * (not alike)} best"
            f"{', and the same,' * alike} on held-out rows of the sources with "
            f"{self.model} and {self.budget:,} examples ({runs} each; {listed})."
        )
        if alike:
            return told
        edge = {min(self.scores): "smaller", max(self.scores): "larger"}.get(self.best)
        return f"{told} It is at the edge: a {edge} one may be better." if edge else told


@dataclasses.dataclass(frozen=True, kw_only=True)
class SweepStatus:
    """A sweep as it is now."""

    sweep: str
    title: str
    """35 sets x 3 seeds on wikiann, 3,000 examples each."""
    created_utc: str
    order: Order
    n_workers: int
    """Living processes that work on it."""
    cells: tuple[SweepCell, ...]
    """In the order of the plan."""
    per_hour: float | None
    """Runs an hour, by those that ended last; None while none has."""
    eta_s: float | None
    last_words: str = ""
    """Of its workers, where runs are left and none of them lives."""
    rates: tuple[RatesFound, ...] = ()
    """Where learning rates were tried, for each model and budget."""

    def count(self, state: CellState) -> int:
        """Runs in this state."""
        return sum(cell.state == state for cell in self.cells)

    @property
    def state(self) -> str:
        """In a word, for machines and headlines."""
        left = self.count("waiting") + self.count("running")
        if not left:
            return "done" if self.count("done") == len(self.cells) else "ended"
        if self.order == "go":
            return "running" if self.n_workers else "idle"
        halting, halted = {"pause": ("pausing", "paused")}.get(
            self.order, ("cancelling", "cancelled")
        )
        return halting if self.n_workers else halted


def columns(cells: Sequence[SweepCell]) -> list[tuple[str, int]]:
    """Recipe and seed of every column of the grid, in the order of the plan."""
    return list(dict.fromkeys((cell.column, cell.seed) for cell in cells))
