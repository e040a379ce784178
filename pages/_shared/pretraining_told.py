"""Scores against pretraining text, in words."""

from mslt_core import figures
from mslt_core.spec.languages import label
from mslt_core.spec.set_views import ByPretraining, RankCorrelation
from pages._shared.context import Context
from pages._shared.gains_told import told_seeds
from pages._shared.messages import escape

NOISE = {"seeds": "seeds", "both": "seeds and test items"}


def targets_answer(found: ByPretraining, n_seeds: int) -> str:
    """Whether targets with more text score higher, set by set."""
    told = "; ".join(
        f"**{escape(one.name)}** {_says(one.correlation)} ({figures.rho_told(one.correlation)})"
        for one in found.series
    )
    return f"Targets with more pretraining text: {told}, {told_seeds(n_seeds)}."


def sets_answer(found: ByPretraining) -> str:
    """Whether sets of languages with more text score higher."""
    (one,) = found.series
    return (
        f"Sets of languages with more pretraining text: **{_says(one.correlation)}** over "
        f"{len(one.points)} sets ({figures.rho_told(one.correlation)})."
    )


def _says(found: RankCorrelation | None) -> str:
    if found is None:
        return "nothing can be told"
    if found.low is None or found.high is None:
        return "single runs, so nothing is sure"
    if found.p > 0.05 or found.low <= 0 <= found.high:
        return "neither higher nor lower beyond chance"
    return "score higher" if found.rho > 0 else "score lower"


def basis(found: ByPretraining, context: Context) -> str:
    """Whose text is counted, and what intervals are over."""
    base = context.spec.model if context.spec else context.base
    known = next((one.correlation for one in found.series if one.correlation), None)
    told = [
        f"Text: {found.source}. The base model here is {escape(base)}; figures of another "
        "model's text say little of it."
    ]
    if known and known.over == "points":
        told.append("Intervals are over targets, taken as independent; related ones are not.")
    elif known:
        told.append(
            f"The interval carries the noise of {NOISE[known.over]}; p is by exchanging languages, "
            "since sets share them."
        )
    if found.without:
        told.append(f"No figure is published for {', '.join(map(label, found.without))}.")
    return " ".join([*told, *found.caveats])
