"""PAWS-X: do two sentences of nearly the same words say the same? Seven languages.

Layouts: XTREME's files or the hub's, see `pairs`.

Some translations are missing: ``NS`` or an empty cell stands there, and the label is 0 whatever
the truth. Such rows are left out, 59 of 2,000 on dev in one language or another. The same row of
all languages' files is one pair, so the row (or the ``id``, where there is one) is its meaning.

References
----------
Yang et al. (2019). PAWS-X: A Cross-lingual Adversarial Dataset for Paraphrase Identification.
EMNLP.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

from mslt_core.data.tables import Record
from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import Split
from mslt_core.data.tasks.pairs import find_pairs, read_pairs
from mslt_core.data.tasks.splits import LeftOut, SplitTask
from mslt_core.spec.sentences import LabelledText

LABELS = ("not_paraphrase", "paraphrase")
COLUMNS = ("sentence1", "sentence2", "label")
NO_TRANSLATION = "NS"
LANGS = ("de", "en", "es", "fr", "ja", "ko", "zh")

LAYOUT = "dev-<lang>.tsv and test-<lang>.tsv, or <lang>/train.parquet and so on"


def open_pawsx(folder: Path) -> SplitTask:
    """PAWS-X in a local folder. Nothing is read before it is asked for."""
    found, labels = find_pairs(folder)
    return SplitTask(
        "pawsx",
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


def _read(
    labels: Path | None,
    path: Path,
    lang: str,  # noqa: ARG001
    split: Split,
) -> Sequence[LabelledText | LeftOut]:
    return [_row(record, split) for record in read_pairs(path, COLUMNS, labels)]


def _row(record: Record, split: Split) -> LabelledText | LeftOut:
    texts = [record.value(column) for column in COLUMNS[:2]]
    if any(text is None or str(text).strip() in {"", NO_TRANSLATION} for text in texts):
        return LeftOut(record.row_id, "without a translation")
    if record.value("label") == "":
        return LeftOut(record.row_id, "with an undetermined label")
    return LabelledText(
        row_id=record.row_id,
        text=record.text("sentence1"),
        pair=record.text("sentence2"),
        label=record.choice("label", ("0", "1")),
        meaning=f"{split}:{record.fields.get('id', record.line)}",
    )
