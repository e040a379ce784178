"""XCOPA: which of two sentences is the cause, or the result, of a premise? Eleven languages.

Layouts: ``<lang>/val.<lang>.jsonl`` and ``test.<lang>.jsonl`` (below ``data/``, as on GitHub, or
not); XTREME-R's ``val-<lang>.jsonl``; the hub's Parquet files, a folder a language.

What is asked stands in English behind the premise, in every language. Only English COPA has
training rows, 400 of them: a language without trains on its 100 val rows, which then nobody is
scored on. XTREME-R's test-en.jsonl has label 0 in every row; the labels are those of the same
``idx`` in another language.

References
----------
Ponti et al. (2020). XCOPA: A Multilingual Dataset for Causal Commonsense Reasoning. EMNLP.
Ruder et al. (2021). XTREME-R: Towards More Challenging and Nuanced Multilingual Evaluation. EMNLP.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mslt_core.data import tables
from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import Found, Split, find_files
from mslt_core.data.tasks.splits import SplitTask, file_by_file
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import ChoiceItem

LABELS = ("choice1", "choice2")
ASKED: Mapping[str, str] = MappingProxyType(
    {"cause": "What was the cause?", "effect": "What happened as a result?"}
)

LANGS = ("et", "ht", "id", "it", "qu", "sw", "ta", "th", "tr", "vi", "zh")
"""Those of XCOPA itself; English COPA comes from elsewhere."""

PLACES = ("", "data", "cambridgeltl/data", "xtreme_r")
LAYOUT = "<lang>/val.<lang>.jsonl and test.<lang>.jsonl"


def open_xcopa(folder: Path) -> SplitTask:
    """XCOPA in a local folder, with English COPA if it is there. Nothing is read before."""
    found = _find(folder)
    return SplitTask(
        "xcopa",
        "choice",
        LABELS,
        folder=folder,
        found=found,
        read=file_by_file(functools.partial(_read, found["test"])),
        layout=LAYOUT,
        parallel=True,
        count=count_rows,
        stand_in="dev",
    )


def _find(folder: Path) -> Found:
    """All languages' files; English, which XCOPA does not have, from XTREME-R's."""
    found, beside = find_files(folder, below=PLACES), find_files(folder, below=("xtreme_r",))
    return {
        split: by_lang | {lang: paths for lang, paths in beside[split].items() if lang == "en"}
        for split, by_lang in ((split, dict(by_lang)) for split, by_lang in found.items())
    }


def _read(
    tests: Mapping[str, tuple[Path, ...]], path: Path, lang: str, split: Split
) -> Sequence[ChoiceItem]:
    records = tables.read_records(path)
    if split == "test" and _placeholders(records):
        known = _labels_by_idx(path, [p for other, p in sorted(tests.items()) if other != lang])
        records = [_with_label(record, known) for record in records]
    return [
        ChoiceItem(
            row_id=record.row_id,
            premise=f"{record.text('premise')} {_asked(record)}",
            choices=(record.text("choice1"), record.text("choice2")),
            label=record.choice("label", ("0", "1")),
            meaning=f"{split}:{record.value('idx')}",
        )
        for record in records
    ]


def _asked(record: tables.Record) -> str:
    question = record.text("question")
    if question not in ASKED:
        raise record.error(f"unknown question {question!r}; known are {', '.join(ASKED)}")
    return ASKED[question]


def _placeholders(records: Sequence[tables.Record]) -> bool:
    """Whether the labels say nothing: half of XCOPA's are 0, in every language."""
    return len(records) > 1 and len({str(record.value("label")) for record in records}) == 1


def _labels_by_idx(path: Path, others: Sequence[tuple[Path, ...]]) -> Mapping[str, int]:
    """The labels of the first other language whose test files have some."""
    for paths in others:
        records = [record for other in paths for record in tables.read_records(other)]
        if not _placeholders(records):
            return {str(r.value("idx")): r.choice("label", ("0", "1")) for r in records}
    raise DataError(
        f"{path} has the same label in every row, which stands for none",
        hint="Put the test file of a language with labels into the folder, as cambridgeltl/xcopa "
        "has it: they are the same in all languages.",
    )


def _with_label(record: tables.Record, known: Mapping[str, int]) -> tables.Record:
    idx = str(record.value("idx"))
    if idx not in known:
        raise record.error(f"no other language has idx {idx}, whose label is needed")
    return tables.Record(record.path, record.line, {**record.fields, "label": known[idx]})
