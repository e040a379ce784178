"""Which languages are near one another? A flat map drawn from their distances."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mslt_core.figures import markers, style, text
from mslt_core.figures.markers import Grouping, LanguageStyle
from mslt_core.figures.style import Theme
from mslt_core.spec.languages import LANGUAGES, label
from mslt_core.spec.selecting import Criterion

Coords = npt.NDArray[np.float64]

_SIDE, _LARGE_SIDE, _LARGE_FROM = 400, 540, 30
"""Pixels of the square, of a larger one, and the number of languages from which it is needed."""

_ABOVE, _KEY_LINE = 62, 17
_LETTERS = 54
"""In a line of the subtitle: the map takes half of a small window."""
_LABEL = (17.0, 11.0)
"""Half-overlap distances of two labels in pixels: three letters wide, one line high."""

_SIDES = {
    "top center": (0.0, -12.0),
    "bottom center": (0.0, 12.0),
    "middle right": (16.0, 0.0),
    "middle left": (-16.0, 0.0),
    "top right": (13.0, -10.0),
    "top left": (-13.0, -10.0),
    "bottom right": (13.0, 10.0),
    "bottom left": (-13.0, 10.0),
}
"""Where plotly may put a label, and how far that is from its point in pixels."""


def distance_map(
    langs: Sequence[str],
    coords: Coords,
    kept: float,
    *,
    criterion: Criterion,
    chosen: Collection[str] = (),
    left_out: Sequence[str] = (),
    group: Grouping = "family",
    theme: Theme = "light",
) -> go.Figure:
    """Languages as points, `coords` (n, 2) as scaling made them; the chosen ones tied together.

    `kept` is the share of the variation (of positive eigenvalues), in [0, 1], that two
    dimensions show. `left_out` are
    languages whose distances are missing: they are named, not drawn.
    """
    fig = go.Figure()
    picked = [lang for lang in langs if lang in chosen]
    if len(picked) > 1:
        fig.add_trace(_outline(coords[[langs.index(lang) for lang in picked]], theme))
    if len(langs):
        looks = markers.language_styles(langs, group)
        fig.add_trace(_points(langs, coords, looks, set(picked), theme))
    _bare_axes(fig, coords)
    key = _key(langs, group)
    subtitle = _subtitle(kept, left_out, criterion, chosen=bool(chosen))
    above = _ABOVE + 15 * subtitle.count("<br>")
    below = 8 + _KEY_LINE * (1 + key.count("<br>")) * bool(key)
    fig.update_layout(margin={"l": 2, "r": 2, "t": above, "b": below}, showlegend=False)
    fig.add_annotation(
        text=key,
        x=0,
        y=0,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        yshift=-4,
        align="left",
        showarrow=False,
        font={"size": 12, "color": style.PALETTES[theme].muted},
    )
    return style.dress(
        fig,
        title="Which languages are near one another?",
        subtitle=subtitle,
        alt=_alt(langs, kept, criterion, picked, left_out),
        height=above + _side(len(langs)) + below,
        theme=theme,
    )


def _points(
    langs: Sequence[str],
    coords: Coords,
    looks: dict[str, LanguageStyle],
    picked: Collection[str],
    theme: Theme,
) -> go.Scatter:
    """Filled where chosen, outlined where not; the code beside each where there is room."""
    marked = [lang in picked for lang in langs]
    fills = [
        looks[lang].colour if mine else style.PALETTES[theme].background
        for lang, mine in zip(langs, marked, strict=True)
    ]
    return go.Scatter(
        x=coords[:, 0],
        y=coords[:, 1],
        mode="markers+text",
        text=[f"<b>{lang}</b>" if mine else lang for lang, mine in zip(langs, marked, strict=True)],
        textposition=_label_places(coords),
        textfont={"size": 12 if len(langs) <= 30 else 10, "color": style.PALETTES[theme].text},
        hovertext=[_hover(langs, coords, i, mine) for i, mine in enumerate(marked)],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "opacity": 1,  # plotly fades markers whose sizes differ
            "symbol": [looks[lang].symbol for lang in langs],
            "size": [12 if mine else 9 for mine in marked],
            "color": fills,
            "line": {"width": 1.8, "color": [looks[lang].outline for lang in langs]},
        },
        cliponaxis=False,
    )


def _outline(coords: Coords, theme: Theme) -> go.Scatter:
    """A polygon through the chosen points, round their middle; a line for two."""
    from_middle = coords - coords.mean(axis=0)
    around = np.argsort(np.arctan2(from_middle[:, 1], from_middle[:, 0]), kind="stable")
    path = coords[[*around, around[0]]]
    look = style.PALETTES[theme]
    return go.Scatter(
        x=path[:, 0],
        y=path[:, 1],
        mode="lines",
        line={"color": look.accent, "width": 2},
        fill="toself" if len(coords) > 2 else "none",
        fillcolor=_see_through(look.accent),
        hoverinfo="skip",
    )


def _see_through(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.12)"


def _side(n: int) -> int:
    return _SIDE if n < _LARGE_FROM else _LARGE_SIDE


def _label_places(coords: Coords) -> list[str]:
    """For each point the side on which its label covers the least, in the order of the points."""
    span = float(np.ptp(coords, axis=0).max()) or 1.0
    at = coords / span * 0.85 * _side(len(coords)) * [1, -1]  # pixels, downwards
    taken, places = np.empty((0, 2)), []
    for i, point in enumerate(at):
        others = np.vstack([np.delete(at, i, axis=0), taken])
        covered = {
            name: np.clip(1 - np.abs(others - (point + offset)) / _LABEL, 0, None)
            .prod(axis=1)
            .sum()
            for name, offset in _SIDES.items()
        }
        best = min(covered, key=covered.__getitem__)
        places.append(best)
        taken = np.vstack([taken, point + _SIDES[best]])
    return places


def _hover(langs: Sequence[str], coords: Coords, i: int, mine: bool) -> str:
    """Name, family and script, and who is in the same place."""
    told = LANGUAGES[langs[i]]
    lines = [
        f"<b>{text.language_label(langs[i])}</b>{' · chosen' * mine}",
        f"{text.escape(told.family)}, script {told.script}",
    ]
    size = float(np.ptp(coords, axis=0).max()) or 1.0
    near = np.abs(coords - coords[i]).max(axis=1) < 0.005 * size
    if same := [text.language_label(langs[j]) for j in np.flatnonzero(near).tolist() if j != i]:
        lines.append(text.wrapped(f"same place: {', '.join(same)}", 48))
    return "<br>".join(lines)


def _bare_axes(fig: go.Figure, coords: Coords) -> None:
    """A square with one scale for both directions and no ticks: only distances mean anything."""
    low, high = (coords.min(axis=0), coords.max(axis=0)) if len(coords) else (0.0, 1.0)
    half = 0.58 * max(float(np.max(np.subtract(high, low))), 1e-6)
    x, y = np.broadcast_to(np.add(low, high) / 2, 2)
    bare = {
        "showticklabels": False,
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "mirror": True,
        "automargin": False,
    }
    fig.update_xaxes(range=[x - half, x + half], **bare)
    fig.update_yaxes(range=[y - half, y + half], scaleanchor="x", **bare)


def _key(langs: Sequence[str], group: Grouping) -> str:
    """What a hue stands for; a large group has several hues, some small ones share one.

    Where hues are shared, only groups of two or more are told.
    """
    if group == "language":
        return ""
    looks = markers.language_styles(langs, group)
    hues: dict[str, dict[str, None]] = {}
    sizes: dict[str, int] = {}
    for lang in markers.language_order(langs, group):
        name = getattr(LANGUAGES[lang], group)
        hues.setdefault(name, {})[looks[lang].outline] = None
        sizes[name] = sizes.get(name, 0) + 1
    lines: list[str] = []
    entries: list[str] = []
    width = 0
    shared = sum(map(len, hues.values())) > len({hue for mine in hues.values() for hue in mine})
    for name in (name for name in hues if sizes[name] > 1 or not shared):
        squares = "".join(f'<span style="color:{hue}">■</span>' for hue in hues[name])
        length = len(name) + len(hues[name]) + 4
        if entries and width + length > _LETTERS:
            lines.append("   ".join(entries))
            entries, width = [], 0
        entries.append(f"{squares} {text.escape(name)}")
        width += length
    return "<br>".join([*lines, "   ".join(entries)] if entries else lines)


def _subtitle(kept: float, left_out: Sequence[str], criterion: Criterion, *, chosen: bool) -> str:
    share = f"{100 * kept:.0f} % of the variation"
    said = f"By {text.criterion(criterion)}; two dimensions explain {share}"
    said += "; ● chosen  ○ not" if chosen else ""
    if left_out:
        said += f"; without {', '.join(sorted(left_out))}: distances missing"
    return text.wrapped(said, _LETTERS)


def _alt(
    langs: Sequence[str],
    kept: float,
    criterion: Criterion,
    picked: Sequence[str],
    left_out: Sequence[str],
) -> str:
    said = [
        f"Map of {text.count(len(langs), 'language')} by distance in {text.criterion(criterion)}; "
        f"two dimensions explain {100 * kept:.0f} % of the variation."
    ]
    if picked:
        said.append(f"Chosen: {', '.join(map(label, picked))}.")
    if left_out:
        said.append(f"Left out, distances missing: {', '.join(map(label, sorted(left_out)))}.")
    return " ".join(said)
