"""What is kept of single test items, and what it says of them."""

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.answers import exact_matches
from mslt_core.pipeline.item_rows import ScoredItems, fits, gold_of
from mslt_core.pipeline.item_text import tags_entities
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.languages import label as language_label
from mslt_core.spec.results import RunInfo
from mslt_core.spec.sentences import ChoiceItem, QuestionItem
from mslt_core.store import Arrays, Store

Floats = npt.NDArray[np.float64]


def outcomes(store: Store, info: RunInfo, lang: str, metric: str) -> Arrays:
    found = store.runs.predictions(info.run, lang)
    if found is None or not _needed(metric) <= found.keys():
        raise NotComputedError(
            f"{info.name}, seed {info.spec.seed}, has no outcomes of single items on "
            f"{language_label(lang)} by {metric}",
            hint="They are kept with every run; those of this one are missing or damaged.",
        )
    return found


def _needed(metric: str) -> set[str]:
    special = {
        "span_f1": {"true_positives", "n_predicted", "n_gold"},
        "answer_f1": {"answer_f1"},
        "exact_match": {"n_exact"},
    }
    return {"n_tokens"} | special.get(metric, {"n_correct"})


def worth(arrays: Arrays, metric: str) -> Floats:
    """What is right of every item."""
    if metric == "span_f1":
        # counts are stored in single bytes, and their sums may not fit
        right = 2.0 * arrays["true_positives"]
        return right - arrays["n_predicted"] - arrays["n_gold"]
    name = {"answer_f1": "answer_f1", "exact_match": "n_exact"}.get(metric, "n_correct")
    return arrays[name].astype(np.float64)


def wholly_right(arrays: Arrays, metric: str) -> npt.NDArray[np.bool_]:
    """Whether all of an item is right: every word, every entity and none too many, the answer."""
    whole = {"span_f1": 0.0, "answer_f1": 1.0, "exact_match": 1.0}.get(metric)
    right: npt.NDArray[np.bool_] = worth(arrays, metric) == (
        arrays["n_tokens"] if whole is None else whole
    )
    return right


def belongs(arrays: Arrays, items: ScoredItems) -> bool:
    """Whether outcomes are of these rows: predictions against the gold labels give them again."""
    if not fits(items.rows, arrays["n_tokens"]):
        return False
    predicted = predictions(arrays, items)
    if predicted is None:
        return True
    if items.kind == "questions":
        if "n_exact" not in arrays:
            return True
        gold = [row.answers for row in items.rows if isinstance(row, QuestionItem)]
        return bool(np.array_equal(exact_matches(predicted, gold), arrays["n_exact"]))
    right = [int(np.sum(p == g)) for p, g in zip(predicted, gold_of(items.rows), strict=True)]
    return bool(np.array_equal(right, arrays["n_correct"]))


def predictions(arrays: Arrays, items: ScoredItems) -> tuple[Any, ...] | None:
    """By item: label ids of the words, a label id, or an answer; None where they are not kept."""
    if not items.rows or "predicted" not in arrays:
        return None
    predicted, n = arrays["predicted"], len(items.rows)
    if items.kind == "questions":
        texts = _texts(arrays) if "predicted_ends" in arrays else []
        return tuple(t.decode(errors="replace") for t in texts) if len(texts) == n else None
    last = np.cumsum(arrays["n_tokens"].astype(np.int64))
    n_answers = _n_answers(items, predicted.dtype)
    if len(predicted) != last[-1] or predicted.max(initial=0) >= n_answers:
        return None  # not of these items
    return tuple(np.split(predicted.astype(np.int64), last[:-1]))


def answers_differ(a: Arrays, b: Arrays) -> npt.NDArray[np.bool_] | None:
    """By item: whether two runs said other things of it; None where not both have that kept.

    Needs no text: the same items are known by their numbers of words.
    """
    both = a.keys() & b.keys()
    if "predicted" not in both:
        return None
    if "predicted_ends" in both:
        texts = _texts(a), _texts(b)
        if not len(texts[0]) == len(texts[1]) == len(a["n_tokens"]):
            return None
        return np.array([x != y for x, y in zip(*texts, strict=True)], dtype=np.bool_)
    one, other = a["predicted"], b["predicted"]
    if not len(one) == len(other) == int(a["n_tokens"].sum(dtype=np.int64)):
        return None
    return any_of(one != other, a["n_tokens"])


def any_of(hit: npt.NDArray[np.bool_], sizes: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Of words to their items: whether any of an item's is hit."""
    item = np.repeat(np.arange(len(sizes)), sizes.astype(np.int64))
    found: npt.NDArray[np.bool_] = np.bincount(item[hit], minlength=len(sizes)) > 0
    return found


def _texts(arrays: Arrays) -> list[bytes]:
    whole = arrays["predicted"].tobytes()
    return [whole[i:j] for i, j in itertools.pairwise([0, *arrays["predicted_ends"].tolist()])]


def _n_answers(items: ScoredItems, dtype: np.dtype[Any]) -> int:
    """How many answers there are to choose from, in predictions of this type."""
    if items.kind == "choice":
        return min(len(row.choices) for row in items.rows if isinstance(row, ChoiceItem))
    if items.kind == "tagging" and not tags_entities(items.labels):
        return int(np.iinfo(dtype).max) + 1  # the last one is a word that was not seen
    return len(items.labels)
