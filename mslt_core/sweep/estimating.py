"""What a sweep will cost before it is started: disk, a GPU's memory, time, money.

Time comes from finished runs of the same recipe, or else from a probe: a run of a few steps and a
few scored items, in a process of its own on this machine.
"""

import dataclasses
import math
import operator
import statistics
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from mslt_core import machine
from mslt_core.pipeline import experiment_key
from mslt_core.spec import room
from mslt_core.spec.results import RunInfo
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.sweeps import PlannedRun, ProbeSpec
from mslt_core.store import Store
from mslt_core.sweep import disk
from mslt_core.sweep.probing import ALL_ITEMS, Pace, measured_pace, probes_of

GPU_MARGIN = 1.1
"""What a run is given of a GPU beside what the probe found: memory comes and goes in blocks."""

TimeSource = Literal["runs", "shipped", "probe", "unknown"]


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
    """What the runs that are not done will take; looks at stored probes, makes none.

    More `n_workers` than this machine has slots are supposed to be at others just like it.
    """
    here = machine.slots()
    n_workers = n_workers or here
    infos = store.runs.list()
    done = {info.run for info in infos if info.state == "done"}
    left = [planned for planned in runs if planned.run not in done]
    sizes = [disk.weights_bytes(planned.where.model or planned.spec.model) for planned in left]
    paces = _measured_paces(store, runs, left)
    seconds, source = _seconds(left, paces, infos)
    gpu_bytes, gpu_total = _gpu_memory(paces.values())
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
        n_sharing=machine.shared(min(at_once, here)).n_sharing,
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
    shared = machine.shared(min(machine.slots(), len(left))).n_sharing > 1
    asked = {
        probe_of[planned.run]: planned.where
        for planned in left
        if shared or _pace_key(planned.spec) not in known
    }
    return [(probe, where) for probe, where in asked.items() if store.arrays.peek(probe) is None]


def _pace_key(spec: TrainSpec) -> str:
    """Runs with the same key take as long; an oracle has one target, whichever it is."""
    return experiment_key(spec.but(target_langs=("en",), oracle=False) if spec.oracle else spec)


def _measured_paces(
    store: Store, runs: Sequence[PlannedRun], left: Sequence[PlannedRun]
) -> Mapping[str, Pace | None]:
    """What probes found of the runs that are left; None where none was made."""
    probe_of = probes_of(runs)
    asked = {planned.run: probe_of[planned.run] for planned in left}
    found = {probe: measured_pace(store, probe) for probe in set(asked.values())}
    return {run: found[probe] for run, probe in asked.items()}


def _gpu_memory(paces: Collection[Pace | None]) -> tuple[int, int]:
    """The most that a run takes of its GPU, and the GPU's own; 0 unless all was measured."""
    known = [(pace.gpu_bytes, pace.gpu_total) for pace in paces if pace and pace.gpu_bytes]
    if not known or len(known) < len(paces):
        return 0, 0
    needed, totals = zip(*known, strict=True)
    total = int(min(totals))
    return min(int(max(needed)), total), total  # what was measured has fitted


def _seconds(
    left: Sequence[PlannedRun],
    paces: Mapping[str, Pace | None],
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
        elif pace := paces[planned.run]:
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
