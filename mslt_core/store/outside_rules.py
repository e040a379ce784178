"""What results from elsewhere must have in common to stand in one experiment, and their name."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from mslt_core.spec.errors import BadInputError
from mslt_core.spec.outside import OutsideScores, OutsideSpec


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
    """Results that may stand beside each other; `add` refuses, as BadInputError, one that may not.

    What is compared and listed by a name is one set of sources; what is in one experiment is
    scored on the same items, as far as they tell.
    """

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], tuple[str, ...]] = {}
        self._told: dict[tuple[str, str, str], tuple[object, str]] = {}

    def add(self, spec: OutsideSpec, targets: Mapping[str, OutsideScores]) -> None:
        """Take one more; one that is refused leaves nothing behind."""
        first = self._sources.get((spec.experiment, spec.name), spec.source_langs)
        if first != spec.source_langs:
            one, other = (" ".join(langs) or "none stated" for langs in (first, spec.source_langs))
            raise BadInputError(
                f"{spec.name} has the source languages {one} and {other} in the experiment "
                f"{spec.experiment!r}",
                hint="Give other sources another name.",
            )
        facts = _facts(spec, targets)
        for fact, value in facts.items():
            known, by = self._told.get(fact, (value, ""))
            if known != value:
                raise BadInputError(
                    f"{by} and {spec.name} differ in their {' of '.join(filter(None, fact[1:]))} "
                    f"({known} and {value}), so they are no one experiment",
                    hint="Give the experiment another name (--experiment).",
                )
        self._sources[spec.experiment, spec.name] = spec.source_langs
        for fact, value in facts.items():
            self._told.setdefault(fact, (value, spec.name))


def _facts(
    spec: OutsideSpec, targets: Mapping[str, OutsideScores]
) -> dict[tuple[str, str, str], object]:
    """Experiment, what is told, and of which target, to what is told."""
    found: dict[tuple[str, str, str], object] = {(spec.experiment, "task", ""): spec.task}
    for lang, scores in targets.items():
        found[spec.experiment, "number of items", lang] = scores.n_items
        found[spec.experiment, "items", lang] = scores.items or None
    return {fact: value for fact, value in found.items() if value is not None}
