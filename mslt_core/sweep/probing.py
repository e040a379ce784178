"""What a recipe takes of this machine, measured: a run of a few steps and a few scored items."""

import dataclasses
import math
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mslt_core import jobs, machine
from mslt_core.pipeline import execute_training, untracked
from mslt_core.pipeline.training import KEEPING
from mslt_core.pipeline.widest import gpu_memory
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.sweeps import PlannedRun, ProbeSpec
from mslt_core.store import Arrays, Store

PROBE_STEPS = 6
PROBE_ITEMS = 64
"""A language, of which its own start takes too much where they are fewer; passes through the model
without a step back, so that they take no longer than the steps."""
PROBE_TARGETS = 2
ALL_ITEMS = 2000
"""Where everything is scored, so many items a language are counted: what test sets often have."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pace:
    """How long a recipe's parts take on this machine, and how much of its GPU."""

    fixed_s: float
    """Reading the data, loading the model, keeping the weights."""
    step_s: float
    item_s: float
    gpu_bytes: float = 0.0
    """The most that was held; 0 without a GPU."""
    gpu_total: float = 0.0

    def run_s(self, spec: TrainSpec) -> float:
        """A whole run, with every point of its learning curve."""
        items = len(spec.target_langs) * (spec.eval_limit or ALL_ITEMS)
        points = math.ceil(spec.steps / spec.eval_every) if spec.eval_every else 0
        # the last weights are scored, as the curve's last point if it has any, and those chosen
        times = max(points, 1) + (spec.select != "last")
        scored = times * items + points * spec.holdout
        return self.fixed_s + spec.steps * self.step_s + scored * self.item_s


def probes_of(runs: Sequence[PlannedRun]) -> dict[str, ProbeSpec]:
    """The probe that tells the pace of each run.

    It is the same for all sets, oracles, seeds, budgets and rates: the plan's first run stands for
    them.
    """
    first: dict[str, ProbeSpec] = {}
    neutral = {"source_langs": ("en",), "target_langs": ("en",), "budget": 1}
    return {
        planned.run: first.setdefault(
            _small(planned.spec).but(**neutral).digest(), _probe(planned.spec)
        )
        for planned in runs
    }


def _small(spec: TrainSpec) -> TrainSpec:
    """The same run with a few steps and a few items to score, on rows that a source surely has."""
    share = (spec.budget - spec.shots * len(spec.shot_langs)) // len(spec.source_langs)
    return spec.but(
        seed=0,
        steps=PROBE_STEPS,
        target_langs=spec.target_langs[:PROBE_TARGETS],
        eval_limit=PROBE_ITEMS,
        source_langs=spec.source_langs[:1],
        learning_rate=1e-5,
        budget=min(PROBE_STEPS * spec.batch_size, share),
        # scored once, at the end, and on nothing that the sources were asked for
        **{"eval_every": None, "select": "last", "holdout": 0, "shots": 0, "shot_langs": ()},
        oracle=False,
        keep_every=None,
    )


def _probe(spec: TrainSpec) -> ProbeSpec:
    """A small run on this machine."""
    gpus, n_each = machine.all_gpus()
    return ProbeSpec(run=_small(spec), machine=" ".join([platform.node(), *gpus, f"({n_each})"]))


def execute_probe(
    store: Store,
    spec: ProbeSpec,
    where: Where,
    /,
    *,
    report: jobs.Report,
    should_stop: jobs.ShouldStop,
) -> bool:
    """Measure and keep the pace; False if it was asked to stop."""
    seen: list[tuple[float, int, str]] = []

    def timed(done: int, total: int, message: str) -> None:
        seen.append((time.monotonic(), done, message))
        report(done, total, f"measuring: {message}")

    with tempfile.TemporaryDirectory() as scratch:
        own = Store(scratch)
        own.runs.create(spec.run, where)
        with own.runs.claim(spec.run.digest()), untracked():
            finished = execute_training(own, spec.run, where, report=timed, should_stop=should_stop)
            ended_s = time.monotonic()
            if finished:
                held, total = gpu_memory(spec.run, where, Path(scratch) / "widest")
    if finished:
        pace = _measured(seen, ended_s, PROBE_ITEMS)
        pace = dataclasses.replace(pace, gpu_bytes=held, gpu_total=total)
        store.arrays.put(
            spec, {k: np.array(v, np.float64) for k, v in dataclasses.asdict(pace).items()}
        )
    return finished


def measured_pace(store: Store, probe: ProbeSpec) -> Pace | None:
    """What the probe found; None where it was not made yet."""
    arrays: Arrays | None = store.arrays.peek(probe)
    return Pace(**{name: float(value) for name, value in arrays.items()}) if arrays else None


def _measured(seen: Sequence[tuple[float, int, str]], ended_s: float, n_items: int) -> Pace:
    """Split a run's time at its reports; `n_items` are those of a target.

    The first step and the first target also warm up: the rest of a run goes by the others. Nor is
    the keeping of the weights among what the few items took: for a large model that is
    many times as long.
    """
    steps = [(at_s, done) for at_s, done, message in seen if message == "training"]
    scoring_s = [at_s for at_s, _, message in seen if message.startswith("scoring")]
    (first_s, first), (last_s, last) = steps[0], steps[-1]
    step_s = (last_s - first_s) / max(last - first, 1)
    training_s = step_s * last
    keeping_s = next(at_s for at_s, _, message in seen if message == KEEPING)
    target_s = keeping_s - scoring_s[-1]
    whole_s = ended_s - seen[0][0]
    return Pace(
        fixed_s=max(whole_s - training_s - len(scoring_s) * target_s, 0.0),
        step_s=step_s,
        item_s=target_s / n_items,
    )
