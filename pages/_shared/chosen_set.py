"""The one set that is looked at: chosen in any figure, table or box, kept in the link."""

from collections.abc import Callable, Collection

import numpy as np
import streamlit as st

from mslt_core.spec.rankings import ScoredSets
from mslt_core.spec.specs import set_name

LISTED = 200
"""Sets in the box, best first: more are found by their figures, or by a link."""

STATE, PARAM = "chosen_set", "set"


def chosen_set(sets: ScoredSets) -> tuple[str, ...]:
    """The set that was chosen last, if the question still has it; else the best."""
    if STATE not in st.session_state:
        st.session_state[STATE] = tuple(filter(None, st.query_params.get(PARAM, "").split(",")))
    asked: tuple[str, ...] = st.session_state[STATE]
    best = sets.best(1)[0].source_langs
    if not asked or sets.find(asked) is None:
        st.query_params.pop(PARAM, None)
        return best
    if tuple(sorted(asked)) == best:
        st.query_params.pop(PARAM, None)
    else:
        st.query_params[PARAM] = ",".join(asked)
    return tuple(sorted(asked))


def choose(langs: tuple[str, ...]) -> None:
    """Look at this set from now on."""
    st.session_state[STATE] = langs


def set_box(sets: ScoredSets, chosen: tuple[str, ...]) -> None:
    """The best sets by their places, and the chosen one."""
    options = {ranked.source_langs: ranked for ranked in sets.best(LISTED)}
    if chosen not in options:
        place = sets.find(chosen)
        assert place is not None
        options = {chosen: sets.ranked(place), **options}
    key = f"set_box_{sets.criterion}_{','.join(chosen)}"  # a new choice elsewhere: a new box
    st.selectbox(
        "Look at one set",
        list(options),
        index=list(options).index(chosen),
        format_func=lambda langs: f"{options[langs].rank or 'unranked'}. {set_name(langs)}",
        key=key,
        on_change=lambda: choose(st.session_state[key]),
    )


def best_with(sets: ScoredSets, langs: Collection[str]) -> tuple[str, ...] | None:
    """The first set that holds all these languages; None where none does."""
    wanted = [sets.pool.index(lang) for lang in langs if lang in sets.pool]
    if len(wanted) < len(langs):
        return None
    holds = np.all([(sets.members == lang).any(axis=1) for lang in wanted], axis=0)
    found = sets.order[holds[sets.order]]
    return sets.langs(int(found[0])) if len(found) else None


def on_click(key: str, within: ScoredSets | None = None) -> Callable[[], None]:
    """What a click in the figure `key` does: look at the set under it.

    With `within` it is some languages that lie there: the first set that holds them is meant.
    """

    def clicked() -> None:
        points = st.session_state[key].selection.points
        data = points[0].get("customdata") if points else None
        text = data[0] if isinstance(data, list) and data else data
        if not isinstance(text, str) or not text:
            return
        langs = tuple(text.split(","))
        if found := best_with(within, langs) if within else langs:
            choose(found)

    return clicked
