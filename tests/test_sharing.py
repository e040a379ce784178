"""``bundle``: what leaves one store and arrives in another, from the command line to the pages."""

import json
import shutil

import pytest

from mslt_core.__main__ import main
from mslt_core.commands import sharing
from mslt_core.pipeline import EXAMPLE, gains, open_store, run_groups, zero_shot_means
from mslt_core.pipeline.stories import origin_of
from mslt_core.spec.stories import Slide, Story
from mslt_core.store import Store
from mslt_core.store.bundle import import_bundle
from tests.store.bundles import NUMBER, PINNED_UTC, filled, finished, pin_of, run_spec
from tests.store.hostile_outside import NOTE, PLAIN, result_of, with_outside

SETS = (("en",), ("de", "en", "es"))


@pytest.fixture
def ask(capsys, monkeypatch):
    """Run a command with --json: its exit status and its answer, or what it said instead."""
    monkeypatch.delenv("MSLT_DEBUG", raising=False)

    def run(*args):
        status = main([*map(str, args), "--json"])
        told = capsys.readouterr()
        return status, json.loads(told.out) if status == 0 else told.err

    return run


@pytest.fixture(scope="module")
def example_runs():
    """The shipped runs of two sets, three seeds each."""
    groups = [g for g in run_groups(open_store(EXAMPLE)) if g.source_langs in SETS]
    return [info.run for group in groups for info in group.runs]


def test_results_say_the_same_on_both_sides(ask, tmp_path, example_runs):
    out, there = tmp_path / "x.zip", tmp_path / "there"
    assert ask("bundle", "export", out, "--run", *example_runs, "--store", tmp_path / "a")[0] == 0
    status, told = ask("bundle", "import", out, "--store", there)
    assert status == 0
    # the example is visible in every store, so they are here already, and the same
    assert set(told["skipped"]) == set(example_runs)

    alone = Store(there)  # a store without the example
    import_bundle(alone, out)
    here = Store(EXAMPLE, read_only=True)
    mine = {g.key: g for g in run_groups(here) if g.source_langs in SETS}
    theirs = {g.key: g for g in run_groups(alone)}
    assert mine.keys() == theirs.keys()
    a, b = sorted(mine, key=lambda key: len(mine[key].source_langs))
    assert gains(here, mine[a], mine[b]) == gains(alone, theirs[a], theirs[b])
    for metric in mine[a].metrics:
        assert zero_shot_means(here, list(mine.values()), metric) == zero_shot_means(
            alone, list(theirs.values()), metric
        )


def test_export_and_import_by_the_command_line(ask, tmp_path):
    filled(tmp_path / "a")
    out = tmp_path / "all.zip"
    status, made = ask(
        "bundle", "export", out, "--all", "--weights", "--arrays", "--store", tmp_path / "a"
    )
    assert status == 0
    assert len(made["runs"]) == 3
    assert made["size_bytes"] == out.stat().st_size
    status, told = ask("bundle", "import", out, "--store", tmp_path / "b", "--dry-run")
    assert (status, told["dry_run"], len(told["imported"])) == (0, True, 3)
    assert not (tmp_path / "b").exists()
    status, told = ask("bundle", "import", out, "--store", tmp_path / "b")
    assert sorted(told["imported"]) == sorted(made["runs"])
    assert (told["imported_arrays"], len(told["imported_sweeps"])) == (3, 1)
    status, listed = ask("runs", run_spec().digest(), "--store", tmp_path / "b")
    assert listed["imported"]["sha256"] == made["sha256"]
    assert listed["has_weights"]


def test_what_a_large_bundle_needs_to_come_in_is_rounded_up(tmp_path, monkeypatch, capsys):
    """A third of a GB beyond the limit is no less."""
    filled(tmp_path / "a")
    monkeypatch.setattr(sharing, "MAX_BYTES", 10)
    main(["bundle", "export", str(tmp_path / "x.zip"), "--all", "--store", str(tmp_path / "a")])
    assert "--max-gb 1 is needed" in " ".join(capsys.readouterr().out.split())


def test_one_run_and_a_sweep_are_named_by_their_beginning(ask, tmp_path):
    store = filled(tmp_path / "a")
    (sweep,) = store.sweeps.digests()
    run = run_spec(("de", "en")).digest()
    status, made = ask(
        "bundle",
        "export",
        tmp_path / "x.zip",
        "--run",
        run[:6],
        "--sweep",
        sweep[:4],
        "--store",
        tmp_path / "a",
    )
    assert status == 0
    assert made["sweeps"] == [sweep]
    assert set(made["runs"]) == {run, *(run_spec(seed=seed).digest() for seed in (0, 1))}
    assert made["left_out"] == {run_spec(seed=2).digest(): "not trained yet"}


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (
            ("export", "x.zip"),
            2,
            "nothing to export is named. Give --run, --sweep, --story or --all",
        ),
        (("export", "x.zip", "--run", "ffff"), 2, "there is no run 'ffff'"),
        (("export", "x.zip", "--all"), 2, "there is nothing to export"),
        (("import", "none.zip"), 2, "none.zip: it cannot be read: No such file"),
        (("import", "text.zip"), 2, "text.zip: it is no zip file"),
        (("import", "text.zip", "--max-gb", "0"), 2, "--max-gb must be above 0, got 0"),
    ],
)
def test_what_cannot_be_done_is_said(args, status, message, ask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.zip").write_text("hello")
    got, said = ask("bundle", *args, "--store", tmp_path / "s")
    assert (got, message in said) == (status, True), said
    assert not (tmp_path / "s").exists()


def test_a_conflict_is_a_failure_and_can_be_left_out(ask, tmp_path):
    filled(tmp_path / "a")
    out = tmp_path / "x.zip"
    ask("bundle", "export", out, "--all", "--store", tmp_path / "a")
    finished(Store(tmp_path / "b"), run_spec(), n_correct=(0, 1))
    status, said = ask("bundle", "import", out, "--store", tmp_path / "b")
    assert (status, "Nothing was imported" in said) == (1, True)
    status, told = ask("bundle", "import", out, "--keep-mine", "--store", tmp_path / "b")
    assert (status, list(told["refused"])) == (0, [run_spec().digest()])


@pytest.fixture
def said(capsys):
    """What a command says to people, however wide their terminal is."""

    def run(*args):
        assert main([*map(str, args)]) == 0
        return " ".join(capsys.readouterr().out.split())

    return run


def test_people_read_a_sentence(said, tmp_path):
    filled(tmp_path / "a")
    out = tmp_path / "x.zip"
    made = said("bundle", "export", out, "--all", "--store", tmp_path / "a")
    assert "3 runs without weights, 1 sweep, 0 arrays, 1 story, 3 pins" in made
    shutil.rmtree(tmp_path / "a")
    told = said("bundle", "import", out, "--store", tmp_path / "b")
    assert "verified; 3 runs, 1 sweep, 1 story and 3 pins came into" in told


def test_a_story_goes_by_its_title_and_comes_beside_another(ask, said, tmp_path):
    filled(tmp_path / "a")
    out = tmp_path / "story.zip"
    status, made = ask("bundle", "export", out, "--story", "For Monday", "--store", tmp_path / "a")
    assert status == 0
    assert (made["stories"], made["n_pins"], len(made["runs"])) == (["for-monday"], 2, 2)
    Store(tmp_path / "b").stories.add_story("for-monday", Story(title="Mine"))
    status, told = ask("bundle", "import", out, "--store", tmp_path / "b")
    assert (status, told["imported_stories"]) == (0, {"for-monday": "for-monday-2"})
    assert len(told["imported_pins"]) == 2
    again = said("bundle", "import", out, "--store", tmp_path / "b")
    assert "2 runs without weights, 0 sweeps, 0 arrays, 1 story, 2 pins, verified; 0 runs" in again
    assert "0 stories and 0 pins came into" in again
    assert "is here already, the same, as for-monday-2" in again
    status, error = ask("bundle", "export", out, "--story", "Tuesday", "--store", tmp_path / "a")
    assert (status, "there is no one story 'Tuesday'. Stories here: for-monday." in error) == (1, 1)


def test_runs_that_pins_rest_on_and_nobody_has_are_told(said, tmp_path):
    filled(tmp_path / "a")
    out = tmp_path / "all.zip"
    made = said("bundle", "export", out, "--all", "--store", tmp_path / "a")
    assert "Its pins rest on 1 more run, of the shipped example or" in made
    told = said("bundle", "import", out, "--store", tmp_path / "b")
    assert "rest on 1 run that neither the bundle nor this store has" in told


def test_imported_results_travel_with_a_whole_store_and_are_listed_there(ask, said, tmp_path):
    with_outside(Store(tmp_path / "a"))
    out = tmp_path / "all.zip"
    made = said("bundle", "export", out, "--all", "--store", tmp_path / "a")
    assert "0 arrays, 3 imported results" in made
    there = tmp_path / "b"
    Store(there).outside.put_all([result_of(("zh",), name="set of 1")], NOTE)
    status, error = ask("bundle", "import", out, "--store", there)
    assert (status, f"{PLAIN} contradicts one that is here" in error) == (1, True)
    told = said("bundle", "import", out, "--keep-mine", "--store", there)
    assert "0 runs, 0 sweeps and 2 imported results came into" in told
    assert f"imported result {PLAIN}" in told
    status, again = ask("bundle", "import", out, "--keep-mine", "--store", there)
    assert (len(again["skipped_outside"]), list(again["refused_outside"])) == (2, [PLAIN])
    status, listed = ask("imported", "--experiment", "mine", "--store", there)
    assert status == 0
    assert "set of 2" in json.dumps(listed)


def test_a_story_carries_the_imported_results_that_it_shows(ask, said, tmp_path):
    here = Store(tmp_path / "a")
    with_outside(here)
    (shown,) = (info for info in here.outside.list() if info.spec.experiment == "other")
    mine = [info for info in here.outside.list() if info.spec.experiment == "mine"]
    origin = origin_of(here, [], page="results", outside=mine)
    pin = pin_of(NUMBER).but(origin=origin)
    slide = Slide(pin=here.stories.put_pin(pin, NUMBER, PINNED_UTC))
    here.stories.add_story("monday", Story(title="Monday", slides=(slide,)))
    out = tmp_path / "monday.zip"
    made = said("bundle", "export", out, "--story", "Monday", "--store", here.root)
    assert "1 story, 1 pin, 2 imported results" in made
    said("bundle", "import", out, "--store", tmp_path / "b")
    status, told = ask("imported", "--experiment", "mine", "--store", tmp_path / "b")
    assert (status, told["against"]) == (0, "set of 1 (imported)")
    assert shown.result not in Store(tmp_path / "b").outside.digests()
    shutil.rmtree(here.outside.folder(mine[0].result))
    made = said("bundle", "export", out, "--story", "Monday", "--store", here.root, "--force")
    assert f"imported result {mine[0].result} │ left out: a pin shows it" in made
    told = said("bundle", "import", out, "--store", tmp_path / "c")
    assert "Its pins show 1 imported result that neither the bundle nor this store has" in told
