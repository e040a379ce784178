"""How well does each set do? A row a target language."""

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Self

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS, WITH_MAJORITY
from mslt_core.spec.results import RunResult, TargetScores

_ABOVE, _BELOW = 84, 50


@dataclasses.dataclass(frozen=True)
class _Set:
    """What was trained on the same languages: a run a seed."""

    name: str
    seen_langs: tuple[str, ...]
    runs: tuple[RunResult, ...]
    means: Mapping[str, float]
    """Target to mean over the runs, where every run has a score."""

    @classmethod
    def of(cls, name: str, runs: Sequence[RunResult], metric: str) -> Self:
        means = {}
        for lang in runs[0].scores:
            of_runs = [getattr(r.scores[lang], metric) for r in runs if lang in r.scores]
            if len(of_runs) == len(runs) and None not in of_runs:
                means[lang] = float(np.mean(of_runs))
        return cls(name, runs[0].info.spec.seen_langs, tuple(runs), means)


def target_scores(
    results: Sequence[RunResult],
    *,
    metric: str = "accuracy",
    oracles: Mapping[str, float] = MappingProxyType({}),
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Every set's mean score on every target: a dot a set, a line between them, the majority.

    Runs of one set are averaged over their seeds. Rows go from the highest score down. `oracles`
    are marked where there are any: the score of training on the target's own data. A target that
    a run was not scored on, or whose score is undefined, has no dot.
    """
    names = list(dict.fromkeys(result.info.name for result in results))
    sets = [_Set.of(n, [r for r in results if r.info.name == n], metric) for n in names]
    rows = _by_score(sets)
    colours = style.set_colours(names, colours)
    fig = go.Figure()
    fig.add_trace(_spans(sets, rows, theme))
    if metric in WITH_MAJORITY:
        fig.add_trace(_majority(results, rows, theme))
    if any(lang in oracles for lang in rows):
        fig.add_trace(_oracles(oracles, rows, theme))
    for name in names:
        fig.add_trace(style.legend_key(name, colours[name]))
    for one in sets:
        fig.add_trace(_score_dots(one, rows, metric, colours[one.name], theme))
    style.language_rows(fig, rows, theme)
    info = METRICS[metric]
    low, high = 100 * (info.low or 0.0), 100 * (info.high or 1.0)
    fig.update_xaxes(
        range=[low, high + 1], title_text=f"{info.label} ({info.unit})", zeroline=False
    )
    fig.update_layout(
        margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW},
    )
    return style.dress(
        fig,
        title="How well does each set do, by language?",
        subtitle=f"{info.label}, {_basis(sets)}. {style.SEEN_KEY}",
        alt=" ".join(_score_alt(one, metric) for one in sets),
        height=_ABOVE + style.ROW_HEIGHT * len(rows) + _BELOW,
        theme=theme,
    )


def _basis(sets: Sequence[_Set]) -> str:
    """a single run each; mean of 3 seeds; mean of 1 to 3 seeds."""
    n_seeds = sorted({len(one.runs) for one in sets})
    if n_seeds == [1]:
        return "a single run each"
    return f"mean of {' to '.join(map(str, dict.fromkeys((n_seeds[0], n_seeds[-1]))))} seeds"


def _by_score(sets: Sequence[_Set]) -> list[str]:
    best: dict[str, float] = {}
    for one in sets:
        for lang, value in one.means.items():
            best[lang] = max(best.get(lang, 0.0), value)
    return sorted(best, key=lambda lang: (-best[lang], lang))


def _score_dots(
    one: _Set, rows: Sequence[str], metric: str, colour: str, theme: Theme
) -> go.Scatter:
    langs = [lang for lang in rows if lang in one.means]
    background = style.PALETTES[theme].background
    return go.Scatter(
        x=[100 * one.means[lang] for lang in langs],
        y=[len(rows) - rows.index(lang) for lang in langs],
        mode="markers",
        legendgroup=one.name,
        showlegend=False,
        customdata=langs,
        hovertext=[_score_hover(one, lang, metric) for lang in langs],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": 10,
            "color": [colour if lang in one.seen_langs else background for lang in langs],
            "line": {"width": 2, "color": colour},
        },
    )


def _score_hover(one: _Set, lang: str, metric: str) -> str:
    """Mean and seeds, what they rest on, and what no learning at all would get."""
    trained = "trained on" if lang in one.seen_langs else "zero-shot"
    scores = [run.scores[lang] for run in one.runs]
    by_seed = ", ".join(
        f"seed {run.info.spec.seed}: {text.points(getattr(score, metric))}"
        for run, score in zip(one.runs, scores, strict=True)
    )
    lines = [_rests_on(scores[0], metric)]
    if metric in WITH_MAJORITY and scores[0].majority_accuracy is not None:
        lines.append(f"majority accuracy {text.points(scores[0].majority_accuracy)}")
    return (
        f"<b>{text.language_label(lang)}</b> · {trained}<br>{text.escape(one.name)}: "
        f"<b>{text.points(one.means[lang])}</b><br>{by_seed}<br>" + "<br>".join(lines)
    )


def _rests_on(score: TargetScores, metric: str) -> str:
    """How many items, and words where words are labelled."""
    if metric not in {"accuracy", "span_f1"}:
        return text.count(score.n_items, "test item")
    unseen = f", {score.n_unseen:,} of them unseen" if score.n_unseen else ""
    words = text.count(score.n_tokens, "word")
    return f"{text.count(score.n_items, 'sentence')}, {words}{unseen}"


def _spans(sets: Sequence[_Set], rows: Sequence[str], theme: Theme) -> go.Scatter:
    """A thin line from the lowest set to the highest in each row."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for place, lang in enumerate(rows):
        values = [one.means[lang] for one in sets if lang in one.means]
        if values:
            xs += [100 * min(values), 100 * max(values), None]
            ys += [len(rows) - place, len(rows) - place, None]
    line = {"color": style.PALETTES[theme].muted, "width": 1.3}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _oracles(oracles: Mapping[str, float], rows: Sequence[str], theme: Theme) -> go.Scatter:
    """An open triangle: what the target scores when it is trained on itself."""
    langs = [lang for lang in rows if lang in oracles]
    return go.Scatter(
        x=[100 * oracles[lang] for lang in langs],
        y=[len(rows) - rows.index(lang) for lang in langs],
        mode="markers",
        name="Oracle: its own training data",
        marker={
            "symbol": "triangle-left-open",
            "size": 10,
            "line": {"width": 1.5},
            "color": style.PALETTES[theme].text,
        },
        hovertemplate=[
            f"<b>{text.language_label(lang)}</b> · trained on its own data, same budget<br>"
            f"<b>{text.points(oracles[lang])}</b><extra></extra>"
            for lang in langs
        ],
    )


def _majority(results: Sequence[RunResult], rows: Sequence[str], theme: Theme) -> go.Scatter:
    """A short upright tick in each row: what always answering the commonest tag gets."""
    of_lang = {
        lang: s.majority_accuracy
        for r in results
        for lang, s in r.scores.items()
        if s.majority_accuracy is not None
    }
    langs = [lang for lang in rows if lang in of_lang]
    return go.Scatter(
        x=[100 * of_lang[lang] for lang in langs],
        y=[len(rows) - rows.index(lang) for lang in langs],
        mode="markers",
        name=METRICS["majority_accuracy"].label,
        marker={
            "symbol": "line-ns",
            "size": 12,
            "line": {"width": 2, "color": style.PALETTES[theme].muted},
        },
        hovertemplate="majority accuracy %{x:.1f}<extra></extra>",
    )


def _score_alt(one: _Set, metric: str) -> str:
    if not one.means:
        return f"{one.name}: no target scored."
    best = max(one.means, key=one.means.__getitem__)
    worst = min(one.means, key=one.means.__getitem__)
    return (
        f"{one.name}: {METRICS[metric].label.lower()} from "
        f"{text.points(one.means[worst])} on {label(worst)} to "
        f"{text.points(one.means[best])} on {label(best)}."
    )
