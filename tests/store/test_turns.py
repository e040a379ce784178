"""First come, first served; the dead are passed over."""

import subprocess
import sys

import pytest

from mslt_core.store.turns import Turns

A, B, C = "a" * 16, "b" * 16, "c" * 16


@pytest.fixture
def dead():
    return set()


@pytest.fixture
def turns(tmp_path, dead):
    return Turns(tmp_path / "turns", lambda _, digest: digest not in dead)


def places(turns):
    return [turns.ahead("runs", digest) for digest in (A, B, C)]


def test_oldest_first(turns):
    for digest in (B, A, C):
        turns.enter("runs", digest)
    assert places(turns) == [1, 0, 2]
    turns.leave("runs", B)
    assert places(turns)[0] == 0
    assert places(turns)[2] == 1


def test_entering_twice_keeps_the_place_and_leaving_gives_it_up(turns):
    for digest in (A, B, A):
        turns.enter("runs", digest)
    assert turns.ahead("runs", B) == 1
    turns.leave("runs", A)
    turns.enter("runs", A)
    assert turns.ahead("runs", A) == 1


def test_the_dead_block_nobody(turns, dead):
    for digest in (A, B, C):
        turns.enter("runs", digest)
    dead.update({A, B})
    assert turns.ahead("runs", C) == 0


def test_runs_and_jobs_wait_for_each_other(turns):
    turns.enter("jobs", A)
    turns.enter("runs", A)
    assert turns.ahead("runs", A) == 1
    assert turns.ahead("jobs", A) == 0


def test_numbers_go_on_past_the_width_of_their_names(turns, tmp_path):
    (tmp_path / "turns").mkdir()
    (tmp_path / "turns" / f"{99_999_998:08d}-runs-{A}").touch()
    turns.enter("runs", B)
    turns.enter("runs", C)
    assert places(turns) == [0, 1, 2]


# --- slots


@pytest.fixture
def slot(turns):
    """``slot(A)``: the slot that this work gets of two, after it has entered."""

    def of(digest, n_slots=2, **how):
        turns.enter("runs", digest)
        return turns.slot("runs", digest, n_slots, **how)

    return of


def test_who_works_has_a_slot_that_nobody_else_has(turns, slot):
    assert [slot(digest) for digest in (A, B, C)] == [0, 1, None]
    turns.leave("runs", A)
    assert slot(C) == 0, "the one that is free now, not the one that its place in the queue tells"
    assert slot(A) is None


def test_the_dead_hold_no_slot(slot, dead):
    assert [slot(digest) for digest in (A, B, C)] == [0, 1, None]
    dead.add(B)
    assert slot(C) == 1


def test_asking_again_takes_no_second_slot(slot):
    assert (slot(A), slot(A), slot(B)) == (0, 0, 1)


def test_who_can_use_one_slot_alone_waits_for_it(turns, slot):
    assert slot(A, only=1) == 1
    assert slot(B, only=1) is None
    assert slot(B) == 0
    turns.leave("runs", A)
    assert slot(C, only=1) == 1
    turns.leave("runs", C)
    assert slot(A, 1, only=1) is None, "for one that sees a single slot there is somebody ahead"
    turns.leave("runs", B)
    assert slot(A, 1, only=1) == 1, "as many slots as there were when it got its own"


def test_nobody_who_waits_overtakes(turns, slot):
    turns.enter("runs", A)
    turns.enter("runs", B)
    assert slot(C) is None
    assert (slot(B), slot(C), slot(A)) == (0, None, 1)


def test_a_slot_is_given_once_however_many_ask(tmp_path):
    """Processes that ask at the same moment."""
    ask = (
        "import sys; from pathlib import Path; from mslt_core.store.turns import Turns; "
        "t = Turns(Path(sys.argv[1]), lambda *_: True); "
        "t.enter('runs', sys.argv[2]); print(t.slot('runs', sys.argv[2], 8))"
    )
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ask, str(tmp_path / "turns"), f"{n:016x}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    assert sorted(process.communicate()[0].strip() for process in asking) == list("01234567")
