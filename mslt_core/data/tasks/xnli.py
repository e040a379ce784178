"""XNLI: does a premise entail a hypothesis? Human translations of 7,500 English pairs.

Layouts: XTREME's files or the hub's, see `pairs`.

Every premise comes with three hypotheses, one a label, so the premise is the row's meaning: a
premise is either trained on or scored, in all languages.

References
----------
Conneau et al. (2018). XNLI: Evaluating Cross-lingual Sentence Representations. EMNLP.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import Split
from mslt_core.data.tasks.pairs import find_pairs, read_pairs
from mslt_core.data.tasks.splits import SplitTask
from mslt_core.spec.sentences import LabelledText

LABELS = ("entailment", "neutral", "contradiction")
COLUMNS = ("premise", "hypothesis", "label")
HYPOTHESES = 3
"""Rows to a premise, one after the other."""

LAYOUT = "dev-<lang>.tsv and test-<lang>.tsv, or <lang>/train.parquet and so on"


def open_xnli(folder: Path) -> SplitTask:
    """XNLI in a local folder. Nothing is read before it is asked for."""
    found, labels = find_pairs(folder)
    return SplitTask(
        "xnli",
        "classification",
        LABELS,
        folder=folder,
        found=found,
        read=functools.partial(_read, labels),
        layout=LAYOUT,
        parallel=True,
        count=functools.partial(count_rows, columns=COLUMNS[:2]),
        also_reads=[labels] if labels else [],
        stand_in="test",
    )


def _read(labels: Path | None, path: Path, lang: str, split: Split) -> Sequence[LabelledText]:  # noqa: ARG001
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
        for place, record in enumerate(read_pairs(path, COLUMNS, labels))
    ]
