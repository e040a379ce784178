"""Experiments by name: what sets them apart is seen even where a narrow box cuts off the end."""

from types import SimpleNamespace

from mslt_core.pipeline import experiment_labels
from mslt_core.pipeline.experiment_labels import task_label
from mslt_core.spec.specs import TrainSpec, Where

SPEC = TrainSpec(
    task="wikiann",
    data="d",
    model="mini",
    model_fingerprint="m",
    source_langs=("en",),
    target_langs=("ar", "de"),
    budget=300,
    steps=40,
    learning_rate=2e-5,
    max_length=128,
)


def named(wheres=(), **specs):
    wheres = dict(wheres)
    return experiment_labels(
        SimpleNamespace(
            experiment=key, runs=[SimpleNamespace(spec=s, where=wheres.get(key, Where()))]
        )
        for key, s in specs.items()
    )


def test_a_rate_tells_experiments_of_a_search_apart():
    found = named(aaaa1=SPEC, bbbb1=SPEC.but(learning_rate=4e-5), cccc1=SPEC.but(budget=500))
    assert found == {
        "aaaa1": "rate 2e-05: wikiann, mini, 300 in 40 steps",
        "bbbb1": "rate 4e-05: wikiann, mini, 300 in 40 steps",
        "cccc1": "wikiann, mini, 500 in 40 steps",
    }


def test_digits_where_no_recipe_tells_or_not_enough():
    fewer = SPEC.but(target_langs=("ar",))
    found = named(aaaa1=SPEC, bbbb1=fewer, cccc1=fewer.but(data="other"))
    assert found == {
        "aaaa1": "2 targets: wikiann, mini, 300 in 40 steps",
        "bbbb1": "1 target: wikiann, mini, 300 in 40 steps (bbbb)",
        "cccc1": "1 target: wikiann, mini, 300 in 40 steps (cccc)",
    }
    assert list(named(aaaa1=SPEC, bbbb1=SPEC.but(data="other")).values()) == [
        "wikiann, mini, 300 in 40 steps (aaaa)", "wikiann, mini, 300 in 40 steps (bbbb)",
    ]  # fmt: skip


def test_another_data_set_that_is_scored_comes_before_what_a_narrow_box_cuts_off():
    shifted = SPEC.but(eval_task="own", eval_data="o", eval_draw="sample")
    found = named(aaaa1=SPEC, bbbb1=shifted, cccc1=SPEC.but(task="own"))
    assert found == {
        "aaaa1": "wikiann, mini, 300 in 40 steps",
        "bbbb1": "wikiann scored on own data, mini, 300 in 40 steps",
        "cccc1": "own data, mini, 300 in 40 steps",
    }
    assert shifted.but(eval_task="wikiann").task_told == "wikiann scored on another wikiann"


def test_own_data_by_its_folders_whatever_else_differs():
    own = SPEC.but(task="own")
    wheres = {"aaaa1": Where(data="/home/me/reviews"), "bbbb1": Where(data="/home/me/tweets")}
    assert named(wheres, aaaa1=own, bbbb1=own.but(data="other"), cccc1=own.but(budget=500)) == {
        "aaaa1": "own data (reviews), mini, 300 in 40 steps",
        "bbbb1": "own data (tweets), mini, 300 in 40 steps",
        "cccc1": "own data, mini, 500 in 40 steps",
    }
    both = own.but(eval_task="own", eval_data="o", eval_draw="sample")
    where = Where(data="/me/reviews", eval_data="/me/tweets")
    assert task_label(both, where) == "own data scored on another own data (reviews, tweets)"
    shifted = both.but(task="wikiann")
    assert task_label(shifted, where) == "wikiann scored on own data (tweets)"


def test_two_folders_of_one_task():
    wheres = {"aaaa1": Where(data="/me/wikiann"), "bbbb1": Where(data="/me/wikiann-small")}
    assert list(named(wheres, aaaa1=SPEC, bbbb1=SPEC.but(data="other")).values()) == [
        "wikiann: wikiann, mini, 300 in 40 steps",
        "wikiann-small: wikiann, mini, 300 in 40 steps",
    ]


def test_a_curve_sets_apart_from_runs_without_one():
    assert named(aaaa1=SPEC, bbbb1=SPEC.but(eval_every=10)) == {
        "aaaa1": "wikiann, mini, 300 in 40 steps",
        "bbbb1": "scored every 10 steps: wikiann, mini, 300 in 40 steps",
    }


def test_runs_of_an_earlier_version_by_their_batches():
    assert named(aaaa1=SPEC.but(group_by_length=False), bbbb1=SPEC) == {
        "aaaa1": "wikiann, mini, 300 in 40 steps",
        "bbbb1": "rows grouped by length: wikiann, mini, 300 in 40 steps",
    }
