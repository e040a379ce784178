"""One number of decimals in a column of numbers, so that they can be compared by eye."""

from collections.abc import Iterable

MOST = 4
"""Decimals that are shown of a fraction."""


def decimals_of(values: Iterable[float]) -> int:
    """The decimals that the longest of these fractions needs, four at most.

    >>> decimals_of([71.0, 66.6]), decimals_of([1 / 3]), decimals_of([2.0])
    (1, 4, 0)
    """
    return max(
        (len(f"{value:.{MOST}f}".rstrip("0").partition(".")[2]) for value in values), default=0
    )
