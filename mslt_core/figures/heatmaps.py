"""A measure between every two languages inside each checkpoint: one panel a checkpoint."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import cells, markers, style, text
from mslt_core.figures.cells import Hover
from mslt_core.figures.markers import Grouping
from mslt_core.figures.style import Theme
from mslt_core.spec.measuring import PairMatrix
from mslt_core.spec.metrics import METRICS

# Plot height by number of panels, so that panels are square in a page of about 1,100 px.
_PANEL_HEIGHT = {1: 360, 2: 380, 3: 310, 4: 230}
_ABOVE, _BELOW = 128, 44

CROSSED_MEANS = "Crossed out: may be chance."


def pair_heatmaps(
    matrices: Sequence[PairMatrix],
    *,
    over: str,
    group: Grouping = "family",
    minus: str = "",
    chance: Sequence[npt.NDArray[np.bool_]] = (),
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """The same measure in every checkpoint, on one colour scale.

    `over` says of what: n, layer, estimator. With `minus`, the name of a checkpoint, the values
    are differences from it, on a scale that is centred on none; a cell whose 95 % interval holds 0
    has no number. `chance` has a mask (l, l) for every panel, of cells that chance alone may have
    brought about: they are crossed out and have no number. A measure with a direction goes from
    the row's language to the column's.
    """
    n_panels, measure = len(matrices), matrices[0].measure
    fig = make_subplots(rows=1, cols=n_panels, horizontal_spacing=0.03)
    colours = style.set_colours((m.checkpoint.name for m in matrices), colours)
    for col, found in enumerate(matrices, start=1):
        order = markers.language_order(found.langs, group)
        matrix = cells.reordered(found.matrix, found.langs, order)
        cells.draw(fig, matrix, order, _hover(found, minus), col=col)
        cells.language_axes(fig, order, marked=found.checkpoint.seen_langs, col=col)
        name = found.checkpoint.name
        style.panel_title(
            fig,
            col,
            name=f"{name} minus {minus}" if minus else name,
            below=f"mean over pairs {cells.number(_mean(found))}",
            colour=colours[name],
            theme=theme,
        )
    info = METRICS[measure]
    _scale(fig, measure, theme, difference=bool(minus))
    crossed = [_in_order(mask, m, group) for mask, m in zip(chance, matrices, strict=False)]
    unsure = [_unsure(m, group) for m in matrices] if minus else []
    cells.print_values(fig, silent=crossed or unsure)
    for col, mask in enumerate(crossed, start=1):
        cells.cross_out(fig, mask, theme, col=col)
    fig.update_layout(
        plot_bgcolor=style.PALETTES[theme].grid, margin={"l": 2, "r": 2, "t": _ABOVE, "b": _BELOW}
    )
    means = ", ".join(f"{m.checkpoint.name} {cells.number(_mean(m))}" for m in matrices)
    what = f"{info.label} minus that of {minus}" if minus else info.label
    return style.dress(
        fig,
        title=_title(measure, minus),
        subtitle=f"{text.escape(what)}, {text.escape(over)}.<br>{style.SEEN_KEY}"
        + f" {CROSSED_MEANS}" * any(mask.any() for mask in crossed),
        alt=f"{what} between {len(matrices[0].langs)} languages. Mean over pairs: {means}.",
        height=_ABOVE + _PANEL_HEIGHT.get(n_panels, 220) + _BELOW,
        theme=theme,
    )


def _title(measure: str, minus: str) -> str:
    if minus:
        return f"Which languages came nearer than in {text.escape(minus)}, and which went apart?"
    if measure.endswith("linear_cka"):
        return "How alike are two languages inside each checkpoint?"
    return f"{METRICS[measure].label} between two languages inside each checkpoint"


def _scale(fig: go.Figure, measure: str, theme: Theme, *, difference: bool) -> None:
    info = METRICS[measure]
    if not difference:
        cells.colour_scale(fig, info.label, info.low, info.high, theme)
        return
    ends = [np.abs(trace.z[np.isfinite(trace.z)]).max(initial=0.0) for trace in fig.data]
    reach = max([*ends, 0.01])
    diverging = style.PALETTES[theme].diverging
    cells.colour_scale(fig, "difference", -reach, reach, theme, scale=diverging)


def _mean(found: PairMatrix) -> float:
    off = ~np.eye(len(found.langs), dtype=bool)
    return float(found.matrix[off].mean())


def _unsure(found: PairMatrix, group: Grouping) -> npt.NDArray[np.bool_]:
    """The cells whose interval holds 0, in the order in which they are drawn."""
    if found.low is None or found.high is None:
        return np.zeros(found.matrix.shape, dtype=np.bool_)
    return _in_order((found.low <= 0) & (found.high >= 0), found, group)


def _in_order(
    mask: npt.NDArray[np.bool_], found: PairMatrix, group: Grouping
) -> npt.NDArray[np.bool_]:
    order = markers.language_order(found.langs, group)
    rows = [found.langs.index(lang) for lang in order]
    return mask[np.ix_(rows, rows)]


def _hover(found: PairMatrix, minus: str) -> Hover:
    ref, info = found.checkpoint, METRICS[found.measure]
    place = {lang: row for row, lang in enumerate(found.langs)}

    def said(lang: str) -> str:
        seen = "trained on" if lang in ref.seen_langs else "not trained on"
        return f"{text.language_label(lang)}, {seen}"

    def hover(a: str, b: str, value: float) -> str:
        cell, interval = (place[a], place[b]), ""
        if found.low is not None and found.high is not None:
            low, high = found.low[cell], found.high[cell]
            interval = f" [{cells.number(low, 3)}, {cells.number(high, 3)}]"
        than = f" minus {text.escape(minus)}" if minus else ""
        return (
            f"{said(a)}<br>{said(b)}<br>{info.label} <b>{cells.number(value, 3)}</b>{interval}"
            f"<br>{text.escape(ref.name)}{than}, layer {found.layer}"
        )

    return hover
