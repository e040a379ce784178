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
from mslt_core.data.tasks.pairs import open_pairs
from mslt_core.data.tasks.splits import SplitTask
from mslt_core.spec.sentences import LabelledText

LABELS = ("entailment", "neutral", "contradiction")
COLUMNS = ("premise", "hypothesis", "label")
HYPOTHESES = 3
"""Rows to a premise, one after the other."""


def open_xnli(folder: Path) -> SplitTask:
    """XNLI in a local folder. Nothing is read before it is asked for."""
    return open_pairs("xnli", LABELS, folder, columns=COLUMNS, rows=_rows)


def _rows(records: Sequence[Record], split: Split) -> Sequence[LabelledText]:
    # the training set is MNLI's, whose premises come one by one
    together = 1 if split == "train" else HYPOTHESES
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
