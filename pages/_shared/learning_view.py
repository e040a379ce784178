"""How the scores changed on the way, and which weights were scored."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.results import RunGroup, RunResult, TargetScores
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.messages import escape
from pages._shared.theme import show_figure

Scores = Mapping[str, TargetScores]
UPPER_BOUND = "chosen on the test items: an upper bound, not zero-shot"


def on_the_way(
    context: Context, groups: Sequence[RunGroup], metric: str, langs: Sequence[str]
) -> None:
    """Learning curves of the groups that have them; nothing where none has."""
    runs = [run for group in groups for run in cached.run_results(context.root, group)]
    found = [(run, context.store.runs.curve(run.info.run)) for run in runs]
    curves = [curve for curve in found if len(curve[1]) > 1]  # a point is no curve
    if not curves:
        return
    st.subheader("On the way")
    if not langs:
        st.caption("No target here is unseen by all of these sets: there is no curve to compare.")
        return
    every = st.toggle("Every target language", key="per_target", bind="query-params")
    show_figure(
        lambda theme: figures.learning_curves(
            curves,
            metric=metric,
            langs=langs,
            per_target=every,
            colours=context.colours(),
            theme=theme,
        ),
        key="on_the_way",
    )
    with_curves = list(dict.fromkeys(run.info.name for run, _ in curves))
    if without := [escape(g.name) for g in groups if g.name not in with_curves]:
        st.caption(f"No curve was asked for or kept of {', '.join(without)}.")
    told = [
        chosen_told([r for r, _ in curves if r.info.name == n], metric, langs) for n in with_curves
    ]
    st.caption("  \n".join(filter(None, told)))
    st.download_button(
        "CSV",
        pipeline.as_csv(as_table(curves, metric)),
        file_name=f"learning curves, {metric}.csv",
        mime="text/csv",
        on_click="ignore",
        key="csv_on_the_way",
    )


def chosen_told(runs: Sequence[RunResult], metric: str, langs: Sequence[str]) -> str:
    """Which weights of a set were scored, where something other than the last step chose them."""
    spec = runs[0].info.spec
    if spec.select == "last":
        return ""
    how = UPPER_BOUND if spec.select == "target" else "chosen on held-out rows of the sources"
    steps = [spec.steps if run.step_scored is None else run.step_scored for run in runs]
    named = ", ".join(f"{step:,}" for step in dict.fromkeys(steps))
    told = f"{escape(spec.name)}: weights {how}, at step{'s' * (len(set(steps)) > 1)} {named}"
    if set(steps) == {spec.steps}:
        return f"{told}, the last"
    now = _mean([run.scores for run in runs], metric, langs)
    last = _mean([run.last_scores or run.scores for run in runs], metric, langs)
    return f"{told}: {now} points (the last step's, {spec.steps:,}: {last})"


def _mean(of_runs: Sequence[Scores], metric: str, langs: Sequence[str]) -> str:
    found = [getattr(scores[lang], metric) for scores in of_runs for lang in langs]
    return "undefined" if None in found else f"{100 * np.mean(found):.1f}"


def as_table(curves: Sequence[figures.Curve], metric: str) -> pd.DataFrame:
    """A row a run, step and target; scores in points."""
    rows = [
        {
            "set": run.info.name,
            "seed": run.info.spec.seed,
            "step": point.step,
            "lang": lang,
            metric: None if (score := getattr(of_lang, metric)) is None else 100 * score,
            "held-out": None if point.held_out is None else 100 * point.held_out,
        }
        for run, points in curves
        for point in points
        for lang, of_lang in point.scores.items()
    ]
    return pd.DataFrame(rows)
