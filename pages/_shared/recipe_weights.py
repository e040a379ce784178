"""The controls of a recipe that are about weights: which are trained, how, and which are kept."""

from typing import Any, get_args

import streamlit as st

from mslt_core.spec.specs import Precision
from pages._shared.one_of import one_of

TUNED = {"all": "All weights", "lora": "LoRA", "head": "Head only"}


def weights() -> dict[str, Any]:
    """Which weights are trained, and how exactly."""
    tune = one_of(
        "Trained",
        TUNED,
        key="tune",
        help="LoRA trains small adapters beside frozen weights; a head on a frozen encoder probes "
        "what the encoder knows already.",
    )
    rank = 8
    if tune == "lora":
        rank = st.number_input("LoRA rank", 1, 1024, 8, key="rank", bind="query-params")
    precision = st.segmented_control(
        "Matrix products in",
        list(get_args(Precision)),
        default="float32",
        required=True,
        key="precision",
        bind="query-params",
        help="bfloat16 is faster on GPUs, and on CPUs with AVX512-BF16 or AMX. Weights and "
        "optimizer stay in float32.",
    )
    return {"tune": tune, "lora_rank": int(rank), "precision": precision}


def kept_weights() -> dict[str, int | None]:
    """Steps between two whose weights stay."""
    steps = st.number_input(
        "Keep the weights every ... steps",
        min_value=1,
        value=None,
        placeholder="of the last only",
        key="keep_every",
        bind="query-params",
        help="To see how the languages come to mingle over training. Each takes as much disk as "
        "the model.",
    )
    return {"keep_every": int(steps) if steps else None}
