"""Sentences come in documents: what may be left out together, and how sure that leaves us."""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

MIN_DOCUMENTS = 10
"""Fewer give a standard error that is itself off by a quarter or more."""

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Documents:
    """Which sentences belong together, with the rows in an order that keeps them side by side."""

    order: npt.NDArray[np.intp]
    """Rows sorted by document."""
    codes: npt.NDArray[np.intp]
    """Document of each sorted row: 0, 0, 1, 1, 1, ..."""
    sizes: npt.NDArray[np.intp]
    """Sentences in each document."""

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """The first sorted row of each document."""
        return np.cumsum(self.sizes) - self.sizes

    @property
    def slices(self) -> list[slice]:
        """The sorted rows of each document."""
        return [slice(s, s + m) for s, m in zip(self.starts, self.sizes, strict=True)]


def documents(groups: npt.ArrayLike | None, n: int) -> Documents:
    """Documents of n sentences from one label a sentence; None: each is a document of its own.

    Raises ValueError for a wrong number of labels, DegenerateInputError for fewer than
    `MIN_DOCUMENTS` documents or one that holds a third of all sentences or more.
    """
    labels = np.arange(n) if groups is None else np.asarray(groups)
    if labels.shape != (n,):
        raise ValueError(f"one group a sentence is needed, {n}, got shape {labels.shape}")
    _, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if len(sizes) < MIN_DOCUMENTS:
        raise DegenerateInputError(
            f"an interval needs at least {MIN_DOCUMENTS} documents, got {len(sizes)}"
        )
    require_even(sizes)
    order = np.argsort(codes, kind="stable")
    return Documents(order=order, codes=codes[order], sizes=sizes)


def require_even(sizes: npt.NDArray[np.integer]) -> None:
    """DegenerateInputError where one document holds a third of all sentences or more."""
    n, largest = int(sizes.sum()), int(sizes.max())
    if 3 * largest >= n:
        raise DegenerateInputError(
            f"one document holds {largest} of {n} sentences: "
            "without it too little is left to tell how much documents matter"
        )


def jackknife_variance(value: F64, left_out: F64, sizes: npt.NDArray[np.intp]) -> F64:
    """Delete-one-document variance of `value` (...) from the values without each (g, ...).

    Busing et al. (1999), for documents of unequal size.
    """
    n_documents, n = len(sizes), sizes.sum()
    shares = (n / sizes).reshape(-1, *[1] * value.ndim)
    pseudo = shares * value - (shares - 1) * left_out
    centre = n_documents * value - ((1 - 1 / shares) * left_out).sum(axis=0)
    return ((pseudo - centre) ** 2 / (shares - 1)).mean(axis=0)


def quantile(level: float, n_documents: int) -> float:
    """Student's t for a two-sided interval with one degree of freedom less than documents."""
    # here and not above: it would take a third of the command line's start-up
    from scipy.special import stdtrit

    if not 0 < level < 1:
        raise SpecError(f"level must be between 0 and 1, got {level}")
    return float(stdtrit(n_documents - 1, (1 + level) / 2))
