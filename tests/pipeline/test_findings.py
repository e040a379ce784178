"""What is known so far: changes of the space step by step, and what is missing first."""

import dataclasses

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.analysis.jackknife import jackknifed
from mslt_core.pipeline import (
    Measures,
    group_key,
    next_step,
    open_store,
    run_groups,
    space_change,
    swept,
    zero_shot,
)
from mslt_core.spec.results import CheckpointRef

BLOCKS = np.arange(60) % 12


def number(value):
    """Every sentence adds as much: the same without any block."""
    return jackknifed(lambda kept: value + 0 * kept.mean(), BLOCKS)


def pairs(value):
    return jackknifed(lambda kept: np.full((2, 2), value) + 0 * kept.mean(), BLOCKS)


def measured(ranks):
    """Base, SSLT(en), MSLT(de, en): mingling 0.1, 0.2, 0.4; CKA 0.3, 0.5, 0.4."""
    names = ("Base", "SSLT(en)", "MSLT(de, en)")
    refs = tuple(
        CheckpointRef(
            key=n, name=n, kind="base", seen_langs=(), path="", fingerprint="0" * 16, n_layers=4
        )
        for n in names
    )
    found = tuple(
        (
            {
                "linear_cka": pairs(cka),
                "retrieval_p1": pairs(0.5),
                "mingling": number(mixed),
                "effective_rank": number(rank),
            },
        )
        for cka, mixed, rank in zip((0.3, 0.5, 0.4), (0.1, 0.2, 0.4), ranks, strict=True)
    )
    return Measures(
        checkpoints=refs, layers=((4,),) * 3, found=found, langs=("de", "en"), n=60, n_blocks=12
    )


def test_changes_are_from_each_to_the_next_and_from_first_to_last():
    change = space_change(measured((70.0, 60.0, 50.0)))
    assert [point.value for point in change.mingling] == pytest.approx([0.1, 0.2, 0.4])
    assert [s.linear_cka.value for s in change.shifts] == pytest.approx([0.2, -0.1])
    assert [(s.before, s.after) for s in change.shifts] == [
        ("Base", "SSLT(en)"),
        ("SSLT(en)", "MSLT(de, en)"),
    ]
    assert change.overall.mingling.value == pytest.approx(0.3)
    assert not change.collapsed
    assert space_change(measured((70.0, 60.0, 2.0))).collapsed


@pytest.fixture(scope="module")
def groups():
    return run_groups(open_store(pipeline.EXAMPLE))


def few_shot(group):
    spec = group.runs[0].spec.but(shots=10, shot_langs=("th",))
    runs = (dataclasses.replace(group.runs[0], spec=spec),)
    return dataclasses.replace(group, key=group_key(spec), name=spec.name, runs=runs)


def test_what_is_missing_comes_one_after_the_other(groups):
    single = [g for g in groups if g.source_langs == ("en",)]
    several = [g for g in groups if g.source_langs == ("de", "en", "es")]

    def asked(some, compared, *, looked=False, judged=False):
        found = next_step(some, compared, swept(some), looked=looked, judged=judged)
        return found.step, found.sets

    assert asked(several, several) == ("baseline", (("en",),))
    assert asked(single, single) == ("several", (("de", "en", "es"),))
    both = [*single, *several]
    one_run = dataclasses.replace(several[0], runs=several[0].runs[:1])
    assert asked(both, [*single, one_run]) == ("seeds", (("de", "en", "es"),))
    assert asked(both, [few_shot(one_run), one_run]) == ("seeds", (("de", "en", "es"),))
    found = next_step(both, [few_shot(one_run), one_run], (), looked=False, judged=False)
    assert (found.names, found.few_shot) == (("MSLT(de, en, es) + 10 th",), (10, ("th",)))
    assert asked(both, both) == ("look", ())
    assert asked(both, both, looked=True) == ("sweep", ())
    assert asked(groups, both, looked=True) == ("criteria", ())
    assert asked(groups, both, looked=True, judged=True) == ("more", ())


def seeded(group, seeds, state="done"):
    """The group with runs of these seeds."""
    info = group.runs[0]
    runs = [dataclasses.replace(info, spec=info.spec.but(seed=s), state=state) for s in seeds]
    return dataclasses.replace(group, runs=tuple(runs))


@pytest.mark.parametrize(
    ("have", "coming", "names", "n_seeds", "under_way"),
    [
        # all that are compared, and not the baseline with one of them alone
        (((0, 1), (0, 1), (0, 1)), {}, "abc", 1, ""),
        (((0, 1, 2), (0, 1, 2), (0, 1)), {}, "c", 1, ""),
        (((0, 1), (0, 1), (0, 1, 2)), {1: "queued"}, "a", 1, "b"),
        (((0, 1), (0, 1), (0, 1, 2)), {1: "running"}, "a", 1, "b"),
        (((0, 1), (0, 1), (0, 1, 2)), {1: "failed"}, "ab", 1, ""),
        # so many that three are in common: seeds are paired
        (((0, 1), (0,), (0, 1, 2)), {}, "ab", 2, ""),
        (((0, 1), (2,), (0, 1, 2)), {}, "ab", 3, ""),
    ],
)
def test_seeds_are_asked_for_where_none_are_coming(groups, have, coming, names, n_seeds, under_way):
    """`coming` has what is not finished of seed 2, by place."""
    compared = [
        dataclasses.replace(seeded(group, seeds), name=name)
        for group, seeds, name in zip((groups[2], *groups[7:9]), have, "abc", strict=True)
    ]
    runs = [run for i, state in coming.items() for run in seeded(compared[i], (2,), state).runs]
    found = next_step(compared, compared, (), looked=False, judged=False, runs=runs)
    assert (found.step, "".join(found.names), found.n_seeds) == ("seeds", names, n_seeds)
    assert "".join(found.under_way) == under_way


def test_where_all_seeds_are_coming_the_next_step_is_another(groups):
    compared = [seeded(group, (0, 1)) for group in (groups[2], groups[7])]
    runs = [run for group in compared for run in seeded(group, (2,), "running").runs]
    found = next_step(compared, compared, (), looked=False, judged=False, runs=runs)
    assert (found.step, found.under_way) == ("look", tuple(group.name for group in compared))


def test_few_shot_sets_compete_only_among_themselves(groups):
    few = [few_shot(group) for group in groups[:2]]
    assert zero_shot([few[0], *groups[:3], few[1]]) == tuple(groups[:3])
    assert zero_shot(few) == tuple(few)


def test_it_asks_mingling_for_what_is_measured_there(groups):
    """The last layer of the shipped look is stored, so that Overview computes nothing."""
    from mslt_core.spec.specs import MingleSpec

    runs = [g.runs[0].run for g in groups if g.source_langs in {("en",), ("de", "en", "es")}]
    look = MingleSpec(
        checkpoints=("base", *runs), corpus=pipeline.EXAMPLE_CORPUS, langs=pipeline.LOOK_LANGS
    )
    asked = pipeline.change_asked(look, runs)
    found = pipeline.measure(open_store(pipeline.EXAMPLE), asked, compute=False)
    change = space_change(found)
    assert change.mingling[0].value < change.mingling[1].value
    assert (
        change.overall.mingling.low < change.overall.mingling.value < change.overall.mingling.high
    )
