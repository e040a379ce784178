"""Run folders: what a training run writes, and the list of runs."""

import dataclasses
import logging
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import MsltError, StoreError
from mslt_core.spec.results import (
    CurvePoint,
    Imported,
    RunInfo,
    RunState,
    TargetScores,
    TrainingPoint,
)
from mslt_core.spec.specs import TrainSpec
from mslt_core.store.atomic import DamagedError, read_json, write_compact_json, write_json
from mslt_core.store.index import RunIndex
from mslt_core.store.lines import append_line, keep_up_to, read_lines
from mslt_core.store.records import (
    IMPORTED,
    PACKED,
    RunOutcome,
    as_fields,
    checked_record,
    curve_point,
    damaged,
    hash_of,
    mean_score,
    metrics_of,
    predictions_of,
    put_in_place,
    snapshot_place,
    stage_predictions,
    stamp_of,
    stamps_of,
    unpacked,
)
from mslt_core.store.states import UNFINISHED, WorkStatus
from mslt_core.store.tensors import Arrays, read_tensors, write_packed
from mslt_core.store.work import WorkFolders

logger = logging.getLogger(__name__)

_LISTED: dict[Path, tuple[dict[str, str], dict[str, RunInfo]]] = {}
"""Stamps and runs of layers that are only read, by their folder."""


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
        append_line(self._own(run) / "history.jsonl", dataclasses.asdict(point))

    def append_curve(self, run: str, point: CurvePoint) -> None:
        """Add a point of the learning curve, as safely."""
        append_line(self._own(run) / "curve.jsonl", dataclasses.asdict(point))

    def truncate_history(self, run: str, step: int) -> None:
        """Keep history, curve and snapshots up to and with `step`, from which training goes on."""
        for name in ("history.jsonl", "curve.jsonl"):
            keep_up_to(self._own(run) / name, step)
        for path in (self._own(run) / "snapshots").glob("*"):
            number = path.name.removeprefix("step-")
            if not number.isdecimal() or int(number) > step:  # or one that a kill cut short
                shutil.rmtree(path)

    def history(self, run: str) -> list[TrainingPoint]:
        """The training points so far. Lines that a crash tore are left out."""
        return read_lines(self._path(run, "history.jsonl"), lambda line: TrainingPoint(**line))

    def curve(self, run: str) -> list[CurvePoint]:
        """The points of the learning curve so far; none where none were asked for."""
        return read_lines(self._path(run, "curve.jsonl"), curve_point)

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
        n_meanings: int | None = None,
        snapshots: Mapping[int, str] | None = None,
        step_scored: int | None = None,
        last_scores: Mapping[str, TargetScores] | None = None,
    ) -> None:
        """Write all that the run found, the scores last; then it may be called done."""
        folder = self._own(run)
        staged = stage_predictions(folder, run, predictions)
        write_json(folder / "sampled.json", sampled)
        record = {
            "scores": as_fields(scores),
            "sampled_hash": hash_of(sampled),
            "n_sampled": {lang: len(rows) for lang, rows in sampled.items()},
            "tokens_seen": dict(tokens_seen),
            "device": device,
            "weights": weights,
            "n_layers": n_layers,
            "n_meanings": n_meanings,
            "step_scored": step_scored,
            "last_scores": last_scores and as_fields(last_scores),
        }
        if snapshots:
            record["snapshots"] = {str(step): of for step, of in snapshots.items()}
        put_in_place(staged, folder)
        write_json(folder / "scores.json", record)
        (folder / IMPORTED).unlink(missing_ok=True)  # these results were made here

    def outcome(self, run: str, *, rows: bool = True) -> RunOutcome:
        """What was written, `rows` the sampled ones too; StoreError where it is damaged."""
        record = self._record(run)
        listed = (rows or "n_sampled" not in record) and not self._path(run, PACKED)
        sampled = self._sampled(run, record["sampled_hash"]) if listed else None
        counts = {lang: len(rows) for lang, rows in (sampled or {}).items()}
        return RunOutcome(
            scores=record["scores"],
            sampled=sampled,
            n_sampled=record.get("n_sampled") or counts,
            sampled_hash=record["sampled_hash"],
            tokens_seen=record["tokens_seen"],
            device=record["device"],
            weights=record["weights"],
            n_layers=record["n_layers"],
            n_meanings=record.get("n_meanings"),
            snapshots=record["snapshots"],
            step_scored=record.get("step_scored"),
            last_scores=record["last_scores"],
        )

    def _sampled(self, run: str, expected: str) -> dict[str, list[str]]:
        path = self._path(run, "sampled.json")
        try:
            sampled = read_json(path) if path else None
        except ValueError:
            sampled = None
        if sampled is None or hash_of(sampled) != expected:
            raise damaged(run, "sampled.json")
        return dict(sampled)

    def predictions(self, run: str, lang: str) -> Arrays | None:
        """Per-item outcomes on one target language; None where there are none that can be read."""
        path = self._path(run, predictions_of(lang))
        packed = None if path else self._path(run, PACKED)
        try:
            if path:
                return read_tensors(path)[0]
            return unpacked(packed, packed.stat().st_mtime_ns).get(lang) if packed else None
        except (DamagedError, OSError) as e:
            logger.warning("%s is damaged: %s", path or packed, e)
            return None

    def scored_stamp(self, run: str) -> str:
        """Changes whenever the run's scores are written, which are the last of its outcome."""
        found = (stamp_of(f"{root}/{run}/scores.json") for root in self._roots)
        return next((stamp for stamp in found if stamp != "-"), "-")

    def all_predictions(self, run: str, langs: Sequence[str]) -> dict[str, Arrays]:
        """Per-item outcomes on these targets; those that are missing or damaged are left out.

        Of packed runs the one file is looked up once, not once a language.
        """
        packed = None if self._path(run, predictions_of(langs[0])) else self._path(run, PACKED)
        if packed and self.predictions(run, langs[0]) is not None:  # it can be read
            found = unpacked(packed, packed.stat().st_mtime_ns)
            return {lang: found[lang] for lang in langs if lang in found}
        each = ((lang, self.predictions(run, lang)) for lang in langs)
        return {lang: arrays for lang, arrays in each if arrays is not None}

    def pack(self, run: str, folder: Path) -> None:
        """Write what pages need of a finished run into `folder`, as small as it goes.

        Spec, state and scores without white space; the outcomes of all targets in one compressed
        file, without the labels themselves; no history, no weights, no list of sampled rows.
        """
        record = self._record(run)
        arrays = {}
        for lang in record["scores"]:
            for name, counts in (self.predictions(run, lang) or {}).items():
                if name not in {"predicted", "gold"}:
                    arrays[f"{lang}/{name}"] = counts.astype(np.min_scalar_type(counts.max()))
        write_packed(folder / PACKED, arrays, {"run": run})
        for name in ("spec.json", "where.json", "state.json", "progress.json"):
            path = self._path(run, name)
            if path:
                write_compact_json(folder / name, read_json(path))
        last = record["last_scores"]
        fields = {"scores": as_fields(record["scores"]), "last_scores": last and as_fields(last)}
        write_compact_json(folder / "scores.json", {**record, **fields})

    def model_folder(self, run: str) -> Path | None:
        """The folder of the trained checkpoint, if its weights are stored in any layer."""
        manifest = self._path(run, "model/manifest.json")
        return manifest.parent if manifest else None

    def snapshot_folder(self, run: str, step: int) -> Path:
        """Where the weights after `step` are kept on the way; they need not be there."""
        manifest = f"{snapshot_place(step)}/manifest.json"
        return (self._path(run, manifest) or self.folder(run) / manifest).parent

    def drop_weights(self, run: str) -> None:
        """Delete the weights of a run, those of its snapshots too; all else stays."""
        folder = self.folder(run)
        # a deletion cut short must not look like damaged weights
        for kept in (folder / "model", *folder.glob("snapshots/*")):
            (kept / "manifest.json").unlink(missing_ok=True)
        for name in ("model", "snapshots"):
            shutil.rmtree(folder / name, ignore_errors=True)

    def info(self, run: str) -> RunInfo:
        """What the list shows of one run; its folder may lack the history of what is done."""
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
            step=history[-1].step if history else spec.steps * (status.state == "done"),
            created_utc=status.created_utc,
            elapsed_s=status.progress.elapsed_s,
            device=record["device"] if record else "",
            metrics=metrics_of(record["scores"]) if record else (),
            mean_score=mean_score(spec, record["scores"]) if record else None,
            has_scores=record is not None,
            read_only=self._read_only or self._home(run).parent != self._roots[0],
            has_weights=self.model_folder(run) is not None,
            imported=self._imported(run),
        )

    def _imported(self, run: str) -> Imported | None:
        path = self._path(run, IMPORTED)
        try:
            return Imported(**read_json(path)) if path else None
        except (ValueError, TypeError) as e:
            raise damaged(run, IMPORTED) from e

    def list(self) -> list[RunInfo]:
        """All runs of all layers, newest first. Damaged ones are left out with a warning."""
        found: dict[str, RunInfo] = {}
        for root in reversed(self._roots):
            stamps = stamps_of(root)
            if self._index and root == self._roots[0]:
                found |= self._index.refreshed(stamps, self._read)
            else:
                found |= self._shipped(root, stamps)
        unsure = [run for run, i in found.items() if i.state in UNFINISHED or i.state == "lost"]
        now = {**found, **{run: self._read(run) for run in unsure}}
        listed = [info for info in now.values() if info]
        return sorted(listed, key=lambda info: (info.created_utc, info.run), reverse=True)

    def _shipped(self, root: Path, stamps: Mapping[str, str]) -> dict[str, RunInfo]:
        """The runs of a layer without an index: read once a process, and again if they change."""
        known = _LISTED.get(root)
        if known is None or known[0] != stamps:
            alone = Runs((root.parent,), read_only=True)
            infos = {run: info for run in stamps if (info := alone._read(run))}
            known = _LISTED[root] = (dict(stamps), infos)
        return dict(known[1])

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
            return checked_record(record)
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as e:
            raise damaged(run, "scores.json") from e
