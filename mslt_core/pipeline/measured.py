"""What was measured inside checkpoints, and how it is cut: by layer, by pair, as a difference."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.anisotropy import dominating
from mslt_core.analysis.jackknife import Measured
from mslt_core.analysis.spectrum import collapse_explains
from mslt_core.spec.corpora import Original
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.measuring import (
    IN_SPACE,
    OF_DIMENSIONS,
    Dominated,
    LayerCurve,
    LayerPoint,
    PairMatrix,
    Pairs,
    Space,
)
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import Pooling

Found = Mapping[str, Measured]
"""Name in `METRICS` to the measure: a number, one a language, or one a pair of languages."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measures:
    """Measures of several checkpoints over the same sentences."""

    checkpoints: tuple[CheckpointRef, ...]
    layers: tuple[tuple[int, ...], ...]
    """Of each checkpoint, from the front."""
    found: tuple[tuple[Found, ...], ...]
    """Of each checkpoint and layer."""
    langs: tuple[str, ...]
    n: int
    """Sentences in each language."""
    n_blocks: int
    """Blocks of documents behind the intervals."""
    space: Space = "raw"
    """That of the measures in `IN_SPACE`; the others are measured in the model's own."""
    k: int = 15
    """Neighbours of a sentence, where a measure looks at them."""
    original: Original = "any"
    pooling: Pooling = "mean"
    points: int = 300
    """Sentences that Gromov-Wasserstein is measured on."""
    corpus: str = ""
    """What the parallel sentences are called, in captions."""

    @property
    def names(self) -> tuple[str, ...]:
        """What was measured, in order."""
        return tuple(name for name in self.found[0][0] if name not in OF_DIMENSIONS)

    def space_of(self, name: str) -> Space:
        """The space that a measure is taken in."""
        return self.space if name in IN_SPACE else "raw"

    def is_of_pairs(self, name: str) -> bool:
        """Whether it is a number for every two languages."""
        return self.found[0][0][name].value.ndim == 2


def seen_by_any(measures: Measures) -> set[str]:
    """The languages that at least one of the checkpoints was trained on."""
    sources = {lang for ref in measures.checkpoints for lang in ref.seen_langs}
    return sources.intersection(measures.langs)


def chosen_pairs(measures: Measures, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which cells a mean over pairs is over: the same in all checkpoints, the diagonal never."""
    seen = np.array([lang in seen_by_any(measures) for lang in measures.langs])
    n_seen = seen.astype(int)[:, None] + seen.astype(int)
    wanted = {"all": n_seen >= 0, "seen": n_seen == 2, "across": n_seen == 1, "unseen": n_seen == 0}
    return wanted[pairs] & ~np.eye(len(seen), dtype=np.bool_)


def layer_curves(
    measures: Measures, name: str, pairs: Pairs = "all", *, minus: int | None = None
) -> tuple[LayerCurve, ...]:
    """A measure of every checkpoint by layer; with `minus` what it is more than in that one.

    A measure of pairs is averaged over the chosen ones, one of languages over all of them.
    Differences are taken block by block, so that what both checkpoints share cancels; checkpoints
    of different depth have none.
    """
    curves = []
    for place, ref in enumerate(measures.checkpoints):
        if place == minus:
            continue
        points = []
        for position, layer in enumerate(measures.layers[place]):
            mean = _mean(measures, measures.found[place][position][name], pairs)
            if minus is None:
                points.append(_share_of(name, point_of(layer, mean)))
                continue
            _require_same_layer(measures, place, minus, position)
            other = _mean(measures, measures.found[minus][position][name], pairs)
            points.append(point_of(layer, mean - other))
        curves.append(LayerCurve(measure=name, checkpoint=ref, points=tuple(points)))
    return tuple(curves)


def pair_matrices(
    measures: Measures, name: str, position: int = -1, *, minus: int | None = None
) -> tuple[PairMatrix, ...]:
    """A measure between every two languages at one of the measured layers of every checkpoint."""
    matrices = []
    for place, ref in enumerate(measures.checkpoints):
        if place == minus:
            continue
        found = at_place(measures, place, position)[name]
        if minus is not None:
            _require_same_layer(measures, place, minus, position)
            found = found - measures.found[minus][position][name]
        low, high = found.interval() if found.has_interval else (None, None)
        matrices.append(
            PairMatrix(
                measure=name,
                checkpoint=ref,
                layer=measures.layers[place][position],
                langs=measures.langs,
                matrix=found.value,
                low=low,
                high=high,
            )
        )
    return tuple(matrices)


def difference(
    measures: Measures, name: str, of: tuple[int, int], pairs: Pairs = "all", position: int = -1
) -> LayerPoint:
    """The second checkpoint minus the first at one of the measured layers."""
    first, second = of
    _require_same_layer(measures, first, second, position)
    a, b = (_mean(measures, measures.found[place][position][name], pairs) for place in of)
    return point_of(measures.layers[second][position], b - a)


def at_place(measures: Measures, place: int, position: int) -> Found:
    """What was measured at one of the layers of a checkpoint."""
    n = len(measures.layers[place])
    if not -n <= position < n:
        raise BadInputError(
            f"{measures.checkpoints[place].name} has {n} measured layers, got place {position}",
            hint="Choose a layer nearer to the last one, or checkpoints of one depth.",
        )
    return measures.found[place][position]


def collapsed(measures: Measures, place: int) -> bool:
    """Whether a checkpoint mixes more than the first at the last layer, in a space that is so much
    flatter that this may be all."""
    mixing, ranks = (
        [float(of_one[-1][name].value) for of_one in measures.found]
        for name in ("mingling", "effective_rank")
    )
    return collapse_explains(
        mixing=mixing[place],
        reference_mixing=mixing[0],
        rank=ranks[place],
        reference_rank=ranks[0],
    )


def dominated_layers(measures: Measures) -> tuple[Dominated, ...]:
    """Every checkpoint and layer whose mean cosine single dimensions make up."""
    found = []
    for place, ref in enumerate(measures.checkpoints):
        for position, layer in enumerate(measures.layers[place]):
            here = measures.found[place][position]
            shares = here["cosine_shares"].value
            if not (named := dominating(shares).tolist()):
                continue
            found.append(
                Dominated(
                    checkpoint=ref,
                    layer=layer,
                    dimensions=tuple(named),
                    share=float(shares[named].sum()),
                    mean_cosine=float(here["mean_cosine"].value),
                    rest=float(here["mean_cosine_rest"].value),
                )
            )
    return tuple(found)


def _require_same_layer(measures: Measures, a: int, b: int, position: int) -> None:
    layers = [measures.layers[place] for place in (a, b)]
    if len(layers[0]) != len(layers[1]) or layers[0][position] != layers[1][position]:
        names = [measures.checkpoints[place].name for place in (a, b)]
        raise BadInputError(
            f"{names[0]} and {names[1]} differ in depth: their layers cannot be subtracted",
            hint="Compare checkpoints of one model.",
        )


def _mean(measures: Measures, found: Measured, pairs: Pairs) -> Measured:
    if found.value.ndim == 0:
        return found
    if found.value.ndim == 1:
        return found.over(np.ones(found.value.shape, dtype=np.bool_))
    cells = chosen_pairs(measures, pairs)
    if not cells.any():
        raise BadInputError(
            f"there is no such pair among {', '.join(measures.langs)}",
            hint="Choose other pairs, or add languages.",
        )
    return found.over(cells)


def point_of(layer: int, found: Measured) -> LayerPoint:
    """A number at a layer, with its interval where it has one."""
    if not found.has_interval:
        return LayerPoint(layer=layer, value=float(found.value), low=None, high=None)
    low, high = (float(end) for end in found.interval())
    if math.isnan(low) or math.isnan(high):  # undefined without one of the blocks
        return LayerPoint(layer=layer, value=float(found.value), low=None, high=None)
    return LayerPoint(layer=layer, value=float(found.value), low=low, high=high)


def _share_of(name: str, point: LayerPoint) -> LayerPoint:
    """The same; the interval of a mean of shares ends where shares do."""
    info = METRICS[name]
    if info.unit != "points" or point.low is None or point.high is None:
        return point
    low, high = max(point.low, info.low or 0.0), min(point.high, info.high or 1.0)
    return dataclasses.replace(point, low=low, high=high)


def pairs_there(measures: Measures) -> tuple[Pairs, ...]:
    """The choices of pairs that are not empty."""
    every: Sequence[Pairs] = ("all", "seen", "across", "unseen")
    return tuple(pairs for pairs in every if chosen_pairs(measures, pairs).any())
