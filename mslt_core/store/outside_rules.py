"""What results from elsewhere must have in common to stand in one experiment, and their name."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from mslt_core.spec.errors import BadInputError
from mslt_core.spec.outside import OutsideScores, OutsideSpec

Fact = tuple[str, str, str]
"""Experiment, what is told, and of what."""
SOURCES = "source languages"


def content_of(
    targets: Mapping[str, OutsideScores], outcomes: Iterable[tuple[str, Mapping[str, Any]]]
) -> str:
    """The fingerprint of scores and outcomes that `OutsideSpec.content` holds.

    `outcomes` come by language in the order of their codes.
    """
    described = {lang: dataclasses.asdict(scores) for lang, scores in targets.items()}
    content = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for lang, arrays in outcomes:
        for name, array in sorted(arrays.items()):
            content.update(f"{lang} {name} {array.tolist()}".encode())
    return content.hexdigest()[:16]


class Experiments:
    """Results that may stand beside each other.

    What is compared and listed by a name is one set of sources; what is in one experiment is
    scored on the same items, as far as they tell.
    """

    def __init__(self) -> None:
        self._told: dict[Fact, dict[object, str]] = {}

    def know(self, spec: OutsideSpec, targets: Mapping[str, OutsideScores]) -> None:
        """One that is here, whatever it says: earlier versions kept two sets of one name."""
        for fact, value in _facts(spec, targets).items():
            self._told.setdefault(fact, {}).setdefault(value, spec.name)

    def add(self, spec: OutsideSpec, targets: Mapping[str, OutsideScores]) -> None:
        """Take one more; BadInputError where it contradicts one before: then it is not taken."""
        for fact, value in _facts(spec, targets).items():
            for other, by in self._told.get(fact, {}).items():
                if other != value:
                    raise _contradiction(spec, fact, (other, by), value)
        self.know(spec, targets)


def _facts(spec: OutsideSpec, targets: Mapping[str, OutsideScores]) -> dict[Fact, object]:
    """What may be told in one way only."""
    found: dict[Fact, object] = {
        (spec.experiment, SOURCES, spec.name): spec.source_langs,
        (spec.experiment, "task", ""): spec.task,
    }
    for lang, scores in targets.items():
        found[spec.experiment, "number of items", lang] = scores.n_items
        found[spec.experiment, "items", lang] = scores.items or None
    return {fact: value for fact, value in found.items() if value is not None}


def _contradiction(
    spec: OutsideSpec, fact: Fact, before: tuple[Any, str], value: Any
) -> BadInputError:
    (known, by), (_, what, whose) = before, fact
    if what == SOURCES:
        one, other = (" ".join(langs) or "none stated" for langs in (known, value))
        return BadInputError(
            f"{spec.name} has the source languages {one} and {other} in the experiment "
            f"{spec.experiment!r}",
            hint="Give other sources another name.",
        )
    return BadInputError(
        f"{by} and {spec.name} differ in their {' of '.join(filter(None, (what, whose)))} "
        f"({known} and {value}), so they are no one experiment",
        hint="Give the experiment another name (--experiment).",
    )
