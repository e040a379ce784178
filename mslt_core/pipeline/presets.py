"""How the paper trained: hyper-parameters by task and model (Lim et al. 2024, Table 5)."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

# "Common: cutoff_length 512 & weight decay 0.01"; the precision is not told
_COMMON = {"max_length": 512, "weight_decay": 0.01}

_MODELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "xlm-r-base": {"learning_rate": 2e-5},
        "xlm-r-large": {"learning_rate": 5e-6},
        # LoRA with r = 64 on "q, k, v", which BLOOM has in one matrix
        "bloom-7b1": {
            "learning_rate": 3e-4,
            "lora_rank": 64,
            "lora_modules": ("query_key_value",),
        },
    }
)

# Step counts as printed, 243K for WikiANN, whatever the budget
_TASKS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "wikiann": {"batch_size": 16, "steps": 243_000},
        "xnli": {"batch_size": 16, "steps": 12_500},
        "pawsx": {"batch_size": 16, "steps": 30_000},
        "bactrianx": {"batch_size": 4, "steps": 5_000, "gradient_accumulation": 3},
    }
)


def preset(task: str, model_id: str) -> dict[str, Any] | None:
    """What `make_train_spec` is told to train as the paper did; None where it tells nothing.

    `model_id` is a hub id or a folder named like it.

    >>> preset("xnli", "FacebookAI/xlm-roberta-large")["learning_rate"]
    5e-06
    """
    model, known = _model(model_id), _TASKS.get(re.sub(r"[^a-z]", "", task.lower()))
    # Table 5 has encoders on tagging and classification, and BLOOM on instructions alone
    if model is None or known is None or ("bloom" in model) != ("gradient_accumulation" in known):
        return None
    return {**_COMMON, **_MODELS[model], **known}


def preset_told(task: str, model_id: str, left: Collection[str] | None = None) -> str:
    """What Table 5 gives of the fields that are `left` to it, and what it has not; in words.

    >>> preset_told("xnli", "FacebookAI/xlm-roberta-base", ["learning_rate", "max_length"])
    'From Table 5 of the paper: learning rate 2e-5, up to 512 sub-words, weight decay 0.01. \
It does not tell budget, warm-up, precision and seeds: these are as chosen here.'
    """
    found = preset(task, model_id)
    if found is None:
        return (
            f"Table 5 of the paper tells nothing of {task} with {model_id}: the defaults are taken."
        )
    rate = re.sub(r"e-0", "e-", f"{found['learning_rate']:g}")
    words = {
        "learning_rate": f"learning rate {rate}",
        "steps": f"{found['steps']:,} steps",
        "batch_size": f"batches of {found['batch_size']}",
        "max_length": f"up to {found['max_length']} sub-words",
    }
    taken = [said for name, said in words.items() if left is None or name in left]
    return (
        f"From Table 5 of the paper: {', '.join([*taken, 'weight decay 0.01'])}. It does not tell "
        "budget, warm-up, precision and seeds: these are as chosen here."
    )


def _model(model_id: str) -> str | None:
    """The paper's name of a model, by the last part of its id or path."""
    name = model_id.rstrip("/").rsplit("/", 1)[-1].lower()
    if found := re.fullmatch(r"xlm-(?:roberta|r)-(base|large)", name):
        return f"xlm-r-{found[1]}"
    return "bloom-7b1" if name in {"bloom-7b1", "bloom-7b"} else None
