"""``task.yaml``: what a folder of the user's own data holds, in the user's own words.

    kind: classification
    labels: [negative, positive]
    columns: {text: review, label: stars}

`columns` leads from our name of a field to the file's; fields of the same name need no entry. With
``lang`` among them, a file holds several languages; with ``meaning``, rows that have the same one
are translations of each other. ``splits: {test: heldout}`` renames what files call a split. A
``title`` may be there, and is shown nowhere.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from mslt_core.data import files
from mslt_core.data.tasks.layouts import SPLIT_OF, SPLITS, Split
from mslt_core.data.tasks.yaml_keys import load_keys
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import TaskKind

NAME = "task.yaml"
KINDS: tuple[TaskKind, ...] = get_args(TaskKind)

NEEDED: Mapping[TaskKind, tuple[str, ...]] = MappingProxyType(
    {
        "tagging": ("tokens", "tags"),
        "classification": ("text", "label"),
        "choice": ("premise", "choices", "label"),
        "questions": ("question", "context", "answers"),
    }
)
"""The fields that every row of a kind has, by our names."""

ALLOWED: Mapping[TaskKind, tuple[str, ...]] = MappingProxyType(
    {
        kind: (*needed, *(("pair",) if kind == "classification" else ()), "meaning", "lang")
        for kind, needed in NEEDED.items()
    }
)
"""The fields that a row may have."""

CHOICES = ("choice1", "choice2")
"""The columns of the texts to choose from, unless `columns` says otherwise."""

_KEYS = ("kind", "title", "labels", "columns", "splits")


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnTask:
    """What ``task.yaml`` says."""

    kind: TaskKind
    title: str = ""
    """For those who read the file: nothing shows it."""
    labels: tuple[str, ...] = ()
    columns: Mapping[str, str]
    """Our name of a field to the file's, for all fields but the choices."""
    choices: tuple[str, ...] = ()
    """The columns of the choices, or the one column of their lists."""
    split_of: Mapping[str, Split]
    """What the files call the splits."""

    def meaning(self) -> str:
        """All that decides how files are read: not the title, nor how ``task.yaml`` is written."""
        told = (self.kind, self.labels, sorted(self.columns.items()), self.choices)
        return repr((*told, sorted(self.split_of.items())))


def read_own_task(folder: Path) -> OwnTask:
    """What a folder's ``task.yaml`` says, checked.

    Raises
    ------
    DataError
        Naming the file and the key, if there is none, it is not YAML, or a key is missing,
        unknown or of another kind than it should be.
    """
    path = folder / NAME
    if not path.is_file():
        raise DataError(
            f"{folder} has no {NAME}", hint="It says what the folder holds: kind, labels, columns."
        )
    return parse_own_task(path, files.read_text(path))


def parse_own_task(path: Path, text: str) -> OwnTask:
    """What the text of a ``task.yaml`` says, checked; `path` is where it lies, or will lie."""
    return _checked(path, load_keys(path, text))


def own_fields(path: Path, text: str) -> dict[str, Any]:
    """What the text of a ``task.yaml`` says, checked, as `describe_yaml` takes it."""
    given = load_keys(path, text)
    own = _checked(path, given)
    return {
        "kind": own.kind,
        "labels": [*own.labels] if given.get("labels") else [],
        "columns": dict(given.get("columns") or {}),
        "title": own.title,
        "splits": dict(given.get("splits") or {}),
    }


def describe_yaml(
    kind: TaskKind,
    labels: Sequence[str] = (),
    columns: Mapping[str, str | Sequence[str]] | None = None,
    *,
    title: str = "",
    splits: Mapping[Split, str] | None = None,
) -> str:
    """The text of a ``task.yaml``, for instance from a form.

    Parameters
    ----------
    kind, labels, columns, title, splits
        As in the file; what is empty is not written.

    Raises
    ------
    DataError
        As `read_own_task`.

    Examples
    --------
    >>> print(describe_yaml("classification", ["no", "yes"], {"text": "review"}), end="")
    kind: classification
    labels:
    - 'no'
    - 'yes'
    columns:
      text: review
    """
    import yaml

    given = {
        "kind": kind,
        "title": title,
        "labels": list(labels),
        "columns": {
            ours: t if isinstance(t, str) else list(t) for ours, t in (columns or {}).items()
        },
        "splits": dict(splits or {}),
    }
    given = {key: value for key, value in given.items() if value}
    _checked(Path(NAME), given)
    return yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=10**6)


def _checked(path: Path, given: Mapping[str, Any]) -> OwnTask:
    def wrong(key: str, reason: str) -> DataError:
        return DataError(f"{path}, {key}: {reason}")

    for key in given:
        if key not in _KEYS:
            raise wrong(str(key), f"no such key; there are {', '.join(_KEYS)}")
    kind, title = given.get("kind"), given.get("title") or ""
    if kind not in KINDS:
        raise wrong("kind", f"must be one of {', '.join(KINDS)}, got {kind!r}")
    if not isinstance(title, str):
        raise wrong("title", f"must be a name for the data, got {title!r}")
    columns, choices = _columns(kind, given.get("columns") or {}, wrong)
    labels = _labels(kind, given.get("labels"), choices, wrong)
    if kind == "tagging" and columns["tags"] in labels:
        # the first word and its tag, taken for a header: each file would be read in another way
        raise wrong(
            "columns.tags",
            f"{columns['tags']!r} is one of the labels, so it names no column; files with a word "
            "and its tag a line have none: leave tokens and tags out of columns",
        )
    return OwnTask(
        kind=kind,
        title=title.strip(),
        labels=labels,
        columns=MappingProxyType(columns),
        choices=choices,
        split_of=_splits(given.get("splits"), wrong),
    )


def _labels(kind: TaskKind, given: Any, choices: Sequence[str], wrong: Any) -> tuple[str, ...]:
    if kind == "questions":
        if given:
            raise wrong("labels", f"questions have none, got {given!r}")
        return ()
    if kind == "choice" and given is None:
        # a list in one column has as many as it has
        return tuple(choices) if len(choices) > 1 else ()
    if not isinstance(given, list) or len(given) < 2:
        raise wrong("labels", f"must be a list of two or more, got {given!r}")
    odd = [label for label in given if not isinstance(label, str | int) or not str(label).strip()]
    if odd:
        raise wrong("labels", f"must be text, got {odd[0]!r}")
    labels = tuple(map(label_text, given))
    if len(set(labels)) < len(labels):
        raise wrong("labels", f"has one of them twice: {', '.join(labels)}")
    if kind == "tagging" and (untyped := untyped_tags(labels)):
        raise wrong("labels", f"{untyped[0]!r} has no type behind it, as B-PER has")
    if kind == "tagging" and "O" in labels[1:]:
        # as in every other task; scoring finds it by its name
        raise wrong("labels", f"O must come first, got {', '.join(labels)}")
    return labels


def label_text(value: object) -> str:
    """A label as text: ``true`` and ``false`` as JSON writes them, a number by its digits."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def untyped_tags(labels: Iterable[str]) -> list[str]:
    """The tags that begin an entity, or go on with one, of no type."""
    return [label for label in labels if label.strip() in {"B-", "I-"}]


def _columns(kind: TaskKind, given: Any, wrong: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    """Every field's column, and those of the choices."""
    if not isinstance(given, dict):
        raise wrong("columns", f"must lead from our names to the file's, got {given!r}")
    for ours in given:
        if ours not in ALLOWED[kind]:
            raise wrong(f"columns.{ours}", f"{kind} has {', '.join(ALLOWED[kind])}")
    several = given.get("choices", list(CHOICES))
    choices = [several] if isinstance(several, str) else several
    if not isinstance(choices, list) or not all(isinstance(c, str) and c for c in choices):
        raise wrong("columns.choices", f"must name a column, or a list of them, got {several!r}")
    columns = {ours: ours for ours in NEEDED[kind]} | given
    columns.pop("choices", None)
    for ours, theirs in columns.items():
        if not isinstance(theirs, str) or not theirs:
            raise wrong(f"columns.{ours}", f"must be the name of a column, got {theirs!r}")
    return columns, tuple(choices) if kind == "choice" else ()


def _splits(given: Any, wrong: Any) -> Mapping[str, Split]:
    """What the files call the splits: the usual names, but for those that are renamed."""
    if given is None:
        return SPLIT_OF
    if not isinstance(given, dict) or not given:
        raise wrong("splits", f"must lead from train, dev or test to a file's name, got {given!r}")
    for ours, theirs in given.items():
        if ours not in SPLITS:
            raise wrong(f"splits.{ours}", f"no such split; there are {', '.join(SPLITS)}")
        if not isinstance(theirs, str) or not theirs:
            raise wrong(f"splits.{ours}", f"must be how files call it, got {theirs!r}")
    usual = {name: split for name, split in SPLIT_OF.items() if split not in given}
    return MappingProxyType(usual | {theirs: ours for ours, theirs in given.items()})
