"""A linear classifier from sums: to leave out a fold is a subtraction."""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

SHRINKAGE = 0.1
"""Share of every covariance between features that is taken off, so that few examples of many
features can be classified too."""


@dataclasses.dataclass(frozen=True)
class Moments:
    """What a linear discriminant needs to know of its examples."""

    counts: F64
    """(n_classes,)"""
    sums: F64
    """(n_classes, n_features)"""
    products: F64
    """(n_features, n_features): X' X"""

    def __sub__(self, other: "Moments") -> "Moments":
        return Moments(
            self.counts - other.counts, self.sums - other.sums, self.products - other.products
        )

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.counts + other.counts, self.sums + other.sums, self.products + other.products
        )


def moments(X: F64, labels: npt.NDArray[np.integer], n_classes: int) -> Moments:
    """Moments of examples (n, n_features) with labels from 0 to n_classes - 1.

    `X` should be centred roughly, or large means drown small differences.
    """
    member = (labels == np.arange(n_classes)[:, None]).astype(np.float64)
    return Moments(member.sum(axis=1), member @ X, X.T @ X)


def discriminant(known: Moments, *, shrinkage: float = SHRINKAGE) -> tuple[F64, F64]:
    r"""Linear discriminant analysis (LDA) with covariances shrunk towards their diagonal.

    Parameters
    ----------
    known : Moments
        Of the training examples. A class without examples is never predicted.
    shrinkage : float
        Above 0 and at most 1, where features count as independent.

    Returns
    -------
    weights : ndarray of shape (n_features, n_classes)
    biases : ndarray of shape (n_classes,)
        The class predicted for x is the largest of x @ weights + biases.

    Raises
    ------
    SpecError
        If `shrinkage` is out of range.
    DegenerateInputError
        With fewer than two classes, or if all examples of each class are equal.

    Notes
    -----
    :math:`x^\top S^{-1} \mu_c - \frac{1}{2} \mu_c^\top S^{-1} \mu_c + \ln \pi_c` with
    :math:`S = (1 - s) W + s \operatorname{diag} W`, W the covariance within the classes
    (maximum likelihood) and :math:`\pi_c` the share of class c among the examples. Scales of
    single features do not matter.

    References
    ----------
    Friedman (1989). Regularized Discriminant Analysis. JASA 84; there towards the mean variance.

    Examples
    --------
    >>> X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> weights, biases = discriminant(moments(X, np.array([0, 0, 1, 1]), 2))
    >>> (X @ weights + biases).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    # here and not above: it would take a third of the command line's start-up
    from scipy.linalg import solve

    if not 0 < shrinkage <= 1:
        raise SpecError(f"shrinkage must be above 0 and at most 1, got {shrinkage:g}")
    present = np.rint(known.counts) > 0
    if present.sum() < 2:
        raise DegenerateInputError("a classifier needs examples of at least 2 classes")
    n = known.counts.sum()
    means = known.sums / np.where(present, known.counts, 1)[:, None]
    within = (known.products - means.T @ (known.counts[:, None] * means)) / n
    variances = np.diagonal(within)
    rounding = len(variances) * np.finfo(np.float64).eps
    if variances.max() <= rounding * np.diagonal(known.products).max() / n:
        raise DegenerateInputError("a classifier needs examples that differ within a class")
    # a constant feature has no scale of its own: it gets one far below all others
    scales = np.sqrt(np.maximum(variances, rounding * variances.max()))
    correlation = (1 - shrinkage) * within / np.outer(scales, scales)
    np.fill_diagonal(correlation, 1.0)
    weights = solve(correlation, (means / scales).T, assume_a="pos") / scales[:, None]
    with np.errstate(divide="ignore"):
        priors = np.log(np.where(present, known.counts, 0) / n)
    return weights, priors - np.einsum("cd,dc->c", means, weights) / 2


def cross_fitted(
    X: npt.NDArray[np.floating],
    labels: npt.NDArray[np.integer],
    fold: npt.NDArray[np.integer],
    *,
    trained: npt.NDArray[np.bool_] | None = None,
    shrinkage: float = SHRINKAGE,
) -> npt.NDArray[np.intp]:
    """Label guessed for every example by the discriminant that was trained without its fold.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Centred roughly; computed in float64.
    labels, fold : ndarrays of shape (n,)
        From 0; every fold up to the largest has an example.
    trained : ndarray of shape (n,), optional
        The examples to learn from; all if not given. Guesses are made for all.
    shrinkage : float
        See `discriminant`.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    SpecError, DegenerateInputError
        As `discriminant`.

    Notes
    -----
    Moments are added up once a fold: O(n d² + n_folds · d³).

    Examples
    --------
    >>> X = np.array([[-2.0], [2.0], [-1.0], [1.0], [-2.0], [1.0]])
    >>> labels, fold = np.array([0, 1] * 3), np.array([0, 0, 1, 1, 2, 2])
    >>> cross_fitted(X, labels, fold).tolist()
    [0, 1, 0, 1, 0, 1]
    """
    known = np.ones(len(X), bool) if trained is None else trained
    n_classes = int(labels.max()) + 1
    tested = [np.flatnonzero(fold == f) for f in range(int(fold.max()) + 1)]
    parts = []
    for rows in tested:
        learned = rows[known[rows]]
        parts.append(moments(X[learned].astype(np.float64), labels[learned], n_classes))
    total = sum(parts[1:], start=parts[0])
    guesses = np.empty(len(X), np.intp)
    for rows, part in zip(tested, parts, strict=True):
        weights, biases = discriminant(total - part, shrinkage=shrinkage)
        guesses[rows] = (X[rows].astype(np.float64) @ weights + biases).argmax(axis=1)
    return guesses


def fold_of(n_groups: int, n_folds: int, seed: int) -> npt.NDArray[np.intp]:
    """Fold of every group, dealt out in random order.

    Raises
    ------
    SpecError
        If there are fewer than two folds, or more folds than groups.

    Examples
    --------
    >>> np.bincount(fold_of(7, 3, seed=0)).tolist()
    [3, 2, 2]
    """
    if not 2 <= n_folds <= n_groups:
        raise SpecError(f"n_folds must be from 2 to {n_groups}, the groups, got {n_folds}")
    folds = np.empty(n_groups, np.intp)
    folds[np.random.default_rng(seed).permutation(n_groups)] = np.arange(n_groups) % n_folds
    return folds
