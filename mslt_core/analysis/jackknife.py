"""How far would a number move with other documents? The delete-a-block jackknife."""

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.differing import correlation, ends_of_difference, second_of_difference
from mslt_core.analysis.leaving_out import jackknife_variance, quantile, require_even
from mslt_core.analysis.score_interval import score_interval
from mslt_core.spec.errors import DegenerateInputError

Array = npt.NDArray[np.float64]

N_BLOCKS = 40
"""Blocks at most: enough for a steady spread (39 degrees of freedom), few enough to keep."""
LEVEL = 0.95
MIN_BLOCKS = 5
"""With fewer the spread itself is hardly known."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """A number, or an array of them, with what it would be without each block of sentences."""

    value: Array
    """Of any shape."""
    without: Array
    """(n_blocks, *shape): the number without the block."""
    sizes: npt.NDArray[np.int64]
    """(n_blocks,): sentences in each block; empty for a number without an interval."""
    ends: tuple[Array, Array] | None = None
    """An interval of its own, such as Wilson's for a share; otherwise the jackknife's holds."""
    second: Array | None = None
    """Of CKA, symmetric: the variance that sentences add two by two, which the jackknife counts
    twice. Where it is known the interval is `score_interval`'s."""
    concentration: Array | None = None
    """Of CKA beside `second`: how few directions carry the spaces."""
    is_difference: bool = False
    """Of CKA beside `second`: two values subtracted, which Student's t is then held about."""

    @property
    def has_interval(self) -> bool:
        """Whether `interval` can tell how sure the number is."""
        return self.ends is not None or len(self.sizes) > 0

    def __sub__(self, other: "Measured") -> "Measured":
        """The difference, block by block: both must be of the same sentences in the same blocks.

        That of CKA keeps its `second` order; where either has an interval of its own, as shares
        have, the difference has one from both.
        """
        if not len(self.sizes) or not len(other.sizes):
            return Measured(
                value=np.asarray(self.value - other.value),
                without=np.empty((0, *self.value.shape)),
                sizes=np.empty(0, dtype=np.int64),
            )
        if not np.array_equal(self.sizes, other.sizes):
            raise ValueError("a difference needs the same blocks on both sides")
        found = self._but(self.value - other.value, self.without - other.without)
        r = correlation(self.without, other.without)
        if self.second is not None and other.second is not None:
            second = second_of_difference(self.second, other.second, r)
            return dataclasses.replace(found, second=second, is_difference=True)
        if self.ends is not None or other.ends is not None:
            ends = ends_of_difference(self.value, self.interval(), other.value, other.interval(), r)
            return dataclasses.replace(found, ends=ends)
        return found

    def over(self, rows: npt.NDArray[np.bool_]) -> "Measured":
        """The mean over the chosen cells of an array; a NaN among them makes it NaN.

        Where no block moves it, as where all shares are 1, the cells' own intervals are averaged.
        """
        if rows.shape != self.value.shape or not rows.any():
            raise ValueError(f"choose at least one of {self.value.shape} cells, got {rows.shape}")
        mean = self._but(self.value[rows].mean(), self.without[:, rows].mean(axis=1))
        if self.ends is not None and len(self.sizes) and not np.ptp(mean.without):
            low, high = (np.asarray(end[rows].mean()) for end in self.ends)
            return dataclasses.replace(mean, ends=(low, high))
        if self.second is None:
            return mean
        # what two pairs add two by two is uncorrelated where the languages are unrelated, and
        # matters little elsewhere; a pair that is in the mean both ways counts as one number
        weights = np.triu(rows.astype(float) + rows.T) / rows.sum()
        second = np.asarray((weights**2 * self.second).sum())
        return dataclasses.replace(mean, second=second, is_difference=self.is_difference)

    def _but(self, value: Array, without: Array) -> "Measured":
        return Measured(value=np.asarray(value), without=without, sizes=self.sizes)

    def interval(self, level: float = LEVEL) -> tuple[Array, Array]:
        """Lower and upper end of the confidence interval, each of the value's shape.

        Student's t with n_blocks - 1 degrees of freedom around the value. It carries that other
        documents could have been translated; nothing about other seeds or other checkpoints.
        """
        if self.ends is not None and level == LEVEL:
            return self.ends
        t, error = quantile(level, len(self.sizes)), self.standard_error()
        if self.second is not None:
            first = np.maximum(error**2 - 2 * self.second, 0.0)
            if self.is_difference:
                error = np.sqrt(first + self.second)
                return self.value - t * error, self.value + t * error
            few = 0.0 if self.concentration is None else self.concentration
            return score_interval(self.value, first, self.second, t, concentration=few)
        return self.value - t * error, self.value + t * error

    def standard_error(self) -> Array:
        r"""Jackknife standard error, of the value's shape.

        Notes
        -----
        With blocks of :math:`m_j` out of :math:`n` sentences and :math:`h_j = n / m_j`, the
        pseudo-values are :math:`h_j \hat\theta - (h_j - 1) \hat\theta_{(-j)}` and the variance is
        the mean of :math:`(\tilde\theta_j - \bar\theta)^2 / (h_j - 1)`. With equal blocks it is the
        jackknife of every textbook.

        References
        ----------
        Busing, Meijer & van der Leeden (1999). Delete-m jackknife for unequal m. Statistics and
        Computing 9, equations 6 and 7.
        """
        return np.sqrt(jackknife_variance(self.value, self.without, self.sizes))


def bare(value: Array, ends: tuple[Array, Array] | None = None) -> Measured:
    """A number, or an array, without replicates: with an interval of its own, or none.

    Examples
    --------
    >>> bare(np.array(0.5)).has_interval
    False
    """
    return Measured(
        value=value,
        without=np.empty((0, *value.shape)),
        sizes=np.empty(0, dtype=np.int64),
        ends=ends,
    )


def document_blocks(
    documents: npt.NDArray[np.integer], *, seed: int = 0, n_blocks: int = N_BLOCKS
) -> npt.NDArray[np.int64]:
    """Share sentences out over blocks of about equal size; a document is never parted.

    Sentences of one document are alike, so an interval that took them for independent would be
    too narrow.

    Parameters
    ----------
    documents : ndarray of shape (n_sentences,)
        The document of each sentence, as a number.
    seed : int
        Which documents go together is drawn at random.
    n_blocks : int
        Blocks wanted; with fewer documents each is a block.

    Returns
    -------
    ndarray of shape (n_sentences,)
        The block of each sentence: 0 to n_blocks - 1, none empty.

    Raises
    ------
    DegenerateInputError
        With fewer than `MIN_BLOCKS` documents, or one that holds a third of all sentences or more.

    Examples
    --------
    >>> document_blocks(np.array([7, 7, 8, 9, 10, 11, 11]), n_blocks=5)
    array([1, 1, 4, 2, 3, 0, 0])
    """
    names, places, sizes = np.unique(documents, return_inverse=True, return_counts=True)
    if len(names) < MIN_BLOCKS:
        raise DegenerateInputError(
            f"an interval over documents needs at least {MIN_BLOCKS} of them, got {len(names)}"
        )
    require_even(sizes)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]  # large ones first fill evenly
    filled = np.zeros(min(n_blocks, len(names)), dtype=np.int64)
    block_of = np.empty(len(names), dtype=np.int64)
    for document in order:
        block_of[document] = np.argmin(filled)
        filled[block_of[document]] += sizes[document]
    return block_of[places]


def jackknifed(
    measure: Callable[[npt.NDArray[np.bool_]], Array | float],
    blocks: npt.NDArray[np.integer],
) -> Measured:
    """A measure of all sentences, and of all but each block.

    Parameters
    ----------
    measure : callable
        Takes a mask of shape (n_sentences,) and gives the number, or an array, of the sentences
        that are True.
    blocks : ndarray of shape (n_sentences,)
        The block of each sentence, from `document_blocks`.

    Returns
    -------
    Measured
        n_blocks + 1 calls of `measure`.
    """
    names, sizes = np.unique(blocks, return_counts=True)
    everything = np.ones(len(blocks), dtype=np.bool_)
    return Measured(
        value=np.asarray(measure(everything), dtype=np.float64),
        without=np.stack([np.asarray(measure(blocks != name), np.float64) for name in names]),
        sizes=sizes.astype(np.int64),
    )
