"""What the paper reports of the chosen set, and of all sets that its tables determine."""

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.rankings import TASKS, EnglishFixed, PaperOverlay, PaperScore, PaperTask
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
    overlay, english = cached.paper_overlay(root)
    reported = {(score.task, score.source_langs): score for score in overlay.scores}
    name = escape(set_name(chosen))
    told = [_told(task, reported.get((task, chosen)), english, chosen) for task in TASKS]
    if any(told):
        st.markdown(f"{name}: {'; '.join(filter(None, told))}.")
    else:
        st.markdown(f"The paper's tables do not say how {name} did.")
    show_table(_reported(overlay, english), name="paper's scores by set")
    st.markdown("Mean score by number of writing systems in the set (Table 4, rows as printed)")
    show_table(_writing_systems(), name="paper's scores by writing systems")
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


def _told(
    task: PaperTask, score: PaperScore | None, english: EnglishFixed, langs: tuple[str, ...]
) -> str:
    """Score and ranks of one set on one task; empty where nothing is known."""
    known = []
    if score and score.score is not None:
        known.append(f"**{score.score:.2f}**")
    if score and score.rank is not None:
        known.append(f"rank {score.rank} of 35")
    if (task, langs) in english.ranks:
        known.append(f"rank {english.ranks[task, langs]} of the 15 with English")
    return f"{TASKS[task]} {', '.join(known)}" if known else ""


def _reported(overlay: PaperOverlay, english: EnglishFixed) -> pd.DataFrame:
    """A row for every set on a task of which a score or a rank is known."""
    scores = {(score.task, score.source_langs): score for score in overlay.scores}
    places = [*scores, *(place for place in english.ranks if place not in scores)]
    order = list(TASKS)
    rows = []
    for task, langs in sorted(places, key=lambda place: order.index(place[0])):
        score = scores.get((task, langs))
        rows.append(
            {
                "task": TASKS[task],
                "source languages": ", ".join(langs),
                "score": score.score if score else None,
                "rank of 35": score.rank if score else None,
                "rank of 15 with en": english.ranks.get((task, langs)),
                "evidence": "; ".join(score.evidence) if score else "Table 2",
            }
        )
    return pd.DataFrame(rows)


def _writing_systems() -> pd.DataFrame:
    rows = pipeline.writing_system_scores()
    names = ("one script", "two scripts", "three scripts")
    return pd.DataFrame(
        [{"task": TASKS[t], **dict(zip(names, rows[t], strict=True))} for t in TASKS]
    )
