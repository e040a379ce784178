"""Who works now and who is next: one numbered file for each piece of unfinished work.

Training twice at a time on one machine takes longer than one after the other, or all memory. In
the file of who works stands the slot, and with it the GPU, that nobody else has meanwhile.
"""

from collections.abc import Callable
from pathlib import Path

from mslt_core.store.atomic import write_errors_explained
from mslt_core.store.lock import locked
from mslt_core.store.work import Kind


class Turns:
    """A queue in a folder, with files ``<number>-<kind>-<digest>``; the dead are passed over."""

    def __init__(self, folder: Path, is_alive: Callable[[Kind, str], bool]) -> None:
        self._folder = folder
        self._is_alive = is_alive

    def enter(self, kind: Kind, digest: str) -> None:
        """Stand at the end of the queue, unless the work stands in it already."""
        with write_errors_explained(self._folder), locked(self._folder):
            tickets = self._tickets()
            if not any(_names(ticket, kind, digest) for ticket in tickets):
                # by number and not by time: clocks are set back, and two files can be equally old
                last = _number(tickets[-1]) if tickets else 0
                (self._folder / f"{last + 1:08d}-{kind}-{digest}").touch()

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

    def slot(self, kind: Kind, digest: str, n_slots: int, *, only: int | None = None) -> int | None:
        """The slot that this work has from now on, or None while it is not its turn.

        As many work at a time as there are slots, oldest first, each in one of its own.

        Parameters
        ----------
        kind, digest
            Of work that has entered.
        n_slots : int
            Slots of the machine, as this process sees it.
        only : int, optional
            The one slot that will do, as for a process which has that one's GPU.
        """
        if self.ahead(kind, digest) >= n_slots:
            return None
        with write_errors_explained(self._folder), locked(self._folder):
            tickets = self._tickets()
            own = next(ticket for ticket in tickets if _names(ticket, kind, digest))
            taken = {
                _slot_in(ticket) for ticket in tickets if ticket != own and self._lives(ticket)
            }
            wanted = range(n_slots) if only is None else [only]
            found = next((slot for slot in wanted if slot not in taken), None)
            if found is not None:
                own.write_text(str(found), encoding="utf-8")
        return found

    def _lives(self, ticket: Path) -> bool:
        _, kind, digest = ticket.name.split("-")
        return self._is_alive("runs" if kind == "runs" else "jobs", digest)

    def _tickets(self) -> list[Path]:
        return sorted(self._folder.glob("*-*-*"), key=_number)


def _number(ticket: Path) -> int:
    return int(ticket.name.split("-")[0])


def _slot_in(ticket: Path) -> int | None:
    """None where it waits, or has left just now."""
    try:
        text = ticket.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return int(text) if text else None


def _names(ticket: Path, kind: Kind, digest: str) -> bool:
    return ticket.name.endswith(f"-{kind}-{digest}")
