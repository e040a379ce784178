"""The sizes of a recipe: learning rate, batch, texts, test items."""

import streamlit as st

from mslt_core.pipeline import TaskOffer
from mslt_core.spec.errors import SpecError


def text_sizes() -> tuple[int, int | None]:
    """Batch size and sub-words per sentence."""
    batch_size = st.number_input("Batch size", min_value=1, value=16, key="batch")
    max_length = st.number_input(
        "Sub-words per text",
        min_value=8,
        value=None,
        placeholder="all it can read, up to 512",
        key="length",
        help="Longer training texts are cut off; tagged sentences are scored in parts, contexts "
        "of questions in windows.",
    )
    return int(batch_size), int(max_length) if max_length else None


def test_items(offer: TaskOffer) -> int:
    """How many are scored in each language."""
    limit = st.number_input(
        "Test items per language",
        min_value=1,
        value=None,
        placeholder=f"{offer.eval_limit:,}",
        key="limit",
    )
    return int(limit or offer.eval_limit)


def learning_rate() -> float | None:
    """As it is typed; None for what suits the model."""
    text = st.text_input(
        "Learning rate",
        placeholder="automatic",
        key="rate",
        help="2e-5; 3e-4 for small encoders; ten times as much for LoRA, 1e-3 for a head alone.",
    )
    try:
        return float(text) if text else None
    except ValueError:
        raise SpecError(f"the learning rate must be a number such as 2e-5, got {text!r}") from None


def kept_weights() -> dict[str, int | None]:
    """Steps between two whose weights stay."""
    steps = st.number_input(
        "Keep the weights every ... steps",
        min_value=1,
        value=None,
        placeholder="of the last only",
        key="keep_every",
        help="To see how the languages come to mingle over training. Each takes as much disk as "
        "the model.",
    )
    return {"keep_every": int(steps) if steps else None}
