"""What the paper reports of the chosen set, and of all sets that its tables determine."""

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.rankings import TASKS, EnglishFixed, PaperOverlay, PaperScore
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import set_name
from pages._shared import cached
from pages._shared.messages import escape
from pages._shared.tables import show_table


def paper(root: str, spec: SelectSpec, chosen: tuple[str, ...]) -> None:
    """What the paper reports of the chosen set, and of all sets that its tables determine."""
    if not pipeline.applies_to(spec):
        st.info("The paper's tables are about sets of 3 from ar, de, en, es, fr, ru, zh.")
        return
    overlay, english = cached.paper_overlay(root, spec.codes)
    mine = [score for score in overlay.scores if score.source_langs == chosen]
    name = escape(set_name(chosen))
    if mine:
        st.markdown(f"{name}: {'; '.join(map(_told, mine))}.")
    else:
        st.markdown(f"The paper's tables do not say how {name} did.")
    show_table(_reported(overlay, english), name="paper's scores by set")
    with st.expander(f"What cannot be told, {len(overlay.unknown)} figures"):
        st.markdown("\n".join(f"- {escape(line)}" for line in overlay.unknown))
    remarks = (*overlay.remarks, *english.remarks)
    if remarks:
        with st.expander(f"What does not fit together in the tables, {len(remarks)} remarks"):
            st.markdown("\n".join(f"- {escape(line)}" for line in remarks))
    st.caption(
        "Lim et al. 2024, Tables 1, 2, 3 and 6, as printed. A figure is given to a set only where "
        "the tables and the criteria here leave no other set."
    )


def _told(score: PaperScore) -> str:
    figures_ = [f"**{score.score:.2f}**" if score.score is not None else "score not given"]
    figures_ += [f"rank {score.rank} of 35"] if score.rank is not None else []
    return f"{TASKS[score.task]} {', '.join(figures_)}"


def _reported(overlay: PaperOverlay, english: EnglishFixed) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "task": TASKS[score.task],
                "source languages": ", ".join(score.source_langs),
                "score": score.score,
                "rank of 35": score.rank,
                "rank of 15 with en": english.ranks.get((score.task, score.source_langs)),
                "evidence": "; ".join(score.evidence),
            }
            for score in overlay.scores
        ]
    )
