"""What runs leave behind, and the list of them."""

import dataclasses
import errno
import json
import shutil

import numpy as np
import pytest

from mslt_core.spec.errors import StoreError, UnknownLanguageError
from mslt_core.spec.results import CurvePoint, TargetScores, TrainingPoint
from mslt_core.spec.specs import Where
from mslt_core.store import Store, atomic, runs, tensors

HERE = Where(data="/data", model="base")


def point(step, loss=1.0):
    return TrainingPoint(
        step=step,
        loss=loss,
        learning_rate=1e-3,
        grad_norm=0.5,
        elapsed_s=step / 2,
        samples_per_s=32.0,
    )


@pytest.fixture
def run(store, train_spec):
    store.runs.create(train_spec(), HERE)
    return train_spec().digest()


def finish(store, spec, outcome):
    """A run from its question to done."""
    store.runs.create(spec, HERE)
    with store.runs.claim(spec.digest()):
        store.runs.set_state(spec.digest(), "running")
        store.runs.write_outcome(spec.digest(), **outcome)
        store.runs.set_state(spec.digest(), "done")
    return spec.digest()


# --- history


def test_history_is_what_was_appended(store, run):
    assert store.runs.history(run) == []
    points = [point(10), point(20, loss=float("inf"))]
    for p in points:
        store.runs.append_history(run, p)
    assert store.runs.history(run) == points


def test_a_torn_last_line_is_ignored_and_swallows_nothing(store, run):
    store.runs.append_history(run, point(1))
    path = store.runs.folder(run) / "history.jsonl"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole + whole[:length])
        assert store.runs.history(run)[0] == point(1)
        store.runs.append_history(run, point(2))
        assert store.runs.history(run)[-1] == point(2)


def test_a_resumed_run_has_no_step_twice(store, run):
    for step in (100, 200, 300):
        store.runs.append_history(run, point(step, loss=1.0))
    store.runs.truncate_history(run, 200)
    for step in (300, 400):
        store.runs.append_history(run, point(step, loss=2.0))
    found = [(p.step, p.loss) for p in store.runs.history(run)]
    assert found == [(100, 1.0), (200, 1.0), (300, 2.0), (400, 2.0)]


def test_history_on_a_full_disk_says_so(store, run, monkeypatch):
    def no_space(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(runs.Path, "open", no_space)
    with pytest.raises(StoreError, match="Disk full: need"):
        store.runs.append_history(run, point(1))


# --- outcome


def test_outcome_comes_back(store, train_spec, outcome):
    written = outcome()
    run = finish(store, train_spec(), written)
    read = store.runs.outcome(run)
    assert isinstance(read["scores"]["sw"], TargetScores)
    assert len(read.pop("sampled_hash")) == 16
    assert read.pop("n_sampled") == {"de": 1, "en": 2}
    del written["predictions"]
    unset = {"n_meanings": None, "step_scored": None, "last_scores": None, "snapshots": {}}
    assert read == written | unset


def test_what_a_chosen_checkpoint_leaves_comes_back(store, train_spec, outcome):
    last = {"sw": TargetScores(item_accuracy=0.25, n_items=4, n_tokens=4)}
    kept = {10: "b" * 16, 20: "c" * 16}
    written = outcome(n_meanings=7, step_scored=20, last_scores=last, snapshots=kept)
    read = store.runs.outcome(finish(store, train_spec(), written))
    assert (read["n_meanings"], read["step_scored"], read["last_scores"]) == (7, 20, last)
    assert read["snapshots"] == kept


def test_snapshots_are_cut_where_training_goes_on_and_dropped_with_the_weights(store, run):
    folder = store.runs.folder(run)
    for name in ("snapshots/step-000010", "snapshots/step-000020", "model"):
        (folder / name).mkdir(parents=True)
        (folder / name / "manifest.json").touch()
    (folder / "snapshots" / ".step-000005.partial").mkdir()  # killed while writing
    store.runs.truncate_history(run, 10)
    assert [path.name for path in (folder / "snapshots").iterdir()] == ["step-000010"]
    assert store.runs.snapshot_folder(run, 10) == folder / "snapshots" / "step-000010"
    store.runs.append_history(run, point(10))
    store.runs.drop_weights(run)
    assert not (folder / "snapshots").exists()
    assert store.runs.model_folder(run) is None
    assert len(store.runs.history(run)) == 1


def test_weights_whose_deletion_is_cut_short_count_as_gone(store, run, monkeypatch):
    folder = store.runs.folder(run)
    for name in ("snapshots/step-000010", "model"):
        (folder / name).mkdir(parents=True)
        for file in ("manifest.json", "model.safetensors"):
            (folder / name / file).touch()

    def killed(path, **_):
        (path / "model.safetensors").unlink(missing_ok=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(runs.shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        store.runs.drop_weights(run)
    assert store.runs.model_folder(run) is None
    assert not (store.runs.snapshot_folder(run, 10) / "manifest.json").exists()


def test_the_learning_curve_comes_back_and_is_cut_where_training_goes_on(store, train_spec):
    spec = train_spec()
    store.runs.create(spec, HERE)
    run = spec.digest()
    scores = {"sw": TargetScores(answer_f1=0.5, exact_match=0.25, n_items=4, n_tokens=4)}
    points = [CurvePoint(step=s, scores=scores, held_out=s / 100) for s in (10, 20, 30)]
    for point in points:
        store.runs.append_curve(run, point)
    assert store.runs.curve(run) == points
    store.runs.truncate_history(run, 20)
    assert store.runs.curve(run) == points[:2]
    with (store.runs.folder(run) / "curve.jsonl").open("a") as file:
        file.write('{"step": 30, "sco')  # killed while writing
    store.runs.append_curve(run, points[2])
    assert store.runs.curve(run) == points


def test_the_list_names_the_task_s_main_score(store, train_spec, outcome):
    scores = {
        "sw": TargetScores(item_accuracy=0.25, macro_f1=0.2, n_items=4, n_tokens=4),
        "ar": TargetScores(item_accuracy=0.75, macro_f1=0.7, n_items=4, n_tokens=4),
    }
    run = finish(store, train_spec(), outcome(scores=scores))
    for info in (store.runs.info(run), store.runs.list()[0]):
        assert info.metrics == ("item_accuracy", "macro_f1")
        assert info.mean_score == 0.5


def test_predictions_come_back_per_language(store, train_spec, outcome):
    counts = {"n_correct": np.array([3, 1]), "predicted": np.array([0, 4, 4], dtype=np.uint8)}
    run = finish(store, train_spec(), outcome(predictions={"ar": counts}))
    read = store.runs.predictions(run, "ar")
    assert read.keys() == counts.keys()
    for name, array in counts.items():
        np.testing.assert_array_equal(read[name], array)
    assert store.runs.predictions(run, "sw") is None
    with pytest.raises(UnknownLanguageError):
        store.runs.predictions(run, "../../ar")


def test_damaged_predictions_are_told_and_none(store, train_spec, outcome, caplog):
    counts = {"n_correct": np.array([3, 1])}
    run = finish(store, train_spec(), outcome(predictions={"ar": counts}))
    path = store.runs.folder(run) / "predictions" / "ar.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert store.runs.predictions(run, "ar") is None
    assert "ar.safetensors is damaged" in caplog.text


def test_the_sampled_hash_notices_every_row(store, train_spec, outcome):
    hashes = set()
    for seed, rows in enumerate([["a", "b"], ["b", "a"], ["a"], ["a", "c"]]):
        run = finish(store, train_spec(seed=seed), {**outcome(), "sampled": {"de": rows}})
        hashes.add(store.runs.outcome(run)["sampled_hash"])
    assert len(hashes) == 4


def test_a_changed_sample_is_damage(store, train_spec, outcome):
    run = finish(store, train_spec(), outcome())
    path = store.runs.folder(run) / "sampled.json"
    path.write_text(path.read_text().replace("train-en.tsv:17", "train-en.tsv:18"))
    with pytest.raises(StoreError, match=rf"sampled.json of run {run} is missing or damaged"):
        store.runs.outcome(run)


def test_no_run_is_done_without_scores(store, run):
    with store.runs.claim(run):
        store.runs.set_state(run, "running")
        with pytest.raises(ValueError, match="cannot be done: it has no scores"):
            store.runs.set_state(run, "done")


def test_scores_are_written_last(store, run, outcome, monkeypatch):
    written = []
    really = atomic.atomic_write

    def noted(path, data, **kwargs):
        written.append(path.name)
        really(path, data, **kwargs)

    for module in (atomic, tensors):
        monkeypatch.setattr(module, "atomic_write", noted)
    predictions = {lang: {"n_correct": np.array([1])} for lang in ("ar", "sw")}
    store.runs.write_outcome(run, **outcome(predictions=predictions))
    assert written[-1] == "scores.json"
    assert set(written) == {
        "ar.safetensors",
        "sw.safetensors",
        "sampled.json",
        "scores.json",
    }


@pytest.mark.parametrize("cut_at", ["sw.safetensors", "sampled.json", "scores.json"])
def test_results_of_two_trainings_never_stand_together(
    store, train_spec, outcome, monkeypatch, cut_at
):
    def found(n):
        predictions = {lang: {"n_correct": np.array([n])} for lang in ("ar", "sw")}
        return outcome(accuracy=n / 10, predictions=predictions)

    def cut(path, data, **kwargs):
        if path.name == cut_at:
            raise KeyboardInterrupt
        really(path, data, **kwargs)

    run, really = finish(store, train_spec(), found(1)), atomic.atomic_write
    store.runs.create(train_spec(), HERE, again=True)
    with store.runs.claim(run):
        with monkeypatch.context() as patched:
            for module in (atomic, tensors):
                patched.setattr(module, "atomic_write", cut)
            with pytest.raises(KeyboardInterrupt):
                store.runs.write_outcome(run, **found(2))
        if cut_at == "scores.json":
            assert not store.runs.info(run).has_scores
        else:
            assert store.runs.outcome(run)["scores"]["ar"].accuracy == 0.1
            assert store.runs.predictions(run, "ar")["n_correct"] == [1]
        store.runs.write_outcome(run, **found(2))
    assert store.runs.outcome(run)["scores"]["ar"].accuracy == 0.2
    assert store.runs.predictions(run, "sw")["n_correct"] == [2]


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"scores": {"ar": {"accuracy": 1}}}'])
def test_a_run_whose_scores_are_gone_is_lost_and_can_start_again(
    store, train_spec, outcome, content
):
    run = finish(store, train_spec(), outcome())
    path = store.runs.folder(run) / "scores.json"
    path.unlink() if content is None else path.write_text(content)
    info = store.runs.info(run)
    assert info.state == "lost"
    assert "scores.json of run" in info.reason
    assert info.mean_score is None
    with pytest.raises(StoreError, match="is missing or damaged"):
        store.runs.outcome(run)
    assert store.runs.create(train_spec(), HERE)


# --- info and list


def test_info_of_a_run_from_queued_to_done(store, train_spec, outcome):
    spec = train_spec()
    store.runs.create(spec, HERE)
    info = store.runs.info(spec.digest())
    assert (info.state, info.step, info.mean_score, info.device) == ("queued", 0, None, "")
    assert (info.spec, info.where, info.name) == (spec, HERE, "MSLT(de, en)")
    assert (info.read_only, info.has_scores, info.has_weights) == (False, False, False)
    with store.runs.claim(spec.digest()):
        store.runs.set_state(spec.digest(), "running")
        store.runs.append_history(spec.digest(), point(7))
        assert store.runs.info(spec.digest()).step == 7
        store.runs.write_outcome(spec.digest(), **outcome(accuracy=0.75))
        info = store.runs.info(spec.digest())
        assert (info.state, info.has_scores) == ("running", True)
        store.runs.set_state(spec.digest(), "done")
    info = store.runs.info(spec.digest())
    assert (info.state, info.mean_score, info.device) == ("done", 0.75, "cpu")


def test_mean_accuracy_leaves_the_sources_out(store, train_spec, outcome):
    # sources de, en: the mean of ar and sw alone, (0.2 + 0.6) / 2 = 0.4
    written = outcome()
    for lang, accuracy in {"ar": 0.2, "sw": 0.6, "de": 0.9, "en": 0.9}.items():
        changed = dataclasses.replace(written["scores"][lang], accuracy=accuracy)
        written["scores"][lang] = changed
    run = finish(store, train_spec(), written)
    assert store.runs.info(run).mean_score == pytest.approx(0.4)


def test_mean_accuracy_is_none_without_zero_shot_targets(store, train_spec, outcome):
    spec = train_spec(source_langs=("ar", "de", "en", "sw"))
    assert store.runs.info(finish(store, spec, outcome())).mean_score is None


def test_weights_come_and_go(store, train_spec, outcome):
    run = finish(store, train_spec(), outcome())
    assert store.runs.model_folder(run) is None
    manifest = store.runs.folder(run) / "model" / "manifest.json"
    manifest.parent.mkdir()
    for present in (False, True, False):
        manifest.touch() if present else manifest.unlink(missing_ok=True)
        assert store.runs.list()[0].has_weights == present
        assert store.runs.model_folder(run) == (manifest.parent if present else None)


def test_list_is_newest_first_and_equals_info(store, train_spec, outcome):
    for seed in range(3):
        finish(store, train_spec(seed=seed), outcome())
    store.runs.create(train_spec(seed=3), HERE)
    for _ in range(2):  # from the folders, then from the index
        listed = store.runs.list()
        assert listed == [store.runs.info(info.run) for info in listed]
        assert {info.spec.seed for info in listed} == {0, 1, 2, 3}
        assert listed == sorted(listed, key=lambda i: (i.created_utc, i.run), reverse=True)


def test_an_empty_store_lists_nothing_and_makes_nothing(store):
    assert store.runs.list() == []
    assert not store.root.exists()


def test_the_example_is_listed_under_the_own_runs(tmp_path, train_spec, outcome):
    example = Store(tmp_path / "example")
    shipped = finish(example, train_spec(seed=1), outcome(accuracy=0.1))
    both = finish(example, train_spec(seed=2), outcome(accuracy=0.1))
    (example.runs.folder(both) / "model").mkdir()
    (example.runs.folder(both) / "model" / "manifest.json").touch()
    shutil.rmtree(example.root / "index.sqlite", ignore_errors=True)
    before = sorted(example.root.rglob("*"))

    store = Store(tmp_path / "mine", example=example.root)
    assert {info.run for info in store.runs.list()} == {shipped, both}
    store.runs.create(train_spec(seed=2), HERE, again=True)
    own = {info.run: info for info in store.runs.list()}
    assert (own[shipped].read_only, own[shipped].state) == (True, "done")
    assert (own[both].read_only, own[both].state) == (False, "queued")
    assert own[both].has_weights  # the example's
    assert own[both].has_scores  # the example's too, until it has its own
    assert store.runs.outcome(shipped)["scores"]["sw"].accuracy == 0.1
    assert sorted(example.root.rglob("*")) == before


def test_a_read_only_store_lists_without_an_index(store, train_spec, outcome):
    run = finish(store, train_spec(), outcome())
    listed = Store(store.root, read_only=True).runs.list()
    assert [(info.run, info.read_only) for info in listed] == [(run, True)]
    assert not (store.root / "index.sqlite").exists()


def test_a_folder_with_another_kind_of_question_is_left_out(store, embed_spec, caplog):
    digest = embed_spec().digest()
    store.jobs.create(embed_spec(), HERE)
    shutil.copytree(store.jobs.folder(digest), store.runs.folder(digest))
    assert store.runs.list() == []
    assert "holds a EmbedSpec, not a run" in caplog.text


def test_what_is_on_disk_can_be_read_by_people(store, train_spec, outcome):
    run = finish(store, train_spec(), outcome())
    folder = store.runs.folder(run)
    assert json.loads((folder / "spec.json").read_text())["fields"]["source_langs"] == ["de", "en"]
    assert json.loads((folder / "state.json").read_text())["state"] == "done"
    assert json.loads((folder / "scores.json").read_text())["device"] == "cpu"
    assert not list(folder.rglob("*.tmp"))


@pytest.mark.parametrize(
    "missing", ["device", "weights", "tokens_seen", "sampled_hash", "n_layers"]
)
def test_scores_without_a_part_cost_one_run_and_not_the_list(store, train_spec, outcome, missing):
    damaged = finish(store, train_spec(seed=0), outcome())
    whole = finish(store, train_spec(seed=1), outcome())
    path = store.runs.folder(damaged) / "scores.json"
    record = json.loads(path.read_text())
    del record[missing]
    path.write_text(json.dumps(record))
    states = {info.run: info.state for info in store.runs.list()}
    assert states == {damaged: "lost", whole: "done"}


@pytest.mark.parametrize(
    "accuracy", [float("nan"), float("inf"), 10**400], ids=["nan", "inf", "too large"]
)
def test_a_score_that_is_no_number_is_damage(store, train_spec, outcome, accuracy):
    run = finish(store, train_spec(), outcome(accuracy=accuracy))
    assert store.runs.info(run).state == "lost"


@pytest.mark.parametrize("text", ["null", '{"state": "done", "reason": "", "created_utc": null}'])
def test_a_state_of_other_types_costs_one_run_and_not_the_list(store, train_spec, outcome, text):
    finish(store, train_spec(seed=0), outcome())
    damaged = finish(store, train_spec(seed=1), outcome())
    (store.runs.folder(damaged) / "state.json").write_text(text)
    assert len(store.runs.list()) == 2
    assert store.runs.info(damaged).state == "lost"


def test_a_spec_that_was_repaired_is_listed_again(store, train_spec, outcome, caplog):
    run = finish(store, train_spec(), outcome())
    path = store.runs.folder(run) / "spec.json"
    whole = path.read_text()
    path.write_text("{")
    assert store.runs.list() == []
    assert "is left out" in caplog.text
    path.write_text(whole)
    assert [info.run for info in store.runs.list()] == [run]


# packed, to be shipped


@pytest.fixture
def packed(store, tmp_path, train_spec, outcome):
    """A finished run, and a store that holds it packed."""
    rng = np.random.default_rng(0)
    arrays = {
        lang: {
            "n_tokens": rng.integers(1, 300, 40),
            "n_correct": rng.integers(0, 9, 40),
            "predicted": rng.integers(0, 5, 300).astype(np.uint8),
        }
        for lang in ("ar", "sw")
    }
    run = finish(store, train_spec(), outcome(predictions=arrays))
    store.runs.pack(run, tmp_path / "packed" / "runs" / run)
    return run, arrays, Store(tmp_path / "packed", read_only=True)


def test_a_packed_run_has_scores_and_outcomes(store, packed):
    run, arrays, other = packed
    info = other.runs.info(run)
    assert info == dataclasses.replace(store.runs.info(run), read_only=True, elapsed_s=0.0)
    assert info.step == info.spec.steps  # its history stayed at home, and it is done all the same
    assert other.runs.outcome(run)["scores"] == store.runs.outcome(run)["scores"]
    assert other.runs.outcome(run)["n_sampled"] == {"de": 1, "en": 2}
    assert other.runs.outcome(run)["sampled"] is None
    for lang, expected in arrays.items():
        found = other.runs.predictions(run, lang)
        assert set(found) == {"n_tokens", "n_correct"}
        assert all((found[name] == expected[name]).all() for name in found)
    assert other.runs.predictions(run, "de") is None


def test_a_packed_run_is_small_and_its_damage_is_noticed(packed, caplog):
    run, _, other = packed
    folder = other.runs.folder(run)
    assert sum(p.stat().st_size for p in folder.iterdir()) < 4000
    (path,) = folder.glob("predictions*")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert other.runs.predictions(run, "ar") is None
    assert "is damaged" in caplog.text


def test_a_shipped_layer_is_read_once_and_again_when_it_changes(
    tmp_path, train_spec, outcome, monkeypatch
):
    example = Store(tmp_path / "example")
    run = finish(example, train_spec(), outcome())
    reads = []
    real = runs.Runs.info
    monkeypatch.setattr(runs.Runs, "info", lambda self, r: reads.append(r) or real(self, r))
    for _ in range(3):
        listed = Store(tmp_path / "mine", example=example.root).runs.list()
        assert [info.run for info in listed] == [run]
    assert reads == [run]
    finish(example, train_spec(seed=5), outcome())
    assert len(Store(tmp_path / "other", example=example.root).runs.list()) == 2
