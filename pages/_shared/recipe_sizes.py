"""The sizes of a recipe: learning rate, batch, texts, test items."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core.pipeline import TaskOffer
from mslt_core.pipeline.presets import preset
from mslt_core.pipeline.recipes import BATCH_SIZE
from mslt_core.spec.errors import SpecError


def as_in_paper(task: str, model: str) -> dict[str, Any] | None:
    """What Table 5 has for task and model, maybe nothing; None where it is not asked for."""
    asked = st.toggle(
        "As in the paper",
        key="paper",
        bind="query-params",
        help="Learning rate, steps, batch and text size from Table 5 of Lim et al. (2024), where "
        "it has the task and the model. What you type goes before it.",
    )
    return (preset(task, model) or {}) if asked else None


def steps(column: DeltaGenerator, automatic: int) -> int | None:
    """Optimizer steps, as they are typed."""
    typed = column.number_input(
        "Steps",
        min_value=1,
        value=None,
        placeholder=f"{automatic:,}",
        key="steps",
        bind="query-params",
        help="Optimizer steps, the same for every set. Empty: a few passes over the examples.",
    )
    return int(typed) if typed else None


def text_sizes(paper: Mapping[str, Any]) -> dict[str, int | None]:
    """Batch size and sub-words per sentence, as they are typed."""
    batch_size = st.number_input(
        "Batch size",
        min_value=1,
        value=None,
        placeholder=f"{paper.get('batch_size', BATCH_SIZE)}",
        key="batch",
        bind="query-params",
    )
    max_length = st.number_input(
        "Sub-words per text",
        min_value=8,
        value=None,
        placeholder=f"{paper.get('max_length', 'all, up to 512')}",
        key="length",
        bind="query-params",
        help="Longer training texts are cut off; tagged sentences are scored in parts, contexts "
        "of questions in windows.",
    )
    return {
        "batch_size": int(batch_size) if batch_size else None,
        "max_length": int(max_length) if max_length else None,
    }


def batches() -> dict[str, bool]:
    """Which rows stand together."""
    grouped = st.toggle(
        "Rows of like length together",
        key="grouped",
        bind="query-params",
        help="Less padding, so faster. In runs of a hundred steps or so it costs up to a point of "
        "accuracy. Runs of earlier versions have it.",
    )
    return {"group_by_length": grouped}


def test_items(offer: TaskOffer) -> int:
    """How many are scored in each language."""
    limit = st.number_input(
        "Test items per language",
        min_value=1,
        value=None,
        placeholder=f"{offer.eval_limit:,}",
        key="limit",
        bind="query-params",
    )
    return int(limit or offer.eval_limit)


def learning_rate(paper: Mapping[str, Any]) -> dict[str, float | None]:
    """As it is typed; None for what suits the model."""
    text = st.text_input(
        "Learning rate",
        placeholder=f"{paper.get('learning_rate', 'automatic')}",
        key="rate",
        bind="query-params",
        help="2e-5; 3e-4 for small encoders; ten times as much for LoRA, 1e-3 for a head alone.",
    )
    try:
        return {"learning_rate": float(text) if text else None}
    except ValueError:
        raise SpecError(f"the learning rate must be a number such as 2e-5, got {text!r}") from None
