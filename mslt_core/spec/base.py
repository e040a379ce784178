"""What all questions have in common: frozen, checked when made, named by their content."""

import functools
import hashlib
import json
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import language, languages

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""What every library takes."""


class Later:
    """Marks a field that came later: at its default it is left out of the digest, so that what
    was asked before keeps its name. Such a default must never change."""


Lang = Annotated[str, BeforeValidator(lambda code: language(code).code)]
Langs = Annotated[tuple[str, ...], BeforeValidator(languages)]


class Spec(BaseModel):
    """A question: frozen, without unknown fields, with a digest as its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_number: ClassVar[int] = 1
    """Raised when the same fields come to mean another answer."""

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as e:
            raise _refusal(type(self).__name__, e) from None

    def digest(self) -> str:
        """16 hexadecimal digits that name the question: kind, schema number and every field."""
        content = [type(self).__name__, self.schema_number, _told(self)]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def but(self, **changes: Any) -> Self:
        """The same question with some fields changed, checked again."""
        return type(self)(**{**dict(self), **changes})


def _told(value: object, dumped: Any = None) -> Any:
    """A spec's fields as JSON, without later ones at their default, in specs inside it too."""
    if isinstance(value, tuple) and any(isinstance(one, Spec | tuple) for one in value):
        return [_told(*pair) for pair in zip(value, dumped, strict=True)]
    if not isinstance(value, Spec):
        return dumped
    fields = value.model_dump(mode="json")
    for name, default in _later(type(value)):
        if getattr(value, name) == default:
            del fields[name]
    for name, told in value:
        if isinstance(told, Spec | tuple) and name in fields:
            fields[name] = _told(told, fields[name])
    return fields


@functools.cache
def _later(kind: type[Spec]) -> tuple[tuple[str, Any], ...]:
    """The fields that came later, and what they were before."""
    fields = kind.model_fields.items()
    return tuple((name, info.default) for name, info in fields if Later in info.metadata)


def _refusal(kind: str, error: ValidationError) -> SpecError:
    """Pydantic's findings as one sentence with field, reason and value got; ours as they are."""
    parts, hints = [], []
    for found in error.errors():
        cause = found.get("ctx", {}).get("error")
        if isinstance(cause, SpecError):
            parts.append(cause.message)
            hints.append(cause.hint)
            continue
        field = ".".join(map(str, found["loc"])) or kind
        parts.append(f"{field}: {found['msg'].lower()}, got {found['input']!r}")
    return SpecError("; ".join(parts), hint=" ".join(dict.fromkeys(filter(None, hints))))
