"""What was chosen on the maps, and how far the maps can be trusted."""

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult
from pages._shared.messages import escape
from pages._shared.scatter import Selection
from pages._shared.tables import show_table

N_ROWS_SHOWN = 500


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


def trust(result: MingleResult) -> None:
    """How far each map may be believed, and a plain warning where it may not."""
    rows = []
    for ref, drawn in zip(result.checkpoints, result.maps, strict=True):
        said = pipeline.map_verdict(drawn)
        if said:
            st.warning(escape(said), title=escape(ref.name))
        rows.append(
            {
                "checkpoint": ref.name,
                **{METRICS[name].label: round(value, 3) for name, value in drawn.quality.items()},
                METRICS["disparity"].label: drawn.disparity and round(drawn.disparity, 3),
            }
        )
    show_table(pd.DataFrame(rows), name="trust in the maps")
    told = " ".join(
        f"**{METRICS[name].label}**: {METRICS[name].meaning}"
        for name in ("trustworthiness", "continuity", "neighbourhood_preservation")
    )
    st.caption(
        f"Of the {len(result.maps[0].ids):,} sentences a language that are shown, so the mingling "
        f"score here does not compare with that of all sentences. {told}"
    )
    st.caption(
        "The first map stands for itself; each other one starts from it and is then shifted, "
        "turned and scaled onto it. So places can be compared, at a price: a warm start favours "
        "the first map. One joint fit of all checkpoints would treat them alike, but draws each "
        "checkpoint as an island of its own where they differ as wholes."
    )
