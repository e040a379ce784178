"""Token accuracy and span F1 by counts, against the definition written out slowly."""

import numpy as np
import pytest

from mslt_core.analysis.scores import (
    ItemCounts,
    item_counts,
    majority_accuracy,
    span_f1,
    token_accuracy,
)
from mslt_core.spec.errors import DegenerateInputError, SpecError

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")


def ids(text: str, labels=LABELS) -> np.ndarray:
    return np.array([labels.index(tag) for tag in text.split()], dtype=np.int64)


def slow_entities(tags: list[str]) -> set[tuple[str, int, int]]:
    """seqeval's default convention, word by word: (type, start, end), end not included."""
    entities, start = set(), None
    for i, tag in enumerate([*tags, "O"]):
        before = tags[i - 1] if i else "O"
        goes_on = tag.startswith("I-") and before != "O" and before[2:] == tag[2:]
        if start is not None and not goes_on:
            entities.add((before[2:], start, i))
            start = None
        if tag != "O" and not goes_on:
            start = i
    return entities


def slow_f1(predicted: list[list[str]], gold: list[list[str]]) -> float:
    """Harmonic mean of precision and recall over the entities of all sentences."""
    found = [
        {(i, *entity) for i, tags in enumerate(side) for entity in slow_entities(tags)}
        for side in (predicted, gold)
    ]
    n_right = len(found[0] & found[1])
    if n_right == 0:
        return 0.0
    precision, recall = n_right / len(found[0]), n_right / len(found[1])
    return 2 * precision * recall / (precision + recall)


def random_tags(seed: int, n_sentences: int = 40) -> list[np.ndarray]:
    """Any tag after any other, so that every irregular order occurs; some sentences are empty."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, len(LABELS), size=rng.integers(0, 12)) for _ in range(n_sentences)]


def names(sequences):
    return [[LABELS[i] for i in sequence] for sequence in sequences]


def test_worked_by_hand():
    gold = [ids("B-PER I-PER O B-LOC"), ids("O B-ORG")]
    predicted = [ids("B-PER I-PER O B-ORG"), ids("O B-ORG")]
    counts = item_counts(predicted, gold, LABELS)
    # first sentence: 3 of 4 words; PER right, LOC called ORG. Second: all right.
    assert counts.n_tokens.tolist() == [4, 2]
    assert counts.n_correct.tolist() == [3, 2]
    assert counts.n_gold.tolist() == counts.n_predicted.tolist() == [2, 1]
    assert counts.true_positives.tolist() == [1, 1]
    assert token_accuracy(counts) == 5 / 6
    # precision 2/3, recall 2/3
    assert span_f1(counts) == pytest.approx(2 / 3)
    # O is the most frequent gold tag: 2 of 6 words
    assert majority_accuracy(gold) == 2 / 6


@pytest.mark.parametrize(
    ("tags", "n_entities"),
    [
        ("O O", 0),
        ("B-PER I-PER I-PER", 1),
        ("B-PER B-PER", 2),
        ("I-PER I-PER", 1),  # lenient: an I- tag after O opens an entity
        ("O I-PER O", 1),
        ("B-PER I-LOC", 2),  # another type, another entity
        ("I-PER I-LOC I-PER", 3),
        ("B-PER I-PER B-PER I-PER", 2),
        ("B-PER O I-PER", 2),
    ],
)
def test_what_an_entity_is(tags, n_entities):
    counts = item_counts([ids(tags)], [ids(tags)], LABELS)
    assert counts.n_gold.tolist() == counts.true_positives.tolist() == [n_entities]
    assert len(slow_entities(tags.split())) == n_entities


@pytest.mark.parametrize(
    "predicted",
    ["B-PER I-PER O O", "B-PER I-PER I-PER I-PER", "O B-PER I-PER O", "B-LOC I-LOC I-LOC O"],
)
def test_start_end_and_type_must_match(predicted):
    counts = item_counts([ids(predicted)], [ids("B-PER I-PER I-PER O")], LABELS)
    assert (counts.n_gold.sum(), counts.n_predicted.sum()) == (1, 1)
    assert span_f1(counts) == 0


def test_an_entity_does_not_cross_sentences():
    counts = item_counts([ids("B-PER"), ids("I-PER")], [ids("B-PER"), ids("I-PER")], LABELS)
    assert counts.n_gold.tolist() == [1, 1]


@pytest.mark.parametrize("seed", range(20))
def test_equals_the_definition(seed):
    gold = random_tags(seed)
    rng = np.random.default_rng(seed + 1000)
    # half of the words right, so that entities of every kind are found and missed
    predicted = [np.where(rng.random(len(g)) < 0.5, g, rng.integers(0, 7, len(g))) for g in gold]
    counts = item_counts(predicted, gold, LABELS)
    for i, (p, g) in enumerate(zip(names(predicted), names(gold), strict=True)):
        assert counts.n_gold[i] == len(slow_entities(g))
        assert counts.n_predicted[i] == len(slow_entities(p))
        assert counts.true_positives[i] == len(slow_entities(p) & slow_entities(g))
        assert counts.n_correct[i] == sum(a == b for a, b in zip(p, g, strict=True))
        assert counts.n_tokens[i] == len(g)
    assert 0 < counts.true_positives.sum() < counts.n_gold.sum()
    # one division against three
    assert span_f1(counts) == pytest.approx(slow_f1(names(predicted), names(gold)), rel=1e-12)


def test_scores_of_a_resample_follow_from_the_counts():
    gold, predicted = random_tags(1), [np.zeros_like(g) for g in random_tags(1)]
    counts = item_counts(predicted, gold, LABELS)
    picked = np.random.default_rng(0).integers(0, len(gold), size=len(gold))
    drawn = item_counts([predicted[i] for i in picked], [gold[i] for i in picked], LABELS)
    resampled = ItemCounts(**{name: array[picked] for name, array in counts.arrays().items()})
    assert token_accuracy(resampled) == token_accuracy(drawn)
    assert span_f1(resampled) == span_f1(drawn)


def test_the_order_of_labels_and_sentences_is_of_no_account():
    gold, predicted = random_tags(3), [np.roll(g, 1) for g in random_tags(3)]
    counts = item_counts(predicted, gold, LABELS)
    order = np.random.default_rng(0).permutation(len(LABELS))
    renamed = [LABELS[i] for i in order]
    number = np.argsort(order)
    again = item_counts(
        [number[p] for p in predicted][::-1], [number[g] for g in gold][::-1], renamed
    )
    for name, array in counts.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name][::-1], array)


def test_small_unsigned_ids_do_not_wrap():
    gold = [ids("B-PER I-PER O").astype(np.uint8)]
    assert item_counts(gold, gold, LABELS).n_gold.tolist() == [1]
    assert majority_accuracy([np.array([1, 1, 0], np.uint8)]) == pytest.approx(2 / 3)


def test_what_cannot_be_scored_is_refused():
    nothing = item_counts([], [], LABELS)
    with pytest.raises(DegenerateInputError, match="token accuracy is undefined: there is no word"):
        token_accuracy(nothing)
    with pytest.raises(DegenerateInputError, match="majority accuracy is undefined"):
        majority_accuracy([np.empty(0, np.int64)])
    with pytest.raises(DegenerateInputError, match="span F1 is undefined: neither the gold nor"):
        span_f1(item_counts([ids("O O")], [ids("O O")], LABELS))
    # one side is enough: everything predicted is wrong, or everything there is was missed
    assert span_f1(item_counts([ids("B-PER")], [ids("O")], LABELS)) == 0
    assert span_f1(item_counts([ids("O")], [ids("B-PER")], LABELS)) == 0


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="1 predicted sentences for 2 gold ones"):
        item_counts([ids("O")], [ids("O"), ids("O")], LABELS)
    with pytest.raises(ValueError, match="sentence 1 has 2 words but 1 predicted tags"):
        item_counts([ids("O"), ids("O")], [ids("O"), ids("O O")], LABELS)
    with pytest.raises(ValueError, match=r"label ids must be from 0 to 6, got -100 to 0"):
        item_counts([np.array([0, -100])], [ids("O O")], LABELS)
    with pytest.raises(ValueError, match=r"from 0 to 6, got 0 to 7"):
        item_counts([ids("O O")], [np.array([0, 7])], LABELS)
    for wrong in ("PER", "S-PER", "B-", "I"):
        with pytest.raises(SpecError, match=f"must be O, B-<type> or I-<type>, got '{wrong}'"):
            item_counts([ids("O")], [ids("O")], ("O", wrong))
