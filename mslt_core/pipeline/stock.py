"""What a task has to train on, without its texts: how much there is, and how it is drawn."""

import dataclasses
import functools
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.data import budget, tasks
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import label
from mslt_core.spec.sentences import Row, content
from mslt_core.spec.specs import TrainSpec

KEPT = 64
"""Languages whose stock stays in memory: 20,000 rows are 2 MB."""


@dataclasses.dataclass(frozen=True)
class Stock:
    """A language's training rows, as far as a draw looks at them."""

    contents: Sequence[Hashable] | npt.NDArray[np.int64]
    """Of every row: two rows with the same one are the same question."""
    meanings: Sequence[str]
    """Of every row; one that has none is a meaning of its own."""
    translated: bool
    """Whether some row names its meaning."""

    def __len__(self) -> int:
        return len(self.contents)


StockOf = Callable[[str], Stock]
"""From a language to its stock; DataError where the task has none."""


@dataclasses.dataclass(frozen=True)
class Picked:
    """Language to places of rows in its stock."""

    rows: Mapping[str, list[int]]
    held_out: Mapping[str, list[int]]


def stock(lang: str, rows: Sequence[Row]) -> Stock:
    """What these rows of a language are as a stock."""
    return _stock(lang, rows, _Contents(rows))


class _Contents(Sequence[Hashable]):
    """Of rows; few draws look at any."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: Any) -> Any:
        return content(self._rows[i])


def stocks(task: tasks.Task, folder: str | Path | None) -> StockOf:
    """What an opened task has; its rows are looked at once for all runs, and forgotten."""
    place = task.name, str(folder) if folder else None, task.fingerprint()

    def of(lang: str) -> Stock:
        shelf = _shelf(*place, lang)
        if not shelf:
            shelf.append(_hashed(lang, task.train(lang)))
        return shelf[0]

    return of


@functools.lru_cache(maxsize=KEPT)
def _shelf(name: str, folder: str | None, fingerprint: str, lang: str) -> list[Stock]:  # noqa: ARG001
    """Where a language's stock is kept; empty until someone fills it from an opened task, which is
    no part of the key, as it would stay in memory with its rows."""
    return []


def _hashed(lang: str, rows: Sequence[Row]) -> Stock:
    # 64 bits for a text: of a million rows two are taken for one once in 10^7 times
    hashes = (hash(content(row)) for row in rows)
    return _stock(lang, rows, np.fromiter(hashes, dtype=np.int64, count=len(rows)))


def _stock(
    lang: str, rows: Sequence[Row], contents: Sequence[Hashable] | npt.NDArray[np.int64]
) -> Stock:
    # translations share their meanings, so one string for all of them
    meanings = tuple(
        sys.intern(row.meaning) if row.meaning else f"{lang} {row.row_id}" for row in rows
    )
    return Stock(contents, meanings, any(row.meaning for row in rows))


def is_parallel(task: tasks.Task, stock_of: StockOf) -> bool:
    """Whether the task's training rows name their meanings, as far as its first language tells."""
    return bool(task.train_langs) and stock_of(task.train_langs[0]).translated


def shares(spec: TrainSpec, stock_of: StockOf) -> dict[str, int]:
    """Training examples of every language: the budget is their sum."""
    left = spec.budget - spec.shots * len(spec.shot_langs)
    if spec.alpha == 0:
        of_sources = budget.equal_budget(spec.source_langs, left)
    else:
        sizes = {lang: len(stock_of(lang)) for lang in spec.source_langs}
        of_sources = budget.tempered_budget(sizes, left, spec.alpha)
    return {**of_sources, **dict.fromkeys(spec.shot_langs, spec.shots)}


def pick(spec: TrainSpec, stock_of: StockOf) -> Picked:
    """The run's training examples, and the held-out rows where there are any.

    Raises
    ------
    DataError
        If a language has fewer rows than its share, or the rows are no translations of each other
        and their meanings are asked for.
    """
    wanted = shares(spec, stock_of)
    held = budget.equal_budget(spec.source_langs, spec.holdout) if spec.holdout else {}
    of_lang = {lang: stock_of(lang) for lang in wanted}
    if spec.rows == "independent":
        return _independent(of_lang, wanted, held, spec.seed)
    if not any(one.translated for one in of_lang.values()):
        raise DataError(
            f"the rows of {spec.task} are no translations of each other, so they cannot be "
            f"drawn {spec.rows}",
            hint="Draw them independently.",
        )
    return _by_meaning({lang: one.meanings for lang, one in of_lang.items()}, wanted, held, spec)


def may_lack_rows(spec: TrainSpec, stock_of: StockOf, langs: Iterable[str]) -> bool:
    """Whether some set of `langs` may lack rows although each of them alone has its share.

    It may where shares go by size; and where no meaning is drawn twice, while languages differ in
    the meanings that they have, or in how many rows of each, and all languages of a run may take
    most of them.
    """
    if spec.alpha:
        return True
    if spec.rows != "disjoint":
        return False
    first, *others = (stock_of(lang).meanings for lang in {*langs, *spec.shot_langs})
    # most data has them in one order, and 400,000 rows are compared sooner than counted
    if all(of_lang == first for of_lang in others):
        return False
    known = [frozenset(of_lang) for of_lang in (first, *others)]
    # a meaning of several rows reaches further in the one language than in the other
    alike = all(
        of_lang == known[0] and len(rows) == len(of_lang)
        for of_lang, rows in zip(known, (first, *others), strict=True)
    )
    return not alike and min(map(len, known)) < spec.budget + spec.holdout


def _independent(
    of_lang: Mapping[str, Stock], wanted: Mapping[str, int], held: Mapping[str, int], seed: int
) -> Picked:
    """A draw for each language; the held-out rows come after it, so it is the same without them."""
    drawn: dict[str, list[int]] = {}
    left: dict[str, list[int]] = {}
    for lang, share in wanted.items():
        n_rows = len(of_lang[lang])
        # more than there are is refused, and a whole draw begins with the smaller one
        order = budget.sample(n_rows, max(share, n_rows), lang=lang, seed=seed).tolist()
        drawn[lang], left[lang] = order[:share], order[share:]
    if not held:
        return Picked(drawn, {})
    trained = [(of_lang[lang], i) for lang, picked in drawn.items() for i in picked]
    contents = {one.contents[i] for one, i in trained}
    meanings = {one.meanings[i] for one, i in trained}
    held_out = {}
    for lang, n_held in held.items():
        mine = of_lang[lang]
        # data repeats itself, and translated data says the same in other words
        free = [
            i
            for i in left[lang]
            if mine.contents[i] not in contents and mine.meanings[i] not in meanings
        ]
        if len(free) < n_held:
            raise DataError(
                f"{label(lang)} has {len(free):,} training examples left to hold out, "
                f"{n_held:,} are wanted",
                hint="Lower the budget or hold out fewer rows.",
            )
        held_out[lang] = free[:n_held]
    return Picked(drawn, held_out)


def _by_meaning(
    meanings: Mapping[str, Sequence[str]],
    wanted: Mapping[str, int],
    held: Mapping[str, int],
    spec: TrainSpec,
) -> Picked:
    """Meanings are drawn; those held out in one language are trained on in none."""
    assert spec.rows != "independent"
    if not held:
        drawn = budget.sample_meanings(meanings, wanted, how=spec.rows, seed=spec.seed)
        return Picked({lang: picked.tolist() for lang, picked in drawn.items()}, {})
    kept = budget.sample_meanings(meanings, held, how=spec.rows, seed=spec.seed)
    held_out = {lang: picked.tolist() for lang, picked in kept.items()}
    out = {meanings[lang][i] for lang, picked in held_out.items() for i in picked}
    free = {
        lang: [i for i, meaning in enumerate(of_lang) if meaning not in out]
        for lang, of_lang in meanings.items()
    }
    left = {lang: [meanings[lang][i] for i in places] for lang, places in free.items()}
    try:
        drawn = budget.sample_meanings(left, wanted, how=spec.rows, seed=spec.seed)
    except DataError as e:
        why = "besides rows of the meanings that are held out"
        raise DataError(f"{e.message}, {why}", hint=e.hint) from None
    rows = {lang: [free[lang][i] for i in picked.tolist()] for lang, picked in drawn.items()}
    return Picked(rows, held_out)
