"""What is asked about sets, from stored runs whose every score is known."""

import types

import numpy as np
import pytest

from mslt_core.pipeline import (
    best_and_worst,
    most_and_least_similar,
    recurring,
    run_groups,
    set_gaps,
    sets_by_pretraining,
    sizes_of_sisters,
    swept,
    targets_by_pretraining,
)
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store
from tests.pipeline.made import put

T_2 = 4.302653  # 97.5 % of Student's t with 2 degrees of freedom
TARGETS = ("ar", "de", "en", "es", "fi", "sw")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def finished(store):
    """Puts a finished run into the store: target to accuracy."""

    def done(source_langs, scores, seed=0, **fields):
        asked = {
            "task": "wikiann", "data": "d" * 16, "model": "base", "model_fingerprint": "f" * 16,
            "source_langs": source_langs, "target_langs": TARGETS, "budget": 100, "steps": 10,
            "learning_rate": 3e-4, "seed": seed,
        }  # fmt: skip
        question = TrainSpec(**{**asked, **fields})
        whole = {
            lang: TargetScores(accuracy=accuracy, n_items=20, n_tokens=80)
            for lang, accuracy in scores.items()
        }
        put(store, question, whole)

    return done


PAIRS = {
    ("ar", "de"): (0.6, 0.5, 0.7),
    ("ar", "es"): (0.5, 0.7, 0.6),
    ("de", "es"): (0.4, 0.4, 0.4),
}


@pytest.fixture
def pairs(store, finished):
    """All pairs of three, and English, with three seeds; fi has the score, sw 0.1 more."""
    for langs, by_seed in {**PAIRS, ("en",): (0.3, 0.3, 0.3)}.items():
        for seed, score in enumerate(by_seed):
            finished(langs, {"fi": score, "sw": score + 0.1, "ar": 0.9}, seed)
    return next(sweep for sweep in swept(run_groups(store)) if sweep.k == 2)


def english(store):
    return next(group for group in run_groups(store) if group.source_langs == ("en",))


def test_best_and_worst_by_hand(store, pairs):
    found = best_and_worst(store, pairs, english(store), "accuracy")
    assert (found.targets, found.seeds, found.n_sets) == (("fi", "sw"), (0, 1, 2), 3)
    best, worst = found.rows[0].best, found.rows[0].worst
    # without seed 0 ar-es is best (0.65) and scores 0.5 on it; without 1 ar-de, 0.5; without 2
    # ar-es (0.6 to 0.55), 0.6. Minus 0.3: 0.2, 0.2, 0.3
    assert best.difference.estimate == pytest.approx(0.7 / 3)
    assert best.chosen == (("ar", "es"), ("ar", "de"))
    # variance (0.0333² 2 + 0.0667²) / 2 / 3 = 0.001111, times 1.15 for folds that go together
    half = T_2 * np.sqrt(1.15 * 0.01 / 9)
    assert best.difference.high - best.difference.estimate == pytest.approx(half, rel=1e-5)
    # of all seeds ar-de and ar-es are equal, 0.6: the luck of being chosen is 0.3 - 0.2333
    assert best.with_luck == pytest.approx(0.3)
    # de-es is always the worst, and always 0.1 above English: without any variance to judge by
    assert worst.difference.estimate == pytest.approx(0.1)
    assert (worst.difference.low, worst.difference.p, worst.difference.p_holm) == (None,) * 3
    assert found.mean.best.difference.estimate == pytest.approx(0.7 / 3)
    assert found.carried == "seeds"
    assert found.rows[0].best.difference.p_holm >= found.rows[0].best.difference.p


def test_a_target_without_variance_does_not_switch_the_correction_off(store, finished):
    for langs, by_seed in {**PAIRS, ("en",): (0.3, 0.3, 0.3)}.items():
        for seed, score in enumerate(by_seed):
            sw = 0.4 if langs == ("en",) else 0.7
            finished(langs, {"fi": score, "sw": sw, "tr": score + 0.1}, seed)
    (sweep,) = swept(run_groups(store))
    found = best_and_worst(store, sweep, english(store), "accuracy")
    best = {row.lang: row.best.difference for row in found.rows}
    assert best["sw"].p is best["sw"].p_holm is None
    # two are left, equally sure: twice their p
    for lang in ("fi", "tr"):
        assert best[lang].p_holm == pytest.approx(min(1, 2 * best[lang].p)), lang


def test_a_single_run_has_no_interval(store, finished):
    for langs, score in {
        ("ar", "de"): 0.6,
        ("ar", "es"): 0.5,
        ("de", "es"): 0.4,
        ("en",): 0.3,
    }.items():
        finished(langs, {"fi": score})
    (sweep,) = swept(run_groups(store))
    found = best_and_worst(store, sweep, english(store), "accuracy")
    best = found.mean.best
    assert not found.crossed
    assert found.strength == best.difference.strength == "single run"
    assert best.difference.estimate == best.with_luck == pytest.approx(0.3)
    assert (best.difference.low, best.difference.p) == (None, None)
    shares = [one.top_share for one in recurring(store, sweep, "accuracy", n_top=1).languages]
    assert {(share.low, share.high) for share in shares} == {(None, None)}


def test_another_experiment_is_no_baseline(store, pairs, finished):
    finished(("en",), {"fi": 0.3}, budget=200)
    other = next(g for g in run_groups(store) if g.runs[0].spec.budget == 200)
    with pytest.raises(BadInputError, match="not trained alike: budget 100, not 200"):
        best_and_worst(store, pairs, other, "accuracy")


def test_recurring_by_hand(store, pairs):
    found = recurring(store, pairs, "accuracy", n_top=2)
    assert [langs for langs, _ in found.top] == [("ar", "de"), ("ar", "es")]
    by_lang = {one.lang: one for one in found.languages}
    assert {lang: one.n_top for lang, one in by_lang.items()} == {"ar": 2, "de": 1, "es": 1}
    # with ar minus without, by seed: 0.55, 0.6, 0.65 minus 0.4: 0.2 ± t 0.05 / sqrt 3
    effect = by_lang["ar"].effect
    assert effect.estimate == pytest.approx(0.2)
    assert effect.high == pytest.approx(0.2 + T_2 * 0.05 / np.sqrt(3), rel=1e-5)
    assert sum(one.effect.estimate for one in found.languages) == pytest.approx(0, abs=1e-12)
    # two of three sets hold ar, both of the best two do: 1/3, twice that; Holm over three
    assert by_lang["ar"].p == pytest.approx(2 / 3)
    assert by_lang["ar"].p_holm == 1.0
    assert found.languages[0].lang == "ar"
    assert found.expected == pytest.approx(2 / 3)
    assert found.paper == {}


@pytest.mark.parametrize("n_top", [0, 3])
def test_the_best_are_fewer_than_all(store, pairs, n_top):
    with pytest.raises(BadInputError, match=f"1 to 2 of 3 sets, got {n_top}"):
        recurring(store, pairs, "accuracy", n_top=n_top)


def said(criterion, picks, least):
    return types.SimpleNamespace(criterion=criterion, picks=picks, least=least)


def test_similar_sets_with_ties(store, pairs):
    judged = types.SimpleNamespace(
        metric="accuracy",
        missing={"embedding": "not computed"},
        criteria=(
            said("syntax", (("ar", "de"),), (("de", "es"),)),
            said("family", (("ar", "de"), ("ar", "es")), (("de", "es"),)),
            said("script", tuple(PAIRS), tuple(PAIRS)),
            said("pretraining_size", (("ar", "de"),), (("de", "es"),)),
        ),
    )
    found = most_and_least_similar(store, pairs, judged)
    by_name = {one.criterion: one for one in found.contrasts}
    assert by_name.keys() == {"syntax", "family"}, "size is no similarity, and script tells nothing"
    assert found.missing == {"embedding": "not computed", "script": "all sets are alike by it"}
    # targets fi and sw: means 0.05 above fi's. By seed 0.2, 0.1, 0.3; family 0.15, 0.2, 0.25
    assert by_name["syntax"].score_diverse == pytest.approx(0.65)
    assert by_name["syntax"].difference.estimate == pytest.approx(0.2)
    assert by_name["family"].difference.high == pytest.approx(
        0.2 + T_2 * 0.05 / np.sqrt(3), rel=1e-5
    )
    assert by_name["syntax"].paper == {}
    # p of family is the smaller one and counts twice
    family = by_name["family"].difference
    assert family.p_holm == pytest.approx(2 * family.p)


def test_gaps_by_hand(store, pairs, finished):
    finished(("sw",), {"fi": 0.3})
    groups = run_groups(store)
    found = {one.name: one for one in set_gaps(store, groups, "accuracy")}
    # ar is a source of MSLT(ar, de) and de has no score; fi and sw by seed 0.65, 0.55, 0.75
    one = found["MSLT(ar, de)"]
    assert (one.sources, one.unseen) == (("ar",), ("fi", "sw"))
    assert one.gap.estimate == pytest.approx(0.9 - 0.65)
    assert one.gap.high == pytest.approx(0.25 + T_2 * 0.1 / np.sqrt(3), rel=1e-5)
    assert (one.on_sources, one.on_unseen) == pytest.approx((0.9, 0.65))
    assert found["SSLT(sw)"].gap is None
    assert found["SSLT(sw)"].reason == "no source language was scored"
    assert set_gaps(store, groups, "accuracy")[-1].gap is None


def test_text_of_targets_and_of_sets(store, pairs):
    groups = [group for group in run_groups(store) if group.source_langs != ("en",)]
    found = targets_by_pretraining(store, groups[:2], "accuracy", figures="xlmr_gib")
    first = found.series[0]
    # XLM-R saw 54.3 GiB of Finnish and 1.6 of Swahili
    assert {p.langs: (p.size, round(p.score, 3)) for p in first.points} == {
        ("fi",): (54.3, 0.6), ("sw",): (1.6, 0.7),
    }  # fmt: skip
    assert first.correlation is None, "two points"
    sets = sets_by_pretraining(store, pairs, "accuracy", figures="xlmr_gib").series[0]
    sizes = {point.langs: point.size for point in sets.points}
    # 28 Arabic, 66.6 German, 53.3 Spanish
    assert sizes[("ar", "de")] == pytest.approx(28 + 66.6)
    assert sizes[("de", "es")] == pytest.approx(66.6 + 53.3)
    # the set with most text scores lowest; the others tie
    assert sets.correlation.rho == pytest.approx(-np.sqrt(3) / 2)
    assert sets.correlation.over == "seeds"
    assert found.unit == "GiB"


def test_no_published_size_is_no_point(store, pairs):
    found = targets_by_pretraining(store, pairs.groups, "accuracy", figures="bloom")
    assert found.without == ("fi",)
    assert [point.langs for point in found.series[0].points] == [("sw",)]
    assert found.series[0].correlation is None


def test_sisters_differ_in_the_model_alone(store, finished):
    sets = [("ar",), ("de",), ("es",), ("ar", "de"), ("ar", "es"), ("de", "es")]
    for place, langs in enumerate(sets):
        for model, more in (("base", 0.0), ("large", 0.1)):
            rate = 3e-4 if model == "base" else 1e-4
            finished(
                langs, {"fi": 0.5 + more + 0.01 * place},
                model=model, model_fingerprint=model[0] * 16, learning_rate=rate,
            )  # fmt: skip
        finished(langs, {"fi": 0.9}, model="large", model_fingerprint="x" * 16, budget=200)
    everything = run_groups(store)
    ours = [g for g in everything if g.runs[0].spec.model == "base"]
    (sister,) = sizes_of_sisters(store, everything, ours, "accuracy")
    assert sister.name == "large, rate 0.0001"
    assert {g.runs[0].spec.model for g in everything if g.experiment == sister.experiment} == {
        "large"
    }
    # singles 0.60, 0.61, 0.62; pairs 0.63, 0.64, 0.65
    assert [s.mean.estimate for s in sister.result.sizes] == pytest.approx([0.61, 0.64])
    (few,) = sizes_of_sisters(store, [g for g in everything if len(g.source_langs) == 1], ours)
    assert few.result is None
    assert few.reason == "no two sizes of its sets are all there"
    assert sizes_of_sisters(store, everything, []) == ()


def test_sisters_of_one_name_are_told_apart(store, finished):
    """As models from folders are that are called alike; what was kept beside runs is no matter."""
    sets = [("ar",), ("de",), ("es",), ("ar", "de"), ("ar", "es"), ("de", "es")]
    for place, langs in enumerate(sets):
        for digit in "123":
            finished(
                langs, {"fi": 0.5 + 0.01 * place}, model="model", model_fingerprint=digit * 16,
                keep_every=5 if digit == "3" and place else None,
            )  # fmt: skip
    everything = run_groups(store)
    ours = [g for g in everything if g.runs[0].spec.model_fingerprint == "1" * 16]
    found = sizes_of_sisters(store, everything, ours, "accuracy")
    assert sorted(sister.name for sister in found) == ["model (2222)", "model (3333)"]
    assert all(sister.result for sister in found)
