"""What there is for each language: the task's rows, a PUD treebank, pretraining, typology."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mslt_core.data import pretraining, tasks, typology
from mslt_core.pipeline.places import data_folder, require_folder
from mslt_core.spec.coverage import CoverageCell, CoverageColumn, CoverageResult, Mark
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.selecting import PretrainingFigures

Cells = dict[str, CoverageCell]

MODELS: Mapping[PretrainingFigures, str] = {
    "xlmr_gib": "XLM-R",
    "mbert": "mBERT",
    "mt5": "mT5",
    "bloom": "BLOOM",
}
"""Base models by the figures of their pretraining text, in the order of their columns."""

_SPLITS = {
    "train": "Training rows, repeats and all.",
    "dev": "Development rows; for scoring where there is no labelled test set.",
    "test": "Test rows; for training where the data has no training set.",
}
_MARKS: Mapping[str, Mark] = {"training": "for training", "scoring": "for scoring"}
_UNUSED = {"nothing": "not used", "no labels": "without labels, so not used"}


def data_coverage(
    task: str, data: str | None, *, roots: tuple[Path, ...] | None = None
) -> CoverageResult:
    """The languages of a task's data and those that the task proposes, and what each has.

    Rows are counted, which reads every file once.
    """
    require_folder(task, data)
    info = tasks.TASKS[task]
    rows = tasks.coverage(tasks.open_task(task, data_folder(task, data, roots)), count=True)
    # every language is proposed for the user's own data: then only what is there is listed
    proposed = () if info.kind is None else info.source_pool + info.target_langs
    here = {row.lang for row in rows}
    langs = (*sorted(here), *sorted(set(proposed) - here))
    columns = [
        (_column(split, split, "task", meaning), _rows(langs, rows, split))
        for split, meaning in _SPLITS.items()
    ]
    pud = _column("pud", "PUD", "parallel", "Parallel Universal Dependencies treebank.")
    columns.append((pud, _each(langs, _treebank)))
    for figures, model in MODELS.items():
        seen = pretraining.sizes(figures, langs)
        meaning = f"Pretraining text of {model}. {seen.source}."
        columns.append((_column(figures, model, "pretraining", meaning), _sizes(seen, model)))
    lang2vec = "Share of lang2vec's syntax features that some source reports; the rest is inferred."
    columns.append((_column("syntax", "syntax", "typology", lang2vec), _typology(langs)))
    return CoverageResult(
        task=task,
        title=info.title,
        langs=langs,
        columns=tuple(column for column, _ in columns),
        cells={lang: tuple(cells[lang] for _, cells in columns) for lang in langs},
    )


def _column(key: str, label: str, group: str, meaning: str) -> CoverageColumn:
    return CoverageColumn(key=key, label=label, group=group, meaning=meaning)


def _each(langs: Sequence[str], cell: Callable[[str], CoverageCell]) -> Cells:
    return {lang: cell(lang) for lang in langs}


def _nothing(why: str) -> CoverageCell:
    return CoverageCell(mark="nothing", shown="", told=why)


def _there(shown: str, told: str) -> CoverageCell:
    return CoverageCell(mark="there", shown=shown, told=told)


def _rows(langs: Sequence[str], rows: Sequence[tasks.Coverage], split: str) -> Cells:
    found = {row.lang: row for row in rows if row.split == split}

    def cell(lang: str) -> CoverageCell:
        row = found.get(lang)
        if row is None:
            return _nothing(f"the data holds no {split} file of this language")
        if not row.n_rows:
            return _nothing(f"the {split} file is empty")
        mark = _MARKS.get(row.used_for, "there")
        use = mark if row.used_for in _MARKS else _UNUSED[row.used_for]
        return CoverageCell(mark=mark, shown=f"{row.n_rows:,}", told=f"{row.n_rows:,} rows, {use}")

    return _each(langs, cell)


def _treebank(lang: str) -> CoverageCell:
    folder = LANGUAGES[lang].pud
    if folder is None:
        return _nothing("there is no PUD treebank of this language")
    return _there("yes", f"{folder}, 1,000 sentences; `fetch pud` fetches it")


def _sizes(seen: pretraining.Sizes, model: str) -> Cells:
    def cell(lang: str) -> CoverageCell:
        size = seen.values[lang]
        if size is None:
            return _nothing(f"no size is published of {model}'s pretraining text")
        if size == 0:
            return _nothing(f"{model} never saw this language")
        return _there(_short(size, seen.unit), f"{_exact(size, seen.unit)} that {model} saw")

    return _each(tuple(seen.values), cell)


def _exact(size: float, unit: str) -> str:
    """300.8 GiB, 1,579,669,760 bytes."""
    return f"{size:,.0f} bytes" if unit == "bytes" else f"{size:,g} {unit}"


def _short(size: float, unit: str) -> str:
    """301 GiB, 57.1 MB, 2,733 bn."""
    if unit == "bytes":
        size, unit = (size / 1e9, "GB") if size >= 1e9 else (size / 1e6, "MB")
    number = f"{size:,.0f}" if size >= 100 else f"{size:.3g}"
    return f"{number} {'bn' if 'token' in unit else unit}"


def _typology(langs: Sequence[str]) -> Cells:
    known = ~np.isnan(typology.vectors("syntax_average", langs))
    n = known.shape[1]

    def cell(row: int) -> CoverageCell:
        n_known = int(known[row].sum())
        if not n_known:
            return _nothing("no source of lang2vec reports a syntax feature of it")
        return _there(
            f"{100 * n_known / n:.0f} %", f"{n_known} of {n} syntax features are reported"
        )

    return {lang: cell(row) for row, lang in enumerate(langs)}
