"""Tasks made of files: what may be trained on, what is scored, and that the two do not meet."""

import dataclasses
import functools
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.data import files
from mslt_core.data.tasks.layouts import SPLITS, Found, Split
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import label
from mslt_core.spec.sentences import Row, TaskKind, content, said


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A row of a file that is neither trained on nor scored, and why."""

    row_id: str
    reason: str
    """A phrase, the same for all rows of its kind: rows are counted by it."""


TRANSLATED = "in training data in another language"
"""Why a row is left out whose meaning is trained on."""
IDS_RESTART = (
    "Where ids restart in each split, equal ones are no translations: make them differ "
    "(train-1, test-1), or name no column for `meaning`."
)
"""What to do where that is no reason, in data of one's own."""

ReadRows = Callable[[tuple[Path, ...], str, Split], Sequence[Row | LeftOut]]
"""From the files of a language's split, the language and the split to the rows, in order."""


def file_by_file(read: Callable[[Path, str, Split], Sequence[Row | LeftOut]]) -> ReadRows:
    """Reads files whose rows need nothing of another file."""
    return lambda paths, lang, split: [row for path in paths for row in read(path, lang, split)]


CountRows = Callable[[Path], int]
"""How many rows a file has, at a glance."""

Use = Literal["training", "scoring", "no labels", "nothing"]
"""What a language's files of one split are good for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Part:
    """One language's files in one split."""

    split: Split
    files: tuple[Path, ...]


@dataclasses.dataclass(frozen=True)
class _Trained:
    """All training rows of all languages, eight bytes each and sorted: they may be millions."""

    contents: npt.NDArray[np.uint64]
    meanings: npt.NDArray[np.uint64]


class SplitTask:
    """A task in a folder. Rows are read a language at a time when asked for, then kept.

    A language without labelled test files is scored on dev. What `stand_in` names is trained on
    where there is no training file: ``"test"`` if the whole folder has none, and then dev is
    scored (the translated training sets of XNLI and PAWS-X are large, and not everybody has
    them); ``"dev"`` for every language that has none but a test file (XCOPA). `parallel` tells
    that rows have a meaning, `paired` that they are of two texts.
    """

    def __init__(
        self,
        name: str,
        kind: TaskKind,
        labels: tuple[str, ...],
        *,
        folder: Path,
        found: Found,
        read: ReadRows,
        layout: str,
        parallel: bool = False,
        paired: bool = False,
        unlabelled: Found = MappingProxyType({}),
        also_reads: Sequence[Path] = (),
        read_as: str = "",
        stand_in: Literal["test", "dev"] | None = None,
        count: CountRows | None = None,
    ) -> None:
        self.name, self.kind, self.labels, self.folder = name, kind, labels, folder
        self._read, self._count = read, count
        self.paired = paired
        self._parallel, self._also_reads, self._read_as = parallel, tuple(also_reads), read_as
        self._found, self._unlabelled = found, unlabelled
        self._train_parts, self._eval_parts = _parts(found, stand_in)
        if not self._train_parts and not self._eval_parts:
            raise DataError(f"{folder} holds no file of {name}", hint=f"It should hold {layout}.")
        self.train_langs = tuple(sorted(self._train_parts))
        self.eval_langs = tuple(sorted(self._eval_parts))
        self.evaluation_split: Mapping[str, str] = MappingProxyType(
            {lang: self._eval_parts[lang].split for lang in self.eval_langs}
        )
        # training sets can be large, and a run asks for its own sources alone
        self._train = functools.lru_cache(maxsize=8)(self._read_train)
        self._evaluation = functools.cache(self._read_evaluation)
        # of parallel data all languages are looked at before one is scored
        self._eval_rows = functools.cache(lambda lang: self._rows(self._eval_parts[lang], lang))

    def train(self, lang: str) -> Sequence[Row]:
        """All training rows of a language, in file order; repeats are left in.

        Raises
        ------
        DataError
            If the folder has none, or a file is damaged.
        """
        return self._train(lang)

    def evaluation(self, lang: str, limit: int | None = None) -> Sequence[Row]:
        """`limit` labelled rows that are in no training file, without repeats, in file order.

        A row that is in the training file of any language is out, whatever is trained on, so that
        all runs are scored on the same items; in parallel data it is out in every language. The
        rows are a sample that depends on their meanings (or else their contents) alone, so it is
        the same items in languages that lack none: files are often sorted, XNLI's by genre.

        Raises
        ------
        DataError
            If the folder has none, none is left, or its file or a training file is damaged.
        """
        return sample_rows(self._evaluation(lang)[0], limit)

    def trained_on(self, rows: Sequence[Row]) -> list[bool]:
        """Whether each row, of whatever task, is in a training file of any language."""
        return self._known(rows)

    def left_out(self, lang: str) -> Mapping[str, int]:
        """Why rows of a language's evaluation files are not scored, and how many each time."""
        return self._evaluation(lang)[1]

    def fingerprint(self) -> str:
        """SHA-256 over the names and contents of all files that are read, and how they are."""
        parts = [*self._train_parts.values(), *self._eval_parts.values()]
        paths = {path for part in parts for path in part.files} | set(self._also_reads)
        return files.fingerprint_all(paths, below=self.folder, read_as=self._read_as)

    def files(self) -> list[tuple[str, Split, tuple[Path, ...], Use]]:
        """Language, split, files and their use, for everything that the folder holds."""
        listing: list[tuple[str, Split, tuple[Path, ...], Use]] = []
        for split in SPLITS:
            for lang, paths in self._found.get(split, {}).items():
                use: Use = "nothing"
                if self._train_parts.get(lang) == _Part(split=split, files=paths):
                    use = "training"
                elif self._eval_parts.get(lang) == _Part(split=split, files=paths):
                    use = "scoring"
                listing.append((lang, split, paths, use))
            for lang, paths in self._unlabelled.get(split, {}).items():
                listing.append((lang, split, paths, "no labels"))
        return listing

    def n_rows(self, lang: str, split: Split, paths: Sequence[Path]) -> int:
        """Rows of some of `files`, counted where that is possible and read where it is not."""
        if self._count is not None:
            return sum(map(self._count, paths))
        return len(self._read(tuple(paths), lang, split))

    def read_rows(self, lang: str, split: Split, paths: Sequence[Path]) -> int:
        """Rows of some of `files` that can be used: all are read, so that damage is found."""
        return len(self._rows(_Part(split=split, files=tuple(paths)), lang)[0])

    def _read_train(self, lang: str) -> tuple[Row, ...]:
        if lang not in self._train_parts:
            raise self._absent("training", lang, self.train_langs)
        return self._rows(self._train_parts[lang], lang)[0]

    def _read_evaluation(self, lang: str) -> tuple[tuple[Row, ...], Mapping[str, int]]:
        """The rows to score, and how many are not, by reason."""
        if lang not in self._eval_parts:
            raise self._absent("labelled evaluation", lang, self.eval_langs)
        kept: dict[tuple[str, ...], Row] = {}
        rows, without = self._eval_rows(lang)
        out = Counter(row.reason for row in without)
        for row, known in zip(rows, self._known(rows), strict=True):
            if known:
                out["in training data"] += 1
            elif row.meaning in self._leaked:
                out[TRANSLATED] += 1
            elif kept.setdefault(content(row), row) is not row:
                out["repeated"] += 1
        if not kept:
            reasons = ", ".join(f"{n} {reason}" for reason, n in out.items())
            hint = "What is in the training file of any language is not scored."
            if self.name == "own" and out[TRANSLATED]:
                hint = f"{hint} {IDS_RESTART}"
            raise DataError(
                f"{self.name} has nothing left to score in {label(lang)}: {reasons}", hint=hint
            )
        return tuple(kept.values()), MappingProxyType(dict(out))

    def _known(self, rows: Sequence[Row]) -> list[bool]:
        """Whether each row is in a training file."""
        return _among(_names(rows), self._trained.contents)

    @functools.cached_property
    def _trained(self) -> _Trained:
        contents, meanings = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
        for lang, part in self._train_parts.items():
            rows, _ = self._rows(part, lang)
            contents.append(_names(rows))
            meanings.append(digests(row.meaning for row in rows if row.meaning))
        return _Trained(np.sort(np.concatenate(contents)), np.sort(np.concatenate(meanings)))

    @functools.cached_property
    def _leaked(self) -> frozenset[str]:
        """Meanings that are trained on in some language, and so must not be scored in another."""
        meant: dict[str, bool] = {}
        for lang in self.eval_langs if self._parallel else ():
            rows, _ = self._eval_rows(lang)
            for row, known in zip(rows, self._known(rows), strict=True):
                if row.meaning:
                    meant[row.meaning] = meant.get(row.meaning, False) or known
        trained = _among(digests(meant), self._trained.meanings)
        return frozenset(m for m, here in zip(meant, trained, strict=True) if here or meant[m])

    def _rows(self, part: _Part, lang: str) -> tuple[tuple[Row, ...], tuple[LeftOut, ...]]:
        """A language's rows in some files, and those that these files do not offer."""
        read = self._read(part.files, lang, part.split)
        rows = tuple(row for row in read if not isinstance(row, LeftOut))
        return rows, tuple(row for row in read if isinstance(row, LeftOut))

    def _absent(self, what: str, lang: str, present: tuple[str, ...]) -> DataError:
        return DataError(
            f"{self.name} has no {what} data for {label(lang)} in {self.folder}; "
            f"it has {', '.join(present) or 'none at all'}"
        )


def _parts(found: Found, stand_in: str | None) -> tuple[dict[str, _Part], dict[str, _Part]]:
    """Training and evaluation files of every language."""
    train, dev, test = (
        {lang: _Part(split=split, files=paths) for lang, paths in found.get(split, {}).items()}
        for split in SPLITS
    )
    if stand_in == "test" and dev and not train:
        return test, dev
    if stand_in == "dev":
        train = {lang: part for lang, part in dev.items() if lang in test} | train
    return train, {**dev, **test}


def sample_rows(rows: Sequence[Row], limit: int | None) -> Sequence[Row]:
    """`limit` of the rows, all if None: those whose meanings have the first digests, in file order.

    Parameters
    ----------
    rows : sequence of Row
        Of one language, without repeats.
    limit : int or None
        At most so many are taken. Rows without a meaning go by their content.

    Returns
    -------
    sequence of Row
        Where rows have meanings, the same items in every language that has all of them.
    """
    if limit is None or limit >= len(rows):
        return rows
    keys = digests(map(said, rows))
    return tuple(rows[i] for i in sorted(np.argsort(keys, kind="stable")[:limit].tolist()))


def _names(rows: Sequence[Row]) -> npt.NDArray[np.uint64]:
    return digests("\x1f".join(content(row)) for row in rows)


def digests(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Eight bytes that name each text: among a million, two share one once in 10^7 times."""
    found = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(found), dtype=np.uint64)


def _among(wanted: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]) -> list[bool]:
    """Whether each digest is one of `known`, which is sorted."""
    # NumPy's isin and unique would sort or hash the millions for every few thousand
    places = np.searchsorted(known, wanted)
    return [p < len(known) and bool(known[p] == w) for p, w in zip(places, wanted, strict=True)]
