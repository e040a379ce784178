"""How far a map can be trusted: does another seed draw the same, and what to tell the reader."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.map_quality import MapQuality, map_neighbours, n_shared
from mslt_core.analysis.projection import aligned
from mslt_core.spec.errors import SpecError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stability:
    """The agreement of several maps of the same points, as means over every two of them."""

    k: int
    n_samples: int
    n_maps: int
    overlap: float
    disparity: float


def stability(maps: Sequence[npt.NDArray[np.floating]], k: int = 15) -> Stability:
    """How far several maps of the same points agree, for instance of several seeds.

    Parameters
    ----------
    maps : sequence of at least two ndarrays of shape (n_samples, 2)
        Row i is the same sentence in all of them.
    k : int
        Neighbours that count; from 1 to n_samples - 1.

    Returns
    -------
    Stability
        Means over every two maps. Overlap, in [0, 1]: the share of a point's k neighbours that
        both maps give it; at random k / (n_samples - 1). Disparity, in [0, 1]: see `aligned`; it
        also counts where groups lie, which t-SNE and UMAP leave open.

    Raises
    ------
    SpecError
        If there are fewer than two maps, or `k` is out of its range.
    ValueError
        If the shapes differ.
    DegenerateInputError
        If a coordinate is not finite, or all points of a map are in one place.

    Notes
    -----
    t-SNE that starts from principal components hardly depends on its seed: all maps then share a
    start, and agree whether or not it is to be believed. Draw them with
    ``initialization="random"`` to learn what the vectors alone decide. PCA has no seed.
    """
    if len(maps) < 2:
        raise SpecError(f"stability compares maps: at least two are needed, got {len(maps)}")
    near = [map_neighbours(coords, k) for coords in maps]
    pairs = list(itertools.combinations(range(len(maps)), 2))
    disparities = [aligned(maps[i], maps[j])[1] for i, j in pairs]
    overlaps = [n_shared(near[i], near[j]).mean() / k for i, j in pairs]
    return Stability(
        k=k,
        n_samples=len(maps[0]),
        n_maps=len(maps),
        overlap=float(np.mean(overlaps)),
        disparity=float(np.mean(disparities)),
    )


LOW_TRUST = 0.9
"""Below, a neighbour on the map is on average more than a tenth of all points too far down the
list of real ones: 1 - T is about the mean of (r - k) / n where k is small beside n."""
LOW_PRESERVATION = 0.1
"""Below, fewer than one in ten of a point's real neighbours are its neighbours on the map."""
LOW_OVERLAP = 0.5
"""Below, two seeds agree on fewer neighbours than they disagree on."""


def verdict(quality: MapQuality, stability: Stability | None = None) -> str | None:
    """A plain sentence where a picture should not be believed; None where nothing speaks against.

    The thresholds `LOW_TRUST`, `LOW_PRESERVATION` and `LOW_OVERLAP` are this project's own, with
    their reasons beside them; the literature names none.
    """
    means = quality.means()
    share = means["neighbourhood_preservation"]
    at_random = quality.k / (quality.n_samples - 1)
    k = quality.k
    if means["trustworthiness"] < LOW_TRUST:
        return (
            f"Do not believe who is near whom on this map: points far apart in the space lie side "
            f"by side (trustworthiness {means['trustworthiness']:.2f}, below {LOW_TRUST})."
        )
    if means["continuity"] < LOW_TRUST:
        return (
            f"Do not believe who is apart on this map: points near each other in the space are "
            f"torn apart (continuity {means['continuity']:.2f}, below {LOW_TRUST})."
        )
    # with few points a share of one in ten is what chance gives
    if share < max(LOW_PRESERVATION, 2 * at_random):
        return (
            f"Read groups from this map, not neighbours: of a point's {k} nearest in the space "
            f"{share:.0%} are among its {k} nearest here ({at_random:.1%} by chance)."
        )
    if stability is not None and stability.overlap < LOW_OVERLAP:
        return (
            f"Do not believe details of this map: two of {stability.n_maps} seeds agree on "
            f"{stability.overlap:.0%} of a point's {stability.k} neighbours."
        )
    return None
