"""How the loss of the newest runs goes down, and what runs are called on the Train page."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.results import RunInfo
from mslt_core.store import Store
from pages._shared.labels import told_apart
from pages._shared.messages import escape
from pages._shared.take import rest_on
from pages._shared.theme import show_figure


def losses(store: Store, shown: list[RunInfo], recipes: dict[str, str]) -> None:
    """Of the newest experiment alone: the losses of two tasks, heads or models do not compare."""
    histories = {info.run: store.runs.history(info.run) for info in shown}
    begun = [info for info in shown if histories[info.run]]
    if not begun:
        return
    newest = pipeline.experiment_key(begun[0].spec)
    drawn = [info for info in begun if pipeline.experiment_key(info.spec) == newest]
    titles = titles_of(drawn)
    names = sorted({info.name for info in drawn}, key=lambda n: (n[:4] != "SSLT", n))
    by_set = figures.set_colours(names)
    rest_on(runs=drawn)
    show_figure(
        lambda theme: figures.training_curves(
            {titles[info.run]: histories[info.run] for info in reversed(drawn)},
            colours={titles[info.run]: by_set[info.name] for info in drawn},
            theme=theme,
        ),
        key="curves",
    )
    if recipes:
        st.caption(
            f"The curves are of {escape(recipes[begun[0].run])}: the losses of other tasks, models "
            "and recipes do not compare."
        )


def titles_of(infos: Sequence[RunInfo]) -> dict[str, str]:
    """Set and seed of every run; with its first digits where another recipe has the same ones."""
    titles = {info.run: f"{info.name}, seed {info.spec.seed}" for info in infos}
    return told_apart(titles)
