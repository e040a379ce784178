"""PAWS-X: do two sentences of nearly the same words say the same? Seven languages.

Layouts: XTREME's files or the hub's, see `pairs`.

Some translations are missing: ``NS`` or an empty cell stands there, and the label is 0 whatever
the truth. Such rows are left out, 59 of 2,000 on dev in one language or another. The same row of
all languages' files is one pair, so the row (or the ``id``, where there is one) is its meaning.
Files without ``id`` must have as many rows, with the same labels: else a row is missing.

References
----------
Yang et al. (2019). PAWS-X: A Cross-lingual Adversarial Dataset for Paraphrase Identification.
EMNLP.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mslt_core.data.tables import Record
from mslt_core.data.tasks.layouts import Split
from mslt_core.data.tasks.pairs import Order, open_pairs
from mslt_core.data.tasks.splits import LeftOut, SplitTask
from mslt_core.spec.sentences import LabelledText

LABELS = ("not_paraphrase", "paraphrase")
COLUMNS = ("sentence1", "sentence2", "label")
NO_TRANSLATION = "NS"
MAX_OTHER = 0.05
"""Of the labels; a row that is missing or a file in another order changes nearly half of them."""

LANGS = ("de", "en", "es", "fr", "ja", "ko", "zh")


def open_pawsx(folder: Path) -> SplitTask:
    """PAWS-X in a local folder. Nothing is read before it is asked for."""
    return open_pairs(
        "pawsx",
        LABELS,
        folder,
        columns=COLUMNS,
        rows=_rows,
        order=Order(
            marks=_marks,
            most=MAX_OTHER,
            whole=True,
            hint="Copy the files again, or add a column id to both.",
        ),
    )


def _rows(records: Sequence[Record], split: Split) -> Sequence[LabelledText | LeftOut]:
    return [
        _row(record, split, place) for record, place in zip(records, _places(records), strict=True)
    ]


def _places(records: Sequence[Record]) -> Iterator[int]:
    """The line of each row, counted on from file to file: parts of a file number from 1 again."""
    before = 0
    for last, record in zip([records[0], *records], records, strict=False):
        before += last.line if record.path != last.path else 0
        yield before + record.line


def _marks(records: Sequence[Record]) -> Sequence[object]:
    """The labels; none of rows with ids, which tell what is a translation of what."""
    if records[0].fields.get("id") not in (None, ""):
        return ()
    return [str(r.value("label")) if _is_translated(r) else None for r in records]


def _is_translated(record: Record) -> bool:
    texts = [record.value(column) for column in COLUMNS[:2]]
    return all(text is not None and str(text).strip() not in {"", NO_TRANSLATION} for text in texts)


def _row(record: Record, split: Split, place: int) -> LabelledText | LeftOut:
    if not _is_translated(record):
        return LeftOut(record.row_id, "without a translation")
    if record.value("label") == "":
        return LeftOut(record.row_id, "with an undetermined label")
    told = record.fields.get("id")
    return LabelledText(
        row_id=record.row_id,
        text=record.text("sentence1"),
        pair=record.text("sentence2"),
        label=record.choice("label", ("0", "1")),
        meaning=f"{split}:{place if told in (None, '') else told}",
    )
