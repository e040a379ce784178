"""How far training moved each language: one dot a checkpoint and language, with its interval."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import markers, style, text
from mslt_core.figures.markers import Grouping
from mslt_core.figures.style import Theme
from mslt_core.spec.measuring import Moved
from mslt_core.spec.metrics import METRICS

_ROW, _ABOVE, _BELOW = 30, 107, 52
_SPREAD = 0.22
"""Of a row, between two checkpoints' dots."""


def moved_languages(
    moved: Sequence[Moved],
    *,
    base: str,
    over: str,
    group: Grouping = "family",
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """A measure between each checkpoint and `base` for every language, seen ones filled.

    The languages that a checkpoint of the figure was trained on come first. `over` says of what:
    n, layer.
    """
    info, langs = METRICS[moved[0].measure], moved[0].langs
    trained = {lang for one in moved for lang in one.checkpoint.seen_langs}
    order = markers.language_order(langs, group)
    rows = [lang for lang in order if lang in trained] + [x for x in order if x not in trained]
    fig = go.Figure()
    colours = style.set_colours((one.checkpoint.name for one in moved), colours)
    for place, one in enumerate(moved):
        shift = _SPREAD * ((len(moved) - 1) / 2 - place)
        _add(fig, one, rows, shift, base=base, colour=colours[one.checkpoint.name])
    style.language_rows(fig, rows, theme)
    fig.update_xaxes(title_text=f"{info.label} with {text.escape(base)} (1: not moved)")
    fig.update_layout(margin={"l": 2, "r": 16, "t": _ABOVE, "b": _BELOW}, hovermode="closest")
    told = "; ".join(
        f"{one.checkpoint.name}: mean {text.measured(float(one.values.mean()))}" for one in moved
    )
    return style.dress(
        fig,
        title=f"How far has training moved each language from {text.escape(base)}?",
        subtitle=f"{text.escape(info.label)}, {text.escape(over)}.<br>{SEEN_DOTS} "
        "Bars: 95 % intervals over documents.",
        alt=f"{info.label} between checkpoints and {base} by language. {told}.",
        height=_ABOVE + _ROW * max(len(rows), 6) + _BELOW,
        theme=theme,
        lines=2,
    )


SEEN_DOTS = "Filled: trained on; open: not."


def _add(
    fig: go.Figure, one: Moved, rows: Sequence[str], shift: float, *, base: str, colour: str
) -> None:
    places = [one.langs.index(lang) for lang in rows]
    values, low, high = (part[places] for part in (one.values, one.low, one.high))
    seen = [lang in one.checkpoint.seen_langs for lang in rows]
    hovers = [
        f"{text.language_label(lang)}, {'trained on' if known else 'not trained on'}<br>"
        f"{text.escape(one.checkpoint.name)} and {text.escape(base)}, layer {one.layer}<br>"
        f"<b>{text.measured(v)}</b> [{text.measured(a)}, {text.measured(b)}]"
        for lang, known, v, a, b in zip(rows, seen, values, low, high, strict=True)
    ]
    fig.add_trace(style.legend_key(one.checkpoint.name, colour))
    fig.add_trace(
        go.Scatter(
            x=values,
            y=[len(rows) - row + shift for row in range(len(rows))],
            mode="markers",
            legendgroup=one.checkpoint.name,
            showlegend=False,
            marker={
                "color": colour,
                "size": 9,
                "symbol": ["circle" if known else "circle-open" for known in seen],
                "line": {"width": 2, "color": colour},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": high - values,
                "arrayminus": values - low,
                "color": colour,
                "thickness": 1.5,
                "width": 0,
            },
            hovertext=hovers,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
