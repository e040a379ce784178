"""The maps as a still figure: to be taken along, and where the browser draws no WebGL."""

from collections.abc import Callable

import plotly.graph_objects as go

from mslt_core.figures import Theme
from pages._shared.take import Figure, answer_before, take_along
from pages._shared.theme import show_figure


def still_twin(draw: Callable[[Theme], go.Figure], *, shown: bool) -> None:
    """The figure, or only the row under the view that it is the twin of."""
    if shown:
        show_figure(draw, key="maps_still")
    else:
        take_along(Figure(draw=draw, told=answer_before(), on_page=False), key="maps")
