"""Parts that are measured where they are asked for, what chance gives, what has moved."""

import dataclasses
import itertools
import shutil

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.analysis import jackknife
from mslt_core.analysis.anisotropy import anisotropy
from mslt_core.analysis.cka_blocks import measured_cka
from mslt_core.analysis.cka_null import cka_null
from mslt_core.analysis.gromov import gromov_wasserstein
from mslt_core.analysis.lisi import ilisi
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.analysis.overlap import mutual_overlap
from mslt_core.analysis.procrustes import procrustes_residuals
from mslt_core.analysis.shifts import LineShift
from mslt_core.analysis.spread import measured_rank, measured_silhouette
from mslt_core.pipeline import shifts
from mslt_core.pipeline.embedding import Question, layer_rows
from mslt_core.spec.measuring import CHANCE, ON_DEMAND, P_BY_CHANCE, MeasureSpec
from mslt_core.spec.metrics import METRICS
from mslt_core.store import Store

LANGS = ("de", "en", "ru")
N, K = 36, 5


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def corpus(aligned_texts):
    return aligned_texts(LANGS, N)


@pytest.fixture
def look(corpus, pair):
    return MeasureSpec(
        checkpoints=pair, corpus=str(corpus), langs=LANGS, layers=(-1,), k=K, points=20,
        parts=("spread", "ilisi", "rbf", "null", "procrustes", "gromov", "csls", "cosines",
               "cosine", "moved"),
    )  # fmt: skip


def rows_of(store, look, checkpoint=0):
    question = Question(look.corpus, look.langs)
    ref = pipeline.checkpoint(store, look.checkpoints[checkpoint])
    blocks = jackknife.document_blocks(question.groups())
    return layer_rows(store, question, ref, -1), blocks


def test_are_what_the_analysis_says_of_the_joined_rows(store, look):
    measures = pipeline.measure(store, look)
    (found,) = measures.found[0]
    rows, blocks = rows_of(store, look)
    assert set(found) <= set(METRICS)
    for name, expected in (
        ("linear_cka_biased", measured_cka(rows, blocks, "biased")),
        ("effective_rank", measured_rank(rows, blocks)),
        ("language_silhouette", measured_silhouette(rows, blocks)),
        ("rbf_cka", measured_cka(rows, blocks, kernel="rbf")),
    ):
        np.testing.assert_allclose(found[name].value, expected.value, rtol=1e-12)
        # what is left out is kept in float32
        np.testing.assert_allclose(found[name].interval(), expected.interval(), atol=1e-4)
    np.testing.assert_allclose(found["cka_p"].value, cka_null(rows).p)
    biased = cka_null(rows, "biased")
    np.testing.assert_allclose(found["cka_by_chance"].value, biased.expected)
    low, high = found["cka_by_chance"].interval()
    np.testing.assert_allclose(high - low, 2 * 1.96 * biased.standard_deviation)
    turned = procrustes_residuals(rows, np.arange(N), seed=0)
    np.testing.assert_allclose(found["procrustes_residual"].value, turned.residual)
    near = neighbours(stacked(rows), 90)
    assert float(found["ilisi"].value) == ilisi(near.indices, near.distances, 3).score
    for name in ("ilisi", "procrustes_residual"):
        low, high = found[name].interval()
        assert np.all(low <= found[name].value)
        assert np.all(high >= found[name].value)
        assert np.any(high > low)
    drawn = np.sort(np.random.default_rng(0).permutation(N)[:20])
    shape = gromov_wasserstein(rows[1][drawn], rows[0][drawn], n_starts=3, seed=0)
    assert found["gromov_wasserstein"].value[0, 1] == pytest.approx(shape.distance)
    assert np.isnan(found["gromov_matched"].value[0, 0])


def test_every_measure_on_demand_and_its_chance_are_there(store, look):
    names = pipeline.measure(store, look).names
    asked = [name for name, part in ON_DEMAND.items() if part in look.parts]
    assert {*asked, *P_BY_CHANCE.values(), *CHANCE.values()} <= set(names)


def test_dimensions_that_dominate_the_cosine_are_told(store, look):
    measures = pipeline.measure(store, look.but(parts=("cosine",)))
    assert "cosine_shares" not in measures.names, "a number a dimension is no measure"
    rows, blocks = rows_of(store, look, 1)
    found = anisotropy(rows, blocks)
    np.testing.assert_allclose(measures.found[1][0]["cosine_shares"].value, found.shares)
    for X in rows:
        X[:, 5] = 50.0
    found = anisotropy(rows, blocks)
    blown = {
        "mean_cosine": found.mean_cosine,
        "mean_cosine_rest": found.without_dominating,
        "cosine_shares": jackknife.bare(found.shares),
    }
    changed = dataclasses.replace(measures, found=(measures.found[0], (blown,)))
    *_, one = pipeline.dominated_layers(changed)
    assert (one.checkpoint.key, one.layer, one.dimensions) == (look.checkpoints[1], 2, (5,))
    assert one.share == pytest.approx(found.shares[5])
    assert one.mean_cosine == found.mean_cosine.value > one.rest == found.without_dominating.value


def test_what_has_moved_is_told_by_language_against_the_first(store, look):
    measures = pipeline.measure(store, look.but(parts=("moved",), layers=()))
    assert measures.found[0][0] == {}, "nothing has moved in the first one itself"
    (one,) = pipeline.moved_languages(measures, "checkpoint_cka")
    (before, blocks), (after, _) = rows_of(store, look), rows_of(store, look, 1)
    expected = [measured_cka(pair, blocks) for pair in zip(before, after, strict=True)]
    np.testing.assert_allclose(one.values, [found.value[0, 1] for found in expected])
    np.testing.assert_allclose(one.low, [found.interval()[0][0, 1] for found in expected])
    (kept,) = pipeline.moved_languages(measures, "checkpoint_neighbours")
    near = [neighbours(rows[2], K).indices for rows in (before, after)]
    assert kept.values[2] == pytest.approx(mutual_overlap(near, K).overlap[0, 1])
    assert (kept.low < kept.values).all()
    assert ((one.values < 1) & (one.values > 0)).all()
    (curve,) = pipeline.moved_curves(measures, "checkpoint_cka", ["de", "ru"])
    assert curve.points[-1].value == pytest.approx((one.values[0] + one.values[2]) / 2)


def test_a_deeper_or_wider_checkpoint_is_compared_at_the_same_relative_depth(store, look, pair):
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    deep = look.checkpoints[1] + "-deep"
    shutil.copytree(pair[0], deep, dirs_exist_ok=True)
    config = XLMRobertaConfig.from_pretrained(pair[0])
    config.num_hidden_layers, config.hidden_size, config.intermediate_size = 4, 48, 64
    XLMRobertaForMaskedLM(config).save_pretrained(deep)
    asked = look.but(checkpoints=(pair[0], deep), parts=("moved",), layers=())
    measures = pipeline.measure(store, asked)
    (middle,) = pipeline.moved_languages(measures, "checkpoint_cka", -3)
    assert middle.layer == 2
    question = Question(look.corpus, look.langs)
    refs = [pipeline.checkpoint(store, key) for key in asked.checkpoints]
    # layer 2 of 4 lies where layer 1 of 2 does
    before = layer_rows(store, question, refs[0], 1)
    after = layer_rows(store, question, refs[1], 2)
    expected = measured_cka([before[0], after[0]], jackknife.document_blocks(np.arange(N)))
    assert middle.values[0] == pytest.approx(expected.value[0, 1])


def test_chance_is_told_by_pair_and_by_layer(store, look, corpus):
    measures = pipeline.measure(store, look.but(parts=("cka", "null", "procrustes")))
    masks = pipeline.by_chance(measures, "linear_cka")
    p = measures.found[0][0]["cka_p"].value
    # Holm: the largest of three p-values counts as it is
    assert masks[0].any() == (p[np.triu_indices(3, k=1)].max() > 0.05)
    assert not pipeline.by_chance(measures, "linear_cka")[0].diagonal().any()
    lines = (corpus / "ru.txt").read_text(encoding="utf-8").splitlines()
    shuffled = np.random.default_rng(0).permutation(lines)
    (corpus / "ru.txt").write_text("\n".join(shuffled) + "\n", encoding="utf-8")
    measures = pipeline.measure(store, look.but(parts=("cka", "null")))
    mask = pipeline.by_chance(measures, "linear_cka")[0]
    assert mask[0, 2], "Russian is shuffled"
    layers = pipeline.layers_by_chance(measures, "linear_cka")
    assert set(layers[measures.checkpoints[0].name]) == {2}
    (curve, _) = pipeline.chance_curves(measures, "linear_cka_biased")
    assert curve.points[0].value > 0.05


class TestShifted:
    """A corpus whose lines are paired with the wrong ones."""

    @pytest.fixture
    def long(self, tmp_path):
        """English and two others in which a word stands for its line."""
        folder = tmp_path / "long"
        folder.mkdir()
        letters = "abcdefghijklmnopqrstuvwxyz"
        rng = np.random.default_rng(0)
        lines = ["".join(rng.choice(list(letters), 12)) for _ in range(80)]
        for lang in LANGS:
            (folder / f"{lang}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder, lines

    def test_is_told_with_the_line_from_which_on(self, store, look, long):
        folder, lines = long
        moved = [*lines[:30], *lines[31:], lines[0]]
        (folder / "de.txt").write_text("\n".join(moved) + "\n", encoding="utf-8")
        asked = look.but(corpus=str(folder), parts=("pairs",))
        pipeline.measure(store, asked)
        notes, (shift,) = pipeline.corpus_told(store, asked)
        assert (shift.lang, shift.anchor, shift.offset, shift.all_along) == ("de", "en", -1, False)
        assert shift.start in {"000031", "000032"}
        assert shift.share > 0.9
        assert any("same text as an earlier one" in note for note in notes)

    def test_all_along(self, store, look, long):
        folder, lines = long
        (folder / "ru.txt").write_text("\n".join([*lines[1:], "end"]) + "\n", encoding="utf-8")
        asked = look.but(corpus=str(folder), parts=("pairs",))
        measures = pipeline.measure(store, asked)
        (shift,) = pipeline.misaligned(store, asked, compute=False)
        assert (shift.lang, shift.offset, shift.all_along) == ("ru", -1, True)
        assert "ru" in pipeline.at_chance(measures)

    def test_files_in_order_are_not_told(self, store, look, long):
        asked = look.but(corpus=str(long[0]), parts=("pairs",))
        measures = pipeline.measure(store, asked)
        assert pipeline.corpus_told(store, asked).shifts == ()
        assert pipeline.at_chance(measures) == ()


def test_a_shift_is_told_where_the_language_that_fits_most_finds_too_few_lines():
    lost = LineShift(offset=-1, start=0, share=0.2, share_paired=0.01)
    pairs = itertools.permutations(range(3), 2)
    # Indonesian is shifted; English sees it, German finds too little of it to see anything
    found = {pair: lost if set(pair) == {1, 2} else None for pair in pairs}
    rows = shifts._against_anchor(found, ("de", "en", "id"))
    assert rows.tolist() == [[1, 2, -1, 0, 0.2, 0.01]]
    # all see it: German and English fit each other, and English is told
    seen = {pair: lost if 2 in pair else None for pair in found}
    assert shifts._against_anchor(seen, ("de", "en", "id"))[:, :2].tolist() == [[1, 2]]


def test_a_language_in_its_place_is_not_told_by_one_that_is_shifted():
    lost = LineShift(offset=-1, start=0, share=0.6, share_paired=0.02)
    # Arabic and Bulgarian lost the same line, English and Chinese none
    found = {
        (a, b): lost if (a in {0, 1}) != (b in {0, 1}) else None
        for a, b in itertools.permutations(range(4), 2)
    }
    rows = shifts._against_anchor(found, ("ar", "bg", "en", "zh"))
    assert rows[:, :2].tolist() == [[2, 0], [2, 1]]
