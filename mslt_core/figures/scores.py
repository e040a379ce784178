"""How well does each run do? A row a target language."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunResult, TargetScores

_ABOVE, _BELOW = 84, 50


def target_scores(
    results: Sequence[RunResult],
    *,
    metric: str = "accuracy",
    order: Sequence[str] | None = None,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Every run's score on every target: a dot a run, a line between them, the majority as a tick.

    Rows go from the highest score down, or as `order` says. A target that a run was not scored
    on has no dot.
    """
    rows = list(order) if order is not None else _by_score(results, metric)
    colours = style.set_colours((result.info.name for result in results), colours)
    fig = go.Figure()
    fig.add_trace(_spans(results, rows, metric, theme))
    if metric == "accuracy":
        fig.add_trace(_majority(results, rows, theme))
    for name in dict.fromkeys(result.info.name for result in results):
        fig.add_trace(style.legend_key(name, colours[name]))
    for result in results:
        fig.add_trace(_score_dots(result, rows, metric, colours[result.info.name], theme))
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
        title="How well does each run do, by language?",
        subtitle=f"{info.label}, {text.count(len(results), 'run')}. {style.SEEN_KEY}",
        alt=" ".join(_score_alt(result, metric) for result in results),
        height=_ABOVE + style.ROW_HEIGHT * len(rows) + _BELOW,
        theme=theme,
    )


def _values(result: RunResult, metric: str) -> dict[str, float]:
    """Target to score, without those where it is undefined."""
    found = {lang: getattr(scores, metric) for lang, scores in result.scores.items()}
    return {lang: float(value) for lang, value in found.items() if value is not None}


def _by_score(results: Sequence[RunResult], metric: str) -> list[str]:
    best: dict[str, float] = {}
    for result in results:
        for lang, value in _values(result, metric).items():
            best[lang] = max(best.get(lang, 0.0), value)
    return sorted(best, key=lambda lang: (-best[lang], lang))


def _score_dots(
    result: RunResult, rows: Sequence[str], metric: str, colour: str, theme: Theme
) -> go.Scatter:
    sources = result.info.spec.source_langs
    values = _values(result, metric)
    langs = [lang for lang in rows if lang in values]
    return go.Scatter(
        x=[100 * values[lang] for lang in langs],
        y=[len(rows) - rows.index(lang) for lang in langs],
        mode="markers",
        legendgroup=result.info.name,
        showlegend=False,
        customdata=langs,
        hovertext=[_score_hover(result, lang, metric) for lang in langs],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": 10,
            "color": [
                colour if lang in sources else style.PALETTES[theme].background for lang in langs
            ],
            "line": {"width": 2, "color": colour},
        },
    )


def _score_hover(result: RunResult, lang: str, metric: str) -> str:
    scores, spec = result.scores[lang], result.info.spec
    trained = "trained on" if lang in spec.source_langs else "zero-shot"
    return (
        f"<b>{text.language_label(lang)}</b> · {trained}<br>{text.escape(result.info.name)}, "
        f"seed {spec.seed}: <b>{text.points(_values(result, metric)[lang])}</b><br>"
        f"{text.count(scores.n_items, 'sentence')}, {text.count(scores.n_tokens, 'word')}"
        f"{_cut_off(scores)}<br>"
        f"majority accuracy {text.points(scores.majority_accuracy)}"
    )


def _cut_off(scores: TargetScores) -> str:
    return f", {scores.n_unseen:,} of them cut off" if scores.n_unseen else ""


def _spans(
    results: Sequence[RunResult], rows: Sequence[str], metric: str, theme: Theme
) -> go.Scatter:
    """A thin line from the lowest run to the highest in each row."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    of_runs = [_values(result, metric) for result in results]
    for place, lang in enumerate(rows):
        values = [found[lang] for found in of_runs if lang in found]
        if values:
            xs += [100 * min(values), 100 * max(values), None]
            ys += [len(rows) - place, len(rows) - place, None]
    line = {"color": style.PALETTES[theme].muted, "width": 1.3}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _majority(results: Sequence[RunResult], rows: Sequence[str], theme: Theme) -> go.Scatter:
    """A short upright tick in each row: what always answering the commonest tag gets."""
    of_lang = {lang: s.majority_accuracy for r in results for lang, s in r.scores.items()}
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


def _score_alt(result: RunResult, metric: str) -> str:
    values = _values(result, metric)
    if not values:
        return f"{result.info.name}: no target scored."
    best, worst = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    return (
        f"{result.info.name}, seed {result.info.spec.seed}: {METRICS[metric].label.lower()} from "
        f"{text.points(values[worst])} on {label(worst)} to "
        f"{text.points(values[best])} on {label(best)}."
    )
