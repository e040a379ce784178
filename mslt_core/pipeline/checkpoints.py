"""From what a person names (base, a run, a path, a hub id) to a checkpoint that can be loaded."""

import dataclasses
import re
from pathlib import Path

from mslt_core.data import hub
from mslt_core.pipeline.places import EXAMPLE, EXAMPLE_MODEL, existing_folder
from mslt_core.spec.errors import (
    BadInputError,
    CheckpointError,
    WeightsMissingError,
)
from mslt_core.spec.results import CheckpointRef, RunInfo
from mslt_core.store import Store, is_digest

AT_STEP = re.compile(r"(?P<run>[0-9a-f]{4,16})@(?P<step>\d{1,9})")
"""A run as it was after some steps, as people write it."""


def model_folder(ref: str, *, roots: tuple[Path, ...] | None = None) -> Path:
    """The folder of a base checkpoint: ``base``, a path, or a hub id (fetched once)."""
    if ref == EXAMPLE_MODEL:
        if not (EXAMPLE / "base").is_dir():
            raise CheckpointError(
                f"the example's base checkpoint is not in {EXAMPLE}",
                hint="Make it again with `python -m mslt_core example base`.",
            )
        return EXAMPLE / "base"
    if hub.is_hub_id(ref) and not Path(ref).exists():
        from mslt_core.models import checkpoints, screening

        return hub.fetch(
            ref,
            kind="model",
            patterns=checkpoints.CONTENT,
            check=screening.require_safetensors,
        )
    return existing_folder(ref, roots=roots)


def n_parameters(ref: str) -> int:
    """Number of a base checkpoint's weights; its files' headers alone are read."""
    from mslt_core.models import completeness

    return completeness.n_parameters(model_folder(ref))


def model_name(ref: str, folder: Path) -> str:
    """What a base checkpoint is called: ``base``, its hub id, or the name of its folder."""
    if ref == EXAMPLE_MODEL or (hub.is_hub_id(ref) and not Path(ref).exists()):
        return ref
    return folder.name


def checkpoint(store: Store, ref: str, *, roots: tuple[Path, ...] | None = None) -> CheckpointRef:
    """Find a checkpoint by what the user calls it: base, a run's digest, a path or a hub id.

    ``RUN@STEP`` is a run as it was after so many steps, see `snapshots`.
    """
    if (at := AT_STEP.fullmatch(ref)) and not Path(ref).exists():
        return _at_step(store, at["run"], int(at["step"]))
    if ref != EXAMPLE_MODEL and _may_be_a_run(ref) and not Path(ref).exists():
        return _of_run(store, require_run(store, ref))
    return _of_folder(ref, model_folder(ref, roots=roots))


def snapshots(store: Store, run: str) -> dict[int, CheckpointRef]:
    """What is kept of a finished run over its training, by optimizer steps.

    From 0, the base that it began from, to the weights that it ended with; between the two what
    ``keep_every`` asked for. Weights that were dropped are listed without their path.
    """
    info = require_run(store, run)
    record = store.runs.outcome(info.run)
    own, base = _of_run(store, info), _base_of(info)
    end = record["step_scored"] or info.spec.steps
    found = {0: (base, info.spec.model_fingerprint), end: (own.path, own.fingerprint)}
    for step, fingerprint in record["snapshots"].items():
        folder = store.runs.snapshot_folder(info.run, step)
        found[step] = (str(folder) if folder.is_dir() else "", fingerprint)
    return {
        step: dataclasses.replace(
            own,
            key=f"{info.run}@{step}",
            # a base that is not here goes by this name in place of its own
            name=f"{info.name}, step {step}" if step or path else f"Base ({info.spec.model})",
            kind=own.kind if step else "base",
            seen_langs=own.seen_langs if step else (),
            path=path,
            fingerprint=fingerprint,
        )
        for step, (path, fingerprint) in sorted(found.items())
    }


def _base_of(info: RunInfo) -> str:
    """The folder of the checkpoint that a run began from; empty where it is gone."""
    ref = info.where.model  # not the spec's name: a folder may be called as another one is
    if ref == EXAMPLE_MODEL:
        return str(model_folder(ref))
    return ref if ref and Path(ref).is_dir() else ""  # nothing is fetched for a list


def _at_step(store: Store, run: str, step: int) -> CheckpointRef:
    kept = snapshots(store, run)
    if step not in kept:
        known = ", ".join(map(str, kept))
        raise BadInputError(
            f"run {run} keeps no weights of step {step}",
            hint=f"It keeps those of steps {known}; --keep-every asks for more.",
        )
    return kept[step]


def find_run(store: Store, ref: str) -> RunInfo | None:
    """The run whose digest begins with `ref` (four digits at least), if there is one."""
    if not _may_be_a_run(ref):
        return None
    if is_digest(ref):  # no list is needed, which would leave out a damaged run without a word
        return store.runs.info(ref) if store.runs.exists(ref) else None
    found = [info for info in store.runs.list() if info.run.startswith(ref)]
    if len(found) > 1:
        raise BadInputError(
            f"{ref} is the beginning of {len(found)} runs: {', '.join(i.run for i in found)}",
            hint="Give more digits.",
        )
    return found[0] if found else None


def _may_be_a_run(ref: str) -> bool:
    """Whether `ref` reads like a digest or its beginning, of four digits at least."""
    return len(ref) >= 4 and set(ref) <= set("0123456789abcdef")


def require_run(store: Store, ref: str) -> RunInfo:
    """`find_run`, or an error that says how to list the runs."""
    info = find_run(store, ref)
    if info is None:
        raise BadInputError(
            f"there is no run {ref!r}",
            hint="`python -m mslt_core runs` lists them; the first four digits are enough.",
        )
    return info


def _of_folder(ref: str, folder: Path) -> CheckpointRef:
    from mslt_core.models import checkpoints, config, screening

    screening.require_safetensors(folder, [path.name for path in folder.iterdir()])
    return CheckpointRef(
        key=ref if ref == EXAMPLE_MODEL else str(folder),
        name="Base" if ref == EXAMPLE_MODEL else f"Base ({model_name(ref, folder)})",
        kind="base",
        seen_langs=(),
        path=str(folder),
        fingerprint=checkpoints.fingerprint(folder),
        n_layers=config.n_layers(folder),
    )


def _of_run(store: Store, info: RunInfo) -> CheckpointRef:
    """A finished run. Its weights may be gone; what was computed from them is still found."""
    record = store.runs.outcome(info.run)
    return CheckpointRef(
        key=info.run,
        name=info.name,
        kind="sslt" if len(info.spec.source_langs) == 1 else "mslt",
        seen_langs=info.spec.seen_langs,
        path=str(store.runs.model_folder(info.run) or ""),
        fingerprint=record["weights"],
        n_layers=record["n_layers"],
    )


def require_weights(ref: CheckpointRef) -> Path:
    """The folder to load from, or an error that says how to get the weights back."""
    run, _, _ = ref.key.partition("@")
    if not ref.path:
        raise WeightsMissingError(
            f"the weights of {ref.name} (run {run}) are not stored",
            hint=f"Remake them with `python -m mslt_core train --again {run}`.",
        )
    from mslt_core.models import checkpoints

    folder = Path(ref.path)
    found = checkpoints.fingerprint(folder)
    if found != ref.fingerprint:  # what is computed from them is kept under the other name
        raise CheckpointError(
            f"the weights of {ref.name} in {folder} are not those that were scored: "
            f"expected {ref.fingerprint}, got {found}",
            hint=f"Remake them with `python -m mslt_core train --again {run}`.",
        )
    return folder
