"""Items of different targets are joined as translations of each other, wherever they stand."""

import numpy as np
import pytest

from mslt_core.analysis.item_noise import item_variance, ratio_influence
from mslt_core.pipeline import gains, run_groups
from mslt_core.pipeline.item_names import blocks_of, item_names
from mslt_core.pipeline.outcomes import Influences, weighted_blocks
from mslt_core.spec.sentences import LabelledText
from mslt_core.store import Store
from tests.pipeline.made import put
from tests.pipeline.test_comparing import score, spec

N = 400


def rows(*meanings, text=""):
    return [LabelledText(row_id="r", text=text or m, label=0, meaning=m) for m in meanings]


def named(places):
    return item_names(rows(*(f"m{place}" for place in places)))


def influence(right):
    return ratio_influence(right, np.ones(len(right)))


@pytest.fixture
def answers():
    """Right or wrong on N items in three languages, which share what makes an item hard."""
    rng = np.random.default_rng(0)
    hard = rng.random(N)
    return {lang: (rng.random(N) > hard).astype(np.int64) for lang in ("de", "fr", "ja")}


def test_an_item_is_named_by_its_meaning_in_every_language():
    assert item_names(rows("a", "b")).tolist() == item_names(rows("a", "b", text="x")).tolist()
    assert item_names(rows("b", "a")).tolist() == item_names(rows("a", "b")).tolist()[::-1]
    hypotheses = item_names(rows("a", "a", "a"))
    assert len(set(hypotheses.tolist())) == 3


def test_data_without_meanings_has_no_names():
    assert item_names([LabelledText(row_id="r", text="t", label=0)]) is None
    mixed = [*rows("a"), LabelledText(row_id="r", text="t", label=0)]
    assert len(set(item_names(mixed).tolist())) == 2


def test_the_same_items_in_the_same_order_are_as_they_are():
    sizes, names = {"de": 3, "fr": 3}, {lang: named(range(3)) for lang in ("de", "fr")}
    for known in (names, {}):
        (block,) = blocks_of(sizes, known)
        assert (block.n, block.places) == (3, {"de": None, "fr": None})


def test_targets_without_names_go_by_their_number_of_items():
    names = {"de": named([0, 1]), "fr": named([1, 2])}
    found = blocks_of({"de": 2, "en": 2, "fr": 2, "ru": 2, "sw": 5}, names)
    assert [(block.n, sorted(block.places)) for block in found] == [
        (3, ["de", "fr"]),
        (2, ["en", "ru"]),
        (5, ["sw"]),
    ]


def test_what_a_language_lacks_keeps_others_joined(answers):
    """Equal numbers of items do not make them the same ones, nor do other numbers part them."""
    lacks = {"de": [3, 5], "fr": [0, 9], "ja": [1, 2, 7]}
    places = {lang: [i for i in range(N) if i not in lacks[lang]] for lang in answers}
    found = Influences(
        {lang: influence(answers[lang][here]) for lang, here in places.items()},
        {lang: named(here) for lang, here in places.items()},
    )
    share = dict.fromkeys(answers, 1 / 3)
    (block,) = weighted_blocks([found], [share])
    whole = np.zeros(N)
    for lang, here in places.items():
        whole[here] += (answers[lang][here] - answers[lang][here].mean()) / len(here) / 3
    assert item_variance(block) == pytest.approx((whole**2).sum() * N / (N - 1), rel=1e-5)
    # taken as independent, or joined by place, it comes out far too small
    apart = sum(float(item_variance(found[lang][None])) for lang in answers) / 9
    assert apart < 0.8 * item_variance(block)


def test_targets_are_added_in_the_order_of_their_weights():
    """In float32 a sum's last digits depend on it, and a set's order on the hash seed."""
    rng = np.random.default_rng(0)
    langs = [f"l{i:02}" for i in range(20)]
    found = Influences({lang: rng.standard_normal(500, np.float32) for lang in langs}, {})
    (block,) = weighted_blocks([found], [dict.fromkeys(reversed(langs), 0.05)])
    expected = np.zeros(500, np.float32)
    for lang in reversed(langs):
        expected += np.float32(0.05) * found[lang]
    np.testing.assert_array_equal(block[0], expected)


def test_the_order_of_a_file_changes_no_interval(tmp_path, answers):
    def judged(folder, order):
        store = Store(tmp_path / folder)
        items = {
            lang: {
                "n_correct": right[order] if lang == "fr" else right,
                "n_tokens": np.ones(N, np.uint8),
                "item": named(order if lang == "fr" else np.arange(N)),
            }
            for lang, right in answers.items()
        }
        other = {lang: {**kept, "n_correct": 1 - kept["n_correct"]} for lang, kept in items.items()}
        for langs, kept in ((("en",), items), (("ru",), other)):
            found = {lang: score(float(of["n_correct"].mean())) for lang, of in kept.items()}
            put(store, spec(langs, target_langs=tuple(answers)), found, kept)
        a, b = run_groups(store)
        result = gains(store, a, b)
        return result.mean.low, [(gain.low, gain.p) for gain in result.gains]

    mean, each = judged("same", np.arange(N))
    shuffled, of_shuffled = judged("shuffled", np.random.default_rng(1).permutation(N))
    assert shuffled == pytest.approx(mean, abs=1e-6)
    assert np.allclose(of_shuffled, each, atol=1e-6)
