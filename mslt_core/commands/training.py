"""``train`` and its worker: fine-tune on source languages, score every target."""

import argparse
import contextlib
import os
import sys
import time
from typing import Any, get_args

from mslt_core import jobs, machine
from mslt_core.commands import train_question as question
from mslt_core.commands.answer import Answer, Subparsers, command, progress
from mslt_core.commands.runs import run_answer
from mslt_core.pipeline import (
    Report,
    assist_training,
    check_data,
    execute_clusters,
    execute_fetching,
    execute_frames,
    execute_language_vectors,
    execute_measuring,
    execute_mingling,
    execute_stability,
    execute_training,
    open_store,
    require_run,
)
from mslt_core.pipeline.left_out import not_scored
from mslt_core.spec.base import Spec
from mslt_core.spec.errors import SpecError, TrainingError
from mslt_core.spec.fetching import FetchSpec
from mslt_core.spec.looks import ClustersSpec, FramesSpec, StabilitySpec
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.mechanism import GeometrySpec
from mslt_core.spec.specs import (
    LanguageVectorsSpec,
    MingleSpec,
    TrainSpec,
    Where,
)
from mslt_core.store import UNFINISHED, Kind, Store
from mslt_core.sweep import execute_geometry

LOOK_EVERY_S = 0.3

JOBS: dict[type[Spec], jobs.Execute] = {
    MingleSpec: execute_mingling,
    LanguageVectorsSpec: execute_language_vectors,
    MeasureSpec: execute_measuring,
    FramesSpec: execute_frames,
    StabilitySpec: execute_stability,
    ClustersSpec: execute_clusters,
    FetchSpec: execute_fetching,
    GeometrySpec: execute_geometry,
}


def add(subparsers: Subparsers) -> None:
    """Add ``train`` and, for workers alone, ``work``."""
    train = command(
        subparsers,
        "train",
        _train,
        describe="Fine-tune on source languages and score every target language",
        example="train --sources de,en,es --budget 1000 --steps 200",
    )
    question.add(train)
    train.add_argument(
        "--again",
        nargs="?",
        const="",
        metavar="RUN",
        help="train even if it is done already; with RUN, train that run once more",
    )
    train.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="share every batch among N processes, a GPU each (default: MSLT_PROCESSES, else 1)",
    )
    train.add_argument("--detach", action="store_true", help="start a worker and return at once")
    # no help: workers are started by `train --detach` and by the dashboard, not by people
    worker = subparsers.add_parser("work")
    worker.add_argument("kind", choices=get_args(Kind))
    worker.add_argument("digest")
    worker.add_argument("--store", required=True)
    worker.add_argument("--assist", action="store_true")
    worker.set_defaults(command=_work, json=True)


def _train(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    if args.processes is not None:
        os.environ["MSLT_PROCESSES"] = str(args.processes)  # a worker is told so, too
    spec, where = _asked(args, store)
    again = args.again is not None
    run = spec.digest()
    machine.slots()  # a wrong MSLT_SLOTS must not leave a run behind
    _say_if_running(store, run)
    if again or not (store.runs.exists(run) and store.runs.status(run).state == "done"):
        check_data(spec, where, store)
        for sentence in not_scored(spec, where):
            print(sentence, file=sys.stderr)
    if args.detach:
        return run_answer(store, jobs.start(store, spec, where, again=again))
    with progress(args) as report:
        _trained(store, spec, where, again=again, show=report)
    return run_answer(store, run)


def _say_if_running(store: Store, run: str) -> None:
    """A second launch of a running spec starts nothing: say so, and who is at it."""
    process = store.runs.process(run) if store.runs.exists(run) else None
    if process and store.runs.status(run).state in UNFINISHED:
        print(f"run {run} is already running {process}", file=sys.stderr)


def _asked(args: argparse.Namespace, store: Store) -> tuple[TrainSpec, Where]:
    """The run that the options describe, or the one that is to be trained again."""
    if args.again:
        if changed := question.changed(args):
            raise SpecError(
                f"--again {args.again} does that run once more, as it was; "
                f"{', '.join(changed)} would make it another one",
                hint="Leave the option out, or leave --again out.",
            )
        info = require_run(store, args.again)
        return info.spec, info.where
    if not args.sources:
        raise SpecError("no source language chosen", hint="Give them with --sources de,en,es.")
    return question.asked(args)


def _trained(store: Store, spec: TrainSpec, where: Where, *, again: bool, show: Report) -> None:
    """Train in this process, unless it is done or another process is at it: then wait for that."""
    run = spec.digest()
    if store.runs.create(spec, where, again=again):
        errors: list[BaseException] = []

        def execute(*question: Any, **hooks: Any) -> bool:
            try:
                return execute_training(*question, **hooks)
            except (Exception, KeyboardInterrupt) as e:
                errors.append(e)
                raise

        log = store.runs.folder(run) / "worker.log"
        # the trace of an error belongs in the run's log, as when a worker does it
        with log.open("a", encoding="utf-8") as file, contextlib.redirect_stderr(file):
            jobs.work(store, "runs", run, execute, show=show)
        if errors:
            if isinstance(errors[0], KeyboardInterrupt):
                print(f"run {run} is stopped; the same command takes it up again", file=sys.stderr)
            raise errors[0]
    else:
        _watch(store, run, show)
    status = store.runs.status(run)
    if status.state != "done":
        raise TrainingError(
            f"run {run} is {status.state}: {status.reason}",
            hint="The same command takes it up again, from its last checkpoint.",
        )


def _watch(store: Store, run: str, show: Report) -> None:
    """Show how another process gets on with the run until it ends."""
    while (status := store.runs.status(run)).state in UNFINISHED:
        now = status.progress
        show(now.done, now.total, now.message or status.state)
        time.sleep(LOOK_EVERY_S)


def _work(args: argparse.Namespace) -> Answer:
    """What a worker process does: the one piece of work that it was started for."""
    store = open_store(args.store)
    spec = store.works(args.kind).spec(args.digest)
    if args.assist:
        assert isinstance(spec, TrainSpec)
        assist_training(store, spec, store.runs.where(args.digest))
        return Answer(payload={}, shown=str)
    execute: jobs.Execute = execute_training if args.kind == "runs" else JOBS[type(spec)]
    state = jobs.work(store, args.kind, args.digest, execute)
    return Answer(
        payload={args.kind.removesuffix("s"): args.digest, "state": state},
        shown=lambda: state,
        exit_code=0 if state == "done" else 1,
    )
