"""How a measure of the space changes from layer to layer: one line a checkpoint, with its band."""

import math
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.courses import StepPoint
from mslt_core.spec.measuring import LayerCurve, LayerPoint
from mslt_core.spec.metrics import METRICS

_HEIGHT, _COMPANION = 400, 170
_ABOVE, _BELOW = 112, 44
FAR_ABOVE = 1.5
"""Spreads of the values between the measure's start and the lowest of them, beyond which lines
could not be told apart if the start were shown."""
_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up")


def layer_curves(
    curves: Sequence[LayerCurve],
    *,
    title: str,
    over: str,
    companion: Sequence[LayerCurve] = (),
    null: Sequence[LayerCurve] = (),
    hollow: Mapping[str, Collection[int]] = MappingProxyType({}),
    difference: bool = False,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """A measure against layer, with 95 % bands over documents.

    Parameters
    ----------
    curves : sequence of LayerCurve
        The same measure of every checkpoint.
    title, over : str
        The question, and what the values are of: pairs, sentences, documents. Plain text.
    companion : sequence of LayerCurve
        Another measure in a lower panel of its own, such as the effective rank without which a
        rise of mixing cannot be read.
    null : sequence of LayerCurve
        What chance alone gives in place of the measure, in some or all of the checkpoints.
    hollow : mapping of str to collection of int
        Checkpoint names to the layers at which chance may have brought about some of the pairs.
    difference : bool
        The values are differences: zero is drawn, and the axis is the data's.
    colours : mapping
        Checkpoint names to colours.
    """
    measure, n_rows = curves[0].measure, 1 + bool(companion)
    fig = make_subplots(
        rows=n_rows,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        row_heights=[_HEIGHT, _COMPANION][:n_rows],
    )
    colours = style.set_colours((c.checkpoint.name for c in curves), colours)
    depths = {curve.checkpoint.n_layers for curve in curves}
    for place, curve in enumerate(curves):
        _add(fig, curve, place, colours[curve.checkpoint.name], relative=len(depths) > 1, row=1)
    for place, curve in enumerate(companion):
        _add(fig, curve, place, colours[curve.checkpoint.name], relative=len(depths) > 1, row=2)
    _hollow(fig, hollow, curves, theme)
    for curve in null:
        _add_null(fig, curve, colours[curve.checkpoint.name], relative=len(depths) > 1)
    shown = (*curves, *null)
    _axes(fig, measure, shown, companion, relative=len(depths) > 1, difference=difference)
    style.dress(
        fig,
        title=text.escape(title),
        subtitle=f"{text.escape(over)}.<br>{_bands_told(curves)}"
        + (f" Thin dotted: {METRICS[null[0].measure].label}." if null else "")
        + " Open markers: some pairs may be chance." * any(hollow.values()),
        alt=f"{METRICS[measure].label} by layer. " + " ".join(map(_told, curves)),
        height=_ABOVE + _HEIGHT - 110 + (_COMPANION if companion else 0) + _BELOW,
        theme=theme,
        lines=2,
    )
    return fig


def _add(
    fig: go.Figure, curve: LayerCurve, place: int, colour: str, *, relative: bool, row: int
) -> None:
    """The band first, so that the line lies on it."""
    name, depth = text.escape(curve.checkpoint.name), curve.checkpoint.n_layers
    x = [point.layer / depth if relative else point.layer for point in curve.points]
    if _is_banded(curve):
        fig.add_trace(band(x, curve.points, colour, curve.checkpoint.name), row=row, col=1)
    line = go.Scatter(
        x=x,
        y=[point.value for point in curve.points],
        mode="lines+markers",
        name=name,
        legendgroup=curve.checkpoint.name,
        showlegend=row == 1,
        line={"color": colour, "width": 2, "dash": _DASHES[place % len(_DASHES)]},
        marker={"color": colour, "size": 7, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
        hovertext=[_hover(curve, point) for point in curve.points],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    fig.add_trace(line, row=row, col=1)


def _add_null(fig: go.Figure, curve: LayerCurve, colour: str, *, relative: bool) -> None:
    depth = curve.checkpoint.n_layers
    line = go.Scatter(
        x=[point.layer / depth if relative else point.layer for point in curve.points],
        y=[point.value for point in curve.points],
        mode="lines",
        legendgroup=curve.checkpoint.name,
        showlegend=False,
        line={"color": colour, "width": 1, "dash": "dot"},
        hovertext=[_hover(curve, point) for point in curve.points],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    fig.add_trace(line, row=1, col=1)


def _hollow(
    fig: go.Figure,
    hollow: Mapping[str, Collection[int]],
    curves: Sequence[LayerCurve],
    theme: Theme,
) -> None:
    """Empty the markers of layers at which some pairs are not told from chance."""
    background = style.PALETTES[theme].background
    for curve in curves:
        layers = hollow.get(curve.checkpoint.name, ())
        of_name = fig.select_traces({"legendgroup": curve.checkpoint.name, "showlegend": True})
        for trace in of_name if layers else ():
            if trace.mode == "lines+markers":
                colour = trace.line.color
                fills = [background if p.layer in layers else colour for p in curve.points]
                trace.update(marker={"color": fills, "line": {"width": 2, "color": colour}})


def _is_banded(curve: LayerCurve) -> bool:
    return all(point.low is not None for point in curve.points)


def _bands_told(curves: Sequence[LayerCurve]) -> str:
    """Some measures have no interval."""
    banded = any(map(_is_banded, curves))
    return "Bands: 95 % intervals over documents." if banded else "No interval is known."


def band(
    x: Sequence[float], points: Sequence[LayerPoint | StepPoint], colour: str, name: str
) -> go.Scatter:
    """The intervals of a line, as an area that belongs to it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return go.Scatter(
        x=[*x, *reversed(x)],
        y=[*(p.high for p in points), *(p.low for p in reversed(points))],
        mode="lines",
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.16)",
        line={"width": 0},
        legendgroup=name,
        showlegend=False,
        hoverinfo="skip",
    )


def _axes(
    fig: go.Figure,
    measure: str,
    curves: Sequence[LayerCurve],
    companion: Sequence[LayerCurve],
    *,
    relative: bool,
    difference: bool,
) -> None:
    info = METRICS[measure]
    fig.update_yaxes(title_text=_axis_title(measure), row=1, col=1, zeroline=difference)
    if not difference:
        fig.update_yaxes(range=_range(curves, info.low), row=1, col=1)
    if companion:
        below = companion[0].measure
        fig.update_yaxes(
            title_text=_axis_title(below),
            range=_range(companion, METRICS[below].low),
            row=2,
            col=1,
            zeroline=False,
        )
    last = {"row": 1 + bool(companion), "col": 1}
    if relative:
        fig.update_xaxes(title_text="Depth: layer over number of layers", **last)
        fig.update_xaxes(tickformat=".0%")
    else:
        fig.update_xaxes(title_text="Layer (0: embeddings)", dtick=1, **last)
    fig.update_xaxes(showgrid=False, zeroline=False)
    fig.update_layout(
        margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW},
        hovermode="closest",
        legend={"itemsizing": "trace"},
    )


def _axis_title(measure: str) -> str:
    info = METRICS[measure]
    return f"{info.label}<br>({info.unit})" if info.unit else info.label


def _range(curves: Sequence[LayerCurve], low: float | None) -> list[float] | None:
    """From where the measure starts, unless all values lie far above it: then from below them."""
    ends = [
        end
        for curve in curves
        for point in curve.points
        for end in (point.value, point.low, point.high)
        if end is not None and math.isfinite(end)
    ]
    if low is None or not ends:
        return None
    top, spread = max(ends), max(ends) - min(ends)
    bottom = min(low, *ends)
    if min(ends) - low > FAR_ABOVE * spread > 0:
        bottom = min(ends) - 0.3 * spread
    return [bottom - 0.02 * (top - bottom), top + 0.06 * (top - bottom or 1.0)]


def _hover(curve: LayerCurve, point: LayerPoint) -> str:
    return (
        f"{text.escape(curve.checkpoint.name)}, layer {point.layer} of "
        f"{curve.checkpoint.n_layers}<br>{METRICS[curve.measure].label} "
        f"{text.measured_within(point.value, point.low, point.high)}"
    )


def _told(curve: LayerCurve) -> str:
    first, last = curve.points[0], curve.points[-1]
    return (
        f"{curve.checkpoint.name}: {text.measured(first.value)} at layer {first.layer}, "
        f"{text.measured(last.value)} at layer {last.layer}."
    )
