"""What is found and what is missed of every label: counts by item, precision, recall and F1."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.scores import entities, entity_types

Ids = npt.NDArray[np.integer]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelCounts:
    """What to sum for the scores of every label: arrays of shape (n_labels, n_items)."""

    names: tuple[str, ...]
    true_positives: npt.NDArray[np.int64]
    n_predicted: npt.NDArray[np.int64]
    n_gold: npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelScores:
    """Ratios of shape (n_labels,); NaN where nothing was predicted, or there is nothing."""

    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]


def entity_counts(
    predicted: Sequence[Ids], gold: Sequence[Ids], labels: Sequence[str]
) -> LabelCounts:
    """Entities of every type, by sentence.

    Parameters
    ----------
    predicted, gold : sequence of ndarray of shape (n_tokens_i,)
        Label ids of each sentence, from 0 to n_labels - 1; pairs of equal length, one word at
        least in all.
    labels : sequence of str
        Label names in BIO.

    Returns
    -------
    LabelCounts
        A row a type, sorted by name.

    Raises
    ------
    ValueError
        If numbers of sentences or words differ.
    SpecError
        If a label name is not BIO.

    Notes
    -----
    As `scores.item_counts`: seqeval's default convention; type, start and end must match. O(words).

    Examples
    --------
    >>> found = entity_counts([np.array([1, 0, 3])], [np.array([1, 2, 3])],
    ...                       ["O", "B-PER", "I-PER", "B-LOC"])
    >>> found.names, found.true_positives.tolist(), found.n_gold.tolist()
    (('LOC', 'PER'), [[1], [0]], [[1], [1]])
    """
    p, g, item = _joined(predicted, gold)
    names, n_items = entity_types(labels), len(gold)
    p_starts, p_ends, p_types = entities(p, item, labels)
    g_starts, g_ends, g_types = entities(g, item, labels)
    right = p_starts & g_starts & (p_ends == g_ends) & (p_types == g_types)

    def counted(mask: npt.NDArray[np.bool_], types: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        places = (types[mask] - 1) * n_items + item[mask]  # type 0 is O, where none starts
        return np.bincount(places, minlength=len(names) * n_items).reshape(len(names), n_items)

    return LabelCounts(
        names=tuple(names),
        true_positives=counted(right, g_types),
        n_predicted=counted(p_starts, p_types),
        n_gold=counted(g_starts, g_types),
    )


def word_label_counts(
    predicted: Sequence[Ids], gold: Sequence[Ids], labels: Sequence[str]
) -> LabelCounts:
    """Words of every label, by sentence; items of every class where each has a single label.

    Parameters
    ----------
    predicted, gold : sequence of ndarray of shape (n_tokens_i,)
        Label ids of each item; pairs of equal length. A predicted id that is no label is none.
    labels : sequence of str
        Label names.

    Returns
    -------
    LabelCounts
        A row a label, in their order.

    Raises
    ------
    ValueError
        If numbers of items or words differ.

    Examples
    --------
    >>> found = word_label_counts([np.array([0, 1, 255])], [np.array([0, 0, 1])], ["NOUN", "VERB"])
    >>> found.true_positives.tolist(), found.n_predicted.tolist(), found.n_gold.tolist()
    ([[1], [0]], [[1], [1]], [[2], [1]])
    """
    p, g, item = _joined(predicted, gold)
    n_labels, n_items = len(labels), len(gold)

    def counted(mask: npt.NDArray[np.bool_], ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        places = ids[mask] * n_items + item[mask]
        return np.bincount(places, minlength=n_labels * n_items).reshape(n_labels, n_items)

    known = (p >= 0) & (p < n_labels)
    return LabelCounts(
        names=tuple(labels),
        true_positives=counted(p == g, g),
        n_predicted=counted(known, p),
        n_gold=counted(np.ones(len(g), np.bool_), g),
    )


def label_scores(counts: LabelCounts) -> LabelScores:
    """Precision, recall and F1 of every label over all items.

    Parameters
    ----------
    counts : LabelCounts
        Of one run.

    Returns
    -------
    LabelScores
        In [0, 1], without unit. Precision is NaN where the label was never predicted, recall where
        it is never gold, F1 where neither.

    Notes
    -----
    F1 = 2 TP / (predicted + gold), the harmonic mean of precision and recall.

    References
    ----------
    van Rijsbergen (1979). Information Retrieval, chapter 7.

    Examples
    --------
    Two of three predicted are right, of four there are.

    >>> counts = LabelCounts(names=("PER",), true_positives=np.array([[2]]),
    ...                      n_predicted=np.array([[3]]), n_gold=np.array([[4]]))
    >>> found = label_scores(counts)
    >>> [round(float(x[0]), 3) for x in (found.precision, found.recall, found.f1)]
    [0.667, 0.5, 0.571]
    """
    right, predicted, gold = (
        array.sum(axis=1).astype(np.float64)
        for array in (counts.true_positives, counts.n_predicted, counts.n_gold)
    )
    return LabelScores(
        precision=_ratio(right, predicted),
        recall=_ratio(right, gold),
        f1=_ratio(2 * right, predicted + gold),
    )


def spans(ids: Ids, labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """The entities of one sentence: first word, last word + 1, type.

    Parameters
    ----------
    ids : ndarray of shape (n_tokens,)
        Label ids, from 0 to n_labels - 1.
    labels : sequence of str
        Label names in BIO.

    Returns
    -------
    list of tuple
        In the order of the words.

    Notes
    -----
    As `entity_counts` has them, word by word, which is faster for a single sentence.

    Examples
    --------
    >>> spans(np.array([0, 1, 2, 1]), ["O", "B-PER", "I-PER"])
    [(1, 3, 'PER'), (3, 4, 'PER')]
    """
    parts = [name.partition("-") for name in labels]
    found: list[tuple[int, int, str]] = []
    start, kind = 0, ""
    for i, number in enumerate(ids.tolist()):
        prefix, _, here = parts[number]
        if kind and (prefix == "B" or here != kind):
            found.append((start, i, kind))
        if here and (prefix == "B" or here != kind):
            start = i
        kind = here
    return [*found, (start, len(ids), kind)] if kind else found


def _joined(
    predicted: Sequence[Ids], gold: Sequence[Ids]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All words one after the other: predicted, gold, and the number of each word's item."""
    sizes = [len(ids) for ids in gold]
    if [len(ids) for ids in predicted] != sizes:
        raise ValueError("predicted and gold labels differ in their numbers of items or words")
    none = np.empty(0, np.int64)
    p, g = (np.concatenate([none, *ids]).astype(np.int64) for ids in (predicted, gold))
    return p, g, np.repeat(np.arange(len(sizes)), sizes)


def _ratio(
    above: npt.NDArray[np.float64], below: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = np.where(
        below > 0, above / np.where(below > 0, below, 1), np.nan
    )
    return found
