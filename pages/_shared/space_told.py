"""How the space of the models changed from the base on, in sentences with their uncertainty."""

from collections.abc import Sequence

from mslt_core.spec.findings import SpaceChange, SpaceShift
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.metrics import METRICS
from pages._shared.messages import escape

BESIDE = ("linear_cka", "retrieval_p1")
"""Beside mingling, which has its own place."""


def mixing(change: SpaceChange) -> str:
    """Mingling from the base to the last checkpoint, and whether a flatter space explains it."""
    first, last = change.mingling[0], change.mingling[-1]
    shift = change.overall
    word = _direction(shift.mingling, "mixes the languages more", "mixes them less")
    told = (
        f"**{escape(shift.after)} {word}** than {escape(shift.before)}: mingling "
        f"{first.value:.2f} to {last.value:.2f}, {_point(shift.mingling)} "
        "(interval over documents; one run of each)."
    )
    ranks = change.effective_rank
    if change.collapsed:
        return (
            f"{told} {_rank(ranks)}: the space has collapsed, and a collapsed one mixes by itself."
        )
    if shift.mingling.value > 0 and ranks[-1] < ranks[0]:
        return f"{told} {_rank(ranks)}: part of it may come from a flatter space."
    return told


def inside(change: SpaceChange) -> str:
    """CKA and retrieval from one checkpoint to the next."""
    steps = [f"from {escape(s.before)} to {escape(s.after)} {_moved(s)}" for s in change.shifts]
    return (
        f"At the last layer, {'; '.join(steps)} ({len(change.langs)} languages, {change.n:,} "
        "sentences, intervals over documents)."
    )


def _rank(ranks: Sequence[float]) -> str:
    return f"The effective rank went from {ranks[0]:.0f} to {ranks[-1]:.0f}"


def _moved(shift: SpaceShift) -> str:
    return " and ".join(
        f"{METRICS[name].in_sentence} moved by **{_point(getattr(shift, name))}**"
        for name in BESIDE
    )


def _direction(change: LayerPoint, more: str, less: str) -> str:
    """Neither where the interval holds zero, or there is none."""
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return "may mix them no more or less"
    return more if change.value > 0 else less


def _point(change: LayerPoint) -> str:
    told = f"{_rounded(change.value):+.2f}"
    if change.low is not None and change.high is not None:
        told += f" [{_rounded(change.low):.2f}, {_rounded(change.high):.2f}]"
    return told.replace("-", "−")


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0  # no minus before a zero
