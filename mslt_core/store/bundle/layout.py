"""What a bundle may hold: names, sizes, manifest.

A bundle has the layout of a store: ``runs/<digest>/...``, ``sweeps/<digest>/plan.json``,
``arrays/<2 hex>/<digest>.safetensors``, ``stories/<id>.json``, ``stories/pins/<digest>/...``,
``outside/<digest>/...``, and ``manifest.json`` first. A name that is not listed here is refused, so
no name can lead out of the folder into which a bundle is unpacked.
"""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mslt_core.spec.checkpoint_files import TOKENIZER_FILES
from mslt_core.spec.errors import BundleError, UnknownLanguageError
from mslt_core.spec.languages import language
from mslt_core.spec.specs import Where

T = TypeVar("T")
Report = Callable[[int, int, str], None]

FORMAT = "mslt-bundle"
VERSION: Literal[1] = 1
VERSION_WITH_STORIES: Literal[2] = 2
VERSION_WITH_OUTSIDE: Literal[3] = 3
"""Only a bundle that holds some has this one: others are still read by programs that know none."""
VERSIONS = (VERSION, VERSION_WITH_STORIES, VERSION_WITH_OUTSIDE)
MANIFEST = "manifest.json"

MAX_MEMBERS = 100_000
"""A run has about 30 files, so 127 sets x 5 seeds x 5 tasks fit, which 2,000 members would not;
what that could cost an importer is bounded by the size of the zip's list of members."""
MAX_BYTES = 4_000_000_000
"""Unpacked. Whoever expects more, for instance many runs with weights, says so."""
MAX_RATIO = 200
"""Of a member's size to its packed one. Files that shrink further are stored as they are."""

MODEL_FILES = (
    "config.json",
    "manifest.json",
    *TOKENIZER_FILES,
    "model.safetensors.index.json",
    r"model(?:-\d{5}-of-\d{5})?.safetensors",
)
"""What loading a checkpoint may read (`models.checkpoints.CONTENT`), and its seal."""

MAX_VALUES = 4_000_000
"""In one JSON file: an empty list takes two bytes there, and 64 once it is read."""

MAX_PINS, MAX_STORIES = 2000, 500
"""Present lists all of them, a button each."""
MAX_PIN_BYTES = 64_000_000
"""Of the words of all pins: whoever tells pins apart has them all in memory."""

_D = "[0-9a-f]{16}"
_ID = "(?=.{1,60}[.])[a-z0-9]+(?:-[a-z0-9]+)*"
_MODEL = "|".join(name.replace(".", r"\.") for name in MODEL_FILES)
_MB = 10**6

KINDS: dict[str, tuple[re.Pattern[str], int | None]] = {
    kind: (re.compile(pattern), limit)
    for kind, pattern, limit in (
        ("spec", rf"runs/({_D})/spec\.json", _MB),
        ("state", rf"runs/({_D})/state\.json", _MB),
        ("progress", rf"runs/({_D})/progress\.json", _MB),
        ("scores", rf"runs/({_D})/scores\.json", 4 * _MB),
        ("sampled", rf"runs/({_D})/sampled\.json", 64 * _MB),
        ("history", rf"runs/({_D})/history\.jsonl", 64 * _MB),
        ("curve", rf"runs/({_D})/curve\.jsonl", 64 * _MB),
        ("packed", rf"runs/({_D})/predictions\.safetensors\.zlib", 64 * _MB),
        ("predictions", rf"runs/({_D})/predictions/([a-z]{{2,3}})\.safetensors", 256 * _MB),
        ("model", rf"runs/({_D})/(model|snapshots/step-\d{{6,9}})/({_MODEL})", None),
        ("plan", rf"sweeps/({_D})/plan\.json", 64 * _MB),
        ("array", rf"arrays/([0-9a-f]{{2}})/({_D})\.safetensors", 256 * _MB),
        # a story of as many slides and letters as there may be takes less than 5 MB
        ("story", rf"stories/({_ID})\.json", 6 * _MB),
        ("pin", rf"stories/pins/({_D})/(?:pin|pinned)\.json", 4 * _MB),
        ("outside", rf"outside/({_D})/(?:spec|scores)\.json", _MB),
        ("items", rf"outside/({_D})/outcomes/([a-z]{{2,3}})\.safetensors", 16 * _MB),
        ("shown", rf"stories/pins/({_D})/content\.json", 16 * _MB),
    )
}
"""Kind of member to the names that it may have and the bytes, which bound the memory that reading
it takes; weights are never read whole."""

ROOMS = ("runs", "sweeps", "arrays", "stories", "pins", "outside")
ROOM_OF = {
    **{"plan": "sweeps", "array": "arrays", "story": "stories", "pin": "pins", "shown": "pins"},
    **{"outside": "outside", "items": "outside"},
}
"""Where in the manifest the owner of such a file is named; all others belong to runs."""

Digest = Annotated[str, Field(pattern=r"\A[0-9a-f]{16}\z")]
Utc = Annotated[str, Field(pattern=r"\A\d{4}-\d\d-\d\dT[\d:.]{5,20}(\+00:00|Z)\z")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SpecText(_Strict):
    """A question as the store keeps it."""

    kind: str
    schema_number: int
    fields: dict[str, Any]


class Member(_Strict):
    """A file of the bundle."""

    name: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"\A[0-9a-f]{64}\z")


class Manifest(_Strict):
    """What is in a bundle, and who wrote it when."""

    format: Literal["mslt-bundle"] = "mslt-bundle"
    version: Literal[1, 2, 3] = 1
    product_version: str = Field(pattern=r"\A[0-9][0-9a-z.+]{0,30}\z")
    created_utc: Utc
    with_weights: bool
    with_arrays: bool
    # JSON has lists alone, which strict tuples do not take
    runs: tuple[Digest, ...] = Field(strict=False)
    sweeps: tuple[Digest, ...] = Field(strict=False)
    arrays: tuple[Digest, ...] = Field(strict=False)
    stories: tuple[str, ...] = Field(default=(), strict=False)
    pins: tuple[Digest, ...] = Field(default=(), strict=False)
    absent: tuple[Digest, ...] = Field(default=(), strict=False)
    """Runs that its pins rest on and that it does not hold."""
    outside: tuple[Digest, ...] = Field(default=(), strict=False)
    """Results that other programs made."""
    members: tuple[Member, ...] = Field(strict=False)

    def text(self) -> bytes:
        """As it stands in the bundle."""
        unknown_then = {"outside"} if self.version < VERSION_WITH_OUTSIDE else set()
        if self.version < VERSION_WITH_STORIES:
            unknown_then |= {"stories", "pins", "absent"}
        return json.dumps(self.model_dump(mode="json", exclude=unknown_then), indent=1).encode()


def kind_of(name: str) -> tuple[str, tuple[str, ...]]:
    """The kind of member that may have this name, and the parts that tell it from others."""
    for kind, (pattern, _) in KINDS.items():
        if found := pattern.fullmatch(name):
            parts = found.groups()
            if kind in {"predictions", "items"}:
                _known(parts[1], name)
            if kind == "array" and not parts[1].startswith(parts[0]):
                break
            return kind, parts
    raise BundleError(
        f"it holds {name[:200]!r}, which no bundle has",
        hint="It was not written by MSLT Lab, or by a newer version.",
    )


def _known(lang: str, name: str) -> None:
    try:
        language(lang)
    except UnknownLanguageError as e:
        raise BundleError(f"{name}: {e.message}") from None


def checked_manifest(content: bytes) -> Manifest:
    """The manifest of a bundle that this version can read."""
    fields = parsed(content, MANIFEST)
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise BundleError(f"its {MANIFEST} is not that of a bundle of MSLT Lab")
    version = fields.get("version")
    if version not in VERSIONS or isinstance(version, bool):
        maker = str(fields.get("product_version"))[:30]
        raise BundleError(
            f"it has format version {str(version)[:30]}, and this MSLT Lab reads versions "
            f"{VERSIONS[0]} to {VERSIONS[-1]}",
            hint=f"It was written by MSLT Lab {maker!r}: use that version or a later one.",
        )
    manifest = validated(MANIFEST, lambda: Manifest(**fields))
    _require_consistent(manifest)
    require_bounds(manifest)
    return manifest


def require_bounds(manifest: Manifest) -> None:
    """Nothing is larger or more than what an importer takes, so nobody exports it either."""
    of_pins = 0
    for member in manifest.members:
        kind = kind_of(member.name)[0]
        require_size(kind, member.name, member.size)
        of_pins += member.size * (kind == "pin")
    if of_pins > MAX_PIN_BYTES:
        raise BundleError(
            f"the words of its pins have {of_pins:,} bytes; {MAX_PIN_BYTES:,} are allowed"
        )
    if len(manifest.pins) > MAX_PINS or len(manifest.stories) > MAX_STORIES:
        raise BundleError(
            f"it has {len(manifest.pins):,} pins and {len(manifest.stories):,} stories; "
            f"{MAX_PINS:,} and {MAX_STORIES:,} are allowed"
        )


def require_size(kind: str, name: str, size: int) -> None:
    """A member is no larger than those of its kind may be."""
    limit = KINDS[kind][1]
    if limit is not None and size > limit:
        raise BundleError(f"{name} has {size:,} bytes, more than the {limit:,} it may have")


def _require_consistent(manifest: Manifest) -> None:
    """The runs, sweeps and arrays that it names are those of its members."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    weights = False
    for member in manifest.members:
        kind, parts = kind_of(member.name)
        room = ROOM_OF.get(kind, "runs")
        found[room].add(parts[-1] if kind == "array" else parts[0])
        weights |= kind == "model"
    for room, digests in found.items():
        stated = getattr(manifest, room)
        if len(set(stated)) < len(stated) or set(stated) != digests:
            raise BundleError(f"its {MANIFEST} does not name the {room} that it holds")
    if manifest.version == VERSION and (manifest.stories or manifest.pins or manifest.absent):
        raise BundleError(f"it has stories, which no bundle of format version {VERSION} has")
    if manifest.version < VERSION_WITH_OUTSIDE and manifest.outside:
        raise BundleError(f"it has imported results, which version {manifest.version} never has")
    if weights > manifest.with_weights or bool(found["arrays"]) > manifest.with_arrays:
        raise BundleError(f"its {MANIFEST} does not tell the weights or arrays that it holds")


def parsed(content: bytes, name: str) -> Any:
    """JSON from outside, or an error that names the member."""
    require_few_values(content, name)
    try:
        return json.loads(content.decode("utf-8"))
    except RecursionError:
        raise BundleError(f"{name} is nested too deep") from None
    except ValueError as e:
        raise BundleError(f"{name} is not JSON: {e}") from None


def require_few_values(content: bytes, name: str) -> None:
    """So few that what is read of this JSON stays below a GB of memory."""
    n_values = content.count(b",") + content.count(b"[") + content.count(b"{")
    if n_values > MAX_VALUES:
        raise BundleError(f"{name} holds {n_values:,} values; {MAX_VALUES:,} are allowed")


def validated(name: str, make: Callable[[], T]) -> T:
    """What `make` makes, or an error in one sentence with the member's name."""
    try:
        return make()
    except ValidationError as e:
        first = e.errors()[0]
        field = ".".join(map(str, first["loc"]))[:100] or "a field"
        # a pattern tells a reader nothing
        reason = "is not as it must be" if "pattern" in first["type"] else first["msg"].lower()
        raise BundleError(f"{name}: {field}: {reason}") from None


def portable(where: Where) -> Where:
    """What of it means the same on any machine: the example's base. Paths stay at home."""
    return Where(model=where.model if where.model == "base" else None)


def quiet(done: int, total: int, message: str) -> None:
    """A `Report` that says nothing."""
