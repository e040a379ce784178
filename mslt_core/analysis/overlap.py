"""Do two representations of the same sentences agree on which sentences are near each other?"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import SpecError

BLOCK_BYTES = 1 << 26
"""Memory for the neighbour sets that are compared at a time."""


@dataclasses.dataclass(frozen=True)
class Overlap:
    """Mutual k-nearest-neighbour overlap of every two representations."""

    shares: npt.NDArray[np.float32]
    """(n_spaces, n_spaces, n): of every sentence; symmetric, 1 on the diagonal. The mean over
    the sentences is the overlap; `documents.mean_over_documents` gives its interval."""
    k: int
    chance: float
    """Overlap to expect of unrelated representations: k / (n - 1)."""

    @property
    def overlap(self) -> npt.NDArray[np.float64]:
        """(n_spaces, n_spaces): mean over the sentences, in [0, 1]."""
        return self.shares.mean(axis=-1, dtype=np.float64)


def mutual_overlap(indices: Sequence[npt.NDArray[np.integer]], k: int) -> Overlap:
    r"""Mutual k-nearest-neighbour overlap of every two representations of the same sentences.

    Parameters
    ----------
    indices : sequence of ndarrays of shape (n, at least k)
        `neighbours(X, k).indices` of each representation by itself, row i the same sentence in
        all: of languages in one checkpoint, or of one language in several checkpoints.
    k : int
        Neighbours that are compared, from 1 to those that are there.

    Returns
    -------
    Overlap
        Share of neighbours in common, in [0, 1]. 1: the same neighbours, in whatever order.

    Raises
    ------
    SpecError
        If `k` does not fit.
    ValueError
        If the numbers of sentences differ.

    Notes
    -----
    :math:`|N_a(i) \cap N_b(i)| / k` for sentence i. With unrelated neighbours the number in
    common is hypergeometric with mean :math:`k^2/(n-1)`. O(n² l²) time for l representations.

    References
    ----------
    Huh et al. (2024). The Platonic Representation Hypothesis. ICML, section 2.

    Examples
    --------
    >>> a, b = np.array([[1], [0], [0]]), np.array([[1], [2], [0]])
    >>> mutual_overlap([a, b], 1).overlap.round(3).tolist()
    [[1.0, 0.667], [0.667, 1.0]]
    """
    n = len(indices[0])
    if any(len(rows) != n for rows in indices):
        raise ValueError(f"every space needs the same sentences, got {[len(r) for r in indices]}")
    stored = min(rows.shape[1] for rows in indices)
    if not 1 <= k <= stored:
        raise SpecError(f"k must be from 1 to {stored}, the neighbours that are there, got {k}")
    shares = np.empty((len(indices), len(indices), n), np.float32)
    step = max(1, BLOCK_BYTES // (4 * n * len(indices)))
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        among = np.zeros((rows.stop - start, len(indices), n), np.float32)
        for space, nearest in enumerate(indices):
            np.put_along_axis(among[:, space], nearest[rows, :k].astype(np.intp), 1, axis=1)
        # sums of ones are exact in float32
        shares[:, :, rows] = np.moveaxis(among @ among.transpose(0, 2, 1), 0, -1) / k
    return Overlap(shares=shares, k=k, chance=k / (n - 1))
