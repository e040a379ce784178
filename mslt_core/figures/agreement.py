"""Which criteria say the same? Rank correlations between them."""

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import cells, style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.rankings import CriteriaResult, ScoredSets
from mslt_core.spec.selecting import Criterion

_ABOVE, _BELOW, _CELL = 62, 44, 26


def criteria_correlations(result: CriteriaResult, *, theme: Theme = "light") -> go.Figure:
    """Spearman's rho between every two criteria over the same sets, on a scale centred on 0."""
    fig = make_subplots(rows=1, cols=1)
    names, n = list(result.by_criterion), len(result.by_criterion)
    matrix = cells.reordered(result.correlations, names, names)
    cells.draw(fig, matrix, [CRITERIA[name].label for name in names], _hover)
    cells.draw_missing(fig, _reasons(result, matrix), n, theme)
    scale = style.PALETTES[theme].diverging
    cells.colour_scale(fig, "", -1.0, 1.0, theme, scale=scale)  # the subtitle has its name
    cells.print_values(fig)
    _axes(fig, names)
    subtitle = text.wrapped(_subtitle(result))
    above = _ABOVE + 15 * subtitle.count("<br>")
    height = above + cells.BAR_HEIGHT + max(_CELL * n, 200) + 150
    cells.flat_bar(fig, height=height, above=above - 6)
    fig.update_layout(
        plot_bgcolor=style.PALETTES[theme].background,
        margin={"l": 2, "r": 2, "t": above + cells.BAR_HEIGHT, "b": _BELOW},
    )
    return style.dress(
        fig,
        title="Which criteria say the same?",
        subtitle=subtitle,
        alt=_alt(names, matrix),
        height=height,
        theme=theme,
    )


def _axes(fig: go.Figure, names: list[Criterion]) -> None:
    """Square cells with names at the left and, upright, below."""
    n = len(names)
    axis = {
        "tickvals": list(range(n)),
        "ticktext": [text.escape(CRITERIA[name].label) for name in names],
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
    }
    fig.update_xaxes(**axis, range=[-0.5, n - 0.5], tickangle=-90, constraintoward="left")
    fig.update_yaxes(**axis, range=[n - 0.5, -0.5], scaleanchor="x", constraintoward="top")


def _hover(a: str, b: str, rho: float) -> str:
    return f"{text.escape(a)} and {text.escape(b)}<br>Spearman's rho <b>{cells.number(rho)}</b>"


def _reasons(result: CriteriaResult, matrix: npt.NDArray[np.float64]) -> dict[tuple[int, int], str]:
    """Why two criteria have no correlation."""
    names = list(result.by_criterion)
    flat = {name: said for name, sets in result.by_criterion.items() if (said := _all_alike(sets))}
    reasons = {}
    for i, j in np.argwhere(np.isnan(matrix)).tolist():
        if i == j:
            continue
        pair = (names[i], names[j])
        why = [f"{CRITERIA[name].label}: {flat[name]}" for name in pair if name in flat]
        labels = " and ".join(CRITERIA[name].label for name in pair)
        lines = [labels, *(why or ["too few sets have a score under both"])]
        reasons[i, j] = "<br>".join(map(text.escape, lines))
    return reasons


def _all_alike(sets: ScoredSets) -> str:
    """Why a criterion tells no two sets apart; empty where it does."""
    if not sets.n_ranked:
        return "no set has a score"
    return "" if int(sets.ranks.max()) > 1 else "all sets have the same score"


def _subtitle(result: CriteriaResult) -> str:
    n_sets = max((len(sets) for sets in result.by_criterion.values()), default=0)
    said = f"Spearman's rho over {text.count(n_sets, 'set')}, each turned so that high is good"
    if any(sets.heuristic for sets in result.by_criterion.values()):
        said += "; heuristic: not all possible sets"
    if result.missing:
        said += f"; without {', '.join(map(text.criterion, result.missing))}"
    return said


def _alt(names: list[Criterion], matrix: npt.NDArray[np.float64]) -> str:
    """The two pairs at the ends, and how many have no correlation."""
    said = [f"Rank correlations between {text.count(len(names), 'criterion', 'criteria')}."]
    if np.isfinite(matrix).any():
        for word, find in (("Most alike", np.nanargmax), ("Least alike", np.nanargmin)):
            i, j = divmod(int(find(matrix)), len(names))
            pair = f"{text.criterion(names[i])} and {text.criterion(names[j])}"
            said.append(f"{word}: {pair}, {cells.number(matrix[i, j])}.")
    if n_missing := int(np.isnan(matrix[np.triu_indices(len(names), k=1)]).sum()):
        said.append(f"{text.count(n_missing, 'pair')} without a correlation.")
    return " ".join(said)
