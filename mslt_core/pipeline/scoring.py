"""From rows and predictions to scores, and to what is kept of every item."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import answers, classes, scores
from mslt_core.pipeline.item_names import ITEM, item_names
from mslt_core.pipeline.item_text import tags_entities
from mslt_core.spec.results import TargetScores
from mslt_core.spec.sentences import (
    ChoiceItem,
    LabelledText,
    QuestionItem,
    Row,
    TaggedSentence,
    TaskKind,
)
from mslt_core.store import Arrays


def score(
    kind: TaskKind, labels: Sequence[str], rows: Sequence[Any], predicted: Any
) -> tuple[TargetScores, Arrays]:
    """Scores of one language, and arrays with an entry an item to compute them again from.

    `predicted` is what `models.predict` gave for the rows. Translated items have a name besides.
    """
    if kind == "tagging":
        found, arrays = _tagging(labels, rows, predicted)
    elif kind == "questions":
        found, arrays = _questions(rows, predicted)
    else:
        found, arrays = _classes(rows, predicted, macro=kind == "classification")
    names = item_names(rows)
    return found, arrays if names is None else {**arrays, ITEM: names}


def relabelled(rows: Sequence[Row], of_task: Sequence[str], wanted: Sequence[str]) -> list[Row]:
    """Rows of one task with the label ids of another that has the same label names."""
    place = [list(wanted).index(name) for name in of_task]
    changed: list[Row] = []
    for row in rows:
        match row:
            case TaggedSentence():
                ids = tuple(place[i] for i in row.labels)
                changed.append(dataclasses.replace(row, labels=ids))
            case LabelledText():
                changed.append(dataclasses.replace(row, label=place[row.label]))
            case ChoiceItem() | QuestionItem():
                changed.append(row)
    return changed


def _tagging(
    labels: Sequence[str], rows: Sequence[TaggedSentence], predicted: Any
) -> tuple[TargetScores, Arrays]:
    """A word of which the tokenizer makes nothing is outside of any entity; with other tags than
    those of entities there is no such thing, and it is wrong."""
    gold = [np.asarray(row.labels, dtype=np.int64) for row in rows]
    tags = predicted.tags
    if tags_entities(labels):
        outside = list(labels).index("O")
        tags = [np.where(ids < 0, outside, ids) for ids in tags]
        counts = scores.item_counts(tags, gold, labels)
        arrays = counts.arrays()
    else:
        counts = scores.word_counts(tags, gold)
        arrays = {name: counts.arrays()[name] for name in ("n_tokens", "n_correct")}
    found = TargetScores(
        accuracy=scores.token_accuracy(counts),
        span_f1=scores.span_f1(counts) if scores.any_entity(counts) else None,
        majority_accuracy=scores.majority_accuracy(gold),
        n_items=len(rows),
        n_tokens=int(counts.n_tokens.sum()),
        n_unseen=predicted.n_unseen,
    )
    small = {name: _small(array) for name, array in arrays.items()}
    # the largest number that fits, 255 of up to 255 labels, is a word that was not seen
    ids = np.concatenate(tags).astype(np.min_scalar_type(len(labels)))
    return found, {**small, "predicted": ids}


def _classes(
    rows: Sequence[LabelledText | ChoiceItem],
    predicted: npt.NDArray[np.int64],
    *,
    macro: bool,
) -> tuple[TargetScores, Arrays]:
    gold = np.array([row.label for row in rows], dtype=np.int64)
    found = TargetScores(
        item_accuracy=classes.item_accuracy(predicted, gold),
        macro_f1=classes.macro_f1(predicted, gold) if macro else None,
        majority_accuracy=scores.majority_accuracy([gold]),
        n_items=len(rows),
        n_tokens=len(rows),
    )
    return found, {
        "n_tokens": np.ones(len(rows), dtype=np.uint8),
        "n_correct": (predicted == gold).astype(np.uint8),
        "predicted": _small(predicted),
        "gold": _small(gold),  # macro F1 is no sum over items, so its noise needs both
    }


def _questions(
    rows: Sequence[QuestionItem], predicted: Sequence[str]
) -> tuple[TargetScores, Arrays]:
    gold = [row.answers for row in rows]
    f1, exact = answers.answer_f1(predicted, gold), answers.exact_matches(predicted, gold)
    found = TargetScores(
        answer_f1=float(f1.mean()),
        exact_match=float(exact.mean()),
        n_items=len(rows),
        n_tokens=len(rows),
    )
    texts = [text.encode() for text in predicted]
    return found, {
        "n_tokens": np.ones(len(rows), dtype=np.uint8),
        "answer_f1": f1.astype(np.float32),
        "n_exact": exact.astype(np.uint8),
        # the answers one after the other, and where each ends, in bytes of UTF-8
        "predicted": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "predicted_ends": np.cumsum([len(text) for text in texts], dtype=np.int64),
    }


def _small(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Counts or label ids in one byte each where they fit."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))
