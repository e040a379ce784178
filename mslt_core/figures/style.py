"""How figures look: two palettes, one template, colours that mean one thing everywhere."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import plotly.graph_objects as go
from plotly.colors import sample_colorscale, unlabel_rgb

from mslt_core.figures.text import escape, language_label

Theme = Literal["light", "dark"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Palette:
    """The neutral colours of one theme; the app's theme uses the same."""

    background: str
    surface: str
    text: str
    muted: str
    grid: str
    accent: str
    ramp: tuple[str, ...]
    """A sequential scale of one hue, from near the background to the accent's far end."""
    diverging: tuple[str, ...]
    """From brown over the background to the accent's hue: told apart by all eyes."""
    missing: str
    """Cells without a value; a stroke across them tells them from the scales."""


PALETTES: Mapping[Theme, Palette] = {
    "light": Palette(
        background="#FFFFFF",
        surface="#F6F8F9",
        text="#1F2933",
        muted="#5B6673",
        grid="#E4E8EC",
        accent="#155E75",
        ramp=("#F1F6F8", "#B9D6DF", "#6FA8B8", "#2C7388", "#0B3F50"),
        diverging=("#7A4A0B", "#CFA463", "#F8F6F2", "#6FA8B8", "#0B3F50"),
        missing="#DDE1E6",
    ),
    "dark": Palette(
        background="#14181D",
        surface="#1B2027",
        text="#E6EAEE",
        muted="#9AA5B1",
        grid="#2A313A",
        accent="#67C3D6",
        ramp=("#1C2830", "#1F4A59", "#2F7C91", "#67B7C9", "#D3F1F7"),
        diverging=("#F3D7A6", "#A8742B", "#1E2228", "#2F7C91", "#D3F1F7"),
        missing="#323A44",
    ),
}

# The system's own sans-serif, then Noto's for scripts that it may lack. Nothing is fetched.
FONT_FAMILY = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Roboto, system-ui, '
    '"Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali", '
    '"Noto Sans Thai", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", sans-serif'
)

FIRST_OF_KIND = {"Base": "#6B7280", "SSLT": "#E69F00", "MSLT": "#0072B2"}
FURTHER_SETS = ("#009E73", "#CC79A7", "#56B4E9", "#D55E00")

ROW_HEIGHT = 25
"""Pixels for one language or set in a dot plot."""

SEEN_KEY = "● trained on  ○ not"
"""Said under the title wherever markers are filled for seen languages and outlined for others."""


def set_colours(
    names: Iterable[str], known: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """A colour for each of Base, SSLT(...), MSLT(...), in this order of names.

    The first of a kind has the kind's colour; the rest are green, purple and so on. Names that
    have a colour in `known` keep it: to have the same colours in every figure, call this once
    for all sets and hand the answer to the figures.
    """
    colours = dict(known)
    further = sum(colour in FURTHER_SETS for colour in colours.values())
    for name in dict.fromkeys(names):
        if name in colours:
            continue
        first = FIRST_OF_KIND.get(name.partition("(")[0].strip())
        if first and first not in colours.values():
            colours[name] = first
        else:
            colours[name] = FURTHER_SETS[further % len(FURTHER_SETS)]
            further += 1
    return colours


@functools.cache
def template(theme: Theme) -> go.layout.Template:
    """Plotly template of one theme: solid background, so that exports stand on their own."""
    look = PALETTES[theme]
    return go.layout.Template(
        layout={
            "font": {"family": FONT_FAMILY, "color": look.text, "size": 13},
            "paper_bgcolor": look.background,
            "plot_bgcolor": look.background,
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 6, "l": 2},
                "font": {"size": 15, "weight": 600},
                "subtitle": {"font": {"size": 12, "color": look.muted, "weight": 400}},
            },
            "xaxis": _axis(look),
            "yaxis": _axis(look),
            "hoverlabel": {
                "bgcolor": look.surface,
                "bordercolor": look.grid,
                "font": {"family": FONT_FAMILY, "color": look.text, "size": 13},
                "align": "left",
                "namelength": -1,
            },
            "legend": {"font": {"size": 12}, "bgcolor": "rgba(0,0,0,0)", "itemsizing": "constant"},
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": look.muted,
                "activecolor": look.accent,
            },
        }
    )


def _axis(look: Palette) -> dict[str, object]:
    """Quiet axes: faint grid, muted labels, no ticks."""
    return {
        "gridcolor": look.grid,
        "linecolor": look.grid,
        "zerolinecolor": look.grid,
        "tickfont": {"color": look.muted, "size": 12},
        "title": {"font": {"color": look.muted, "size": 12}, "standoff": 10},
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 4,
    }


def panel_title(
    fig: go.Figure, col: int, *, name: str, below: str, colour: str, theme: Theme
) -> None:
    """A checkpoint's name with its colour above its panel, and one line under it."""
    muted = PALETTES[theme].muted
    fig.add_annotation(
        text=f'<span style="color:{colour}">■</span> <b>{escape(name)}</b><br>'
        f'<span style="color:{muted}; font-size:12px">{escape(below)}</span>',
        x=0.5,
        y=1,
        xref="x domain" if col == 1 else f"x{col} domain",
        yref="paper",
        yanchor="bottom",
        yshift=6,
        showarrow=False,
    )


def language_rows(
    fig: go.Figure,
    langs: Sequence[str],
    theme: Theme,
    *,
    below: Mapping[str, float] = MappingProxyType({}),
) -> None:
    """One row a language, the first at height len(langs), the last at 1; more `below` a line."""
    look = PALETTES[theme]
    rows = {language_label(lang): float(len(langs) - i) for i, lang in enumerate(langs)}
    if below:
        fig.add_hline(y=0.4, line={"color": look.grid, "width": 1})
    rows |= below
    fig.update_yaxes(
        tickvals=list(rows.values()),
        ticktext=list(rows),
        range=[min(rows.values(), default=1.0) - 0.6, len(langs) + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": look.text, "size": 13},
    )


def legend_key(name: str, colour: str) -> go.Scatter:
    """A legend entry that shows a set's colour alone; traces of its legendgroup follow it."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=escape(name),
        legendgroup=name,
        marker={"symbol": "square", "size": 10, "color": colour},
        hoverinfo="skip",
    )


def dress(
    fig: go.Figure,
    *,
    title: str,
    subtitle: str,
    alt: str,
    height: int,
    theme: Theme,
    lines: int = 1,
) -> go.Figure:
    """Give a figure its template, title, height and alternative text; `title` is escaped already.

    A legend stands under the title and the `lines` of the subtitle, unless the figure has put it
    elsewhere.
    """
    under_title = {
        "orientation": "h",
        "x": 0,
        "xref": "container",
        "y": 1 - (38 + 16 * lines) / height,
        "yref": "container",
        "yanchor": "top",
    }
    return fig.update_layout(
        template=template(theme),
        legend={**under_title, **fig.layout.legend.to_plotly_json()},
        title={"text": title, "subtitle": {"text": subtitle}},
        height=height,
        meta={"alt": alt},
        # reruns that draw the same kind of figure keep zoom and hidden languages
        uirevision=title,
    )


def sample(scale: Sequence[str], places: Sequence[float]) -> list[str]:
    """Colours of a scale at `places` in [0, 1], as ``rgb(r, g, b)``."""
    return list(sample_colorscale(list(scale), list(places)))


def ink_on(fill: str) -> str:
    """Black or white, whichever has the higher contrast on ``rgb(r, g, b)``: always above 4.5."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in unlabel_rgb(fill))
    ]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    # WCAG contrast with white is 1.05 / (L + 0.05), with black (L + 0.05) / 0.05; equal at 0.179
    return "#FFFFFF" if luminance < 0.179 else "#000000"


def alt_text(fig: go.Figure) -> str:
    """What the figure shows, in words, for those who cannot see it."""
    return str(fig.layout.meta["alt"])
