"""When a run writes a state to resume from: often enough, and not at the price of its training."""

import contextlib
import time
from collections.abc import Iterator

from mslt_core.models.team import ALONE, Team

SHARE = 0.1
"""Of the time of a run that may go into its states. One of XLM-R base has 3.3 GB, which takes
longer to write than a GPU takes for hundreds of steps."""

BYTES_PER_S = 300e6
"""At which a state is taken to be written, listed and flushed until one has been: a slow disk."""


class Saving:
    """Says at which steps a state is due.

    Parameters
    ----------
    every : int or None
        Steps between two marks; after the last step is one, too. None for no marks at all.
    sparing : bool
        Whether a mark is passed over where less time than ``1 / SHARE`` times that of writing a
        state has gone by since the last one: that much is quickly done again.
    team : Team
        The processes that share the run: all pass the same marks, and the first one decides.
    """

    def __init__(self, every: int | None, *, sparing: bool, team: Team = ALONE) -> None:
        self.every, self._sparing, self._team = every, sparing, team
        self._writing_s = 0.0
        self._last_s = 0.0

    def begin(self) -> None:
        """The training begins, or goes on from a state."""
        self._last_s = time.monotonic()

    def expect(self, n_bytes: int) -> None:
        """A state is as large as this."""
        self._writing_s = n_bytes / BYTES_PER_S

    def is_due(self, step: int, last: int) -> bool:
        """Whether to write one after `step` of `last` steps; all processes have to ask."""
        if not self.every or (step % self.every and step != last):
            return False
        if not self._sparing:
            return True
        passed_s = time.monotonic() - self._last_s
        return bool(self._team.agreed(passed_s * SHARE >= self._writing_s))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Within a state is written: the next one will take as long."""
        began_s = time.monotonic()
        yield
        self._last_s = time.monotonic()
        self._writing_s = self._last_s - began_s
