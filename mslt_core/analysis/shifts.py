"""From where on do the lines of two files no longer belong together?"""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.documents import share_over_documents
from mslt_core.analysis.retrieval import nearest_hits
from mslt_core.spec.errors import SpecError

MIN_LINES = 20
"""Fewer shifted lines than this are not told from chance."""


@dataclasses.dataclass(frozen=True)
class LineShift:
    """Lines that have their counterparts some lines further down or up."""

    offset: int
    """Line i of the first file belongs to line i + offset of the second."""
    start: int
    """The first line, from 0, from which on this holds; 0: all along."""
    share: float
    """Of these lines, how many are nearest to the line at the offset, 0 to 1."""
    share_paired: float
    """Of these lines, how many are nearest to the line they are paired with."""


def line_shift(
    X: npt.NDArray[np.floating],
    Y: npt.NDArray[np.floating],
    max_shift: int = 3,
    *,
    level: float = 0.999,
) -> LineShift | None:
    """Whether two files that should be parallel are shifted, and from which line on.

    A lost or doubled line shifts all that follow; the end is what is looked at.

    Parameters
    ----------
    X, Y : ndarrays of shape (n, n_features)
        Row i of both should be the same sentence, in the order of the files.
    max_shift : int
        Largest offset tried, from 1 to n - 20.
    level : float
        The lines are called shifted where Wilson's intervals of this level of `share` and
        `share_paired` do not meet. It is high because several offsets and lines are tried.

    Returns
    -------
    LineShift or None
        None where nothing speaks for a shift. An encoder that finds no translations cannot show
        one.

    Raises
    ------
    SpecError
        If `max_shift` does not fit n.
    ValueError, DegenerateInputError
        As `retrieval`.

    Notes
    -----
    `start` is where the number of lines that are nearest to their own counterpart before it, and
    to the one at the offset after it, is largest: right to a few lines where most lines find
    their translation, and late by more the fewer do.

    Examples
    --------
    >>> lines = np.random.default_rng(0).normal(size=(60, 8))
    >>> other = np.delete(np.vstack([lines, lines[:1]]), 25, axis=0)  # line 25 was lost
    >>> found = line_shift(lines, other)
    >>> found.offset, found.start, found.share_paired
    (-1, 25, 0.0)
    """
    hits = nearest_hits(X, Y)
    n = len(hits)
    if not 1 <= max_shift <= n - MIN_LINES:
        raise SpecError(
            f"max_shift must be from 1 to {n - MIN_LINES}, the lines less {MIN_LINES}, "
            f"got {max_shift}"
        )
    paired = np.diagonal(hits)
    best, found = float(paired.sum()), None
    for offset in (o for o in range(-max_shift, max_shift + 1) if o):
        at = np.zeros(n)
        first, last = max(0, -offset), n - max(0, offset)
        at[first:last] = np.diagonal(hits, offset)
        # of every start: hits of pairs before it and of the offset from it on
        sums = np.concatenate([[0.0], np.cumsum(paired)])[:-1] + np.cumsum(at[::-1])[::-1]
        start = int(np.argmax(sums))
        if sums[start] > best and last - max(start, first) >= MIN_LINES:
            best, found = float(sums[start]), (offset, start, at[max(start, first) : last])
    if found is None:
        return None
    offset, start, moved = found
    shares = [share_over_documents(some, level=level) for some in (moved, paired[start:])]
    if shares[0].low <= shares[1].high:
        return None
    return LineShift(offset, start, *(float(share.value) for share in shares))
