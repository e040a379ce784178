"""What the files of an unpacked bundle must hold before they enter a store.

Their SHA-256 have been compared by then: these checks are against a hostile or mistaken writer.
What can load code is not opened here at all; a model is screened again when it is loaded, as every
checkpoint is.
"""

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mslt_core.spec.base import Spec
from mslt_core.spec.errors import BundleError, MsltError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.sweeps import Engine
from mslt_core.store.atomic import DamagedError
from mslt_core.store.bundle.array_checks import model_file, packed, predictions, question
from mslt_core.store.bundle.layout import (
    ROOM_OF,
    Digest,
    Manifest,
    Member,
    Utc,
    kind_of,
    parsed,
    portable,
    validated,
)
from mslt_core.store.bundle.outside_checks import check_outside
from mslt_core.store.bundle.score_checks import (
    require_chosen,
    require_curve,
    require_history,
    require_scores,
    strictly,
)
from mslt_core.store.bundle.story_checks import check_stories
from mslt_core.store.records import checked_record, snapshot_place
from mslt_core.store.spec_text import spec_from_text
from mslt_core.store.states import Progress
from mslt_core.store.sweeps import PLAN, Sweeps

MAX_TEXT = 300
"""Of a name that is shown."""


class _Done(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    state: str = Field(pattern=r"\Adone\z")
    reason: str = Field(max_length=0)
    created_utc: Utc


class _Outcome(BaseModel):
    """``scores.json`` but for the scores."""

    model_config = ConfigDict(extra="forbid", strict=True)
    scores: dict[str, Any]
    sampled_hash: Digest
    n_sampled: dict[str, int] = {}
    tokens_seen: dict[str, int]
    device: str
    weights: Digest
    n_layers: int = Field(ge=0, le=10_000)
    n_meanings: int | None = Field(default=None, ge=0)
    snapshots: dict[Annotated[str, Field(pattern=r"\A[1-9]\d{0,8}\z")], Digest] = {}
    step_scored: int | None = Field(default=None, ge=0)
    last_scores: dict[str, Any] | None = None


_PROGRESS = TypeAdapter(Progress)
_UTC = TypeAdapter(Utc)


def check_contents(root: Path, manifest: Manifest) -> None:
    """Every file below `root` is what its name says; BundleError names the first that is not."""
    try:
        _check_contents(root, manifest)
    except RecursionError:
        raise BundleError("one of its files is nested too deep") from None


def _check_contents(root: Path, manifest: Manifest) -> None:
    specs = {run: _run_spec(root, run) for run in manifest.runs}
    # run by run: the scores of 30,000 at once would fill the memory
    of_runs: dict[str, list[Member]] = {run: [] for run in manifest.runs}
    for member in manifest.members:
        kind, parts = kind_of(member.name)
        if ROOM_OF.get(kind, "runs") == "runs":
            of_runs[parts[0]].append(member)
        elif kind == "array":
            spec = _spec_of(question(root / member.name, member.name), member.name, parts[1])
            if isinstance(spec, TrainSpec):
                raise BundleError(f"{member.name} answers no question of arrays")
    for run, members in of_runs.items():
        for place in _check_run(root, run, specs[run], members):
            if place not in {"model", *map(snapshot_place, specs[run].snapshot_steps)}:
                raise BundleError(f"runs/{run}/{place} is of a step that the run does not keep")
            _model(root, f"runs/{run}/{place}/", members)
    for sweep in manifest.sweeps:
        _plan(root, sweep)
    check_stories(root, manifest, specs)
    check_outside(root, manifest)


def _check_run(root: Path, run: str, spec: TrainSpec, members: Sequence[Member]) -> tuple[str, ...]:
    """Its files; the places of its weights are returned."""
    record, places = _record(root, run, spec), []
    scores: dict[str, TargetScores] = record["scores"]
    for name in (member.name for member in members):
        path, (kind, parts) = root / name, kind_of(name)
        if kind in SIMPLE:
            SIMPLE[kind](path, name)
        elif kind == "history":
            require_history(path, name, spec)
        elif kind == "curve":
            require_curve(path, name, spec, record)
        elif kind == "predictions":
            predictions(path, name, run, parts[1], scores)
        elif kind == "packed":
            packed(path, name, run, scores)
        elif kind == "model":
            model_file(path, name)
            places.append(parts[1])
    return tuple(dict.fromkeys(places))


def _run_spec(root: Path, run: str) -> TrainSpec:
    spec = _spec(root / "runs" / run / "spec.json", f"runs/{run}/spec.json", run)
    if not isinstance(spec, TrainSpec):
        raise BundleError(f"runs/{run}/spec.json holds a {type(spec).__name__}, not a run")
    if not (root / "runs" / run / "state.json").exists():
        raise BundleError(f"run {run} has no state.json")
    return spec


def _spec(path: Path, name: str, digest: str) -> Spec:
    if not path.exists():
        raise BundleError(f"{name} is missing")
    content = path.read_bytes()
    _require_shown(parsed(content, name), name)
    return _spec_of(content, name, digest)


def _spec_of(content: bytes, name: str, digest: str) -> Spec:
    try:
        return spec_from_text(content.decode(), digest)
    except (DamagedError, MsltError, UnicodeDecodeError, RecursionError) as e:
        raise BundleError(f"{name}: {e}") from e


def _record(root: Path, run: str, spec: TrainSpec) -> dict[str, Any]:
    """What the run found, with scores of its own targets, inside their range."""
    name = f"runs/{run}/scores.json"
    path = root / name
    if not path.exists():
        raise BundleError(f"{name} is missing")
    fields = parsed(path.read_bytes(), name)
    _require_shown(fields, name)
    if not isinstance(fields, dict):
        raise BundleError(f"{name} is no record of a run")
    validated(name, lambda: _Outcome(**fields))
    try:
        record = checked_record(fields)
    except (ValueError, TypeError, KeyError, AttributeError) as e:
        raise BundleError(f"{name}: {e}") from e
    for of_lang in (record["scores"], record["last_scores"] or {}):
        require_scores(of_lang, spec, name)
    require_chosen(record, spec, name)
    return record


def _state(path: Path, name: str) -> None:
    fields = parsed(path.read_bytes(), name)
    validated(name, lambda: _Done.model_validate(fields))


def _progress(path: Path, name: str) -> None:
    fields = parsed(path.read_bytes(), name)
    _require_shown(fields, name)
    try:
        progress = Progress(**fields)
    except TypeError as e:
        raise BundleError(f"{name}: {e}") from e
    strictly(_PROGRESS, progress, name)


def _sampled(path: Path, name: str) -> None:
    fields = parsed(path.read_bytes(), name)
    rows = TypeAdapter(dict[str, list[str]])
    validated(name, lambda: rows.validate_python(fields, strict=True))


def _model(root: Path, folder: str, members: Sequence[Member]) -> None:
    """The seal of a run's weights lists just the files that came with the run."""
    came = {m.name.removeprefix(folder): m for m in members if m.name.startswith(folder)}
    if "manifest.json" not in came or "config.json" not in came:
        raise BundleError(f"{folder} is no whole checkpoint")
    seal = parsed((root / folder / "manifest.json").read_bytes(), f"{folder}manifest.json")
    listed = seal.get("files") if isinstance(seal, dict) else None
    del came["manifest.json"]
    found = {name: {"size": m.size, "sha256": m.sha256} for name, m in came.items()}
    if listed != found:
        raise BundleError(f"{folder}manifest.json does not list the files that are beside it")


def _plan(root: Path, digest: str) -> None:
    name = f"sweeps/{digest}/{PLAN}"
    _require_shown(_with_specs_open(parsed((root / name).read_bytes(), name), name), name)
    try:
        sweep = Sweeps(root, read_only=True).get(digest)
    except (MsltError, AttributeError) as e:
        raise BundleError(f"{name}: {e}") from e
    validated(name, lambda: _UTC.validate_python(sweep.created_utc))
    if sweep.digest != digest:
        raise BundleError(f"{name} is the plan of sweep {sweep.digest}")
    if sweep.engine != Engine():
        raise BundleError(f"{name} names a cluster to be reached, which no bundle has")
    if any(portable(run.where) != run.where for run in sweep.runs):
        raise BundleError(f"{name} names folders of another machine")


def _with_specs_open(plan: Any, name: str) -> Any:
    """The plan with the text of every spec as what it says."""
    rows = plan.get("runs") if isinstance(plan, dict) else None
    if not isinstance(rows, list):
        raise BundleError(f"{name} is no plan of a sweep")
    opened = []
    for row in rows:
        text = row.get("spec") if isinstance(row, dict) else None
        if not isinstance(text, str):
            raise BundleError(f"{name} is no plan of a sweep")
        opened.append({**row, "spec": parsed(text.encode(errors="surrogatepass"), name)})
    return {**plan, "runs": opened}


def _require_shown(value: Any, name: str) -> None:
    """Texts that pages will show: short, without characters that hide or turn what is read."""
    if isinstance(value, str):
        hidden = [c for c in value if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"}]
        if hidden:
            raise BundleError(f"{name} has the hidden character U+{ord(hidden[0]):04X} in a text")
        if len(value) > MAX_TEXT or value[:1] in {"=", "+", "-", "@"}:
            raise BundleError(f"{name} has a text that is no name: {value[:40]!r}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _require_shown(key, name)
            _require_shown(inner, name)
    elif isinstance(value, list):
        for inner in value:
            _require_shown(inner, name)


SIMPLE: dict[str, Callable[[Path, str], None]] = {
    "state": _state,
    "progress": _progress,
    "sampled": _sampled,
}
