"""Specs as text: how the store keeps a question beside its answer."""

import functools
import json
from collections.abc import Iterator

from mslt_core.spec.base import Spec
from mslt_core.store.atomic import DamagedError


def spec_to_text(spec: Spec) -> str:
    """JSON with the spec's kind, its schema number and every field."""
    content = {
        "kind": type(spec).__name__,
        "schema_number": spec.schema_number,
        "fields": spec.model_dump(mode="json"),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


MAX_KEPT = 64_000
"""Characters of a text that is kept in memory with its spec: a run has a thousand, and a bundle may
hold thousands of texts of a megabyte."""


def spec_from_text(text: str, digest: str) -> Spec:
    """The spec that was written; DamagedError unless it still has this digest."""
    return (_kept if len(text) <= MAX_KEPT else _read)(text, digest)


def _read(text: str, digest: str) -> Spec:
    kinds = {kind.__name__: kind for kind in _kinds(Spec)}
    try:
        content = json.loads(text)
        spec = kinds[content["kind"]](**content["fields"])
    except (ValueError, KeyError, TypeError) as e:
        raise DamagedError(f"it holds no question of a known kind: {e}") from e
    if spec.digest() != digest:
        raise DamagedError(
            f"the question is named {spec.digest()}, its place {digest}: it was edited, renamed "
            f"or written by another version (schema {content.get('schema_number')})"
        )
    return spec


_kept = functools.lru_cache(maxsize=4096)(_read)  # a thousand runs are listed with every click


def _kinds(kind: type[Spec]) -> Iterator[type[Spec]]:
    """All kinds of questions, those that share the fields of another one too."""
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def is_text_of(text: str, spec: Spec) -> bool:
    """Whether `text` tells this spec, be it from before a field that came later."""
    if text == spec_to_text(spec):
        return True
    try:
        return spec_from_text(text, spec.digest()) == spec
    except DamagedError:
        return False
