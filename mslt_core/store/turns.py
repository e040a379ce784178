"""Who works now and who is next: one numbered file for each piece of unfinished work.

Training twice at a time on one machine takes longer than one after the other, or all memory. In
the file of who works stand its GPUs, in that of who waits those that it cannot do without.
"""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from mslt_core.store.atomic import write_errors_explained
from mslt_core.store.lock import locked
from mslt_core.store.work import Kind

WORKS = "works "


@dataclasses.dataclass(frozen=True, kw_only=True)
class Machine:
    """What those who work at a time share."""

    n_works: int
    """How many may."""
    gpus: tuple[str, ...] = ()
    """Their names; none where the processor does it all."""
    n_each: int = 1
    """GPUs that each has."""

    @property
    def n_sharing(self) -> int:
        """How many share a GPU where they are most; 0 without one."""
        return math.ceil(self.n_works * self.n_each / len(self.gpus)) if self.gpus else 0


class Turns:
    """A queue in a folder, with files ``<number>-<kind>-<digest>``; the dead are passed over."""

    def __init__(self, folder: Path, is_alive: Callable[[Kind, str], bool]) -> None:
        self._folder = folder
        self._is_alive = is_alive

    def enter(self, kind: Kind, digest: str) -> None:
        """Stand at the end of the queue, unless the work stands in it already."""
        with write_errors_explained(self._folder), locked(self._folder):
            self._own(kind, digest)

    def leave(self, kind: Kind, digest: str) -> None:
        """Make room for the next."""
        for ticket in self._tickets():
            if _names(ticket, kind, digest):
                ticket.unlink(missing_ok=True)

    def ahead(self, kind: Kind, digest: str) -> int:
        """How many living pieces of work stand before this one; they work or wait."""
        count = 0
        for ticket in self._tickets():
            if _names(ticket, kind, digest):
                break
            if self._lives(ticket):
                count += 1
            else:
                ticket.unlink(missing_ok=True)
        return count

    def turn(
        self, kind: Kind, digest: str, machine: Machine, *, only: Sequence[str] = ()
    ) -> tuple[str, ...] | None:
        """The GPUs that this work has from now on, or None while it is not its turn.

        It stands in the queue afterwards, at the end if it did not before. As many work at a time
        as the machine bears, evenly on its GPUs, oldest first; who waits for a certain GPU that is
        taken keeps nobody from another one.

        Parameters
        ----------
        kind, digest
            Of the work.
        machine : Machine
            As this process sees it.
        only : sequence of str, optional
            The only GPUs that will do, as for a process in which CUDA has looked at them.
        """
        with write_errors_explained(self._folder), locked(self._folder):
            own = self._own(kind, digest)
            others = {t: _Said.of(t) for t in self._tickets() if t != own and self._lives(t)}
            working = [said.gpus for said in others.values() if said.works]
            used = Counter(gpu for gpus in working for gpu in gpus)

            def free(gpus: Sequence[str]) -> bool:
                return all(used[gpu] < machine.n_sharing for gpu in gpus)

            before = [
                said.gpus
                for ticket, said in others.items()
                if _number(ticket) < _number(own) and not said.works and free(said.gpus)
            ]
            used_soon = used + Counter(gpu for gpus in before for gpu in gpus)
            least = sorted(machine.gpus, key=lambda gpu: used_soon[gpu])
            wanted = tuple(only or least[: machine.n_each])
            works = len(working) + len(before) < machine.n_works and free(wanted)
            _Said(works=works, gpus=wanted if works else tuple(only)).tell(own)
        return wanted if works else None

    def _own(self, kind: Kind, digest: str) -> Path:
        """Its place, at the end if it has none. The lock must be held."""
        tickets = self._tickets()
        found = next((ticket for ticket in tickets if _names(ticket, kind, digest)), None)
        if found is None:
            # by number and not by time: clocks are set back, and two files can be equally old
            last = _number(tickets[-1]) if tickets else 0
            found = self._folder / f"{last + 1:08d}-{kind}-{digest}"
            found.touch()
        return found

    def _lives(self, ticket: Path) -> bool:
        _, kind, digest = ticket.name.split("-")
        return self._is_alive("runs" if kind == "runs" else "jobs", digest)

    def _tickets(self) -> list[Path]:
        return sorted(self._folder.glob("*-*-*"), key=_number)


def _number(ticket: Path) -> int:
    return int(ticket.name.split("-")[0])


def _names(ticket: Path, kind: Kind, digest: str) -> bool:
    return ticket.name.endswith(f"-{kind}-{digest}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Said:
    """What stands in a ticket."""

    works: bool = False
    gpus: tuple[str, ...] = ()

    @classmethod
    def of(cls, ticket: Path) -> "_Said":
        try:
            text = ticket.read_text(encoding="utf-8")
        except FileNotFoundError:  # it has left just now
            return cls()
        gpus = text.removeprefix(WORKS)
        return cls(works=text.startswith(WORKS), gpus=tuple(gpus.split(",")) if gpus else ())

    def tell(self, ticket: Path) -> None:
        if self != self.of(ticket):
            ticket.write_text(WORKS * self.works + ",".join(self.gpus), encoding="utf-8")
