"""UD-POS: the part of speech of every word, in treebanks of Universal Dependencies.

The folder holds treebanks as they are published, ``UD_English-EWT/en_ewt-ud-train.conllu`` and so
on, or the ``.conllu`` files alone; several treebanks of a language are read one after the other.
The words are the syntactic words: French ``du`` is ``de`` and ``le``. The parallel treebanks (PUD)
are for testing alone, and their ``sent_id`` is the sentence's meaning.

Some treebanks are published without their words, ``_`` for each, for want of a licence: such
sentences are left out until the words are put back.

There is no tag for "nothing": a word of which the tokenizer leaves no piece is wrong.

References
----------
de Marneffe et al. (2021). Universal Dependencies. Computational Linguistics 47(2).
https://universaldependencies.org/format.html
"""

import re
from collections.abc import Sequence
from pathlib import Path

from mslt_core.data import files
from mslt_core.data.tasks.counting import count_sentences
from mslt_core.data.tasks.layouts import Found, Split
from mslt_core.data.tasks.splits import LeftOut, SplitTask, file_by_file
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.sentences import TaggedSentence

LABELS = (
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM"),
    *("PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"),
)
"""In the order of the alphabet, as in https://universaldependencies.org/u/pos/all.html."""

N_COLUMNS = 10
NO_WORD = "_"
LAYOUT = "UD_English-EWT/en_ewt-ud-train.conllu and so on, or such files alone"

_LABEL_IDS = {name: i for i, name in enumerate(LABELS)}
# large treebanks come in parts: de_hdt-ud-train-a-1.conllu
_NAME = re.compile(r"(?P<code>[a-z]+)_(?P<which>\w+)-ud-(?P<split>train|dev|test)(-[\w-]+)?")


def open_udpos(folder: Path) -> SplitTask:
    """The treebanks in a local folder. Nothing is read before it is asked for."""
    return SplitTask(
        "udpos",
        "tagging",
        LABELS,
        folder=folder,
        found=find_treebanks(folder, ".conllu", below="UD_*"),
        read=file_by_file(_read),
        layout=LAYOUT,
        parallel=True,
        count=count_sentences,
    )


def read_treebank(path: Path) -> list[TaggedSentence]:
    """The words of every sentence of a CoNLL-U file with their universal tags.

    Returns
    -------
    list of TaggedSentence
        In file order; a row is named by the file and its first line.

    Raises
    ------
    DataError
        With file and line: a word line with other than 10 columns, an id that is no number, an
        empty form or an unknown tag; a sentence without words; an end without the blank line that
        closes every sentence; what `files.read_lines` refuses.
    """
    return [
        _sentence(path, number, lines) for number, lines in files.read_blocks(path, closed=True)
    ]


def _read(path: Path, lang: str, split: Split) -> Sequence[TaggedSentence | LeftOut]:  # noqa: ARG001
    return [
        LeftOut(row.row_id, "without its words")
        if 2 * row.tokens.count(NO_WORD) > len(row.tokens)
        else row
        for row in read_treebank(path)
    ]


def _sentence(path: Path, first_line: int, lines: list[str]) -> TaggedSentence:
    tokens, labels, sent_id = [], [], ""
    for number, line in enumerate(lines, start=first_line):
        if line.startswith("#"):
            key, _, value = line[1:].partition("=")
            sent_id = value.strip() if key.strip() == "sent_id" else sent_id
            continue
        columns = line.split("\t")
        if len(columns) != N_COLUMNS:
            raise DataError(
                f"{path}, line {number}: a word line has {N_COLUMNS} columns, got {len(columns)} "
                f"in {line[:40]!r}"
            )
        place, form, _, tag = columns[:4]
        if re.fullmatch(r"\d+[-.]\d+", place):
            continue  # a written word of several syntactic ones, or one that is not written
        if not place.isdecimal() or not form.strip() or tag not in _LABEL_IDS:
            raise DataError(
                f"{path}, line {number}: a word needs a number, a form and one of "
                f"{', '.join(LABELS)}, got {place!r}, {form!r} and {tag!r}"
            )
        tokens.append(form)
        labels.append(_LABEL_IDS[tag])
    if not tokens:
        raise DataError(f"{path}, line {first_line}: a sentence without words")
    return TaggedSentence(
        row_id=f"{path.name}:{first_line}",
        tokens=tuple(tokens),
        labels=tuple(labels),
        meaning=f"pud:{sent_id}" if "_pud-" in path.name and sent_id else "",
    )


def find_treebanks(folder: Path, suffix: str, *, below: str) -> Found:
    """The files of every split and language, all treebanks of a language together.

    They lie in the folder or in those in it that `below` matches, named as treebanks' files are.

    Raises
    ------
    DataError
        If there is no such folder, or a file lies there twice.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
    found: dict[Split, dict[str, list[Path]]] = {"train": {}, "dev": {}, "test": {}}
    seen: dict[str, Path] = {}
    for path in sorted([*folder.glob(f"*{suffix}"), *folder.glob(f"{below}/*{suffix}")]):
        name = _NAME.fullmatch(path.stem)
        lang = name and by_any_code(_code(name["code"], name["which"]))
        if not name or not lang:
            continue
        if path.name in seen:
            raise DataError(
                f"{path.name} is there twice: {seen[path.name]} and {path}",
                hint="Leave one of them in the folder.",
            )
        seen[path.name] = path
        found[name["split"]].setdefault(lang, []).append(path)  # type: ignore[index]  # one of them
    return {
        split: {lang: tuple(paths) for lang, paths in sorted(by_lang.items())}
        for split, by_lang in found.items()
    }


def _code(code: str, treebank: str) -> str:
    """Norwegian's two written languages share a code in the names of files."""
    return "nn" if code == "no" and treebank.startswith("nynorsk") else code
