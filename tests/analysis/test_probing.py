"""The part-of-speech probe: shared and turned tag spaces, cross-fitting, draws, messages."""

import dataclasses

import numpy as np
import pytest

from mslt_core.analysis.documents import mean_over_documents
from mslt_core.analysis.probing import Words, pos_transfer
from mslt_core.spec.errors import DegenerateInputError, SpecError

TAGS = np.array(["ADJ", "NOUN", "PUNCT", "VERB"])


def words(seed, *, n=600, d=8, noise=0.4, turn=None, tags=TAGS) -> Words:
    """Words around their tag's corner; `turn` makes a language's corners its own."""
    rng = np.random.default_rng(seed)
    place = rng.choice(len(tags), n, p=None if len(tags) != 4 else [0.2, 0.5, 0.1, 0.2])
    corners = np.random.default_rng(99).normal(size=(4, d))
    vectors = corners[place] + noise * rng.normal(size=(n, d))
    if turn is not None:
        vectors = vectors @ np.linalg.qr(np.random.default_rng(turn).normal(size=(d, d)))[0]
    return Words(
        vectors.astype(np.float32), list(tags[place]), [f"n{i // 6:03d}" for i in range(n)]
    )


def test_worked_by_hand():
    # en: NOUN at 0, VERB at 5; de the other way round for one of four words, so that 3 of 4 of
    # its words are tagged rightly by what en teaches
    vectors = np.array([[0.0], [0.1], [5.0], [5.1]] * 4)
    ids = [s for s in "abcd" for _ in range(4)]
    en = Words(vectors, ["NOUN", "NOUN", "VERB", "VERB"] * 4, ids)
    de = Words(vectors, ["NOUN", "VERB", "VERB", "VERB"] * 4, ids)
    found = pos_transfer({"en": en, "de": de}, n_folds=4)
    assert found.langs == ("de", "en")
    assert found.accuracy[1].tolist() == [0.75, 1]
    assert found.majority.tolist() == [0.75, 0.5]
    assert found.hits[1].tolist() == [[3] * 4, [4] * 4]
    assert found.sizes.tolist() == [[4] * 4] * 2
    assert found.sentences == ("a", "b", "c", "d")
    assert found.tags == ("NOUN", "VERB")


def test_knowledge_is_shared_where_the_space_is():
    found = pos_transfer({"de": words(0), "en": words(1), "fi": words(2, turn=5)})
    assert found.accuracy[:2, :2].min() > 0.9
    assert found.accuracy[2, 2] > 0.9
    # a turned space is of no use to the others, nor they to it
    assert found.accuracy[2, :2].max() < 0.7
    assert found.accuracy[:2, 2].max() < 0.7


def test_tags_without_a_trace_in_the_vectors_score_the_majority():
    noise = [words(s, noise=1e3) for s in range(3)]
    found = pos_transfer(dict(zip(["de", "en", "fi"], noise, strict=True)))
    # at most the majority but for 0.02 of scatter: the priors keep the probe to frequent tags
    assert (found.accuracy < found.majority + 0.06).all()


def test_no_word_of_a_tested_sentence_was_trained_on_in_any_language():
    # the same vectors with tags drawn anew for each sentence, equal in both languages: what was
    # learned of a sentence would help with its translation
    rng = np.random.default_rng(0)
    ids = [f"{i // 2}" for i in range(400)]
    vectors = np.repeat(np.eye(200), 2, axis=0)
    vectors += 1e-3 * rng.normal(size=vectors.shape)
    tags = list(np.repeat(TAGS[rng.integers(0, 2, 200)], 2))
    leaky = Words(vectors, tags, ids)
    found = pos_transfer({"de": leaky, "en": leaky})
    assert found.accuracy.max() < 0.65


def test_same_seed_same_numbers_and_a_draw_does_not_depend_on_other_languages():
    three = {"de": words(0), "en": words(1), "fi": words(2)}
    found, again = (pos_transfer(three, max_words=100, seed=3) for _ in range(2))
    np.testing.assert_array_equal(found.hits, again.hits)
    assert found.sizes.sum(axis=1).tolist() == [100] * 3
    two = pos_transfer({"fi": three["fi"], "de": three["de"]}, max_words=100, seed=3)
    named = dict(zip(found.sentences, found.sizes[2], strict=True))
    assert [named[s] for s in two.sentences] == two.sizes[1].tolist()
    other = pos_transfer(three, max_words=100, seed=4)
    assert not np.array_equal(found.sizes, other.sizes)


def test_a_tag_that_the_source_lacks_counts_as_errors():
    known = words(1, tags=TAGS[:2])
    found = pos_transfer({"de": words(0), "en": known})
    share = np.mean([tag in TAGS[:2] for tag in words(0).tags])
    assert found.accuracy[1, 0] <= share
    assert found.accuracy[1, 0] > share - 0.1


def test_intervals_are_over_documents():
    found = pos_transfer({"de": words(0, noise=2.0), "en": words(1, noise=2.0)})
    documents = [name[:3] for name in found.sentences]
    mean = mean_over_documents(found.hits, documents, sizes=found.sizes)
    np.testing.assert_allclose(mean.value, found.accuracy)
    assert (mean.low < found.accuracy).all()
    assert (mean.high > found.accuracy).all()


def test_says_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="at least 1 language"):
        pos_transfer({})
    short = dataclasses.replace(words(0), tags=["NOUN"])
    with pytest.raises(ValueError, match=r"de needs a vector, .* got \(600, 8\), 1 and 600"):
        pos_transfer({"de": short})
    broken = words(0)
    broken.vectors[5, 2] = np.nan
    with pytest.raises(DegenerateInputError, match="the vectors of de hold NaN or infinity"):
        pos_transfer({"de": broken})
    with pytest.raises(DegenerateInputError, match="examples of at least 2 classes"):
        pos_transfer({"de": words(0, tags=TAGS[:1])})
    with pytest.raises(SpecError, match="max_words must be 2 or more, got 1"):
        pos_transfer({"de": words(0)}, max_words=1)
    with pytest.raises(ValueError, match=r"same width, got widths of \[7, 8\]"):
        pos_transfer({"de": words(0), "en": words(1, d=7)})
