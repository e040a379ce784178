"""What a folder of one's own data holds, field by field; at first as its task.yaml says."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mslt_core.pipeline import own_task
from mslt_core.pipeline.own_task import OwnFile
from mslt_core.spec.sentences import TaskKind
from pages._shared.own_labels import KEY, LABELLED, own_labels

KINDS: dict[TaskKind, str] = {
    "classification": "A class for each text, or pair",
    "tagging": "A tag for each word",
    "choice": "One of several texts",
    "questions": "Answers in a text",
}
USUAL = {"train": "train", "dev": "dev, val, valid, validation", "test": "test"}
_SAID = {
    "pair": "second text",
    "meaning": "meaning (same for translations)",
    "lang": "language",
}
NONE = ""
_FOLDER = "own_folder"
"""The folder, and what its task.yaml says, of which the fields were filled."""


def own_fields(folder: Path, looked: OwnFile) -> dict[str, Any]:
    """What `describe_yaml` is told."""
    said = own_task.said_of(folder) or {}
    _fill(folder, said, looked)
    kind: TaskKind = st.selectbox("Kind", KINDS, format_func=KINDS.__getitem__, key="own_kind")
    typed = own_labels(folder, looked, kind) if kind in LABELLED else ""
    labels = [part.strip() for part in typed.split(",") if part.strip()]
    if kind == said.get("kind") and kind not in LABELLED:
        labels = said["labels"]  # there is no field for them
    told = said.get("columns", {})
    fields = own_task.FIELDS[kind]
    columns = {ours: c for ours in fields if (c := _column(kind, ours, looked, told.get(ours)))}
    st.caption(f"What the files call a split, if not as usual ({'; '.join(USUAL.values())}):")
    named = {
        split: column.text_input(split, key=f"own_{split}", placeholder=split)
        for column, split in zip(st.columns(3), USUAL, strict=True)
    }
    return {
        "kind": kind,
        "labels": labels,
        "columns": columns,
        "title": said.get("title", ""),
        "splits": {split: theirs.strip() for split, theirs in named.items() if theirs.strip()},
    }


def _fill(folder: Path, said: Mapping[str, Any], looked: OwnFile) -> None:
    """Fill the fields as the folder's task.yaml says, once; those of another folder are gone."""
    state, of = st.session_state, (str(folder), said)
    if "own_kind" in state and state.get(_FOLDER) == of:
        return
    state[_FOLDER] = of
    state["own_kind"] = said.get("kind") or ("tagging" if looked.words else "classification")
    state[KEY] = ", ".join(map(str, said.get("labels", ())))
    for split in USUAL:
        state[f"own_{split}"] = said.get("splits", {}).get(split, "")
    for kind, fields in own_task.FIELDS.items():
        for ours in fields:
            state.pop(f"own_{kind}_{ours}", None)


def _column(
    kind: TaskKind, ours: str, looked: OwnFile, said: str | Sequence[str] | None
) -> str | list[str] | None:
    """The file's column for one of our fields; None where it needs no entry."""
    if not looked.columns:
        return None  # words with their tags have no columns
    state, key = st.session_state, f"own_{kind}_{ours}"
    if ours == "choices":
        several = state.get(key, [said] if isinstance(said, str) else said or [])
        state[key] = [column for column in several if column in looked.columns]
        return st.multiselect("choices", looked.columns, key=key, wrap=True) or None
    needed = ours in (required := own_task.REQUIRED[kind])
    # an option that is None would be shown as none chosen
    options = [*looked.columns] if needed else [NONE, *looked.columns]
    if key not in state or state[key] not in options:
        # a column of the name, else the one in its place: two fields rarely share one
        place = options[min(required.index(ours), len(options) - 1)] if needed else NONE
        usual = [said, ours if needed else NONE, place]
        state[key] = next(column for column in usual if column in options)
    theirs = st.selectbox(
        _SAID.get(ours, ours), options, format_func=lambda name: name or "none", key=key
    )
    return None if needed and theirs == ours else theirs or None
