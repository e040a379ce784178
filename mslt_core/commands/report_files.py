"""Every slide of a story as a file of its own: pictures of figures, tables as CSV and LaTeX."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from mslt_core.exports import PictureFormat, figure_pictures, shown_slides
from mslt_core.figures import Theme
from mslt_core.pipeline import Report, as_latex, rows_as_csv
from mslt_core.spec.errors import SpecError
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    PinContent,
    Pinned,
    Story,
    TableContent,
)
from mslt_core.store.atomic import atomic_write

PICTURES: tuple[PictureFormat, ...] = ("svg", "png", "pdf")


def written_files(
    story: Story,
    slides: Sequence[tuple[Pinned, PinContent]],
    folder: Path,
    formats: Sequence[str],
    theme: Theme,
    *,
    force: bool,
    report: Report,
) -> list[Path]:
    """Write what of the story these formats hold; nothing is written before all of it is made."""
    shown = shown_slides(story, slides)
    stems = [f"{slide.number:02d}-{_slug(slide.heading)}" for slide in shown]
    contents = [content for _, content in slides]
    made: dict[Path, bytes] = {}
    drawn = {
        stem: content
        for stem, content in zip(stems, contents, strict=True)
        if isinstance(content, FigureContent)
    }
    for form in (name for name in PICTURES if name in formats):
        told = functools.partial(_drawing, report, form)
        pictures = figure_pictures(list(drawn.values()), form, theme, report=told)
        made |= {folder / f"{stem}.{form}": one for stem, one in zip(drawn, pictures, strict=True)}
    for stem, content in zip(stems, contents, strict=True):
        if not isinstance(content, FigureContent):
            rows = _as_table(content)
            if "csv" in formats:
                made[folder / f"{stem}.csv"] = rows_as_csv(rows.columns, rows.rows).encode()
            if "tex" in formats:
                made[folder / f"{stem}.tex"] = _latex(rows).encode()
    _require_new(made, folder, force=force)
    for path, data in made.items():
        atomic_write(path, data)
    return list(made)


def _drawing(report: Report, form: str, done: int, n: int) -> None:
    report(done, n, f"drawing {form.upper()}")


def _require_new(made: dict[Path, bytes], folder: Path, *, force: bool) -> None:
    if not made:
        raise SpecError(
            "nothing in this story has one of these formats",
            hint="Figures are written as svg, png and pdf, tables and numbers as csv and tex.",
        )
    if folder.exists() and not folder.is_dir():
        raise SpecError(f"{folder} is a file", hint="Give a folder.")
    there = [path.name for path in made if path.exists()]
    if there and not force:
        raise SpecError(
            f"{len(there)} of these files are in {folder} already, for instance {there[0]}",
            hint="--force replaces them.",
        )


def _as_table(content: PinContent) -> TableContent:
    if isinstance(content, NumberContent):
        return TableContent(columns=("value", "of"), rows=((content.value, content.below),))
    return cast(TableContent, content)


def _latex(content: TableContent) -> str:
    import pandas as pd

    # all as they are: pandas would make floats of whole numbers beside a missing value
    frame = pd.DataFrame(list(content.rows), columns=list(content.columns), dtype=object)
    return f"{as_latex(frame)}\n"


def _slug(heading: str) -> str:
    """Small letters, digits and hyphens; Latin ones, so that every file system takes them."""
    words = re.findall(r"[a-z0-9]+", heading.lower())
    return "-".join(words)[:60].strip("-") or "slide"
