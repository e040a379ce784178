"""What chance alone gives beside what was measured."""

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.multiple import holm
from mslt_core.pipeline.measured import Measures, at_place, layer_curves
from mslt_core.spec.measuring import CHANCE, P_BY_CHANCE, LayerCurve, Pairs

ALPHA = 0.05
"""Chance is told apart at this level, over all pairs of a checkpoint and layer."""


def chance_curves(measures: Measures, name: str, pairs: Pairs = "all") -> tuple[LayerCurve, ...]:
    """What chance alone gives in place of a measure, by layer; empty where that is not known."""
    chance = CHANCE.get(name)
    if chance is None or chance not in measures.names:
        return ()
    return layer_curves(measures, chance, pairs)


def by_chance(
    measures: Measures, name: str, position: int = -1
) -> tuple[npt.NDArray[np.bool_], ...]:
    """Per checkpoint the cells (l, l) of a measure that chance alone may have brought about.

    CKA: cells that random pairings of sentences reach in more than 5 % of cases, by Holm's
    procedure over all pairs of the checkpoint and layer. Procrustes: no smaller than with
    shuffled sentences. None for other measures, or where the null was not computed.
    """
    places = range(len(measures.checkpoints))
    return tuple(by_chance_at(measures, name, place, position) for place in places)


def by_chance_at(measures: Measures, name: str, place: int, position: int) -> npt.NDArray[np.bool_]:
    """The mask of one checkpoint, (l, l), False on the diagonal."""
    found = at_place(measures, place, position)
    p_name, chance = P_BY_CHANCE.get(name, ""), CHANCE.get(name, "")
    if p_name in found:
        return _not_rejected(found[p_name].value)
    n_langs = len(measures.langs)
    if name == "procrustes_residual" and chance in found:
        mask: npt.NDArray[np.bool_] = found[name].value >= found[chance].value
        return mask & ~np.eye(n_langs, dtype=np.bool_)
    return np.zeros((n_langs, n_langs), dtype=np.bool_)


def _not_rejected(p: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    upper = np.triu_indices(len(p), k=1)
    kept = np.zeros(p.shape, dtype=np.bool_)
    kept[upper] = holm(p[upper]) > ALPHA
    return kept | kept.T


def layers_by_chance(measures: Measures, name: str) -> dict[str, frozenset[int]]:
    """Checkpoint to the layers at which chance alone may have brought about some pair."""
    found: dict[str, frozenset[int]] = {}
    for place, ref in enumerate(measures.checkpoints):
        layers = measures.layers[place]
        found[ref.name] = frozenset(
            layer
            for position, layer in enumerate(layers)
            if by_chance_at(measures, name, place, position).any()
        )
    return found
