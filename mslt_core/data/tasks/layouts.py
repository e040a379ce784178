"""Which files of a folder hold which split of which language."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.naming import first_few

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

Found = Mapping[Split, Mapping[str, tuple[Path, ...]]]
"""Split to language to the files that hold it, in the order of their names."""

SPLIT_OF: Mapping[str, Split] = MappingProxyType(
    {
        "train": "train",
        "dev": "dev",
        "val": "dev",
        "valid": "dev",
        "validation": "dev",
        "test": "test",
    }
)
"""What other people call a split."""

SUFFIXES = (".tsv", ".csv", ".jsonl", ".parquet")

# of the hub's files; older ones carry a hash besides
_SHARD = r"-(?P<shard>\d{5})-of-(?P<shards>\d{5})(?:-[0-9a-f]{16})?"
_CODE = r"(?P<code>[A-Za-z][\w-]*?)"


def find_files(
    folder: Path,
    *,
    below: Iterable[str] = ("",),
    suffixes: Iterable[str] = SUFFIXES,
    code_of: Callable[[str], str | None] = by_any_code,
    split_of: Mapping[str, Split] = SPLIT_OF,
) -> Found:
    """The files of every split and language, in any of the usual layouts.

    Parameters
    ----------
    folder : Path
        Holds ``<split>-<lang>.<suffix>`` or ``<split>.<lang>.<suffix>`` (XTREME, XCOPA), or a
        folder a language with ``<split>.<suffix>`` or ``<split>-00000-of-00002.parquet`` (SIB-200,
        the hub) or ``<split>/0000.parquet`` (the hub's conversion), or with any of the former.
    below : iterable of str
        Folders below `folder` in which to look, the first one that holds anything is taken.
    suffixes : iterable of str
        Endings of files that can be read.
    code_of : callable
        From the resource's own code of a language to ours; None for what is none.
    split_of : mapping
        What the files call the splits.

    Returns
    -------
    Found
        Nothing, for a split that is not there. Files of languages that we do not know are left
        out.

    Raises
    ------
    DataError
        If there is no such folder, or two layouts claim the same split of a language.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
    for place in below:
        names = _Names(split_of, code_of)
        found = _in(folder / place, frozenset(suffixes), names)
        if any(found.values()):
            return found
    return {"train": {}, "dev": {}, "test": {}}


def find_joint_files(
    folder: Path,
    *,
    suffixes: Iterable[str] = SUFFIXES,
    split_of: Mapping[str, Split] = SPLIT_OF,
) -> Mapping[Split, tuple[Path, ...]]:
    """The files of every split that hold all languages together: ``train.jsonl``, ``test.tsv``.

    Raises
    ------
    DataError
        If there is no such folder, or two layouts claim the same split.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
    names = _Names(split_of, lambda _: None)
    found: dict[Split, list[Path]] = {}
    for file, split in _of_one_language(folder, frozenset(suffixes), names):
        found.setdefault(split, []).append(file)
    for split, files in found.items():
        _require_one_layout(split, "all languages", files)
    return {split: tuple(files) for split, files in found.items()}


class _Names:
    """What the names of files and folders say."""

    def __init__(self, split_of: Mapping[str, Split], code_of: Callable[[str], str | None]) -> None:
        self.split_of, self.code_of = split_of, code_of
        names = "|".join(re.escape(name) for name in sorted(split_of, key=len, reverse=True))
        split = f"(?P<split>{names})"
        self._alone = re.compile(f"{split}({_SHARD})?")
        self._with_code = (
            re.compile(f"{split}[-_.]{_CODE}({_SHARD})?"),
            re.compile(f"{_CODE}[-_.]{split}({_SHARD})?"),
        )

    def split(self, stem: str) -> Split | None:
        """The split of ``train`` or ``train-00000-of-00002``."""
        match = self._alone.fullmatch(stem)
        return self.split_of[match["split"]] if match else None

    def split_and_lang(self, stem: str) -> tuple[Split, str] | None:
        """Split and language of ``train-en`` or ``en.train``."""
        for pattern in self._with_code:
            match = pattern.fullmatch(stem)
            code = match and self.code_of(match["code"])
            if match and code:
                return self.split_of[match["split"]], code
        return None


def _in(place: Path, suffixes: frozenset[str], names: _Names) -> Found:
    """What lies in one folder and in the folders of languages right below it."""
    found: dict[Split, dict[str, list[Path]]] = {"train": {}, "dev": {}, "test": {}}
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        lang = names.code_of(path.name) if path.is_dir() else None
        if lang:
            for file, split in _of_one_language(path, suffixes, names, lang):
                found[split].setdefault(lang, []).append(file)
        elif path.suffix in suffixes and (named := names.split_and_lang(path.stem)):
            found[named[0]].setdefault(named[1], []).append(path)
    for split, by_lang in found.items():
        for lang, files in by_lang.items():
            _require_one_layout(split, lang, files)
    return {
        split: {lang: tuple(files) for lang, files in sorted(by_lang.items())}
        for split, by_lang in found.items()
    }


def _of_one_language(
    place: Path, suffixes: frozenset[str], names: _Names, lang: str | None = None
) -> Iterator[tuple[Path, Split]]:
    """Every file of a folder whose name is a split's, and the parts in a split's own folder."""
    for path in sorted(place.iterdir()):
        split = names.split(path.name if path.is_dir() else path.stem)
        if path.is_dir():
            parts = sorted(path.iterdir()) if split else []
            yield from ((p, split) for p in parts if split and p.suffix in suffixes)
        elif path.suffix in suffixes:
            named = names.split_and_lang(path.stem) if lang else None
            if split or (named and named[1] == lang):
                yield path, split or named[0]  # type: ignore[index]  # one of the two is there


def _require_one_layout(split: str, lang: str, files: list[Path]) -> None:
    """Several files are the parts of one; anything else is read twice or in part."""
    places = [re.search(f"{_SHARD}$", file.stem) for file in files]
    shards = [(int(place["shard"]), int(place["shards"])) for place in places if place]
    parts = all(file.stem.isdigit() and file.parent == files[0].parent for file in files)
    of_one = len(set(shards)) == len(files) and len({n for _, n in shards}) == 1
    if len(files) > 1 and not of_one and not parts:
        raise DataError(
            f"{split} of {lang} is there {len(files)} times: {', '.join(f.name for f in files)}",
            hint="Leave one of them in the folder.",
        )
    if of_one:
        _require_all(split, lang, {place for place, _ in shards}, shards[0][1])


def _require_all(split: str, lang: str, found: set[int], n: int) -> None:
    """Refuse data of which a shard is missing: a part of it would look like all."""
    if missing := sorted(set(range(n)) - found):
        raise DataError(
            f"{split} of {lang} has {len(found)} of its {n} Parquet files; missing: "
            f"{first_few([f'{place:05d}-of-{n:05d}' for place in missing], 3)}",
            hint="Copy the missing files into the folder.",
        )
