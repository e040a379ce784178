"""Labelled rows of text, as tasks give them and models take them; one class a kind of task."""

import dataclasses
from typing import Literal

TaskKind = Literal["tagging", "classification", "choice", "questions"]
"""What is asked of a row: a label for every word, a label for a text or a pair of texts, one of
several texts, or a span of a text."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Row:
    row_id: str
    """Names the row in its source, for instance ``train-en.tsv:17``; stable across runs."""
    meaning: str = ""
    """What the row says, whatever its language: rows that are translations of each other have
    the same one. Empty where a task's rows are no translations."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaggedSentence(_Row):
    """One sentence for token classification."""

    tokens: tuple[str, ...]
    labels: tuple[int, ...]
    """Indices into the task's label names, one a token."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelledText(_Row):
    """One text, or a pair of texts, for sequence classification."""

    text: str
    pair: str | None = None
    label: int
    """Index into the task's label names."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChoiceItem(_Row):
    """A premise and several texts, one of which goes with it."""

    premise: str
    choices: tuple[str, ...]
    label: int
    """Place of the right one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuestionItem(_Row):
    """A question whose answer is a span of its context."""

    question: str
    context: str
    answers: tuple[str, ...]
    """The accepted answers, one at least."""
    starts: tuple[int, ...]
    """Where each of them begins in the context, in characters."""


Row = TaggedSentence | LabelledText | ChoiceItem | QuestionItem


def said(row: Row) -> str:
    """What names a row among its translations: its meaning, else all that a model reads of it."""
    return row.meaning or "\x1f".join(content(row))


def content(row: Row) -> tuple[str, ...]:
    """All that a model reads of a row: two rows with the same one are the same question."""
    match row:
        case TaggedSentence():
            return row.tokens
        case LabelledText():
            return (row.text,) if row.pair is None else (row.text, row.pair)
        case ChoiceItem():
            return (row.premise, *row.choices)
        case QuestionItem():
            return (row.question, row.context)
