"""Files of JSON lines that grow: what was appended stays, whatever happens to the writer."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mslt_core.store.atomic import atomic_write, write_errors_explained

T = TypeVar("T")


def append_line(path: Path, content: Mapping[str, Any]) -> None:
    """Add a line; once this returns, killing the process cannot lose it."""
    line = json.dumps(content).encode() + b"\n"
    with write_errors_explained(path, len(line)), path.open("a+b") as file:
        if file.tell():
            file.seek(-1, 2)
            if file.read(1) != b"\n":  # a killed worker's torn line must not swallow this one
                line = b"\n" + line
        file.write(line)


def read_lines(path: Path | None, made: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """What `made` makes of every line; one that a crash tore, or of other fields, is left out."""
    found = []
    for line in path.read_bytes().splitlines() if path else []:
        try:
            found.append(made(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def keep_up_to(path: Path, step: int) -> None:
    """Keep the lines up to and with `step`; later ones come again."""
    if not path.exists():
        return
    kept = read_lines(path, dict)
    lines = (json.dumps(line) for line in kept if line.get("step", 0) <= step)
    atomic_write(path, "".join(f"{line}\n" for line in lines).encode())
