"""First come, first served; the dead are passed over."""

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
