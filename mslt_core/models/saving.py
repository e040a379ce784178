"""When a run writes a state to resume from: often enough, and not at the price of its training."""

import contextlib
import time
from collections.abc import Iterator

from mslt_core.models.team import ALONE, Team

SHARE = 0.1
"""Of the time of a run that may go into its states. One of XLM-R base has 3.3 GB, which takes
longer to write than a GPU takes for hundreds of steps."""

BYTES_PER_S = 300e6
"""At which a state is taken to be written, listed and flushed until one has been."""

SLOW = 10.0
"""No disk is taken to be so many times slower: a write that stood still for once says nothing of
the next, which it would put off."""


class Saving:
    """Says which states are written.

    At a mark, one that would take more than `SHARE` of the time since the last is passed over. So
    a process that is killed loses what it did in ``1 / SHARE`` times the writing of a state and
    between two marks, at most.

    Parameters
    ----------
    every : int or None
        Steps between two marks; after the last step is one, too. None or 0 for no marks at all.
    sparing : bool
        Whether marks are passed over at all.
    team : Team
        The processes that share the run: all have the same marks, and the first one decides.
    """

    def __init__(self, every: int | None, *, sparing: bool, team: Team = ALONE) -> None:
        self.every, self._sparing, self._team = every, sparing, team
        self._writing_s = self._at_most_s = 0.0
        self._last_s = 0.0

    def begin(self) -> None:
        """The training begins, or goes on from a state."""
        self._last_s = time.monotonic()

    def expect(self, n_bytes: int) -> None:
        """A state is as large as this."""
        self._writing_s = n_bytes / BYTES_PER_S
        self._at_most_s = SLOW * self._writing_s

    def is_mark(self, step: int, last: int) -> bool:
        """Whether a state may be written after `step` of `last` steps."""
        return bool(self.every and (step % self.every == 0 or step == last))

    def is_due(self) -> bool:
        """Whether to write one at the mark that is reached; all processes have to ask."""
        if not self._sparing:
            return True
        passed_s = time.monotonic() - self._last_s
        return bool(self._team.agreed(passed_s * SHARE >= self._writing_s))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Within a state is written: the next one takes as long as the quickest did."""
        began_s = time.monotonic()
        yield
        self._last_s = time.monotonic()
        self._writing_s = self._at_most_s = min(self._last_s - began_s, self._at_most_s)
