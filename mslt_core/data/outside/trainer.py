"""Predictions of a Trainer with the gold labels beside them, an item a row."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from mslt_core.data.tables import Record, read_records
from mslt_core.spec.errors import DataError, UnknownLanguageError
from mslt_core.spec.languages import language
from mslt_core.spec.outside import OutsideResult, OutsideScores

Item = tuple[str, int, int]
"""Identity, labels that are right, labels in all."""


def read_predictions(
    path: Path, *, name: str, source_langs: tuple[str, ...] = (), seed: int = 0
) -> OutsideResult:
    """Accuracy and outcomes on every item, from gold and predicted labels.

    Columns ``lang``, ``id``, ``gold`` and ``predicted`` in TSV, CSV or JSON Lines, a row an item.
    A label is text or a whole number; in JSON Lines gold and predicted may be lists, a label a
    word: then it is token accuracy. Items of one language are sorted by ``id``, which makes two
    files of the same items comparable item by item whatever their order.

    Parameters
    ----------
    path : Path
        The file.
    name, source_langs, seed
        As for `read_lm_eval`.

    Raises
    ------
    DataError
        With file and line: a missing column, an unknown language, an id that is there twice,
        gold and predicted of different kind or length, words and items mixed.
    """
    found: dict[str, dict[str, Item]] = {}
    kinds: set[bool] = set()
    for record in read_records(path):
        try:
            lang = language(record.value("lang")).code
        except UnknownLanguageError as e:
            raise record.error(str(e)) from None
        number = _label(record, "id", record.value("id"))
        of_lang = found.setdefault(lang, {})
        if number in of_lang:
            raise record.error(f"the item {number!r} of {lang} is there twice")
        of_lang[number] = _item(record)
        kinds.add(isinstance(record.fields["gold"], list))
    if len(kinds) > 1:
        raise DataError(f"{path} mixes lists of labels, one a word, with single labels")
    metric = "accuracy" if kinds == {True} else "item_accuracy"
    targets, outcomes = {}, {}
    for lang, items in found.items():
        order = sorted(items)
        counts = {
            "n_correct": np.array([items[i][1] for i in order], dtype=np.uint32),
            "n_tokens": np.array([items[i][2] for i in order], dtype=np.uint32),
        }
        listing = repr([(i, items[i][0]) for i in order])
        targets[lang] = OutsideScores(
            scores={metric: int(counts["n_correct"].sum()) / int(counts["n_tokens"].sum())},
            n_items=len(order),
            items=hashlib.sha256(listing.encode()).hexdigest()[:16],
        )
        outcomes[lang] = counts
    return OutsideResult(
        name=name, source_langs=source_langs, seed=seed, targets=targets, outcomes=outcomes
    )


def _item(record: Record) -> Item:
    gold, predicted = record.value("gold"), record.value("predicted")
    if not isinstance(gold, list) and not isinstance(predicted, list):
        one, other = _label(record, "gold", gold), _label(record, "predicted", predicted)
        return one, int(one == other), 1
    if not isinstance(gold, list) or not isinstance(predicted, list):
        raise record.error("gold and predicted must both be lists, or both be single labels")
    if not gold or len(gold) != len(predicted):
        raise record.error(f"{len(gold)} gold labels and {len(predicted)} predicted ones")
    words = [_label(record, "gold", label) for label in gold]
    guesses = [_label(record, "predicted", label) for label in predicted]
    return repr(words), sum(a == b for a, b in zip(words, guesses, strict=True)), len(words)


def _label(record: Record, column: str, value: Any) -> str:
    """Text and whole numbers alike, as one file may hold 1 and another "1"."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise record.error(f"{column} must be text or a whole number, got {value!r}")
    return str(value).strip()
