"""One training on several processes of this machine, a GPU each, through torch.distributed.

The run's own process is the first. It alone writes, reports, decides and scores; it starts the
others for the training and ends them after it. Nobody waits for ever: the others leave when the
first is gone, and when one of them is gone the run fails and says why.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import mslt_core
from mslt_core.models.team import ALONE, POLL_S, Team
from mslt_core.spec.errors import BadInputError, MsltError, SpecError, TrainingError

VARIABLE = "MSLT_PROCESSES"
MEETING, PARENT = "MSLT_MEETING", "MSLT_PARENT"
"""What a process that was started is told, besides what torch.distributed wants to know."""

LAST_WORDS_S = 5.0
"""From a broken connection to the end of the process that broke it; and for leaving in order."""


def processes() -> int:
    """How many processes train one model: ``MSLT_PROCESSES``, else one."""
    text = os.environ.get(VARIABLE, "1")
    if not text.isdecimal() or int(text) < 1:
        raise BadInputError(f"{VARIABLE} must be a whole number from 1 on, got {text!r}")
    return int(text)


def require_divisible(batch_size: int) -> None:
    """Refuse a batch that cannot be shared evenly."""
    if batch_size % (size := processes()):
        raise SpecError(
            f"a batch of {batch_size} cannot be shared evenly by {size} processes",
            hint=f"Choose a batch size that is a multiple of {size}, or another {VARIABLE}.",
        )


def require_possible(batch_size: int) -> None:
    """Refuse a batch that cannot be shared evenly, and more processes than GPUs."""
    require_divisible(batch_size)
    if (size := processes()) == 1:
        return
    import torch

    # this asks the driver's library: CUDA, once asked, would see these GPUs for good
    n_gpus = torch.cuda.device_count() or int(torch.backends.mps.is_available())
    if 0 < n_gpus < size:
        told = f"{size} processes need a GPU each, {n_gpus} can be used here"
        raise SpecError(told, hint=f"Lower {VARIABLE}.")


@contextlib.contextmanager
def together(command: Sequence[str], batch_size: int) -> Iterator[Team]:
    """Have `command` run in as many further processes as ``MSLT_PROCESSES`` asks for.

    They call `helper` and train with this process; they end with the block at the latest.

    Raises
    ------
    SpecError
        If the batch cannot be shared, or there are fewer GPUs.
    TrainingError
        If one of them ends early: with its last words, or the signal that killed it.
    """
    require_possible(batch_size)
    if (size := processes()) == 1:
        yield ALONE
        return
    with (
        tempfile.TemporaryDirectory(prefix="mslt-", ignore_cleanup_errors=True) as folder,
        _in_environment(_environment(size)),
        _share_of_threads(size),
    ):
        first = _First(size, Path(folder))
        try:
            first.start(command)
            yield first
        except MsltError:
            raise
        except Exception:
            # what it says is that a connection broke; why it did is known to who broke it
            first.require_others(within_s=LAST_WORDS_S)
            raise
        finally:
            first.end()


@contextlib.contextmanager
def helper() -> Iterator[Team]:
    """Be one of the processes that `together` starts; the process ends with the block.

    A request to end reaches the whole group of processes. The first one decides; were this one
    to follow it, the first would see a failure.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    meeting = Path(os.environ[MEETING])
    parent = int(os.environ[PARENT])
    threading.Thread(target=_end_with, args=(parent, meeting), daemon=True).start()
    team, status = Team(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), meeting), 0
    try:
        yield team
        team.leave()
    except MsltError as e:
        print(f"error: {e}", file=sys.stderr)
        status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    _tidy_after(parent, meeting)
    sys.stderr.flush()
    # not by way of destructors: those of an exchange that failed may wait for another one
    os._exit(status)


def _end_with(parent: int, meeting: Path) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_S)
    _tidy_after(parent, meeting)
    os._exit(1)  # the main thread may wait for the first process, which will not answer


def _tidy_after(parent: int, meeting: Path) -> None:
    if os.getppid() != parent:  # it was killed, and could not do it
        shutil.rmtree(meeting.parent, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class _Helper:
    """A further process, from outside."""

    rank: int
    process: subprocess.Popen[bytes]
    log: Path

    def why_it_ended(self) -> str:
        """A sentence without its full stop."""
        status = self.process.returncode
        if status < 0:
            return f"was killed ({signal.Signals(-status).name})"
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        said = lines[-1].removeprefix("error: ").rstrip(".") if lines else f"exit status {status}"
        return f"failed: {said}"


class _First(Team):
    """The first process, which has started the others and watches them."""

    def __init__(self, size: int, folder: Path) -> None:
        super().__init__(0, size, folder / "meeting")
        self._folder = folder
        self._helpers: list[_Helper] = []
        self._ended = threading.Event()
        self._met = False

    def start(self, command: Sequence[str]) -> None:
        """Start the others: they load while this process does."""
        for rank in range(1, self.size):
            log = self._folder / f"{rank}.log"
            told = {MEETING: str(self._meeting), PARENT: str(os.getpid())}
            with log.open("wb") as file:
                process = subprocess.Popen(
                    command,
                    cwd=Path(mslt_core.__file__).parents[1],
                    env={**os.environ, **_place(rank), **told},
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            self._helpers.append(_Helper(rank, process, log))

    def meet(self) -> None:
        """Wait until all are there, and connect; from then on nobody dies unnoticed."""
        super().meet()
        self._met = True
        threading.Thread(target=self._watch, daemon=True).start()

    def require_others(self, within_s: float = 0.0) -> None:
        """Raise a TrainingError if one of them has ended, or does so soon."""
        deadline = time.monotonic() + within_s
        while (gone := self._gone()) is None and time.monotonic() < deadline:
            time.sleep(POLL_S)
        if gone:
            sys.stderr.write(gone.log.read_text(encoding="utf-8", errors="replace"))
            raise TrainingError(
                f"process {gone.rank + 1} of {self.size} {gone.why_it_ended()}",
                hint="Started again, the run goes on from its last checkpoint.",
            )

    def end(self) -> None:
        """Leave, and end the others: what they hold is held here too."""
        self._ended.set()
        if self._gone():
            _give_up(for_good=True)
        # it waits for exchanges that are under way, which those who are killed now break off
        leaving = threading.Thread(target=self.leave, daemon=True)
        leaving.start()
        leaving.join(LAST_WORDS_S)
        for of in self._helpers:
            of.process.kill()
        for of in self._helpers:
            of.process.wait()
        leaving.join(LAST_WORDS_S)

    def _gone(self) -> _Helper | None:
        """One that has ended and should not have: of several the one that took the others along."""
        ended = [of for of in self._helpers if of.process.poll()]
        if not self._met:  # nothing is done yet, so there is nothing to be done with
            ended += [of for of in self._helpers if of.process.returncode == 0]
        return min(
            ended, key=lambda of: (of.process.returncode > 0, of.log.stat().st_mtime), default=None
        )

    def _watch(self) -> None:
        while not self._ended.wait(POLL_S):
            if self._gone():
                _give_up()
                return


def _give_up(*, for_good: bool = False) -> None:
    """Let go of an exchange between GPUs, which would wait for ever; between CPUs it fails."""
    import torch
    from torch import distributed

    if torch.cuda.is_available() and distributed.is_initialized():
        c10d = distributed.distributed_c10d
        with contextlib.suppress(RuntimeError):  # given up already
            if for_good:
                c10d._abort_process_group()
            else:
                c10d._get_default_group()._get_backend(torch.device("cuda")).abort()


def _environment(size: int) -> dict[str, str]:
    """What accelerate and torch.distributed read: how many, and to talk to this machine only."""
    import torch
    from accelerate import utils

    local = next((name for _, name in socket.if_nameindex() if name in {"lo", "lo0"}), None)
    names = ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME") if local else ()
    # GPUs that cannot reach each other directly: accelerate's own launcher does the same
    detour = torch.cuda.is_available() and not utils.check_cuda_p2p_ib_support()
    return {
        **_place(0),
        "WORLD_SIZE": str(size),
        "LOCAL_WORLD_SIZE": str(size),
        "TORCH_NCCL_ASYNC_ERROR_HANDLING": "0",  # it would end the first process without a word
        **{name: os.environ.get(name, str(local)) for name in names},
        **({"NCCL_P2P_DISABLE": "1", "NCCL_IB_DISABLE": "1"} if detour else {}),
    }


def _place(rank: int) -> dict[str, str]:
    return {"RANK": str(rank), "LOCAL_RANK": str(rank)}


@contextlib.contextmanager
def _in_environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextlib.contextmanager
def _share_of_threads(size: int) -> Iterator[None]:
    """Processes share what threads there are: threads that wait for a core cost tenfold."""
    import torch

    before = torch.get_num_threads()
    share = max(1, before // size)
    torch.set_num_threads(share)
    try:
        with _in_environment({"OMP_NUM_THREADS": str(share)}):
            yield
    finally:
        torch.set_num_threads(before)
