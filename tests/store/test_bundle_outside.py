"""Results of other programs that travel: whole, as they were named, and never over others."""

import dataclasses
import json
import os
import re
import shutil

import pytest

from mslt_core.spec.errors import BundleError, StoreError
from mslt_core.spec.stories import OutsideShown, Slide, Story
from mslt_core.store import Store
from mslt_core.store.bundle import Wanted, export_bundle, import_bundle
from tests.store.bundles import (
    NUMBER,
    PINNED_UTC,
    contents,
    filled,
    finished,
    pin_of,
    run_spec,
    sealed_anew,
    tell,
    zipped,
)
from tests.store.hostile_outside import CASES, PLAIN, SCORES, result_of, shas, with_outside
from tests.store.hostile_outside import NOTE as HERE
from tests.store.test_bundle_hostile import refused_without_a_trace

ALL = Wanted(everything=True)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Nothing here is about power cuts."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def full(tmp_path):
    store = Store(tmp_path / "source")
    with_outside(store)
    return store


@pytest.fixture
def there(tmp_path):
    return Store(tmp_path / "there")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    with_outside(filled(folder / "source"))
    path = folder / "good.zip"
    export_bundle(Store(folder / "source"), path, ALL)
    shutil.rmtree(folder / "source")
    return path


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("victim") / "store")
    finished(store, run_spec())
    return store


def test_a_whole_store_carries_them(full, there, tmp_path):
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    assert (made.manifest.version, len(made.manifest.outside), made.left_out) == (3, 3, {})
    found = import_bundle(there, made.path)
    assert (found.outside.new, found.outside.known) == (made.manifest.outside, ())
    mine, theirs = full.outside.list(), there.outside.list()
    assert [(i.spec, i.targets) for i in theirs] == [(i.spec, i.targets) for i in mine]
    for name, array in full.outside.outcomes(PLAIN, "sw").items():
        assert there.outside.outcomes(PLAIN, "sw")[name].tolist() == array.tolist()
    log = json.loads((there.root / "imports" / f"{made.sha256[:16]}.json").read_text())
    assert log["outside"] == list(made.manifest.outside)


def test_they_are_marked_by_the_bundle_and_not_by_what_a_colleague_called_a_file(
    full, there, tmp_path
):
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    assert not [name for name in contents(made.path) if "imported" in name]
    import_bundle(there, made.path)
    assert {i.imported.sha256 for i in there.outside.list()} == {made.sha256}
    assert {i.imported.source for i in there.outside.list()} == {"bundle"}


def test_what_is_here_stays_and_a_trial_takes_nothing(full, there, tmp_path):
    there.outside.put_all([result_of()], HERE)
    before = shas(there)
    path = export_bundle(full, tmp_path / "all.zip", ALL).path
    dry = import_bundle(there, path, dry_run=True).outside
    assert (dry.known, len(dry.new), shas(there)) == ((PLAIN,), 2, before)
    assert import_bundle(there, path).outside == dry
    assert before.items() <= shas(there).items()
    again = import_bundle(there, path).outside
    assert (again.new, len(again.known), again.refused) == ((), 3, {})


@pytest.mark.parametrize(
    ("mine", "why"),
    [
        ({"targets": {"sw": SCORES}, "outcomes": {}}, "with other scores"),
        ({"sources": ("zh",), "seed": 5, "name": "set of 1"}, "source languages zh and en"),
    ],
)
def test_one_that_contradicts_one_here_is_refused_or_left_out(full, there, tmp_path, mine, why):
    there.outside.put_all([result_of(**mine)], HERE)
    before = shas(there)
    path = export_bundle(full, tmp_path / "all.zip", ALL).path
    with pytest.raises(StoreError, match=rf"{PLAIN} contradicts one that is here: .*{why}"):
        import_bundle(there, path)
    assert shas(there) == before
    found = import_bundle(there, path, keep_mine=True).outside
    assert list(found.refused) == [PLAIN]
    assert len(found.new) == 2
    assert before.items() <= shas(there).items()


def test_two_sets_of_one_name_from_before_keep_no_others_out(full, there, tmp_path):
    old = [result_of((lang,), seed=n, name="old") for n, lang in enumerate(("zh", "fr"))]
    there.outside.put_all(old, HERE)
    path = export_bundle(full, tmp_path / "all.zip", ALL).path
    assert len(import_bundle(there, path).outside.new) == 3


def test_a_damaged_one_is_left_out_and_said(full, there, tmp_path):
    (full.outside.folder(PLAIN) / "outcomes" / "sw.safetensors").unlink()
    made = export_bundle(full, tmp_path / "all.zip", ALL)
    assert list(made.left_out) == [f"imported result {PLAIN}"]
    assert len(import_bundle(there, made.path).outside.new) == 2


def test_a_link_to_a_file_of_ones_own_gives_nothing_away(full, tmp_path):
    secret = tmp_path / "secret.json"
    scores = full.outside.folder(PLAIN) / "scores.json"
    scores.rename(secret)
    scores.symlink_to(secret)
    with pytest.raises(BundleError, match="is a link"):
        export_bundle(full, tmp_path / "all.zip", ALL)
    assert not (tmp_path / "all.zip").exists()


def test_only_what_needs_it_has_the_new_format(tmp_path):
    store = Store(tmp_path / "source")
    tell(store)
    made = export_bundle(store, tmp_path / "x.zip", ALL)
    assert made.manifest.version == 2
    assert "outside" not in json.loads(contents(made.path)["manifest.json"])


# --- with a story


def shows(store, *infos, **told):
    """A story of one number that shows these imported results."""
    outside = tuple(
        OutsideShown(
            result=i.result, source="file 'x.csv'", sha256="0" * 64, imported_utc=PINNED_UTC,
            **{n: getattr(i.spec, n) for n in ("experiment", "task", "name", "seed")} | told,
        )
        for i in infos
    )  # fmt: skip
    pin = pin_of(NUMBER)
    digest = store.stories.put_pin(
        pin.but(origin=pin.origin.but(outside=outside)), NUMBER, PINNED_UTC
    )
    store.stories.add_story("monday", Story(title="Monday", slides=(Slide(pin=digest),)))
    return Wanted(stories=("monday",))


def test_a_story_takes_the_imported_results_along_that_it_shows(full, there, tmp_path):
    mine, _, other = full.outside.list()
    made = export_bundle(full, tmp_path / "x.zip", shows(full, mine, other))
    assert set(made.manifest.outside) == {mine.result, other.result}
    assert (made.manifest.version, made.left_out) == (3, {})
    found = import_bundle(there, made.path).outside
    assert (set(found.new), found.missing) == ({mine.result, other.result}, ())
    assert {i.spec for i in there.outside.list()} == {mine.spec, other.spec}


def test_those_that_are_gone_are_said_on_both_sides(full, there, tmp_path):
    mine, _, other = full.outside.list()
    wanted = shows(full, mine, other)
    shutil.rmtree(full.outside.folder(mine.result))
    made = export_bundle(full, tmp_path / "x.zip", wanted)
    assert made.manifest.outside == (other.result,)
    assert made.left_out == {
        f"imported result {mine.result}": "a pin shows it, and it is not here any more"
    }
    assert import_bundle(there, made.path).outside.missing == (mine.result,)
    whole = export_bundle(full, tmp_path / "all.zip", ALL)
    assert list(whole.left_out) == list(made.left_out)
    assert len(whole.manifest.outside) == 2


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"name": "SSLT(zh)"}, "another name than its imported result"),
        ({"seed": 7}, "another seed than its imported result"),
        ({"experiment": "yours"}, "another experiment than"),
    ],
)
def test_a_pin_tells_the_truth_of_imported_results_that_came(full, there, tmp_path, told, why):
    mine, *_ = full.outside.list()
    made = export_bundle(full, tmp_path / "x.zip", shows(full, mine, **told))
    with pytest.raises(BundleError, match=why):
        import_bundle(there, made.path)
    assert not there.outside.digests()


def test_a_pin_names_no_place_outside_of_the_store(full, tmp_path):
    mine, *_ = full.outside.list()
    wanted = shows(full, dataclasses.replace(mine, result="../../runs"))
    with pytest.raises(BundleError, match="name of no imported result"):
        export_bundle(full, tmp_path / "x.zip", wanted)


# --- by people who mean harm


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_one_is_refused_for_what_it_is(name, bundle, victim, tmp_path):
    hostile, told = CASES[name]
    path = hostile(contents(bundle), tmp_path / "x.zip")
    assert re.search(told, refused_without_a_trace(path, victim, tmp_path), re.DOTALL)


def test_the_cases_fail_for_their_own_reasons_alone(bundle, victim, tmp_path):
    path = zipped(tmp_path / "same.zip", sealed_anew(contents(bundle)))
    assert len(import_bundle(victim, path, dry_run=True).outside.new) == 3
    assert len(CASES) >= 30
