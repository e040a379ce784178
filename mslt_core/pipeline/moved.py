"""How far training has moved each language away from the first checkpoint of a look."""

from collections.abc import Sequence

import numpy as np

from mslt_core.pipeline.measured import Measures, at_place, point_of
from mslt_core.spec.measuring import LayerCurve, Moved


def moved_curves(measures: Measures, name: str, langs: Sequence[str]) -> tuple[LayerCurve, ...]:
    """How alike every further checkpoint and the first are, as a mean over some languages."""
    chosen = np.isin(measures.langs, list(langs))
    curves = []
    for place, ref in enumerate(measures.checkpoints):
        at = measures.found[place]
        if name not in at[-1]:
            continue
        points = [
            point_of(layer, found[name].over(chosen))
            for layer, found in zip(measures.layers[place], at, strict=True)
        ]
        curves.append(LayerCurve(measure=name, checkpoint=ref, points=tuple(points)))
    return tuple(curves)


def moved_languages(measures: Measures, name: str, position: int = -1) -> tuple[Moved, ...]:
    """How alike every further checkpoint and the first are, language by language."""
    rows = []
    for place, ref in enumerate(measures.checkpoints):
        found = at_place(measures, place, position).get(name)
        if found is None:
            continue
        low, high = found.interval()
        layer = measures.layers[place][position]
        rows.append(
            Moved(
                measure=name,
                checkpoint=ref,
                layer=layer,
                langs=measures.langs,
                values=found.value,
                low=low,
                high=high,
            )
        )
    return tuple(rows)
