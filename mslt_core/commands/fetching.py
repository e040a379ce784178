"""``fetch``: treebanks, data sets and models, before they are needed."""

import argparse
import sys
from pathlib import Path

from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.pipeline import fetch, fetchable
from mslt_core.spec.languages import languages


def add(subparsers: Subparsers) -> None:
    """Add ``fetch``."""
    parser = command(
        subparsers,
        "fetch",
        _fetch,
        describe="Fetch parallel treebanks, a task's data set or a model",
        example="fetch pud --langs en,ar,id --to pud",
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        help=f"{', '.join(fetchable())}, or a model's hub id such as FacebookAI/xlm-roberta-base; "
        "MSLT_UD_URL names another place to fetch pud from",
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="where to (default: ~/data/pud for treebanks, the hub's cache for the others)",
    )
    parser.add_argument(
        "--langs",
        default="",
        metavar="LANGS",
        help="languages, joined by commas (default: all treebanks; the languages that a task "
        "proposes)",
    )
    parser.add_argument(
        "--tag",
        help="another release of the treebanks, such as r2.15; what is there already is kept",
    )


def _fetch(args: argparse.Namespace) -> Answer:
    langs = languages(args.langs)
    with progress(args) as report:
        found = fetch(args.name, args.to, langs, tag=args.tag, report=report)
    if found.note:
        print(found.note, file=sys.stderr)
    return Answer(
        payload={
            "name": args.name,
            "what": found.what,
            "folder": str(found.folder),
            "n_files": found.n_files,
            "option": found.option,
            "note": found.note,
        },
        shown=lambda: table(
            f"The {found.what} {'are' if found.what == 'treebanks' else 'is'} there: "
            f"{found.n_files} files. Go on with\n{found.option} {found.folder}",
            (),
            (),
        ),
    )
