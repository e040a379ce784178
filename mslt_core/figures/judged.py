"""Where do the criteria's picks fall among all sets, and how fast do searches find a good one?"""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.judging import Judged, PickStanding, Ranged, SearchCurve
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import set_name

_ROW, _ABOVE, _BELOW, _RIGHT = 25, 122, 50, 244
_FIXED_NAMES = {"random": "Random order", "model": "Model of the sets"}


def criteria_picks(judged: Judged, *, theme: Theme = "light") -> go.Figure:
    """One row a criterion: all sets by their score, the pick marked, its rank and regret.

    A mark's `customdata` is its set, the codes joined by commas.
    """
    look = style.PALETTES[theme]
    rows = len(judged.criteria) + 1
    fig = go.Figure(_every_set(judged, rows, look.muted))
    _add_picks(fig, judged, look.accent, look.background)
    _add_levels(fig, judged, theme)
    labels = {rows - i: CRITERIA[c.criterion].label for i, c in enumerate(judged.criteria)}
    _told_beside(fig, judged, rows, theme)
    fig.update_yaxes(
        tickvals=[*labels, 1],
        ticktext=[*labels.values(), "Random choice"],
        range=[0.4, rows + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": look.text, "size": 13},
    )
    info = METRICS[judged.metric]
    fig.update_xaxes(title_text=f"{info.label} ({info.unit})", zeroline=False)
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    return style.dress(
        fig,
        title="Which criterion would have found a good set?",
        subtitle=_subtitle(judged),
        alt=_alt(judged),
        height=_ABOVE + _ROW * rows + _BELOW,
        theme=theme,
    )


def _every_set(judged: Judged, rows: int, colour: str) -> go.Scatter:
    """A stroke for every set in every row."""
    hovers = [
        f"{set_name(langs)}<br><b>{100 * mean:.1f}</b>"
        for langs, mean in zip(judged.sets, judged.means, strict=True)
    ]
    return go.Scatter(
        x=np.tile(100 * judged.means, rows),
        y=np.repeat(np.arange(1, rows + 1), len(judged.sets)),
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 11,
            "line": {"width": 1.2, "color": colour},
            "opacity": 0.45,
        },
        customdata=[",".join(langs) for langs in judged.sets] * rows,
        hovertext=hovers * rows,
        hovertemplate="%{hovertext}<extra></extra>",
        name=f"every set of {judged.k}",
    )


def _add_picks(fig: go.Figure, judged: Judged, accent: str, background: str) -> None:
    """A diamond for every set that ties for a criterion's pick, smaller where many do."""
    place = {langs: i for i, langs in enumerate(judged.sets)}
    x, y, hovers, sizes, keys = [], [], [], [], []
    for row, judged_one in enumerate(judged.criteria):
        n_ties = len(judged_one.picks)
        tied = f"<br>one of {n_ties} sets that tie" if n_ties > 1 else ""
        for langs in judged_one.picks:
            mean = 100 * judged.means[place[langs]]
            x.append(mean)
            y.append(len(judged.criteria) + 1 - row)
            hovers.append(
                f"{CRITERIA[judged_one.criterion].label} picks {set_name(langs)}{tied}<br>"
                f"<b>{mean:.1f}</b>"
            )
            sizes.append(12 if n_ties == 1 else 8)
            keys.append(",".join(langs))
    fig.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker={
                "symbol": "diamond",
                "size": sizes,
                "color": accent,
                "line": {"width": 1.5, "color": background},
            },
            customdata=keys,
            hovertext=hovers,
            hovertemplate="%{hovertext}<extra></extra>",
            name="pick",
        )
    )


def _add_levels(fig: go.Figure, judged: Judged, theme: Theme) -> None:
    """Lines for the mean of all sets, which is random choice, and for all languages at once."""
    look = style.PALETTES[theme]
    levels = {"random": 100 * float(judged.means.mean())}
    if judged.everything:
        levels[f"all {len(judged.pool)}"] = 100 * judged.everything.score
    for name, x in levels.items():
        fig.add_vline(
            x=x,
            line={"color": look.muted, "width": 1, "dash": "dot"},
            annotation={"text": name, "font": {"size": 11, "color": look.muted}, "yshift": 4},
            annotation_position="top",
        )


def _told_beside(fig: go.Figure, judged: Judged, rows: int, theme: Theme) -> None:
    """Rank and regret in numbers at the right of every row."""
    look = style.PALETTES[theme]
    standings = [*(c.standing for c in judged.criteria), judged.random]
    columns = ((10, "rank", _rank), (112, "points lost to the best", _regret))
    for shift, title, told in columns:
        at = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": shift, "showarrow": False}
        fig.add_annotation(
            text=title,
            y=1,
            yref="paper",
            yanchor="bottom",
            font={"size": 11, "color": look.muted},
            **at,
        )
        for i, standing in enumerate(standings):
            font = {"size": 12, "color": look.text}
            fig.add_annotation(text=told(standing), y=rows - i, font=font, **at)


def _rank(standing: PickStanding) -> str:
    """Whole numbers, but for the mean over sets that tie."""
    decimals = 0 if standing.rank.value.is_integer() else 1
    return _ranged(standing.rank, lambda rank: f"{rank:.{decimals}f}")


def _regret(standing: PickStanding) -> str:
    return _ranged(standing.regret, text.points)


def _ranged(found: Ranged, told: Callable[[float], str]) -> str:
    if found.low is None or found.high is None:
        return told(found.value)
    return f"{told(found.value)} [{told(found.low)}, {told(found.high)}]"


def _subtitle(judged: Judged) -> str:
    seeds = text.count(len(judged.seeds), "seed")
    fixed = f" with {text.language_label(judged.fixed)}" if judged.fixed else ""
    targets = text.count(len(judged.targets), "target")
    if judged.average == "paper":
        targets = f"each set's own unseen ones of {targets}"
    over = {"both": "test items and seeds", "seeds": "seeds alone"}.get(judged.carried)
    noise = f"95 % intervals over {over}." if over else "Single runs."
    read = f"<br>{judged.made_of}" if judged.made_of else ""
    return (
        f"{len(judged.sets)} sets of {judged.k} out of {text.listed(judged.pool)}{fixed}, "
        f"mean over {targets}, {seeds}. {noise}{read}<br>◆ what the criterion picks  ❘ every set"
    )


def _alt(judged: Judged) -> str:
    told = ", ".join(
        f"{CRITERIA[c.criterion].label} rank {_rank(c.standing)}" for c in judged.criteria
    )
    return f"Rank of each criterion's pick among {len(judged.sets)} sets: {told}."


def search_regret(
    curves: Sequence[SearchCurve], *, shown: Sequence[str], n_sets: int, theme: Theme = "light"
) -> go.Figure:
    """Points lost to the best set against the number of runs spent, one line a strategy.

    `shown` are the names that have a colour and a label; the others are thin and grey.
    """
    look = style.PALETTES[theme]
    green, purple, _, red = style.FURTHER_SETS  # sky blue is too near the accent in the dark
    colours = dict(zip(shown, (look.accent, green, purple, red), strict=False))
    colours["random"] = look.muted
    fig = go.Figure()
    for curve in sorted(curves, key=lambda curve: curve.name in shown):
        told = curve.name in shown
        runs = list(range(1, len(curve.regret) + 1))
        fig.add_trace(
            go.Scatter(
                x=runs,
                y=[100 * regret for regret in curve.regret],
                mode="lines+markers" if told else "lines",
                name=strategy_name(curve.name),
                showlegend=told,
                line={
                    "color": colours[curve.name] if told else look.grid,
                    "width": 2.5 if told else 1.2,
                    "dash": "dot" if curve.name == "random" else "solid",
                },
                hovertext=[_search_hover(curve, run) for run in runs],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    fig.update_xaxes(title_text="Runs spent", dtick=1, showgrid=False, zeroline=False)
    fig.update_yaxes(title_text="Points lost to the best set", rangemode="tozero", zeroline=False)
    fig.update_layout(margin={"l": 2, "r": 8, "t": 96, "b": 44}, hovermode="closest")
    first = curves[0]
    return style.dress(
        fig,
        title="How soon would a search have found a good set?",
        subtitle=f"{n_sets} sets; runs of one seed are seen, the others judge; "
        f"mean of {first.n_repeats} repetitions. Thin: other criteria.",
        alt="Points lost after the last run: "
        + ", ".join(f"{strategy_name(c.name)} {100 * c.regret[-1]:.2f}" for c in curves)
        + ".",
        height=380,
        theme=theme,
    )


def strategy_name(name: str) -> str:
    """Model of the sets, Random order, or the criterion's label."""
    return _FIXED_NAMES.get(name) or CRITERIA[name].label  # type: ignore[index]


def _search_hover(curve: SearchCurve, run: int) -> str:
    at = run - 1
    few = f", {curve.n_different} different" if curve.n_different < curve.n_repeats // 5 else ""
    return (
        f"{strategy_name(curve.name)} after {text.count(run, 'run')}<br>"
        f"<b>{100 * curve.regret[at]:.2f}</b> points lost "
        f"(middle 80 %: {100 * curve.low[at]:.2f} to {100 * curve.high[at]:.2f})<br>"
        f"a top-three set trained in {100 * curve.reached[at]:.0f} %, and named in "
        f"{100 * curve.named[at]:.0f} % of {curve.n_repeats} repetitions{few}"
    )
