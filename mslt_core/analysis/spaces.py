"""What is done to a space before distances are measured in it."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

Space = Literal["raw", "centred", "centred_by_language", "whitened"]

RANK_CUT = 1e-6
"""Directions with less variance than this share of the largest are rounding: left out."""

SHRINKAGE = 0.1
"""How far variances are drawn to their mean before whitening, 0 to 1."""

F64 = npt.NDArray[np.float64]


def in_space(
    embeddings: Sequence[npt.NDArray[np.floating]],
    space: Space = "raw",
    *,
    shrinkage: float = SHRINKAGE,
) -> list[F64]:
    r"""Embeddings of several languages in a space where distances say more.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n_samples, n_features)
        Of equal width; any real dtype, computed in float64.
    space : {"raw", "centred", "centred_by_language", "whitened"}
        "raw": as the model gives them. "centred": one common mean taken off all languages,
        which removes what every sentence of every language shares. "centred_by_language": each
        language's own mean taken off, which removes *where* the language lies as well, so that
        what is left says nothing about separate islands. "whitened": "centred", then every
        direction scaled to the same spread, which removes directions that dominate.
    shrinkage : float
        Of "whitened", 0 to 1: how far variances are drawn to their mean before the scaling, so
        that directions of little variance are not blown up. 1 is "centred" up to scale.

    Returns
    -------
    list of ndarrays of shape (n_samples, n_kept)
        Float64. n_kept is n_features, but for "whitened" the number of directions that hold
        variance, at most the number of all rows less one.

    Raises
    ------
    ValueError
        If the arrays are not 2-d and of equal width.
    SpecError
        If the shrinkage is not between 0 and 1.
    DegenerateInputError
        If a value is not finite, or all rows of all arrays are equal ("whitened").

    Notes
    -----
    Whitening by principal components of all rows together: coordinate k is divided by
    :math:`\sqrt{(1 - s) \lambda_k + s \bar\lambda}`. Directions whose :math:`\lambda` is below
    1e-6 of the largest are left out. The map is fitted on the sentences that it is applied to.
    O(l n d^2 + d^3) time.

    References
    ----------
    Su et al. (2021). Whitening sentence representations for better semantics and faster
    retrieval. arXiv:2103.15316.
    Ledoit & Wolf (2004). A well-conditioned estimator for large-dimensional covariance matrices.
    Journal of Multivariate Analysis 88.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [3.0, 0.0]])
    >>> [Z.tolist() for Z in in_space([X, X + 2], "centred")]
    [[[-2.0, -1.0], [0.0, -1.0]], [[0.0, 1.0], [2.0, 1.0]]]
    """
    shapes = [X.shape for X in embeddings]
    if any(len(shape) != 2 for shape in shapes) or len({shape[1] for shape in shapes}) != 1:
        raise ValueError(
            f"the arrays must be 2-d and of equal width, got {' and '.join(map(str, shapes))}"
        )
    if not 0 <= shrinkage <= 1:
        raise SpecError(f"shrinkage must be between 0 and 1, got {shrinkage}")
    arrays = [X.astype(np.float64) for X in embeddings]
    for number, X in enumerate(arrays, start=1):
        if not np.isfinite(X).all():
            raise DegenerateInputError(f"array {number} holds NaN or infinity")
    if space == "raw":
        return arrays
    if space == "centred_by_language":
        return [X - X.mean(axis=0) for X in arrays]
    # each language weighs the same, however many sentences it has
    common = np.mean([X.mean(axis=0) for X in arrays], axis=0)
    arrays = [X - common for X in arrays]
    if space == "centred":
        return arrays
    # rows that are equal leave the rounding of their mean
    rounding = len(arrays[0]) * np.finfo(np.float64).eps * float(np.linalg.norm(common))
    return _whitened(arrays, shrinkage, rounding)


def _whitened(arrays: list[F64], shrinkage: float, rounding: float) -> list[F64]:
    covariance = np.mean([X.T @ X / len(X) for X in arrays], axis=0)
    variances, directions = np.linalg.eigh(covariance)
    if variances[-1] <= rounding**2:
        raise DegenerateInputError("whitening is undefined: all rows are equal")
    kept = variances > RANK_CUT * variances[-1]
    variances, directions = variances[kept], directions[:, kept]
    scale = np.sqrt((1 - shrinkage) * variances + shrinkage * variances.mean())
    return [X @ (directions / scale) for X in arrays]
