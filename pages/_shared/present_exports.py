"""A story as files."""

import streamlit as st

from mslt_core import pipeline


def exports(root: str, story_id: str) -> None:
    """The downloads of a story."""
    stories = pipeline.open_store(root).stories
    st.download_button(
        "Story as JSON",
        lambda: stories.story(story_id).model_dump_json(indent=1),
        file_name=f"{story_id}.json",
        mime="application/json",
        on_click="ignore",
        key="story_json",
        help="Order, headings and notes. The pins themselves stay in the store.",
    )
