"""Imported results compared with each other and with own runs: what an interval carries."""

import json

import numpy as np
import pytest
from scipy.special import stdtrit

from mslt_core.__main__ import main
from mslt_core.analysis.paired import mid_p_mcnemar
from mslt_core.pipeline import (
    gains,
    import_outside,
    outside_gains,
    outside_groups,
    read_outside,
    run_groups,
    shared_targets,
)
from mslt_core.spec.errors import BadInputError
from mslt_core.store import Store
from tests.pipeline.made import finish, own_folder

ATOL = 1e-6  # influences are kept in float32


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def take(store, tmp_path):
    """Import which of its items a result got right, for each seed and language."""

    def run(name, seeds, experiment="mine", sources=(), langs=("sw",)):
        for seed, right in enumerate(seeds):
            path = tmp_path / "p.jsonl"
            lines = [
                {"lang": lang, "id": i, "gold": "a", "predicted": "a" if ok else "b"}
                for lang in langs
                for i, ok in enumerate(right)
            ]
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            results = read_outside(path, "trainer", name=name, source_langs=sources, seed=seed)
            import_outside(store, results, path=path, task="x", experiment=experiment)

    return run


def of(store, name):
    return next(group for group in outside_groups(store) if group.name == name)


def test_items_and_seeds_are_both_in_the_interval(store, take):
    take("A", [np.arange(100) < 50] * 3)
    take("B", [np.arange(100) < n for n in (60, 70, 80)])
    result = outside_gains(store, of(store, "A"), of(store, "B"), "item_accuracy")
    (gain,) = result.gains
    # differences 10, 20, 30 points: their mean's variance is 1 / 3 of 0.01
    assert gain.sd_seeds == pytest.approx(np.sqrt(0.01 / 3))
    # what seeds have in common on the items: the mean over pairs of seeds of the covariance of
    # (b - a), 0/1 with means p and q, p below q: p (1 - q), over n - 1
    common = np.mean([0.1 * 0.8, 0.1 * 0.7, 0.2 * 0.7])
    assert gain.sd_items == pytest.approx(np.sqrt(common / 99), rel=1e-4)
    assert result.interval == "both"
    # 1 / df: the shares of the variance over their degrees of freedom, 99 and 2
    share = gain.sd_items**2 / (gain.sd_items**2 + gain.sd_seeds**2)
    df = 1 / (share / 99 + (1 - share) / 2)
    assert gain.df == pytest.approx(df)
    half = stdtrit(df, 0.975) * np.hypot(gain.sd_items, gain.sd_seeds)
    assert gain.high - gain.difference == pytest.approx(half)


def test_seeds_that_agree_leave_the_items(store, take):
    take("A", [np.arange(100) < 50] * 3)
    take("B", [np.arange(100) < 75] * 3)
    (gain,) = outside_gains(store, of(store, "A"), of(store, "B"), "item_accuracy").gains
    assert gain.sd_seeds == 0
    assert gain.sd_items == pytest.approx(np.sqrt(0.25 * 0.75 / 99), rel=1e-4)


def test_seeds_that_agree_make_nothing_certain(store, tmp_path):
    path = tmp_path / "scores.csv"
    rows = [f"{name},{s},sw,accuracy,{n}\n" for name, n in (("A", 70), ("B", 75)) for s in range(3)]
    path.write_text("name,seed,target_lang,metric,score\n" + "".join(rows))
    results = read_outside(path, "csv", unit="points")
    import_outside(store, results, path=path, task="x", experiment="mine")
    (gain,) = outside_gains(store, of(store, "A"), of(store, "B"), "accuracy").gains
    assert gain.difference == pytest.approx(0.05)
    assert (gain.low, gain.high, gain.p, gain.test) == (None, None, None, "none")


def test_two_single_results_have_mcnemar(store, take):
    take("A", [np.arange(40) >= 3])
    take("B", [np.arange(40) < 30])
    (gain,) = outside_gains(store, of(store, "A"), of(store, "B"), "item_accuracy").gains
    assert gain.test == "mcnemar"
    assert gain.p == float(mid_p_mcnemar(np.array(10), np.array(3)))
    assert gain.strength == "single run"


def test_a_mean_over_targets_that_nobody_trained_on(store, take):
    take("A", [np.arange(40) < 20], sources=("en",), langs=("en", "sw", "tr"))
    take("B", [np.arange(40) < 30], sources=("de", "en"), langs=("de", "en", "sw", "tr"))
    a, b = of(store, "A"), of(store, "B")
    assert shared_targets(store, [a, b], "item_accuracy") == ("sw", "tr")
    result = outside_gains(store, a, b, "item_accuracy")
    assert [gain.lang for gain in result.gains] == ["en", "sw", "tr"]
    assert result.zero_shot == ("sw", "tr")
    assert result.mean.difference == pytest.approx(0.25)
    # the same items in both targets, and right in both: as sure as one target
    assert result.mean.sd_items == pytest.approx(result.gains[1].sd_items)
    assert {gain.p_holm is None for gain in result.gains if gain.trained_on} == {True}


def test_outcomes_of_another_score_are_not_taken_for_it(store, tmp_path):
    """lm-evaluation-harness' samples are of its first score; the second has no items."""
    for name, acc in (("A", [1, 0]), ("B", [1, 1])):
        content = {"results": {"x_de": {"acc,none": sum(acc) / 2, "exact_match,none": 0.25}}}
        path = tmp_path / "results_1.json"
        path.write_text(json.dumps(content))
        samples = [
            {"doc_id": i, "doc_hash": f"d{i}", "target_hash": "t", "acc": ok}
            for i, ok in enumerate(acc)
        ]
        lines = "".join(json.dumps(line) + "\n" for line in samples)
        (tmp_path / "samples_x_de_1.jsonl").write_text(lines)
        results = read_outside(path, "lm-eval", name=name)
        import_outside(store, results, path=path, task="x", experiment="mine")
    a, b = of(store, "A"), of(store, "B")
    assert outside_gains(store, a, b, "item_accuracy").interval == "items"
    assert outside_gains(store, a, b, "exact_match").interval == "none"


CLASSES = "kind: classification\ntitle: x\nlabels: [a, b]\n"


@pytest.fixture
def own(store, tmp_path):
    """Own runs of English with three seeds on 40 items of Swahili; their experiment."""
    rows = [{"text": f"t{i}", "label": "a"} for i in range(40)]
    folder = own_folder(tmp_path / "data", CLASSES, rows, "sw")
    for seed, wrong in enumerate((20, 18, 22)):
        finish(store, folder, ("en",), [int(i < wrong) for i in range(40)], seed=seed, lang="sw")
    (group,) = run_groups(store)
    return group


def test_beside_own_runs_of_the_experiment_it_was_imported_under(store, take, own):
    take("B", [np.arange(40) < n for n in (26, 30, 28)], own.experiment, sources=("de", "en"))
    result = outside_gains(store, own, of(store, "B"), "item_accuracy")
    (gain,) = result.gains
    # 26 - 20, 30 - 22, 28 - 18 of 40: 6, 8 and 10
    assert gain.difference == pytest.approx(8 / 40)
    assert (result.name_a, result.name_b) == ("SSLT(en)", "B (imported)")
    assert result.interval == "both"
    # items are not paired: the variance is the sum of both, what seeds have in common of each
    p = (20, 22, 18)
    q = (26, 30, 28)

    def common(counts):
        pairs = [(min(x, y) / 40, max(x, y) / 40) for x in counts for y in counts if x != y]
        return np.mean([low * (1 - high) for low, high in pairs]) / 39

    assert gain.sd_items**2 == pytest.approx(common(p) + common(q), abs=ATOL)


def test_another_experiment_or_other_items_are_no_match(store, take, own):
    take("B", [np.arange(40) < 26])
    with pytest.raises(BadInputError, match="are of two experiments"):
        outside_gains(store, own, of(store, "B"), "item_accuracy")
    take("C", [np.arange(30) < 26], own.experiment)
    with pytest.raises(BadInputError, match="scored on 30 and on 40 test items of sw"):
        outside_gains(store, own, of(store, "C"), "item_accuracy")


def test_a_seed_in_common_is_needed(store, take, tmp_path):
    take("A", [np.arange(9) < 5])
    path = tmp_path / "late.csv"
    path.write_text("name,seed,target_lang,metric,score\nB,7,sw,item_accuracy,50\n")
    results = read_outside(path, "csv", unit="points")
    import_outside(store, results, path=path, task="x", experiment="mine")
    with pytest.raises(BadInputError, match="have no seed in common"):
        outside_gains(store, of(store, "A"), of(store, "B"), "item_accuracy")


def test_own_runs_are_compared_as_everywhere(store, own, tmp_path):
    rows_of = tmp_path / "data"
    finish(store, rows_of, ("de",), [0] * 40, seed=0, lang="sw")
    german, english = run_groups(store)
    one = outside_gains(store, english, german, "item_accuracy", pool=(german, english))
    assert one == gains(store, english, german, "item_accuracy", pool=(german, english))


def test_the_command_says_what_the_pipeline_says(store, take, own, capsys):
    take("B", [np.arange(40) < n for n in (26, 30, 28)], own.experiment, sources=("de", "en"))
    asked = ["imported", "--store", str(store.root)]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    result = outside_gains(store, own, of(store, "B"), "item_accuracy")
    assert (told["against"], told["results"][0]["name"]) == ("SSLT(en)", "B (imported)")
    assert told["results"][0]["by_target"][0]["low"] == result.gains[0].low
    assert main(asked) == 0
    assert "B (imported)" in capsys.readouterr().out
    assert told["sources_not_stated"] == []
    take("C", [np.arange(40) < n for n in (25, 31, 29)], own.experiment)
    assert main([*asked, "--results", "C", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sources_not_stated"] == ["C (imported)"]
    assert main([*asked, "--results", "C"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Sources of C (imported) are not stated: all targets count as unseen." in text
    for args, message in (
        (["--experiment", "x"], "there is no one experiment 'x'"),
        (
            ["--results", "x"],
            "there is no result 'x'. There are SSLT(en), B (imported), C (imported)",
        ),
        (["--results", "SSLT(en)"], "there is nothing to compare with SSLT(en)"),
    ):
        assert main([*asked, *args]) == 2
        assert message in capsys.readouterr().err
