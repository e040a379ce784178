"""Test items as cards: the text, what is right, and what two runs say. HTML of escaped text."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import Theme
from mslt_core.figures.style import FONT_FAMILY
from mslt_core.spec.items import ItemsCompared
from mslt_core.spec.sentences import ChoiceItem, LabelledText, QuestionItem, Row, TaggedSentence
from pages._shared.item_marks import context_around, gold_tags, predicted_tags, text_element
from pages._shared.labels import shortened

WRONG = {"light": "#B42318", "dark": "#FF9E8A"}

_STYLE = """
.mslt-items article {border-top: 1px solid GRID; padding: .7rem 0 .8rem}
.mslt-items .head {display: flex; gap: .2rem 1.2rem; flex-wrap: wrap; color: MUTED;
  font-size: .82rem; margin-bottom: .25rem}
.mslt-items .head b {color: TEXT}
.mslt-items .line {display: grid; grid-template-columns: minmax(6rem, 11rem) minmax(0, 1fr) 8.5rem;
  column-gap: 1rem; align-items: baseline}
.mslt-items .who, .mslt-items .worth {color: MUTED; font-size: .82rem; overflow-wrap: anywhere}
.mslt-items .text {display: block; line-height: 1.95; overflow-wrap: anywhere; font-family: FONTS}
.mslt-items mark {background: SURFACE; color: inherit; padding: 0 .25em;
  border-bottom: 2px solid MUTED}
.mslt-items mark.wrong {border-bottom: 2px dashed WRONG}
.mslt-items .missed {border-bottom: 2px dotted WRONG}
.mslt-items .tag {font-size: .68em; color: MUTED; margin: 0 .4em; unicode-bidi: isolate;
  font-weight: 600; white-space: nowrap}
.mslt-items .wrong .tag, .mslt-items .missed .tag, .mslt-items .no {color: WRONG}
"""


def show_cards(
    found: ItemsCompared, items: Sequence[int], colours: Mapping[str, str], theme: Theme
) -> None:
    """These items, one below the other, in the language's direction and script."""
    look = figures.PALETTES[theme]
    style = _STYLE.replace("FONTS", FONT_FAMILY).replace("WRONG", WRONG[theme])
    for name in ("grid", "muted", "text", "surface"):
        style = style.replace(name.upper(), getattr(look, name))
    st.html(f"<style>{style}</style>")
    cards = "".join(card(found, i, colours) for i in items)
    st.html(f'<section class="mslt-items" aria-label="Test items">{cards}</section>')


def card(found: ItemsCompared, item: int, colours: Mapping[str, str]) -> str:
    """One item. Everything that comes from data or names is escaped."""
    row = found.rows[item] if found.rows else None
    lines = [*_asked(found, row), _line("Gold", _gold(found, row, item))] if row else []
    runs = zip(
        (found.name_a, found.name_b),
        (found.predicted_a, found.predicted_b),
        pipeline.worth_told(found, item),
        strict=True,
    )
    for name, predicted, worth in runs:
        square = f'<span style="color:{colours[name]}" aria-hidden="true">■</span>'
        shown = _said(found, row, predicted[item]) if row and predicted else ""
        lines.append(_line(f"{square} {html.escape(name)}", shown, html.escape(worth)))
    return f"<article>{_head(found, row, item)}{''.join(lines)}</article>"


def _head(found: ItemsCompared, row: Row | None, item: int) -> str:
    """The item's number, whether other seeds agree, and its name in the data."""
    n = len(found.cells)
    alone = ((found.name_b, found.only_b_seeds[item]), (found.name_a, found.only_a_seeds[item]))
    told = [f"{name} alone right with {k} of {n} seeds" for name, k in alone if k and n > 1]
    told += [shortened(row.row_id)] if row else []
    spans = "".join(f"<span>{html.escape(said)}</span>" for said in told)
    return f'<div class="head"><b>Item {item + 1:,}</b>{spans}</div>'


def _line(who: str, shown: str, worth: str = "") -> str:
    cells = (("who", who), ("said", shown), ("worth", worth))
    inner = "".join(f'<div class="{name}">{content}</div>' for name, content in cells)
    return f'<div class="line">{inner}</div>'


def _asked(found: ItemsCompared, row: Row) -> list[str]:
    """What a model reads, where it is not the tagged text itself."""
    match row:
        case TaggedSentence():
            texts: list[tuple[str, str]] = []
        case LabelledText():
            pair = [("and", html.escape(row.pair))] if row.pair is not None else []
            texts = [("Text", html.escape(row.text)), *pair]
        case ChoiceItem():
            choices = [(f"Choice {i}", html.escape(c)) for i, c in enumerate(row.choices, 1)]
            texts = [("Premise", html.escape(row.premise)), *choices]
        case QuestionItem():
            texts = [("Question", html.escape(row.question)), ("Context", context_around(row))]
    return [_line(name, text_element(text, found.lang)) for name, text in texts]


def _gold(found: ItemsCompared, row: Row, item: int) -> str:
    if not isinstance(row, TaggedSentence):
        return _answer(found, row, pipeline.gold_text(row, found.labels))
    said = [p[item] for p in (found.predicted_a, found.predicted_b) if p]
    wrong = {int(i) for ids in said for i in np.flatnonzero(ids != np.array(row.labels))}
    return text_element(
        gold_tags(found, row, wrong if said else range(len(row.labels))), found.lang
    )


def _said(found: ItemsCompared, row: Row, predicted: Any) -> str:
    if isinstance(row, TaggedSentence):
        return text_element(predicted_tags(found, row, predicted), found.lang)
    return _answer(found, row, pipeline.answer_text(row, found.labels, predicted) or "(nothing)")


def _answer(found: ItemsCompared, row: Row, text: str) -> str:
    """A class is in the words of the task; a choice and an answer in the language's."""
    inner = html.escape(text)
    return inner if isinstance(row, LabelledText) else text_element(inner, found.lang)
