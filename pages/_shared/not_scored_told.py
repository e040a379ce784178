"""Which rows of the evaluation files are not scored by what was just started."""

from collections.abc import Sequence

import streamlit as st

from pages._shared.messages import escape

KEY = "not_scored"


def keep_not_scored(begun: str | Sequence[str], told: Sequence[str]) -> None:
    """Keep what to tell beside the sweep or the runs that were just started."""
    st.session_state[KEY] = begun, told


def show_not_scored(begun: str | Sequence[str]) -> None:
    """What was kept of this sweep or of these runs; nothing of others."""
    of, told = st.session_state.get(KEY, (None, ()))
    for sentence in told if of == begun else ():
        st.caption(escape(sentence))
