"""First come, first served; the dead are passed over."""

import subprocess
import sys

import pytest

from mslt_core.store.turns import Machine, Turns

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


# --- GPUs


TWO = Machine(n_works=2, gpus=("0", "1"))


@pytest.fixture
def turn(turns):
    """``turn(A)``: the GPUs that this work gets, of two, after it has entered."""

    def of(digest, machine=TWO, **how):
        turns.enter("runs", digest)
        found = turns.turn("runs", digest, machine, **how)
        return None if found is None else ",".join(found)

    return of


def test_who_works_has_the_gpu_that_is_free(turns, turn):
    assert [turn(digest) for digest in (A, B, C)] == ["0", "1", None]
    turns.leave("runs", A)
    assert turn(C) == "0", "not the one that its place in the queue tells"
    assert turn(A) is None


def test_the_dead_hold_no_gpu(turn, dead):
    assert [turn(digest) for digest in (A, B, C)] == ["0", "1", None]
    dead.add(B)
    assert turn(C) == "1"


def test_asking_again_takes_no_second_gpu(turn):
    assert (turn(A), turn(A), turn(B)) == ("0", "0", "1")


def test_without_a_gpu_the_number_decides(turns, turn):
    two = Machine(n_works=2)
    assert [turn(digest, two) for digest in (A, B, C)] == ["", "", None]
    turns.leave("runs", A)
    assert turn(C, two) == ""


def test_nobody_who_waits_overtakes(turns, turn):
    turns.enter("runs", A)
    turns.enter("runs", B)
    assert turn(C) is None
    assert (turn(B), turn(C), turn(A)) == ("0", None, "1")


def test_who_waits_for_its_own_gpu_keeps_nobody_from_another(turns, turn):
    assert (turn(A), turn(B)) == ("0", "1")
    turns.leave("runs", B)
    assert turn(C, only=["0"]) is None, "as a worker that has always had it"
    assert turn(B) == "1"
    turns.leave("runs", A)
    assert turn(A) is None, "C may go now, and was there before"
    assert turn(C, only=["0"]) == "0"


def test_what_somebody_waits_for_is_left_to_it(turns, turn):
    assert (turn(A), turn(B)) == ("0", "1")
    assert turn(C, only=["0"]) is None
    turns.leave("runs", A)
    turns.leave("runs", B)
    assert turn(A) == "1"
    assert turn(C, only=["0"]) == "0"


def test_several_on_a_gpu_are_spread_evenly(turns, turn):
    four = Machine(n_works=4, gpus=("0", "1"))
    digests = [letter * 16 for letter in "abcde"]
    assert [turn(digest, four) for digest in digests] == ["0", "1", "0", "1", None]
    turns.leave("runs", digests[0])
    turns.leave("runs", digests[2])
    assert turn(digests[4], four) == "0", "nobody is there now, and one on the other"


def test_a_run_on_several_gpus_shares_none_of_them(turns, turn):
    alone, both = (
        Machine(n_works=4, gpus=tuple("0123")),
        Machine(n_works=2, gpus=tuple("0123"), n_each=2),
    )
    assert (turn(A, alone), turn(B, both)) == ("0", "1,2")
    assert turn(C, alone) == "3"
    turns.leave("runs", B)
    assert turn(B, both) is None, "as many as it sees are at work"
    turns.leave("runs", C)
    assert turn(B, both) == "1,2"


def test_one_that_needs_several_is_not_passed_by_for_ever(turns, turn):
    alone, both = (
        Machine(n_works=2, gpus=tuple("01")),
        Machine(n_works=1, gpus=tuple("01"), n_each=2),
    )
    assert (turn(A, alone), turn(B, alone), turn(C, both)) == ("0", "1", None)
    for digest, gpu in ((A, "0"), (B, "1")):  # workers with one run after the other
        turns.leave("runs", digest)
        assert turn(digest, alone, only=[gpu]) is None
    assert turn(C, both) == "0,1"


def test_the_names_of_gpus_count_and_not_their_order(turn):
    assert turn(A) == "0"
    assert turn(B, Machine(n_works=2, gpus=("1", "0"))) == "1"


def test_who_lost_its_place_gets_another(turns, tmp_path):
    assert turns.turn("runs", A, TWO) == ("0",)
    assert turns.ahead("runs", B) == 1


def test_a_gpu_is_given_once_however_many_ask(tmp_path):
    """Processes that ask at the same moment."""
    ask = (
        "import sys; from pathlib import Path; from mslt_core.store.turns import Machine, Turns; "
        "t = Turns(Path(sys.argv[1]), lambda *_: True); t.enter('runs', sys.argv[2]); "
        "m = Machine(n_works=8, gpus=tuple('01234567')); "
        "gpus = None\nwhile gpus is None: gpus = t.turn('runs', sys.argv[2], m)\n"
        "print(*gpus)"
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
