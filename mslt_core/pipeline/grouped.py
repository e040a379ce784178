"""Sentences and what belongs together among them: what every measure of a layer takes."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.leaving_out import MIN_DOCUMENTS

Rows = Sequence[npt.NDArray[np.floating]]
Blocks = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Grouped:
    """Which sentences belong together, as the rows have them."""

    documents: Blocks
    """(n,): the document of each sentence."""
    blocks: Blocks
    """(n,): its block of documents, from `document_blocks`."""

    @property
    def tells_documents(self) -> bool:
        """Whether CKA between documents says anything that CKA does not, and has an interval."""
        sizes = np.unique(self.documents, return_counts=True)[1]
        n_documents, largest = len(sizes), int(sizes.max())
        return n_documents >= MIN_DOCUMENTS and 1 < largest < len(self.documents) / 3
