"""The Overview page's findings, one a column, and the table of what has been run."""

import math

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import GainResult
from pages._shared import cached
from pages._shared.context import Context
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
    best = max(context.groups, key=lambda group: means[group.key])
    by_mean = sorted(context.groups, key=lambda group: -means[group.key])
    others = tuple(group for group in by_mean if group.key != best.key)
    level = [best.name, *cached.level_with(context.root, best, others, targets)]
    unsure = n > 1 and min(len(group.runs) for group in context.groups) < pipeline.MIN_SEEDS
    points = f"{100 * means[best.key]:.1f} points"
    best_metric = METRICS[best.metrics[0]].in_sentence
    st.metric(
        "Best set so far" if n > 1 else "The one set so far",
        best.name if len(level) == 1 else f"{len(level)} sets level",
        points if len(level) == 1 else f"up to {points}",
        delta_color="off",
        delta_arrow="off",
        help=f"Mean {best_metric} over the seeds and over the {len(targets)} languages that "
        f"none of the {n} sets trained on: {', '.join(targets)}. Level: the 95 % interval of the "
        "difference from the best holds 0.",
    )
    who = f"{escape(joined(level))}, " if len(level) > 1 else ""
    st.caption(
        f"{who}of {n} sets, mean {best_metric} on {len(targets)} languages that none trained on"
        f"{'; too few seeds to tell sets apart' if unsure else ''}"
    )


def gain(result: GainResult) -> None:
    """What more than one source language brought."""
    if result.mean is None:
        return
    low, high = result.mean.low, result.mean.high
    interval = "" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]"
    zero_shot = [row for row in result.gains if row.lang in result.zero_shot]
    up = sum(row.difference > 0 for row in zero_shot)
    st.metric(
        f"{result.name_b} minus {result.name_a}",
        f"{100 * result.mean.difference:+.1f} points",
        f"{up} of {len(zero_shot)} languages up",
        delta_color="off",
        delta_arrow="off",
    )
    seeds = result.mean.n_seeds
    st.caption(
        f"{METRICS[result.metric].in_sentence}, mean over {len(zero_shot)} unseen "
        f"languages{interval}, "
        f"{seeds} seed{'s' * (seeds > 1)}"
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
