"""WikiANN (PAN-X): named entities in Wikipedia, from a local folder.

The folder holds ``train-<lang>.tsv``, ``dev-<lang>.tsv`` and ``test-<lang>.tsv``, one
``token<TAB>tag`` a line and a blank line after each sentence; ``<lang>`` is WikiANN's own code.
The original files write ``en:Berlin`` for ``Berlin``; that prefix is taken off. XTREME's test
files carry no tags: such a language is scored on dev. The hub's Parquet files
(``<lang>/train-00000-of-00001.parquet``) are read too.

WikiANN repeats itself: of English's 10,000 dev sentences 257 are also in train. They are out
whatever is trained on.
"""

from collections.abc import Sequence
from pathlib import Path

from mslt_core.data import files, tables
from mslt_core.data.tasks.counting import count_sentences
from mslt_core.data.tasks.layouts import Split, find_files
from mslt_core.data.tasks.splits import LeftOut, SplitTask, file_by_file
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.sentences import TaggedSentence

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")

_LABEL_IDS = {name: i for i, name in enumerate(LABELS)}
_LANG_OF = {lang.wikiann or lang.code: lang.code for lang in LANGUAGES.values()}


class WikiAnn(SplitTask):
    """Named entity recognition on the files of one folder; read when asked for, then kept."""

    def __init__(self, folder: Path) -> None:
        found = find_files(folder, suffixes=(".tsv", ".parquet"), code_of=_LANG_OF.get)
        labelled = {
            lang: paths for lang, paths in found["test"].items() if all(map(_carries_tags, paths))
        }
        super().__init__(
            "wikiann",
            "tagging",
            LABELS,
            folder=folder,
            found={**found, "test": labelled},
            unlabelled={"test": {k: v for k, v in found["test"].items() if k not in labelled}},
            read=file_by_file(_read),
            count=count_sentences,
            layout="train-<lang>.tsv and dev-<lang>.tsv, for instance",
        )


def _read(path: Path, lang: str, split: Split) -> Sequence[TaggedSentence | LeftOut]:  # noqa: ARG001
    return read_table(path) if path.suffix == ".parquet" else read_sentences(path)


def read_table(path: Path) -> list[TaggedSentence | LeftOut]:
    """The sentences of one of the hub's Parquet files: columns ``tokens`` and ``ner_tags``.

    Raises
    ------
    DataError
        With file and row, if a column is missing, a tag unknown, or words and tags differ in
        number.
    """
    sentences: list[TaggedSentence | LeftOut] = []
    for record in tables.read_records(path):
        tokens, tags = record.value("tokens"), record.value("ner_tags")
        if not tokens and not tags:
            sentences.append(LeftOut(record.row_id, "without words"))
            continue
        lists = isinstance(tokens, list) and isinstance(tags, list)
        if not lists or len(tokens) != len(tags) or not all(isinstance(t, str) for t in tokens):
            raise record.error(f"as many tags as tokens are needed, got {tokens!r} and {tags!r}")
        labels = tuple(_tag_id(record, tag) for tag in tags)
        sentences.append(TaggedSentence(row_id=record.row_id, tokens=tuple(tokens), labels=labels))
    return sentences


def _tag_id(record: tables.Record, tag: object) -> int:
    """The hub's files hold the place of a tag, others its name."""
    if isinstance(tag, str) and tag in _LABEL_IDS:
        return _LABEL_IDS[tag]
    if type(tag) is int and 0 <= tag < len(LABELS):
        return tag
    raise record.error(
        f"unknown tag {tag!r}; known are 0 to {len(LABELS) - 1} or {', '.join(LABELS)}"
    )


def read_sentences(path: Path) -> tuple[TaggedSentence, ...]:
    """The sentences of one WikiANN file: all of them, or an error.

    Parameters
    ----------
    path : Path
        A language's code and a colon before every token, as in ``en:Berlin``, are taken off.

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
    blocks = files.read_blocks(path)
    prefix = _prefix([line for _, lines in blocks for line in lines])
    sentences = []
    for first_line, lines in blocks:
        tokens, labels = [], []
        for number, written in enumerate(lines, start=first_line):
            line = written.removeprefix(prefix)
            try:
                token, tag = line.split("\t")
                labels.append(_LABEL_IDS[tag])
            except (ValueError, KeyError):
                raise _bad_line(path, number, line) from None
            if not token:
                raise _bad_line(path, number, line)
            tokens.append(token)
        row_id = f"{path.name}:{first_line}"
        sentences.append(TaggedSentence(row_id=row_id, tokens=tuple(tokens), labels=tuple(labels)))
    return tuple(sentences)


def _prefix(lines: Sequence[str]) -> str:
    """The language that all tokens begin with, however the file is named; empty without one."""
    code, colon, _ = lines[0].partition(":")
    prefix = code + colon if code in _LANG_OF else ""
    return prefix if all(line.startswith(prefix) for line in lines) else ""


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


def _carries_tags(path: Path) -> bool:
    """Whether any line has a tag: a file that lost some of them is damaged, not untagged."""
    if path.suffix == ".parquet":
        return True
    try:
        with path.open("rb") as file:
            return any(b"\t" in line for line in file)
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror or e}") from e
