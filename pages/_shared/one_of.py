"""A row of named options, of which one is always chosen and kept in the link."""

from collections.abc import Mapping
from typing import Any

import streamlit as st


def one_of(label: str, names: Mapping[Any, str], *, key: str, place: Any = st, **extra: Any) -> Any:
    """The chosen option of `names`, at first the first one.

    Parameters
    ----------
    label : str
        Of the row; ``label_visibility="collapsed"`` hides it.
    names : mapping of str to str
        What each option is called on the page and in the link.
    key : str
        Under which the choice is kept, in the session and in the link.
    place : streamlit container, optional
        Where the row stands; by default the page goes on with it.
    **extra
        As for ``st.segmented_control``.
    """
    return place.segmented_control(
        label,
        list(names),
        default=next(iter(names)),
        required=True,
        format_func=names.__getitem__,
        key=key,
        bind="query-params",
        **extra,
    )
