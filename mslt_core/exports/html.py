"""A story as one HTML file that works offline: no request leaves it, nothing in it is run but ours.

Figures travel packed (JSON, gzip, base64), so no text of theirs can end a script; a content
security policy lets the two scripts of this file run, by their hashes, and nothing else.
"""

import base64
import functools
import gzip
import hashlib
import html
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from mslt_core.exports.safe import cell_text, plain
from mslt_core.exports.slides import (
    Report,
    ShownSlide,
    number_columns,
    quiet,
    shown_rows,
    shown_slides,
)
from mslt_core.figures.room import lowest_height, readable_width
from mslt_core.figures.style import FONT_FAMILY, PALETTES, Theme
from mslt_core.spec.stories import FigureContent, NumberContent, PinContent, Pinned, Story
from mslt_core.spec.version import PRODUCT_VERSION

HtmlTheme = Literal["auto", "light", "dark"]
"""``auto`` follows the reader's system; every file has a switch."""

PARTS = Path(__file__).parent

VALUE_SIZES = {28: "short", 60: "long", 10**9: "sentence"}
"""How many letters a headline may have to be shown so."""

MANY, MOST = 9, 24
"""More findings than this are listed in two columns; than that, in smaller type on paper."""

_NUMBER = ' class="number"'
_INTERVAL = re.compile(r"(\[[^\[\]]*\])")


def story_html(
    story: Story,
    slides: Sequence[tuple[Pinned, PinContent]],
    *,
    theme: HtmlTheme = "auto",
    report: Report = quiet,
) -> bytes:
    """The story as one file of HTML. `slides` are its pins with their contents, in its order."""
    shown = shown_slides(story, slides)
    sections = [_cover(story, shown)]
    packed: list[object] = []
    for slide in shown:
        report(slide.number - 1, len(shown))
        sections.append(_section(slide, len(shown), place=len(packed)))
        if isinstance(slide.content, FigureContent):
            packed.append(_packed(slide))
    page = _page(plain(story.title), sections, packed, theme)
    report(len(shown), len(shown))
    return page


def _page(
    title: str, sections: Iterable[str], figures: Sequence[object], theme: HtmlTheme
) -> bytes:
    plotly, ours = _plotly_script(), (PARTS / "story.js").read_text(encoding="utf-8")
    scripts = " ".join(f"'sha256-{_sha256(text)}'" for text in (plotly, ours))
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    data = base64.b64encode(gzip.compress(json.dumps(figures).encode(), mtime=0)).decode()
    page = f"""<!doctype html>
<html lang="en" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="MSLT Lab {PRODUCT_VERSION}">
<title>{_text(title)}</title>
<style>{_colours()}{(PARTS / "story.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<header class="bar">
<a href="#cover" class="name" dir="auto">{_text(title)}</a>
<span class="place" aria-live="polite"></span>
<button type="button" id="notes" title="Show or hide notes (N)">Notes</button>
<button type="button" id="theme" title="Light or dark (T)">Dark</button>
<button type="button" id="present" title="One finding a screen (P); Esc ends it">Present</button>
</header>
<noscript><p class="noscript">The figures need JavaScript; words and tables do not.</p></noscript>
<main>
{"".join(sections)}</main>
<script type="text/plain" id="figures">{data}</script>
<script>{plotly}</script>
<script>{ours}</script>
</body>
</html>
"""
    return page.encode()


def _cover(story: Story, slides: Sequence[ShownSlide]) -> str:
    entries = "".join(
        f'<li><a href="#slide-{slide.number}" dir="auto">{_text(slide.heading)}</a></li>\n'
        for slide in slides
    )
    n = len(slides)
    length = " many" * (n > MANY) + " most" * (n > MOST)
    return (
        f'<section class="slide cover" id="cover">\n<h1 dir="auto">{_text(plain(story.title))}'
        f'</h1>\n<ol class="findings{length}">\n{entries}</ol>\n'
        f"<footer><p>MSLT Lab {PRODUCT_VERSION}</p></footer>\n</section>\n"
    )


def _section(slide: ShownSlide, n: int, *, place: int) -> str:
    words = [
        f'<h2 dir="auto">{_text(slide.heading)}</h2>',
        _paragraph("told", slide.told),
        _paragraph("asks", slide.asks),
        _paragraph("subtitle", slide.subtitle),
    ]
    lines = _text(slide.note).replace("\n", "<br>")
    note = f'<aside class="note" dir="auto">{lines}</aside>\n' if slide.note else ""
    facts = "".join(f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in slide.facts)
    kind = type(slide.content).__name__.removesuffix("Content").lower()
    return (
        f'<section class="slide {kind}" id="slide-{slide.number}">\n{"".join(words)}\n'
        f'<div class="stage">{_content(slide, place)}</div>\n{note}'
        f'<footer><p>{_text(slide.provenance)}<span class="count">{slide.number} / {n}</span></p>\n'
        f"<details><summary>Cite this, and where it is from</summary>\n"
        f'<p class="cite">{_text(slide.cite)}</p><dl>{facts}</dl></details></footer>\n</section>\n'
    )


def _packed(slide: ShownSlide) -> dict[str, object]:
    """A figure in both themes, and how far it may be squeezed."""
    light, dark = slide.figure("light"), slide.figure("dark")
    room = {"lowest": lowest_height(light), "width": readable_width(light)}
    return {"light": light, "dark": dark, **room}


def _paragraph(name: str, words: str) -> str:
    return f'<p class="{name}" dir="auto">{_text(words)}</p>' if words else ""


def _content(slide: ShownSlide, place: int) -> str:
    content = slide.content
    if isinstance(content, FigureContent):
        alt = _text(slide.alt)
        return f'<div class="plot" role="img" aria-label="{alt}" data-figure="{place}"></div>'
    if isinstance(content, NumberContent):
        return _headline(content)
    head = "".join(
        f'<th scope="col"{_NUMBER if is_number else ""} dir="auto">{_cell(name)}</th>'
        for name, is_number in zip(content.columns, number_columns(content), strict=True)
    )
    pairs = zip(content.rows, shown_rows(content), strict=True)
    rows = "".join(f"<tr>{''.join(map(_table_cell, *pair))}</tr>\n" for pair in pairs)
    return (
        f'<div class="rows" tabindex="0"><table aria-label="{_text(slide.alt)}">'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
    )


def _headline(content: NumberContent) -> str:
    """A number as large as its length allows; a page's whole answer stays a sentence."""
    value, below = plain(content.value), _paragraph("below", plain(content.below))
    size = next(name for most, name in VALUE_SIZES.items() if len(value) <= most)
    told = _text(value)
    if size != "sentence":
        told = _INTERVAL.sub(r'<span class="interval">\1</span>', told)
    return f'<div class="headline"><p class="value {size}" dir="auto">{told}</p>{below}</div>'


def _table_cell(value: str | float | None, shown: str) -> str:
    about = ' dir="auto"' if isinstance(value, str) else _NUMBER
    return f"<td{about}>{html.escape(shown)}</td>"


def _text(words: str) -> str:
    return html.escape(words)


def _cell(words: str) -> str:
    return html.escape(cell_text(words))


@functools.cache
def _plotly_script() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


@functools.cache
def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _colours() -> str:
    """The palettes of figures and app as variables of the style sheet."""

    def variables(theme: Theme) -> str:
        look = PALETTES[theme]
        named = {
            "background": look.background,
            "surface": look.surface,
            "text": look.text,
            "muted": look.muted,
            "line": look.grid,
            "accent": look.accent,
        }
        told = "".join(f"--{name}:{colour};" for name, colour in named.items())
        return f"color-scheme:{theme};{told}"

    return (
        f":root{{--font:{FONT_FAMILY};{variables('light')}}}\n"
        f'html[data-theme="dark"]{{{variables("dark")}}}\n'
        "@media (prefers-color-scheme: dark){"
        f'html[data-theme="auto"]{{{variables("dark")}}}}}\n'
    )
