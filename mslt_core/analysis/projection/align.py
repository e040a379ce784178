"""Maps laid over one another."""

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError

Coords = npt.NDArray[np.float32]


def aligned(
    coords: npt.NDArray[np.floating], reference: npt.NDArray[np.floating]
) -> tuple[Coords, float]:
    """A map shifted, turned or mirrored, and scaled onto a reference map of the same sentences.

    Parameters
    ----------
    coords, reference : ndarray of shape (n_samples, 2)
        Row i is the same sentence in both.

    Returns
    -------
    coords : ndarray of shape (n_samples, 2)
        The map in the reference's frame, float32: same centre, same mean square distance from it.
    disparity : float
        In [0, 1], without unit: what is left of the squared distances between the maps after the
        best shift, turn and scale, as a share of the reference's size. 0: the same picture.
        1: unrelated.

    Raises
    ------
    ValueError
        If the shapes differ.
    DegenerateInputError
        If all points of one map are in one place.

    Notes
    -----
    Orthogonal Procrustes analysis; the disparity is that of `scipy.spatial.procrustes`. The scale
    is another one: the best scale for a map that is unlike the reference is near 0, and would show
    a new arrangement as a small heap.

    References
    ----------
    Gower (1975). Generalized Procrustes analysis. Psychometrika 40.
    """
    if coords.shape != reference.shape:
        raise ValueError(f"maps must have equal shapes, got {coords.shape} and {reference.shape}")
    centre = reference.mean(axis=0, dtype=np.float64)
    target, size = _standard(reference, "reference")
    start, _ = _standard(coords, "map")
    left, singular_values, right = np.linalg.svd(start.T @ target)
    turned = size * start @ (left @ right) + centre
    disparity = 1 - singular_values.sum() ** 2
    return turned.astype(np.float32), float(np.clip(disparity, 0.0, 1.0))


def _standard(coords: npt.NDArray[np.floating], name: str) -> tuple[npt.NDArray[np.float64], float]:
    """The map centred and of norm 1, and the norm that it had."""
    if not (coords - coords[0]).any():
        raise DegenerateInputError(f"all points of the {name} are in one place")
    centred = coords - coords.mean(axis=0, dtype=np.float64)
    norm = float(np.linalg.norm(centred))
    return centred / norm, norm
