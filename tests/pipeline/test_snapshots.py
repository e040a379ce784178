"""The weights of a run on the way: kept, found, left alone by the training, dropped, made again."""

import shutil

import pytest

from mslt_core import jobs, pipeline
from mslt_core.models import finetune
from mslt_core.models.load import load_encoder
from mslt_core.pipeline import execute_training, make_train_spec, snapshots
from mslt_core.pipeline.checkpoints import require_weights
from mslt_core.spec.errors import BadInputError, StoreError, WeightsMissingError
from mslt_core.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def ask(tiny_checkpoint):
    def ask(**changes):
        fields = {"source_langs": ["de", "en"], "target_langs": ["fr"], "budget": 32, "steps": 9}
        fields |= {"eval_limit": 4, "max_length": 32, "learning_rate": 1e-3, **changes}
        return make_train_spec(task="cldr-ner", data=None, model=str(tiny_checkpoint), **fields)

    return ask


def run(store, asked, *, stop_at=None, again=False):
    """Its digest, done or stopped after so many steps."""
    run = asked[0].digest()
    store.runs.create(*asked, again=again)

    def stopping():
        history = store.runs.history(run)
        return bool(stop_at and history and history[-1].step >= stop_at)

    state = jobs.work(store, "runs", run, execute_training, should_stop=stopping)
    assert state == ("stopped" if stop_at else "done"), store.runs.status(run)
    return run


def fingerprints(store, run):
    return {step: ref.fingerprint for step, ref in snapshots(store, run).items()}


def test_what_is_kept_on_the_way_sets_no_experiments_apart(store, ask):
    plain, kept, other = (run(store, ask(**w)) for w in ({}, {"keep_every": 4}, {"seed": 1}))
    (group,) = pipeline.run_groups(store)
    assert [info.run for info in group.runs] == [kept, other]  # a seed once, with most weights
    store.runs.drop_weights(kept)
    (group,) = pipeline.run_groups(store)
    assert [info.run for info in group.runs] == [plain, other]


def test_a_checkpoint_was_trained_on_the_languages_of_its_shots_too(store, ask):
    asked = ask(keep_every=4, shots=8, shot_langs=("fi",), target_langs=["fi", "fr"])
    kept = run(store, asked)
    assert pipeline.checkpoint(store, kept).seen_langs == ("de", "en", "fi")
    assert snapshots(store, kept)[4].seen_langs == ("de", "en", "fi")
    assert snapshots(store, kept)[0].seen_langs == ()


@pytest.mark.parametrize("tune", ["all", "lora"])
def test_weights_on_the_way_are_kept_and_change_nothing(tune, store, ask):
    asked = ask(keep_every=4, tune=tune)
    kept = run(store, asked)
    found = snapshots(store, kept)
    # 9 steps: those after 4 and 8, and the ends, of which there is no copy
    assert list(found) == [0, 4, 8, 9]
    assert found[4].name == "MSLT(de, en), step 4"
    assert len({ref.fingerprint for ref in found.values()}) == 4
    assert sorted(p.name for p in (store.runs.folder(kept) / "snapshots").iterdir()) == [
        "step-000004",
        "step-000008",
    ]
    for ref in found.values():
        load_encoder(require_weights(ref))  # checked against its fingerprint, whole, loadable
    base, own = asked[1].model, pipeline.checkpoint(store, kept)
    assert (found[0].path, found[0].kind, found[0].seen_langs) == (base, "base", ())
    assert (found[9].path, found[9].fingerprint) == (own.path, own.fingerprint)
    assert found[4].seen_langs == ("de", "en")
    without = run(store, ask(tune=tune))
    assert pipeline.checkpoint(store, without).fingerprint == own.fingerprint
    assert list(snapshots(store, without)) == [0, 9]


def test_a_snapshot_holds_the_weights_of_its_step(store, ask):
    """Those after step 4 are where a run of the same schedule ends that is stopped there."""
    kept = run(store, ask(keep_every=4))
    stopped = run(store, ask(), stop_at=4)
    (state,) = (store.runs.folder(stopped) / "checkpoints").glob("step-*")
    name = "model.safetensors"
    at = snapshots(store, kept)[4].path
    assert (state / name).read_bytes() == (store.runs.folder(kept) / at / name).read_bytes()


def test_a_run_that_was_cut_off_ends_with_the_same_snapshots(store, ask, tmp_path):
    asked = ask(keep_every=2)
    whole = fingerprints(store, run(store, asked))
    assert list(whole) == [0, 2, 4, 6, 8, 9]
    other = Store(tmp_path / "other")
    cut = run(other, asked, stop_at=5)
    folder = other.runs.folder(cut) / "snapshots"
    # as a process leaves them that got further than its last checkpoint and was killed
    shutil.copytree(folder / "step-000004", folder / "step-000006")
    shutil.copytree(folder / "step-000004", folder / ".step-000008.partial")
    run(other, asked)
    assert fingerprints(other, cut) == whole
    assert len(list(folder.iterdir())) == 4


def test_a_step_by_name(store, ask):
    kept = run(store, ask(keep_every=4))
    assert pipeline.checkpoint(store, f"{kept[:6]}@4") == snapshots(store, kept)[4]
    assert pipeline.checkpoint(store, f"{kept}@4").key == f"{kept}@4"
    with pytest.raises(BadInputError, match=r"keeps no weights of step 5.* steps 0, 4, 8, 9"):
        pipeline.checkpoint(store, f"{kept}@5")
    with pytest.raises(BadInputError, match="there is no run 'abcdef'"):
        pipeline.checkpoint(store, "abcdef@4")


def test_dropped_with_the_weights_and_made_again(store, ask):
    asked = ask(keep_every=4)
    kept = run(store, asked)
    before = fingerprints(store, kept)
    store.runs.drop_weights(kept)
    dropped = snapshots(store, kept)
    assert [bool(ref.path) for ref in dropped.values()] == [True, False, False, False]
    assert fingerprints(store, kept) == before  # what was computed from them is still found
    with pytest.raises(WeightsMissingError, match=f"step 4 .*train --again {kept}`"):
        require_weights(dropped[4])
    run(store, asked, again=True)
    assert fingerprints(store, kept) == before
    assert all(ref.path for ref in snapshots(store, kept).values())


def test_where_others_than_the_last_are_chosen_the_last_are_a_snapshot(store, ask):
    kept = run(store, ask(steps=4, keep_every=2, eval_every=2, select="target"))
    chosen = store.runs.outcome(kept)["step_scored"] or 4
    found = snapshots(store, kept)
    assert list(found) == [0, 2, 4]
    assert found[chosen].fingerprint == pipeline.checkpoint(store, kept).fingerprint
    assert found[2].fingerprint != found[4].fingerprint


def test_their_room_is_asked_for_before_the_run(store, ask, monkeypatch):
    spec, where = ask(keep_every=1)
    assert len(spec.snapshot_steps) == 8
    from mslt_core.models import completeness

    size = 4 * completeness.n_parameters(pipeline.model_folder(where.model))
    usage = type("Usage", (), {"free": 1.1 * 5 * size})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage())
    pipeline.check_data(*ask(), store)
    pipeline.check_data(*ask(keep_every=3), store)  # its own and those after 3 and 6
    with pytest.raises(StoreError, match="or keep the weights of fewer steps"):
        pipeline.check_data(spec, where, store)


def test_a_run_that_is_killed_while_it_tidies_up_is_not_done_again(store, ask, monkeypatch):
    """Its results are written, and without some of its states it would end with others."""
    spec, where = ask(eval_every=3, select="target")
    store.runs.create(spec, where)
    folder = store.runs.folder(spec.digest())

    def execute():
        return execute_training(
            store, spec, where, report=lambda *_: None, should_stop=lambda: False
        )

    def killed(path, **_):
        if path.name == ".checkpoints.finished":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            execute()
    assert not (folder / "checkpoints").exists()
    monkeypatch.setattr(finetune, "finetune", None)  # it would be missed
    assert execute()
    assert store.runs.outcome(spec.digest())["step_scored"] in {None, 3, 6}
    assert not list(folder.glob(".checkpoints*"))
