"""The gap of a set over its seeds, from runs whose every score is known."""

import dataclasses

import pytest

from mslt_core.pipeline import set_gap
from mslt_core.spec.results import RunInfo, RunResult, TargetScores
from mslt_core.spec.specs import TrainSpec, Where


def result(sources, accuracy, seed=0, **fields) -> RunResult:
    spec = TrainSpec(
        task="wikiann", data="d", model="base", model_fingerprint="f", source_langs=sources,
        target_langs=tuple(accuracy), budget=100, steps=10, learning_rate=3e-4, seed=seed, **fields,
    )  # fmt: skip
    info = RunInfo(
        run=spec.digest(), state="done", reason="", spec=spec, where=Where(), step=10,
        created_utc="2026-01-01T00:00:00Z", elapsed_s=1.0, device="cpu", metrics=("accuracy",),
        mean_score=None, has_scores=True, read_only=False, has_weights=False,
    )  # fmt: skip
    scores = {
        lang: TargetScores(accuracy=value, n_items=1, n_tokens=1)
        for lang, value in accuracy.items()
    }
    return RunResult(info=info, scores=scores, sampled={}, sampled_hash="", tokens_seen={})


def test_a_mean_over_the_seeds():
    # seed 0: 0.9 - (0.5 + 0.3) / 2 = 0.5; seed 1: 0.8 - (0.5 + 0.5) / 2 = 0.3
    one = result(("en",), {"en": 0.9, "fi": 0.5, "sw": 0.3})
    other = result(("en",), {"en": 0.8, "fi": 0.5, "sw": 0.5}, seed=1)
    found = set_gap([one, other], "accuracy")
    assert found.gap == pytest.approx(0.4)
    assert found.by_seed == pytest.approx({0: 0.5, 1: 0.3})
    assert (found.source_langs, found.unseen_langs) == (("en",), ("fi", "sw"))


def test_only_languages_that_every_seed_has_a_score_on_count():
    one = result(("de", "en"), {"de": 0.9, "en": 0.7, "fi": 0.5, "sw": 0.1})
    undefined = dataclasses.replace(one.scores["sw"], accuracy=None)
    other = dataclasses.replace(one, scores={**one.scores, "sw": undefined})
    assert set_gap([one, other], "accuracy").gap == pytest.approx(0.8 - 0.5)


def test_few_shot_targets_are_on_neither_side():
    run = result(("en",), {"en": 0.9, "fi": 0.5, "th": 0.8}, shots=5, shot_langs=("th",))
    assert set_gap([run], "accuracy").unseen_langs == ("fi",)


def test_where_no_source_is_scored_it_is_undefined_and_says_so():
    found = set_gap([result(("en",), {"fi": 0.5})], "accuracy")
    assert (found.gap, found.reason) == (None, "no source language was scored")
