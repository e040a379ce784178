"""Two runs' errors by label."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.by_label import (
    LabelCounts,
    entity_counts,
    label_scores,
    word_label_counts,
)
from mslt_core.analysis.item_noise import item_variance, ratio_influence
from mslt_core.analysis.paired import judged
from mslt_core.pipeline.item_rows import gold_of
from mslt_core.pipeline.item_text import tags_entities
from mslt_core.spec.items import LabelErrors
from mslt_core.spec.sentences import Row

Floats = npt.NDArray[np.float64]


def errors_by_label(
    rows: Sequence[Row],
    labels: Sequence[str],
    kind: str,
    predicted_a: Sequence[Any] | None,
    predicted_b: Sequence[Any] | None,
) -> tuple[LabelErrors, ...]:
    """Precision, recall and F1 of each label in both runs, and the difference with its interval.

    Labels that are neither gold nor predicted by either run are left out.
    """
    if kind not in {"tagging", "classification"} or predicted_a is None or predicted_b is None:
        return ()
    count = entity_counts if tags_entities(labels) else word_label_counts
    gold = gold_of(rows)
    a, b = (count(predicted, gold, labels) for predicted in (predicted_a, predicted_b))
    (p_a, r_a, f_a), (p_b, r_b, f_b) = map(_scores, (a, b))
    low, high = _interval(a, b, f_b - f_a)
    n_gold = a.n_gold.sum(axis=1)
    known = (n_gold + a.n_predicted.sum(axis=1) + b.n_predicted.sum(axis=1)) > 0
    return tuple(
        LabelErrors(
            label=a.names[i],
            n_gold=int(n_gold[i]),
            precision_a=_or_none(p_a[i]),
            recall_a=_or_none(r_a[i]),
            f1_a=_or_none(f_a[i]),
            precision_b=_or_none(p_b[i]),
            recall_b=_or_none(r_b[i]),
            f1_b=_or_none(f_b[i]),
            difference=_or_none(f_b[i] - f_a[i]),
            low=_or_none(low[i]),
            high=_or_none(high[i]),
        )
        for i in np.flatnonzero(known).tolist()
    )


def _scores(counts: LabelCounts) -> tuple[Floats, Floats, Floats]:
    found = label_scores(counts)
    return found.precision, found.recall, found.f1


def _interval(a: LabelCounts, b: LabelCounts, difference: Floats) -> tuple[Floats, Floats]:
    """95 % over items of each label's difference in F1; NaN where F1 is undefined."""
    low, high = np.full(len(difference), np.nan), np.full(len(difference), np.nan)
    n_items = a.n_gold.shape[1]
    rows = np.flatnonzero(~np.isnan(difference))
    if n_items < 2 or not len(rows):
        return low, high
    influence = _influence(b, rows) - _influence(a, rows)
    variance = item_variance(influence[:, None, :])
    none = np.zeros(len(rows))
    found = judged(difference[rows], variance, none, df_items=n_items - 1, df_seeds=1)
    low[rows], high[rows] = found.low, found.high
    return low, high


def _influence(counts: LabelCounts, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
    below = counts.n_predicted[rows] + counts.n_gold[rows]
    return ratio_influence(2 * counts.true_positives[rows], below)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
