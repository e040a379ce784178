"""What a sweep will cost before it is started: disk, a GPU's memory, time, money.

Time comes from finished runs of the same recipe, or else from a probe: a run of a few steps and a
few scored items, in a process of its own on this machine.
"""

import dataclasses
import math
import operator
import platform
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from mslt_core import jobs
from mslt_core.pipeline import execute_training, experiment_key, untracked
from mslt_core.pipeline.training import KEEPING
from mslt_core.pipeline.widest import gpu_memory
from mslt_core.spec import room
from mslt_core.spec.results import RunInfo
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.sweeps import PlannedRun, ProbeSpec
from mslt_core.store import Arrays, Store
from mslt_core.sweep import disk

PROBE_STEPS = 6
PROBE_ITEMS = 16
PROBE_TARGETS = 2
ALL_ITEMS = 2000
"""Where everything is scored, so many items a language are counted: what test sets often have."""

GPU_MARGIN = 1.1
"""What a run is given of a GPU beside what the probe found: memory comes and goes in blocks."""

TimeSource = Literal["runs", "shipped", "probe", "unknown"]


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Estimate:
    """What the runs that are not done yet will take."""

    n_runs: int
    n_done: int
    weights_bytes: int
    """Of one run; the largest where models differ."""
    kept_bytes: int
    """Weights that stay when all is done."""
    passing_bytes: int
    """What the runs at work take beside that at their fullest, gone with their end."""
    free_bytes: int
    seconds: float | None
    """Until all is done, with `n_workers` side by side; None while nothing tells."""
    n_workers: int
    source: TimeSource
    """What told the time: runs of this store, shipped ones of another machine, or a probe."""
    cost: float | None
    all_items: bool
    """Whether some run scores all that there is, which no probe counts."""
    gpu_bytes: int
    """What a run takes of its GPU at the most, the largest where recipes differ; 0 if unknown."""
    gpu_total: int
    """Of that GPU; 0 if unknown."""
    n_sharing: int
    """Runs that will share a GPU; 0 without one."""

    @property
    def supposed(self) -> str:
        """What the time goes by without knowing it; may be empty."""
        if self.source != "probe":
            return ""
        items = f"with {ALL_ITEMS:,} test items a language supposed where all are scored"
        alone = f"as if {self.n_sharing} runs on a GPU were each as fast as one alone"
        shared = self.gpu_bytes > 0 and self.n_sharing > 1
        return ", ".join([items] * self.all_items + [alone] * shared)

    @property
    def needed_bytes(self) -> int:
        """The most that is on the disk at a time, with the margin that every run asks for."""
        return math.ceil(room.MARGIN * (self.kept_bytes + self.passing_bytes))

    @property
    def fits(self) -> bool:
        """Whether the disk holds it."""
        return self.needed_bytes < self.free_bytes

    @property
    def n_fit(self) -> int | None:
        """Runs that fit on a GPU side by side; None while nothing tells."""
        if not self.gpu_bytes:
            return None
        return max(1, int(self.gpu_total / (GPU_MARGIN * self.gpu_bytes)))

    @property
    def crowded(self) -> bool:
        """Whether more runs would share a GPU than fit there."""
        return self.n_fit is not None and self.n_sharing > self.n_fit


def estimate(
    store: Store,
    runs: Sequence[PlannedRun],
    *,
    keep_weights: bool,
    n_workers: int | None = None,
    price_per_hour: float | None = None,
) -> Estimate:
    """What the runs that are not done will take; looks at stored probes, makes none."""
    n_workers = n_workers or jobs.slots()
    infos = store.runs.list()
    done = {info.run for info in infos if info.state == "done"}
    left = [planned for planned in runs if planned.run not in done]
    sizes = [disk.weights_bytes(planned.where.model or planned.spec.model) for planned in left]
    probe_of = probes_of(runs)
    seconds, source = _seconds(store, left, probe_of, infos)
    gpu_bytes, gpu_total = _gpu_memory(store, {probe_of[planned.run] for planned in left})
    at_once = min(n_workers, len(left))
    kept = [room.kept_bytes(p.spec, n) * keep_weights for p, n in zip(left, sizes, strict=True)]
    peaks = (room.peak_bytes(p.spec, n) for p, n in zip(left, sizes, strict=True))
    passing = at_once * max(map(operator.sub, peaks, kept), default=0)  # what is kept is in peaks
    there = disk.states_bytes(store, (planned.run for planned in left))
    whole_s = None if seconds is None else seconds / max(at_once, 1)
    return Estimate(
        n_runs=len(runs),
        n_done=len(runs) - len(left),
        weights_bytes=max(sizes, default=0),
        kept_bytes=sum(kept),
        passing_bytes=max(passing - there, 0),
        free_bytes=disk.free_bytes(store),
        seconds=whole_s,
        n_workers=n_workers,
        source=source,
        cost=None if whole_s is None or price_per_hour is None else whole_s / 3600 * price_per_hour,
        all_items=any(planned.spec.eval_limit is None for planned in left),
        gpu_bytes=gpu_bytes,
        gpu_total=gpu_total,
        n_sharing=jobs.sharing(at_once),
    )


def probes(
    store: Store, runs: Sequence[PlannedRun], *, shipped: bool = True
) -> list[tuple[ProbeSpec, Where]]:
    """What must be measured so that the time of `runs` is known: nothing where runs tell it.

    Without `shipped`, runs that another machine made tell nothing. No run tells what it took of a
    GPU, which must be known where several are to share one.
    """
    infos = [info for info in store.runs.list() if info.state == "done"]
    done = {info.run for info in infos}
    known = {_pace_key(info.spec) for info in infos if shipped or not info.read_only}
    probe_of = probes_of(runs)
    left = [planned for planned in runs if planned.run not in done]
    shared = jobs.sharing(min(jobs.slots(), len(left))) > 1
    asked = {
        probe_of[planned.run]: planned.where
        for planned in left
        if shared or _pace_key(planned.spec) not in known
    }
    return [(probe, where) for probe, where in asked.items() if store.arrays.peek(probe) is None]


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


def _pace_key(spec: TrainSpec) -> str:
    """Runs with the same key take as long; an oracle has one target, whichever it is."""
    return experiment_key(spec.but(target_langs=("en",), oracle=False) if spec.oracle else spec)


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
    gpus, n_each = jobs.all_gpus()
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
        pace = _measured(seen, ended_s, len(spec.run.target_langs) * PROBE_ITEMS)
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
    """Split a run's time at its reports. The first step, which also warms up, is not counted.

    Nor is the keeping of the weights among what the few items took: for a large model that is
    many times as long.
    """
    steps = [(at_s, done) for at_s, done, message in seen if message == "training"]
    scoring_s = next(at_s for at_s, _, message in seen if message.startswith("scoring"))
    (first_s, first), (last_s, last) = steps[0], steps[-1]
    step_s = (last_s - first_s) / max(last - first, 1)
    training_s = step_s * last
    keeping_s = next(at_s for at_s, _, message in seen if message == KEEPING)
    scored_s = keeping_s - scoring_s
    whole_s = ended_s - seen[0][0]
    return Pace(
        fixed_s=max(whole_s - training_s - scored_s, 0.0),
        step_s=step_s,
        item_s=scored_s / n_items,
    )


def _gpu_memory(store: Store, asked: Iterable[ProbeSpec]) -> tuple[int, int]:
    """The most that a run takes of its GPU, and the GPU's own; 0 unless all was measured."""
    paces = [measured_pace(store, probe) for probe in asked]
    known = [(pace.gpu_bytes, pace.gpu_total) for pace in paces if pace and pace.gpu_bytes]
    if not known or len(known) < len(paces):
        return 0, 0
    needed, totals = zip(*known, strict=True)
    total = int(min(totals))
    return min(int(max(needed)), total), total  # what was measured has fitted


def _seconds(
    store: Store,
    left: Sequence[PlannedRun],
    probe_of: Mapping[str, ProbeSpec],
    infos: Sequence[RunInfo],
) -> tuple[float | None, TimeSource]:
    """Seconds of all runs one after the other, and the weakest of the sources that told them."""
    own = _medians([info for info in infos if not info.read_only])
    shipped = _medians([info for info in infos if info.read_only])
    total, sources = 0.0, {"runs"}
    for planned in left:
        key = _pace_key(planned.spec)
        if key in own:
            total += own[key]
        elif pace := measured_pace(store, probe_of[planned.run]):
            total, sources = total + pace.run_s(planned.spec), sources | {"probe"}
        elif key in shipped:
            total, sources = total + shipped[key], sources | {"shipped"}
        else:
            return None, "unknown"
    order: tuple[TimeSource, ...] = ("shipped", "probe", "runs")
    return total, next(source for source in order if source in sources)


def _medians(infos: Sequence[RunInfo]) -> Mapping[str, float]:
    """Median seconds of finished runs, by recipe."""
    took: dict[str, list[float]] = {}
    for info in infos:
        if info.state == "done":
            took.setdefault(_pace_key(info.spec), []).append(info.elapsed_s)
    return {key: statistics.median(seconds) for key, seconds in took.items()}
