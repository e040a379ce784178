"""Measures of layers: what the analysis says of the joined rows, computed once and kept."""

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.analysis import alignment, cka, identity, jackknife, mingling, overlap, retrieval
from mslt_core.analysis.cka_blocks import measured_cka
from mslt_core.analysis.cka_intervals import cka_intervals
from mslt_core.analysis.documents import mean_over_documents, share_over_documents
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.analysis.probing import Words, pos_transfer
from mslt_core.analysis.silhouette import language_silhouette
from mslt_core.analysis.spaces import in_space
from mslt_core.analysis.spectrum import effective_rank, language_variance
from mslt_core.data.tasks.udpos import LABELS
from mslt_core.pipeline import measuring, tagged
from mslt_core.pipeline.embedding import Question, layer_rows
from mslt_core.pipeline.looking import look_stamp
from mslt_core.pipeline.measuring import execute_measuring
from mslt_core.pipeline.parts import Grouped, measured_part
from mslt_core.spec.errors import BadInputError, DataError, DegenerateInputError, NotComputedError
from mslt_core.spec.measuring import LayerSpec, MeasureSpec
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import EmbedSpec, Where
from mslt_core.store import Store

LANGS = ("de", "en", "ru")
N = 36
K = 5
EMBEDS = EmbedSpec(checkpoint="a", corpus="b", lang="en", layer=1, max_length=128)
FEW_DIGITS = 1e-6  # what is left out is kept in float32


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def corpus(aligned_texts):
    return aligned_texts(LANGS, N)


@pytest.fixture
def look(corpus, tiny_checkpoint):
    """All parts at the last layer."""
    return MeasureSpec(
        checkpoints=(str(tiny_checkpoint),),
        corpus=str(corpus),
        langs=LANGS,
        layers=(-1,),
        parts=(*pipeline.MEASURED, "csls"),
        k=K,
    )


@pytest.fixture
def told(store, look):
    """The measures of the one layer, its rows and the blocks of its sentences."""
    (found,) = pipeline.measure(store, look).found[0]
    question = Question(look.corpus, look.langs)
    ref = pipeline.checkpoint(store, look.checkpoints[0])
    return found, layer_rows(store, question, ref, -1), jackknife.document_blocks(question.groups())


def n_entries(store):
    return len(list((store.root / "arrays").rglob("*.safetensors")))


def assert_same(found, value, without=None, ends=None):
    np.testing.assert_allclose(found.value, value, rtol=1e-12)
    assert len(found.sizes) == (0 if without is None else len(without))
    if without is not None:
        np.testing.assert_allclose(found.without, without, rtol=FEW_DIGITS, atol=FEW_DIGITS)
        assert found.sizes.sum() == N
    if ends is not None:
        np.testing.assert_allclose(found.interval(), ends, rtol=1e-12)


def test_cka_is_that_of_the_joined_rows(told):
    found, rows, blocks = told
    expected = measured_cka(rows, blocks)
    assert_same(found["linear_cka"], expected.value, expected.without)
    assert_same(found["linear_cka_biased"], cka.cka_matrix(rows, "biased"))


def test_pairs_are_those_of_the_joined_rows(told):
    found, rows, blocks = told
    plain, csls = retrieval.retrieval(rows, csls_k=10)
    for name, of in (("retrieval_p1", plain), ("retrieval_p1_csls", csls)):
        share = share_over_documents(of.hits, blocks)
        assert_same(found[name], share.value, share.replicates, (share.low, share.high))
    ranks = mean_over_documents(plain.reciprocal_ranks, blocks)
    assert_same(found["retrieval_mrr"], ranks.value, ranks.replicates)
    ranks = mean_over_documents(csls.reciprocal_ranks, blocks)
    assert_same(found["retrieval_mrr_csls"], ranks.value, ranks.replicates)
    near = [neighbours(X, K).indices for X in rows]
    shared = mean_over_documents(overlap.mutual_overlap(near, K).shares, blocks)
    assert_same(found["neighbour_overlap"], shared.value, shared.replicates)


def test_where_no_sentence_finds_its_translation_documents_are_counted_and_not_blocks(look):
    rows = [np.eye(80), np.roll(np.eye(80), 1, axis=0)]
    blocks = np.arange(80) % 40
    found = measured_part("pairs", rows, Grouped(np.arange(80), blocks), look)["retrieval_p1"]
    low, high = found.interval()
    # Wilson's of none of 80 with t(39): t^2 / (80 + t^2), where 40 blocks would give 0.093
    assert (low[0, 1], high[0, 1]) == pytest.approx((0, 2.022691**2 / (80 + 2.022691**2)))


def test_mixing_is_that_of_all_rows_together(told):
    found, rows, blocks = told
    near = neighbours(stacked(rows), len(LANGS) * K).indices
    whole = mingling.mingling_interval(near, len(LANGS), blocks, k=K)
    assert_same(found["mingling"], whole.value[0], whole.replicates[:, 0])
    assert found["mingling"].value == mingling.mingling(near, len(LANGS), k=K).score
    # without a block, from scratch: its rows are no neighbours either
    left = [X[blocks != 7] for X in rows]
    near = neighbours(stacked(left), K).indices
    fresh = mingling.mingling(near, len(LANGS), k=K).score
    np.testing.assert_allclose(found["mingling"].without[7], fresh, atol=FEW_DIGITS)
    variance = language_variance(rows, blocks)
    assert_same(found["language_variance"], variance.value, variance.replicates)
    assert_same(found["effective_rank"], effective_rank(rows))


def test_mixing_looks_further_where_a_block_holds_the_nearest_neighbours(look):
    # two documents lie on top of one another: without one, six neighbours are often not enough
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(scale=100, size=(6, 4)), 20, axis=0)
    rows = [centres + rng.normal(size=(120, 4)) for _ in range(2)]
    blocks = np.repeat(np.arange(6), 20) * 2 + np.arange(120) % 2
    near = neighbours(stacked(rows), 6).indices
    with pytest.raises(DegenerateInputError, match="run out of neighbours"):
        mingling.mingling_interval(near, 2, blocks, k=2)
    found = measured_part("mixing", rows, Grouped(blocks, blocks), look.but(k=2))["mingling"]
    near = neighbours(stacked(rows), 239).indices
    whole = mingling.mingling_interval(near, 2, blocks, k=2)
    np.testing.assert_allclose(found.without, whole.replicates[:, 0], rtol=0.01)


def test_identity_is_that_of_the_joined_rows(told):
    found, rows, blocks = told
    probe = identity.language_probe(rows, blocks, seed=0)
    right = share_over_documents(probe.hits.ravel(), np.tile(blocks, len(rows)))
    assert_same(found["language_probe"], right.value, right.replicates, (right.low, right.high))
    assert_same(found["language_silhouette"], language_silhouette(rows).score)


def test_a_language_that_is_always_guessed_is_not_certain(look):
    rows = [np.random.default_rng(0).normal(size=(80, 3)) + 50 * place for place in range(2)]
    sentences = Grouped(np.arange(80), np.arange(80) % 40)
    found = measured_part("identity", rows, sentences, look)["language_probe"]
    low, high = found.interval()
    # Wilson's of all of 80 sentences with t(39), whose translations are the same sentences
    assert (found.value, low, high) == pytest.approx((1, 80 / (80 + 2.022691**2), 1))


def test_every_measure_is_declared(told):
    assert set(told[0]) <= set(METRICS)


def test_what_is_read_back_is_what_was_computed(store, look):
    computed = pipeline.measure(store, look)
    kept = n_entries(store)
    stored = pipeline.measure(store, look, compute=False).found[0][0]
    fresh = computed.found[0][0]
    assert list(fresh) == list(stored)
    for name, one in fresh.items():
        for field in ("value", "without", "sizes"):
            np.testing.assert_array_equal(getattr(one, field), getattr(stored[name], field))
        assert (one.ends is None) == (stored[name].ends is None)
        if len(one.sizes) or one.ends:
            # sums over arrays that lie differently in memory
            np.testing.assert_allclose(one.interval(), stored[name].interval(), rtol=1e-12)
    assert n_entries(store) == kept


def test_says_which_layer_is_missing(store, look):
    pipeline.measure(store, look)
    with pytest.raises(NotComputedError, match=r"measures of .*tiny.* at layer 1 are not computed"):
        pipeline.measure(store, look.but(layers=(1, 2)), compute=False)


def test_all_layers_of_all_checkpoints(store, look):
    ref = look.checkpoints[0]
    found = pipeline.measure(store, look.but(checkpoints=(ref, ref), layers=(), parts=("cka",)))
    assert found.layers == ((0, 1, 2), (0, 1, 2))
    assert (found.langs, found.n, found.n_blocks) == (LANGS, N, N)
    assert found.names == ("linear_cka", "linear_cka_biased")
    gone = pipeline.difference(found, "linear_cka", (0, 1))
    assert (gone.value, gone.low, gone.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "n_new"),
    [({"k": 6}, 2), ({"seed": 1}, 5), ({"langs": "de,en"}, 6), ({"parts": ("cka",)}, 0)],
    ids=["k", "seed", "langs", "fewer parts"],
)
def test_another_question_is_another_entry(store, look, change, n_new):
    pipeline.measure(store, look)
    before = n_entries(store)
    pipeline.measure(store, look.but(**change))
    assert n_entries(store) == before + n_new


def test_documents_are_never_parted(store, look, corpus):
    (corpus / "documents.txt").write_text("".join(f"{i // 5}\n" for i in range(N)))
    found = pipeline.measure(store, look.but(parts=("pairs",)))
    assert found.n_blocks == 8  # seven of five sentences and one of the last
    sizes = found.found[0][0]["retrieval_p1"].sizes
    assert sorted(sizes) == [1, 5, 5, 5, 5, 5, 5, 5]


def test_too_few_documents_sentences_or_languages(store, look, corpus):
    with pytest.raises(BadInputError, match="k must be below the number of sentences, 36, got 36"):
        pipeline.measure(store, look.but(k=36))
    with pytest.raises(BadInputError, match="compared in pairs: choose at least two"):
        pipeline.measure(store, look.but(langs="en"))
    (corpus / "documents.txt").write_text("".join(f"{i // 9}\n" for i in range(N)))
    with pytest.raises(DegenerateInputError, match="needs at least 5 of them, got 4"):
        pipeline.measure(store, look)
    (corpus / "documents.txt").unlink()
    for lang in LANGS:
        lines = (corpus / f"{lang}.txt").read_text(encoding="utf-8").splitlines()[:19]
        (corpus / f"{lang}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"19 parallel sentences are too few .* at least 20"):
        pipeline.measure(store, look)


def test_a_job_computes_the_same_and_stops_when_asked(store, look):
    def nothing(*_):
        return None

    def run(stop):
        return execute_measuring(store, look, Where(), report=nothing, should_stop=lambda: stop)

    assert run(True) is False
    assert run(False) is True
    pipeline.measure(store, look, compute=False)


def test_the_stamp_changes_with_the_corpus(store, look, corpus):
    before = look_stamp(store, look)
    assert look_stamp(store, look.but(k=9)) == before
    with (corpus / "en.txt").open("a", encoding="utf-8") as file:
        file.write("one more\n")
    assert look_stamp(store, look) != before


class TestDocuments:
    """A corpus of documents of three sentences each."""

    @pytest.fixture(autouse=True)
    def _documents(self, corpus):
        (corpus / "documents.txt").write_text("".join(f"{i // 3}\n" for i in range(N)))

    def test_give_cka_between_them_with_its_own_interval(self, store, look, told):
        found, rows, _ = told
        expected = cka_intervals(rows, np.arange(N) // 3)
        np.testing.assert_allclose(found["cka_between_documents"].value, expected.between)
        np.testing.assert_array_equal(
            found["cka_between_documents"].interval(), (expected.low, expected.high)
        )
        measures = pipeline.measure(store, look, compute=False)
        assert measures.names[0] == "linear_cka"
        (matrix,) = pipeline.pair_matrices(measures, "cka_between_documents")
        np.testing.assert_array_equal(matrix.low, expected.low)
        (curve,) = pipeline.layer_curves(measures, "cka_between_documents")
        assert curve.points[0].low < curve.points[0].value < curve.points[0].high

    def test_of_another_cut_are_another_entry(self, store, look, corpus, monkeypatch):
        only = look.but(parts=("cka",))
        # where documents are many, another cut may fall into the same blocks
        monkeypatch.setattr(measuring, "document_blocks", lambda *_, **__: np.arange(N) // 6)
        pipeline.measure(store, only)
        (corpus / "documents.txt").write_text("".join(f"{i // 2}\n" for i in range(N)))
        with pytest.raises(NotComputedError):
            pipeline.measure(store, only, compute=False)

    def test_that_are_too_few_give_none_and_one_too_large_is_refused(self, store, look, corpus):
        (corpus / "documents.txt").write_text("".join(f"{i // 5}\n" for i in range(N)))
        assert "cka_between_documents" not in pipeline.measure(store, look).names
        (corpus / "documents.txt").write_text("".join(f"{max(0, i - 14)}\n" for i in range(N)))
        with pytest.raises(DegenerateInputError, match="one document holds 15 of 36 sentences"):
            pipeline.measure(store, look)


def test_sentences_without_documents_keep_the_name_they_had(store, look, told):
    assert "cka_between_documents" not in told[0]
    spec = LayerSpec(part="cka", embeds=(EMBEDS,), ids="1", n=20, blocks="2")
    assert spec.digest() == "fb80d90ca976a6f3"
    assert spec.but(documents="3").digest() != spec.digest()


class TestSpace:
    @pytest.mark.parametrize("space", ["centred", "centred_by_language", "whitened"])
    def test_is_that_of_pairs_and_alignment_alone(self, store, look, told, space, tmp_path):
        plain, rows, blocks = told
        asked = look.but(space=space, parts=(*look.parts, "alignment", "cosines"))
        # in a store of its own, where nothing was measured in the model's space before
        (found,) = pipeline.measure(Store(tmp_path / "fresh"), asked).found[0]
        before = n_entries(store)
        pipeline.measure(store, asked)
        assert n_entries(store) == before + 4
        moved = in_space(rows, space)
        right, scaled = retrieval.retrieval(moved, csls_k=10)
        np.testing.assert_allclose(
            found["retrieval_mrr"].value, right.reciprocal_ranks.mean(-1, dtype=float)
        )
        np.testing.assert_allclose(
            found["retrieval_mrr_csls"].value, scaled.reciprocal_ranks.mean(-1, dtype=float)
        )
        error = alignment.alignment_errors(moved, blocks)
        np.testing.assert_allclose(found["alignment_error"].value, error.raw)
        error = alignment.alignment_errors(moved, blocks, distance="cosine")
        np.testing.assert_allclose(found["cosine_error"].value, error.raw)
        np.testing.assert_allclose(found["relative_cosine_error"].value, error.relative)
        for name in ("linear_cka", "mingling", "language_probe"):
            np.testing.assert_array_equal(found[name].value, plain[name].value)

    def test_is_told_of_the_measures_that_it_changes(self, store, look):
        asked = look.but(space="centred", parts=(*look.parts, "alignment", "cosines"))
        measures = pipeline.measure(store, asked)
        of = {part: pipeline.measure(store, asked.but(parts=(part,))).names for part in asked.parts}
        changed = {name for name in measures.names if measures.space_of(name) == "centred"}
        assert changed == {*of["pairs"], *of["csls"], *of["alignment"], *of["cosines"]}

    def test_cka_is_the_same_when_languages_are_centred(self, told):
        plain, rows, _ = told
        moved = cka.cka_matrix(in_space(rows, "centred_by_language"))
        np.testing.assert_allclose(moved, plain["linear_cka"].value, atol=1e-6)


def test_alignment_has_its_own_interval_and_means_that_of_the_blocks(store, look, told):
    _, rows, blocks = told
    measures = pipeline.measure(store, look.but(parts=("alignment",)))
    found = measures.found[0][0]["relative_alignment_error"]
    expected = alignment.alignment_errors(rows, blocks)
    ends = (expected.relative_low, expected.relative_high)
    # from scratch without one block
    left = alignment.alignment_errors([X[blocks != 3] for X in rows])
    assert_same(found, expected.relative, expected.relative_without, ends)
    np.testing.assert_allclose(found.without[3], left.relative, rtol=FEW_DIGITS)
    raw = measures.found[0][0]["alignment_error"]
    np.testing.assert_allclose(raw.without[3], left.raw, rtol=FEW_DIGITS)
    (curve,) = pipeline.layer_curves(measures, "relative_alignment_error")
    cells = ~np.eye(len(LANGS), dtype=bool)
    assert curve.points[0].value == pytest.approx(expected.relative[cells].mean())
    assert curve.points[0].low < curve.points[0].value < curve.points[0].high


class TestWords:
    @pytest.fixture
    def treebanks(self, tmp_path, tagged_rows):
        """Thirty sentences whose words' parts of speech can be told from the words."""
        folder = tmp_path / "treebanks"
        folder.mkdir()
        for lang in ("de", "en"):
            texts = []
            for number, row in enumerate(tagged_rows(lang, 30)):
                tags = ["PROPN" if label else "NOUN" for label in row.labels]
                lines = [
                    f"{i}\t{word}\t_\t{tag}" + "\t_" * 6
                    for i, (word, tag) in enumerate(zip(row.tokens, tags, strict=True), start=1)
                ]
                head = [f"# sent_id = s{number:02}", f"# text = {' '.join(row.tokens)}"]
                texts.append("\n".join([*head, *lines]) + "\n\n")
            (folder / f"{lang}.conllu").write_text("".join(texts), encoding="utf-8")
        return folder

    @pytest.fixture
    def asked(self, look, treebanks):
        return look.but(corpus=str(treebanks), langs="de,en", parts=("words",), layers=())

    def test_are_probed_at_every_layer(self, store, asked):
        measures = pipeline.measure(store, asked)
        question = Question(asked.corpus, asked.langs, layers="all")
        ref = pipeline.checkpoint(store, asked.checkpoints[0])
        rows = list(pipeline.word_rows(question, ref))
        for layer in (0, 1, 2):
            words = {
                row.lang: Words(
                    row.layers[layer],
                    [LABELS[i] for i in row.labels],
                    [question.ids[i] for i in row.sentences],
                )
                for row in rows
            }
            expected = pos_transfer(words)
            found = measures.found[0][layer]["pos_transfer"]
            np.testing.assert_allclose(found.value, expected.accuracy)
            # without the first block, which is one sentence here, with the probes as they are
            blocks = jackknife.document_blocks(question.groups())
            kept = [i for i in range(30) if blocks[i] != 0]
            left = expected.hits[..., kept].sum(-1) / expected.sizes[:, kept].sum(-1)
            np.testing.assert_allclose(found.without[0], left, rtol=FEW_DIGITS)
        again = pipeline.measure(store, asked, compute=False)
        np.testing.assert_array_equal(again.found[0][2]["pos_transfer"].value, found.value)
        (curve,) = pipeline.layer_curves(again, "pos_transfer")
        assert curve.points[2].value == pytest.approx((found.value[0, 1] + found.value[1, 0]) / 2)

    def test_of_several_layers_take_one_pass(self, store, asked, monkeypatch):
        passes, real = [], tagged.word_rows

        def counted(question, ref, layers, *args, **kwargs):
            passes.append(list(layers))
            return real(question, ref, layers, *args, **kwargs)

        monkeypatch.setattr(tagged, "word_rows", counted)
        pipeline.measure(store, asked.but(layers=(1,)))
        pipeline.measure(store, asked)
        pipeline.measure(store, asked.but(pooling="max"))  # words are not pooled
        assert passes == [[1], [0, 2]]

    def test_with_other_tags_are_another_entry(self, store, asked, treebanks):
        pipeline.measure(store, asked)
        told = (treebanks / "en.conllu").read_text(encoding="utf-8")
        (treebanks / "en.conllu").write_text(told.replace("NOUN", "VERB", 1), encoding="utf-8")
        with pytest.raises(NotComputedError):
            pipeline.measure(store, asked, compute=False)

    def test_need_a_corpus_that_has_them(self, store, look, asked):
        assert pipeline.has_words(asked.corpus)
        assert not pipeline.has_words(look.corpus)
        with pytest.raises(DataError, match="own has no parts of speech"):
            pipeline.measure(store, look.but(parts=("words",)))
