"""States to resume from: at their marks, and at no more than about a tenth of the run's time."""

import types

import pytest

from mslt_core.models import saving
from mslt_core.models.saving import Saving
from mslt_core.models.team import ALONE

GB = 10**9


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on when its `now_s` is set."""
    made = types.SimpleNamespace(now_s=1_000.0)
    monkeypatch.setattr(saving.time, "monotonic", lambda: made.now_s)
    return made


@pytest.fixture
def states(clock):
    """Of 3 GB each: 10 s at 300 MB/s."""
    made = Saving(100, sparing=True)
    made.begin()
    made.expect(3 * GB)
    return made


def write(states, clock, took_s, error=None):
    with states.writing():
        clock.now_s += took_s
        if error:
            raise error


def waits_s(states, clock):
    """How long it is until one is due, to the second."""
    began_s = clock.now_s
    while not states.is_due():
        clock.now_s += 1
    return clock.now_s - began_s


@pytest.mark.parametrize(("every", "marks"), [(5, [5, 10, 12]), (6, [6, 12]), (None, []), (0, [])])
def test_marks_are_every_so_many_steps_and_the_last(every, marks):
    states = Saving(every, sparing=False)
    assert [step for step in range(1, 13) if states.is_mark(step, 12)] == marks


def test_a_first_state_waits_for_ten_times_what_its_size_takes(states, clock):
    assert waits_s(states, clock) == 100


def test_the_next_one_goes_by_what_the_last_one_took(states, clock):
    write(states, clock, 4)
    assert waits_s(states, clock) == 40
    write(states, clock, 3)
    assert waits_s(states, clock) == 30


def test_a_slow_disk_gets_fewer(states, clock):
    write(states, clock, 50)
    assert waits_s(states, clock) == 500


def test_a_write_that_stood_still_does_not_put_off_the_next_for_as_long(states, clock):
    write(states, clock, 12)
    write(states, clock, 900)
    assert waits_s(states, clock) == 120


def test_nor_does_the_first_one(states, clock):
    write(states, clock, 36_000)
    assert waits_s(states, clock) == 1_000  # ten times ten times 10 s


def test_who_asks_for_marks_gets_them_all(clock):
    states = Saving(5, sparing=False)
    states.begin()
    states.expect(1_000 * GB)
    assert states.is_due()


def test_a_state_that_could_not_be_written_tells_nothing(states, clock):
    clock.now_s += 99
    with pytest.raises(OSError, match="full"):
        write(states, clock, 1, OSError("full"))
    assert states.is_due()


@pytest.mark.parametrize("first_says", [True, False])
def test_all_processes_do_what_the_first_one_says(states, clock, monkeypatch, first_says):
    asked = []
    monkeypatch.setattr(ALONE, "agreed", lambda own: asked.append(own) or first_says)
    clock.now_s += 0 if first_says else 1_000  # this process would say otherwise
    assert states.is_due() is first_says
    assert asked == [not first_says]
