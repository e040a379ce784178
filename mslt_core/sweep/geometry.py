"""Measure the runs of an experiment, those too whose weights have to be trained again for it."""

import contextlib
import tempfile

from mslt_core import jobs
from mslt_core.pipeline import execute_training, find_run, measure
from mslt_core.spec.errors import NotComputedError, TrainingError
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.mechanism import GeometrySpec
from mslt_core.spec.results import RunInfo
from mslt_core.spec.specs import Where
from mslt_core.store import Store
from mslt_core.sweep.working import tidy


def execute_geometry(
    store: Store,
    spec: GeometrySpec,
    where: Where,  # noqa: ARG001  checkpoints and corpus are named in the spec itself
    *,
    report: jobs.Report,
    should_stop: jobs.ShouldStop,
    train: jobs.Execute = execute_training,
) -> bool:
    """Checkpoint by checkpoint: what is measured already is passed over, weights that were not
    stored are dropped after. False if it was asked to stop."""
    keys = spec.look.checkpoints
    for done, key in enumerate(keys):
        if should_stop():
            return False
        look, info = spec.look.but(checkpoints=(key,)), find_run(store, key)
        if _is_measured(store, look):
            continue
        name = f"{info.name}, seed {info.spec.seed}" if info else "Base"
        again = info is not None and not info.has_weights
        if info is not None and again:
            report(done, len(keys), f"{name}: training again")
            if not _trained(store, info, train, should_stop):
                return False
        report(done, len(keys), f"{name}: measuring")
        # the vectors of hundreds of runs are gigabytes, and nobody asks for them again
        with tempfile.TemporaryDirectory(prefix="mslt-vectors-") as folder:
            measure(store, look, vectors=Store(folder))
        if info is not None and again:
            store.runs.drop_weights(info.run)
        tidy()
    report(len(keys), len(keys), "measured")
    return True


def _is_measured(store: Store, look: MeasureSpec) -> bool:
    try:
        measure(store, look, compute=False)
    except NotComputedError:
        return False
    return True


def _trained(
    store: Store, info: RunInfo, train: jobs.Execute, should_stop: jobs.ShouldStop
) -> bool:
    """Train a finished run once more; False if that was asked to stop."""
    store.runs.create(info.spec, info.where, again=True)
    log = store.runs.folder(info.run) / "worker.log"
    with (
        log.open("a", encoding="utf-8") as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
    ):
        state = jobs.work(store, "runs", info.run, train, should_stop=should_stop, in_turn=False)
    if state == "failed":
        reason = store.runs.status(info.run).reason
        raise TrainingError(f"{info.name}, seed {info.spec.seed}, failed again: {reason}")
    return state == "done"
