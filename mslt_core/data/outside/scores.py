"""A table of scores: one row for a result, a target language and a metric."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mslt_core.data.tables import Record, read_records
from mslt_core.spec.cells import restored
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import language, languages
from mslt_core.spec.outside import OutsideResult, OutsideScores, display_name
from mslt_core.spec.results import SCORES
from mslt_core.spec.specs import set_name

Unit = Literal["ratio", "points"]

NEEDED = ("seed", "target_lang", "metric", "score")
KNOWN = ("name", "source_langs", *NEEDED, "n_items")
LARGEST: dict[Unit, float] = {"ratio": 1.0, "points": 100.0}

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

Place = tuple[str, tuple[str, ...], int, str]
"""Name, sources, seed, target."""


def read_scores(path: Path, unit: Unit) -> list[OutsideResult]:
    """The results in a CSV or TSV file with a header.

    Columns: ``name`` or ``source_langs`` (``de+en`` or ``de en``) or both, ``seed``,
    ``target_lang``, ``metric`` (a name in `METRICS`), ``score``, and ``n_items`` if it is known.

    Parameters
    ----------
    path : Path
        ``.csv`` or ``.tsv``; a byte-order mark and Windows line ends are accepted.
    unit : {"ratio", "points"}
        What the scores are in, [0, 1] or [0, 100]. It is asked for, as 0.9 may be both.

    Returns
    -------
    list of OutsideResult
        In the file's order, scores as ratios.

    Raises
    ------
    DataError
        With file and line: a column that is missing or not known, an unknown language (with what
        was probably meant), a score outside the range, units that are mixed, a row that is there
        twice, two numbers of items for one target.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = file.write_text("source_langs,seed,target_lang,metric,score\\nen,0,sw,accuracy,81.5\\n")
    >>> read_scores(file, "points")[0].targets["sw"].scores
    {'accuracy': 0.815}
    """
    records = read_records(path)
    _require_columns(records[0])
    found: dict[Place, dict[str, float]] = {}
    lines: dict[tuple[Place, str], int] = {}
    sizes: dict[str, tuple[int, int]] = {}
    counts: dict[Place, int] = {}
    for record in records:
        place, metric = _place(record), _metric(record)
        if before := lines.get((place, metric)):
            raise record.error(f"{metric} of {place[0]} on {place[3]} is in line {before} already")
        lines[place, metric] = record.line
        found.setdefault(place, {})[metric] = _score(record, unit)
        if (n_items := _n_items(record)) is not None:
            first, line = sizes.setdefault(place[3], (n_items, record.line))
            if first != n_items:
                raise record.error(
                    f"{n_items} items of {place[3]}, and {first} in line {line}: they were not "
                    "scored on the same items"
                )
            counts[place] = n_items
    _require_one_unit(records, unit)
    results: dict[tuple[str, tuple[str, ...], int], dict[str, OutsideScores]] = {}
    for place, scores in found.items():
        of_result = results.setdefault(place[:3], {})
        of_result[place[3]] = OutsideScores(scores=scores, n_items=counts.get(place))
    return [
        OutsideResult(name=name, source_langs=langs, seed=seed, targets=targets)
        for (name, langs, seed), targets in results.items()
    ]


def _require_columns(record: Record) -> None:
    columns = list(record.fields)
    where = f"{record.path}, line 1"
    missing = [name for name in NEEDED if name not in columns]
    if not {"name", "source_langs"} & set(columns):
        missing.append("name or source_langs")
    if missing:
        raise DataError(f"{where}: no column {', '.join(missing)}; there are {', '.join(columns)}")
    if strangers := [name for name in columns if name not in KNOWN]:
        raise DataError(f"{where}: unknown column {strangers[0]!r}; known are {', '.join(KNOWN)}")


def _place(record: Record) -> Place:
    """Which result and target the row is about."""
    try:
        sources = _langs(str(record.fields.get("source_langs", "")))
        name = restored(str(record.fields.get("name", "")))
        if not name and not sources:
            raise SpecError("neither a name nor source languages are given")
        name = display_name(name or set_name(sources))
        target = language(record.text("target_lang")).code
    except DataError:
        raise
    except SpecError as e:
        raise record.error(str(e)) from None
    return name, sources, _whole(record, "seed"), target


def _langs(text: str) -> tuple[str, ...]:
    parts: Sequence[str] = [part for part in re.split(r"[\s,;+]+", text) if part]
    if len(set(parts)) < len(parts):
        raise SpecError(f"a source language is named twice in {text!r}")
    return languages(parts)


def _metric(record: Record) -> str:
    metric = record.text("metric")
    if metric not in SCORES:
        raise record.error(f"unknown metric {metric!r}; known are {', '.join(SCORES)}")
    return metric


def _score(record: Record, unit: Unit) -> float:
    text = record.text("score")
    if not _NUMBER.fullmatch(text):
        hint = " (with a point, not a comma)" if "," in text else ""
        raise record.error(f"score must be a number{hint}, got {text!r}")
    value = float(text)
    if not 0 <= value <= LARGEST[unit]:
        other = "; are these points?" if unit == "ratio" and 0 <= value <= 100 else ""
        raise record.error(f"score must be from 0 to {LARGEST[unit]:g}, got {text}{other}")
    return value / LARGEST[unit]


def _whole(record: Record, column: str) -> int:
    text = record.text(column)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise record.error(f"{column} must be a whole number, got {text!r}")
    return int(text)


def _n_items(record: Record) -> int | None:
    if not record.fields.get("n_items"):
        return None
    n_items = _whole(record, "n_items")
    if n_items < 1:
        raise record.error("n_items must be 1 or more, got 0")
    return n_items


def _require_one_unit(records: list[Record], unit: Unit) -> None:
    """In points a score up to 1 beside larger ones is a ratio, or nearly nothing was right."""
    if unit == "ratio":
        return
    small = [r for r in records if 0 < float(r.fields["score"]) <= 1]
    if small:
        raise small[0].error(
            f"{small[0].fields['score']} points look like a ratio"
            + (" among points" if len(small) < len(records) else "")
            + "; if they are points, write all scores as ratios to make it plain"
        )
