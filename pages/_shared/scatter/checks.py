"""Whether what the WebGL view is given fits together; what does not is refused with its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mslt_core.figures.markers import SHAPES, Category
from mslt_core.spec.errors import SpecError
from pages._shared.scatter.fitting import are_colours, one_or_each, places_in

if TYPE_CHECKING:
    from pages._shared.scatter.contract import Panel, ScatterView

MAX_PANELS = 4
MAX_LANGUAGES = 256  # their places are bytes on the graphics card
MAX_CATEGORIES = 256


def check(view: ScatterView) -> None:
    """Raise SpecError with the first thing that does not fit."""
    if not 1 <= len(view.panels) <= MAX_PANELS:
        raise SpecError(f"a view has 1 to {MAX_PANELS} panels, got {len(view.panels)}")
    if not view.frames:
        raise SpecError("a view has at least one frame, got none")
    if not 0 <= view.start < len(view.frames):
        raise SpecError(f"start must be one of {len(view.frames)} frames, got {view.start}")
    _languages(view)
    _points(view)
    for panel in view.panels:
        _panel(panel, view)
    if view.category is not None:
        _category(view.category, view)


def _languages(view: ScatterView) -> None:
    if len(view.languages) > MAX_LANGUAGES:
        raise SpecError(f"at most {MAX_LANGUAGES} languages, got {len(view.languages)}")
    codes = [look.code for look in view.languages]
    if len(set(codes)) < len(codes):
        raise SpecError(f"languages must differ, got {codes}")
    if view.legend and sorted(view.legend) != sorted(codes):
        raise SpecError(f"the legend has every language once: {codes}, got {list(view.legend)}")
    if unknown := sorted(view.hidden.difference(codes)):
        raise SpecError(f"hidden languages are some of {codes}, got {unknown}")
    for look in view.languages:
        if look.symbol not in SHAPES:
            raise SpecError(f"a symbol is one of {', '.join(SHAPES)}, got {look.symbol!r}")
        are_colours(look.colour, look.outline)
        if len(view.texts.get(look.code, ())) != len(view.ids):
            raise SpecError(
                f"every language has a text for each of {len(view.ids)} sentences, "
                f"got {len(view.texts.get(look.code, ()))} for {look.code}"
            )
    if len(set(view.ids)) < len(view.ids):
        raise SpecError("sentence ids must differ, got some twice")


def _points(view: ScatterView) -> None:
    places_in("lang_index", view.lang_index, len(view.languages), view.n_points)
    places_in("sentence_index", view.sentence_index, len(view.ids), view.n_points)
    flat = view.lang_index.astype(np.int64) * len(view.ids) + view.sentence_index
    if len(np.unique(flat)) < view.n_points:
        raise SpecError("a sentence is one point in a language, got some twice")


def _panel(panel: Panel, view: ScatterView) -> None:
    n_frames, n = len(view.frames), view.n_points
    if panel.colour:
        are_colours(panel.colour)
    if len(panel.coords) != n_frames:
        raise SpecError(
            f"every panel has coords for {n_frames} frames, "
            f"got {len(panel.coords)} in {panel.name!r}"
        )
    for coords in panel.coords:
        if coords.shape != (n, 2):
            raise SpecError(f"coords must be ({n}, 2), got {coords.shape} in {panel.name!r}")
        if not np.isfinite(coords).all():
            raise SpecError(f"coords must be finite, got some that are not in {panel.name!r}")
    for name, given, may_lack in (
        ("below", panel.below, True),
        ("seen", panel.seen, False),
        ("neighbours", panel.neighbours, True),
    ):
        one_or_each(name, given, n_frames, may_lack=may_lack)
    _neighbours(panel, n)


def _neighbours(panel: Panel, n: int) -> None:
    shapes = {rows.shape for rows in panel.neighbours}
    if len(shapes) > 1 or any(len(shape) != 2 or shape[0] != n for shape in shapes):
        raise SpecError(f"neighbours must be ({n}, k), one k in all frames, got {sorted(shapes)}")
    for rows in panel.neighbours:
        places_in("neighbours", rows.ravel(), n, rows.size)
        if (rows == np.arange(n)[:, None]).any():
            raise SpecError("a point is no neighbour of itself, got some that are")


def _category(category: Category, view: ScatterView) -> None:
    n_names = len(category.names)
    if not 1 <= n_names <= MAX_CATEGORIES or len(category.colours) != n_names:
        raise SpecError(
            f"a category has 1 to {MAX_CATEGORIES} names with a colour each, "
            f"got {n_names} names and {len(category.colours)} colours"
        )
    are_colours(*category.colours)
    one_or_each("category codes", category.codes, len(view.panels), may_lack=False)
    for codes in category.codes:
        places_in("category codes", codes, n_names, view.n_points)
