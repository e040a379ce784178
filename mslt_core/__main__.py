"""The command line: ``python -m mslt_core``, for people and for machines."""

import argparse
import contextlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence

from mslt_core.commands import (
    choosing,
    comparing,
    embedding,
    fetching,
    imported,
    importing,
    items,
    judging,
    measuring,
    mechanism,
    mingling,
    reporting,
    runs,
    sharing,
    sweeping,
    training,
    upkeep,
)
from mslt_core.commands.answer import Answer
from mslt_core.spec.errors import BadInputError, MsltError, is_disk_full

GROUPS = (
    choosing,
    training,
    sweeping,
    runs,
    comparing,
    reporting,
    items,
    sharing,
    importing,
    imported,
    judging,
    embedding,
    mingling,
    measuring,
    mechanism,
    fetching,
    upkeep,
)
"""Of commands, in the order in which they are listed."""

BAD_INPUT = 2
FAILURE = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
UNREAD = 141  # 128 + SIGPIPE


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="python -m mslt_core",
        description="Multi-source language training: choose source languages, train on them, "
        "and see how languages mix inside the model.",
    )
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 2 for bad input, 1 for a failure."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed, as by `>&-`: no file may be opened in its place
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()
    except OSError as e:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # the reader of a pipe, `head` for instance, has seen enough; a disk may be full
        return UNREAD if isinstance(e, BrokenPipeError) else _explained(e)


def _run(argv: Sequence[str] | None) -> int:
    args = parser().parse_args(argv)
    _quiet_libraries()
    try:
        # whatever a library prints must not get between a machine and its JSON
        with contextlib.redirect_stdout(sys.stderr):
            answer: Answer = args.command(args)
        _print(answer, as_json=args.json)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as e:
        return _explained(e)
    return answer.exit_code


def _quiet_libraries() -> None:
    """Their chatter goes to standard error, and only if it is a warning; they read this once."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer.payload, allow_nan=False))
        return
    from rich.console import Console

    # a pipe has no width of its own, and a table cut at 80 columns helps nobody
    console = Console(width=None if sys.stdout.isatty() else 160)
    with console.capture() as shown:  # by itself it takes a broken pipe for a failure
        console.print(answer.shown())
    print(shown.get(), end="")


def _explained(error: Exception) -> int:
    """Say the error in a sentence; a bug shows its trace where MSLT_DEBUG=1 asks for it."""
    if os.environ.get("MSLT_DEBUG") == "1":
        traceback.print_exception(error)
    elif isinstance(error, MsltError):
        print(f"error: {error}", file=sys.stderr)
    elif is_disk_full(error):
        where = f" at {error.filename}" if error.filename else ""
        hint = "Free some space and start again; what was stored before is untouched."
        print(f"error: the disk is full{where}. {hint}", file=sys.stderr)
    else:
        print(f"error: {type(error).__name__}: {error} (MSLT_DEBUG=1 shows where)", file=sys.stderr)
    return BAD_INPUT if isinstance(error, BadInputError) else FAILURE


if __name__ == "__main__":
    sys.exit(main())
