"""Gains over a baseline, from stored runs whose every score is known."""

import numpy as np
import pytest

from mslt_core.pipeline import (
    gains,
    oracle_scores,
    ranking,
    run_groups,
    run_result,
    zero_shot_means,
)
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store

TARGETS = ("ar", "de", "en", "fi", "sw")


def spec(source_langs, seed=0, **changes) -> TrainSpec:
    fields = {
        "task": "wikiann",
        "data": "d" * 16,
        "model": "base",
        "model_fingerprint": "f" * 16,
        "target_langs": TARGETS,
        "budget": 100,
        "steps": 10,
        "learning_rate": 3e-4,
    }
    return TrainSpec(source_langs=source_langs, seed=seed, **{**fields, **changes})


def score(accuracy, span_f1=0.5) -> TargetScores:
    return TargetScores(
        accuracy=accuracy, span_f1=span_f1, majority_accuracy=0.3, n_items=2, n_tokens=10
    )


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def test_oracles_are_marks_and_no_sets(store, finished):
    """They stand beside the sets of their experiment, take part in no mean, and need no seed."""
    finished(("en",), dict.fromkeys(TARGETS, 0.5))
    for seed, accuracy in ((0, 0.8), (1, 0.9)):
        finished(("sw",), {"sw": accuracy}, seed, target_langs=("sw",), oracle=True)
    finished(("fi",), {"fi": 0.7}, target_langs=("fi",), oracle=True, budget=99)
    (group,) = run_groups(store)
    assert group.name == "SSLT(en)"
    assert oracle_scores(store, group, "accuracy") == {"sw": pytest.approx(0.85)}
    assert zero_shot_means(store, [group])[0] == ("ar", "de", "fi", "sw")


@pytest.fixture
def finished(store):
    """Puts a finished run into the store: target to accuracy, or to a whole score."""

    def put(source_langs, scores, seed=0, predictions=None, **changes):
        question = spec(source_langs, seed, **changes)
        run = question.digest()
        store.runs.create(question, Where())
        with store.runs.claim(run):
            store.runs.set_state(run, "running")
            store.runs.write_outcome(
                run,
                scores={
                    k: v if isinstance(v, TargetScores) else score(v) for k, v in scores.items()
                },
                predictions=predictions or {},
                sampled={lang: [f"{lang}:1"] for lang in source_langs},
                tokens_seen=dict.fromkeys(source_langs, 7),
                device="cpu",
                weights="a" * 16,
                n_layers=4,
            )
            store.runs.set_state(run, "done")
        return run

    return put


def group(store, name):
    return next(g for g in run_groups(store) if g.name == name)


def test_a_mean_gain_by_hand(store, finished):
    # three seeds; fi and sw are the targets that neither trained on. Differences of the means:
    # seed 0: (0.1 + 0.3) / 2 = 0.2; seed 1: (0.2 + 0.4) / 2 = 0.3; seed 2: (0.1 + 0.1) / 2 = 0.1
    for seed, (fi, sw) in enumerate([(0.1, 0.3), (0.2, 0.4), (0.1, 0.1)]):
        finished(("en",), {"en": 0.9, "fi": 0.4, "sw": 0.5}, seed)
        finished(("de", "en"), {"en": 0.8, "fi": 0.4 + fi, "sw": 0.5 + sw}, seed)
    result = gains(store, group(store, "SSLT(en)"), group(store, "MSLT(de, en)"))
    assert result.zero_shot == ("fi", "sw")
    assert result.interval == "seeds"
    assert result.mean.difference == pytest.approx(0.2)
    # t(2 df, 97.5 %) = 4.302653, s = 0.1, n = 3
    half = 4.302653 * 0.1 / np.sqrt(3)
    assert (result.mean.low, result.mean.high) == pytest.approx((0.2 - half, 0.2 + half), abs=1e-6)
    by_lang = {gain.lang: gain for gain in result.gains}
    assert by_lang["fi"].difference == pytest.approx(0.4 / 3)
    assert by_lang["en"].is_source
    assert by_lang["en"].difference == pytest.approx(-0.1)
    assert by_lang["sw"].n_seeds == 3


def test_only_common_seeds_are_subtracted(store, finished):
    for seed in (0, 1):
        finished(("en",), {"fi": 0.4 + seed}, seed)
    for seed in (1, 2):
        finished(("de",), {"fi": 0.5 + seed}, seed)
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    assert (gain.n_seeds, gain.score_a, gain.score_b) == (1, 1.4, 1.5)


def test_without_a_common_seed_there_is_no_difference(store, finished):
    finished(("en",), {"fi": 0.4}, 0)
    finished(("de",), {"fi": 0.4}, 1)
    with pytest.raises(BadInputError, match="no seed in common"):
        gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))


def test_what_was_trained_otherwise_is_not_compared(store, finished):
    finished(("en",), {"fi": 0.4})
    finished(("de",), {"fi": 0.4}, budget=200)
    with pytest.raises(BadInputError, match="not trained alike"):
        gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))


def test_with_few_seeds_the_sentences_carry_the_interval(store, finished):
    n = np.full(50, 4)
    right = {"n_tokens": n, "n_correct": np.tile([1, 3], 25)}
    better = {"n_tokens": n, "n_correct": np.tile([2, 4], 25)}  # one word more in each sentence
    finished(("en",), {"fi": 0.5}, predictions={"fi": right})
    finished(("de",), {"fi": 0.75}, predictions={"fi": better})
    result = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))
    assert result.interval == "items"
    assert (result.gains[0].low, result.gains[0].high) == pytest.approx((0.25, 0.25))
    assert result.mean.low == result.gains[0].low, "the mean over one target is that target's"


def test_with_two_seeds_the_interval_lies_around_the_mean_of_both(store, finished):
    n = np.full(50, 4)
    same = {"n_tokens": n, "n_correct": np.full(50, 2)}
    for seed, gained in enumerate([1, -1]):  # a word more in each sentence, then a word less
        finished(("en",), {"fi": 0.5}, seed, {"fi": same})
        moved = {"n_tokens": n, "n_correct": same["n_correct"] + gained}
        finished(("de",), {"fi": 0.5 + gained / 4}, seed, {"fi": moved})
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    assert (gain.low, gain.difference, gain.high) == pytest.approx((0, 0, 0))


def test_the_mean_over_one_target_is_no_target(store, finished):
    for seed in range(3):
        finished(("en",), {"fi": 0.5, "sw": 0.5}, seed)
        finished(("de",), {"fi": 0.6, "sw": 0.6}, seed)
    result = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"), mean_over=("fi",))
    assert result.zero_shot == ("fi",)
    assert result.mean.lang == ""


def test_an_undefined_score_is_left_out_and_never_0(store, finished):
    empty = score(0.9, span_f1=None)
    finished(("en",), {"fi": score(0.5, 0.2), "sw": empty})
    finished(("de",), {"fi": score(0.5, 0.4), "sw": score(0.9, 0.8)})
    one, other = group(store, "SSLT(en)"), group(store, "SSLT(de)")
    result = gains(store, one, other, "span_f1")
    assert [gain.lang for gain in result.gains] == ["fi"]
    assert result.mean.difference == pytest.approx(0.2)
    targets, means = zero_shot_means(store, (one, other), "span_f1")
    assert targets == ("fi",)
    assert means == {one.key: pytest.approx(0.2), other.key: pytest.approx(0.4)}


def test_means_are_over_the_same_targets(store, finished):
    finished(("en",), {"ar": 0.1, "de": 0.9, "en": 0.9, "fi": 0.3})
    finished(("de",), {"ar": 0.2, "de": 0.9, "en": 0.1, "fi": 0.4})
    groups = run_groups(store)
    targets, means = zero_shot_means(store, groups)
    assert targets == ("ar", "fi")
    assert sorted(means.values()) == pytest.approx([0.2, 0.3])


def test_a_run_that_is_done_again_keeps_its_place(store, finished):
    run = finished(("en",), {"fi": 0.4})
    info = store.runs.info(run)
    store.runs.create(info.spec, info.where, again=True)
    assert store.runs.info(run).state == "queued"
    assert [g.name for g in run_groups(store)] == ["SSLT(en)"]
    assert run_result(store, run).scores["fi"].accuracy == 0.4


def test_a_run_without_scores_says_so(store):
    question = spec(("en",))
    store.runs.create(question, Where())
    with pytest.raises(NotComputedError, match="has no scores: it is queued"):
        run_result(store, question.digest())


def test_may_be_the_best_is_who_differs_within_the_noise(store, finished):
    # over three seeds, none of them pooled: de is 0.01 behind ar with a standard deviation of
    # 0.1 / sqrt(3) = 0.058, en 0.2 behind with 0.0006; two seeds are not judged
    for seed, wobble in enumerate((-0.1, 0.0, 0.1)):
        finished(("ar",), {"fi": 0.8}, seed)
        finished(("de",), {"fi": 0.79 + wobble}, seed)
        finished(("en",), {"fi": 0.6 + wobble / 100}, seed)
    for seed in (0, 1):
        finished(("sw",), {"fi": 0.9}, seed)
    found = ranking(store, run_groups(store))
    assert [(s.name, s.may_be_best) for s in found.standings] == [
        ("SSLT(sw)", None),
        ("SSLT(ar)", True),
        ("SSLT(de)", True),
        ("SSLT(en)", False),
    ]
    assert found.standings[0].strength == "two runs"
    assert (found.carried, found.pool, found.targets) == ("seeds", None, ("fi",))
    behind = found.standings[2].behind
    assert behind.estimate == pytest.approx(-0.01)
    assert behind.sd_seeds == pytest.approx(0.1 / np.sqrt(3))
    assert behind.df == 2


def test_small_counts_do_not_wrap_around(store, finished):
    n = np.full(50, 4, np.uint8)
    worse = {"n_tokens": n, "n_correct": np.full(50, 3, np.uint8)}
    finished(("en",), {"fi": 0.75}, predictions={"fi": worse})
    finished(("de",), {"fi": 0.5}, predictions={"fi": {**worse, "n_correct": n // 2}})
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    assert (gain.low, gain.high) == pytest.approx((-0.25, -0.25))
