"""Predicted labels: one a word, in the order given, whatever stands beside a sentence."""

import numpy as np
import pytest
import torch

from mslt_core.models.align import parts_within
from mslt_core.models.heads import inputs
from mslt_core.models.heads.tagging import predict_tags
from mslt_core.models.load import load_with_head
from mslt_core.spec.sentences import TaggedSentence

NO_BREAK_SPACE = "\u00a0"


@pytest.fixture(scope="module")
def classifier(tiny_checkpoint, labels):
    model = load_with_head(tiny_checkpoint, "tagging", labels, seed=0)
    # logits far apart, so that neighbours in a batch cannot go unnoticed
    torch.nn.init.normal_(model.classifier.weight, std=2.0, generator=torch.manual_seed(0))
    return model


@pytest.fixture
def sentences(tagged_rows):
    return [row for lang in ("ar", "de", "en", "ru", "zh") for row in tagged_rows(lang, 12)]


def sentence(*tokens):
    return TaggedSentence(row_id="x", tokens=tokens, labels=(0,) * len(tokens))


def as_lists(predicted):
    return [row.tolist() for row in predicted.tags]


def test_equals_one_sentence_at_a_time_by_hand(classifier, tiny_tokenizer, sentences):
    predicted = predict_tags(classifier, tiny_tokenizer, sentences, max_length=128).tags
    classifier.eval()
    for row, found in zip(sentences, predicted, strict=True):
        encoded = tiny_tokenizer(list(row.tokens), is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            tags = classifier(**encoded).logits[0].argmax(-1).tolist()
        word_ids = encoded.word_ids()
        assert found.tolist() == [tags[word_ids.index(i)] for i in range(len(row.tokens))]
        assert found.dtype == np.int64
    assert len({tag for row in predicted for tag in row.tolist()}) > 2


@pytest.mark.parametrize("max_subwords", [1, 100, 100_000])
def test_the_batches_do_not_matter(
    classifier, tiny_tokenizer, sentences, monkeypatch, max_subwords
):
    expected = as_lists(predict_tags(classifier, tiny_tokenizer, sentences, max_length=128))
    monkeypatch.setitem(inputs.MAX_SUBWORDS, "cpu", max_subwords)
    order = np.random.default_rng(0).permutation(len(sentences))
    shuffled = [sentences[i] for i in order]
    found = as_lists(predict_tags(classifier, tiny_tokenizer, shuffled, max_length=128))
    assert found == [expected[i] for i in order]


def test_no_batch_is_larger_than_its_budget(classifier, tiny_tokenizer, sentences, monkeypatch):
    sizes = []
    hook = classifier.register_forward_pre_hook(
        lambda _model, _args, kwargs: sizes.append(kwargs["input_ids"].numel()), with_kwargs=True
    )
    monkeypatch.setitem(inputs.MAX_SUBWORDS, "cpu", 200)
    predict_tags(classifier, tiny_tokenizer, sentences, max_length=128)
    hook.remove()
    assert len(sizes) > 1
    assert max(sizes) <= 200


def test_dropout_is_off(classifier, tiny_tokenizer, sentences):
    classifier.train()
    once = as_lists(predict_tags(classifier, tiny_tokenizer, sentences, max_length=128))
    classifier.train()
    assert as_lists(predict_tags(classifier, tiny_tokenizer, sentences, max_length=128)) == once


def test_words_that_are_not_seen_get_label_0_and_are_counted(classifier, tiny_tokenizer):
    with torch.no_grad():
        classifier.classifier.bias.copy_(torch.tensor([-1e3, 0, 0, 0, 0]))  # never label 0
    predicted = predict_tags(
        classifier, tiny_tokenizer, [sentence("went", NO_BREAK_SPACE)], max_length=8
    )
    with torch.no_grad():
        classifier.classifier.bias.zero_()
    assert [tag >= 0 for tag in predicted.tags[0].tolist()] == [True, False]
    assert predicted.n_unseen == 1


def test_a_long_sentence_is_read_in_parts(classifier, tiny_tokenizer, sentences):
    words = tuple(word for row in sentences[:4] for word in row.tokens)
    predicted = predict_tags(classifier, tiny_tokenizer, [sentence(*words)], max_length=16)
    assert predicted.n_unseen == 0
    parts = parts_within(tiny_tokenizer, words, 16)
    assert len(parts) > 2
    alone = predict_tags(
        classifier, tiny_tokenizer, [sentence(*part) for part in parts], max_length=16
    )
    assert predicted.tags[0].tolist() == np.concatenate(alone.tags).tolist()


def test_nothing_to_predict(classifier, tiny_tokenizer):
    assert as_lists(predict_tags(classifier, tiny_tokenizer, [], max_length=32)) == []
    assert as_lists(predict_tags(classifier, tiny_tokenizer, [sentence()], max_length=32)) == [[]]
