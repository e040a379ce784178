"""How alike are two languages inside each checkpoint? One panel a checkpoint."""

from collections.abc import Mapping
from types import MappingProxyType

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import cells, markers, style, text
from mslt_core.figures.cells import Hover
from mslt_core.figures.markers import Grouping
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import CheckpointRef, CkaResult, MingleResult

# Plot height by number of panels, so that panels are square in a page of about 1,100 px.
_PANEL_HEIGHT = {1: 360, 2: 380, 3: 310, 4: 230}
_ABOVE, _BELOW = 112, 44


def cka_heatmaps(
    result: MingleResult,
    *,
    group: Grouping = "family",
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """CKA between every two languages, one panel a checkpoint, one colour scale for all."""
    n_panels = len(result.checkpoints)
    fig = make_subplots(rows=1, cols=n_panels, horizontal_spacing=0.03)
    colours = style.set_colours((ref.name for ref in result.checkpoints), colours)
    panels = list(zip(result.checkpoints, result.ckas, strict=True))
    for col, (ref, cka) in enumerate(panels, start=1):
        order = markers.language_order(cka.langs, group)
        matrix = cells.reordered(cka.matrix, cka.langs, order)
        cells.draw(fig, matrix, order, _cka_hover(ref, cka), col=col)
        cells.language_axes(fig, order, marked=ref.source_langs, col=col)
        mean = f"mean over pairs {cka.mean_off_diagonal():.2f}"
        style.panel_title(
            fig, col, name=ref.name, below=mean, colour=colours[ref.name], theme=theme
        )
    info, cka = METRICS["linear_cka"], result.ckas[0]
    means = ", ".join(f"{ref.name} {cka.mean_off_diagonal():.2f}" for ref, cka in panels)
    cells.colour_scale(fig, info.label, info.low, info.high, theme)
    cells.print_values(fig)
    fig.update_layout(
        plot_bgcolor=style.PALETTES[theme].grid, margin={"l": 2, "r": 2, "t": _ABOVE, "b": _BELOW}
    )
    return style.dress(
        fig,
        title="How alike are two languages inside each checkpoint?",
        subtitle=f"{info.label} ({cka.estimator}), n = {cka.n:,} sentences, "
        f"{text.layers(found.layer for found in result.ckas)}. "
        f"{style.SEEN_KEY}",
        alt=f"{info.label} between {len(cka.langs)} languages. Mean over pairs: {means}.",
        height=_ABOVE + _PANEL_HEIGHT.get(n_panels, 220) + _BELOW,
        theme=theme,
    )


def _cka_hover(ref: CheckpointRef, cka: CkaResult) -> Hover:
    def said(lang: str) -> str:
        seen = "trained on" if lang in ref.source_langs else "not trained on"
        return f"{text.language_label(lang)}, {seen}"

    def hover(a: str, b: str, value: float) -> str:
        where = f"in {text.escape(ref.name)}, n = {cka.n:,} sentences"
        return f"{said(a)}<br>{said(b)}<br>CKA <b>{value:.3f}</b> {where}"

    return hover
