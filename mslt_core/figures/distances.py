"""How far apart are the languages, and which belong together?"""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import cells, markers, style, text
from mslt_core.figures.markers import Grouping
from mslt_core.figures.style import Theme
from mslt_core.spec.languages import label
from mslt_core.spec.rankings import SelectionResult
from mslt_core.spec.selecting import Criterion

Distances = npt.NDArray[np.float64]
Tree = dict[str, list[list[float]]]
"""What scipy's dendrogram says: `icoord` and `dcoord`, four corners for each join."""

_ABOVE, _BELOW = 62, 44
_TREE = 0.2
"""Height of the tree as a share of the grid's."""


def distance_heatmap(
    result: SelectionResult,
    *,
    chosen: Collection[str] = (),
    group: Grouping = "family",
    theme: Theme = "light",
) -> go.Figure:
    """Distance of every two languages of the pool, the chosen ones marked, with its dendrogram.

    Languages stand in the order of the tree. Without one, for fewer than three languages or where
    a distance is missing, they stand by `group`. Missing distances are grey, their reason on hover.
    In small pools a cell's `customdata` is its two languages, the codes joined by a comma.
    """
    if result.distances is None:
        raise ValueError(f"{result.criterion} is no sum over pairs, so it has no distances to draw")
    fig = make_subplots(rows=1, cols=1)
    tree, order = _clustered(result.distances, result.pool)
    order = order or markers.language_order(result.pool, group)
    matrix = cells.reordered(result.distances, result.pool, order)
    side = max(360, 13 * len(order))
    cells.draw(fig, matrix, order, _hover(result.criterion))
    cells.draw_missing(fig, _reasons(result, matrix, order), len(order), theme)
    cells.language_axes(fig, order, marked=chosen)
    cells.colour_scale(fig, "", 0.0, None, theme)  # the subtitle says what it is
    cells.print_values(fig)
    cells.make_clickable(fig, order, cell_px=side / max(len(order), 1))
    above_cells = _draw_tree(fig, tree, order, theme) if tree else 0.0
    _square(fig, len(order), above_cells, theme)
    height = _ABOVE + cells.BAR_HEIGHT + _BELOW
    height += round(side * (1 + above_cells / len(order)))
    cells.flat_bar(fig, height=height, above=_ABOVE - 6)
    return style.dress(
        fig,
        title=f"How far apart are they in {text.criterion(result.criterion)}?",
        subtitle=_subtitle(matrix, tree=tree is not None, chosen=bool(chosen)),
        alt=_alt(result.criterion, matrix, order),
        height=height,
        theme=theme,
    )


def _clustered(distances: Distances, langs: Sequence[str]) -> tuple[Tree | None, list[str]]:
    """Average linkage and the languages in the order of its leaves; nothing where it cannot be."""
    n = len(langs)
    if n < 3 or not np.isfinite(distances).all() or not distances.any():
        return None, []
    from scipy.cluster.hierarchy import dendrogram, linkage

    condensed = distances[np.triu_indices(n, k=1)]
    links = linkage(condensed, "average", optimal_ordering=True)
    tree = dendrogram(links, no_plot=True)
    return tree, [langs[leaf] for leaf in tree["leaves"]]


def _draw_tree(fig: go.Figure, tree: Tree, order: Sequence[str], theme: Theme) -> float:
    """The tree over the cells, on their own axes, so that leaves stand over their columns.

    Returns its height in cells.
    """
    n = len(order)
    top, foot = _TREE * n, 0.15
    # scipy puts leaves at 5, 15, 25, ...
    xs = (np.array(tree["icoord"]) - 5) / 10
    heights = np.array(tree["dcoord"])
    ys = -0.5 - foot - (top - 2 * foot) * heights / heights.max()
    gap = np.full((len(xs), 1), np.nan)
    ink = style.PALETTES[theme].muted
    fig.add_trace(
        go.Scatter(
            x=np.hstack([xs, gap]).ravel(),
            y=np.hstack([ys, gap]).ravel(),
            mode="lines",
            line={"color": ink, "width": 1.2},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    fig.add_trace(
        go.Scatter(
            x=(xs[:, 1] + xs[:, 2]) / 2,
            y=ys[:, 1],
            mode="markers",
            marker={"size": 5, "color": ink},
            unselected={"marker": {"opacity": 1}},
            hovertext=[f"joined at an average distance of {join[1]:.3f}" for join in heights],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )
    )
    return top


def _square(fig: go.Figure, n: int, above: float, theme: Theme) -> None:
    """Room over the cells for the tree; the grid at the left, its gaps in the grid's colour."""
    fig.update_yaxes(range=[n - 0.5, -0.5 - above])
    fig.update_xaxes(constraintoward="left")
    fig.add_shape(
        type="rect",
        x0=-0.5,
        x1=n - 0.5,
        y0=-0.5,
        y1=n - 0.5,
        fillcolor=style.PALETTES[theme].grid,
        line={"width": 0},
        layer="below",
    )
    fig.update_layout(margin={"l": 2, "r": 2, "t": _ABOVE + cells.BAR_HEIGHT, "b": _BELOW})


def _hover(criterion: Criterion) -> cells.Hover:
    def hover(a: str, b: str, distance: float) -> str:
        return (
            f"{text.language_label(a)} and {text.language_label(b)}<br>"
            f"<b>{text.score(distance, criterion)}</b> apart in {text.criterion(criterion)}"
        )

    return hover


def _reasons(
    result: SelectionResult, matrix: Distances, order: Sequence[str]
) -> dict[tuple[int, int], str]:
    """Why a pair has no distance: a language without a vector, or too little in common."""
    assert result.distances is not None
    lacking = _without_vector(result.distances, result.pool, result.criterion)
    reasons = {}
    for i, j in np.argwhere(np.isnan(matrix)).tolist():
        if i == j:
            continue
        pair = (order[i], order[j])
        no_vector = [text.language_label(lang) for lang in pair if lang in lacking]
        why = f"no vector of {' and '.join(no_vector)}" if no_vector else "too few shared features"
        reasons[i, j] = f"{' and '.join(map(text.language_label, pair))}<br>{why}"
    return reasons


def _without_vector(distances: Distances, langs: Sequence[str], criterion: Criterion) -> set[str]:
    """Languages that have no vector at all.

    Vectors of reported values may be there and share too little with every other; they keep their
    distance of 0 to themselves.
    """
    missing = np.isnan(distances)
    alone = (missing | np.eye(len(langs), dtype=bool)).all(axis=1) & missing.any(axis=1)
    if criterion.endswith("_average"):
        alone &= np.diag(missing)
    return {langs[i] for i in np.flatnonzero(alone).tolist()}


def _subtitle(matrix: Distances, *, tree: bool, chosen: bool) -> str:
    said = ["1 − cosine" + ", joined by average distance" * tree]
    if n_missing := _n_missing(matrix):
        said.append(f"{text.count(n_missing, 'pair')} without a distance: no tree")
    said += ["● chosen"] * chosen
    return "; ".join(said)


def _n_missing(matrix: Distances) -> int:
    i, j = np.triu_indices(len(matrix), k=1)
    return int(np.isnan(matrix[i, j]).sum())


def _alt(criterion: Criterion, matrix: Distances, order: Sequence[str]) -> str:
    """The two ends, and what is missing."""
    name, n = text.criterion(criterion), len(order)
    said = [f"Distances in {name} between {text.count(n, 'language')}."]
    if np.isfinite(matrix).any():
        n_decimals = cells.decimals(float(np.nanmax(matrix)))
        for word, find in (("Farthest apart", np.nanargmax), ("Nearest", np.nanargmin)):
            i, j = divmod(int(find(matrix)), n)
            a, b = sorted((order[i], order[j]))
            distance = cells.number(matrix[i, j], n_decimals)
            said.append(f"{word}: {label(a)} and {label(b)}, {distance}.")
    if n_missing := _n_missing(matrix):
        said.append(f"{text.count(n_missing, 'pair')} without a distance.")
    return " ".join(said)
