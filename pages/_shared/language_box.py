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
    wrap: bool = True,
) -> tuple[str, ...]:
    """Some of `langs`, in the order of their choice; kept in the link under `key`.

    Without `wrap` the chips stay in one row, which scrolls.
    """
    chosen = st.multiselect(
        name,
        langs,
        default=list(default),
        format_func=label,
        key=key,
        bind="query-params",
        wrap=wrap,
        help=help,
    )
    return tuple(chosen)
