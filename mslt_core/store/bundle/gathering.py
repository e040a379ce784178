"""What an export takes along of runs, sweeps and arrays, and what stays at home."""

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from mslt_core.spec.errors import BundleError, MsltError, StoreError
from mslt_core.spec.results import CurvePoint
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.sweeps import Engine
from mslt_core.store.bundle.layout import kind_of, portable
from mslt_core.store.bundle.score_checks import curve_steps
from mslt_core.store.records import PACKED, snapshot_place
from mslt_core.store.sweeps import PLAN, plan_of

if TYPE_CHECKING:
    from mslt_core.store import Store

COPIED = ("spec.json", "state.json", "progress.json", "scores.json", "sampled.json", PACKED)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to export: run and sweep digests, ids of stories, or all that is in the store itself."""

    runs: tuple[str, ...] = ()
    sweeps: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    everything: bool = False


@dataclasses.dataclass(frozen=True)
class Content:
    """A member before it is written: a file, or bytes that are made of one."""

    name: str
    source: Path | bytes


def chosen(
    store: "Store", wanted: Wanted, rested_on: Iterable[str] = ()
) -> tuple[list[str], dict[str, str]]:
    """The runs that are done, and why the others, or torn learning curves, are left out.

    Runs that pins rest on (`rested_on`) come too, but those of the shipped example: it is
    everywhere.
    """
    asked = dict.fromkeys(wanted.runs)
    asked |= dict.fromkeys(run for run in rested_on if store.runs.folder(run).exists())
    for sweep in wanted.sweeps:
        asked |= dict.fromkeys(planned.run for planned in store.sweeps.get(sweep).runs)
    if wanted.everything:
        own = (store.root / "runs").glob("*/spec.json")
        asked |= dict.fromkeys(sorted(spec.parent.name for spec in own))
    left_out: dict[str, str] = {}
    for run in asked:
        state = store.runs.status(run).state if store.runs.exists(run) else "not trained yet"
        if state != "done":
            left_out[run] = state
    if strict := [run for run in wanted.runs if run in left_out]:
        raise BundleError(
            f"run {strict[0]} is {left_out[strict[0]]}",
            hint="Only runs that are done have results.",
        )
    runs = [run for run in asked if run not in left_out]
    torn = "it lacks points that the run asked for, so that nobody could import it"
    left_out |= {f"learning curve of {run}": torn for run in runs if not _curve(store, run)[1]}
    return runs, left_out


def _curve(store: "Store", run: str) -> tuple[list[CurvePoint], bool]:
    """The points of a run's learning curve, and whether they are all that it asked for."""
    points, spec = store.runs.curve(run), store.runs.spec(run)
    assert isinstance(spec, TrainSpec)
    return points, not points or [point.step for point in points] == list(curve_steps(spec))


def of_run(store: "Store", run: str, weights: bool) -> Iterator[Content]:
    """All files of a run that mean something elsewhere."""
    try:
        outcome = store.runs.outcome(run)
    except StoreError as e:
        raise BundleError(f"run {run} cannot be exported: {e.message}") from e
    home = store.runs.home(run)
    for name in COPIED:
        if (home / name).exists():
            yield Content(f"runs/{run}/{name}", home / name)
    # written anew, so that lines that a crash tore stay at home
    curve, is_whole = _curve(store, run)
    for name, points in (
        ("history.jsonl", store.runs.history(run)),
        ("curve.jsonl", curve if is_whole else []),
    ):
        if points:
            lines = "".join(f"{json.dumps(dataclasses.asdict(p))}\n" for p in points)
            yield Content(f"runs/{run}/{name}", lines.encode())
    for lang in outcome["scores"]:
        path = home / "predictions" / f"{lang}.safetensors"
        if path.exists():
            yield Content(f"runs/{run}/predictions/{lang}.safetensors", path)
    if weights:
        yield from _weights(store, run, outcome["snapshots"])


def _weights(store: "Store", run: str, steps: Iterable[int]) -> Iterator[Content]:
    """The run's own, and those kept on the way, as far as they are here."""
    folders = {"model": store.runs.model_folder(run)}
    for step in steps:
        kept = store.runs.snapshot_folder(run, step)
        folders[snapshot_place(step)] = kept if kept.is_dir() else None
    for place, folder in folders.items():
        for path in sorted(folder.iterdir()) if folder else ():
            name = f"runs/{run}/{place}/{path.name}"
            kind_of(name)
            yield Content(name, path)


def of_sweep(store: "Store", digest: str) -> Content:
    """The plan without folders and cluster, which are of no use elsewhere."""
    sweep = store.sweeps.get(digest)
    runs = tuple(dataclasses.replace(run, where=portable(run.where)) for run in sweep.runs)
    plan = plan_of(dataclasses.replace(sweep, runs=runs, engine=Engine()))
    return Content(f"sweeps/{digest}/{PLAN}", json.dumps(plan, indent=1).encode())


def arrays(store: "Store", runs: Iterable[str], wanted: Wanted) -> list[Content]:
    """All arrays, or those that were computed from these runs and their base models alone."""
    known: set[str] = set()
    for run in runs:
        outcome = store.runs.outcome(run)
        known |= {outcome["weights"], *outcome["snapshots"].values()}
        known.add(store.runs.spec(run).model_fingerprint)  # type: ignore[attr-defined]
    found: dict[str, Content] = {}
    for path in store.arrays.files():
        if wanted.everything and not path.is_relative_to(store.root):
            continue  # shipped with the example, which is everywhere
        name = f"arrays/{path.parent.name}/{path.name}"
        with contextlib.suppress(SafetensorError, OSError, ValueError, KeyError, MsltError):
            kind_of(name)
            with safe_open(path, framework="numpy") as file:
                spec = json.loads(file.metadata()["spec"])
            used = set(_checkpoints(spec))
            if wanted.everything or (used and used <= known):
                found.setdefault(name, Content(name, path))
    return [found[name] for name in sorted(found)]


def _checkpoints(value: Any) -> Iterator[str]:
    """Every checkpoint that a question, or a question inside it, is about."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "checkpoint":
                yield str(inner)
            else:
                yield from _checkpoints(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _checkpoints(inner)
