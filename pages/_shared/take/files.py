"""One thing as files: pictures of a figure, its numbers, a table's cells."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import Theme
from mslt_core.spec.errors import SpecError
from mslt_core.spec.stories import FigureContent, PinContent, TableContent
from pages._shared.take.pictures import Whole, pictures


@dataclasses.dataclass(frozen=True, kw_only=True)
class Files:
    """What becomes files."""

    title: str
    csv: Callable[[], str]
    pictured: bool = True
    """Whether a figure stands on the page, so that the browser has its picture."""
    whole: Whole | None = None
    """The figure to be pictured, where another form of it stands on the page."""


def files_row(files: Files, key: str) -> None:
    """Buttons for SVG and PNG of the figure with this key on the page, and for CSV."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if files.pictured:
            pictures(key, files.whole)
        st.download_button(
            "CSV",
            # made at once: what Streamlit makes at the click, it may drop before the browser has it
            files.csv(),
            file_name=f"{files.title or key}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"numbers_{key}",
        )


def files_of_pin(content: PinContent, title: str, theme: Theme) -> Files | None:
    """What was pinned as files: a figure as it is on its own page, with its title."""
    if isinstance(content, TableContent):
        rows = pipeline.rows_as_csv(content.columns, content.rows)
        return Files(title=title, csv=lambda: rows, pictured=False)
    if not isinstance(content, FigureContent):
        return None
    return Files(
        title=title,
        csv=lambda: pipeline.rows_as_csv(*figures.numbers_of(_drawn(content.light))),
        whole=whole_picture(content, title, theme),
    )


def whole_picture(content: FigureContent, title: str, theme: Theme) -> Whole:
    """A figure as it is on its own page, to be pictured in place of another form of it."""
    from mslt_core.exports import pictures as drawing  # not before somebody asks
    from mslt_core.exports.safe import safe_figure

    kept = drawing.whole_picture(safe_figure(getattr(content, theme), "this slide"), "svg")
    size = {"width": kept.width, "height": kept.height, "filename": title}
    return {**kept.figure, **size}


def _drawn(kept: Mapping[str, Any]) -> Any:
    import plotly.graph_objects as go

    try:
        return go.Figure(data=kept["data"], layout=kept["layout"])
    except (ValueError, TypeError, KeyError) as e:
        raise SpecError("this figure holds what is no figure's") from e
