"""What the processes of one training say to each other: little, and the first one decides."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mslt_core.spec.errors import TrainingError

if TYPE_CHECKING:
    import torch

POLL_S = 0.2
MEET_S = 600.0
"""Until all have loaded. They do it side by side, so this is many times as long as it takes."""

JOIN_S = 60.0
"""All are there when they join, so that this is long; who dies meanwhile is waited for."""

PATIENCE = timedelta(minutes=5)
"""Of the first process, for what all do at one pace. A death is noticed at once; this is the limit
for a process that lives and stands still."""

WAIT = timedelta(days=7)
"""Of the others: they wait while the first scores, and leave when it is gone."""


class Team:
    """The processes that train one model, as one of them sees them. Alone, nothing is sent."""

    def __init__(self, rank: int = 0, size: int = 1, meeting: Path | None = None) -> None:
        self.rank, self.size, self._meeting = rank, size, meeting

    def meet(self) -> None:
        """Wait until all are there, and connect."""
        if self.size == 1:
            return
        import torch
        from torch import distributed

        # a file, as torch's own server would listen to the whole network
        path = str(self._meeting)
        store = distributed.FileStore(path, self.size)  # type: ignore[attr-defined]
        store.set(f"here {self.rank}", "yes")
        deadline = time.monotonic() + MEET_S
        while not store.check([f"here {rank}" for rank in range(self.size)]):
            self.require_others()
            if time.monotonic() > deadline:
                raise TrainingError(
                    f"not all {self.size} processes were ready within {MEET_S / 60:g} minutes",
                    hint="Look at the load of this machine, or train with fewer processes.",
                )
            time.sleep(POLL_S)
        distributed.init_process_group(
            "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo",
            store=store,
            rank=self.rank,
            world_size=self.size,
            timeout=timedelta(seconds=JOIN_S),
        )
        distributed.distributed_c10d._set_pg_timeout(WAIT if self.rank else PATIENCE)

    def leave(self) -> None:
        """End the connection, if there is one."""
        if self.size > 1:
            from torch import distributed

            if distributed.is_initialized():
                _LAST[:] = [distributed.distributed_c10d._get_default_group()]
                distributed.destroy_process_group()

    def require_others(self) -> None:
        """Raise a TrainingError if a process is gone. Only the first one knows."""

    def agreed(self, number: int) -> int:
        """What the first process says; all have to ask."""
        if self.size == 1:
            return number
        import torch

        said = torch.tensor([number])  # on the CPU, where a wait can be broken off
        self._await(torch.distributed.broadcast(said, 0, async_op=True))
        return int(said.item())

    def wait(self) -> None:
        """Go on once all have come here."""
        if self.size > 1:
            import torch

            self.add_up(torch.zeros(1))

    def total(self, number: torch.Tensor) -> torch.Tensor:
        """The sum over all processes."""
        total = number.detach().clone()
        if self.size > 1:
            self.add_up(total)
        return total

    def add_up(self, numbers: torch.Tensor) -> None:
        """Put the sum over all processes in the place of each one's numbers."""
        from torch import distributed

        if numbers.is_cuda:
            distributed.all_reduce(numbers)
        else:
            self._await(distributed.all_reduce(numbers, async_op=True))

    def _await(self, exchange: Any) -> None:
        """Wait for an exchange between CPUs, in which gloo may miss that the other one died."""
        while True:
            try:
                exchange.wait(timedelta(seconds=POLL_S))
            except RuntimeError:
                self.require_others()
                if exchange.is_completed():  # it failed; else only this wait has ended
                    raise
            else:
                return

    def mean(self, number: torch.Tensor) -> float:
        """The mean over all processes."""
        mean = self.total(number).item() / self.size
        self.require_others()  # an exchange on GPUs that was given up leaves any number
        return mean

    def named(self, device: torch.device) -> str:
        """The device, and how many processes have one each."""
        return f"{device.type}, {self.size} processes" if self.size > 1 else str(device)

    def own_dropout(self, seed: int) -> None:
        """Let every process drop other units: the same ones everywhere would be fewer draws."""
        if self.rank:
            import torch

            # mixed into 32 bits: on a CPU torch reads no more of a seed
            mixed = np.random.SeedSequence([seed, self.rank]).generate_state(1)
            torch.manual_seed(int(mixed[0]))


_LAST: list[Any] = []
"""The connection that was left, until the next one is: its destructor waits for a thread of its
own, which after an exchange that failed waits for the interpreter's lock, which whoever runs the
destructor holds, and both would wait for ever. Later that thread has long had its turn."""

ALONE = Team()
