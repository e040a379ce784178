"""Run folders: what a training run writes, and the list of runs."""

import dataclasses
import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import MsltError, StoreError
from mslt_core.spec.languages import language
from mslt_core.spec.results import RunInfo, RunState, TargetScores, TrainingPoint
from mslt_core.spec.specs import TrainSpec
from mslt_core.store.atomic import (
    DamagedError,
    atomic_write,
    read_json,
    write_errors_explained,
    write_json,
)
from mslt_core.store.index import RunIndex
from mslt_core.store.states import UNFINISHED, WorkStatus
from mslt_core.store.tensors import Arrays, read_tensors, write_tensors
from mslt_core.store.work import WorkFolders, is_digest

logger = logging.getLogger(__name__)

STAMPED = ("spec.json", "where.json", "state.json", "scores.json", "model/manifest.json")
"""The files of a run that decide what the list shows once it has ended."""


class RunOutcome(TypedDict):
    """All that a finished run leaves but its weights and its predictions."""

    scores: dict[str, TargetScores]
    sampled: dict[str, list[str]]
    """Row ids of the training examples per source language."""
    sampled_hash: str
    tokens_seen: dict[str, int]
    device: str
    weights: str
    """Fingerprint of the trained checkpoint."""
    n_layers: int


class Runs(WorkFolders):
    """Work folders of training runs, with history, scores, predictions and weights in them."""

    def __init__(self, layers: tuple[Path, ...], *, read_only: bool) -> None:
        super().__init__("runs", layers, read_only=read_only)
        self._index = None if read_only else RunIndex(layers[0] / "index.sqlite")

    def set_state(self, digest: str, state: RunState, reason: str = "") -> None:
        """As for all work; and a run is not done before its scores are on disk."""
        if state == "done" and not (self.folder(digest) / "scores.json").exists():
            raise ValueError(f"run {digest} cannot be done: it has no scores")
        super().set_state(digest, state, reason)

    def status(self, digest: str) -> WorkStatus:
        """As for all work; and a run without scores that can be read is lost, not done."""
        status = super().status(digest)
        if status.state == "done":
            try:
                self._record(digest)
            except StoreError as e:
                return dataclasses.replace(status, state="lost", reason=e.message)
        return status

    def append_history(self, run: str, point: TrainingPoint) -> None:
        """Add a row to the history; once this returns, killing the process cannot lose it."""
        path = self._own(run) / "history.jsonl"
        line = json.dumps(dataclasses.asdict(point)).encode() + b"\n"
        with write_errors_explained(path, len(line)), path.open("a+b") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read(1) != b"\n":  # a killed worker's torn line must not swallow this one
                    line = b"\n" + line
            file.write(line)

    def truncate_history(self, run: str, step: int) -> None:
        """Keep the history up to and with `step`, from which training goes on."""
        kept = [dataclasses.asdict(p) for p in self.history(run) if p.step <= step]
        text = "".join(f"{json.dumps(point)}\n" for point in kept)
        atomic_write(self._own(run) / "history.jsonl", text.encode())

    def history(self, run: str) -> list[TrainingPoint]:
        """The training points so far. Lines that a crash tore are left out."""
        path = self._path(run, "history.jsonl")
        lines = path.read_bytes().splitlines() if path else []
        points = (_point(line) for line in lines)
        return [point for point in points if point is not None]

    def write_outcome(
        self,
        run: str,
        *,
        scores: Mapping[str, TargetScores],
        predictions: Mapping[str, Mapping[str, npt.NDArray[Any]]],
        sampled: Mapping[str, Sequence[str]],
        tokens_seen: Mapping[str, int],
        device: str,
        weights: str,
        n_layers: int,
    ) -> None:
        """Write all that the run found, the scores last; then it may be called done."""
        folder = self._own(run)
        for lang, arrays in predictions.items():
            write_tensors(folder / _predictions_of(lang), arrays, {"run": run, "lang": lang})
        write_json(folder / "sampled.json", sampled)
        record = {
            "scores": {lang: dataclasses.asdict(score) for lang, score in scores.items()},
            "sampled_hash": _hash_of(sampled),
            "tokens_seen": dict(tokens_seen),
            "device": device,
            "weights": weights,
            "n_layers": n_layers,
        }
        write_json(folder / "scores.json", record)

    def outcome(self, run: str) -> RunOutcome:
        """What `write_outcome` wrote; StoreError where it is missing or damaged."""
        record = self._record(run)
        path = self._path(run, "sampled.json")
        try:
            sampled = read_json(path) if path else None
        except ValueError:
            sampled = None
        if sampled is None or _hash_of(sampled) != record["sampled_hash"]:
            raise _damaged(run, "sampled.json")
        return RunOutcome(
            scores=record["scores"],
            sampled=sampled,
            sampled_hash=record["sampled_hash"],
            tokens_seen=record["tokens_seen"],
            device=record["device"],
            weights=record["weights"],
            n_layers=record["n_layers"],
        )

    def predictions(self, run: str, lang: str) -> Arrays | None:
        """Per-item outcomes on one target language; None where there are none that can be read."""
        path = self._path(run, _predictions_of(lang))
        if path is None:
            return None
        try:
            return read_tensors(path)[0]
        except (DamagedError, OSError) as e:
            logger.warning("%s is damaged: %s", path, e)
            return None

    def model_folder(self, run: str) -> Path | None:
        """The folder of the trained checkpoint, if its weights are stored in any layer."""
        manifest = self._path(run, "model/manifest.json")
        return manifest.parent if manifest else None

    def info(self, run: str) -> RunInfo:
        """What the list shows of one run, read from its folder."""
        spec, status = self.spec(run), self.status(run)
        if not isinstance(spec, TrainSpec):
            raise StoreError(f"{self._home(run)} holds a {type(spec).__name__}, not a run")
        record = self._record_or_none(run)
        history = self.history(run)
        return RunInfo(
            run=run,
            state=status.state,
            reason=status.reason,
            spec=spec,
            where=self.where(run),
            step=history[-1].step if history else 0,
            created_utc=status.created_utc,
            elapsed_s=status.progress.elapsed_s,
            device=record["device"] if record else "",
            mean_accuracy=_mean_accuracy(spec, record["scores"]) if record else None,
            has_scores=record is not None,
            read_only=self._read_only or self._home(run).parent != self._roots[0],
            has_weights=self.model_folder(run) is not None,
        )

    def list(self) -> list[RunInfo]:
        """All runs of all layers, newest first. Damaged ones are left out with a warning."""
        found: dict[str, RunInfo] = {}
        for root in reversed(self._roots):
            stamps = _stamps(root)
            if self._index and root == self._roots[0]:
                found |= self._index.refreshed(stamps, self._read)
            else:
                found |= {run: info for run in stamps if (info := self._read(run))}
        unsure = [run for run, i in found.items() if i.state in UNFINISHED or i.state == "lost"]
        now = {**found, **{run: self._read(run) for run in unsure}}
        listed = [info for info in now.values() if info]
        return sorted(listed, key=lambda info: (info.created_utc, info.run), reverse=True)

    def _read(self, run: str) -> RunInfo | None:
        try:
            return self.info(run)
        except (MsltError, OSError) as e:
            logger.warning("run %s is left out: %s", run, e)
            return None

    def _record_or_none(self, run: str) -> dict[str, Any] | None:
        try:
            return self._record(run)
        except StoreError:
            return None

    def _record(self, run: str) -> dict[str, Any]:
        """The content of ``scores.json``."""
        path = self._path(run, "scores.json")
        try:
            record = read_json(path) if path else {}
            return _checked_record(record)
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as e:
            raise _damaged(run, "scores.json") from e


def _checked_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """The scores as objects; ValueError, KeyError or TypeError where something does not fit."""
    scores = {lang: TargetScores(**fields) for lang, fields in record["scores"].items()}
    numbers = [v for score in scores.values() for v in dataclasses.astuple(score) if v is not None]
    if not np.isfinite(numbers).all():
        raise ValueError("a score is not finite")
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
    return {**record, "scores": scores}


def _stamps(root: Path) -> dict[str, str]:
    """Run to a text that changes with its state, its scores and whether it has weights."""
    if not root.is_dir():
        return {}
    with os.scandir(root) as entries:
        folders = {entry.name: entry.path for entry in entries if is_digest(entry.name)}
    return {
        run: " ".join(_stamp(f"{folder}/{name}") for name in STAMPED)
        for run, folder in folders.items()
        if os.path.exists(f"{folder}/spec.json")  # without it the run is still being created
    }


def _stamp(path: str) -> str:
    """Every write replaces the file, so its number in the file system tells writes apart."""
    try:
        found = os.stat(path)  # a Path would take four times as long
    except FileNotFoundError:
        return "-"
    return f"{found.st_ino}:{found.st_mtime_ns}:{found.st_size}"


def _point(line: bytes) -> TrainingPoint | None:
    try:
        return TrainingPoint(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _predictions_of(lang: str) -> str:
    # a code that the table of languages knows is safe as a file's name
    return f"predictions/{language(lang).code}.safetensors"


def _mean_accuracy(spec: TrainSpec, scores: Mapping[str, TargetScores]) -> float | None:
    """Mean token accuracy over the targets that were not trained on; None if all were."""
    zero_shot = [s.accuracy for lang, s in scores.items() if lang not in spec.source_langs]
    return float(np.mean(zero_shot)) if zero_shot else None


def _hash_of(sampled: Mapping[str, Sequence[str]]) -> str:
    text = json.dumps(sampled, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _damaged(run: str, name: str) -> StoreError:
    return StoreError(f"{name} of run {run} is missing or damaged", hint="Start the run again.")
