"""What was chosen on the maps, and how far the maps can be trusted."""

from typing import Any

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.languages import label
from mslt_core.spec.maps import MapParameters
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import MingleSpec, Projection
from pages._shared.map_controls import FITS, SHOWN
from pages._shared.messages import escape
from pages._shared.scatter import Selection
from pages._shared.tables import show_table

N_ROWS_SHOWN = 500


def drawn_told(look: MingleSpec, result: MingleResult, hidden: frozenset[str]) -> str:
    """What the maps and the numbers above them rest on, and how they were drawn."""
    told = [figures.maps_rest_on(result, hidden)]
    parts = [parameters_told(look, look.method)]
    if len(result.maps) > 1:
        parts.append(FITS[look.fit])
    told.append(f"Drawn with {', '.join(parts)}.")
    if "mingling" in result.maps[0].quality:
        told.append(f"Mingling: k = {pipeline.k_trust(len(result.maps[0].coords))} neighbours.")
    return escape(" ".join(told))


def parameters_told(drawn: MapParameters, method: Projection) -> str:
    """The first parameter of a method and those that are not as they come: perplexity 30."""
    first, *others = SHOWN[method]
    usual = MapParameters()
    names = [first, *(name for name in others if getattr(drawn, name) != getattr(usual, name))]
    return ", ".join(f"{name} {_value(getattr(drawn, name))}" for name in names)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    return "auto" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def told_of(result: MingleResult, chosen: Selection) -> None:
    """The chosen sentence in every language, or the chosen points, as a table to take along."""
    first = result.maps[0]
    if chosen.sentence_id is not None:
        place = first.ids.index(chosen.sentence_id)
        st.markdown(f"**Sentence {escape(chosen.sentence_id)}** in {len(first.langs)} languages")
        rows = [(label(lang), result.texts[lang][place]) for lang in first.langs]
        show_table(pd.DataFrame(rows, columns=["language", "sentence"]), name="translations")
    elif len(chosen.rows):
        n = len(first.ids)
        st.markdown(f"**{len(chosen.rows):,} sentences** are chosen")
        points = [
            (
                first.ids[row % n],
                first.langs[row // n],
                result.texts[first.langs[row // n]][row % n],
            )
            for row in chosen.rows[:N_ROWS_SHOWN].tolist()
        ]
        frame = pd.DataFrame(points, columns=["sentence id", "language", "sentence"])
        show_table(frame, name="chosen sentences")
        if len(chosen.rows) > N_ROWS_SHOWN:
            st.caption(f"The first {N_ROWS_SHOWN} are shown.")


def apart_told(result: MingleResult) -> None:
    """A warning where the languages mix on a map otherwise than in the model."""
    for ref, drawn in zip(result.checkpoints, result.maps, strict=True):
        if said := pipeline.mixing_told(drawn):
            st.warning(escape(said), title=escape(ref.name))
