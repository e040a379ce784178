"""``sweep``: what machines get, and a sweep of real runs from start to end."""

import json
import os
import re
import shutil
import signal

import numpy as np
import pytest

from mslt_core import jobs, sweep
from mslt_core.__main__ import main
from mslt_core.pipeline import open_store
from mslt_core.sweep import workers

SMALL = ["--sets", "en;de,en", "--budgets", "64", "--steps", "4", "--recipe", "eval_limit=4"]


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))


@pytest.fixture
def ask(capsys):
    def run(*args):
        status = main(["sweep", *map(str, args), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return run


@pytest.fixture
def no_workers(monkeypatch):
    monkeypatch.setattr(workers, "_staff", lambda *_: None)


def test_a_plan_starts_nothing(ask):
    status, answer, _ = ask("plan", *SMALL, "--seeds", "0-2", "--no-probe")
    assert status == 0
    assert (answer["runs"], answer["done"], answer["seconds"]) == (6, 0, None)
    assert answer["title"] == "2 sets × 3 seeds on cldr-ner, 64 examples each"
    assert answer["weights_bytes"] > 1e6
    assert open_store().sweeps.digests() == []


def test_a_plan_tells_what_shipped_runs_tell(ask, capsys):
    status, answer, _ = ask("plan", "--sizes", "3", "--seeds", "0,7", "--price-per-hour", "2")
    assert (status, answer["runs"], answer["done"]) == (0, 70, 35)
    assert answer["time_told_by"] == "shipped"
    assert answer["cost"] == pytest.approx(answer["seconds"] / 1800)
    main(["sweep", "plan", "--sizes", "3", "--seeds", "0,7"])
    shown = capsys.readouterr().out
    assert "35 of them done already" in shown
    assert "1,000 examples in all, 333 to 334 a language; 24 targets" in shown


def test_a_plan_for_more_machines(ask):
    asked = ["plan", "--sizes", "3", "--seeds", "7", "--price-per-hour", "2"]
    _, here, _ = ask(*asked)
    _, cluster, _ = ask(*asked, "--at-a-time", "5")
    assert (here["workers"], cluster["workers"]) == (1, 5)
    assert cluster["seconds"] == pytest.approx(here["seconds"] / 5)
    assert cluster["cost"] == pytest.approx(here["cost"] / 5)
    status, answer, err = ask(*asked, "--at-a-time", "0")
    assert (status, answer) == (2, None)
    assert "--at-a-time must be a whole number from 1 on, got 0" in err


def test_what_is_not_in_a_plan_is_said(ask, capsys, monkeypatch):
    monkeypatch.setattr(workers, "_staff", lambda *_: None)
    remark = "Table 5 of the paper tells nothing of cldr-ner with base: the defaults are taken."
    _, answer, _ = ask("plan", *SMALL, "--paper-recipe", "--no-probe")
    assert answer["remarks"] == [remark]
    assert ask("plan", *SMALL, "--no-probe")[1]["remarks"] == []
    assert remark in ask("start", *SMALL, "--paper-recipe")[2]
    main(["sweep", "plan", *SMALL, "--paper-recipe", "--no-probe"])
    assert "Table 5" in capsys.readouterr().out


def test_a_plan_with_oracles_is_estimated(ask):
    asked = ("--sets", "en", "--targets", "de,sw", "--budgets", "64", "--steps", "4", "--oracles")
    _, answer, _ = ask("plan", *asked, "--no-probe")
    assert (answer["runs"], answer["time_told_by"]) == (3, "unknown")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "no sets chosen"),
        (["--sizes", "9"], "has no sets of 9"),
        (["--sizes", "three"], "--sizes must be numbers such as 0-2"),
        (["--sets", "en", "--learning-rates", "fast"], "a number such as 2e-5, got 'fast'"),
        (["--sets", "en", "--recipe", "batch_size"], "NAME=VALUE, got 'batch_size'"),
        (["--sets", "en", "--recipe", "colour=3"], "colour"),
        (["--sets", "en", "--recipe", "seed=3"], "Use --seeds"),
        (["--sizes", "3", "--criteria", "beauty"], "unknown criterion 'beauty'"),
        (["--preset", "figure-4", "--sizes", "3"], "--preset has its own sets"),
        (["--sets", "en;en"], "given twice"),
        (["--sets", "en", "--price-per-hour", "-2"], "a number from 0 on, got -2"),
    ],
)
def test_bad_input(ask, args, message):
    status, _, err = ask("plan", *args)
    assert status == 2
    assert message in err


@pytest.mark.usefixtures("no_workers")
def test_a_disk_that_is_too_small_for_the_plan(ask, monkeypatch, tmp_path):
    usage = shutil.disk_usage("/")._replace(free=20_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    status, _, said = ask("start", *SMALL, "--seeds", "0,1")
    assert status == 1
    # four runs keep 6.7 MB each, and one at work may have as much beside it
    assert re.search(r"the sweep needs \d+\.?\d* MB, 20.0 MB are free where the store is", said)
    assert "--keep-weights none" in said
    assert not list((tmp_path / "store").rglob("sweeps/*"))
    dropped, _, _ = ask("start", *SMALL, "--seeds", "0,1", "--keep-weights", "none")
    assert dropped == 0
    anyway, _, _ = ask("start", *SMALL, "--seeds", "0,1", "--keep-weights", "all", "--anyway")
    assert anyway == 0


@pytest.mark.usefixtures("no_workers")
def test_orders(ask):
    status, answer, _ = ask("start", *SMALL)
    assert (status, answer["state"], answer["waiting"]) == (0, "idle", 2)
    for order, state in (("pause", "paused"), ("resume", "idle"), ("cancel", "cancelled")):
        assert ask(order, answer["sweep"][:4])[1]["state"] == state
    assert ask("retry")[1]["state"] == "idle"
    assert ask("status", "ffff")[0] == 2


@pytest.mark.usefixtures("no_workers")
@pytest.mark.parametrize(
    ("log", "why"),
    [
        ("", "gone (killed, or out of memory): `sweep resume {}` goes on."),
        (
            "OSError: no disk\n",
            "gone: `sweep resume {}` goes on. Their last words: OSError: no disk",
        ),
    ],
)
def test_an_orphaned_sweep_says_how_it_goes_on(ask, capsys, log, why):
    digest = ask("start", *SMALL)[1]["sweep"]
    (open_store().sweeps.folder(digest) / "worker.log").write_text(log)
    main(["sweep", "status"])
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.endswith(f"2 waiting. Its workers are {why.format(digest)}")


@pytest.mark.usefixtures("no_workers")
@pytest.mark.parametrize(("before", "order"), [("pause", "resume"), ("cancel", "retry")])
def test_a_disk_that_became_too_small_meanwhile(ask, monkeypatch, before, order):
    digest = ask("start", *SMALL, "--keep-weights", "all")[1]["sweep"]
    state = ask(before)[1]["state"]
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    status, _, said = ask(order)
    assert status == 1
    assert f"or `sweep {order} --anyway`." in said
    assert "--keep-weights" not in said  # the plan has it
    assert ask("status")[1]["state"] == state
    assert ask(order, digest, "--anyway")[1]["state"] == "idle"


def test_a_set_that_is_listed_and_of_a_size_is_one_set(ask):
    """In whatever order its languages are typed."""
    pool = ("--pool", "de,en,es", "--sizes", "2", "--budgets", "64", "--steps", "4", "--no-probe")
    _, answer, _ = ask("plan", "--sets", "en,de;es,en,de", *pool)
    assert answer["runs"] == 4


@pytest.mark.usefixtures("no_workers")
def test_runs_are_called_what_they_are(ask):
    """Few-shot sets are no zero-shot ones, an oracle no SSLT; budgets are told apart."""
    sets = (
        "--sets",
        "en;de,en",
        "--budgets",
        "64,96",
        "--steps",
        "4",
        "--targets",
        "fi",
        "--oracles",
    )
    _, answer, _ = ask("start", *sets, "--recipe", "shots=5", 'shot_langs=["fi"]')
    told = [(run["name"], run["recipe"]) for run in answer["runs"]]
    names = ("SSLT(en) + 5 fi", "MSLT(de, en) + 5 fi", "Oracle(fi)")
    assert sorted(told) == sorted(
        (name, f"{budget} examples") for name in names for budget in (64, 96)
    )
    assert answer["title"].startswith("2 sets + 5 fi × 2 budgets on cldr-ner")


@pytest.mark.usefixtures("no_workers")
def test_criteria_and_presets(ask):
    _, answer, _ = ask("start", "--sizes", "2-3", "--criteria", "syntax,family", "--steps", "4")
    names = {run["name"] for run in answer["runs"]}
    assert {"MSLT(ar, zh)", "MSLT(ar, de, zh)"} <= names
    _, answer, _ = ask("plan", "--preset", "figure-4", "--budgets", "64", "--no-probe")
    assert answer["runs"] == 31


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--gpus-per-run", "0.25"],
            "--address, --gpus-per-run and --retries are of a Ray cluster",
        ),
        (["--engine", "ray", "--gpus-per-run", "-1"], "GPUs a run must be a number from 0 on"),
        (
            ["--engine", "ray", "--gpus-per-run", "nan"],
            "GPUs a run must be a number from 0 on, got",
        ),
        (["--engine", "ray", "--retries", "-2"], "retries must be a number from 0 on, got -2"),
    ],
)
def test_an_engine_that_makes_no_sense(ask, args, message):
    status, _, err = ask("start", *SMALL, *args)
    assert (status, open_store().sweeps.digests()) == (2, [])
    assert message in err


@pytest.fixture
def tiny_sweep(tiny_checkpoint):
    """Two runs, with a checkpoint every hundred steps."""
    question = ["--sets", "en;de,en", "--budgets", "64", "--steps", "201", "--targets", "en,tr"]
    return [*question, "--models", str(tiny_checkpoint), "--recipe", "eval_limit=4", "batch_size=4"]


@pytest.mark.slow
def test_real_runs_through_kill_9_of_a_worker_and_a_pause(ask, tiny_sweep, until, tmp_path):
    _, answer, _ = ask("start", *tiny_sweep)
    store, digest = open_store(), answer["sweep"]
    first = answer["runs"][0]["run"]
    checkpoints = store.runs.folder(first) / "checkpoints"
    until(lambda: list(checkpoints.glob("step-*")))
    os.kill(store.sweeps.workers(digest)[0].pid, signal.SIGKILL)
    until(lambda: ask("status")[1]["state"] == "idle")
    assert ask("resume")[1]["workers"] == 1
    until(lambda: sweep.status(store, digest).cells[1].state == "running")
    ask("pause")
    until(lambda: ask("status")[1]["state"] == "paused")
    ask("resume")
    until(lambda: ask("status")[1]["state"] == "done")

    events = [e for e in store.sweeps.events(digest) if e["event"] == "end"]
    done = [e["run"] for e in events if e["state"] == "done"]
    assert sorted(done) == sorted(run["run"] for run in answer["runs"])
    took = [e for e in store.sweeps.events(digest) if e["event"] == "take" and e["run"] == first]
    assert len(took) == 2
    assert took[1]["step"] >= 100, "it went on from its last checkpoint"

    # a warm worker's last run, and one that was killed, equal fresh ones in every prediction
    for run in (first, answer["runs"][-1]["run"]):
        fresh = open_store(tmp_path / "fresh")
        spec, where = store.runs.spec(run), store.runs.where(run)
        # by a process of its own: this one has run other tests, and torch keeps some of their state
        jobs.start(fresh, spec, where)
        assert jobs.wait(fresh, "runs", run, timeout_s=120).state == "done"
        assert fresh.runs.outcome(run)["weights"] == store.runs.outcome(run)["weights"]
        for lang in spec.target_langs:
            one, other = (s.runs.predictions(run, lang) for s in (store, fresh))
            assert all(np.array_equal(one[name], other[name]) for name in one)
