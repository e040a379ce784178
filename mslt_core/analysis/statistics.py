"""How sure are we? Intervals for differences between runs."""

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError


def t_interval(differences: npt.NDArray[np.float64], *, level: float = 0.95) -> tuple[float, float]:
    """Student's t interval for the mean of a few independent differences, one a seed.

    Parameters
    ----------
    differences : ndarray of shape (n_seeds,)
        At least two; in any unit.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper end, in the unit of `differences`; n_seeds - 1 degrees of freedom.

    Raises
    ------
    DegenerateInputError
        With fewer than two differences there is no spread to estimate.

    Notes
    -----
    mean ± t(df, (1 + level) / 2) · s / sqrt(n). It says how the mean would vary over
    further seeds on the same test items; the items' own sampling is not in it.

    Examples
    --------
    >>> low, high = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 3), round(high, 3)
    (-0.484, 4.484)
    """
    # here and not above: it would take a third of the command line's start-up
    from scipy.special import stdtrit

    n = len(differences)
    if n < 2:
        raise DegenerateInputError(f"a t interval needs at least 2 seeds, got {n}")
    half = stdtrit(n - 1, (1 + level) / 2) * differences.std(ddof=1) / np.sqrt(n)
    mean = differences.mean()
    return float(mean - half), float(mean + half)


def ratio_bootstrap(
    hits_a: npt.NDArray[np.number],
    hits_b: npt.NDArray[np.number],
    sizes: npt.NDArray[np.integer],
    *,
    seed: int,
    level: float = 0.95,
    n_resamples: int = 2000,
) -> tuple[float, float]:
    """Paired bootstrap interval for a difference of two ratios of sums over items.

    Item i is one sentence, pair or question that both runs were scored on.

    Parameters
    ----------
    hits_a, hits_b : ndarray of shape (n_items,)
        Right answers (words) in each item, or what an item is worth, such as its F1.
    sizes : ndarray of shape (n_items,)
        Answers (words) in each item; the same for both runs.
    seed : int
        Of the resampling.
    level : float
        Coverage, between 0 and 1.
    n_resamples : int
        Bootstrap samples.

    Returns
    -------
    tuple of float
        Percentile interval of sum(hits_b)/sum(sizes) - sum(hits_a)/sum(sizes).

    Raises
    ------
    DegenerateInputError
        If there is no item or no answer at all.

    Notes
    -----
    Sentences are drawn with replacement, whole, so that words of one sentence stay together.
    A sample of n items is a multinomial count per item, which makes all samples one matrix
    product: O(n_resamples · n_items).

    References
    ----------
    Koehn (2004). Statistical Significance Tests for Machine Translation Evaluation. EMNLP.
    """
    n = len(sizes)
    if n == 0 or sizes.sum() == 0:
        raise DegenerateInputError("a bootstrap needs at least one scored item")
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_resamples)
    totals = drawn @ np.stack(
        # counts are exact in floats, and an item's F1 is one
        [hits_b.astype(np.float64) - hits_a.astype(np.float64), sizes.astype(np.float64)],
        axis=1,
    )
    differences = totals[:, 0] / totals[:, 1]
    tail = (1 - level) / 2
    low, high = np.quantile(differences, [tail, 1 - tail])
    return float(low), float(high)
