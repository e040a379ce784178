"""``bundle``: results as one file, to be opened in another store."""

import argparse
import math
from collections.abc import Sized
from pathlib import Path
from typing import Any

from mslt_core import sweep
from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.pipeline import open_store, require_run, stories
from mslt_core.spec.errors import SpecError
from mslt_core.store import told_size
from mslt_core.store.bundle import (
    IMPORTED_RESULT,
    MAX_BYTES,
    ImportedBundle,
    Manifest,
    Outside,
    Wanted,
    export_bundle,
    import_bundle,
)


def add(subparsers: Subparsers) -> None:
    """Add ``bundle``."""
    parser = subparsers.add_parser(
        "bundle", help="Export results as one file, or import them", allow_abbrev=False
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_export(actions)
    _add_import(actions)


def _add_export(actions: Subparsers) -> None:
    export = command(
        actions,
        "export",
        _export,
        describe="Write runs, a sweep, a story or the whole store to one zip file",
        example="bundle export results.zip --all",
    )
    export.add_argument("out", type=Path, metavar="OUT.zip")
    export.add_argument("--run", nargs="+", default=[], metavar="RUN", help="these runs")
    export.add_argument("--sweep", nargs="+", default=[], metavar="SWEEP", help="these sweeps")
    export.add_argument(
        "--story",
        nargs="+",
        default=[],
        metavar="STORY",
        help="these stories, by id or title, with the runs and imported results that they show",
    )
    export.add_argument("--all", action="store_true", help="all that is in the store itself")
    export.add_argument("--weights", action="store_true", help="the trained weights, too")
    export.add_argument(
        "--arrays", action="store_true", help="vectors, CKA and maps of these runs, too"
    )
    export.add_argument("--force", action="store_true", help="replace OUT.zip")


def _add_import(actions: Subparsers) -> None:
    take = command(
        actions,
        "import",
        _import,
        describe="Verify a bundle and take what is new in it into the store",
        example="bundle import results.zip --dry-run",
    )
    take.add_argument("file", type=Path, metavar="FILE")
    take.add_argument("--dry-run", action="store_true", help="verify and say what would come")
    take.add_argument(
        "--keep-mine",
        action="store_true",
        help="leave out runs that are here with another result, instead of refusing the bundle",
    )
    take.add_argument(
        "--max-gb",
        type=float,
        default=MAX_BYTES / 1e9,
        metavar="N",
        help="refuse a bundle that unpacks to more (default %(default)g)",
    )


def _export(args: argparse.Namespace) -> Answer:
    if not (args.run or args.sweep or args.story or args.all):
        raise SpecError("nothing to export is named", hint="Give --run, --sweep, --story or --all.")
    store = open_store(args.store)
    wanted = Wanted(
        runs=tuple(require_run(store, ref).run for ref in args.run),
        sweeps=tuple(sweep.find_sweep(store, ref) for ref in args.sweep),
        stories=tuple(stories.find_story(store, name) for name in args.story),
        everything=args.all,
    )
    with progress(args) as report:
        made = export_bundle(
            store,
            args.out,
            wanted,
            weights=args.weights,
            arrays=args.arrays,
            force=args.force,
            report=report,
        )
    payload = {
        "file": str(made.path),
        "size_bytes": made.size_bytes,
        **_described(made.manifest, made.sha256),
        "left_out": dict(made.left_out),
    }
    headline = f"{made.path}: {_counted(made.manifest)}, {told_size(made.size_bytes)}"
    unpacked = len(made.manifest.text()) + sum(member.size for member in made.manifest.members)
    if unpacked > MAX_BYTES:
        headline += f". To import it, --max-gb {math.ceil(unpacked / 1e9)} is needed"
    if made.manifest.absent:
        headline += f". {_at_home(made.manifest)}"
    rows = [(run, f"left out: {reason}") for run, reason in made.left_out.items()]
    return Answer(payload=payload, shown=lambda: table(headline, ("what", ""), rows))


def _import(args: argparse.Namespace) -> Answer:
    if not args.max_gb > 0:
        raise SpecError(f"--max-gb must be above 0, got {args.max_gb:g}")
    store = open_store(args.store)
    with progress(args) as report:
        found = import_bundle(
            store,
            args.file,
            dry_run=args.dry_run,
            keep_mine=args.keep_mine,
            max_bytes=int(args.max_gb * 1e9),
            report=report,
        )
    payload = {
        "dry_run": args.dry_run,
        "store": str(store.root),
        **_described(found.manifest, found.sha256),
        "imported": list(found.runs),
        "imported_sweeps": list(found.sweeps),
        "imported_arrays": found.n_arrays,
        "skipped": list(found.skipped),
        "refused": dict(found.refused),
        "imported_stories": dict(found.stories.new),
        "skipped_stories": dict(found.stories.known),
        "imported_pins": list(found.stories.pins),
        "missing_runs": list(found.stories.missing),
        **_outside(found.outside),
    }
    headline = _came(found, store.root, "would come" if args.dry_run else "came")
    rows = [(run, "is here already, with the same scores") for run in found.skipped]
    rows += [
        (run, f"is here already and was left out: {why}") for run, why in found.refused.items()
    ]
    rows += _stories_told(found)
    rows += [
        (f"imported result {one}", f"contradicts one that is here and was left out: {why}")
        for one, why in found.outside.refused.items()
    ]
    return Answer(payload=payload, shown=lambda: table(headline, ("what", ""), rows))


def _outside(found: Outside) -> dict[str, Any]:
    return {
        "imported_outside": list(found.new),
        "skipped_outside": list(found.known),
        "refused_outside": dict(found.refused),
        "missing_outside": list(found.missing),
    }


def _came(found: ImportedBundle, root: Path, verb: str) -> str:
    """What was verified, and what of it is new here."""
    came = [_number(found.runs, "run"), _number(found.sweeps, "sweep")]
    if found.manifest.pins or found.manifest.stories:
        came += [_number(found.stories.new, "story"), _number(found.stories.pins, "pin")]
    if found.manifest.outside:
        came.append(_number(found.outside.new, IMPORTED_RESULT))
    told = (
        f"{_counted(found.manifest)}, verified; {', '.join(came[:-1])} and {came[-1]} {verb} into "
        f"{root}"
    )
    if n := len(found.stories.missing):
        told += (
            f". Its pins rest on {n:,} run{'s' * (n > 1)} that neither the bundle nor this store "
            "has: slides show what was pinned, but these views cannot be opened anew"
        )
    if n := len(found.outside.missing):
        told += (
            f". Its pins show {_number(found.outside.missing, IMPORTED_RESULT)} that neither the "
            "bundle nor this store has"
        )
    return told


def _stories_told(found: ImportedBundle) -> list[tuple[str, str]]:
    rows = [
        (f"story {theirs}", "new" if theirs == mine else f"{mine} here: you have another {theirs}")
        for theirs, mine in found.stories.new.items()
    ]
    return rows + [
        (f"story {theirs}", "is here already, the same" + f", as {mine}" * (theirs != mine))
        for theirs, mine in found.stories.known.items()
    ]


def _at_home(manifest: Manifest) -> str:
    """Runs that pins rest on, and that are not in the bundle."""
    n = len(manifest.absent)
    return (
        f"Its pins rest on {n:,} more run{'s' * (n > 1)}, of the shipped example or not here any "
        "more, which the bundle does not hold"
    )


def _described(manifest: Manifest, sha256: str) -> dict[str, Any]:
    return {
        "sha256": sha256,
        "version": manifest.version,
        "product_version": manifest.product_version,
        "created_utc": manifest.created_utc,
        "runs": list(manifest.runs),
        "sweeps": list(manifest.sweeps),
        "stories": list(manifest.stories),
        "n_pins": len(manifest.pins),
        "absent_runs": list(manifest.absent),
        "n_arrays": len(manifest.arrays),
        "with_weights": manifest.with_weights,
        "outside": list(manifest.outside),
    }


def _counted(manifest: Manifest) -> str:
    weights = "with" if manifest.with_weights else "without"
    parts = [
        f"{_number(manifest.runs, 'run')} {weights} weights",
        _number(manifest.sweeps, "sweep"),
        _number(manifest.arrays, "array"),
    ]
    if manifest.stories or manifest.pins:
        parts += [_number(manifest.stories, "story"), _number(manifest.pins, "pin")]
    if manifest.outside:
        parts.append(_number(manifest.outside, IMPORTED_RESULT))
    return ", ".join(parts)


def _number(found: Sized, what: str) -> str:
    many = "stories" if what == "story" else f"{what}s"
    return f"{len(found):,} {what if len(found) == 1 else many}"
