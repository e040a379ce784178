"""Results from elsewhere in a store: kept as what they are, compared only as far as was stated."""

import json
import shutil

import pytest

from mslt_core.__main__ import main
from mslt_core.pipeline import (
    import_outside,
    outside,
    outside_gains,
    outside_groups,
    read_outside,
    run_groups,
)
from mslt_core.spec.errors import BadInputError, SpecError, StoreError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store
from mslt_core.store.outside_rules import content_of
from tests.pipeline.made import put
from tests.store.hostile_outside import result_of

HEADER = "source_langs,seed,target_lang,metric,score,n_items\n"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def take(store, tmp_path):
    """Import rows of scores in points."""

    def run(*rows, experiment="mine", task="xnli"):
        path = tmp_path / "scores.csv"
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
        results = read_outside(path, "csv", unit="points")
        return import_outside(store, results, path=path, task=task, experiment=experiment)

    return run


def rows(scores, sources="en"):
    return [f"{sources},{seed},sw,item_accuracy,{score},200" for seed, score in enumerate(scores)]


def test_they_are_listed_apart_and_never_as_runs(store, take):
    new = take(*rows((80, 81, 82)), *rows((84, 83, 88), "de+en"))
    assert len(new) == 6
    assert not run_groups(store)
    assert not store.runs.list()
    one, other = outside_groups(store)
    assert [(g.name, len(g.results)) for g in (one, other)] == [
        ("MSLT(de, en)", 3),
        ("SSLT(en)", 3),
    ]
    info = one.results[0]
    assert info.imported.source == "file 'scores.csv'"
    assert len(info.imported.sha256) == 64
    assert info.spec.task == "xnli"


def test_a_gain_over_three_seeds_is_student_s_t(store, take):
    take(*rows((80, 81, 82)), *rows((84, 83, 88), "de+en"))
    mslt, sslt = outside_groups(store)
    (gain,) = outside_gains(store, sslt, mslt, "item_accuracy").gains
    # differences 4, 2, 6: mean 4, sd 2, t(2, 0.975) = 4.3027, half width 4.3027 * 2 / sqrt(3)
    assert gain.difference == pytest.approx(0.04)
    assert (gain.low, gain.high) == pytest.approx((-0.00968, 0.08968), abs=1e-5)
    assert (gain.n_seeds, gain.n_items, gain.trained_on) == (3, 200, False)


def test_scores_of_few_seeds_have_no_interval(store, take):
    take(*rows((80, 81)), *rows((84, 83), "de+en"))
    mslt, sslt = outside_groups(store)
    (gain,) = outside_gains(store, sslt, mslt, "item_accuracy").gains
    assert (gain.low, gain.high) == (None, None)


def predictions(path, right):
    lines = [
        {"lang": "sw", "id": i, "gold": "a", "predicted": "a" if ok else "b"}
        for i, ok in enumerate(right)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def take_predictions(store, path, name, experiment="mine"):
    results = read_outside(path, "trainer", name=name)
    return import_outside(store, results, path=path, task="xnli", experiment=experiment)


def test_outcomes_per_item_are_paired(store, tmp_path):
    a = predictions(tmp_path / "a.jsonl", [1, 0] * 50)
    b = predictions(tmp_path / "b.jsonl", [1, 1, 1, 0] * 25)
    take_predictions(store, a, "A")
    take_predictions(store, b, "B")
    (gain,) = outside_gains(store, *outside_groups(store), "item_accuracy").gains
    assert gain.difference == pytest.approx(0.25)
    # 25 of 100 items are won and none lost: 0.25 plus and minus 1.96 * sqrt(0.25 * 0.75 / 100)
    assert (gain.low, gain.high) == pytest.approx((0.165, 0.335), abs=0.02)


def test_other_items_are_no_one_experiment(store, tmp_path):
    take_predictions(store, predictions(tmp_path / "a.jsonl", [1, 0] * 5), "A")
    with pytest.raises(BadInputError, match="A and B differ in their number of items of sw"):
        take_predictions(store, predictions(tmp_path / "b.jsonl", [1, 0] * 6), "B")
    other = tmp_path / "c.jsonl"
    other.write_text((tmp_path / "a.jsonl").read_text().replace('"id": 3', '"id": 99'))
    with pytest.raises(BadInputError, match="A and C differ in their items of sw"):
        take_predictions(store, other, "C")
    assert take_predictions(store, other, "C", experiment="another")


def test_another_task_is_no_one_experiment(take):
    take(*rows((80,)))
    with pytest.raises(BadInputError, match=r"differ in their task \(xnli and wikiann\)"):
        take(*rows((80,), "de"), task="wikiann")


def test_nothing_is_compared_across_experiments(store, take):
    take(*rows((80,)))
    take(*rows((84,), "de+en"), experiment="theirs")
    with pytest.raises(BadInputError, match="under different experiments"):
        outside_gains(store, *outside_groups(store), "item_accuracy")


def test_one_name_is_one_set_of_sources(store, tmp_path):
    a = predictions(tmp_path / "a.jsonl", [1, 0] * 5)
    results = [
        read_outside(a, "trainer", name="A", source_langs=langs, seed=seed)
        for seed, langs in enumerate(("en", "de,en", ""))
    ]
    import_outside(store, results[0], path=a, task="x", experiment="mine")
    with pytest.raises(BadInputError, match="A has the source languages en and de en in the exp"):
        import_outside(store, results[1], path=a, task="x", experiment="mine")
    with pytest.raises(BadInputError, match="A has the source languages en and none stated"):
        import_outside(store, results[2], path=a, task="x", experiment="mine")
    assert len(outside_groups(store)) == 1
    assert import_outside(store, results[1], path=a, task="x", experiment="another")


def test_two_sets_of_one_name_from_before_do_not_keep_others_out(store, tmp_path, monkeypatch):
    a = predictions(tmp_path / "a.jsonl", [1, 0] * 5)

    def take(name, langs, seed=0):
        results = read_outside(a, "trainer", name=name, source_langs=langs, seed=seed)
        return import_outside(store, results, path=a, task="x", experiment="mine")

    with monkeypatch.context() as before:
        before.setattr(outside.Experiments, "add", outside.Experiments.know)
        take("A", "en")
        take("A", "de,en", seed=1)
    assert take("B", "fr")
    with pytest.raises(BadInputError, match="A has the source languages"):
        take("A", "fr", seed=2)


def test_the_same_file_again_is_no_news(store, take):
    assert len(take(*rows((80, 81)))) == 2
    assert take(*rows((80, 81))) == ()
    assert len(store.outside.list()) == 2


def test_other_scores_for_the_same_are_refused_whole(store, take):
    take(*rows((80,)))
    with pytest.raises(StoreError, match=r"already, with other scores\. Nothing was imported"):
        take(*rows((79,)), *rows((90,), "fr"))
    assert len(store.outside.list()) == 1


def test_a_damaged_result_is_left_out_and_said(store, take, caplog):
    first, second = take(*rows((80, 81)))
    (store.root / "outside" / first / "scores.json").write_text("{")
    assert [info.result for info in store.outside.list()] == [second]
    assert first in caplog.text


def test_a_full_disk_leaves_nothing(store, take, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.rename", full)
    with pytest.raises(StoreError, match="Disk full"):
        take(*rows((80,)))
    monkeypatch.undo()
    assert not store.outside.list()
    assert not (store.root / "outside" / ".staging").exists()


def test_read_only_stores_take_nothing(tmp_path, take, store):
    take(*rows((80,)))
    shutil.copytree(store.root, tmp_path / "copy")
    results = read_outside(tmp_path / "scores.csv", "csv", unit="points")
    with pytest.raises(StoreError, match="read-only"):
        import_outside(
            Store(tmp_path / "copy", read_only=True),
            results,
            path=tmp_path / "scores.csv",
            task="xnli",
            experiment="x",
        )


@pytest.mark.parametrize(
    ("form", "given", "message"),
    [
        ("csv", {}, "needs their unit"),
        ("csv", {"unit": "points", "name": "x"}, "names its results itself"),
        ("trainer", {}, "does not say what was trained"),
        ("trainer", {"unit": "points", "name": "x"}, "--unit is for csv"),
        ("trainer", {"name": "=x"}, "must not begin like a formula"),
        ("excel", {"name": "x"}, "unknown format 'excel'"),
    ],
)
def test_what_is_asked_for_must_fit_the_format(tmp_path, form, given, message):
    path = predictions(tmp_path / "a.jsonl", [1])
    with pytest.raises(SpecError, match=message):
        read_outside(path, form, **given)


def test_by_the_command_line(tmp_path, capsys):
    path = tmp_path / "scores.csv"
    path.write_text(HEADER + "\n".join(rows((80, 81))) + "\n")
    args = ["import", str(path), "--format", "csv", "--task", "xnli", "--experiment", "XLM-R"]
    args += ["--store", str(tmp_path / "s"), "--json"]
    assert main(args) == 2
    assert "Give --unit ratio or --unit points" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
    assert main([*args, "--unit", "points"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["imported"]) == 2
    assert told["groups"][0]["seeds"] == [0, 1]
    assert main([*args[:-1], "--unit", "points"]) == 0
    assert "0 results are new" in capsys.readouterr().out


def test_the_name_of_a_result_is_what_it_was_in_earlier_versions():
    """Stores hold results under it, and bundles are compared by it."""
    spec, result = result_of()
    assert content_of(result.targets, sorted(result.outcomes.items())) == "6afa8fa6f50f82e2"
    assert spec.digest() == "b37552882cf29194"


def test_results_imported_under_a_former_key_of_own_runs_stay_with_them(store, take, capsys):
    """While what is kept beside a run set experiments apart, this run's own digest was its key."""
    kept = TrainSpec(
        task="xnli",
        data="d" * 16,
        model="base",
        model_fingerprint="f" * 16,
        source_langs=("en",),
        target_langs=("sw",),
        budget=100,
        steps=10,
        learning_rate=3e-4,
        keep_every=2,
    )
    scores = TargetScores(item_accuracy=0.7, majority_accuracy=0.3, n_items=200, n_tokens=200)
    put(store, kept, {"sw": scores})
    (own,) = run_groups(store)
    before = kept.digest()
    assert own.experiment != before
    take(*rows((80, 81), "de+en"), experiment=before)
    take("de,0,sw,item_accuracy,75,200", experiment=own.experiment)
    assert {group.experiment for group in outside_groups(store)} == {own.experiment}
    args = ["imported", "--experiment", before, "--store", str(store.root), "--json"]
    assert main([*args, "--against", "SSLT(en)", "--results", "MSLT(de, en) (imported)"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["experiment"], told["against"]) == (own.experiment, "SSLT(en)")
    assert told["results"][0]["mean"]["n_seeds"] == 1
    # of one name and seed there may be two, and neither is lost
    take("de+en,0,sw,item_accuracy,60,200", experiment=own.experiment)
    apart = [(g.experiment, len(g.results)) for g in outside_groups(store) if "en" in g.name]
    assert sorted(apart) == sorted([(own.experiment, 1), (before, 2)])
