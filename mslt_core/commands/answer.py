"""What a command answers with: an object for machines, and the same readable for people."""

import argparse
import contextlib
import dataclasses
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mslt_core.jobs import WAITING
from mslt_core.pipeline import Report
from mslt_core.spec.errors import SpecError

if TYPE_CHECKING:
    from rich.console import RenderableType

Subparsers = Any
"""What `argparse.ArgumentParser.add_subparsers` returns; its type has no public name."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """A command's result. Only one of the two forms is printed, so the second is made late."""

    payload: dict[str, Any]
    """Goes through JSON: text, finite numbers, lists and objects only."""
    shown: Callable[[], "RenderableType"]
    exit_code: int = 0


def command(
    subparsers: Subparsers,
    name: str,
    run: Callable[[argparse.Namespace], Answer],
    *,
    describe: str,
    example: str,
) -> argparse.ArgumentParser:
    """Add a command with the options that all have."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=describe,
        description=f"{describe}.",
        epilog=f"example: python -m mslt_core {example}",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.add_argument(
        "--store", metavar="DIR", help="where results are kept (default: MSLT_STORE, else cache/)"
    )
    parser.set_defaults(command=run)
    return parser


@contextlib.contextmanager
def progress(args: argparse.Namespace) -> Iterator[Report]:
    """A bar on standard error at a terminal; elsewhere a line where the work has to wait."""
    stream = sys.stderr  # of now: whoever redirects standard error later does not mean the bar
    if args.json:
        yield _waits_told(stream)
        return
    from rich import progress as bars
    from rich.console import Console

    console = Console(file=stream)
    if not console.is_terminal:
        yield _waits_told(stream)
        return
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def report(done: int, total: int, message: str) -> None:
            bar.update(task, completed=done, total=total or None, description=message)

        yield report


def _waits_told(stream: TextIO | None) -> Report:
    """A `Report` that says no more than that the work begins to wait for its turn."""
    waited = False

    def report(_done: int, _total: int, message: str) -> None:
        nonlocal waited
        waits = message.startswith(WAITING)
        # who listens no more must not end the work
        with contextlib.suppress(OSError):
            if waits and not waited and stream:
                print(message, file=stream, flush=True)
        waited = waits

    return report


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> "RenderableType":
    """A sentence and, where there are rows, a table; columns of numbers stand to the right."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    # Text: a name such as "[red]" is a name and no style
    if not rows:
        return Text(title)
    shown = Table()
    for i, column in enumerate(columns):
        number = all(isinstance(row[i], int | float) or row[i] is None for row in rows)
        shown.add_column(column, justify="right" if number else "left")
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    return Group(Text(title), shown)


def probability(p: float | None) -> str:
    """Four decimals; what would be rounded to nought is below a limit."""
    if p is None or math.isnan(p):
        return "-"
    return f"{p:.4f}" if p >= 0.0001 else "<0.0001"


def require_place(out: Path | None, option: str = "--out") -> None:
    """Refuse, before any work is done, a file that could not be written."""
    if out and (out.is_dir() or not out.absolute().parent.is_dir()):
        reason = "is a folder" if out.is_dir() else "lies in a folder that is not there"
        raise SpecError(f"{option} {out} {reason}", hint="Give a file in a folder that exists.")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
