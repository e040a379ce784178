"""What the Mingling page found, in sentences with their uncertainty."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core import figures, pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult
from pages._shared.messages import escape

ENDS_MEET = 0.005
"""An interval shorter than this would mostly have equal ends with two decimals."""


def cka_answer(result: MingleResult) -> str:
    """The mean CKA of each checkpoint, where no more is measured yet."""
    cka = result.ckas[0]
    parts = [
        f"**{matrix.mean_off_diagonal():.2f}** in {escape(ref.name)}"
        for ref, matrix in zip(result.checkpoints, result.ckas, strict=True)
    ]
    return (
        f"Mean CKA between {len(cka.langs)} languages ({cka.estimator}, n = {cka.n:,} sentences, "
        f"{figures.layers(c.layer for c in result.ckas)}): {', '.join(parts)}."
    )


def answer(measures: Measures) -> str:
    """Does the last layer mix more than the base's, and is it alignment or collapse?"""
    names = [escape(ref.name) for ref in measures.checkpoints]
    mixed = [curve.points[-1] for curve in pipeline.layer_curves(measures, "mingling")]
    told = ", ".join(
        f"**{point_told(point)}** in {name}" for name, point in zip(names, mixed, strict=True)
    )
    sentences = [f"Mingling at the last layer (0 islands, 1 shuffled): {told}."]
    if len(names) > 1 and _same_depth(measures):
        best = max(range(1, len(names)), key=lambda place: mixed[place].value)
        sentences.append(_compared(measures, best, names))
        sentences += _collapse(measures, names)
    return " ".join(sentences)


def _compared(measures: Measures, place: int, names: list[str]) -> str:
    """The checkpoint that mixes most against the base: mingling, CKA and retrieval."""
    changes = []
    for measure in ("mingling", "linear_cka", "retrieval_p1"):
        change = pipeline.difference(measures, measure, (0, place))
        changes.append(f"{METRICS[measure].in_sentence} {point_told(change, signed=True)}")
    return f"{names[place]} against {names[0]}: {', '.join(changes)}."


def _collapse(measures: Measures, names: list[str]) -> list[str]:
    """The effective ranks, and what a lower one says where the languages mix more beyond noise."""
    ranks = [c.points[-1].value for c in pipeline.layer_curves(measures, "effective_rank")]
    changes = {
        place: pipeline.difference(measures, "mingling", (0, place))
        for place in range(1, len(ranks))
    }
    more = [place for place, change in changes.items() if (change.low or 0.0) > 0]
    flat = [place for place in more if pipeline.collapsed(measures, place)]
    told = ", ".join(f"{ranks[place]:.0f} in {names[place]}" for place in range(1, len(ranks)))
    said = f"The effective rank is {ranks[0]:.0f} in {names[0]}, {told}"
    if flat:
        who = ", ".join(names[place] for place in flat)
        return [f"{said}: the space of {who} has collapsed, and a collapsed space mixes by itself."]
    if any(ranks[place] < ranks[0] for place in more):
        return [f"{said}: part of the mixing may come from a flatter space."]
    return [f"{said}."]


def crossed_told(measures: Measures, crossed: Sequence[npt.NDArray[np.bool_]]) -> str:
    """How many pairs chance may have brought about in each checkpoint, also where it is none."""
    n_langs = len(measures.langs)
    n_pairs = n_langs * (n_langs - 1) // 2
    names = [escape(ref.name) for ref in measures.checkpoints]
    counts = [int(np.triu(mask, k=1).sum()) for mask in crossed]
    if not any(counts):
        which = f"All {n_pairs} pairs" if n_pairs > 1 else "The two languages"
        return f"{which} are told from chance in every checkpoint."
    told = ", ".join(f"{n} in {name}" for n, name in zip(counts, names, strict=True))
    return f"Of {n_pairs} pair{'s' * (n_pairs > 1)} chance may have brought about {told}."


def _same_depth(measures: Measures) -> bool:
    return len(set(measures.layers)) == 1


def point_told(point: LayerPoint, *, signed: bool = False) -> str:
    """0.57 [0.56, 0.58]; +0.21 [0.21, 0.22] with its sign; a digit more where the ends meet."""
    if point.low is None or point.high is None:
        return _written(point.value, 2, signed=signed)
    decimals = 3 if point.high - point.low < ENDS_MEET else 2
    low, high = (_written(end, decimals) for end in (point.low, point.high))
    return f"{_written(point.value, decimals, signed=signed)} [{low}, {high}]"


def _written(value: float, decimals: int, *, signed: bool = False) -> str:
    """With a true minus; what is rounded to 0 has no sign."""
    rounded = round(value, decimals) + 0.0
    plus = signed and rounded != 0
    return f"{rounded:{'+' if plus else ''}.{decimals}f}".replace("-", "−")
