"""States to resume from: at their marks, and at no more than a tenth of the run's time."""

import types

import pytest

from mslt_core.models import saving
from mslt_core.models.saving import Saving
from mslt_core.models.team import ALONE

LAST = 12


def fails_to_write(states):
    with states.writing():
        raise OSError("full")


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on when its `now_s` is set."""
    made = types.SimpleNamespace(now_s=1_000.0)
    monkeypatch.setattr(saving.time, "monotonic", lambda: made.now_s)
    return made


def due(states, steps=range(1, LAST + 1)):
    return [step for step in steps if states.is_due(step, LAST)]


def test_marks_are_every_so_many_steps_and_the_last():
    assert due(Saving(5, sparing=False)) == [5, 10, 12]


@pytest.mark.parametrize("every", [None, 0])
def test_no_marks_at_all(every):
    assert due(Saving(every, sparing=True)) == []
    assert due(Saving(every, sparing=False)) == []


def test_a_first_state_waits_for_ten_times_what_its_size_takes(clock):
    states = Saving(1, sparing=True)
    states.begin()
    states.expect(3_300_000_000)  # 11 s at 300 MB/s
    clock.now_s += 109
    assert not states.is_due(1, LAST)
    clock.now_s += 2
    assert states.is_due(2, LAST)


def test_the_next_one_goes_by_what_the_last_one_took(clock):
    states = Saving(1, sparing=True)
    states.begin()
    with states.writing():
        clock.now_s += 4
    clock.now_s += 39
    assert not states.is_due(1, LAST)
    assert not states.is_due(LAST, LAST), "the last step is a mark like the others"
    clock.now_s += 1
    assert states.is_due(2, LAST)


def test_who_asks_for_marks_gets_them_all(clock):
    states = Saving(5, sparing=False)
    states.begin()
    states.expect(10**15)
    assert due(states) == [5, 10, 12]


def test_a_state_that_could_not_be_written_tells_nothing(clock):
    states = Saving(1, sparing=True)
    states.begin()
    states.expect(300_000_000)
    clock.now_s += 100
    with pytest.raises(OSError, match="full"):
        fails_to_write(states)
    assert states.is_due(1, LAST)


@pytest.mark.parametrize("first_says", [True, False])
def test_all_processes_do_what_the_first_one_says(clock, monkeypatch, first_says):
    asked = []
    monkeypatch.setattr(ALONE, "agreed", lambda own: asked.append(own) or first_says)
    states = Saving(5, sparing=True)
    states.begin()
    states.expect(0 if not first_says else 10**15)  # this process would say otherwise
    assert due(states) == ([5, 10, 12] if first_says else [])
    assert asked == [not first_says] * 3, "at the marks alone"
