"""Scores of token classification, by way of counts for each sentence.

Every score is a ratio of sums of counts, so a bootstrap over sentences needs the counts alone.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError


@dataclasses.dataclass(frozen=True, kw_only=True)
class ItemCounts:
    """What to sum for the scores: arrays of shape (n_items,), one entry a sentence."""

    n_tokens: npt.NDArray[np.int64]
    n_correct: npt.NDArray[np.int64]
    """Words whose predicted tag equals the gold tag."""
    true_positives: npt.NDArray[np.int64]
    """Entities predicted with the right type, start and end."""
    n_predicted: npt.NDArray[np.int64]
    """Entities predicted."""
    n_gold: npt.NDArray[np.int64]
    """Entities there are."""

    def arrays(self) -> dict[str, npt.NDArray[np.int64]]:
        """The counts by name, for storing them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def item_counts(
    predicted: Sequence[npt.NDArray[np.integer]],
    gold: Sequence[npt.NDArray[np.integer]],
    labels: Sequence[str],
) -> ItemCounts:
    """Count right words and right entities in every sentence.

    Parameters
    ----------
    predicted, gold : sequence of ndarray of shape (n_tokens_i,)
        Label ids of each sentence, from 0 to n_labels - 1; pairs of equal length.
    labels : sequence of str
        Label names in BIO: ``O``, ``B-<type>``, ``I-<type>``.

    Returns
    -------
    ItemCounts
        One entry a sentence, in order.

    Raises
    ------
    ValueError
        If the numbers of sentences or words differ (with the sentence), or an id is no label.
    SpecError
        If a label name is not BIO.

    Notes
    -----
    Entities follow seqeval's default (lenient) convention: a run of words of one type is an
    entity, and B- opens a new one; an I- tag after O, or after another type, opens one too.
    No entity crosses sentences. O(total number of words).

    References
    ----------
    Tjong Kim Sang & De Meulder (2003). Introduction to the CoNLL-2003 Shared Task. CoNLL.
    Nakayama (2018). seqeval. https://github.com/chakki-works/seqeval

    Examples
    --------
    >>> labels = ["O", "B-PER", "I-PER"]
    >>> counts = item_counts([np.array([1, 0, 2])], [np.array([1, 2, 0])], labels)
    >>> {name: int(array[0]) for name, array in counts.arrays().items()}
    {'n_tokens': 3, 'n_correct': 1, 'true_positives': 0, 'n_predicted': 2, 'n_gold': 1}
    """
    _check_pairs(predicted, gold, len(labels))
    n_items = len(gold)
    item = np.repeat(np.arange(n_items), [len(ids) for ids in gold])

    def per_item(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        return np.bincount(item[mask], minlength=n_items).astype(np.int64)

    p, g = _joined(predicted), _joined(gold)
    p_starts, p_ends, p_types = entities(p, item, labels)
    g_starts, g_ends, g_types = entities(g, item, labels)
    found = p_starts & g_starts & (p_ends == g_ends) & (p_types == g_types)
    return ItemCounts(
        n_tokens=per_item(np.ones(len(item), np.bool_)),
        n_correct=per_item(p == g),
        true_positives=per_item(found),
        n_predicted=per_item(p_starts),
        n_gold=per_item(g_starts),
    )


def word_counts(
    predicted: Sequence[npt.NDArray[np.integer]], gold: Sequence[npt.NDArray[np.integer]]
) -> ItemCounts:
    """Count right words where labels are no entities.

    Parameters
    ----------
    predicted, gold : sequence of ndarray of shape (n_tokens_i,)
        Label ids of each sentence; pairs of equal length. An id that no gold label has is wrong.

    Returns
    -------
    ItemCounts
        One entry a sentence, in order; no entities.

    Raises
    ------
    ValueError
        If the numbers of sentences differ.

    Examples
    --------
    >>> word_counts([np.array([1, 2, -1])], [np.array([1, 0, 0])]).n_correct.tolist()
    [1]
    """
    right = [int(np.sum(p == g)) for p, g in zip(predicted, gold, strict=True)]
    none = np.zeros(len(gold), dtype=np.int64)
    return ItemCounts(
        n_tokens=np.array([len(ids) for ids in gold], dtype=np.int64),
        n_correct=np.array(right, dtype=np.int64),
        true_positives=none,
        n_predicted=none,
        n_gold=none,
    )


def token_accuracy(counts: ItemCounts) -> float:
    """Share of words whose predicted tag equals the gold tag, ``O`` included.

    Parameters
    ----------
    counts : ItemCounts
        At least one word in all.

    Returns
    -------
    float
        In [0, 1], without unit; over all words, so long sentences weigh more.

    Raises
    ------
    DegenerateInputError
        If there is no word.

    Examples
    --------
    >>> gold = [np.array([1, 2, 0, 0])]
    >>> token_accuracy(item_counts([np.array([1, 0, 0, 0])], gold, ["O", "B-PER", "I-PER"]))
    0.75
    """
    n_tokens = counts.n_tokens.sum()
    if n_tokens == 0:
        raise DegenerateInputError("token accuracy is undefined: there is no word to score")
    return float(counts.n_correct.sum() / n_tokens)


def span_f1(counts: ItemCounts) -> float:
    """Micro-averaged F1 over entities: type, start and end must match.

    Parameters
    ----------
    counts : ItemCounts
        At least one entity in all, gold or predicted.

    Returns
    -------
    float
        In [0, 1], without unit. 1: the same entities; 0: none in common.

    Raises
    ------
    DegenerateInputError
        If there is no entity, neither gold nor predicted: F1 is 0/0.

    Notes
    -----
    2 TP / (predicted + gold), the harmonic mean of precision and recall.

    Examples
    --------
    One of two entities is found, and nothing else: precision 1, recall 1/2.

    >>> gold = [np.array([1, 2, 0, 1])]
    >>> f1 = span_f1(item_counts([np.array([1, 2, 0, 0])], gold, ["O", "B-PER", "I-PER"]))
    >>> round(f1, 3)
    0.667
    """
    if not any_entity(counts):
        raise DegenerateInputError(
            "span F1 is undefined: neither the gold nor the predicted tags hold an entity",
            hint="Score more sentences.",
        )
    total = counts.n_predicted.sum() + counts.n_gold.sum()
    return float(2 * counts.true_positives.sum() / total)


def any_entity(counts: ItemCounts) -> bool:
    """Whether there is an entity, gold or predicted: without one span F1 is undefined."""
    return bool(counts.n_predicted.any() or counts.n_gold.any())


def majority_accuracy(gold: Sequence[npt.NDArray[np.integer]]) -> float:
    """Token accuracy of always answering the most frequent gold label.

    Parameters
    ----------
    gold : sequence of ndarray of shape (n_tokens_i,)
        Label ids of each sentence, 0 or more; at least one word in all.

    Returns
    -------
    float
        In (0, 1], without unit: what a model gets that learned nothing but this label.

    Raises
    ------
    DegenerateInputError
        If there is no word.

    Examples
    --------
    >>> majority_accuracy([np.array([0, 0, 1]), np.array([0])])
    0.75
    """
    ids = _joined(gold)
    if not len(ids):
        raise DegenerateInputError("majority accuracy is undefined: there is no word to score")
    return float(np.bincount(ids).max() / len(ids))


def _joined(sequences: Sequence[npt.NDArray[np.integer]]) -> npt.NDArray[np.int64]:
    """All words of all sentences, one after the other."""
    return np.concatenate([np.empty(0, np.int64), *sequences])


def _check_pairs(
    predicted: Sequence[npt.NDArray[np.integer]],
    gold: Sequence[npt.NDArray[np.integer]],
    n_labels: int,
) -> None:
    if len(predicted) != len(gold):
        raise ValueError(f"{len(predicted)} predicted sentences for {len(gold)} gold ones")
    for i, (p, g) in enumerate(zip(predicted, gold, strict=True)):
        if len(p) != len(g):
            raise ValueError(f"sentence {i} has {len(g)} words but {len(p)} predicted tags")
    for ids in (_joined(predicted), _joined(gold)):
        if len(ids) and not 0 <= ids.min() <= ids.max() < n_labels:
            raise ValueError(
                f"label ids must be from 0 to {n_labels - 1}, got {ids.min()} to {ids.max()}"
            )


def entity_types(labels: Sequence[str]) -> list[str]:
    """The types that BIO label names tell of, sorted; `entities` counts them from 1."""
    return sorted({name.partition("-")[2] for name in labels} - {""})


def entities(
    ids: npt.NDArray[np.int64], item: npt.NDArray[np.int64], labels: Sequence[str]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For every word: does an entity start here, where would it end, and of which type."""
    opens, types = _label_parts(labels)
    kind = types[ids]
    new_sentence = np.diff(item, prepend=-1) != 0
    new_kind = np.diff(kind, prepend=-1) != 0
    # whatever opens an entity closes the one before, and so does O, a kind of its own (0)
    border = opens[ids] | new_kind | new_sentence
    borders = np.append(np.flatnonzero(border), len(ids))
    ends = borders[np.searchsorted(borders, np.arange(len(ids)), side="right")]
    return border & (kind > 0), ends, kind


def _label_parts(
    labels: Sequence[str],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """For every label: is it a B- label, and the number of its type (0 for O)."""
    parts = [name.partition("-") for name in labels]
    for name, (prefix, _, kind) in zip(labels, parts, strict=True):
        if name != "O" and not (prefix in {"B", "I"} and kind):
            raise SpecError(f"label names must be O, B-<type> or I-<type>, got {name!r}")
    kinds = entity_types(labels)
    return (
        np.array([prefix == "B" for prefix, _, _ in parts]),
        np.array([kinds.index(kind) + 1 if kind else 0 for _, _, kind in parts]),
    )
