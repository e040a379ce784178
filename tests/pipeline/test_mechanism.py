"""Closeness against score over runs: which cells there are, what they hold, what is missing."""

import itertools

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.analysis.mechanism import association
from mslt_core.pipeline.closeness import closeness
from mslt_core.pipeline.outcomes import scores_of
from mslt_core.pipeline.places import EXAMPLE
from mslt_core.spec.errors import NotComputedError, SpecError
from mslt_core.spec.mechanism import Measured, MechanismSpec, Unknown
from mslt_core.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", example=EXAMPLE)


@pytest.fixture
def groups(store):
    """SSLT of all seven sources and MSLT of their pairs, three seeds each."""
    return [group for group in pipeline.run_groups(store) if len(group.source_langs) < 3]


def score(store, info, lang):
    return scores_of(store, info)[lang].accuracy


def as_scores(store, *, shift=0.0):
    """A language mingles as much as the run scores on it, and more in larger sets."""

    def arrays_of(info):
        langs, k = info.spec.target_langs, len(info.spec.source_langs)
        return np.array([score(store, info, lang) + shift * k for lang in langs])

    return arrays_of


def test_what_goes_along_exactly_is_found(store, groups, planted_geometry):
    langs = groups[0].runs[0].spec.target_langs
    asked = planted_geometry(store, groups, as_scores(store, shift=3.0), base=np.ones(len(langs)))
    english = next(group for group in groups if group.source_langs == ("en",))
    found = pipeline.mechanism(store, groups, asked, reference=english)
    for one in (found.adjusted, found.within_sets, found.between):
        assert one.slope == pytest.approx(1.0)
        assert one.correlation == pytest.approx(1.0, abs=1e-6)
    assert found.unadjusted.slope < 0.1  # the sizes' shift swamps it
    assert found.p_languages <= 2 / 5040
    assert (found.metric, found.reference, found.sizes) == ("accuracy", "SSLT(en)", (1, 2))
    assert (found.adjusted.n_sets, found.adjusted.n_targets) == (28, 17)


def test_cells_are_means_over_seeds_against_base_and_reference(store, groups, planted_geometry):
    langs = groups[0].runs[0].spec.target_langs
    asked = planted_geometry(store, groups, as_scores(store), base=np.full(len(langs), 0.25))
    found = pipeline.mechanism(store, groups, asked, reference=groups[0])
    cells = found.cells
    place = next(
        i
        for i, (s, t) in enumerate(zip(cells.set_of, cells.targets, strict=True))
        if cells.sets[s] == ("de", "en") and t == "sw"
    )
    group = next(group for group in groups if group.source_langs == ("de", "en"))
    mean = np.mean([score(store, info, "sw") for info in group.runs])
    reference = np.mean([score(store, info, "sw") for info in groups[0].runs])
    assert cells.closer[place] == pytest.approx(mean - 0.25)
    assert cells.better[place] == pytest.approx(mean - reference)
    assert cells.n_seeds[place] == 3
    assert found.base_change == pytest.approx(cells.closer.mean())
    other = pipeline.mechanism(store, groups, asked, reference=groups[3])
    assert other.adjusted.slope == pytest.approx(found.adjusted.slope)  # taken off with the target


def test_targets_apart(store, groups, planted_geometry):
    asked = planted_geometry(store, groups, as_scores(store))
    pool = {lang for group in groups for lang in group.source_langs}
    of = {
        which: pipeline.mechanism(store, groups, asked.but(which=which)).cells
        for which in ("shared", "unseen", "seen")
    }
    assert not pool & set(of["shared"].targets)
    for which, inside in (("unseen", False), ("seen", True)):
        cells = of[which]
        for place, target in zip(cells.set_of, cells.targets, strict=True):
            assert (target in cells.sets[place]) is inside
    # 24 targets in all; a single has one source among them, a pair two
    assert len(of["unseen"].targets) == 7 * 23 + 21 * 22
    assert len(of["seen"].targets) == 7 + 21 * 2
    unseen = pipeline.mechanism(store, groups, asked.but(which="unseen"))
    assert isinstance(unseen.between, Unknown)
    assert isinstance(unseen.p_languages, Unknown)


def test_only_measured_runs_are_in_it(store, groups, planted_geometry):
    some = [*groups[:7], *groups[7:10]]
    asked = planted_geometry(store, some, as_scores(store))
    there = pipeline.geometry(store, groups, asked)
    with_weights = [info.run for group in groups[10:] for info in group.runs if info.has_weights]
    assert there == Measured(
        measured=tuple(info.run for group in some for info in group.runs),
        with_weights=tuple(with_weights),
        lost=there.lost,
    )
    assert there.n_runs == 84
    again = pipeline.one_a_set(groups, there)
    assert again == tuple(
        group.runs[0].run for group in groups[10:] if not group.runs[0].has_weights
    )
    found = pipeline.mechanism(store, groups, asked)
    assert len(found.cells.sets) == 10
    # the seven singles are all there, three of 21 pairs are not
    singles = pipeline.mechanism(store, groups[:7], asked)
    assert found.p_languages == singles.p_languages
    few = pipeline.mechanism(store, groups[1:10], asked)  # a single is missing too
    assert "all sets of a size" in few.p_languages.reason
    assert found.base_change is None  # no base was measured


def test_the_estimate_is_that_of_the_cells(store, groups, planted_geometry):
    rng = np.random.default_rng(0)
    asked = planted_geometry(store, groups[:9], lambda _: rng.random(24))
    found = pipeline.mechanism(store, groups, asked)
    cells = found.cells
    targets = np.unique(cells.targets, return_inverse=True)[1]
    sizes = np.array([len(cells.sets[place]) for place in cells.set_of])
    expected = association(cells.closer, cells.better, cells.set_of, targets, sizes=sizes)
    assert found.adjusted == expected
    assert cells.closer_within @ cells.better_within == pytest.approx(
        expected.slope * (cells.closer_within @ cells.closer_within)
    )


def test_closeness_to_others_and_to_sources():
    asked = MechanismSpec(corpus="x", langs=("de", "en", "es", "fi"))
    matrix = np.arange(16.0).reshape(4, 4)
    # of fi (last) to the three others: rows 12 13 14, columns 3 7 11: means 13 and 7
    assert closeness(matrix, asked, "fi", ("de", "es")) == 10.0
    towards = asked.but(partners="sources")
    # to de and es: rows 12 14, columns 3 11: means 13 and 7
    assert closeness(matrix, towards, "fi", ("de", "es")) == 10.0
    assert closeness(matrix, towards, "fi", ("en",)) == (13 + 7) / 2
    assert closeness(matrix, towards, "de", ("de", "en")) == (1 + 4) / 2  # not to itself
    assert np.isnan(closeness(matrix, towards, "de", ("de",)))
    assert closeness(matrix[0], asked, "es", ("de",)) == 2.0


def test_says_what_is_missing(store, groups, planted_geometry):
    asked = planted_geometry(store, groups[:2], as_scores(store))
    found = pipeline.mechanism(store, groups, asked)
    assert found.adjusted.reason == "2 sets of 1 size are too few: at least 5 are needed"
    cka = asked.but(measure="linear_cka", partners="sources")
    with pytest.raises(NotComputedError, match="the base is not measured"):
        pipeline.mechanism(store, groups, cka)
    with pytest.raises(NotComputedError, match="no measured run has such a target"):
        pipeline.mechanism(store, groups, cka.but(partners="others"))
    with pytest.raises(SpecError, match="among all others, not towards its sources"):
        asked.but(partners="sources")


def test_a_run_that_is_scored_again_is_another_one(store, groups, planted_geometry):
    langs = groups[0].runs[0].spec.target_langs
    asked = planted_geometry(store, groups[:1], as_scores(store))
    assert len(pipeline.geometry(store, groups, asked).measured) == 3
    elsewhere = asked.but(langs=tuple(itertools.islice(langs, 5)))
    assert not pipeline.geometry(store, groups, elsewhere).measured
