"""Gains over a baseline, from stored runs whose every score is known."""

import numpy as np
import pytest

from mslt_core.analysis.paired import mid_p_mcnemar
from mslt_core.analysis.seed_noise import pooled_seed_noise
from mslt_core.pipeline import (
    gains,
    gains_over,
    oracle_scores,
    paired,
    ranking,
    run_groups,
    run_result,
    seeds_differ,
    zero_shot_means,
)
from mslt_core.pipeline.grouping import why_apart
from mslt_core.pipeline.outcomes import influences_of
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store
from tests.pipeline.made import put

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
    # the same run once more, which kept weights on the way, is no further seed
    finished(("sw",), {"sw": 0.8}, target_langs=("sw",), oracle=True, keep_every=5)
    few_shot = {"shots": 5, "shot_langs": ("fi",)}  # as earlier versions had them
    finished(("sw",), {"sw": 0.1}, 2, target_langs=("sw",), oracle=True, **few_shot)
    finished(("fi",), {"fi": 0.7}, target_langs=("fi",), oracle=True, budget=99)
    (group,) = run_groups(store)
    assert group.name == "SSLT(en)"
    assert oracle_scores(store, group, "accuracy") == {"sw": pytest.approx(0.85)}
    assert zero_shot_means(store, [group])[0] == ("ar", "de", "fi", "sw")


@pytest.fixture
def finished(store):
    """Puts a finished run into the store: target to accuracy, or to a whole score."""

    def done(source_langs, scores, seed=0, predictions=None, **changes):
        whole = {k: v if isinstance(v, TargetScores) else score(v) for k, v in scores.items()}
        return put(store, spec(source_langs, seed, **changes), whole, predictions)

    return done


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
    assert by_lang["en"].trained_on
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
    better = {"n_tokens": n, "n_correct": np.tile([2, 3], 25)}  # one word more in every other
    finished(("en",), {"fi": 0.5}, predictions={"fi": right})
    finished(("de",), {"fi": 0.625}, predictions={"fi": better})
    result = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))
    assert result.interval == "items"
    # sentences differ by 1/4 or 0: s = 1/8 sqrt(50/49), t(49 df, 97.5 %) = 2.009575
    half = 2.009575 * 0.125 / 7
    low, high = result.gains[0].low, result.gains[0].high
    assert (low, high) == pytest.approx((0.125 - half, 0.125 + half), abs=1e-6)
    assert result.mean.low == result.gains[0].low, "the mean over one target is that target's"


def test_with_two_seeds_the_interval_lies_around_the_mean_of_both(store, finished):
    n = np.full(50, 4)
    same = {"n_tokens": n, "n_correct": np.full(50, 2)}
    # a word more in each sentence, then two words less in every second one
    for seed, gained in enumerate([np.ones(50, np.int64), np.tile([0, -2], 25)]):
        finished(("en",), {"fi": 0.5}, seed, {"fi": same})
        moved = {"n_tokens": n, "n_correct": same["n_correct"] + gained}
        finished(("de",), {"fi": 0.5 + gained.mean() / 4}, seed, {"fi": moved})
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    assert gain.difference == 0
    assert gain.low < -0.01
    assert gain.high == pytest.approx(-gain.low)


def test_two_sets_with_the_same_answers_are_not_certain_to_be_equal(store, finished):
    outcomes = {"fi": {"n_tokens": np.full(40, 4), "n_correct": np.full(40, 4)}}
    for seed in range(3):
        finished(("en",), {"fi": 1.0}, seed, outcomes)
        finished(("de",), {"fi": 1.0}, seed, outcomes)
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    assert gain.difference == 0
    assert (gain.low, gain.high, gain.p) == (None, None, None)
    first, second = ranking(store, run_groups(store)).standings
    assert first.may_be_best
    assert second.may_be_best
    assert (first.behind.low, second.behind.low) == (None, None)


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
    worse = {"n_tokens": n, "n_correct": np.tile(np.array([3, 4], np.uint8), 25)}
    finished(("en",), {"fi": 0.875}, predictions={"fi": worse})
    finished(("de",), {"fi": 0.5}, predictions={"fi": {**worse, "n_correct": n // 2}})
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    # sentences differ by -1/4 or -1/2; t(49 df, 97.5 %) = 2.009575
    half = 2.009575 * 0.125 / 7
    assert (gain.low, gain.high) == pytest.approx((-0.375 - half, -0.375 + half), abs=1e-6)


def outcomes(*hits, sizes=None):
    """Right words of each sentence, by language."""
    n = np.array(sizes if sizes is not None else [1] * len(hits))
    return {"n_tokens": n, "n_correct": np.array(hits)}


def accuracy_of(kept):
    return kept["n_correct"].sum() / kept["n_tokens"].sum()


def test_items_and_seeds_by_hand(store, finished):
    # a is always half right, on the first two of four items. b, by seed: items 1-3, 1-3, all four.
    # b - a by item: (0, 0, 1, 0) twice, then (0, 0, 1, 1); means 1/4, 1/4, 1/2: s² = 1/48
    a = outcomes(1, 1, 0, 0)
    for seed, b in enumerate([outcomes(1, 1, 1, 0), outcomes(1, 1, 1, 0), outcomes(1, 1, 1, 1)]):
        finished(("en",), {"fi": accuracy_of(a)}, seed, {"fi": a})
        finished(("de",), {"fi": accuracy_of(b)}, seed, {"fi": b})
    result = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))
    (gain,) = result.gains
    assert result.interval == "both"
    assert gain.estimate == pytest.approx(1 / 3)
    assert gain.sd_seeds == pytest.approx(np.sqrt(1 / 48 / 3))
    # centred: x = (-1, -1, 3, -1)/4 twice, y = (-1, -1, 1, 1)/2. x.x = 12/16, x.y = 4/8;
    # mean over the three pairs of seeds (0.75 + 0.5 + 0.5)/3, over n (n - 1) = 12
    assert gain.sd_items == pytest.approx(np.sqrt(1.75 / 3 / 12), rel=1e-5)
    half = (gain.high - gain.low) / 2
    assert np.hypot(gain.half_items, gain.half_seeds) == pytest.approx(half)
    assert (gain.test, gain.strength, gain.n_seeds) == ("t", "several runs", 3)
    assert gain.p_holm == gain.p


def test_holm_is_over_the_zero_shot_targets_alone(store, finished):
    rng = np.random.default_rng(0)
    for seed in range(3):
        finished(("en",), dict.fromkeys(TARGETS, 0.5), seed)
        moved = {lang: 0.5 + 0.03 * i + rng.normal(0, 0.01) for i, lang in enumerate(TARGETS)}
        finished(("de",), moved, seed)
    result = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))
    by_lang = {gain.lang: gain for gain in result.gains}
    assert by_lang["de"].p_holm is None
    assert by_lang["en"].p_holm is None
    three = [by_lang[lang] for lang in ("ar", "fi", "sw")]
    assert min(g.p_holm for g in three) == pytest.approx(3 * min(g.p for g in three))
    assert result.mean.p_holm is None


def test_two_single_runs_are_tested_by_mcnemar(store, finished):
    # 1 item only a has right, 6 only b
    a = outcomes(1, *[0] * 6, *[1] * 5, 0, 0)
    b = outcomes(0, *[1] * 6, *[1] * 5, 0, 0)
    for langs, kept in ((("en",), a), (("de",), b)):
        whole = TargetScores(item_accuracy=accuracy_of(kept), n_items=14, n_tokens=14)
        finished(langs, {"fi": whole}, predictions={"fi": kept})
    result = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))
    (gain,) = result.gains
    assert (gain.test, gain.strength, result.interval) == ("mcnemar", "single run", "items")
    assert gain.p == pytest.approx(float(mid_p_mcnemar(np.array(1), np.array(6))))
    assert gain.sd_seeds is None


@pytest.fixture
def sweep(finished):
    """All ten pairs of five sources, with three seeds."""

    def put(n_seeds=3, langs=("bg", "cs", "da", "et", "hu"), **changes):
        rng = np.random.default_rng(4)
        for i, one in enumerate(langs):
            for other in langs[i + 1 :]:
                for seed in range(n_seeds):
                    kept = outcomes(*rng.integers(0, 2, size=60))
                    finished((one, other), {"fi": accuracy_of(kept)}, seed, {"fi": kept}, **changes)

    return put


def test_other_sets_lend_their_seeds_noise(store, finished, sweep):
    sweep()
    groups = run_groups(store)
    alone = gains(store, groups[0], groups[1])
    lent = gains(store, groups[0], groups[1], pool=groups)
    assert alone.pool is None
    assert alone.gains[0].df < 10
    assert (lent.pool.n_sets, lent.pool.n_runs) == (10, 30)
    assert lent.gains[0].df > 10
    assert lent.gains[0].estimate == alone.gains[0].estimate
    scores = [[i.mean_score for i in g.runs] for g in groups]  # fi is the one zero-shot target
    own = pooled_seed_noise(np.array(scores), np.ones(10)).variance
    assert lent.gains[0].sd_seeds == pytest.approx(np.sqrt((own[0] + own[1]) / 3))


def test_intervals_carry_the_seeds_that_claims_rest_on(store, finished, sweep):
    """With two seeds a lone set of its kind, on what it trained on, has no seeds to lean on."""
    sweep(n_seeds=2)
    fi, bg = (outcomes(*[1] * n, *[0] * (60 - n)) for n in (30, 50))
    for seed in range(2):
        scores = {"bg": accuracy_of(bg), "fi": accuracy_of(fi)}
        finished(("bg", "hr"), scores, seed, {"bg": bg, "fi": fi})
        finished(("cs", "hr"), scores, seed, {"bg": bg, "fi": fi})
    groups = run_groups(store)
    pair = group(store, "MSLT(cs, hr)"), group(store, "MSLT(bg, hr)")
    result = gains(store, *pair, pool=groups)
    by_lang = {gain.lang: gain for gain in result.gains}
    assert by_lang["bg"].sd_seeds is None, "of bg too few know"
    assert by_lang["fi"].sd_seeds is not None
    assert result.mean.sd_seeds is not None
    assert result.interval == "both", "bg is no zero-shot target, so nothing is claimed of it"
    assert gains(store, *pair).interval == "items", "without a pool nobody lends any"


def test_a_set_comes_before_the_same_with_few_shot_examples(store, finished):
    """Or the baseline would be SSLT(en) with whatever examples have the smallest digest."""
    scores = dict.fromkeys(TARGETS, 0.5)
    shots = (5, 10, 20, 30, 40, 50)
    for n in reversed(shots):
        finished(("en",), scores, shots=n, shot_langs=("fi",))
    finished(("en",), scores)
    finished(("sw",), scores)
    groups = run_groups(store)
    few = [f"SSLT(en) + {n} fi" for n in shots]
    assert [g.name for g in groups] == ["SSLT(en)", *few, "SSLT(sw)"]
    assert [g.plain for g in groups] == [True, *[False] * len(few), True]


def test_who_may_be_best_is_the_same_in_whatever_order_they_are_named(store, sweep):
    sweep()
    groups = run_groups(store)
    assert ranking(store, groups) == ranking(store, groups[::-1])


def test_a_single_run_with_lent_noise_is_still_a_single_run(store, finished, sweep):
    sweep()
    for langs in (("cs", "lv"), ("da", "lv")):
        kept = outcomes(*np.random.default_rng(len(langs[0])).integers(0, 2, size=60))
        finished(langs, {"fi": accuracy_of(kept)}, 0, {"fi": kept})
    one, other = group(store, "MSLT(cs, lv)"), group(store, "MSLT(bg, cs)")
    result = gains(store, one, other, pool=run_groups(store))
    # its own runs are too few to be lent anything on
    assert (result.gains[0].strength, result.interval, result.pool) == ("single run", "items", None)
    found = ranking(store, run_groups(store))
    unjudged = [s.name for s in found.standings if s.may_be_best is None]
    assert sorted(unjudged) == ["MSLT(cs, lv)", "MSLT(da, lv)"]


def test_many_gains_at_once_are_each_by_itself(store, sweep):
    sweep()
    groups = run_groups(store)
    at_once = gains_over(store, groups[0], groups[1:], pool=groups)
    assert at_once[3] == gains(store, groups[0], groups[4], pool=groups)


def test_parallel_test_sets_share_their_items(store, finished):
    """The same answers in two languages are no two samples; in languages with other numbers of
    items they are taken as such."""
    a, b = outcomes(0, 1, 0, 1, 0, 1), outcomes(1, 1, 0, 1, 1, 0)
    more_a, more_b = outcomes(0, 1, 0, 1, 0, 1, 1), outcomes(1, 1, 0, 1, 1, 0, 1)
    kept = {"fi": (a, b), "sw": (a, b), "th": (more_a, more_b)}
    for place, langs in enumerate([("en",), ("de",)]):
        of_run = {lang: pair[place] for lang, pair in kept.items()}
        finished(
            langs,
            {k: accuracy_of(v) for k, v in of_run.items()},
            0,
            of_run,
            target_langs=list(kept),
        )
    one, other = group(store, "SSLT(en)"), group(store, "SSLT(de)")
    by_lang = {g.lang: g for g in gains(store, one, other).gains}
    shared = gains(store, one, other, mean_over=("fi", "sw")).mean
    assert shared.sd_items == pytest.approx(by_lang["fi"].sd_items, rel=1e-5)
    apart = gains(store, one, other, mean_over=("fi", "th")).mean
    expected = np.hypot(by_lang["fi"].sd_items, by_lang["th"].sd_items) / 2
    assert apart.sd_items == pytest.approx(expected, rel=1e-5)


def test_macro_f1_has_items_noise_where_the_gold_labels_are_kept(store, finished):
    rng = np.random.default_rng(1)
    gold = rng.integers(0, 2, size=80)
    for langs in (("en",), ("de",)):
        labels = {"predicted": rng.integers(0, 2, size=80), "gold": gold}
        whole = TargetScores(item_accuracy=0.5, macro_f1=0.5, n_items=80, n_tokens=80)
        finished(langs, {"fi": whole, "sw": whole}, predictions={"fi": labels, "sw": {}})
    found = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"), "macro_f1")
    fi, sw = found.gains
    assert 0.02 < fi.sd_items < 0.2
    assert (sw.sd_items, sw.low, found.interval) == (None, None, "none")


def test_the_papers_average_takes_each_sets_own_targets(store, finished):
    # en's unseen: ar, de, fi, sw; de's: ar, en, fi, sw. Means (1+2+4+5)/40 and (2+4+6+7)/40
    finished(("en",), {"ar": 0.1, "de": 0.2, "en": 0.9, "fi": 0.4, "sw": 0.5})
    finished(("de",), {"ar": 0.2, "de": 0.9, "en": 0.4, "fi": 0.6, "sw": 0.7})
    one, other = group(store, "SSLT(en)"), group(store, "SSLT(de)")
    paper = gains(store, one, other, average="paper")
    assert (paper.mean.score_a, paper.mean.score_b) == pytest.approx((0.3, 0.475))
    assert paper.zero_shot == TARGETS
    shared = gains(store, one, other)
    # over ar, fi and sw alone
    assert (shared.mean.score_a, shared.mean.score_b) == pytest.approx((1 / 3, 0.5))
    found = ranking(store, (one, other), average="paper")
    assert [s.mean for s in found.standings] == pytest.approx([0.475, 0.3])
    assert [s.n_targets for s in found.standings] == [4, 4]


def test_seeds_that_agree_to_the_last_digit_make_nothing_certain(store, finished):
    """Without outcomes there is nothing to judge by; with them the items alone tell."""
    for seed in range(3):
        finished(("en",), {"fi": 0.5}, seed)
        finished(("de",), {"fi": 0.6}, seed)
    found = ranking(store, run_groups(store))
    behind = {s.name: s.behind for s in found.standings}["SSLT(en)"]
    assert (behind.estimate, behind.p, behind.low, behind.test) == (
        pytest.approx(-0.1), None, None, "none",
    )  # fmt: skip
    assert [s.may_be_best for s in found.standings] == [True, True]
    (gain,) = gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)")).gains
    assert (gain.p, gain.low, gain.beyond_noise) == (None, None, False)


def test_seeds_that_agree_leave_the_items_noise(store, finished):
    # of 4 items en has 2 right, de 3, the same ones with every seed: differences 0 1 0 0,
    # variance of their mean ((3/4)^2 + 3 (1/4)^2) / 3 / 4 = 0.0625
    for seed in range(3):
        finished(("en",), {"fi": 0.5}, seed, predictions={"fi": outcomes(1, 0, 1, 0)})
        finished(("de",), {"fi": 0.75}, seed, predictions={"fi": outcomes(1, 1, 1, 0)})
    found = ranking(store, run_groups(store))
    behind = {s.name: s.behind for s in found.standings}["SSLT(en)"]
    assert behind.sd_items == pytest.approx(0.25)
    assert 0.3 < behind.p < 0.5  # t = 1 with 3 degrees of freedom: 0.391


def test_what_cannot_be_compared_is_left_out_with_its_reason(store, finished):
    finished(("en",), {"fi": 0.4})
    finished(("de",), {"fi": 0.4})
    finished(("fr",), {"fi": 0.9}, budget=200)
    finished(("it",), {"fi": 0.9}, data="e" * 16, eval_limit=5)
    groups = sorted(run_groups(store), key=lambda g: g.source_langs != ("en",))
    found = ranking(store, groups)
    assert {s.name for s in found.standings} == {"SSLT(de)", "SSLT(en)"}
    assert dict(found.left_out) == {
        "SSLT(fr)": "budget 200, not 100",
        "SSLT(it)": "other data, other test items",
    }
    with pytest.raises(BadInputError, match="not trained alike: budget 200, not 100"):
        gains(store, groups[0], group(store, "SSLT(fr)"))
    with pytest.raises(BadInputError, match="is not scored by macro_f1"):
        ranking(store, groups, "macro_f1")


def test_runs_on_other_test_items_are_refused(store, finished):
    """As after a change of the test file that its fingerprint did not see."""
    finished(("en",), {"fi": 0.5}, predictions={"fi": outcomes(1, 0)})
    finished(("de",), {"fi": 2 / 3}, predictions={"fi": outcomes(1, 0, 1)})
    with pytest.raises(BadInputError, match="on 2 and on 3 test items of fi"):
        gains(store, group(store, "SSLT(en)"), group(store, "SSLT(de)"))


def test_a_run_that_was_done_again_is_read_again(store, finished):
    run = finished(("en",), {"fi": 0.4})
    other = finished(("de",), {"fi": 0.5})
    assert gains(store, *run_groups(store)[::-1]).mean.score_a == pytest.approx(0.4)
    info = store.runs.info(run)
    store.runs.create(info.spec, info.where, again=True)
    with store.runs.claim(run):
        store.runs.set_state(run, "running")
        outcome = store.runs.outcome(other)
        keep = {k: v for k, v in outcome.items() if k not in {"sampled_hash", "n_sampled"}}
        store.runs.write_outcome(run, predictions={}, **{**keep, "scores": {"fi": score(0.9)}})
        store.runs.set_state(run, "done")
    again = group(store, "SSLT(en)")
    assert gains(store, again, group(store, "SSLT(de)")).mean.score_a == pytest.approx(0.9)


def test_a_damaged_list_of_sampled_rows_costs_no_comparison(store, finished):
    """No score hangs on it; the health check tells of it."""
    run = finished(("en",), {"fi": 0.4})
    finished(("de",), {"fi": 0.5})
    path = store.runs.folder(run) / "sampled.json"
    path.write_text(path.read_text()[:-3])
    assert gains(store, *run_groups(store)[::-1]).mean.score_a == pytest.approx(0.4)
    assert run_result(store, run).sampled == {"en": 1}


def test_items_are_read_of_targets_that_are_asked_for_alone(store, finished, monkeypatch):
    items = {"n_correct": np.array([1, 2]), "n_tokens": np.array([2, 2])}
    run = finished(("en",), dict.fromkeys(TARGETS, 0.75), predictions={"ar": items, "fi": items})
    read = []
    really = type(store.runs).predictions
    monkeypatch.setattr(
        type(store.runs),
        "predictions",
        lambda self, run, lang: read.append(lang) or really(self, run, lang),
    )
    info = store.runs.info(run)
    for langs in (("fi", "sw"), ("fi", "sw"), None):
        influences_of(store, info, "accuracy", langs)
    assert sorted(read) == sorted(TARGETS)  # each once, and sw, which has none, not again
    found = influences_of(store, info, "accuracy")
    # (right - accuracy * words) / mean words of an item, (1 - 1.5) / 2 and (2 - 1.5) / 2
    assert {lang: of.tolist() for lang, of in found.items()} == {
        "ar": [-0.25, 0.25],
        "fi": [-0.25, 0.25],
    }


def test_what_an_earlier_version_may_have_scored_on_other_items_is_compared_with_nothing(
    store, finished
):
    """It drew the items of another data set in one way, then in another, under one name."""
    other = {"eval_task": "own", "eval_data": "o"}
    for langs in (("en",), ("de",)):
        finished(langs, dict.fromkeys(TARGETS, 0.5), **other)
        finished(langs, dict.fromkeys(TARGETS, 0.6), **other, eval_draw="sample")
    old_en, new_en, old_de, new_de = sorted(
        run_groups(store), key=lambda g: (g.name == "SSLT(de)", g.runs[0].spec.eval_draw or "")
    )
    assert len({group.experiment for group in (old_en, old_de, new_en)}) == 3
    assert why_apart(new_en, new_de) == ""
    assert why_apart(new_en, old_en) == "other test items"
    assert why_apart(old_en, old_en) == ""
    assert why_apart(old_en, old_de) == "perhaps other test items, drawn by an earlier version"


def test_other_batches_are_another_experiment(store, finished):
    """An earlier version had rows of like length in each, which is worth up to a point."""
    for grouped in (True, False):
        finished(("en",), dict.fromkeys(TARGETS, 0.5), group_by_length=grouped)
    assert why_apart(*run_groups(store)) == "other batches"


def test_a_difference_rests_on_the_seeds_that_both_sets_have(store, finished):
    for langs, seeds in ((("en",), (0, 1, 2)), (("de", "en"), (0, 1)), (("fr",), (1,))):
        for seed in seeds:
            finished(langs, dict.fromkeys(TARGETS, 0.5), seed)
    one, two, three = (group(store, name) for name in ("SSLT(en)", "MSLT(de, en)", "SSLT(fr)"))

    def seeds_of(*others):
        return [[r.spec.seed for r in g.runs] for g in paired(one, others)]

    assert seeds_of(two) == [[0, 1], [0, 1]]
    assert seeds_of(three) == [[1], [1]]
    assert seeds_of(two, three) == [[0, 1], [0, 1], [1]]
    finished(("ru",), {"fi": 0.5}, 7)
    assert seeds_of(group(store, "SSLT(ru)")) == [[0, 1, 2], [7]], "nothing is subtracted"
    assert [seeds_differ(pair) for pair in ((one, two), (two, two))] == [True, False]
