"""The way to Train with the sets filled in, so that new runs join those of the experiment."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.errors import MsltError
from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import TrainSpec
from pages._shared.context import Context
from pages._shared.source_sets import SETS_BY
from pages._shared.train_keys import KEYS, has_control, written

TRAIN = "pages/train.py"
SWEEP = "A whole sweep"
"""What Train is to be about, instead of a few sets."""

OTHERS = (
    *("task", "data", "model", "budget", "seeds", "extent", "paper", "sources", "eval_data"),
    *("handed_over", "beside", "sets_by", "listed", "budgets", "rates", "models", "oracles"),
)
FEW_SHOT = {"shots", "shot_langs"}
"""What sets of one experiment differ in beside their sources."""


def to_train(**asked: list[str]) -> None:
    """Leave for Train with these sources or sets, whatever its boxes held on the last visit."""
    for key in ("sources", "handed_over", "extent"):
        st.session_state.pop(key, None)
    st.switch_page(TRAIN, query_params=asked)


def train_link(
    context: Context,
    sets: Sequence[tuple[str, ...]],
    *,
    n_seeds: int | None = None,
    beside: bool = True,
    few_shot: tuple[int, tuple[str, ...]] = (0, ()),
) -> dict[str, str | list[str]]:
    """Query parameters of Train: task, data, model and recipe as they were, and these sets.

    They are zero-shot sets, unless some targets get `few_shot` examples each. Not `beside`
    SSLT(en), where it is trained: all sets of a plan get the seeds that all lack.
    """
    # what was left in the controls on the last visit would win over the link
    for key in (*KEYS.values(), *OTHERS):
        st.session_state.pop(key, None)
    asked: dict[str, str | list[str]] = {"sets": [",".join(langs) for langs in sets]}
    if n_seeds is not None:
        asked["seeds"] = str(n_seeds)
    if not beside:
        asked["beside"] = "false"
    if context.spec is None:
        return asked
    spec, where = context.spec, context.groups[0].runs[0].where
    asked |= {"model": where.model or spec.model, "budget": str(spec.budget)}
    titles = pipeline.task_titles()
    if spec.task in titles:
        asked["task"] = titles[spec.task]
    asked |= {name: path for name, path in where if name != "model" and path}
    told = {name: value for name, value in _unusual(context).items() if has_control(name, value)}
    if few_shot[0]:
        told |= dict(zip(("shots", "shot_langs"), few_shot, strict=True))
    return asked | {KEYS[name]: written(name, value) for name, value in told.items()}


def seeds_link(context: Context, groups: Sequence[RunGroup]) -> dict[str, str | list[str]]:
    """Query parameters of Train: a sweep by which these sets have the seeds that ranking takes.

    One recipe trains them all: they are `pipeline.alike`.
    """
    spec = groups[0].runs[0].spec
    few_shot = spec.shots, spec.shot_langs
    asked = train_link(context, (), n_seeds=pipeline.MIN_SEEDS, few_shot=few_shot)
    del asked["sets"]
    listed = "\n".join(", ".join(group.source_langs) for group in groups)
    return asked | {"extent": SWEEP, "sets_by": SETS_BY["listed"], "listed": listed}


def not_carried(context: Context) -> str:
    """What Train has no control for, so that runs from there are another experiment's; or ""."""
    unusual = _unusual(context)
    lost = [_option(name, value) for name, value in unusual.items() if not has_control(name, value)]
    if not lost:
        return ""
    return (
        f"Train has no control for {', '.join(lost)}: runs started there will not join this "
        "experiment. The command `train` takes them so."
    )


def _option(name: str, value: object) -> str:
    """As the command `train` is told it."""
    written = ",".join(value) if isinstance(value, tuple) else "all" if value is None else value
    option = "targets" if name == "target_langs" else name.replace("_", "-")
    return f"`--{option} {written}`"


def _unusual(context: Context) -> dict[str, Any]:
    """What all sets of the experiment have in common and Train must be told."""
    spec = context.spec
    if spec is None:
        return {}
    where = context.groups[0].runs[0].where
    try:
        found = pipeline.unusual(spec, where, roots=pipeline.allowed_roots())
    except MsltError:  # data or model lie elsewhere now, which Train will say: all of it, then
        usual = {name: TrainSpec.model_fields[name].default for name in KEYS}
        usual["group_by_length"] = False  # of new runs
        found = {k: getattr(spec, k) for k in KEYS if getattr(spec, k) != usual[k]}
    return {name: value for name, value in found.items() if name not in FEW_SHOT}
