"""``report``: a story of pinned findings as HTML, PPTX, PDF or single files."""

import argparse
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mslt_core.commands.answer import Answer, Subparsers, command, progress, require_place, table
from mslt_core.commands.experiments import add_experiment, baseline_of, chosen_sets, experiment_of
from mslt_core.pipeline import Report, first_look, open_store, run_groups
from mslt_core.pipeline.stories import find_story
from mslt_core.spec.errors import NotComputedError, SpecError, StoreError
from mslt_core.spec.results import SCORES
from mslt_core.spec.stories import PinContent, Pinned, Story
from mslt_core.store import Store, told_size
from mslt_core.store.atomic import atomic_write

FILES = (".html", ".pptx", ".pdf")
FORMATS = ("svg", "png", "pdf", "csv", "tex")
OF_STANDARD = ("sets", "against", "metric", "experiment")
DRAWN_HERE = {".pdf", ".pptx", "svg", "png", "pdf"}
"""With this machine's fonts."""

# figures and exports are imported inside functions: plotly takes longer than most commands


@dataclasses.dataclass(frozen=True)
class Told:
    """A story and, in its order, its pins with their contents."""

    story: Story
    slides: list[tuple[Pinned, PinContent]]
    left_out: list[str] = dataclasses.field(default_factory=list)
    """What the standard story cannot tell here, and why."""


def add(subparsers: Subparsers) -> None:
    """Add ``report``."""
    parser = command(
        subparsers,
        "report",
        _report,
        describe="Write a story of pinned findings to one file, or its figures and tables to many",
        example="report --standard --to results.html",
    )
    parser.add_argument("story", nargs="?", metavar="STORY", help="its id or title; list: which")
    parser.add_argument(
        "--standard", action="store_true", help="what the store knows, without any pins"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="team.html, team.pptx or team.pdf")
    parser.add_argument("--figures", type=Path, metavar="FOLDER", help="a file for every slide")
    parser.add_argument(
        "--format",
        default="svg,csv",
        metavar="NAMES",
        help="of --figures: svg, png, pdf for figures, csv, tex for tables (default %(default)s)",
    )
    parser.add_argument(
        "--theme",
        choices=("auto", "light", "dark"),
        help="auto follows the reader's system, in HTML alone (default: auto there, else light)",
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    of_standard = parser.add_argument_group("the standard story, as `compare`")
    of_standard.add_argument("--sets", metavar="LANGS;...", help="default: those of a first look")
    of_standard.add_argument("--against", metavar="LANGS", help="default: en, else a single")
    of_standard.add_argument("--metric", choices=SCORES, help="default: the task's main score")
    add_experiment(of_standard)


def _report(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    if args.story == "list" and not args.standard:
        return _listed(store)
    formats = _checked(args)
    with progress(args) as report:
        told = _standard(store, args, report) if args.standard else _stored(store, args.story)
        warnings = _warnings(told, {args.to.suffix if args.to else "", *formats})
        if args.to:
            written = [_exported(told, args, report)]
        else:
            from mslt_core.commands.report_files import written_files

            written = written_files(
                told.story,
                told.slides,
                args.figures,
                formats,
                args.theme or "light",
                force=args.force,
                report=report,
            )
    payload = {
        "story": told.story.title,
        "n_slides": len(told.slides),
        "files": [{"file": str(path), "size_bytes": path.stat().st_size} for path in written],
        "warnings": warnings,
    }
    return Answer(payload=payload, shown=lambda: _shown(told, written, warnings))


def _checked(args: argparse.Namespace) -> tuple[str, ...]:
    """The formats of single files; options that contradict each other are a SpecError."""
    if args.standard == bool(args.story):
        raise SpecError(
            "give either a story or --standard", hint="`report list` lists the stories."
        )
    given = [name for name in OF_STANDARD if getattr(args, name) is not None]
    if given and not args.standard:
        raise SpecError(f"--{given[0]} is for --standard", hint="A story shows what was pinned.")
    if bool(args.to) == bool(args.figures):
        raise SpecError("give either --to FILE or --figures FOLDER")
    if args.to:
        if args.to.suffix not in FILES:
            raise SpecError(f"{args.to} should end in {', '.join(FILES)}, got {args.to.suffix!r}")
        if args.to.exists() and not args.force:
            raise SpecError(f"{args.to} is there already", hint="--force replaces it.")
        require_place(args.to, "--to")
    if args.theme == "auto" and not (args.to and args.to.suffix == ".html"):
        raise SpecError("--theme auto is for HTML alone", hint="Take light or dark.")
    if args.to:
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in args.format.split(",") if name.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise SpecError(
            f"--format takes {', '.join(FORMATS)}, got {', '.join(unknown) or 'nothing'}"
        )
    return tuple(name for name in FORMATS if name in names)


def _stored(store: Store, name: str) -> Told:
    """The story of this id or title."""
    try:
        story = store.stories.story(find_story(store, name))
    except NotComputedError as e:
        hint = f"{e.hint} --standard tells what the store knows without one."
        raise NotComputedError(e.message, hint=hint) from e
    pins = [
        (store.stories.pin(slide.pin), store.stories.content(slide.pin)) for slide in story.slides
    ]
    return Told(story, pins)


def _standard(store: Store, args: argparse.Namespace, report: Report) -> Told:
    from mslt_core.commands.findings import Compared
    from mslt_core.commands.standard import standard_story

    everything = run_groups(store)
    experiment = experiment_of(everything, args.experiment)
    pool = tuple(group for group in everything if group.experiment == experiment)
    baseline = baseline_of(pool, args.against)
    others = chosen_sets(pool, args.sets, baseline)
    if args.sets is None:
        others = first_look(others, 2)
    metric = args.metric or baseline.metrics[0]
    if metric not in baseline.metrics:
        raise SpecError(
            f"{baseline.name} is not scored by {metric}",
            hint=f"It is by {', '.join(baseline.metrics)}.",
        )
    compared = Compared(
        store=store, pool=pool, baseline=baseline, others=tuple(others), metric=metric
    )
    return Told(*standard_story(compared, report))


def _warnings(told: Told, forms: set[str]) -> list[str]:
    if not forms & DRAWN_HERE:
        return told.left_out
    from mslt_core.exports import missing_fonts, shown_slides, words_of

    words = words_of(told.story, shown_slides(told.story, told.slides))
    return [*told.left_out, *missing_fonts(words)]


def _exported(told: Told, args: argparse.Namespace, report: Report) -> Path:
    from mslt_core import exports

    by_suffix: dict[str, Callable[..., bytes]] = {
        ".html": exports.story_html,
        ".pptx": exports.story_pptx,
        ".pdf": exports.story_pdf,
    }
    form = args.to.suffix
    theme = args.theme or ("auto" if form == ".html" else "light")
    made = by_suffix[form](
        told.story,
        told.slides,
        theme=theme,
        report=lambda done, n: report(done, n, f"writing {form.removeprefix('.').upper()}"),
    )
    path: Path = args.to
    atomic_write(path, made)
    return path


def _listed(store: Store) -> Answer:
    rows, payload = [], []
    for story_id in store.stories.story_ids():
        try:
            story = store.stories.story(story_id)
        except StoreError as e:
            rows.append((story_id, f"damaged: {e.message}", ""))
            continue
        n = len(story.slides)
        rows.append((story_id, story.title, str(n)))
        payload.append({"id": story_id, "title": story.title, "n_slides": n})
    told = f"{len(rows)} stories" if len(rows) != 1 else "1 story"
    if not rows:
        told = "No story yet: pin findings on the pages, or take `report --standard`"
    return Answer(
        payload={"stories": payload}, shown=lambda: table(told, ("id", "title", "slides"), rows)
    )


def _shown(told: Told, written: Sequence[Path], warnings: Sequence[str]) -> Any:
    n = len(told.slides)
    headline = f"{told.story.title}: {n} finding{'s' * (n != 1)}"
    lines = [headline, *(f"Note: {warning}." for warning in warnings)]
    rows = [(str(path), told_size(path.stat().st_size)) for path in written]
    return table("\n".join(lines), ("file", "size"), rows)
