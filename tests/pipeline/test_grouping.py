"""Which experiment is meant where none is named: pages and commands ask the same."""

from types import SimpleNamespace

import pytest

from mslt_core.pipeline import experiments


def group(experiment, *, at, shipped=False):
    run = SimpleNamespace(created_utc=at, read_only=shipped)
    return SimpleNamespace(experiment=experiment, runs=(run,))


SWEEP = [group("sweep", at="2026-01"), group("sweep", at="2026-02")]
EXAMPLE = [group("example", at="2025-01", shipped=True) for _ in range(3)]
ONCE = group("once", at="2026-05")
LATER = [group("later", at="2026-04"), group("later", at="2026-03")]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        # a run that was tried out after the sweep
        ([*SWEEP, ONCE], ["sweep", "once"]),
        ([*EXAMPLE, ONCE, *SWEEP], ["sweep", "once", "example"]),
        # one set of one's own has nothing to be compared with
        ([*EXAMPLE, ONCE], ["example", "once"]),
        ([*SWEEP, ONCE, *LATER], ["later", "once", "sweep"]),
        ([*SWEEP, *LATER, group("sweep", at="2025-12")], ["sweep", "later"]),
        ([], []),
    ],
)
def test_the_users_own_with_most_sets_is_meant_then_the_newest(groups, expected):
    assert experiments(groups) == expected
    assert experiments(groups[::-1]) == expected
