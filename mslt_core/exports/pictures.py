"""Figures as pictures, drawn to the proportions that each was made for."""

import math
from collections.abc import Sequence
from typing import Any

from mslt_core.exports.browser import Picture, PictureFormat, draw
from mslt_core.exports.safe import safe_figure
from mslt_core.exports.slides import Report, quiet
from mslt_core.figures.style import Theme
from mslt_core.spec.stories import FigureContent

WIDTH = 1000
"""Pixels, about what a figure has on a page of the dashboard."""
DEFAULT_HEIGHT = 450
PNG_SCALE = 3.0
"""Sharp on a slide, and about 300 dots an inch on a page of text."""

NARROWEST, LARGEST, LOWEST, HIGHEST = 860, 2.2, 0.62, 1.5
"""How far a figure may be magnified and squeezed to fill a slide, as in story.js."""


def figure_picture(content: FigureContent, format: PictureFormat, theme: Theme = "light") -> bytes:
    """One figure as it is on its page, with its title, as SVG, PNG or PDF."""
    (picture,) = figure_pictures([content], format, theme)
    return picture


def figure_pictures(
    contents: Sequence[FigureContent],
    format: PictureFormat,
    theme: Theme = "light",
    *,
    report: Report = quiet,
) -> list[bytes]:
    """Several figures by one browser, whose start takes longer than a picture."""
    wanted = [
        whole_picture(safe_figure(getattr(content, theme), f"figure {number}"), format)
        for number, content in enumerate(contents, 1)
    ]
    return draw(wanted, report)


def whole_picture(figure: dict[str, Any], format: PictureFormat) -> Picture:
    """A figure with its title, as high as it says."""
    return Picture(
        figure=figure,
        format=format,
        width=WIDTH,
        height=round(own_height(figure)),
        scale=PNG_SCALE if format == "png" else 1.0,
    )


def fitted_picture(figure: dict[str, Any], width: float, height: float, dots: float) -> Picture:
    """A figure as PNG for a place of `width` x `height` pixels, `dots` for each of them.

    Its letters are magnified as far as the place allows; it may become lower than the place.
    """
    own = own_height(figure)
    scale = min(height / (LOWEST * own), width / NARROWEST, LARGEST)
    drawn_height = min(height / scale, HIGHEST * own)
    layout = dict(figure["layout"])
    legend = layout.get("legend")
    if isinstance(legend, dict) and legend.get("yref") == "container" and _number(legend.get("y")):
        layout["legend"] = {**legend, "y": 1 - (1 - legend["y"]) * own / drawn_height}
    return Picture(
        figure={**figure, "layout": layout},
        format="png",
        width=math.floor(width / scale),
        height=math.floor(drawn_height),
        scale=scale * dots,
    )


def own_height(figure: dict[str, Any]) -> float:
    """The height in pixels that a figure was made for."""
    height = figure["layout"].get("height")
    return float(height) if _number(height) and 50 <= height <= 20_000 else DEFAULT_HEIGHT


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
