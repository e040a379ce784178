"""Stories that travel: with their pins and the runs that these rest on, and beside those here."""

import json
import os
import shutil

import pytest

from mslt_core.spec.errors import BundleError, StoreError
from mslt_core.spec.stories import Slide, Story
from mslt_core.store import Store
from mslt_core.store.bundle import Wanted, export_bundle, import_bundle, layout, story_checks
from mslt_core.store.bundle.layout import checked_manifest
from mslt_core.store.spec_text import spec_to_text
from tests.store.bundles import (
    DRAWN,
    FIGURE,
    GONE,
    NUMBER,
    PINNED_UTC,
    TABLE,
    contents,
    filled,
    finished,
    pin_of,
    run_spec,
    tell,
)

ALL = Wanted(everything=True)
ONE = Wanted(stories=("for-monday",))
RUNS = {run_spec(seed=seed).digest() for seed in (0, 1)}
SHOWN = pin_of(FIGURE, [run_spec(), run_spec(seed=1)]).digest()
LOOSE = pin_of(TABLE, [run_spec()], gone=[GONE]).digest()


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Nothing here is about power cuts."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def full(tmp_path):
    return filled(tmp_path / "source")


@pytest.fixture
def there(tmp_path):
    return Store(tmp_path / "there")


def told(path):
    return json.loads(contents(path)["manifest.json"])


# --- a whole store


def test_a_whole_store_carries_its_stories_and_all_pins(full, there, tmp_path):
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    assert made.manifest.stories == ("for-monday",)
    assert len(made.manifest.pins) == 3
    assert made.manifest.absent == (GONE,)
    found = import_bundle(there, tmp_path / "all.zip").stories
    assert (found.new, found.known) == ({"for-monday": "for-monday"}, {})
    assert found.missing == (GONE,)
    assert there.stories.story("for-monday") == full.stories.story("for-monday")
    for pinned in full.stories.pins():
        theirs = there.stories.pin(pinned.digest)
        assert (theirs.pin, theirs.created_utc) == (pinned.pin, PINNED_UTC)
        assert there.stories.content(pinned.digest) == full.stories.content(pinned.digest)


def test_what_came_is_marked_and_what_was_here_is_not(full, there, tmp_path):
    there.stories.put_pin(pin_of(NUMBER, title="How much?"), NUMBER, PINNED_UTC)
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    import_bundle(there, tmp_path / "all.zip")
    marks = {p.digest: p.imported and p.imported.sha256 for p in there.stories.pins()}
    own = pin_of(NUMBER, title="How much?").digest()
    assert marks == {SHOWN: made.sha256, LOOSE: made.sha256, own: None}
    # who exports it again tells nobody where it came from
    again = export_bundle(there, tmp_path / "again.zip", ALL)
    assert "imported" not in str(contents(again.path)[f"stories/pins/{SHOWN}/pinned.json"])
    log = json.loads((there.root / "imports" / f"{made.sha256[:16]}.json").read_text())
    assert log["stories"] == {"for-monday": "for-monday"}
    assert set(log["pins"]) == {SHOWN, LOOSE}


def test_a_store_without_stories_is_read_by_those_that_know_none(full, tmp_path):
    export_bundle(full, tmp_path / "run.zip", Wanted(runs=tuple(RUNS)))
    manifest = told(tmp_path / "run.zip")
    assert manifest["version"] == 1
    assert not {"stories", "pins", "absent"} & manifest.keys()
    export_bundle(full, tmp_path / "all.zip", ALL)
    assert told(tmp_path / "all.zip")["version"] == 2
    text = contents(tmp_path / "all.zip")["manifest.json"]
    assert checked_manifest(text).text() == text


def test_damaged_ones_are_left_out_of_a_whole_store_and_said(full, there, tmp_path):
    other = full.stories.add_story("other", Story(title="Other", slides=(Slide(pin=LOOSE),)))
    broken = full.stories.new_story("Broken")
    (full.root / "stories" / f"{broken}.json").write_text("{")
    (full.root / "stories" / "pins" / SHOWN / "content.json").write_text("{}")
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    assert made.manifest.stories == (other,)
    assert SHOWN not in made.manifest.pins
    assert set(made.left_out) == {f"pin {SHOWN}", "story for-monday", "story broken"}
    assert "is damaged" in made.left_out["story for-monday"]
    assert list(import_bundle(there, made.path).stories.new) == [other]


# --- one story


def test_a_story_takes_the_runs_along_that_its_pins_rest_on(full, there, tmp_path):
    made = export_bundle(full, tmp_path / "story.zip", ONE)
    assert set(made.manifest.runs) == RUNS  # not the third run
    assert (made.manifest.sweeps, made.manifest.absent) == ((), ())
    assert LOOSE not in made.manifest.pins
    found = import_bundle(there, made.path)
    assert set(found.runs) == RUNS
    assert there.stories.story("for-monday").slides[0].heading == "It does"
    for run in RUNS:
        assert there.runs.outcome(run)["scores"] == full.runs.outcome(run)["scores"]


def test_arrays_and_weights_come_with_a_story_if_asked_for(full, tmp_path):
    made = export_bundle(full, tmp_path / "x.zip", ONE, weights=True, arrays=True)
    assert len(made.manifest.arrays) == 2
    assert any("/model/" in member.name for member in made.manifest.members)


def test_runs_that_are_gone_or_shipped_stay_at_home(full, there, tmp_path):
    shutil.rmtree(full.runs.folder(run_spec(seed=1).digest()))
    shipped = Store(tmp_path / "shipped")
    finished(shipped, run_spec(seed=1))
    mine = Store(full.root, example=shipped.root)
    made = export_bundle(mine, tmp_path / "story.zip", ONE)
    assert set(made.manifest.runs) == {run_spec().digest()}
    assert made.manifest.absent == (run_spec(seed=1).digest(),)
    assert import_bundle(there, made.path).stories.missing == made.manifest.absent
    shipped_too = Store(tmp_path / "other", example=shipped.root)
    assert import_bundle(shipped_too, made.path).stories.missing == ()


def test_a_run_that_is_not_done_is_left_out_of_a_story_and_said(full, tmp_path):
    run = run_spec(seed=1).digest()
    (full.runs.folder(run) / "scores.json").write_text("{")
    made = export_bundle(full, tmp_path / "story.zip", ONE)
    assert made.left_out == {run: "lost"}
    assert made.manifest.absent == (run,)


def test_a_damaged_story_that_was_asked_for_is_an_error(full, tmp_path):
    (full.root / "stories" / "pins" / SHOWN / "content.json").write_text("{}")
    with pytest.raises(BundleError, match=r"story for-monday cannot be exported.*Delete this pin"):
        export_bundle(full, tmp_path / "story.zip", ONE)
    with pytest.raises(BundleError, match="there is no story tuesday"):
        export_bundle(full, tmp_path / "story.zip", Wanted(stories=("tuesday",)))
    assert not (tmp_path / "story.zip").exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": "a\u202eb"}, r"hidden character U\+202E"),
        ({"slides": (Slide(pin=SHOWN), Slide(pin=SHOWN))}, "same pin"),
    ],
)
def test_no_story_is_exported_that_nobody_could_import(full, tmp_path, changes, why):
    story = full.stories.story("for-monday")
    full.stories.change_story("for-monday", lambda _: story.but(**changes))
    with pytest.raises(BundleError, match=why):
        export_bundle(full, tmp_path / "story.zip", ONE)


def test_a_pin_larger_than_importers_take_stays_at_home(full, tmp_path):
    large = pin_of(NUMBER, title="Large")
    large = large.but(origin=large.origin.but(sets=("y" * 20_000,) * 210))
    large_id = full.stories.put_pin(large, NUMBER, PINNED_UTC)
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    assert "more than the 4,000,000" in made.left_out[f"pin {large_id}"]
    full.stories.add_story("large", Story(title="Large", slides=(Slide(pin=large_id),)))
    with pytest.raises(BundleError, match=r"story large cannot be exported: its pin\.json has"):
        export_bundle(full, tmp_path / "x.zip", Wanted(stories=("large",)))


@pytest.mark.parametrize("most", ["MAX_PINS", "MAX_STORIES", "MAX_PIN_BYTES"])
def test_no_bundle_is_exported_that_is_more_than_importers_take(full, tmp_path, monkeypatch, most):
    monkeypatch.setattr(layout, most, 0)
    with pytest.raises(BundleError, match=r"nobody could open this bundle.*Export less at once"):
        export_bundle(full, tmp_path / "x.zip", ALL)
    assert not list(tmp_path.glob("*.zip"))


def test_the_longest_story_that_may_be_told_may_travel():
    slides = tuple(Slide(pin=f"{n:016x}", heading="👩" * 200, note="ไ" * 2000) for n in range(500))
    longest = Story(title="ไ" * 200, slides=slides)
    size = len(spec_to_text(longest).encode())
    layout.require_size("story", "stories/longest.json", size)


def test_words_of_any_script_travel(full, there, tmp_path):
    title = "می‌خواهم 👩‍👩‍👧 \u2067עברית\u2069 ไทย"
    full.stories.change_story("for-monday", lambda _: Story(title=title))
    export_bundle(full, tmp_path / "x.zip", ONE)
    import_bundle(there, tmp_path / "x.zip")
    assert there.stories.story("for-monday").title == title


# --- what is here already


def test_a_story_of_the_same_name_is_kept_apart_and_yours_untouched(full, there, tmp_path):
    mine = Story(title="For Monday", slides=())
    there.stories.add_story("for-monday", mine)
    export_bundle(full, tmp_path / "x.zip", ONE)
    dry = import_bundle(there, tmp_path / "x.zip", dry_run=True).stories
    assert dry.new == {"for-monday": "for-monday-2"}
    assert there.stories.story_ids() == ("for-monday",)
    assert import_bundle(there, tmp_path / "x.zip").stories.new == dry.new
    assert there.stories.story("for-monday") == mine
    assert there.stories.story("for-monday-2") == full.stories.story("for-monday")
    # the same bundle again brings no third one
    again = import_bundle(there, tmp_path / "x.zip").stories
    assert (again.new, again.known) == ({}, {"for-monday": "for-monday-2"})
    assert again.pins == ()


def test_a_pin_that_is_here_stays_as_it_is_unless_it_is_damaged(full, there, tmp_path):
    pin = pin_of(FIGURE, [run_spec(), run_spec(seed=1)])
    there.stories.put_pin(pin, FIGURE, "2025-01-01T10:00:00.000+00:00")
    export_bundle(full, tmp_path / "x.zip", ONE)
    assert SHOWN not in import_bundle(there, tmp_path / "x.zip").stories.pins
    assert there.stories.pin(SHOWN).created_utc == "2025-01-01T10:00:00.000+00:00"
    (there.root / "stories" / "pins" / SHOWN / "content.json").write_text("{")
    assert import_bundle(there, tmp_path / "x.zip").stories.pins == (SHOWN,)
    assert there.stories.content(SHOWN) == FIGURE


def test_two_stories_of_a_bundle_never_share_a_new_name(full, there, tmp_path):
    story = full.stories.story("for-monday")
    full.stories.add_story("for-monday-2", story.but(title="Another"))
    there.stories.add_story("for-monday", Story(title="Mine"))
    export_bundle(full, tmp_path / "x.zip", ALL)
    dry = import_bundle(there, tmp_path / "x.zip", dry_run=True).stories.new
    new = import_bundle(there, tmp_path / "x.zip").stories.new
    assert len(set(new.values())) == 2
    assert dry == new
    titles = {there.stories.story(mine).title for mine in new.values()}
    assert titles == {"For Monday", "Another"}


def test_a_conflict_of_runs_brings_no_story(full, there, tmp_path):
    finished(there, run_spec(), n_correct=(0, 0))
    export_bundle(full, tmp_path / "x.zip", ONE)
    with pytest.raises(StoreError, match="Nothing was imported"):
        import_bundle(there, tmp_path / "x.zip")
    assert there.stories.story_ids() == ()
    assert import_bundle(there, tmp_path / "x.zip", keep_mine=True).stories.new


def test_a_story_is_not_here_before_its_pins(full, there, tmp_path, monkeypatch):
    export_bundle(full, tmp_path / "x.zip", ONE)
    monkeypatch.setattr("mslt_core.store.stories.write_json", disk_full)
    with pytest.raises(StoreError, match="Disk full"):
        import_bundle(there, tmp_path / "x.zip")
    assert there.stories.story_ids() == ()
    assert there.stories.pin_digests() == ()
    monkeypatch.undo()
    assert len(import_bundle(there, tmp_path / "x.zip").stories.pins) == 2


def disk_full(*_args, **_more):
    raise StoreError("Disk full")


def test_a_pin_must_tell_the_truth_of_the_runs_that_came():
    pin = pin_of(FIGURE, [run_spec()])
    runs = {run_spec().digest(): run_spec()}
    story_checks._require_its_runs(pin, runs)
    wrong = pin.but(origin=pin.origin.but(data="e" * 16))
    with pytest.raises(BundleError, match="another data"):
        story_checks._require_its_runs(wrong, runs)


def test_a_story_alone_needs_no_run(tmp_path, there):
    store = Store(tmp_path / "a")
    tell(store)
    made = export_bundle(store, tmp_path / "x.zip", ONE)
    assert made.manifest.runs == ()
    assert set(made.manifest.absent) == RUNS
    import_bundle(there, made.path)
    assert there.stories.content(SHOWN).light == DRAWN
