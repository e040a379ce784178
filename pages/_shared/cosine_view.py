"""Which dimensions make sentences point the same way, as a table."""

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.naming import first_few
from pages._shared.tables import show_table

DIMENSIONS_NAMED = 5


def dominating_dimensions(measures: Measures) -> None:
    """Every checkpoint's layers whose mean cosine single dimensions make up."""
    found = pipeline.dominated_layers(measures)
    if not found:
        st.markdown("No dimension makes up 5 % of the mean cosine by itself.")
        return
    st.markdown("**Dimensions that make up 5 % or more of the mean cosine each**")
    table = {
        "checkpoint": [one.checkpoint.name for one in found],
        "layer": [one.layer for one in found],
        "dimensions": [first_few([*map(str, one.dimensions)], DIMENSIONS_NAMED) for one in found],
        "share of it": [f"{100 * one.share:.0f} %" for one in found],
        "mean cosine": [one.mean_cosine for one in found],
        "without them": [one.rest for one in found],
    }
    show_table(pd.DataFrame(table), name="dominating_dimensions", decimals=2)
