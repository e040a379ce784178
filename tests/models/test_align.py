"""Labels of words and of sub-words: the first one carries the label, the others none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mslt_core.models.align import Aligned, align, parts_within, subword_labels, word_labels
from mslt_core.spec.errors import SpecError

NO_BREAK_SPACE = "\u00a0"  # the tokenizer sees nothing in it


def test_worked_by_hand(tiny_tokenizer):
    # pieces: <s> ▁went ▁ h o u s e </s>; "went" is one piece, "house" six
    [found] = align(tiny_tokenizer, [["went", "house"]], max_length=32)
    pieces = tiny_tokenizer.convert_ids_to_tokens(found.input_ids.tolist())
    assert pieces == ["<s>", "▁went", "▁", "h", "o", "u", "s", "e", "</s>"]
    assert found.first.tolist() == [1, 2]
    assert subword_labels(found, [3, 4]).tolist() == [-100, 3, 4, *[-100] * 6]


def test_words_are_those_given_whatever_the_tokenizer_splits(tiny_tokenizer):
    [found] = align(tiny_tokenizer, [["a b", "c"]], max_length=32)
    pieces = tiny_tokenizer.convert_ids_to_tokens(found.input_ids.tolist())
    assert pieces == ["<s>", "▁", "a", "▁", "b", "▁", "c", "</s>"]
    assert found.first.tolist() == [1, 5]


def test_a_word_without_sub_words_has_no_place_and_gets_label_0(tiny_tokenizer):
    [found] = align(tiny_tokenizer, [["a", NO_BREAK_SPACE, "b"]], max_length=32)
    assert found.first.tolist() == [1, -1, 3]
    assert subword_labels(found, [1, 2, 3]).tolist() == [-100, 1, -100, 3, -100, -100]
    assert word_labels(found, np.arange(6)).tolist() == [1, -1, 3]


@pytest.mark.parametrize("words", [[], [NO_BREAK_SPACE]])
def test_a_sentence_of_nothing_is_only_special_tokens(tiny_tokenizer, words):
    [found] = align(tiny_tokenizer, [words], max_length=32)
    assert found.input_ids.tolist() == [0, 2]
    assert (subword_labels(found, [1] * len(words)) == -100).all()
    assert word_labels(found, np.array([4, 4])).tolist() == [-1] * len(words)


def test_what_is_cut_off_has_no_place_and_the_end_stays_special(tiny_tokenizer):
    # <s> ▁ h o u s e </s>: "went" does not fit any more
    [found] = align(tiny_tokenizer, [["house", "went"]], max_length=8)
    assert len(found.input_ids) == 8
    assert found.input_ids[-1] == tiny_tokenizer.eos_token_id
    assert found.first.tolist() == [1, -1]


def test_sentences_do_not_touch_each_other(tiny_tokenizer):
    sentences = [["went"], ["the", "old", "house"], []]
    together = align(tiny_tokenizer, sentences, max_length=32)
    for sentence, found in zip(sentences, together, strict=True):
        [alone] = align(tiny_tokenizer, [sentence], max_length=32)
        assert found.input_ids.tolist() == alone.input_ids.tolist()
        assert found.first.tolist() == alone.first.tolist()


def test_no_sentences(tiny_tokenizer):
    assert align(tiny_tokenizer, [], max_length=32) == []


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=6), max_size=8), st.integers(8, 24))
def test_any_text(tiny_tokenizer, words, max_length):
    [found] = align(tiny_tokenizer, [words], max_length)
    assert len(found.input_ids) <= max_length
    assert len(found.first) == len(words)
    places = found.first[found.first != -1]
    assert (np.diff(places) > 0).all()
    assert ((places > 0) & (places < len(found.input_ids) - 1)).all()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.data())
def test_there_and_back(labels, data):
    n_words = len(labels)
    widths = data.draw(st.lists(st.integers(1, 3), min_size=n_words, max_size=n_words))
    first = 1 + np.cumsum([0, *widths[:-1]])
    aligned = Aligned(input_ids=np.zeros(sum(widths) + 2, dtype=np.int64), first=first)
    tags = subword_labels(aligned, labels)
    assert (tags != -100).sum() == n_words
    assert word_labels(aligned, tags).tolist() == labels


def test_more_than_the_model_can_read_is_refused(tiny_tokenizer):
    with pytest.raises(SpecError, match=r"max_length must be at most 128.*got 129"):
        align(tiny_tokenizer, [["went"]], max_length=129)


def test_parts_are_as_few_as_fit_and_lose_no_word(tiny_tokenizer):
    words = ["went", "home", "to", "see", "the", "old", "house"] * 5
    special = tiny_tokenizer.num_special_tokens_to_add()
    sizes = [len(tiny_tokenizer.tokenize(word)) for word in words]
    for max_length in (8, 20, 1000):
        parts = parts_within(tiny_tokenizer, words, max_length)
        assert [word for part in parts for word in part] == words
        lengths = [
            len(tiny_tokenizer([list(part)], is_split_into_words=True)["input_ids"][0])
            for part in parts
        ]
        assert all(n <= max_length or len(p) == 1 for n, p in zip(lengths, parts, strict=True))
        # no part could have taken the next one's first word too
        starts = np.cumsum([0, *map(len, parts)])[1:-1]
        room = [n + sizes[start] for n, start in zip(lengths, starts, strict=False)]
        assert all(n > max_length for n in room)
    assert parts_within(tiny_tokenizer, words, 1000) == [words]
    assert special == 2


def test_no_words_are_one_part(tiny_tokenizer):
    assert list(map(list, parts_within(tiny_tokenizer, (), 8))) == [[]]
