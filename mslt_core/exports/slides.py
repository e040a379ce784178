"""A story's slides as every export shows them: words made plain, figures made harmless."""

import dataclasses
import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from mslt_core.exports.safe import cell_text, plain, safe_figure
from mslt_core.figures.fitting import for_slide, untitled
from mslt_core.figures.style import Theme
from mslt_core.spec.citing import (
    cite_text,
    files_told,
    outside_seeds,
    outside_sets,
    provenance,
    sets_and_oracles,
)
from mslt_core.spec.decimals import decimals_of
from mslt_core.spec.errors import SpecError
from mslt_core.spec.naming import first_few
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    PinContent,
    Pinned,
    Story,
    TableContent,
)

Report = Callable[[int, int], None]
"""How many parts are done, of how many."""

MAX_LISTED = 12
LARGE = 1e15
"""From here on a number's digits are no longer read."""


def quiet(done: int, n: int) -> None:
    """A report to nobody."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShownSlide:
    """A slide's words, without marks of any kind, and its content."""

    number: int
    heading: str
    asks: str
    """The pin's title where the heading is another; else empty."""
    told: str
    subtitle: str
    alt: str
    note: str
    provenance: str
    """What it was computed from, in a line."""
    facts: tuple[tuple[str, str], ...]
    """The same in full: what, and its value."""
    cite: str
    content: PinContent

    def figure(self, theme: Theme) -> dict[str, Any]:
        """The figure in one theme as slides draw it, its title left to the slide."""
        assert isinstance(self.content, FigureContent)
        drawn = getattr(self.content, theme)
        return for_slide(untitled(drawn) if self._says_the_title(drawn) else drawn)

    def _says_the_title(self, drawn: Any) -> bool:
        return figure_title(drawn)[0] in {self.heading, self.asks}


def shown_slides(
    story: Story, slides: Sequence[tuple[Pinned, PinContent]]
) -> tuple[ShownSlide, ...]:
    """All slides of a story; `slides` are its pins with their contents, in its order.

    A figure that would ask the network, or holds what no figure of ours holds, is a SpecError.
    """
    if not story.slides:
        raise SpecError(
            f"the story {story.title!r} has no slide", hint="Pin a figure, a table or a number."
        )
    digests = [slide.pin for slide in story.slides]
    if digests != [pinned.digest for pinned, _ in slides]:
        raise ValueError("slides must be the story's pins in its order")
    pins = zip(story.slides, slides, strict=True)
    return tuple(
        _shown(number, slide.heading, slide.note, pinned, content)
        for number, (slide, (pinned, content)) in enumerate(pins, 1)
    )


def _shown(number: int, heading: str, note: str, pinned: Pinned, content: PinContent) -> ShownSlide:
    pin = pinned.pin
    title, subtitle = plain(pin.title), plain(pin.subtitle)
    if isinstance(content, FigureContent):
        where = f"slide {number}"
        content = FigureContent(
            light=safe_figure(content.light, where), dark=safe_figure(content.dark, where)
        )
        own_title, own_subtitle = figure_title(content.light)
        if own_title == title:
            subtitle = subtitle or own_subtitle
    return ShownSlide(
        number=number,
        heading=plain(heading) or title,
        asks=title if heading and plain(heading) != title else "",
        told=plain(pin.said),
        subtitle=subtitle,
        alt=plain(pin.alt) or title,
        note=plain(note, lines=True),
        provenance=plain(provenance(pinned)),
        facts=_facts(pinned),
        cite=plain(cite_text(pin.title, pin.origin, pinned.created_utc)),
        content=content,
    )


def _facts(pinned: Pinned) -> tuple[tuple[str, str], ...]:
    """Everything that is kept of where a pin is from."""
    origin = pinned.pin.origin
    query = "&".join(f"{key}={value}" for key, value in origin.query)
    sets, oracles = sets_and_oracles(origin.sets)
    imported, digests = outside_sets(origin.outside), [one.result for one in origin.outside]
    facts = (
        ("Compared", first_few(sets, MAX_LISTED)),
        ("Oracles", first_few(oracles, MAX_LISTED)),
        ("Sample", origin.sizes),
        ("Seeds", ", ".join(map(str, origin.seeds))),
        ("Experiment", origin.experiment),
        ("Task", origin.task),
        ("Data", origin.data),
        ("Model", " ".join((origin.model, origin.model_fingerprint)).strip()),
        ("Runs", first_few(origin.runs, MAX_LISTED)),
        ("Imported", first_few(imported, MAX_LISTED)),
        ("Imported as", _imported_as(origin)),
        ("Imported files", first_few(files_told(origin.outside), MAX_LISTED, "; ")),
        ("Imported results", first_few(digests, MAX_LISTED)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in origin.versions)),
        ("View", f"{origin.path}{'?' * bool(query)}{query}"),
        ("Pinned", f"{pinned.created_utc}, as {pinned.digest}"),
    )
    return tuple((name, plain(value)) for name, value in facts if value)


def _imported_as(origin: Origin) -> str:
    """Task, experiment and seeds that their importer stated."""
    if not origin.outside:
        return ""
    one, *_ = origin.outside
    return f"{one.task}, {one.experiment}, {outside_seeds(origin.outside)}"


def shown_rows(table: TableContent) -> list[list[str]]:
    """A table's cells as people read them: in each column one number of decimals."""
    columns = [[row[i] for row in table.rows] for i in range(len(table.columns))]
    decimals = [decimals_of(v for v in column if isinstance(v, float)) for column in columns]
    return [list(map(_shown_cell, row, decimals)) for row in table.rows]


def _shown_cell(value: str | float | None, decimals: int) -> str:
    """With a true minus, and a dash for nothing; what so few digits do not show has its own."""
    if isinstance(value, str):
        return cell_text(value)
    if value is None:
        return "–"
    told = f"{value:z,.{decimals}f}"
    if abs(value) >= LARGE or (value and not told.strip("-0.,")):
        told = f"{value:.2g}"
    return told.replace("-", "−")


def number_columns(table: TableContent) -> list[bool]:
    """Which columns hold numbers, so that they stand to the right."""
    return [
        any(isinstance(row[i], int | float) for row in table.rows)
        and not any(isinstance(row[i], str) for row in table.rows)
        for i in range(len(table.columns))
    ]


def figure_title(drawn: Any) -> tuple[str, str]:
    """A figure's title and subtitle as plain text."""
    title = _mapping(_mapping(drawn.get("layout")).get("title"))
    subtitle = _mapping(title.get("subtitle"))
    return without_tags(title.get("text")), without_tags(subtitle.get("text"))


def without_tags(text: object) -> str:
    """What plotly shows of a text: its tags mean bold, colour and new lines."""
    words = re.sub(r"<br\s*/?>", " ", text if isinstance(text, str) else "")
    return plain(html.unescape(re.sub(r"<[^<>]*>", "", words)))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def words_of(story: Story, slides: Iterable[ShownSlide]) -> Iterator[str]:
    """Every text that an export of these slides shows."""
    yield plain(story.title)
    for slide in slides:
        yield from (slide.heading, slide.asks, slide.told, slide.subtitle, slide.note, slide.cite)
        match slide.content:
            case FigureContent():
                yield from _texts(slide.content.light)
            case TableContent():
                yield from slide.content.columns
                yield from (cell for row in slide.content.rows for cell in row if type(cell) is str)
            case NumberContent():
                yield from (slide.content.value, slide.content.below)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
