"""Further views of results, from stored runs whose every score is known."""

import dataclasses

import numpy as np
import pytest

from mslt_core.data import typology
from mslt_core.pipeline import by_scripts, by_size, gains, gains_by_group, run_groups, swept
from mslt_core.pipeline.set_means import SetMeans
from mslt_core.pipeline.sizes import sizes_swept
from mslt_core.pipeline.target_groups import target_distances
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.views import PLATEAU
from mslt_core.store import Store
from tests.pipeline.made import put

TARGETS = ("ar", "de", "en", "es", "et", "fi", "hu", "sw")
T_2 = 4.302653  # 97.5 % of Student's t with 2 degrees of freedom


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def finished(store):
    """Puts a finished run into the store: target to accuracy."""

    def done(source_langs, scores, seed=0, predictions=None):
        question = TrainSpec(
            task="wikiann",
            data="d" * 16,
            model="base",
            model_fingerprint="f" * 16,
            source_langs=source_langs,
            target_langs=TARGETS,
            budget=100,
            steps=10,
            learning_rate=3e-4,
            seed=seed,
        )
        whole = {
            lang: TargetScores(
                accuracy=accuracy, span_f1=0.5, majority_accuracy=0.3, n_items=20, n_tokens=80
            )
            for lang, accuracy in scores.items()
        }
        put(store, question, whole, predictions)

    return done


def group(store, name):
    return next(g for g in run_groups(store) if g.name == name)


@pytest.fixture
def sweep_of_three(store, finished):
    """All sets out of ar, de, en. Seed s adds s points to singles, 2 s to pairs, nothing else."""
    base = {
        ("ar",): 0.40, ("de",): 0.50, ("en",): 0.60,
        ("ar", "de"): 0.60, ("ar", "en"): 0.62, ("de", "en"): 0.58,
        ("ar", "de", "en"): 0.62,
    }  # fmt: skip
    shift = {1: 0.01, 2: 0.02, 3: 0.02}
    for langs, mean in base.items():
        for seed in range(3):
            moved = mean + shift[len(langs)] * seed
            # de is a source of some set: it must be in no mean
            finished(langs, {"de": 0.0, "fi": moved - 0.1, "sw": moved + 0.1}, seed)


def test_sizes_by_hand(store, sweep_of_three):
    found = by_size(store, swept(run_groups(store)), "accuracy")
    assert (found.pool, found.targets, found.seeds) == (("ar", "de", "en"), ("fi", "sw"), (0, 1, 2))
    assert [(size.k, len(size.sets)) for size in found.sizes] == [(1, 3), (2, 3), (3, 1)]
    # 0.5, 0.6 and 0.62 with seed 0; over seeds 0.01, 0.02 and 0.02 more
    assert [s.mean.estimate for s in found.sizes] == pytest.approx([0.51, 0.62, 0.64])
    assert found.sizes[1].sets[0] == ("ar", "en")
    assert found.sizes[1].means == pytest.approx((0.64, 0.62, 0.60))
    # 1 to 2 gains 0.10, 0.11, 0.12 by seed: 0.11 ± t 0.01 / sqrt(3); 2 to 3 gains 0.02 in all
    half = T_2 * 0.01 / np.sqrt(3)
    first, second = found.gains
    assert (first.low, first.high) == pytest.approx((0.11 - half, 0.11 + half), abs=1e-6)
    assert (second.low, second.high) == pytest.approx((0.02, 0.02), abs=1e-9)
    assert found.plateau is None
    assert found.english == pytest.approx(0.61)
    assert found.carried == "seeds"


def test_no_further_gain_is_a_plateau(store, finished):
    for langs in (("ar",), ("de",), ("en",), ("ar", "de"), ("ar", "en"), ("de", "en")):
        for seed in range(3):
            finished(langs, {"fi": 0.5 + (seed - 1) * (len(langs) - 1) / 1000}, seed)
    found = by_size(store, swept(run_groups(store)), "accuracy")
    assert found.plateau == 1
    assert found.sizes[-1].k == 2


def test_one_size_is_no_curve(store, finished):
    for lang in ("ar", "de", "en"):
        finished((lang,), {"fi": 0.5})
    assert by_size(store, swept(run_groups(store))) is None
    assert by_size(store, ()) is None


def test_a_larger_pool_lends_the_sets_inside_the_smaller_one(store, finished):
    singles = [("ar",), ("de",), ("en",), ("es",)]
    for langs in [*singles, ("ar", "de"), ("ar", "en"), ("de", "en")]:
        finished(langs, {"fi": 0.5})
    pool, by_k = sizes_swept(swept(run_groups(store)))
    assert pool == ("ar", "de", "en")
    assert [len(sets) for sets in by_k.values()] == [3, 3]


def test_the_whole_pool_with_fewer_seeds_is_left_out(store, finished):
    for seed in range(3):
        for langs in (("ar",), ("de",), ("en",), ("ar", "de"), ("ar", "en"), ("de", "en")):
            finished(langs, {"fi": 0.5}, seed)
    finished(("ar", "de", "en"), {"fi": 0.5}, 0)
    found = by_size(store, swept(run_groups(store)), "accuracy")
    assert found.seeds == (0, 1, 2)
    assert [size.k for size in found.sizes] == [1, 2]


def test_a_single_seed_has_no_interval(store, finished):
    for langs in (("ar",), ("de",), ("en",), ("ar", "de"), ("ar", "en"), ("de", "en")):
        finished(langs, {"fi": 0.1 * len(langs)})
    found = by_size(store, swept(run_groups(store)), "accuracy")
    assert found.carried == "none"
    assert found.gains[0].estimate == pytest.approx(0.1)
    assert found.gains[0].low is found.plateau is None


def test_a_single_run_of_each_set_is_no_plateau_however_sure_the_items_are(store, finished):
    rng = np.random.default_rng(1)
    right = rng.permutation(np.repeat([0, 4], 1000))  # of 4 words
    for langs in (("ar",), ("de",), ("en",), ("ar", "de"), ("ar", "en"), ("de", "en")):
        right[rng.integers(2000)] ^= 4  # one answer of 2,000 differs from set to set
        items = {"n_tokens": np.full(2000, 4), "n_correct": right.copy()}
        finished(langs, {"fi": float(right.sum() / 8000)}, 0, {"fi": items})
    found = by_size(store, swept(run_groups(store)), "accuracy")
    assert found.carried == "items"
    assert found.gains[0].low < 0 < found.gains[0].high < PLATEAU
    assert found.plateau is None


def test_a_difference_of_two_sets_is_the_one_that_is_judged_elsewhere(store, finished):
    rng = np.random.default_rng(0)
    for langs in (("en",), ("de", "en")):
        for seed in range(3):
            made = {
                lang: {
                    "n_tokens": np.full(n, 4),
                    "n_correct": rng.integers(0, 5, n),
                }
                for lang, n in (("fi", 20), ("sw", 20), ("hu", 30))  # two blocks of items
            }
            scores = {
                lang: float(m["n_correct"].sum() / m["n_tokens"].sum()) for lang, m in made.items()
            }
            finished(langs, scores, seed, made)
    one, other = group(store, "SSLT(en)"), group(store, "MSLT(de, en)")
    expected = gains(store, one, other, "accuracy").mean
    found = SetMeans(store, (one, other), "accuracy").judge(np.array([-1.0, 1.0]))
    for name in ("estimate", "low", "high", "sd_items", "sd_seeds", "df", "n_items", "n_seeds"):
        # influences are stored in single precision
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-5), name


def test_sets_without_a_common_target_are_refused(store, finished):
    finished(("en",), {"fi": 0.5})
    finished(("fi",), {"en": 0.5})
    with pytest.raises(BadInputError, match="2 sets share no target"):
        SetMeans(store, run_groups(store), "accuracy")


def test_scripts_by_hand(store, sweep_of_three):
    pairs = next(sweep for sweep in swept(run_groups(store)) if sweep.k == 2)
    one, two = by_scripts(store, pairs, "accuracy")
    # de, en: Latin alone, 0.58 + 0.02; with Arabic (0.60 + 0.62) / 2 + 0.02
    assert (one.n_scripts, one.n_sets, two.n_scripts, two.n_sets) == (1, 1, 2, 2)
    assert (one.mean.estimate, two.mean.estimate) == pytest.approx((0.60, 0.63))
    assert one.gain is None
    assert two.gain.estimate == pytest.approx(0.03)
    assert (two.gain.low, two.gain.high) == (None, None)  # seeds that agree make nothing certain


@pytest.fixture
def pair(store, finished):
    """German and English over English, by targets: et 0.1, fi 0.2, hu 0.3, sw 0.5, ar 0.4."""
    more = {"ar": 0.4, "et": 0.1, "fi": 0.2, "hu": 0.3, "sw": 0.5}
    for seed in range(3):
        finished(("en",), dict.fromkeys([*more, "de"], 0.4), seed)
        finished(("de", "en"), {**{k: 0.4 + v for k, v in more.items()}, "de": 0.9}, seed)
    return group(store, "SSLT(en)"), group(store, "MSLT(de, en)")


def test_families_by_hand(store, pair):
    found = gains_by_group(store, *pair, "accuracy", by="family")
    means = {one.name: one.mean.estimate for one in found.groups}
    # the largest first; Uralic (0.1 + 0.2 + 0.3) / 3; German was trained on
    assert list(means) == ["Atlantic-Congo", "Afro-Asiatic", "Uralic"]
    assert list(means.values()) == pytest.approx([0.5, 0.4, 0.2])
    assert found.groups[2].langs == ("hu", "fi", "et")
    assert (found.trend, found.features, found.without) == (None, None, ())


def test_scripts_have_their_names(store, pair):
    found = gains_by_group(store, *pair, "accuracy", by="script")
    assert [one.name for one in found.groups] == ["Arabic", "Latin"]


@pytest.fixture
def known_vectors(monkeypatch):
    """Cosine distances to English 1 - cos of these angles; German lies at 90 degrees."""
    angles = {"en": 0, "et": 10, "fi": 20, "hu": 30, "ar": 60, "sw": 80, "de": 90}

    def vectors(features, langs, codes="macro"):
        turned = np.deg2rad([angles[lang] for lang in langs])
        rows = np.stack([np.cos(turned), np.sin(turned)], axis=1)
        if features == "phonology":
            rows[list(langs).index("sw")] = np.nan
        return rows

    monkeypatch.setattr(typology, "vectors", vectors)


def test_distances_by_hand(known_vectors):
    found = target_distances(("fi", "sw"), ("en",), "syntax")
    assert found == {
        "fi": pytest.approx(1 - np.cos(np.deg2rad(20))),
        "sw": pytest.approx(1 - np.cos(np.deg2rad(80))),
    }
    # the nearest of two: Swahili is 10 degrees from German
    nearest = target_distances(("fi", "sw"), ("de", "en"), "syntax")
    assert nearest["fi"] == found["fi"]
    assert nearest["sw"] == pytest.approx(1 - np.cos(np.deg2rad(10)))


def test_thirds_by_distance_and_the_trend(store, pair, known_vectors):
    found = gains_by_group(store, *pair, "accuracy", by="english")
    # of five targets 0 1 2 3 4 are nearer: thirds 0 0 1 1 2
    assert {one.name: set(one.langs) for one in found.groups} == {
        "Close": {"et", "fi"}, "Moderate": {"hu", "ar"}, "Distant": {"sw"},
    }  # fmt: skip
    assert found.groups[0].mean.estimate == pytest.approx(0.15)
    assert found.groups[0].farthest == pytest.approx(1 - np.cos(np.deg2rad(20)))
    assert (found.trend.tau, found.trend.n) == (pytest.approx(1.0), 5)


def test_targets_without_a_distance_are_named(store, pair, known_vectors):
    found = gains_by_group(store, *pair, "accuracy", by="nearest", features="phonology")
    assert found.without == ("sw",)
    assert found.trend is None, "four targets tell no trend"
    assert sum(len(one.langs) for one in found.groups) == 4


def test_groups_are_of_the_targets_that_are_asked_for(store, pair):
    found = gains_by_group(store, *pair, "accuracy", by="family", targets=("fi", "sw"))
    assert [one.langs for one in found.groups] == [("sw",), ("fi",)]
    assert dataclasses.asdict(found.groups[1].mean)["estimate"] == pytest.approx(0.2)
