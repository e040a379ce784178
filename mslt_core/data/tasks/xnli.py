"""XNLI: does a premise entail a hypothesis? Human translations of 7,500 English pairs.

Layouts: XTREME's files or the hub's, see `pairs`.

Every premise comes with three hypotheses, one a label, so the premise is the row's meaning: a
premise is either trained on or scored, in all languages.

References
----------
Conneau et al. (2018). XNLI: Evaluating Cross-lingual Sentence Representations. EMNLP.
"""

from collections.abc import Sequence
from pathlib import Path

from mslt_core.data.tables import Record
from mslt_core.data.tasks.layouts import Split
from mslt_core.data.tasks.pairs import Order, open_pairs
from mslt_core.data.tasks.splits import SplitTask
from mslt_core.spec.sentences import LabelledText

LABELS = ("entailment", "neutral", "contradiction")
COLUMNS = ("premise", "hypothesis", "label")
HYPOTHESES = 3
"""Rows to a premise, one after the other."""
MAX_APART = 0.05
"""Of the premises; a row that is missing or a file in another order parts nearly all of them."""
MAX_OTHER = 0.002
"""Of the labels; translations have their original's, and of other rows two in three differ."""


def open_xnli(folder: Path) -> SplitTask:
    """XNLI in a local folder. Nothing is read before it is asked for."""
    order = Order(marks=_marks, most=MAX_OTHER, whole=False)
    return open_pairs("xnli", LABELS, folder, columns=COLUMNS, rows=_rows, order=order)


def _rows(records: Sequence[Record], split: Split) -> Sequence[LabelledText]:
    # the training set is MNLI's, whose premises come one by one
    together = 1 if split == "train" else HYPOTHESES
    _require_together(records, together)
    return [
        LabelledText(
            row_id=record.row_id,
            text=record.text("premise"),
            pair=record.text("hypothesis"),
            label=record.choice("label", LABELS),
            meaning=f"{split}:{place // together}",
        )
        for place, record in enumerate(records)
    ]


def _marks(records: Sequence[Record]) -> Sequence[object]:
    return [record.choice("label", LABELS) for record in records]


def _require_together(records: Sequence[Record], together: int) -> None:
    """Refuse a file whose places would tell nothing of what is a translation of what."""
    groups = [records[i : i + together] for i in range(0, len(records), together)]
    apart = [g for g in groups if len({r.text("premise") for r in g}) > 1]
    if len(apart) > MAX_APART * len(groups):
        raise apart[0][0].error(
            f"every premise should stand in {together} rows, one after the other, and "
            f"{len(apart):,} of {len(groups):,} do not: a row is missing, or the order is another"
        )
