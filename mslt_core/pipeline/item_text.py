"""Items, gold labels and predictions as text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.by_label import spans
from mslt_core.spec.items import ItemsCompared
from mslt_core.spec.sentences import (
    ChoiceItem,
    LabelledText,
    QuestionItem,
    Row,
    TaggedSentence,
    content,
)

ABSENT = "no sub-word"
"""What is said of a word that the tokenizer makes nothing of."""


def tags_entities(labels: Sequence[str]) -> bool:
    """Whether labels are BIO tags of entities, and not parts of speech."""
    return "O" in labels and all(n == "O" or n[:2] in {"B-", "I-"} for n in labels)


def label_names(labels: Sequence[str]) -> list[str]:
    """What to call each label: an entity's type for both its tags, else its name."""
    if not tags_entities(labels):
        return list(labels)
    return [name.partition("-")[2] or "O" for name in labels]


def item_labels(found: ItemsCompared) -> tuple[str, ...]:
    """Labels that items can be chosen by, in order; none for questions and choices."""
    if not found.rows or found.kind in {"questions", "choice"}:
        return ()
    return tuple(dict.fromkeys(label_names(found.labels)))


def marks(labels: Sequence[str], ids: npt.NDArray[np.int64]) -> list[tuple[int, int, str]]:
    """First word, last + 1 and label of each entity; or of each word, where labels are no spans."""
    if tags_entities(labels):
        return spans(ids, labels)
    names = [labels[i] if 0 <= i < len(labels) else ABSENT for i in ids.tolist()]
    return [(i, i + 1, name) for i, name in enumerate(names)]


def answer_text(row: Row, labels: Sequence[str], predicted: Any) -> str:
    """A prediction in words: the entities, the tags, the class, the choice, or the answer."""
    match row:
        case TaggedSentence():
            found = marks(labels, np.asarray(predicted))
            if not tags_entities(labels):
                return " ".join(name for _, _, name in found)
            return "; ".join(f"{name}: {' '.join(row.tokens[i:j])}" for i, j, name in found)
        case LabelledText():
            return labels[int(np.ravel(predicted)[0])]
        case ChoiceItem():
            return row.choices[int(np.ravel(predicted)[0])]
        case QuestionItem():
            return str(predicted)


def gold_text(row: Row, labels: Sequence[str]) -> str:
    """What is right, as `answer_text` says it; of several accepted answers all."""
    match row:
        case TaggedSentence():
            return answer_text(row, labels, row.labels)
        case QuestionItem():
            return " / ".join(dict.fromkeys(row.answers))
        case LabelledText() | ChoiceItem():
            return answer_text(row, labels, row.label)


def text_of(row: Row) -> str:
    """All that a model reads of a row, to be searched and written to tables."""
    return (" " if isinstance(row, TaggedSentence) else "\n").join(content(row))


def worth_told(found: ItemsCompared, item: int) -> tuple[str, str]:
    """How much of an item each run gets right, in words."""
    size = int(found.sizes[item])
    one, other = (
        _told(found.metric, float(worth[item]), size) for worth in (found.worth_a, found.worth_b)
    )
    return one, other


def _told(metric: str, worth: float, size: int) -> str:
    if metric == "accuracy":
        return f"{worth:.0f} of {size} words right"
    if metric == "span_f1":
        return f"{-worth:.0f} entity error{'' if worth == -1 else 's'}" if worth else "all right"
    if metric == "answer_f1":
        return f"F1 {worth:.2f}"
    return "right" if worth else "wrong"


ITEM_COLUMNS = (
    "item",
    "row",
    "text",
    "gold",
    "predicted_a",
    "predicted_b",
    "right_a",
    "right_b",
    "gain",
    "seeds_only_a",
    "seeds_only_b",
    "seeds",
)
"""Of a table of items: one row an item, the run that is subtracted first."""


def item_table(found: ItemsCompared, items: Sequence[int]) -> list[list[object]]:
    """These items as rows of a table; what is not known is empty."""
    table: list[list[object]] = []
    for i in items:
        row = found.rows[i] if found.rows else None
        said = [
            answer_text(row, found.labels, predicted[i]) if row and predicted else ""
            for predicted in (found.predicted_a, found.predicted_b)
        ]
        text = (row.row_id, text_of(row), gold_text(row, found.labels)) if row else ("", "", "")
        right = (bool(found.right_a[i]), bool(found.right_b[i]), float(found.gain[i]))
        seeds = (int(found.only_a_seeds[i]), int(found.only_b_seeds[i]), len(found.cells))
        table.append([i + 1, *text, *said, *right, *seeds])
    return table
