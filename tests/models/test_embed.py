"""A sentence's vector is the mean of its own tokens' hidden states, whoever stands beside it."""

import copy
import itertools
from typing import get_args

import numpy as np
import pytest
import torch
from tokenizers import normalizers, pre_tokenizers

from mslt_core.models import hidden_states
from mslt_core.models.embed import embed
from mslt_core.models.load import load_encoder
from mslt_core.spec.errors import CheckpointError, DataError, SpecError
from mslt_core.spec.specs import Pooling

ATOL = 2e-6  # float32: products of other sizes sum in another order
SENTENCES = [
    "Mary went home to see the old house",
    "昨 天 去 了 北 京",
    "ذهب إلى المدينة في الصباح",
    "York",
    "gestern ging Anna Müller heute nach Hause und heute nach Köln",
    "Иван пошёл домой",
]
N_LAYERS = 2  # of the tiny encoder


def vectors_one_by_one(model, tokenizer, texts, layer, pooling):
    """The slow twin: no batch, no padding, special tokens told by their ids."""
    vectors = []
    for text in texts:
        input_ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            states = model(input_ids=input_ids, output_hidden_states=True).hidden_states[layer][0]
        own = [token not in (0, 2) or pooling != "mean_no_special" for token in input_ids[0]]
        tokens = states[own].numpy()
        pooled = {"first": tokens[0], "max": tokens.max(axis=0)}
        vectors.append(pooled.get(pooling, tokens.mean(axis=0)))
    return np.stack(vectors)


@pytest.mark.parametrize("pooling", get_args(Pooling))
@pytest.mark.parametrize("max_subwords", [1, 24, 4096])
def test_a_vector_does_not_depend_on_its_batch(
    tiny_encoder, tiny_tokenizer, monkeypatch, pooling, max_subwords
):
    monkeypatch.setattr(hidden_states, "MAX_SUBWORDS", max_subwords)
    layers = range(N_LAYERS + 1)
    got = embed(tiny_encoder, tiny_tokenizer, SENTENCES, layers=layers, pooling=pooling)
    for layer in layers:
        alone = vectors_one_by_one(tiny_encoder, tiny_tokenizer, SENTENCES, layer, pooling)
        np.testing.assert_allclose(got.layers[layer], alone, atol=ATOL)


def test_layers_of_one_pass_are_those_of_several(tiny_encoder, tiny_tokenizer):
    together = embed(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[2, 0]).layers
    assert list(together) == [2, 0]
    for layer, X in together.items():
        assert X.shape == (len(SENTENCES), 32)
        assert X.dtype == np.float32
        alone = embed(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[layer]).layers[layer]
        np.testing.assert_array_equal(X, alone)
    assert not np.allclose(together[0], together[2], atol=0.1)


def test_the_last_layer_is_the_encoder_s_output(tiny_encoder, tiny_tokenizer):
    inputs = tiny_tokenizer(SENTENCES[0], return_tensors="pt")
    with torch.no_grad():
        output = tiny_encoder(**inputs).last_hidden_state[0].mean(dim=0).numpy()
    got = embed(tiny_encoder, tiny_tokenizer, SENTENCES[:1], layers=[N_LAYERS])
    np.testing.assert_allclose(got.layers[N_LAYERS][0], output, atol=ATOL)


def test_poolings_differ(tiny_encoder, tiny_tokenizer):
    found = [
        embed(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[2], pooling=pooling).layers[2]
        for pooling in get_args(Pooling)
    ]
    for one, other in itertools.combinations(found, 2):
        assert np.abs(one - other).max(axis=1).min() > 0.01


def test_the_largest_value_is_that_of_all_tokens_and_never_of_padding(tiny_encoder, tiny_tokenizer):
    # beside a long sentence, "York" is mostly padding, whose states are those of <pad>
    alone, beside = (
        embed(tiny_encoder, tiny_tokenizer, texts, layers=[0, 2], pooling="max").layers
        for texts in (["York"], ["York", SENTENCES[4]])
    )
    for layer in (0, 2):
        np.testing.assert_allclose(beside[layer][0], alone[layer][0], atol=ATOL)
        first = embed(tiny_encoder, tiny_tokenizer, ["York"], layers=[layer], pooling="first")
        assert (alone[layer] >= first.layers[layer] - ATOL).all()


def test_counts_truncated_sentences(tiny_encoder, tiny_tokenizer):
    long = " ".join(["Berlin"] * 16)
    texts = [SENTENCES[0], long, "York", long]
    got = embed(tiny_encoder, tiny_tokenizer, texts, layers=[2], max_length=16)
    assert got.n_truncated == 3
    whole = embed(tiny_encoder, tiny_tokenizer, texts, layers=[2], max_length=128)
    assert whole.n_truncated == 0
    np.testing.assert_allclose(got.layers[2][2], whole.layers[2][2], atol=ATOL)
    assert not np.allclose(got.layers[2][1], whole.layers[2][1], atol=ATOL)


def test_does_not_count_a_sentence_that_just_fits(tiny_encoder, tiny_tokenizer):
    length = len(tiny_tokenizer(SENTENCES[0])["input_ids"])
    for max_length, n_truncated in ((length, 0), (length - 1, 1)):
        got = embed(tiny_encoder, tiny_tokenizer, SENTENCES[:1], layers=[0], max_length=max_length)
        assert got.n_truncated == n_truncated


def test_reports_every_batch(tiny_encoder, tiny_tokenizer, monkeypatch):
    monkeypatch.setattr(hidden_states, "MAX_SUBWORDS", 8)
    told = []
    # 3 tokens each with <s> and </s>: two fit into a batch
    embed(tiny_encoder, tiny_tokenizer, ["a"] * 5, layers=[0], report=lambda *n: told.append(n))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_dropout_is_off(tiny_checkpoint, tiny_tokenizer):
    model = load_encoder(tiny_checkpoint).train()
    first, second = (embed(model, tiny_tokenizer, SENTENCES, layers=[2]).layers[2] for _ in "ab")
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0"])
def test_refuses_an_empty_sentence(tiny_encoder, tiny_tokenizer, text):
    with pytest.raises(DataError, match="sentence 2 of 3 is empty: '"):
        embed(tiny_encoder, tiny_tokenizer, ["York", text, "Berlin"], layers=[0])


@pytest.mark.parametrize("text", [" ", "\u200b"])
def test_refuses_a_sentence_that_is_empty_to_its_tokenizer(tiny_encoder, tiny_tokenizer, text):
    tokenizer = copy.deepcopy(tiny_tokenizer)
    # as other tokenizers have it: a blank becomes a piece of its own, a zero-width one nothing
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.backend_tokenizer.normalizer = normalizers.Replace("\u200b", "")
    with pytest.raises(DataError, match="sentence 1 of 1 is empty"):
        embed(tiny_encoder, tokenizer, [text], layers=[0])


@pytest.mark.parametrize("layer", [-1, 3])
def test_refuses_a_layer_that_is_not_there(tiny_encoder, tiny_tokenizer, layer):
    with pytest.raises(SpecError, match=f"the model has layers 0 to 2, got {layer}"):
        embed(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[0, layer])


def test_refuses_more_tokens_than_the_model_reads(tiny_encoder, tiny_tokenizer):
    with pytest.raises(SpecError, match=r"max_length must be at most 128, .* got 129"):
        embed(tiny_encoder, tiny_tokenizer, SENTENCES, layers=[0], max_length=129)


def test_refuses_more_tokens_than_there_are_positions(tiny_encoder, tiny_tokenizer):
    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.model_max_length = int(1e30)  # as tokenizers are saved that were told no limit
    with pytest.raises(SpecError, match=r"max_length must be at most 128, .* got 129"):
        embed(tiny_encoder, tokenizer, SENTENCES, layers=[0], max_length=129)


def test_refuses_vectors_that_are_not_finite(tiny_checkpoint, tiny_tokenizer):
    model = load_encoder(tiny_checkpoint)
    with torch.no_grad():
        model.encoder.layer[1].output.dense.bias[3] = torch.inf
    embed(model, tiny_tokenizer, SENTENCES, layers=[1])
    with pytest.raises(CheckpointError, match="layer 2 gives a vector with NaN or infinity for s"):
        embed(model, tiny_tokenizer, SENTENCES, layers=[1, 2])
