"""SIB-200: the topic of a sentence. The same 1,004 sentences of FLORES in 205 languages.

Layouts: ``data/annotated/<code_Script>/{train,dev,test}.tsv``, as on GitHub; ``<code_Script>/...``
or ``data/<code_Script>/...``, as on the hub; any other table with ``index_id``, ``category`` and
``text``. Of a language in several scripts only the usual one is read. No quoting.

References
----------
Adelani et al. (2024). SIB-200: A Simple, Inclusive, and Big Evaluation Dataset for Topic
Classification in 200+ Languages and Dialects. EACL.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

from mslt_core.data import tables
from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import Split, find_files
from mslt_core.data.tasks.splits import SplitTask
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.sentences import LabelledText

LABELS = (
    *("science/technology", "travel", "politics", "sports", "health"),
    *("entertainment", "geography"),
)
"""In the order of the data's own labels.txt."""

PLACES = ("", "data/annotated", "annotated", "data")
LAYOUT = "<code_Script>/train.tsv, dev.tsv and test.tsv, such as eng_Latn/train.tsv"


def open_sib200(folder: Path) -> SplitTask:
    """SIB-200 in a local folder. Nothing is read before it is asked for."""
    return SplitTask(
        "sib200",
        "classification",
        LABELS,
        folder=folder,
        found=find_files(folder, below=PLACES, code_of=_lang_of),
        read=_read,
        layout=LAYOUT,
        parallel=True,
        count=functools.partial(count_rows, columns=("text",)),
    )


def _lang_of(code: str) -> str | None:
    """Akan is there twice, as Asante Twi as well; the macro-language is ours."""
    return None if code.startswith("twi") else by_any_code(code)


def _read(path: Path, lang: str, split: Split) -> Sequence[LabelledText]:  # noqa: ARG001
    return [
        LabelledText(
            row_id=record.row_id,
            text=record.text("text"),
            label=record.choice("category", LABELS),
            meaning=str(record.value("index_id")),
        )
        for record in tables.read_records(path)
    ]
