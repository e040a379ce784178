"""What a run's folder holds, file by file: names, stamps, checks."""

import dataclasses
import functools
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import StoreError
from mslt_core.spec.languages import language
from mslt_core.spec.results import SCORES, CurvePoint, TargetScores
from mslt_core.spec.specs import TrainSpec
from mslt_core.store.atomic import make_folder
from mslt_core.store.tensors import Arrays, read_packed, write_tensors
from mslt_core.store.work import is_digest

PACKED = "predictions.safetensors.zlib"
"""Outcomes of all targets in one file, in runs that were packed to be shipped."""

IMPORTED = "imported.json"
"""Where a run came from, in runs that were not made here."""

STAMPED = (
    "spec.json",
    "where.json",
    "state.json",
    "scores.json",
    "model/manifest.json",
    IMPORTED,
)
"""The files of a run that decide what the list shows once it has ended."""


class RunOutcome(TypedDict):
    """All that a finished run leaves but its weights and its predictions."""

    scores: dict[str, TargetScores]
    sampled: dict[str, list[str]] | None
    """Row ids of the training examples per source language; None for packed runs, which keep
    their hash alone: the spec and the data decide them."""
    n_sampled: dict[str, int]
    sampled_hash: str
    tokens_seen: dict[str, int]
    device: str
    weights: str
    """Fingerprint of the trained checkpoint."""
    n_layers: int
    n_meanings: int | None
    snapshots: dict[int, str]
    """Steps whose weights were kept on the way, and their fingerprints."""
    step_scored: int | None
    last_scores: dict[str, TargetScores] | None


@functools.lru_cache(maxsize=64)
def unpacked(path: Path, mtime_ns: int) -> dict[str, Arrays]:  # noqa: ARG001
    """Language to arrays of a packed file."""
    by_lang: dict[str, Arrays] = {}
    for name, array in read_packed(path)[0].items():
        lang, _, field = name.partition("/")
        by_lang.setdefault(lang, {})[field] = array
    return by_lang


def snapshot_place(step: int) -> str:
    """Where in a run's folder the weights after `step` are kept."""
    return f"snapshots/step-{step:06d}"


def checked_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """The scores as objects; ValueError, KeyError or TypeError where something does not fit."""
    scores = {lang: checked_scores(fields) for lang, fields in record["scores"].items()}
    last = record.get("last_scores")
    last_scores = {lang: checked_scores(fields) for lang, fields in last.items()} if last else None
    snapshots = {int(step): str(of) for step, of in record.get("snapshots", {}).items()}
    kinds = {
        "sampled_hash": str,
        "tokens_seen": dict,
        "device": str,
        "weights": str,
        "n_layers": int,
    }
    for name, kind in kinds.items():
        if not isinstance(record[name], kind):
            raise TypeError(f"{name} is no {kind.__name__}")
    return {**record, "scores": scores, "last_scores": last_scores, "snapshots": snapshots}


def checked_scores(fields: Mapping[str, Any]) -> TargetScores:
    score = TargetScores(**fields)
    # not those of the object: astuple copies each, and a store has thousands of runs
    largest = sys.float_info.max  # math.isfinite raises for a whole number above it
    if not all(value is None or abs(value) <= largest for value in fields.values()):
        raise ValueError("a score is not finite")
    if not score.metrics:
        raise ValueError("a target has no score")
    return score


def stamps_of(root: Path) -> dict[str, str]:
    """Run to a text that changes with its state, its scores and whether it has weights."""
    if not root.is_dir():
        return {}
    with os.scandir(root) as entries:
        folders = {entry.name: entry.path for entry in entries if is_digest(entry.name)}
    found = {
        run: " ".join([stamp_of(f"{folder}/{name}") for name in STAMPED])
        for run, folder in folders.items()
    }
    # without its spec, the first that is stamped, a run is still being created
    return {run: stamp for run, stamp in found.items() if not stamp.startswith("- ")}


def stamp_of(path: str) -> str:
    """Every write replaces the file, so its number in the file system tells writes apart."""
    try:
        found = os.stat(path)  # a Path would take four times as long
    except FileNotFoundError:
        return "-"
    return f"{found.st_ino}:{found.st_mtime_ns}:{found.st_size}"


def curve_point(line: Mapping[str, Any]) -> CurvePoint:
    scores = {lang: TargetScores(**fields) for lang, fields in line["scores"].items()}
    return CurvePoint(**{**line, "scores": scores})


def as_fields(scores: Mapping[str, TargetScores]) -> dict[str, dict[str, Any]]:
    """Scores as they are written: what a task does not have is left out."""
    return {
        lang: {name: v for name, v in dataclasses.asdict(of_lang).items() if v is not None}
        for lang, of_lang in scores.items()
    }


def predictions_of(lang: str) -> str:
    # a code that the table of languages knows is safe as a file's name
    return f"predictions/{language(lang).code}.safetensors"


def stage_predictions(
    folder: Path, run: str, predictions: Mapping[str, Mapping[str, npt.NDArray[Any]]]
) -> Path:
    """Write what a run found in a folder beside that of an earlier training, which stays whole."""
    staged = folder / "predictions.new"
    shutil.rmtree(staged, ignore_errors=True)  # of an attempt that was killed
    make_folder(staged)
    for lang, arrays in predictions.items():
        file = staged / Path(predictions_of(lang)).name
        write_tensors(file, arrays, {"run": run, "lang": lang})
    return staged


def put_in_place(staged: Path, folder: Path) -> None:
    """Let new predictions take the place of old ones, whose scores must not stand beside them."""
    (folder / "scores.json").unlink(missing_ok=True)
    shutil.rmtree(folder / "predictions", ignore_errors=True)
    staged.rename(folder / "predictions")


def metrics_of(scores: Mapping[str, TargetScores]) -> tuple[str, ...]:
    """What the targets are scored by, in any language, the main score first."""
    found = {name for of_lang in scores.values() for name in of_lang.metrics}
    return tuple(name for name in SCORES if name in found)


def mean_score(spec: TrainSpec, scores: Mapping[str, TargetScores]) -> float | None:
    """Mean of the main score over the targets that were not trained on; None if all were."""
    found = [
        getattr(of_lang, of_lang.metrics[0])
        for lang, of_lang in scores.items()
        if lang not in spec.seen_langs
    ]
    return float(np.mean(found)) if found else None


def hash_of(sampled: Mapping[str, Sequence[str]]) -> str:
    text = json.dumps(sampled, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def damaged(run: str, name: str) -> StoreError:
    return StoreError(f"{name} of run {run} is missing or damaged", hint="Start the run again.")
