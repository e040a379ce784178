"""What results from elsewhere must be to travel: the same is asked at the export and the import.

Their name holds the fingerprint of scores and outcomes, so neither can have been changed without
the other, or without giving them another name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mslt_core.spec.errors import BundleError, MsltError
from mslt_core.spec.outside import OutsideScores, OutsideSpec
from mslt_core.spec.results import SCORES
from mslt_core.store.atomic import DamagedError
from mslt_core.store.bundle.array_checks import ARRAY_ERRORS
from mslt_core.store.bundle.layout import Manifest, SpecText, parsed, validated
from mslt_core.store.outside_rules import Experiments, content_of
from mslt_core.store.spec_text import spec_from_text
from mslt_core.store.tensors import Arrays, read_tensors

OUTCOMES = {"n_correct", "n_tokens"}


class _Scores(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    scores: dict[str, float] = Field(min_length=1)
    n_items: int | None = Field(ge=1)
    items: str = Field(pattern=r"\A([0-9a-f]{16})?\z")


_TARGETS = TypeAdapter(dict[str, _Scores])


class Together(Experiments):
    """As within an experiment; and one name and seed is one result."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[tuple[str, str, int]] = set()

    def know(self, spec: OutsideSpec, targets: Mapping[str, OutsideScores]) -> None:
        """One that is here, whatever it says."""
        super().know(spec, targets)
        self._seen.add((spec.experiment, spec.name, spec.seed))

    def add(self, spec: OutsideSpec, targets: Mapping[str, OutsideScores]) -> None:
        """Take one more, unless it contradicts one before."""
        if (spec.experiment, spec.name, spec.seed) in self._seen:
            raise BundleError(
                f"{spec.name}, seed {spec.seed}, is in the experiment {spec.experiment!r} already, "
                "with other scores"
            )
        super().add(spec, targets)


def check_outside(root: Path, manifest: Manifest) -> None:
    """All of them below `root` are what they say, and may stand beside each other."""
    together = Together()
    for digest in manifest.outside:
        result = stated(root, digest)
        try:
            together.add(*result)
        except MsltError as e:
            raise BundleError(f"its imported results contradict each other: {e.message}") from None


def stated(root: Path, digest: str) -> tuple[OutsideSpec, dict[str, OutsideScores]]:
    """A result that is whole and sound; BundleError otherwise."""
    place = f"outside/{digest}"
    spec = stated_spec(root, digest)
    if not (root / place / "scores.json").exists():
        raise BundleError(f"{place}/scores.json is missing")
    targets = _targets(root, f"{place}/scores.json")
    if tuple(sorted(targets)) != spec.target_langs:
        raise BundleError(f"{place}/scores.json has other targets than its spec.json")
    if content_of(targets, _outcomes(root / place, digest, targets)) != spec.content:
        raise BundleError(f"{place} does not hold the scores and outcomes that it names")
    return spec, targets


def stated_spec(root: Path, digest: str) -> OutsideSpec:
    """What its importer stated, as a bundle may say it."""
    place = f"outside/{digest}"
    if not (root / place / "spec.json").exists():
        raise BundleError(f"{place}/spec.json is missing")
    text = (root / place / "spec.json").read_bytes()
    fields = parsed(text, f"{place}/spec.json")
    validated(f"{place}/spec.json", lambda: SpecText.model_validate(fields))
    try:
        spec = spec_from_text(text.decode(), digest)
    except (DamagedError, MsltError, UnicodeDecodeError) as e:
        raise BundleError(f"{place}/spec.json: {e}") from e
    if not isinstance(spec, OutsideSpec):
        raise BundleError(f"{place}/spec.json holds a {type(spec).__name__}, no imported result")
    return spec


def _targets(root: Path, name: str) -> dict[str, OutsideScores]:
    fields = parsed((root / name).read_bytes(), name)
    found = validated(name, lambda: _TARGETS.validate_python(fields))
    for lang, one in found.items():
        for metric, value in one.scores.items():
            if metric not in SCORES:
                raise BundleError(f"{name} has the score {metric[:40]!r}, which is none")
            if not 0 <= value <= 1:
                raise BundleError(f"{name}: {metric} of {lang[:20]!r} must be from 0 to 1")
    return {lang: OutsideScores(**one.model_dump()) for lang, one in found.items()}


def _outcomes(
    folder: Path, digest: str, targets: dict[str, OutsideScores]
) -> Iterator[tuple[str, Arrays]]:
    """By language in order; one language is in memory at a time."""
    for path in sorted((folder / "outcomes").glob("*.safetensors")):
        lang, name = path.stem, f"outside/{digest}/outcomes/{path.name}"
        try:
            arrays, about = read_tensors(path)
        except ARRAY_ERRORS as e:
            raise BundleError(f"{name}: {e}") from e
        if about != {"result": digest, "lang": lang} or lang not in targets:
            raise BundleError(f"{name} belongs to another result or language")
        scores = targets[lang]
        shapes = {array.shape for array in arrays.values()}
        if arrays.keys() != OUTCOMES or shapes != {(scores.n_items,)} or not scores.items:
            raise BundleError(f"{name} does not hold one outcome for each of its items")
        right, of = arrays["n_correct"], arrays["n_tokens"]
        kinds = {right.dtype.kind, of.dtype.kind}
        if not kinds <= {"i", "u"} or not np.all((right >= 0) & (right <= of)):
            raise BundleError(f"{name} has outcomes that no item can have")
        yield lang, arrays
