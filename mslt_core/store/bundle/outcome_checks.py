"""What outcomes on test items must be: one number an item, and together the scores told."""

import numpy as np

from mslt_core.spec.errors import BundleError
from mslt_core.spec.results import TargetScores
from mslt_core.store.tensors import Arrays

COUNTS = ("n_tokens", "n_correct", "true_positives", "n_predicted", "n_gold")
"""Of an item's words: none is more than there are words."""
PARTS = {
    "accuracy": ("n_correct", "n_tokens"),
    "item_accuracy": ("n_correct", "n_tokens"),
    "span_f1": ("true_positives", "n_predicted", "n_gold"),
    "answer_f1": ("answer_f1",),
    "exact_match": ("n_exact",),
}
"""What is right, and the mean of what it is a share of; alone, it is a share of the items."""
MAX_LABEL = 65_535
"""A page makes a table of as many rows and columns as there are labels."""
MAX_NAME = 2**32 - 1
TOLERANCE = 1e-6
"""Scores are told in double precision; answer_f1 is kept in single."""


def require_outcomes(arrays: Arrays, scores: TargetScores, name: str) -> None:
    """Every array that is read has an item in each place, in range, and they give the scores."""
    n_tokens = arrays.get("n_tokens")
    if n_tokens is None or n_tokens.shape != (scores.n_items,):
        raise BundleError(f"{name} does not hold its {scores.n_items} items")
    _require(arrays, "n_tokens", scores.n_tokens, scores, name)
    if int(n_tokens.sum()) != scores.n_tokens:
        raise BundleError(f"{name} and scores.json differ in its words")
    predicted = arrays.get("predicted", np.zeros(0, np.uint8))
    if predicted.ndim != 1 or predicted.dtype.kind != "u" or predicted.max(initial=0) > MAX_LABEL:
        raise BundleError(f"{name}: predicted is no list of labels or letters")
    most = {**dict.fromkeys(COUNTS, n_tokens), "gold": MAX_LABEL, "n_exact": 1, "answer_f1": 1.0}
    for field, limit in {**most, "predicted_ends": predicted.size, "item": MAX_NAME}.items():
        _require(arrays, field, limit, scores, name)
    for metric in scores.metrics:
        found, told = _score(arrays, metric), getattr(scores, metric)
        if found is not None and not abs(found - told) <= TOLERANCE:
            raise BundleError(
                f"{name}: its items make {metric} {found:.4f}, and scores.json says {told:.4f}"
            )


def _require(arrays: Arrays, field: str, most: object, scores: TargetScores, name: str) -> None:
    """It has as many numbers as there are items, each from 0 to `most`."""
    if (found := arrays.get(field)) is None:
        return
    if found.shape != (scores.n_items,) or found.dtype.kind not in (
        "f" if field == "answer_f1" else "iu"
    ):
        raise BundleError(f"{name}: {field} does not hold a number for each of its items")
    if not ((found >= 0) & (found <= most)).all():  # NaN is refused too
        raise BundleError(f"{name}: {field} of an item is less or more than it can be")


def _score(arrays: Arrays, metric: str) -> float | None:
    """What the items make together; None where they do not tell it."""
    above, *below = PARTS.get(metric, ("",))
    if not {above, *below} <= arrays.keys():
        return None
    parts = sum(float(arrays[field].sum(dtype=np.float64)) for field in below)
    whole = parts / len(below) if below else float(len(arrays["n_tokens"]))
    return float(arrays[above].sum(dtype=np.float64)) / whole if whole else None
