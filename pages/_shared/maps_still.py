"""The maps as a still figure: to be taken along, and where the browser draws no WebGL."""

import plotly.graph_objects as go

from mslt_core import figures
from mslt_core.figures import Theme
from mslt_core.spec.results import MingleResult
from pages._shared.map_colours import Colouring
from pages._shared.take import Figure, answer_before, take_along
from pages._shared.theme import show_figure


def still(
    result: MingleResult,
    look_of: Colouring,
    colours: dict[str, str],
    hidden: frozenset[str],
    *,
    shown: bool = True,
) -> None:
    """The Plotly twin, which can be pinned, linked and saved; or only the row under the view."""

    def draw(theme: Theme) -> go.Figure:
        return figures.language_maps(
            result,
            group=look_of.group,
            hidden=hidden,
            category=look_of.category,
            colours=colours,
            theme=theme,
        )

    if shown:
        show_figure(draw, key="maps_still")
    else:
        take_along(Figure(draw=draw, told=answer_before(), on_page=False), key="maps")
