"""What the sidebar chose, for every page: one store, one experiment, the runs to compare."""

import dataclasses

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from mslt_core import figures, pipeline
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store


@dataclasses.dataclass(frozen=True)
class Context:
    """What the sidebar chose."""

    store: Store
    runs: tuple[RunInfo, ...]
    """All runs of the store, whatever their state."""
    groups: tuple[RunGroup, ...]
    """Finished runs of the chosen experiment, by source languages."""
    chosen: tuple[RunGroup, ...]
    """The ones to compare, single sources first."""
    experiment_name: str = ""
    """As links name it."""

    @property
    def root(self) -> str:
        """The store's folder, as caches and links name it."""
        return str(self.store.root)

    @property
    def spec(self) -> TrainSpec | None:
        """Any run of the experiment: task, data, model and recipe are the same in all."""
        return self.groups[0].runs[0].spec if self.groups else None

    @property
    def base(self) -> str:
        """The base checkpoint of the experiment, as it is called here."""
        return pipeline.base_of(self.groups)

    @property
    def baseline(self) -> RunGroup | None:
        """The single-source group that others are measured against: English where it is there."""
        singles = [group for group in self.groups if len(group.source_langs) == 1]
        english = [group for group in singles if group.source_langs == ("en",)]
        return next(iter(english or singles), None)

    def colours(self) -> dict[str, str]:
        """One colour a set, the same on every page: those that are compared come first."""
        names = [group.name for group in (*self.chosen, *self.groups)]
        return figures.set_colours(dict.fromkeys(names))


def context() -> Context:
    """What the sidebar chose, for the page that is being drawn."""
    if "context" not in st.session_state:
        # Before its first st.navigation a fresh server takes pages/ for a page list of its own and
        # runs the page that a link names without app.py. Tell it otherwise, and begin again.
        PagesManager.uses_pages_directory = False
        st.rerun()
    chosen: Context = st.session_state["context"]
    return chosen
