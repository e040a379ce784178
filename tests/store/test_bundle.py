"""Results that travel as one file, and arrive as they were."""

import errno
import json
import logging
import multiprocessing
import os
import random
import re
import shutil
import signal
import stat
import time
import zipfile
from pathlib import Path

import pytest

from mslt_core.models import checkpoints
from mslt_core.spec.errors import BundleError, StoreError
from mslt_core.spec.specs import Where
from mslt_core.store import Store
from mslt_core.store.bundle import Wanted, export_bundle, import_bundle, layout
from tests.store.bundles import (
    WEIGHTS,
    contents,
    filled,
    finished,
    give_weights,
    good_bundle,
    run_spec,
    sealed_anew,
    zipped,
)

RUN = run_spec().digest()
ALL = Wanted(everything=True)
fork = multiprocessing.get_context("fork")


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    return good_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def full(tmp_path):
    return filled(tmp_path / "source")


def files(root: Path) -> dict[str, bytes]:
    """What lies below a folder, but for locks and the index."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "index.sqlite" not in path.name and path.name != "lock"
    }


def told(info):
    """What the list says of a run that has nothing to do with where it lies."""
    return (info.run, info.state, info.created_utc, info.step, info.mean_score, info.elapsed_s)


def test_a_whole_store_arrives_as_it_was(full, tmp_path):
    exported = export_bundle(full, tmp_path / "all.zip", ALL, weights=True, arrays=True)
    there = Store(tmp_path / "there")
    found = import_bundle(there, tmp_path / "all.zip")
    assert sorted(found.runs) == sorted(info.run for info in full.runs.list())
    assert found.sha256 == exported.sha256
    for mine, theirs in zip(full.runs.list(), there.runs.list(), strict=True):
        assert told(mine) == told(theirs)
        assert full.runs.outcome(mine.run) == there.runs.outcome(mine.run)
        assert full.runs.history(mine.run) == there.runs.history(mine.run)
        assert full.runs.curve(mine.run) == there.runs.curve(mine.run)
        for lang in mine.spec.target_langs:
            ours, others = (s.runs.predictions(mine.run, lang) for s in (full, there))
            assert {k: v.tolist() for k, v in ours.items()} == {
                k: v.tolist() for k, v in others.items()
            }
    weights = full.runs.model_folder(RUN), there.runs.model_folder(RUN)
    assert files(weights[0]) == files(weights[1])
    assert len(there.arrays.files()) == 3
    assert found.n_arrays == 3
    (sweep,) = there.sweeps.digests()
    assert [r.run for r in there.sweeps.get(sweep).runs] == [
        r.run for r in full.sweeps.get(sweep).runs
    ]


def test_an_imported_run_is_marked_and_the_list_remembers_it(bundle, tmp_path):
    store = Store(tmp_path)
    found = import_bundle(store, bundle)
    for look in (store, store, Store(tmp_path)):  # from the folders, and from the index
        for info in look.runs.list():
            assert info.imported.source == "bundle"
            assert info.imported.sha256 == found.sha256
            assert info.imported.made_utc == found.manifest.created_utc
    log = json.loads((tmp_path / "imports" / f"{found.sha256[:16]}.json").read_text())
    assert log["runs"] == list(found.runs)


def test_a_run_that_is_done_again_here_is_marked_no_more(bundle, tmp_path):
    store = Store(tmp_path)
    import_bundle(store, bundle)
    assert store.runs.create(run_spec(), Where(), again=True)
    finished(store, run_spec())
    assert store.runs.info(RUN).imported is None


def test_paths_names_of_machines_and_checkpoints_stay_at_home(full, tmp_path):
    (full.runs.folder(RUN) / "checkpoints").mkdir()
    (full.runs.folder(RUN) / "checkpoints" / "x").write_text("x")
    export_bundle(full, tmp_path / "all.zip", ALL, weights=True, arrays=True)
    found = contents(tmp_path / "all.zip")
    assert not [name for name in found if re.search("where|worker|lock|checkpoints|sqlite", name)]
    assert not [name for name, content in found.items() if b"somebody" in content]
    assert not [name for name, content in found.items() if b"10.0.0.1" in content]


def test_weights_and_arrays_come_only_if_asked_for(full, tmp_path):
    export_bundle(full, tmp_path / "plain.zip", Wanted(runs=(RUN,)))
    plain = contents(tmp_path / "plain.zip")
    assert not [name for name in plain if "model/" in name or name.startswith("arrays")]
    assert f"runs/{RUN}/predictions/ar.safetensors" in plain
    assert f"runs/{RUN}/history.jsonl" in plain
    assert f"runs/{RUN}/curve.jsonl" in plain
    found = import_bundle(Store(tmp_path / "there"), tmp_path / "plain.zip")
    assert found.runs == (RUN,)


def test_weights_kept_on_the_way_come_with_the_others(tmp_path):
    store, there = Store(tmp_path / "a"), Store(tmp_path / "b")
    run = finished(store, run_spec().but(keep_every=4), snapshots={4: "1" * 16, 8: "2" * 16})
    for place in ("model", "snapshots/step-000004"):  # those of step 8 were dropped
        give_weights(store, run, place)
    for weights in (False, True):
        export_bundle(store, tmp_path / "x.zip", ALL, weights=weights, force=True)
        assert any("step-000004" in name for name in contents(tmp_path / "x.zip")) == weights
    import_bundle(there, tmp_path / "x.zip")
    ours, others = (s.runs.snapshot_folder(run, 4) for s in (store, there))
    assert files(ours) == files(others)
    assert len(files(others)) == 3
    assert not there.runs.snapshot_folder(run, 8).exists()


def test_weights_of_a_step_that_the_run_does_not_keep_are_refused(tmp_path):
    store = Store(tmp_path / "a")
    run = finished(store, run_spec().but(keep_every=4), snapshots={4: "1" * 16, 5: "2" * 16})
    give_weights(store, run, "snapshots/step-000005")
    export_bundle(store, tmp_path / "x.zip", ALL, weights=True)
    with pytest.raises(BundleError, match=r"snapshots/step-000005 is of a step that the run does"):
        import_bundle(Store(tmp_path / "b"), tmp_path / "x.zip")


def test_the_arrays_of_runs_are_those_of_their_weights_and_their_base(full, tmp_path):
    exported = export_bundle(full, tmp_path / "one.zip", Wanted(runs=(RUN,)), arrays=True)
    texts = [content for name, content in contents(exported.path).items() if "arrays" in name]
    assert len(texts) == 2  # not those of the third checkpoint, which no run knows
    assert sum(WEIGHTS.encode() in text for text in texts) == 1
    assert sum(b"f" * 16 in text for text in texts) == 1


def test_a_sweep_takes_its_finished_runs_along(full, tmp_path):
    (sweep,) = full.sweeps.digests()
    exported = export_bundle(full, tmp_path / "sweep.zip", Wanted(sweeps=(sweep,)))
    assert set(exported.manifest.runs) == {run_spec(seed=seed).digest() for seed in (0, 1)}
    assert exported.left_out == {run_spec(seed=2).digest(): "not trained yet"}
    there = Store(tmp_path / "there")
    assert import_bundle(there, exported.path).sweeps == (sweep,)
    plan = there.sweeps.get(sweep)
    assert {run.where for run in plan.runs} == {Where(model="base")}
    assert plan.engine.name == "local"


def test_a_packed_run_travels_too(full, tmp_path):
    packed = tmp_path / "packed"
    full.runs.pack(RUN, packed / "runs" / RUN)
    export_bundle(Store(packed), tmp_path / "packed.zip", ALL)
    there = Store(tmp_path / "there")
    assert import_bundle(there, tmp_path / "packed.zip").runs == (RUN,)
    assert there.runs.predictions(RUN, "ar")["n_correct"].tolist() == [1, 3]
    # and it is the same run as the one with all its files
    assert import_bundle(full, tmp_path / "packed.zip").skipped == (RUN,)


def chosen(root, of_point, of_scores, step=8):
    """A bundle of a run whose weights of a step before the last were chosen."""
    store = Store(root / "source")
    spec = run_spec().but(select="target")
    run = finished(store, spec)
    record = json.loads((store.runs.folder(run) / "scores.json").read_text())
    counted = {"n_items": 100, "n_tokens": 100}

    def of(told):
        scores = told if isinstance(told, dict) else {"accuracy": told}
        return {lang: {**scores, **counted} for lang in spec.target_langs}

    record |= {"scores": of(of_scores), "last_scores": of(0.1), "step_scored": step}
    (store.runs.folder(run) / "scores.json").write_text(json.dumps(record))
    points = [{"step": s, "scores": of(of_point if s == 8 else 0.1)} for s in (4, 8, 10)]
    lines = "".join(json.dumps(point) + "\n" for point in points)
    (store.runs.folder(run) / "curve.jsonl").write_text(lines)
    shutil.rmtree(store.runs.folder(run) / "predictions")
    return export_bundle(store, root / "x.zip", ALL).path


def test_the_point_that_was_chosen_has_the_scores(tmp_path):
    """Its weights were loaded and scored again: on another device an item or two may turn."""
    for name, of_scores in (("same", 0.5), ("turned", 0.52)):
        root = tmp_path / name
        assert import_bundle(Store(root / "there"), chosen(root, 0.5, of_scores)).runs
    with pytest.raises(
        BundleError, match=r"step 8: accuracy of ar is 0\.5000, and scores\.json says 0\.5300"
    ):
        import_bundle(Store(tmp_path / "there"), chosen(tmp_path / "other", 0.5, 0.53))
    with pytest.raises(BundleError, match="step 7 is none that the run chooses from"):
        import_bundle(Store(tmp_path / "there"), chosen(tmp_path / "between", 0.5, 0.5, step=7))


def test_an_answer_that_turned_may_move_a_mean_over_classes_far(tmp_path):
    """One of three items of a rare class; that few answers turned is told by another score."""
    before, after = {"item_accuracy": 0.9, "macro_f1": 0.84}, {"item_accuracy": 0.89}
    path = chosen(tmp_path / "one", before, {**after, "macro_f1": 0.78})
    assert import_bundle(Store(tmp_path / "there"), path).runs
    for told in ({"item_accuracy": 0.8, "macro_f1": 0.84}, after):
        path = chosen(tmp_path / f"other{len(told)}", before, told)
        with pytest.raises(BundleError, match=r"step 8: (item_accuracy|macro_f1) of ar is"):
            import_bundle(Store(tmp_path / "there"), path)


def test_a_torn_curve_stays_at_home_and_is_told(full, tmp_path):
    path = full.runs.folder(RUN) / "curve.jsonl"
    first, *others = path.read_text().splitlines(keepends=True)
    path.write_text("".join(["x", first, *others]))
    made = export_bundle(full, tmp_path / "torn.zip", ALL)
    assert f"learning curve of {RUN}" in made.left_out
    there = Store(tmp_path / "there")
    assert RUN in import_bundle(there, made.path).runs
    assert there.runs.curve(RUN) == []


def test_a_run_that_came_to_its_scores_otherwise_is_not_the_same(full, tmp_path, bundle):
    path = full.runs.folder(RUN) / "curve.jsonl"
    text = path.read_text()
    path.write_text(text.replace('"accuracy": 0.2,', '"accuracy": 0.3,'))
    assert path.read_text() != text
    with pytest.raises(StoreError, match="not the same: its learning curve differs from that here"):
        import_bundle(full, bundle)
    path.unlink()  # without one nothing contradicts
    assert RUN in import_bundle(full, bundle).skipped


def test_what_shrinks_further_than_an_importer_allows_is_stored_as_it_is(full, tmp_path):
    path = full.runs.folder(RUN) / "sampled.json"
    path.write_bytes(path.read_bytes().rstrip() + b" " * 1_000_000)
    export_bundle(full, tmp_path / "all.zip", ALL)
    assert RUN in import_bundle(Store(tmp_path / "there"), tmp_path / "all.zip").runs


def test_a_run_that_is_here_is_skipped_if_it_is_the_same(full, tmp_path, bundle):
    before = files(full.root / "runs")
    found = import_bundle(full, bundle)
    assert not found.runs
    assert len(found.skipped) == 3
    assert files(full.root / "runs") == before
    assert full.runs.info(RUN).imported is None


def test_a_run_that_is_here_otherwise_is_refused_and_said(tmp_path, bundle):
    store = Store(tmp_path)
    finished(store, run_spec(), n_correct=(0, 0))
    before = files(tmp_path)
    with pytest.raises(StoreError, match=f"run {RUN} is here already, and not the same: its sco"):
        import_bundle(store, bundle)
    assert files(tmp_path) == before
    found = import_bundle(store, bundle, keep_mine=True)
    assert list(found.refused) == [RUN]
    assert len(found.runs) == 2
    assert store.runs.outcome(RUN)["scores"]["ar"].accuracy == 0
    assert store.runs.info(RUN).imported is None


def test_outcomes_that_differ_under_equal_scores_are_a_difference(tmp_path, bundle):
    store = Store(tmp_path)
    finished(store, run_spec(), n_correct=(2, 2))
    with pytest.raises(StoreError, match="its outcomes on ar differ"):
        import_bundle(store, bundle)


def test_an_unfinished_run_is_never_replaced(tmp_path, bundle):
    store = Store(tmp_path)
    store.runs.create(run_spec(), Where())
    with pytest.raises(StoreError, match="here it is queued"):
        import_bundle(store, bundle)
    assert store.runs.status(RUN).state == "queued"


def test_a_dry_run_writes_nothing(tmp_path, bundle):
    store = Store(tmp_path / "none")
    found = import_bundle(store, bundle, dry_run=True)
    assert len(found.runs) == 3
    assert not (tmp_path / "none").exists()


def test_a_read_only_store_takes_nothing_in(tmp_path, bundle):
    with pytest.raises(StoreError, match="read-only"):
        import_bundle(Store(tmp_path, read_only=True), bundle)


def test_export_says_what_it_cannot_export(full, tmp_path):
    out = tmp_path / "x.zip"
    with pytest.raises(BundleError, match="is not trained yet"):
        export_bundle(full, out, Wanted(runs=("0" * 16,)))
    with pytest.raises(BundleError, match="nothing to export"):
        export_bundle(full, out, Wanted())
    assert not out.exists()
    out.write_text("mine")
    with pytest.raises(BundleError, match=r"x\.zip is there already\. Give --force"):
        export_bundle(full, out, ALL)
    assert out.read_text() == "mine"
    export_bundle(full, out, ALL, force=True)
    assert zipfile.is_zipfile(out)


def test_no_link_is_followed_out_of_the_store(full, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    path = full.runs.folder(RUN) / "progress.json"
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(BundleError, match="is a link"):
        export_bundle(full, tmp_path / "x.zip", ALL)
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*.tmp"))


def test_a_file_that_changes_meanwhile_stops_the_export(full, tmp_path, monkeypatch):
    def report(done, total, message):
        if message == "reading" and done == total:
            (full.runs.folder(RUN) / "state.json").write_text("{}")

    with pytest.raises(StoreError, match="changed while it was exported"):
        export_bundle(full, tmp_path / "x.zip", ALL, report=report)
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*.tmp"))


def test_files_are_as_readable_as_others(tmp_path, bundle):
    store = Store(tmp_path)
    import_bundle(store, bundle)
    finished(store, run_spec(("fr",)))
    modes = {
        stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "runs").glob("*/scores.json")
    }
    assert len(modes) == 1


def test_a_disk_that_is_too_small_is_said_before_anything_is_written(tmp_path, bundle, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(StoreError, match="Disk full: need 50"):
        import_bundle(Store(tmp_path), bundle)
    assert not files(tmp_path)


@pytest.mark.parametrize("failing", [1, 5, 20])
def test_a_disk_that_fills_up_leaves_nothing(tmp_path, bundle, monkeypatch, failing):
    calls = []

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) > 1 and len(calls) >= failing:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StoreError, match="Disk full"):
        import_bundle(Store(tmp_path), bundle)
    assert not files(tmp_path)
    monkeypatch.undo()
    assert len(import_bundle(Store(tmp_path), bundle).runs) == 3


@pytest.mark.parametrize("n_kills", [6, pytest.param(40, marks=pytest.mark.slow)])
def test_a_killed_import_leaves_whole_runs_and_goes_on(tmp_path, bundle, n_kills):
    good = Store(tmp_path / "good")
    import_bundle(good, bundle)
    expected = {k: v for k, v in files(good.root / "runs").items() if "imported" not in k}
    rng = random.Random(0)
    for n in range(n_kills):
        store = Store(tmp_path / str(n))
        process = fork.Process(target=import_bundle, args=(store, bundle), daemon=True)
        process.start()
        time.sleep(rng.uniform(0.02, 0.3))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        for info in store.runs.list():
            mine = files(store.runs.folder(info.run))
            theirs = files(good.runs.folder(info.run))
            assert mine.keys() == theirs.keys()
        import_bundle(store, bundle)
        assert {k: v for k, v in files(store.root / "runs").items() if "imported" not in k} == (
            expected
        )
        assert not (store.root / "imports" / "staging").exists()
        shutil.rmtree(store.root)


def test_a_newer_format_names_the_version_that_reads_it(tmp_path, bundle):
    newer = sealed_anew(contents(bundle), version=4, product_version="3.1", more="fields")
    path = zipped(tmp_path / "newer.zip", newer)
    with pytest.raises(
        BundleError, match=r"format version 4, .* reads versions 1 to 3\. .*MSLT Lab '3\.1'"
    ):
        import_bundle(Store(tmp_path / "store"), path)


def test_more_bytes_than_expected_need_to_be_allowed(tmp_path, bundle):
    with pytest.raises(BundleError, match=r"unpacks to .*0\.0 MB are allowed|--max-gb"):
        import_bundle(Store(tmp_path), bundle, max_bytes=1000)


def test_no_warning_is_given_for_a_good_bundle(tmp_path, bundle, caplog):
    caplog.set_level(logging.WARNING)
    store = Store(tmp_path)
    import_bundle(store, bundle)
    store.runs.list()
    assert not caplog.records


def test_the_names_of_a_model_s_files_are_those_that_loading_reads():
    names = {name.replace("*", "00001", 1).replace("*", "00002") for name in checkpoints.CONTENT}
    for name in names | {checkpoints.MANIFEST}:
        assert layout.kind_of(f"runs/{RUN}/model/{name}")[0] == "model"
    assert len(layout.MODEL_FILES) == len(names)  # the split weights' pattern is one with the whole


def test_a_real_seal_is_accepted(full, tmp_path):
    folder = full.runs.folder(RUN) / "model"
    (folder / "manifest.json").unlink()
    checkpoints.seal(folder, {"spec": RUN})
    export_bundle(full, tmp_path / "x.zip", ALL, weights=True)
    there = Store(tmp_path / "there")
    import_bundle(there, tmp_path / "x.zip")
    checkpoints.verify(there.runs.model_folder(RUN))
    assert there.runs.info(RUN).has_weights
    give_weights(full, run_spec(seed=1).digest())
