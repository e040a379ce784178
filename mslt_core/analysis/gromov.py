"""Have two languages' spaces the same shape, even without knowing which sentences match?"""

import dataclasses
import os

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

MAX_POINTS = 1000
"""The exact solver takes minutes beyond; the entropic one does not find the matching."""


@dataclasses.dataclass(frozen=True)
class GromovWasserstein:
    """How far two shapes are from each other, and whether the matching is the translations'."""

    distance: float
    """The lowest that any start led to."""
    blind: float
    """The lowest of the starts that do not know the translations."""
    matched: float
    """Share of the sentences, 0 to 1, that `blind` matches with their own translation; 1 / n by
    chance."""
    of_pairs: float
    """What matching translations gives, as they are."""
    uniform: float
    """What matching everything with everything alike gives."""
    n: int
    n_starts: int


def gromov_wasserstein(
    X: npt.NDArray[np.floating],
    Y: npt.NDArray[np.floating],
    *,
    n_starts: int = 5,
    seed: int = 0,
) -> GromovWasserstein:
    r"""Gromov-Wasserstein distance of two representations, from their inner distances alone.

    Parameters
    ----------
    X, Y : ndarray of shape (n_samples, n_features_x), (n_samples, n_features_y)
        3 to 1,000 rows. Row i is the same sentence in both; `blind` and `matched` come from
        searches that do not use it. The widths may differ; computed in float64.
    n_starts : int
        Blind starting points of the search: matching everything alike, then random matchings.
        One more starts from the translations. The lowest result is kept.
    seed : int
        Of the random starts.

    Returns
    -------
    GromovWasserstein
        `distance` is 0 or more, without unit: how far distances between matched sentences differ,
        root mean square, in units of the mean distance. 0: the same shape up to rotation, mirror
        image, shift and scale. In wide spaces all distances are alike, so that any two shapes
        are near: read it beside `uniform`. Where `blind` is above `distance`, the shapes alone did
        not lead the search to the best matching.

    Raises
    ------
    ValueError
        If the arrays are not 2-d with equal rows.
    SpecError
        With fewer than 3 or more than 1,000 rows, or no start.
    DegenerateInputError
        If a value is not finite or all rows of one array are equal.

    Notes
    -----
    .. math:: GW^2 = \min_T \sum_{ijkl} (C_{ik} - D_{jl})^2 \, T_{ij} T_{kl}

    over couplings T with uniform margins, C and D the Euclidean distances, each divided by its
    mean. The exact conditional-gradient solver of POT, a search that can end in a local minimum:
    the result is an upper bound, and independent noise is brought well below `uniform` too.
    O(n^3) time an iteration, 24 n^2 bytes and more.

    References
    ----------
    Mémoli (2011). Gromov-Wasserstein distances and the metric approach to object matching.
    Foundations of Computational Mathematics 11.
    Vayer et al. (2019). Optimal transport for structured data with application on graphs. ICML.
    Alvarez-Melis & Jaakkola (2018). Gromov-Wasserstein alignment of word embedding spaces. EMNLP.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(30, 3))
    >>> found = gromov_wasserstein(X, 2 * X[:, ::-1])
    >>> round(found.distance, 6), found.matched
    (0.0, 1.0)
    """
    if n_starts < 1:
        raise SpecError(f"n_starts must be 1 or more, got {n_starts}")
    C, D = _inner_distances(X, Y)
    n = len(C)
    rng = np.random.default_rng(seed)
    firsts = [np.full((n, n), 1 / n**2)]
    firsts += [np.eye(n)[rng.permutation(n)] / n for _ in range(n_starts - 1)]
    squares, coupling = min((_search(C, D, first) for first in firsts), key=lambda found: found[0])
    informed, _ = _search(C, D, np.eye(n) / n)
    means = (C**2).mean() + (D**2).mean() - 2 * C.mean() * D.mean()
    return GromovWasserstein(
        distance=float(np.sqrt(min(squares, informed))),
        blind=float(np.sqrt(squares)),
        matched=float((coupling.argmax(axis=1) == np.arange(n)).mean()),
        of_pairs=float(np.sqrt(((C - D) ** 2).mean())),
        uniform=float(np.sqrt(means)),
        n=n,
        n_starts=n_starts,
    )


def _search(C: F64, D: F64, first: F64) -> tuple[float, F64]:
    """Squared distance and coupling of the local minimum that a start leads to."""
    # POT loads every array library it finds, torch among them; NumPy is all that is used here
    os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")
    from ot.gromov import gromov_wasserstein as solve

    uniform = np.full(len(C), 1 / len(C))
    coupling, log = solve(C, D, uniform, uniform, symmetric=True, G0=first, log=True)
    return max(float(log["gw_dist"]), 0.0), coupling


def _inner_distances(X: npt.NDArray[np.floating], Y: npt.NDArray[np.floating]) -> tuple[F64, F64]:
    """Euclidean distances inside each array, divided by the mean of those between two rows."""
    from scipy.spatial.distance import pdist, squareform

    if X.ndim != 2 or Y.ndim != 2 or len(X) != len(Y):
        raise ValueError(f"X and Y must be 2-d with equal rows, got shapes {X.shape} and {Y.shape}")
    if not 3 <= len(X) <= MAX_POINTS:
        raise SpecError(f"Gromov-Wasserstein takes 3 to {MAX_POINTS} sentences, got {len(X)}")
    distances = []
    for name, Z in (("X", X), ("Y", Y)):
        between = pdist(Z.astype(np.float64))
        if not np.isfinite(between).all():
            raise DegenerateInputError(f"{name} holds NaN or infinity")
        if not between.mean() > 0:
            raise DegenerateInputError(f"all rows of {name} are equal: it has no shape")
        distances.append(squareform(between / between.mean()))
    return distances[0], distances[1]
