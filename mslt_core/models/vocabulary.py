"""Which sub-words a tokenizer uses for some text. Loads neither torch nor transformers."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import CheckpointError

TOKENIZER = "tokenizer.json"


def tokenizer_fingerprint(folder: Path) -> str:
    """16 hexadecimal digits that name the tokenizer of a checkpoint folder by its content."""
    return hashlib.sha256(_file(folder).read_bytes()).hexdigest()[:16]


def vocabulary(folder: Path, texts: Sequence[str]) -> npt.NDArray[np.int32]:
    """The ids of all sub-words that occur in `texts`, rising; special tokens left out.

    Raises
    ------
    CheckpointError
        If the folder has no ``tokenizer.json``, or it cannot be read.
    """
    from tokenizers import Tokenizer

    path = _file(folder)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as e:  # the library raises plain Exception for a bad file
        raise CheckpointError(
            f"{path} cannot be read as a tokenizer: {e}", hint="Copy the original file again."
        ) from e
    tokenizer.no_truncation()
    encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ids = [np.array(found.ids, dtype=np.int32) for found in encoded]
    return np.unique(np.concatenate([np.empty(0, np.int32), *ids]))


def _file(folder: Path) -> Path:
    path = folder / TOKENIZER
    if not path.is_file():
        raise CheckpointError(
            f"{folder} has no {TOKENIZER}", hint="Save the model with a fast tokenizer."
        )
    return path
