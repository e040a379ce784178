"""How far a sweep is, told by the run folders and by what its workers noted."""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mslt_core.spec.results import RunInfo
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.sweeps import CellState, PlannedRun, Sweep, SweepCell, SweepStatus
from mslt_core.store import UNFINISHED, Progress, Store
from mslt_core.sweep.rates import rates_found
from mslt_core.sweep.telling import base_of, model_names, told

RECENT = 20
"""Runs that tell the pace: the last ones, as the machine may be busier than it was."""


def status(store: Store, digest: str) -> SweepStatus:
    """The sweep as it is now."""
    sweep = store.sweeps.get(digest)
    infos = {info.run: info for info in store.runs.list()}
    again = store.sweeps.wanted_again(digest)
    at_work = {
        run: store.runs.status(run).progress
        for run in (planned.run for planned in sweep.runs)
        if run in infos and infos[run].state in UNFINISHED
    }
    varied = _varied(sweep.runs)
    cells = tuple(
        _cell(
            planned,
            _state(store, planned.run, infos.get(planned.run), again),
            at_work.get(planned.run),
            varied,
        )
        for planned in sweep.runs
    )
    n_workers = len(store.sweeps.workers(digest))
    pace_s = _pace_s(store.sweeps.events(digest))
    n_working = _n_working(sweep, n_workers, at_work)
    return SweepStatus(
        sweep=digest,
        title=told(sweep.runs),
        created_utc=sweep.created_utc,
        order=store.sweeps.order(digest),
        n_workers=n_workers,
        cells=cells,
        per_hour=3600 * max(n_working, 1) / pace_s if pace_s else None,
        eta_s=_eta_s(cells, pace_s, n_working, at_work),
        last_words="" if n_workers else _last_words(store, digest),
        rates=rates_found(
            store, sweep.runs, frozenset(cell.run for cell in cells if cell.state == "done")
        ),
    )


def _last_words(store: Store, digest: str) -> str:
    """The last line that a worker wrote before it died, if it wrote any.

    One that left in peace wrote the sweep's name, which tells nothing.
    """
    log = store.sweeps.folder(digest) / "worker.log"
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
    in_peace = {"", digest, json.dumps({"sweep": digest})}
    return next((line.strip() for line in reversed(lines) if line.strip() not in in_peace), "")


def _cell(
    planned: PlannedRun,
    found: tuple[CellState, str],
    progress: Progress | None,
    varied: Sequence[Callable[[TrainSpec], str]],
) -> SweepCell:
    state, words = found
    if progress:
        under_way = progress.done < progress.total
        share = f", {progress.done:,} of {progress.total:,}" if under_way else ""
        words = f"{progress.message or words}{share}"
    return SweepCell(
        run=planned.run,
        name=planned.spec.name,
        source_langs=planned.spec.source_langs,
        seed=planned.spec.seed,
        recipe=", ".join(way(planned.spec) for way in varied),
        state=state,
        told=words,
        oracle=planned.spec.oracle,
    )


def _state(
    store: Store, run: str, info: RunInfo | None, again: frozenset[str]
) -> tuple[CellState, str]:
    """What the grid calls a run's state, and a word on it."""
    if info is None:
        if store.runs.exists(run) and store.runs.status(run).state == "done":
            folder = store.runs.folder(run)
            return "failed", f"{folder} is damaged: delete the folder, and resume the sweep"
        return "waiting", "not begun"
    if info.state == "done":
        return "done", f"done in {info.elapsed_s:.0f} s"
    if info.state in UNFINISHED:
        return ("running", "training") if info.state == "running" else ("waiting", "its turn next")
    by_hand = info.state == "failed" or store.runs.stop_requested(run)
    if run in again or info.state == "lost" or not by_hand:
        return "waiting", f"goes on from step {info.step:,}" if info.step else "not begun"
    reason = info.reason if info.state == "failed" else f"stopped by hand at step {info.step:,}"
    return ("failed" if info.state == "failed" else "stopped"), reason


def _varied(runs: Sequence[PlannedRun]) -> Sequence[Callable[[TrainSpec], str]]:
    """How each field is said in which the runs' recipes differ."""
    models = model_names(runs)
    ways: tuple[Callable[[TrainSpec], str], ...] = (
        lambda spec: models[base_of(spec)],
        lambda spec: f"{spec.budget:,} examples",
        lambda spec: f"rate {spec.learning_rate:g}",
    )
    return [way for way in ways if len({way(planned.spec) for planned in runs}) > 1]


def _pace_s(events: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds that a run takes a worker, by the last ones that were done."""
    took = [e["took_s"] for e in events if e["event"] == "end" and e["state"] == "done"]
    return statistics.fmean(took[-RECENT:]) if took else None


def _n_working(sweep: Sweep, n_workers: int, at_work: Mapping[str, Progress]) -> int:
    """Runs that go on side by side: on a cluster one process here speaks for many."""
    return len(at_work) if sweep.engine.name == "ray" else n_workers


def _eta_s(
    cells: Sequence[SweepCell],
    pace_s: float | None,
    n_working: int,
    at_work: Mapping[str, Progress],
) -> float | None:
    """Time left with the workers there are; None while nobody works or the pace is not known."""
    if pace_s is None or not n_working:
        return None
    left_s = 0.0
    for cell in cells:
        progress = at_work.get(cell.run)
        if progress:
            left_s += max(pace_s - progress.elapsed_s, 0.0)
        elif cell.state in {"waiting", "running"}:
            left_s += pace_s
    return left_s / n_working
