"""Results that were made elsewhere, by other programs: what is known of them, and no more."""

import dataclasses
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

import numpy.typing as npt
from pydantic import AfterValidator, Field

from mslt_core.spec.base import Langs, Seed, Spec
from mslt_core.spec.errors import SpecError
from mslt_core.spec.results import Imported

MAX_NAME = 80


def display_name(text: str) -> str:
    """A name from outside that may be shown; SpecError says what is wrong with it."""
    if text != text.strip() or not text or len(text) > MAX_NAME:
        raise SpecError(
            f"a name has 1 to {MAX_NAME} characters, none of them a space at an end, "
            f"got {text[:100]!r}"
        )
    if unicodedata.normalize("NFC", text) != text or not text.isprintable():
        raise SpecError(f"the name {text!r} has hidden or decomposed characters")
    if text[0] in "=+-@":
        raise SpecError(f"a name must not begin like a formula, got {text!r}")
    return text


Name = Annotated[str, AfterValidator(display_name)]


class OutsideSpec(Spec):
    """What whoever imports a result states of it, and the fingerprint of the numbers.

    It is no `TrainSpec`: model, data and recipe are not known here, so it never claims to be
    comparable with a run of ours by itself. Two results are comparable if they were imported
    under one experiment, which is whoever imports them saying that task, test items and training
    but for the sources are the same.
    """

    experiment: Name = Field(description="what results must share to be compared")
    task: Name
    name: Name = Field(description="SSLT(en), or what its maker calls it")
    source_langs: Langs = Field(default=(), description="empty where they are not stated")
    target_langs: Langs
    seed: Seed
    content: str = Field(description="fingerprint of scores and outcomes")


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutsideScores:
    """One result on one target language."""

    scores: Mapping[str, float]
    """Names in `METRICS` to ratios in [0, 1]."""
    n_items: int | None = None
    """None where it was not stated."""
    items: str = ""
    """Fingerprint of the test items, by which two results are known to be paired; empty without
    outcomes per item."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutsideResult:
    """One result as it was read: a set of sources, one seed."""

    name: str
    source_langs: tuple[str, ...]
    seed: int
    targets: Mapping[str, OutsideScores]
    outcomes: Mapping[str, Mapping[str, npt.NDArray[Any]]] = dataclasses.field(default_factory=dict)
    """Language to n_correct and n_tokens per item, where they are known."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutsideInfo:
    """A stored result from elsewhere."""

    result: str
    """The spec's digest."""
    spec: OutsideSpec
    targets: Mapping[str, OutsideScores]
    imported: Imported

    @property
    def metrics(self) -> tuple[str, ...]:
        """What it was scored by on some target, in the file's order."""
        return tuple(dict.fromkeys(m for one in self.targets.values() for m in one.scores))
