"""What is kept: run folders, arrays, an index. Everything else enters the store here."""

from pathlib import Path

from mslt_core.store.arrays import ArrayStore
from mslt_core.store.atomic import told_size
from mslt_core.store.outside import OutsideResults
from mslt_core.store.pin_content import content_fingerprint
from mslt_core.store.records import RunOutcome
from mslt_core.store.runs import Runs
from mslt_core.store.states import UNFINISHED, Progress, WorkStatus
from mslt_core.store.stories import Stories
from mslt_core.store.sweeps import Sweeps
from mslt_core.store.tensors import Arrays
from mslt_core.store.turns import Turns
from mslt_core.store.work import Kind, WorkFolders, is_digest

__all__ = [
    "UNFINISHED",
    "Arrays",
    "Kind",
    "Progress",
    "RunOutcome",
    "Store",
    "WorkStatus",
    "content_fingerprint",
    "is_digest",
    "told_size",
]


class Store:
    """A folder of answers, with another one (the shipped example) visible under it.

    Reads look into `root` first and then into `example`; writes go to `root` alone. Nothing is
    created before the first write.
    """

    def __init__(
        self, root: str | Path, *, example: str | Path | None = None, read_only: bool = False
    ) -> None:
        self.root = Path(root).resolve()
        self.read_only = read_only
        layers = (self.root,) if example is None else (self.root, Path(example).resolve())
        self.arrays = ArrayStore(layers, read_only=read_only)
        self.runs = Runs(layers, read_only=read_only)
        self.jobs = WorkFolders("jobs", layers, read_only=read_only)
        self.sweeps = Sweeps(self.root, read_only=read_only)
        self.outside = OutsideResults(self.root, read_only=read_only)
        self.stories = Stories(self.root, read_only=read_only)
        self.turns = Turns(self.root / "turns", self._is_alive)

    def works(self, kind: Kind) -> WorkFolders:
        """The runs or the other long work."""
        return self.runs if kind == "runs" else self.jobs

    def _is_alive(self, kind: Kind, digest: str) -> bool:
        works = self.works(kind)
        return works.exists(digest) and works.is_alive(digest)
