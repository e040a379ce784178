"""Figures as pictures, drawn to the proportions that each was made for."""

import math
from collections.abc import Sequence
from typing import Any

from mslt_core.exports.browser import Picture, PictureFormat, draw
from mslt_core.exports.safe import safe_figure
from mslt_core.exports.slides import Report, quiet
from mslt_core.figures.fitting import as_high_as, fit
from mslt_core.figures.room import own_height
from mslt_core.figures.style import Theme
from mslt_core.spec.stories import FigureContent

WIDTH = 1000
"""Pixels, about what a figure has on a page of the dashboard."""
PNG_SCALE = 3.0
"""Sharp on a slide, and about 300 dots an inch on a page of text."""


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
    place = fit(figure, width=width, height=height)
    return Picture(
        figure=as_high_as(figure, place.height),
        format="png",
        width=math.floor(place.width),
        height=math.floor(place.height),
        scale=place.scale * dots,
    )
