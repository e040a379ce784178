"""WikiANN (PAN-X): named entities in Wikipedia, from a local folder.

The folder holds ``train-<lang>.tsv``, ``dev-<lang>.tsv`` and ``test-<lang>.tsv``, one
``token<TAB>tag`` a line and a blank line after each sentence; ``<lang>`` is WikiANN's own code.
The original files write ``en:Berlin`` for ``Berlin``; that prefix is taken off. XTREME's test
files carry no tags: such a language is scored on dev.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mslt_core.data import files
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import LANGUAGES, label
from mslt_core.spec.sentences import TaggedSentence

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")

_LABEL_IDS = {name: i for i, name in enumerate(LABELS)}
_LANG_OF = {lang.wikiann or lang.code: lang.code for lang in LANGUAGES.values()}


class WikiAnn:
    """Named entity recognition on the files of one folder; read when asked for, then kept."""

    name = "wikiann"
    labels: tuple[str, ...] = LABELS

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._train_files = _files_of(folder, "train")
        dev, test = _files_of(folder, "dev"), _files_of(folder, "test")
        labelled = {lang: path for lang, path in test.items() if _carries_tags(path)}
        self._eval_files = {**dev, **labelled}
        if not self._train_files and not self._eval_files:
            raise DataError(
                f"{folder} holds no labelled WikiANN file",
                hint="It should hold train-<lang>.tsv and dev-<lang>.tsv, for instance.",
            )
        self.train_langs = tuple(sorted(self._train_files))
        self.eval_langs = tuple(sorted(self._eval_files))
        self.evaluation_split: Mapping[str, str] = MappingProxyType(
            {lang: "test" if lang in labelled else "dev" for lang in self.eval_langs}
        )
        self._train = functools.cache(self._read_train)
        self._evaluation = functools.cache(self._read_evaluation)

    def train(self, lang: str) -> tuple[TaggedSentence, ...]:
        """All training sentences of a language, in file order; repeats are left in.

        Raises
        ------
        DataError
            If the folder has none, or the file is damaged.
        """
        return self._train(lang)

    def evaluation(self, lang: str, limit: int | None = None) -> tuple[TaggedSentence, ...]:
        """The first `limit` labelled sentences that are in no training file, without repeats.

        WikiANN repeats itself: of English's 10,000 dev sentences 257 are also in train. They
        are out whatever is trained on, so that all runs are scored on the same items.

        Raises
        ------
        DataError
            If the folder has none, or its file or a training file is damaged.
        """
        return self._evaluation(lang)[:limit]

    def fingerprint(self) -> str:
        """SHA-256 over the training files and the labelled evaluation files."""
        return files.fingerprint_all([*self._train_files.values(), *self._eval_files.values()])

    def _read_train(self, lang: str) -> tuple[TaggedSentence, ...]:
        if lang not in self._train_files:
            raise self._absent("training", lang, self.train_langs)
        return read_sentences(self._train_files[lang])

    def _read_evaluation(self, lang: str) -> tuple[TaggedSentence, ...]:
        if lang not in self._eval_files:
            raise self._absent("labelled evaluation", lang, self.eval_langs)
        kept: dict[tuple[str, ...], TaggedSentence] = {}
        for sentence in read_sentences(self._eval_files[lang]):
            if sentence.tokens not in self._trained_on:
                kept.setdefault(sentence.tokens, sentence)
        return tuple(kept.values())

    @functools.cached_property
    def _trained_on(self) -> frozenset[tuple[str, ...]]:
        return frozenset(s.tokens for lang in self.train_langs for s in self.train(lang))

    def _absent(self, what: str, lang: str, present: tuple[str, ...]) -> DataError:
        return DataError(
            f"wikiann has no {what} data for {label(lang)} in {self.folder}; "
            f"it has {', '.join(present) or 'none at all'}"
        )


def read_sentences(path: Path) -> tuple[TaggedSentence, ...]:
    """The sentences of one WikiANN file: all of them, or an error.

    Parameters
    ----------
    path : Path
        ``<split>-<lang>.tsv``; a ``<lang>:`` before every token is taken off.

    Returns
    -------
    tuple of TaggedSentence
        In file order; a row is named by the file and its first line, ``train-en.tsv:17``.

    Raises
    ------
    DataError
        Naming file and line, if a line is not ``token<TAB>tag`` or its tag is unknown; if the
        file has no sentence, or cannot be read (see `files.read_lines`).
    """
    lines = files.read_lines(path)
    prefix = path.stem.partition("-")[2] + ":"
    if all(line.startswith(prefix) for line in lines if line):
        lines = [line.removeprefix(prefix) for line in lines]
    sentences = []
    tokens: list[str] = []
    labels: list[int] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line:
            try:
                token, tag = line.split("\t")
                labels.append(_LABEL_IDS[tag])
            except (ValueError, KeyError):
                raise _bad_line(path, number, line) from None
            if not token:
                raise _bad_line(path, number, line)
            tokens.append(token)
        elif tokens:
            row_id = f"{path.name}:{number - len(tokens)}"
            sentences.append(
                TaggedSentence(row_id=row_id, tokens=tuple(tokens), labels=tuple(labels))
            )
            tokens, labels = [], []
    if not sentences:
        raise DataError(f"{path} has no sentence, only blank lines")
    return tuple(sentences)


def _bad_line(path: Path, number: int, line: str) -> DataError:
    """What is wrong with a line that is not token, tab, known tag."""
    columns = line.split("\t")
    if len(columns) != 2:
        reason = f"{len(columns)} columns where token<TAB>tag should be, got {line[:80]!r}"
    elif not columns[0]:
        reason = f"no token before the tag {columns[1]!r}"
    else:
        reason = f"unknown tag {columns[1]!r}; known are {', '.join(LABELS)}"
    return DataError(f"{path}, line {number}: {reason}")


def _files_of(folder: Path, split: str) -> dict[str, Path]:
    """Language to file, for the files of one split whose language is known."""
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
    found = {path.stem.partition("-")[2]: path for path in folder.glob(f"{split}-*.tsv")}
    return {_LANG_OF[code]: found[code] for code in sorted(found) if code in _LANG_OF}


def _carries_tags(path: Path) -> bool:
    """Whether any line has a tag: a file that lost some of them is damaged, not untagged."""
    try:
        with path.open("rb") as file:
            return any(b"\t" in line for line in file)
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror or e}") from e
