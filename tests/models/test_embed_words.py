"""A word's vector is the mean of its own sub-words' states, seen among the words beside it."""

import numpy as np
import pytest
import torch

from mslt_core.models import hidden_states
from mslt_core.models.embed import embed
from mslt_core.models.embed_words import embed_words
from mslt_core.spec.errors import SpecError

ATOL = 2e-6  # float32: products of other sizes sum in another order
SENTENCES = [
    ("Mary", "went", "home", "to", "Zanzibar"),
    ("昨", "天", "去", "了", "北", "京"),
    ("York",),
    ("gestern", "ging", "Anna", "Müller", "nach", "Hause"),
]


def words_one_by_one(model, tokenizer, sentences, layer):
    """The slow twin: no batch, no padding; pieces are looked up by the word they come from."""
    vectors = []
    for words in sentences:
        encoded = tokenizer(list(words), is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            output = model(input_ids=encoded["input_ids"], output_hidden_states=True)
        states = output.hidden_states[layer][0].numpy()
        of_words = encoded.word_ids()
        for place in range(len(words)):
            pieces = [states[i] for i, word in enumerate(of_words) if word == place]
            vectors.append(np.mean(pieces, axis=0))
    return np.stack(vectors)


@pytest.mark.parametrize("max_subwords", [1, 24, 4096])
def test_the_mean_of_a_word_s_pieces(tiny_encoder, tiny_tokenizer, monkeypatch, max_subwords):
    monkeypatch.setattr(hidden_states, "MAX_SUBWORDS", max_subwords)
    got = embed_words(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[0, 2])
    assert got.kept.tolist() == [True] * 18
    assert got.n_truncated == 0
    for layer in (0, 2):
        alone = words_one_by_one(tiny_encoder, tiny_tokenizer, SENTENCES, layer)
        assert got.layers[layer].dtype == np.float32
        np.testing.assert_allclose(got.layers[layer], alone, atol=ATOL)


def test_one_piece_and_several(tiny_encoder, tiny_tokenizer):
    pieces = tiny_tokenizer(["Zanzibar"], is_split_into_words=True, add_special_tokens=False)
    assert len(pieces["input_ids"]) > 3
    # a sentence of one word: its pieces are all but the special tokens
    (word,) = embed_words(tiny_encoder, tiny_tokenizer, [("Zanzibar",)], layers=[2]).layers[2]
    whole = embed(tiny_encoder, tiny_tokenizer, ["Zanzibar"], layers=[2], pooling="mean_no_special")
    np.testing.assert_allclose(word, whole.layers[2][0], atol=ATOL)


def test_a_word_depends_on_its_sentence(tiny_encoder, tiny_tokenizer):
    sentences = [("York", "home"), ("York", "gestern")]
    got = embed_words(tiny_encoder, tiny_tokenizer, sentences, layers=[0, 2]).layers
    np.testing.assert_allclose(got[0][0], got[0][2], atol=ATOL)  # not yet at the embedding output
    assert not np.allclose(got[2][0], got[2][2], atol=0.01)


def test_words_without_a_piece_are_left_out(tiny_encoder, tiny_tokenizer):
    sentences = [("York", "\u00a0", "home"), ("\u00a0",), ("Berlin",)]
    got = embed_words(tiny_encoder, tiny_tokenizer, sentences, layers=[2])
    assert got.kept.tolist() == [True, False, True, False, True]
    bare = [("York", "home"), ("Berlin",)]
    alone = embed_words(tiny_encoder, tiny_tokenizer, bare, layers=[2])
    np.testing.assert_allclose(got.layers[2], alone.layers[2], atol=ATOL)


def test_words_that_are_cut_off_are_left_out_and_their_sentences_counted(
    tiny_encoder, tiny_tokenizer
):
    sentences = [("Berlin",) * 10, ("Berlin",)]
    n_pieces = len(tiny_tokenizer(["Berlin"], is_split_into_words=True)["input_ids"]) - 2
    got = embed_words(
        tiny_encoder, tiny_tokenizer, sentences, layers=[1], max_length=2 + 3 * n_pieces
    )
    assert got.n_truncated == 1
    assert got.kept.tolist() == [True] * 3 + [False] * 7 + [True]
    assert got.layers[1].shape == (4, 32)


def test_no_sentence_at_all(tiny_encoder, tiny_tokenizer):
    got = embed_words(tiny_encoder, tiny_tokenizer, [], layers=[2])
    assert (got.layers[2].shape, got.kept.shape, got.n_truncated) == ((0, 32), (0,), 0)


def test_refuses_a_layer_that_is_not_there(tiny_encoder, tiny_tokenizer):
    with pytest.raises(SpecError, match="the model has layers 0 to 2, got 3"):
        embed_words(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[3])
