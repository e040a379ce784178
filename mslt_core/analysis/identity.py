"""Can the language be read off a sentence vector? A linear probe, cross-validated."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.discriminant import SHRINKAGE, cross_fitted, fold_of
from mslt_core.analysis.documents import document_codes
from mslt_core.analysis.neighbours import stacked
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class LanguageProbe:
    """How well a linear classifier guesses the language of sentences it was not trained on."""

    accuracy: float
    """In [0, 1]; lower is more mingled."""
    confusion: F64
    """(n_langs, n_langs): share of sentences of language a (row) guessed to be language b; the
    diagonal is each language's accuracy."""
    hits: npt.NDArray[np.float32]
    """(n_langs, n): 1 where the guess was right. `documents.mean_over_documents` of its mean over
    the languages gives the interval, with the classifiers as they are."""
    chance: float
    """1 / n_langs."""


def language_probe(
    embeddings: Sequence[npt.NDArray[np.floating]],
    groups: npt.ArrayLike | None = None,
    *,
    n_folds: int = 5,
    seed: int = 0,
    shrinkage: float = SHRINKAGE,
) -> LanguageProbe:
    """Cross-validated accuracy of a linear classifier that guesses a sentence's language.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features), or one 3-d array
        Row i is the same sentence in every language; at least two languages.
    groups : array-like of shape (n,), optional
        Sentences of one group are in the same fold. Without it every sentence is a group: its
        translations are never in training and test both.
    n_folds : int
        From 2 to the number of groups.
    seed : int
        Of the folds.
    shrinkage : float
        See `discriminant.discriminant`, the classifier.

    Returns
    -------
    LanguageProbe
        Accuracy in [0, 1]; 1 / n_langs is chance. A low accuracy means that this classifier
        cannot read the language, not that none can.

    Raises
    ------
    ValueError
        If the arrays are not 2-d, their shapes differ, or `groups` does not fit.
    SpecError
        If `n_folds` or `shrinkage` does not fit.
    DegenerateInputError
        With fewer than two languages, a value that is not finite, or if all sentences of each
        language are equal.

    Notes
    -----
    Linear discriminant analysis in float64. The folds' sums are added once and subtracted fold by
    fold: O(n d² + n_folds · d³) for n points, where logistic regression would iterate.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> apart = [rng.normal(size=(20, 3)), rng.normal(size=(20, 3)) + 9]
    >>> language_probe(apart).accuracy
    1.0
    """
    n_langs = len(embeddings)
    points = stacked(embeddings).astype(np.float64)
    if n_langs < 2:
        raise DegenerateInputError(f"a language probe needs at least 2 languages, got {n_langs}")
    if not np.isfinite(points).all():
        raise DegenerateInputError("a language probe is undefined: a value is NaN or infinity")
    # a shift and a scale for all: they change no guess, and keep squares in range
    points -= points.mean(axis=0)
    points /= np.abs(points).max() or 1.0
    n = len(points) // n_langs
    codes, n_groups = document_codes(groups, n)
    fold = np.tile(fold_of(n_groups, n_folds, seed)[codes], n_langs)
    langs = np.repeat(np.arange(n_langs), n)
    guesses = cross_fitted(points, langs, fold, shrinkage=shrinkage)
    pairs = np.bincount(langs * n_langs + guesses, minlength=n_langs**2)
    hits = (guesses == langs).astype(np.float32).reshape(n_langs, n)
    return LanguageProbe(
        accuracy=float(hits.mean(dtype=np.float64)),
        confusion=pairs.reshape(n_langs, n_langs) / n,
        hits=hits,
        chance=1 / n_langs,
    )
