"""The Overview page's findings, one a column, and the table of what has been run."""

import math

import pandas as pd
import streamlit as st

from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.evidence import Ranking
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import GainResult
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.gains_told import in_points, parts
from pages._shared.labels import joined
from pages._shared.looks import default_look
from pages._shared.messages import escape


def best_set(context: Context, targets: tuple[str, ...], means: dict[str, float]) -> None:
    """Which of the trained sets transfers best, on languages that none of them trained on."""
    n = len(context.groups)
    if not means:
        st.metric("Best set so far", "not comparable")
        st.caption("Every target is a source language of one of the sets.")
        return
    ranking = cached.ranking(context.root, context.groups)
    best, tied = ranking.standings[0], [standing.name for standing in ranking.tied]
    points = f"{100 * best.mean:.1f} points"
    metric = METRICS[ranking.metric].in_sentence
    one = len(tied) == 1 or n == 1
    st.metric(
        "Best set so far" if n > 1 else "The one set so far",
        (tied or [best.name])[0] if one else f"{len(tied)} of {n} sets" if tied else "not ranked",
        points if one else f"up to {points}",
        delta_color="off",
        delta_arrow="off",
        help=f"Mean {metric} over the seeds and over the {len(targets)} languages that none of the "
        f"{n} sets trained on: {', '.join(targets)}. {METRICS['may_be_best'].meaning}",
    )
    st.caption(_who_may_be_best(ranking, n, f"mean {metric} on {len(targets)} unseen languages"))


def _who_may_be_best(ranking: Ranking, n: int, scored: str) -> str:
    """The sets that cannot be told from the best, a few of them by name."""
    if n == 1:
        return scored
    if not ranking.tied:
        return f"{n} sets, {scored}; too few seeds to tell sets apart"
    unsure = sum(standing.may_be_best is None for standing in ranking.standings)
    names = [standing.name for standing in ranking.tied]
    told = f"{escape(joined(names))} may be the best" if len(names) > 1 else "the best"
    few = f"; {unsure} with too few seeds to be judged" if unsure else ""
    return f"{told} of {n} sets, {scored}{few}"


def gain(result: GainResult) -> None:
    """What more than one source language brought."""
    if result.mean is None:
        return
    zero_shot = [row for row in result.gains if row.lang in result.zero_shot]
    up = sum(row.difference > 0 for row in zero_shot)
    st.metric(
        f"{result.name_b} minus {result.name_a}",
        f"{in_points(result.mean)} points",
        f"{up} of {len(zero_shot)} languages up",
        delta_color="off",
        delta_arrow="off",
    )
    seeds = result.mean.n_seeds
    st.caption(
        f"{METRICS[result.metric].in_sentence}, mean over {len(zero_shot)} unseen "
        f"languages, {seeds} seed{'s' * (seeds > 1)}{parts(result.mean)}"
    )


def mixing(context: Context) -> None:
    """Whether the languages came closer inside the model."""
    try:
        result = cached.mingle(context.root, default_look(context))
    except NotComputedError:
        st.metric("Mixing of the languages", "not looked at yet")
        st.page_link("pages/mingling.py", label="Compute it on Mingling")
        return
    means = [cka.mean_off_diagonal() for cka in result.ckas]
    last = result.checkpoints[-1].name
    st.metric(
        "Mean CKA",
        f"{means[0]:.2f} to {means[-1]:.2f}",
        f"{means[-1] - means[0]:+.2f} from base to {last}",
        delta_color="off",
        delta_arrow="off",
    )
    told = zip(result.checkpoints, means, strict=True)
    st.caption("between languages: " + ", ".join(f"{escape(r.name)} {m:.2f}" for r, m in told))


def trained(context: Context, n_targets: int, means: dict[str, float]) -> pd.DataFrame:
    """What has been run: a row a set."""
    score = f"{METRICS[context.groups[0].metrics[0]].in_sentence} on {n_targets} unseen languages"
    return pd.DataFrame(
        [
            {
                "set": group.name,
                "seeds": ", ".join(str(info.spec.seed) for info in group.runs),
                score: 100 * means.get(group.key, math.nan),
                "runs with weights": sum(info.has_weights for info in group.runs),
                "from": "the example" if group.runs[0].read_only else "this store",
            }
            for group in context.groups
        ]
    )
