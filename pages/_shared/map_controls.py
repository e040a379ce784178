"""How the maps are drawn: a preset or values of one's own, how many sentences, what compares."""

from typing import Any, Literal, get_args

import streamlit as st

from mslt_core.spec.maps import Fit, MapParameters, Metric, Preset, preset
from mslt_core.spec.specs import Projection
from pages._shared.one_of import one_of

Choice = Preset | Literal["own"]
PRESETS: dict[Choice, str] = {
    "balanced": "Balanced",
    "local detail": "Local detail",
    "global shape": "Global layout",
    "own": "Own values",
}
FITS: dict[Fit, str] = {"aligned": "each aligned to the first", "joint": "one joint fit"}
FIT_COSTS: dict[Fit, str] = {
    "aligned": "Every map starts from the first one (Base) and is then shifted, turned and scaled "
    "onto it; what is left of the difference is told as its disparity. The price: a warm start "
    "favours the first map, whose arrangement the others keep where their own vectors leave it "
    "open.",
    "joint": "All checkpoints are one map, none is favoured. The price: a checkpoint that training "
    "moved as a whole becomes an island of its own, with little room left for how its languages "
    "lie; one that hardly moved lies on top of the others. All must be of one width.",
}
_TSNE = "perplexity early_exaggeration early_exaggeration_iter exaggeration learning_rate n_iter"
SHOWN: dict[Projection, tuple[str, ...]] = {
    "tsne": (*_TSNE.split(), "initialization", "metric"),
    "umap": ("n_neighbors", "min_dist", "n_epochs", "metric"),
    "pca": ("components", "whiten"),
}
"""What a method takes, by the names of its library."""
CHOICES = {"metric": get_args(Metric), "initialization": ("pca", "spectral", "random")}
NUMBERS: dict[str, tuple[Any, Any, Any]] = {
    "perplexity": (2.0, 500.0, 5.0),
    "early_exaggeration": (1.0, 100.0, 1.0),
    "early_exaggeration_iter": (0, 10_000, 50),
    "exaggeration": (1.0, 32.0, 0.5),
    "learning_rate": (1.0, 1e6, 50.0),
    "n_iter": (1, 10_000, 50),
    "n_neighbors": (2, 1000, 5),
    "min_dist": (0.0, 1.0, 0.05),
    "n_epochs": (1, 10_000, 50),
}
"""Least, most, and step."""


def map_settings(method: Projection, n_langs: int, n_common: int) -> dict[str, Any]:
    """Fields of a look: sentences, what makes maps comparable, the parameters."""
    n = st.number_input(
        "Sentences a language",
        min_value=4,
        max_value=5000,
        value=200,
        step=100,
        key="n",
        bind="query-params",
        help=f"{n_common:,} are there in every chosen language; drawn once, the same everywhere.",
    )
    fit: Fit = one_of("What makes maps comparable", FITS, key="fit")
    st.caption(FIT_COSTS[fit])
    parameters = _parameters(method, min(int(n), n_common) * n_langs)
    return {"n": int(n), "fit": fit, **dict(parameters)}


def _parameters(method: Projection, n_points: int) -> MapParameters:
    if method == "pca":
        return MapParameters(**_own(method))
    choice: Choice = one_of("Parameters", PRESETS, key="preset", wrap=True)
    if choice == "own":
        return MapParameters(**_own(method))
    found = preset(choice, n_points) if n_points >= 4 else MapParameters()
    told = [f"{name} {getattr(found, name)}" for name in SHOWN[method]]
    st.caption(f"For {n_points:,} points: {', '.join(told)}.".replace("None", "auto"))
    return found


def _own(method: Projection) -> dict[str, Any]:
    """A widget a parameter, under the library's own name; an empty one is left to the library."""
    columns = st.columns(2)
    found: dict[str, Any] = {}
    for place, name in enumerate(SHOWN[method]):
        with columns[place % 2]:
            value = _widget(name)
        if value is not None:
            found[name] = value
    return found


def _widget(name: str) -> Any:
    field = MapParameters.model_fields[name]
    about: Any = {"key": f"map_{name}", "bind": "query-params", "help": field.description}
    if name in CHOICES:
        return st.selectbox(name, CHOICES[name], **about)
    if name == "whiten":
        return st.toggle(name, **about)
    if name == "components":
        shown = st.selectbox(name, ("1, 2", "1, 3", "2, 3", "3, 4"), **about)
        return tuple(int(part) for part in shown.split(", "))
    low, high, step = NUMBERS[name]
    default: Any = field.default if isinstance(field.default, int | float) else None
    return st.number_input(name, low, high, default, step, placeholder="auto", **about)
