"""How far would a score move on other test items? The items are a sample too.

Every score here is a ratio of sums over items, or a mean of such ratios. Its linearisation gives
each item a value, its influence; their mean is 0, and the variance of their mean is the score's:
that of a paired bootstrap over items with no end of samples, and without their noise. Unlike it, it
tells what seeds have in common on an item from what each run does there by itself.
"""

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError

MIN_ITEMS = 2


def ratio_influence(
    numerators: npt.NDArray[np.number], denominators: npt.NDArray[np.number]
) -> npt.NDArray[np.float32]:
    """Influence of each item on a ratio of sums, by the delta method.

    Parameters
    ----------
    numerators, denominators : ndarray of shape (..., n_items)
        What is summed above and below; they may broadcast. Token accuracy: right words over words.
        Span F1: twice the true positives over predicted plus gold entities. A mean: the values
        over ones. Counts of any width.

    Returns
    -------
    ndarray of shape (..., n_items)
        Adds up to 0 over the items; in the unit of the ratio.

    Raises
    ------
    DegenerateInputError
        If the denominators of some score add up to 0.

    Notes
    -----
    :math:`\\psi_i = (x_i - R y_i) / \\bar y` with :math:`R = \\sum x_i / \\sum y_i`. Items are
    whole sentences, so words of one sentence stay together. The ratio's own bias, of order
    1/n_items, is left out.

    References
    ----------
    Efron & Tibshirani (1993). An Introduction to the Bootstrap, chapter 21.

    Examples
    --------
    Two sentences of two words, both right in the first, none in the second: accuracy 1/2.

    >>> ratio_influence(np.array([2, 0]), np.array([2, 2])).tolist()
    [0.5, -0.5]
    """
    above, below = np.broadcast_arrays(
        np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    )
    total = below.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise DegenerateInputError("a score without a single answer has no variance over items")
    ratio = above.sum(axis=-1, keepdims=True) / total
    # half the memory; the values are of the order of 1 and only ever averaged
    return ((above - ratio * below) * (below.shape[-1] / total)).astype(np.float32)


def macro_f1_influence(
    predicted: npt.NDArray[np.integer], gold: npt.NDArray[np.integer]
) -> npt.NDArray[np.float32]:
    """Influence of each item on macro F1.

    Parameters
    ----------
    predicted, gold : ndarray of shape (n_items,)
        Label ids; at least one item.

    Returns
    -------
    ndarray of shape (n_items,)
        Adds up to 0 over the items.

    Notes
    -----
    The mean of the labels' `ratio_influence`, each label's F1 being twice its true positives over
    predicted plus gold; over the labels that occur, as `classes.macro_f1` has it.

    Examples
    --------
    >>> macro_f1_influence(np.array([0, 1]), np.array([0, 1])).tolist()
    [0.0, 0.0]
    """
    labels = np.union1d(predicted, gold)[:, None]
    in_predicted, in_gold = predicted == labels, gold == labels
    found: npt.NDArray[np.float32] = ratio_influence(
        2 * (in_predicted & in_gold), in_predicted.astype(np.int8) + in_gold
    ).mean(axis=0)
    return found


def item_covariance(influence: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Covariance of several sets' mean scores over test items, apart from what seeds bring.

    Parameters
    ----------
    influence : ndarray of shape (n_sets, n_seeds, n_items)
        Of every run on the same items, in the same order; seeds in the same order in every set.

    Returns
    -------
    ndarray of shape (n_sets, n_sets)
        Symmetric, in squared units of the score. With one seed, the plain covariance of means.

    Raises
    ------
    DegenerateInputError
        With fewer than two items there is no variance.

    Notes
    -----
    An item that is hard for one run and not for another of the same set is noise of the training;
    it is in the seeds' variance already. Only what different seeds have in common on an item
    remains however often one trains, so entry (a, b) is the mean over all pairs of different seeds
    s, t of cov(influence[a, s], influence[b, t]) / n_items. With the variance over seeds it adds
    up to an unbiased variance of the mean: the two-way layout's
    (MS_seeds + MS_items - MS_rest) / (n_seeds n_items). Plain addition of both variances counts
    the rest twice. A diagonal entry, or the variance of a difference, may come out below 0 where
    there is nothing in common. O(n_sets² · n_seeds · n_items).

    References
    ----------
    Searle, Casella & McCulloch (1992). Variance Components, chapter 4.

    Examples
    --------
    Two seeds that agree on every item: nothing of the variance is the training's.

    >>> item_covariance(np.array([[[0.5, -0.5], [0.5, -0.5]]])).tolist()
    [[0.25]]
    """
    n_sets, n_seeds, n_items = influence.shape
    if n_items < MIN_ITEMS:
        raise DegenerateInputError(f"a variance over items needs at least 2 of them, got {n_items}")
    exact = influence.astype(np.float64)
    sums = exact.sum(axis=1)
    products = sums @ sums.T
    if n_seeds > 1:
        flat = exact.reshape(n_sets, -1)
        products = (products - flat @ flat.T) / (n_seeds * (n_seeds - 1))
    covariance: npt.NDArray[np.float64] = products / (n_items * (n_items - 1))
    return covariance


def item_variance(
    influence: npt.NDArray[np.floating], var_seeds: npt.NDArray[np.float64] | float = 0.0
) -> npt.NDArray[np.float64]:
    """Variance over test items of a mean over seeds, beside the variance that seeds bring.

    Parameters
    ----------
    influence : ndarray of shape (..., n_seeds, n_items)
        Of a score, or a difference of two runs' influences: the items are paired then. For a mean
        over target languages, the mean of their influences where row i is the same item in all
        (parallel test sets share their items); where it is not, that is right on average too.
    var_seeds : ndarray of shape (...) or float
        Variance of the same mean over seeds, that this one will be added to; 0 where it is not
        known, and then this is the whole variance over items.

    Returns
    -------
    ndarray of shape (...)
        0 or more, in squared units of the score.

    Raises
    ------
    DegenerateInputError
        With fewer than two items there is no variance.

    Notes
    -----
    The diagonal of `item_covariance`: what seeds have in common, cut off at 0. Where seeds happen
    to agree to the last answer, so that both parts would be 0, and where `var_seeds` is not known,
    it is the whole variance of the items' means over seeds. O(size of `influence`).

    Examples
    --------
    One seed: the variance of a mean of two items, (0.25 + 0.25) / 1 / 2.

    >>> float(item_variance(np.array([[0.5, -0.5]])))
    0.25
    """
    n_seeds, n_items = influence.shape[-2:]
    if n_items < MIN_ITEMS:
        raise DegenerateInputError(f"a variance over items needs at least 2 of them, got {n_items}")
    scale = n_items * (n_items - 1)
    squares = np.square(influence.sum(axis=-2), dtype=np.float64).sum(axis=-1)
    whole: npt.NDArray[np.float64] = squares / n_seeds**2 / scale
    if n_seeds == 1:
        return whole
    own = np.square(influence, dtype=np.float64).sum(axis=(-2, -1))
    common = (squares - own) / (n_seeds * (n_seeds - 1)) / scale
    return np.where(var_seeds == 0.0, whole, np.maximum(common, 0))
