"""Is a difference more than noise? Items and seeds together, and two single runs by themselves."""

import dataclasses

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """Intervals and p-values of differences; arrays of one shape."""

    low: Floats
    high: Floats
    df: Floats
    """Degrees of freedom of Student's t."""
    p: Floats
    """Two-sided, of no difference."""


def judged(
    estimate: Floats,
    var_items: Floats,
    var_seeds: Floats,
    *,
    df_items: Floats | float,
    df_seeds: Floats | float,
    level: float = 0.95,
) -> Judged:
    """Interval and test of a difference whose variance is the items' plus the seeds'.

    Parameters
    ----------
    estimate : ndarray
        Differences, in any unit.
    var_items, var_seeds : ndarray of the same shape
        Variances of the estimate, 0 or more, independent of each other; the items' apart from
        what seeds bring (`item_variance`).
    df_items, df_seeds : ndarray or float
        Degrees of freedom behind each, above 0.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Judged
        Where both variances are 0 there is nothing to judge by: NaN, since a few seeds that agree
        on a few items make no difference certain, and no equality either.

    Notes
    -----
    Student's t with 1/df = (share of items)/df_items + (share of seeds)/df_seeds, shares of the
    total variance. Welch and Satterthwaite square the shares. With two degrees of freedom behind
    the larger part that covers 92.2 % where 95 % is meant, since the share is estimated from the
    same few seeds; this covers 94.2 to 96.3 % for every share from three seeds on, and from five
    seeds 95 to 96 % (by numerical integration).

    References
    ----------
    Welch (1947). The Generalization of 'Student's' Problem when Several Different Population
    Variances are Involved. Biometrika 34. Cochran & Cox (1950), Experimental Designs, section
    4.14, weigh the critical values by the shares, which covers up to 97.1 %.

    Examples
    --------
    All of the variance is the seeds', three of them: t(2 df, 97.5 %) = 4.303.

    >>> found = judged(np.array(2.0), np.array(0.0), np.array(1 / 3), df_items=99, df_seeds=2)
    >>> float(found.low.round(3)), float(found.high.round(3)), float(found.df)
    (-0.484, 4.484, 2.0)
    """
    # here and not above: it would take a third of the command line's start-up
    from scipy.special import stdtr, stdtrit

    total = np.asarray(var_items + var_seeds, dtype=np.float64)
    some = np.where(total > 0, total, 1.0)
    spread = var_items / some / df_items + var_seeds / some / df_seeds
    # without any variance the degrees of freedom are of no account, and 1 / 0 is none
    df = 1 / np.where(total > 0, spread, 1.0)
    sd = np.sqrt(total)
    half = np.where(total > 0, stdtrit(df, (1 + level) / 2) * sd, np.nan)
    p = np.where(total > 0, 2 * stdtr(df, -np.abs(estimate) / np.sqrt(some)), np.nan)
    return Judged(low=estimate - half, high=estimate + half, df=df, p=p.astype(np.float64))


def both_dfs(var_a: Floats, df_a: Floats, var_b: Floats, df_b: Floats) -> Floats:
    """Degrees of freedom of a sum of two variances over seeds, after Welch and Satterthwaite.

    Parameters
    ----------
    var_a, var_b : ndarray
        Variances, 0 or more.
    df_a, df_b : ndarray
        Degrees of freedom behind each, above 0.

    Returns
    -------
    ndarray
        Between the smaller of the two and their sum; the smaller where both variances are 0.

    References
    ----------
    Satterthwaite (1946). An Approximate Distribution of Estimates of Variance Components.
    Biometrics Bulletin 2.

    Examples
    --------
    >>> float(both_dfs(np.array(1.0), np.array(4.0), np.array(1.0), np.array(4.0)))
    8.0
    """
    total = np.asarray(var_a + var_b, dtype=np.float64)
    spread = np.square(var_a) / df_a + np.square(var_b) / df_b
    least: Floats = np.minimum(df_a, df_b).astype(np.float64)
    return np.where(total > 0, np.square(total) / np.where(total > 0, spread, 1.0), least)


def mid_p_mcnemar(
    only_a: npt.NDArray[np.integer], only_b: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """Mid-p McNemar test of two single runs on the same items, one right or wrong answer each.

    Parameters
    ----------
    only_a, only_b : ndarray of one shape
        Items that only the first, and only the second, answered right.

    Returns
    -------
    ndarray
        Two-sided p, in (0, 1]; 1 without such items.

    Notes
    -----
    Twice the binomial(n, 1/2) probability of the smaller count or fewer, less half the probability
    of that very count (for both tails). It is about the two runs as they are: other seeds are no
    part of it. With few discordant items it rejects less often than the level says, seldom more.

    References
    ----------
    Fagerland, Lydersen & Laake (2013). The McNemar test for binary matched-pairs data: mid-p and
    asymptotic are better than exact conditional. BMC Medical Research Methodology 13.

    Examples
    --------
    Of 4 discordant items 1 is the first's: 2 (1/16 + 4/16) - 4/16.

    >>> float(mid_p_mcnemar(np.array(1), np.array(3)))
    0.375
    """
    from scipy.special import bdtr

    n = np.asarray(only_a, dtype=np.int64) + only_b
    fewer = np.minimum(only_a, only_b).astype(np.int64)
    up_to = bdtr(fewer, n, 0.5)
    below = np.where(fewer > 0, bdtr(np.maximum(fewer - 1, 0), n, 0.5), 0.0)
    # 2 P(X <= k) - P(X = k); where k is half of n, both tails hold it and the sum is 1
    return np.minimum(up_to + below, 1.0)
