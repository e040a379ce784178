"""TyDi QA, gold passages: find the answer in a paragraph. Nine languages, none translated.

Layouts: the official files of all languages together, ``tydiqa-goldp-v1.1-train.json`` and
``-dev.json``, where a question's id begins with its language (``english-...``); XTREME's folders
of one file a language, ``tydiqa-goldp-v1.1-train/tydiqa.goldp.en.train.json``; the hub's
``secondary_task/train-00000-of-00001.parquet`` and ``validation-...``.

XTREME scores on dev and took its answers out. Where a language's dev file has none, a fifth of
its training questions is held out for scoring, whole paragraphs at a time: in Swahili 63
paragraphs are in train and in dev.

References
----------
Clark et al. (2020). TyDi QA: A Benchmark for Information-Seeking Question Answering in
Typologically Diverse Languages. TACL 8.
"""

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mslt_core.data import files, tables
from mslt_core.data.tasks.layouts import Found, Split, find_joint_files
from mslt_core.data.tasks.questions import question_item
from mslt_core.data.tasks.splits import LeftOut, SplitTask, file_by_file
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.sentences import QuestionItem

LANG_OF: Mapping[str, str] = MappingProxyType(
    {
        "arabic": "ar",
        "bengali": "bn",
        "english": "en",
        "finnish": "fi",
        "indonesian": "id",
        "korean": "ko",
        "russian": "ru",
        "swahili": "sw",
        "telugu": "te",
    }
)
"""From the beginning of a question's id to its language."""

HELD_OUT = 5
"""One paragraph in so many is held out, where nothing else can be scored."""

LAYOUT = "tydiqa-goldp-v1.1-train/tydiqa.goldp.<lang>.train.json, or secondary_task/*.parquet"

Questions = Mapping[str, Sequence[QuestionItem | LeftOut]]
"""The questions of a file, by language; "" is that of the file's name."""


def open_tydiqa(folder: Path) -> SplitTask:
    """TyDi QA in a local folder. Of files of all languages the ids are looked at."""
    found = _find(folder)
    dev, unlabelled = _split_by_answers(found["dev"])
    # a language without any dev file asks for no scores, and all of it can be trained on
    held_out = {lang: found["train"][lang] for lang in unlabelled if lang in found["train"]}
    return SplitTask(
        "tydiqa",
        "questions",
        (),
        folder=folder,
        found={"train": found["train"], "dev": {**dev, **held_out}},
        # a file of all languages is asked for once by each
        read=file_by_file(
            functools.partial(_read, functools.lru_cache(maxsize=2)(read_questions), held_out)
        ),
        layout=LAYOUT,
        unlabelled={"dev": {k: v for k, v in unlabelled.items() if k not in held_out}},
    )


def read_questions(path: Path) -> Questions:
    """The questions of a SQuAD-like JSON file or one of the hub's Parquet files.

    Raises
    ------
    DataError
        If the file is damaged, a field missing, or an answer not in its paragraph.
    """
    rows: dict[str, list[QuestionItem | LeftOut]] = {}
    named: Iterable[tuple[int, str, Mapping[str, Any]]]
    if path.suffix == ".parquet":
        named = ((r.line, r.text("id"), r.fields) for r in tables.read_records(path))
    else:
        named = ((i, q["id"], q) for i, q in enumerate(_squad(path), start=1))
    for place, name, fields in named:
        lang = LANG_OF.get(name.partition("-")[0], "")
        # XTREME's ids are no names: there are 89 for 3,696 English questions
        row_id = f"{path.name}:{place}"
        item = question_item(f"{path}, question {place}", row_id, fields)
        rows.setdefault(lang, []).append(item or LeftOut(row_id, "without an answer"))
    return MappingProxyType(rows)


def _read(
    questions: Callable[[Path], Questions],
    held_out: Mapping[str, tuple[Path, ...]],
    path: Path,
    lang: str,
    split: Split,
) -> Sequence[QuestionItem | LeftOut]:
    by_lang = questions(path)
    rows = [*by_lang.get(lang, ()), *by_lang.get("", ())]
    if lang not in held_out:
        return rows
    return [
        row
        for row in rows
        if isinstance(row, QuestionItem) and _is_held_out(row.context) == (split == "dev")
    ]


def _is_held_out(context: str) -> bool:
    """The same paragraphs on every machine, whatever else is in the file."""
    return hashlib.blake2b(context.encode(), digest_size=8).digest()[0] % HELD_OUT == 0


def _squad(path: Path) -> list[dict[str, Any]]:
    """Every question of a SQuAD-like file, with its paragraph as ``context``."""
    given = tables.parse_json(files.read_text(path), str(path))
    try:
        return [
            {**question, "id": str(question["id"]), "context": paragraph["context"]}
            for article in given["data"]
            for paragraph in article["paragraphs"]
            for question in paragraph["qas"]
        ]
    except (KeyError, TypeError) as e:
        raise DataError(
            f"{path} is not as SQuAD's files: data, paragraphs, context, qas and id ({e})"
        ) from None


def _find(folder: Path) -> Found:
    """The files of every split and language: of all languages together first, they have ids."""
    hub = folder / "secondary_task"
    joint = find_joint_files(hub if hub.is_dir() else folder, suffixes=(".parquet",))
    # XTREME's names: tydiqa.goldp.en.train.json; the official ones: tydiqa-goldp-dev-english.json
    name = re.compile(r"tydiqa[.-]goldp[.-](\w+)[.-](\w+)")
    found: dict[Split, Mapping[str, tuple[Path, ...]]] = {}
    for split in ("train", "dev"):
        paths = joint.get(split) or tuple(folder.glob(f"tydiqa-goldp-v1.1-{split}.json"))
        by_lang = {lang: paths for path in paths for lang in _langs_in(path)}
        for path in sorted(folder.glob(f"tydiqa-goldp-v1.1-{split}/*.json")) if not paths else ():
            words = match.groups() if (match := name.fullmatch(path.stem)) else ()
            codes = {LANG_OF.get(w) or by_any_code(w) for w in words if w != split} - {None}
            by_lang |= {code: (path,) for code in codes if code}
        found[split] = dict(sorted(by_lang.items()))
    return found


def _langs_in(path: Path) -> set[str]:
    """The languages of a file, from its questions' ids alone."""
    if path.suffix == ".parquet":
        heads = {str(r.value("id")).partition("-")[0] for r in tables.read_records(path, ["id"])}
    else:
        found = re.findall(rb'"id":\s*"([a-z]+)-', path.read_bytes())
        heads = {head.decode() for head in found}
    return {LANG_OF[head] for head in heads if head in LANG_OF}


def _split_by_answers(
    by_lang: Mapping[str, tuple[Path, ...]],
) -> tuple[dict[str, tuple[Path, ...]], dict[str, tuple[Path, ...]]]:
    """The languages with answers, and those without, as in XTREME's dev files."""
    # a file of all languages is asked for by each of them
    unique = {path for paths in by_lang.values() for path in paths}
    answers = {path: _has_answers(path) for path in unique}
    answered = {lang: p for lang, p in by_lang.items() if any(answers[path] for path in p)}
    return answered, {lang: p for lang, p in by_lang.items() if lang not in answered}


def _has_answers(path: Path) -> bool:
    if path.suffix == ".parquet":
        return True
    return re.search(rb'"text":\s*"[^"]', path.read_bytes()) is not None
