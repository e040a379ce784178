"""Differences between runs in a table, to read and to take away."""

import pandas as pd

from mslt_core.spec.languages import label
from mslt_core.spec.metrics import WITH_MAJORITY
from mslt_core.spec.results import GainResult


def table(result: GainResult) -> pd.DataFrame:
    """One row a target, in points but for the p-values."""
    rows = [
        {
            "lang": gain.lang,
            "target": label(gain.lang),
            "role": "trained on" if gain.trained_on else "zero-shot",
            result.name_a: _points(gain.score_a),
            result.name_b: _points(gain.score_b),
            "difference": _points(gain.difference),
            "low": _points(gain.low),
            "high": _points(gain.high),
            "sd items": _points(gain.sd_items),
            "sd seeds": _points(gain.sd_seeds),
            "df": gain.df,
            "p": gain.p,
            "p (Holm)": gain.p_holm,
            "majority": _points(gain.majority_accuracy),
            "items": gain.n_items,
            "seeds": gain.n_seeds,
        }
        for gain in result.gains
    ]
    if result.metric not in WITH_MAJORITY:
        rows = [{name: cell for name, cell in row.items() if name != "majority"} for row in rows]
    return pd.DataFrame(rows).sort_values("difference", ascending=False, ignore_index=True)


def _points(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * ratio
