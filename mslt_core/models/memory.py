"""What is said when a GPU is full: it is never made to fit without a word."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from mslt_core.spec.errors import GpuFullError

GB = 1e9
FULL = (
    "CUDA error: out of memory",
    "CUDA driver error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)
"""In the words of those that have no error of their own for it."""


@contextlib.contextmanager
def room_on_the_gpu(what: str, hint: str) -> Iterator[None]:
    """Within, a GPU out of memory is an error with numbers and the next step.

    Parameters
    ----------
    what : str
        What it was too little for, such as ``at batch 32``.
    hint : str
        What can be changed.

    Raises
    ------
    GpuFullError
        With the peak of this process, the GPU's memory, and what other processes hold of it.
    """
    try:
        yield
    except RuntimeError as e:
        # the allocator has an error of its own; CUDA's first contact and cuBLAS do not
        if not isinstance(e, torch.OutOfMemoryError) and not any(told in str(e) for told in FULL):
            raise
        told, shared = _memory()
        hint += " Or run fewer at a time on it: lower MSLT_SLOTS." if shared else ""
        raise GpuFullError(f"GPU out of memory {what}{told}", hint=hint) from e


def release() -> None:
    """Give back what the allocator keeps of work that is over, and count the peak anew.

    It would keep the most that this process ever needed from all others on the GPU, and the next
    run here would be told the peak of an earlier one.
    """
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def held() -> tuple[int, int]:
    """Bytes of its GPU that this process has held at the most, and the GPU's own; 0 without one.

    Torch's allocator is asked, and a GB put on top for what CUDA itself takes of it, which is less.
    """
    if not torch.cuda.is_initialized():
        return 0, 0
    return torch.cuda.max_memory_reserved() + int(GB), torch.cuda.mem_get_info()[1]


def is_shared() -> bool:
    """Whether other processes hold much of this one's GPU."""
    return _memory()[1]


def _memory() -> tuple[str, bool]:
    """The numbers in brackets, where the driver tells them; and whether others hold memory."""
    try:
        peak, own = torch.cuda.max_memory_allocated(), torch.cuda.memory_reserved()
        free, total = torch.cuda.mem_get_info()
    except (RuntimeError, AssertionError):  # the latter where torch was built without CUDA
        return "", False
    told = f"peak {peak / GB:.1f} of {total / GB:.1f} GB"
    # what CUDA itself takes for this process counts among the others' and is well under 1 GB
    if (others := total - free - own) < GB:
        return f" ({told})", False
    return f" ({told}, {others / GB:.1f} GB held by other processes)", True
