"""Measures of a layer as arrays, for the store."""

import numpy as np

from mslt_core.analysis.cka_blocks import with_second_order
from mslt_core.analysis.jackknife import Measured
from mslt_core.pipeline.measured import Found
from mslt_core.spec.metrics import METRICS
from mslt_core.store import Arrays

OF_SENTENCES = frozenset({"linear_cka", "rbf_cka"})
"""Measures whose second order follows from their values, so that it is not kept."""


def packed(found: Found) -> Arrays:
    """Measures as arrays to keep."""
    arrays: Arrays = {}
    for name, one in found.items():
        arrays[name] = np.asarray(one.value, dtype=np.float64)
        if len(one.sizes):
            # what is left out moves a number by a few percent: six digits are plenty
            arrays[f"{name}.without"] = one.without.astype(np.float32)
            arrays["sizes"] = one.sizes
        if one.ends is not None:
            arrays[f"{name}.low"], arrays[f"{name}.high"] = one.ends
        if one.second is not None and name not in OF_SENTENCES:
            arrays[f"{name}.second"] = one.second
        if one.concentration is not None:
            arrays[f"{name}.concentration"] = one.concentration
    return arrays


def unpacked(arrays: Arrays) -> dict[str, Measured]:
    """Measures that were kept, in the order in which they are declared."""
    none = np.empty(0, dtype=np.int64)
    found = {}
    for name in (name for name in METRICS if name in arrays):  # a file keeps no order of its own
        value = arrays[name]
        without = arrays.get(f"{name}.without")
        ends = (arrays[f"{name}.low"], arrays[f"{name}.high"]) if f"{name}.low" in arrays else None
        one = Measured(
            value=value,
            without=np.empty((0, *value.shape)) if without is None else without.astype(np.float64),
            sizes=none if without is None else arrays["sizes"],
            ends=ends,
            second=arrays.get(f"{name}.second"),
            concentration=arrays.get(f"{name}.concentration"),
        )
        found[name] = with_second_order(one) if name in OF_SENTENCES else one
    return found
