"""Experiments by name: what sets them apart is seen even where a narrow box cuts off the end."""

from types import SimpleNamespace

from mslt_core.spec.specs import TrainSpec
from pages._shared.labels import experiment_labels, shortened

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


def named(**specs):
    return experiment_labels(
        [
            SimpleNamespace(experiment=key, runs=[SimpleNamespace(spec=s)])
            for key, s in specs.items()
        ]
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


def test_a_long_name_says_that_it_was_cut():
    assert shortened("a" * 60) == "a" * 60
    assert shortened("a" * 61) == "a" * 59 + "…"
