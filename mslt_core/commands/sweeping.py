"""``sweep``: many runs as one plan. What it costs, start, watch, pause, cancel, do again."""

import argparse
import dataclasses
import math
import sys
from collections.abc import Callable
from typing import Any, get_args

from mslt_core import jobs, sweep
from mslt_core.commands import sweep_question, training
from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.pipeline import open_store
from mslt_core.pipeline.left_out import not_scored
from mslt_core.spec.errors import SpecError
from mslt_core.spec.sweeps import CellState, PlannedRun, ProbeSpec, Sweep, SweepStatus
from mslt_core.store import Store
from mslt_core.store.atomic import told_size

PROBE_PATIENCE_S = 1800.0
ANYWAY = "although the disk or the GPU is too small"

# a probe is work like any other: its worker is `work`, which looks here
training.JOBS[ProbeSpec] = sweep.execute_probe

SOURCES = {
    "runs": "by finished runs of the same recipe",
    "shipped": "by the shipped runs, made on another machine",
    "probe": "by a few steps and items measured here",
    "unknown": "not known: --no-probe was given",
}


def add(subparsers: Subparsers) -> None:
    """Add ``sweep`` with all that can be done to one."""
    parser = subparsers.add_parser(
        "sweep", help="Train many sets, seeds and recipes as one plan", allow_abbrev=False
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for name, run, describe in (
        ("plan", _plan, "Say what a sweep consists of and what it will cost; start nothing"),
        ("start", _start, "Start a sweep's workers and return"),
    ):
        asked = command(actions, name, run, describe=describe, example=f"sweep {name} --sizes 3")
        sweep_question.add_sets(asked)
        sweep_question.add_recipe(asked)
        _add_terms(asked)
        if name == "plan":
            _add_supposed(asked)
        else:
            asked.add_argument("--anyway", action="store_true", help=ANYWAY)
            sweep_question.add_engine(asked)
    for name, act, describe in (
        ("status", sweep.status, "Say how far a sweep is, and why runs failed"),
        (
            "pause",
            sweep.pause,
            "Let workers finish their present step, seal a checkpoint and leave",
        ),
        ("resume", sweep.resume, "Let a paused, cancelled or orphaned sweep go on"),
        ("cancel", sweep.cancel, "End a sweep; what is done stays"),
        ("retry", sweep.retry, "Do failed runs, and those stopped by hand, once more"),
    ):
        one = command(
            actions, name, _done_to(act), describe=describe, example=f"sweep {name} --json"
        )
        one.add_argument("sweep", nargs="?", help="its digest or the beginning (default: newest)")
        if name in {"resume", "retry"}:
            one.add_argument("--anyway", action="store_true", help=ANYWAY)
    # no help: this is what workers are started with
    worker = actions.add_parser("work")
    worker.add_argument("digest")
    worker.add_argument("--store", required=True)
    worker.set_defaults(command=_work, json=True)


def _add_terms(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep-weights",
        choices=("none", "all"),
        help=f"of finished runs (default: all up to {sweep.KEPT_BY_DEFAULT} runs, else none)",
    )
    # `start` takes the line that `plan` was asked with
    parser.add_argument("--price-per-hour", type=float, metavar="PRICE", help="of all machines")
    parser.add_argument(
        "--no-probe", action="store_true", help="measure nothing where no finished run tells"
    )


def _add_supposed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at-a-time",
        type=int,
        metavar="N",
        help="runs side by side, as on a cluster (default: as this machine has slots)",
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Planned:
    """What the options ask for."""

    store: Store
    runs: tuple[PlannedRun, ...]
    keep: bool
    """The weights."""
    remarks: tuple[str, ...]


def _planned(args: argparse.Namespace) -> _Planned:
    asked = sweep_question.asked(args)
    runs = sweep.plan(asked)
    return _Planned(
        store=open_store(args.store),
        runs=runs,
        keep=sweep.keeps_weights(runs) if args.keep_weights is None else args.keep_weights == "all",
        remarks=sweep.remarks(asked, runs),
    )


def _plan(args: argparse.Namespace) -> Answer:
    price, n_workers = args.price_per_hour, args.at_a_time
    if price is not None and not 0 <= price < math.inf:
        raise SpecError(f"--price-per-hour must be a number from 0 on, got {price:g}")
    if n_workers is not None and n_workers < 1:
        raise SpecError(f"--at-a-time must be a whole number from 1 on, got {n_workers}")
    planned = _planned(args)
    if not args.no_probe:
        _measure(args, planned.store, planned.runs)
    return _costs(args, planned)


def _costs(args: argparse.Namespace, planned: _Planned) -> Answer:
    runs, keep = planned.runs, planned.keep
    found = sweep.estimate(
        planned.store,
        runs,
        keep_weights=keep,
        n_workers=args.at_a_time,
        price_per_hour=args.price_per_hour,
    )
    payload = {
        "sweep": Sweep(runs=runs, keep_weights=keep).digest,
        "title": sweep.told(runs),
        "runs": found.n_runs,
        "done": found.n_done,
        "weights_bytes": found.weights_bytes,
        "kept_bytes": found.kept_bytes,
        "passing_bytes": found.passing_bytes,
        "free_bytes": found.free_bytes,
        "fits": found.fits,
        "gpu_bytes": found.gpu_bytes or None,
        "gpu_total_bytes": found.gpu_total or None,
        "runs_sharing_a_gpu": found.n_sharing,
        "runs_that_fit_a_gpu": found.n_fit,
        "seconds": found.seconds,
        "time_told_by": found.source,
        "time_supposed": found.supposed,
        "workers": found.n_workers,
        "cost": found.cost,
        "remarks": planned.remarks,
    }
    return Answer(payload=payload, shown=lambda: _told(payload, found, runs, keep))


def _told(
    costs: dict[str, Any], found: sweep.Estimate, runs: tuple[PlannedRun, ...], keep: bool
) -> Any:
    spec, size = runs[0].spec, told_size
    disk = (
        f"{size(costs['weights_bytes'])} of weights a run, {size(costs['kept_bytes'])} kept "
        f"({'all' if keep else 'none'}), {size(costs['passing_bytes'])} for checkpoints meanwhile; "
        f"{size(costs['free_bytes'])} free"
    )
    seconds, workers = costs["seconds"], costs["workers"]
    known = "" if seconds is None else f"about {_duration(seconds)} with {workers} at a time, "
    told_by = ", ".join(filter(None, (SOURCES[costs["time_told_by"]], costs["time_supposed"])))
    rows = [
        ("runs", f"{costs['runs']:,}, {costs['done']:,} of them done already"),
        ("data", f"{spec.task_told}: {sweep.shares_told(runs)}; {len(spec.target_langs)} targets"),
        ("disk", disk),
        ("time", f"{known}{told_by}"),
    ]
    if memory := sweep.memory_told(found):
        rows.append(("gpu", memory))
    if costs["cost"] is not None:
        rows.append(("cost", f"{costs['cost']:,.2f}"))
    rows += [("remark", remark) for remark in costs["remarks"]]
    if not costs["fits"]:
        rows.append(("warning", "the disk is too small: try --keep-weights none"))
    if found.crowded:
        rows.append(("warning", f"{sweep.crowded_told(found)}. {sweep.slots_told(found)}."))
    return table(f"sweep {costs['sweep']}: {costs['title']}", ("what", "how much"), rows)


def _duration(seconds: float) -> str:
    """40 s, 12 min, 3.4 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:,.1f} h"


def _measure(args: argparse.Namespace, store: Store, runs: tuple[PlannedRun, ...]) -> None:
    """Have workers measure what no run tells, and wait for it."""
    for probe, where in sweep.probes(store, runs):
        digest = jobs.start(store, probe, where)
        with progress(args) as report:
            report(0, 0, "measuring a few steps")
            status = jobs.wait(store, "jobs", digest, timeout_s=PROBE_PATIENCE_S)
        if status.state != "done":
            print(f"time and memory could not be measured: {status.reason}", file=sys.stderr)


def _start(args: argparse.Namespace) -> Answer:
    engine = sweep_question.engine(args)
    planned = _planned(args)
    if not args.anyway:
        sweep.require_room(planned.store, planned.runs, keep_weights=planned.keep, engine=engine)
    sweep.check(planned.runs)
    asked = sweep.usual(planned.runs)
    for remark in (*planned.remarks, *not_scored(asked.spec, asked.where)):
        print(remark, file=sys.stderr)
    begun = Sweep(runs=planned.runs, keep_weights=planned.keep, engine=engine)
    return _answer(planned.store, sweep.start(planned.store, begun))


def _done_to(act: Callable[..., object]) -> Callable[[argparse.Namespace], Answer]:
    """A command that does something to one sweep and says how far that is."""

    def run(args: argparse.Namespace) -> Answer:
        store = open_store(args.store)
        digest = sweep.find_sweep(store, args.sweep)
        act(store, digest, **({"anyway": args.anyway} if "anyway" in args else {}))
        return _answer(store, digest)

    return run


def _answer(store: Store, digest: str) -> Answer:
    """How far the sweep is; a failure among its runs is none of this command."""
    now = sweep.status(store, digest)
    counts = {state: now.count(state) for state in get_args(CellState)}
    payload = {
        "sweep": digest,
        "title": now.title,
        "state": now.state,
        "workers": now.n_workers,
        **counts,
        "per_hour": now.per_hour,
        "eta_s": now.eta_s,
        "last_words": now.last_words,
        "rates": [{**dataclasses.asdict(one), "best": one.best} for one in now.rates],
        "runs": [
            {name: getattr(c, name) for name in ("run", "name", "recipe", "seed", "state", "told")}
            for c in now.cells
        ],
    }
    return Answer(payload=payload, shown=lambda: _shown(now))


def _shown(now: SweepStatus) -> Any:
    """A sentence, and the runs that are neither done nor waiting."""
    counts = {cell.state: now.count(cell.state) for cell in now.cells}
    told = ", ".join(f"{n} {state}" for state, n in counts.items())
    left = "" if now.eta_s is None else f"; about {_duration(now.eta_s)} left"
    rows = [
        (cell.run, cell.name, cell.seed, cell.recipe, cell.state, cell.told)
        for cell in now.cells
        if cell.state in {"running", "failed", "stopped"}
    ]
    return table(
        f"sweep {now.sweep} is {now.state}: {now.title}. {told}{left}"
        f"{_orphaned(now)}" + "".join(f"\n{one.told}" for one in now.rates if one.told),
        ("run", "name", "seed", "recipe", "state", ""),
        rows,
    )


def _orphaned(now: SweepStatus) -> str:
    """That nobody is at it, why as far as that is known, and how it goes on."""
    if now.state != "idle":
        return ""
    cause = "" if now.last_words else " (killed, or out of memory)"
    words = f" Their last words: {now.last_words}" if now.last_words else ""
    return f". Its workers are gone{cause}: `sweep resume {now.sweep}` goes on.{words}"


def _work(args: argparse.Namespace) -> Answer:
    """What a worker process does: the sweep's runs, one after the other."""
    store = open_store(args.store)
    sweep.serve(store, args.digest)
    return Answer(payload={"sweep": args.digest}, shown=lambda: args.digest)
