"""Embeddings are computed once for all layers, kept per language and layer, and joined by id."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from mslt_core import pipeline
from mslt_core.models import embed as embed_module
from mslt_core.models.load import load_encoder, load_tokenizer
from mslt_core.pipeline.embedding import (
    Question,
    embed_layers,
    embeddings,
    layer_of,
    layer_rows,
    layers_of,
    n_truncated,
    relative_depth,
)
from mslt_core.spec.errors import BadInputError, DataError, NotComputedError
from mslt_core.store import Store

ATOL = 2e-6  # float32: products of other sizes sum in another order
ENGLISH = ["Mary went home", "the old house", "home to London", "York", "see the house", "Mary"]
GERMAN = ["Anna ging nach Hause", "", "nach Berlin", "Köln", "heute und gestern", "Anna"]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    for lang, lines in (("en", ENGLISH), ("de", GERMAN)):
        (folder / f"{lang}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def ref(store, tiny_checkpoint):
    return pipeline.checkpoint(store, str(tiny_checkpoint))


@pytest.fixture
def passes(monkeypatch):
    """The layers of every pass through the model, in order."""
    seen, real = [], embed_module.embed

    def counted(*args, **kwargs):
        seen.append(tuple(kwargs["layers"]))
        return real(*args, **kwargs)

    monkeypatch.setattr(embed_module, "embed", counted)
    return seen


def test_rows_are_the_same_sentence_in_every_language(store, corpus, ref, tiny_checkpoint):
    question = Question(str(corpus), ("en", "de"), layers="all")
    in_german, in_english = layer_rows(store, question, ref, 1)
    kept = [0, 2, 3, 4, 5]  # the second is empty in German
    model, tokenizer = load_encoder(tiny_checkpoint), load_tokenizer(tiny_checkpoint)
    for got, texts in ((in_german, GERMAN), (in_english, ENGLISH)):
        chosen = [texts[i] for i in kept]
        alone = embed_module.embed(model, tokenizer, chosen, layers=[1]).layers[1]
        np.testing.assert_allclose(got, alone, atol=ATOL)
    ids = question.ids[3:0:-1]
    np.testing.assert_array_equal(
        layer_rows(store, question, ref, 1, ids=ids)[1], in_english[3:0:-1]
    )


def test_all_layers_in_one_pass_a_language_and_never_twice(store, corpus, ref, passes):
    question = Question(str(corpus), (), layers="all")
    assert embed_layers(store, question, ref) == (0, 1, 2)
    assert passes == [(0, 1, 2)] * 2
    embed_layers(store, question, ref)
    for layer in (0, 1, -1):
        layer_rows(store, question, ref, layer, compute=False)
    embeddings(store, question, ref)
    assert len(passes) == 2


def test_only_what_is_missing(store, corpus, ref, passes):
    embeddings(store, Question(str(corpus), ("en",), 1), ref)
    embed_layers(store, Question(str(corpus), ("de", "en"), layers=(0, 1)), ref)
    # -1, the layer of the question itself, is always among them
    assert passes == [(1,), (0, 1, 2), (0, 2)]


def test_another_pooling_or_length_is_another_question(store, corpus, ref, passes):
    for pooling in ("mean", "first", "max", "mean"):
        embeddings(store, Question(str(corpus), ("en",), pooling=pooling), ref)
    assert len(passes) == 3


def test_a_damaged_layer_is_computed_again(store, corpus, ref, passes):
    question = Question(str(corpus), ("en",), layers="all")
    (before,) = layer_rows(store, question, ref, 1)
    digest = question.embed_specs(ref, 1)[0].digest()
    path = store.root / "arrays" / digest[:2] / f"{digest}.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    (again,) = layer_rows(store, question, ref, 1)
    assert passes == [(0, 1, 2), (1,)]
    np.testing.assert_allclose(again, before, atol=ATOL)


def test_nothing_is_computed_unless_wanted(store, corpus, ref, passes):
    question = Question(str(corpus), ("en",))
    with pytest.raises(NotComputedError, match=r"embeddings of .* are not computed yet"):
        layer_rows(store, question, ref, -1, compute=False)
    with pytest.raises(NotComputedError):
        embed_layers(store, question, ref, "all", compute=False)
    assert passes == []


def test_sentences_are_cut_where_the_model_ends_and_counted(store, tmp_path, ref):
    (tmp_path / "long").mkdir()
    lines = ["York", "Berlin " * 200, "home", "London"]
    (tmp_path / "long" / "en.txt").write_text("\n".join(lines) + "\n")
    question = Question(str(tmp_path / "long"), ("en",))
    assert question.embed_specs(ref)[0].max_length == 512  # and the tiny model reads 128
    embeddings(store, question, ref)
    assert n_truncated(store, question, ref) == {"en": 1}


def test_the_example_s_embeddings_keep_their_names():
    store = pipeline.open_store()
    question = Question("cldr-parallel", ("en",))
    (spec,) = question.embed_specs(pipeline.checkpoint(store, "base"))
    assert (spec.max_length, spec.precision) == (128, "float32")


def test_a_sentence_that_a_tokenizer_does_not_see_is_told_with_its_language(
    store, corpus, ref, monkeypatch
):
    def unseen(*args, **kwargs):
        raise DataError("sentence 3 of 6 is empty: '~'")

    monkeypatch.setattr(embed_module, "embed", unseen)
    with pytest.raises(DataError, match="own, en: sentence 3 of 6 is empty"):
        embeddings(store, Question(str(corpus), ("en",)), ref)


class TestLayers:
    def test_are_counted_from_either_end(self, ref):
        assert [layer_of(ref, layer) for layer in (0, 2, -1, -3)] == [0, 2, 2, 0]
        assert layers_of(ref, (-1, 0, 2)) == (0, 2)
        assert layers_of(ref, "all") == (0, 1, 2)
        assert [relative_depth(ref, layer) for layer in (0, 1, -1)] == [0, 0.5, 1]

    @pytest.mark.parametrize("layer", [3, -4])
    def test_that_are_not_there(self, ref, layer):
        with pytest.raises(BadInputError, match=rf"has layers 0 to 2, got {layer}\. -1 is the"):
            layer_of(ref, layer)

    def test_of_checkpoints_that_differ_in_depth(self, store, corpus, ref, tiny_checkpoint, passes):
        shallow = corpus.parent / "shallow"
        shutil.copytree(tiny_checkpoint, shallow)
        told = json.loads((shallow / "config.json").read_text())
        (shallow / "config.json").write_text(json.dumps({**told, "num_hidden_layers": 1}))
        weights = load_file(shallow / "model.safetensors")
        kept = {name: array for name, array in weights.items() if ".layer.1." not in name}
        save_file(kept, shallow / "model.safetensors", metadata={"format": "pt"})
        other = pipeline.checkpoint(store, str(shallow))
        question = Question(str(corpus), ("en",), layers="all")
        for one in (ref, other):
            embed_layers(store, question, one)
        assert passes == [(0, 1, 2), (0, 1)]
        # the last of one is the first block of the other
        last, first_block = (
            layer_rows(store, question, one, layer)[0] for one, layer in ((other, -1), (ref, 1))
        )
        np.testing.assert_allclose(last, first_block, atol=ATOL)
        with pytest.raises(BadInputError, match=r"shallow.* has layers 0 to 1, got 2"):
            layer_rows(store, question, other, 2)


class TestSentences:
    def test_documents_as_groups(self, corpus):
        (corpus / "documents.txt").write_text("a\na\nb\nb\na\nc\n")
        question = Question(str(corpus), ())
        np.testing.assert_array_equal(question.groups(), [0, 1, 1, 0, 2])
        np.testing.assert_array_equal(question.groups(question.ids[1:]), [0, 0, 1, 2])
        assert question.told().n_documents == 3

    def test_a_corpus_is_read_again_when_it_changes(self, corpus):
        assert len(Question(str(corpus), ()).ids) == 5
        lines = [line or "doch" for line in GERMAN]
        (corpus / "de.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert len(Question(str(corpus), ()).ids) == 6

    def test_a_table_by_its_own_path_and_only_below_the_roots(self, corpus):
        table = corpus.parent / "all.tsv"
        table.write_text("en\nMary\nYork\nhome\nold\n")
        assert len(Question(str(table), ()).ids) == 4
        with pytest.raises(BadInputError, match="lies outside the folders that may be read"):
            Question(str(table), (), roots=(corpus,))

    def test_originals_need_a_corpus_that_tells_them(self, corpus):
        with pytest.raises(DataError, match="does not tell in which language"):
            Question(str(corpus), (), original="en")


def test_words_with_their_parts_of_speech(store, tmp_path, ref):
    folder = tmp_path / "treebanks"
    folder.mkdir()
    for lang, words in (("en", ENGLISH), ("de", ENGLISH[::-1])):
        blocks = []
        for number, text in enumerate(words):
            sent_id = number if lang == "en" else len(words) - 1 - number
            lines = [
                f"{i}\t{word}\t_\t{'PROPN' if word[0].isupper() else 'NOUN'}" + "\t_" * 6
                for i, word in enumerate(text.split(), start=1)
            ]
            head = [f"# sent_id = s{sent_id}", f"# text = {text}"]
            blocks.append("\n".join([*head, *lines]) + "\n\n")
        (folder / f"{lang}.conllu").write_text("".join(blocks))
    question = Question(str(folder), (), layers="all")
    in_german, in_english = pipeline.word_rows(question, ref)
    assert (in_german.lang, in_english.lang) == ("de", "en")
    assert sorted(in_german.layers) == [0, 1, 2]
    # the German file holds the same sentences in another order, and both are joined by id
    for layer in (0, 1, 2):
        np.testing.assert_allclose(in_german.layers[layer], in_english.layers[layer], atol=ATOL)
    np.testing.assert_array_equal(in_german.labels, in_english.labels)
    assert in_english.labels[:4].tolist() == [11, 7, 7, 7]  # PROPN and NOUN, in udpos.LABELS
    assert in_english.sentences[:7].tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert (in_english.n_left_out, in_english.n_truncated) == (0, 0)
    (few,) = pipeline.word_rows(question, ref, (1,), langs=("en",), ids=question.ids[1:2])
    np.testing.assert_allclose(few.layers[1], in_english.layers[1][3:6], atol=ATOL)
