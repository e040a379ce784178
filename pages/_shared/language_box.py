"""The box in which languages are chosen, the same on every page."""

from collections.abc import Iterable, Sequence

import streamlit as st

from mslt_core.spec.languages import label


def language_box(
    name: str,
    langs: Sequence[str],
    *,
    key: str,
    default: Iterable[str] = (),
    help: str | None = None,
) -> tuple[str, ...]:
    """Some of `langs`, in the order of their choice; kept in the link under `key`."""
    chosen = st.multiselect(
        name,
        langs,
        default=list(default),
        format_func=label,
        key=key,
        bind="query-params",
        wrap=True,
        help=help,
    )
    return tuple(chosen)
