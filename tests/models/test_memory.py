"""A GPU that is full says so; no other error is taken for that."""

import pytest
import torch

from mslt_core.models.memory import held, release, room_on_the_gpu
from mslt_core.spec.errors import TrainingError


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA driver error: out of memory"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_every_way_of_being_full_is_one_sentence(error, monkeypatch):
    def no_driver():
        raise RuntimeError("CUDA error: unknown error")

    monkeypatch.setattr(torch.cuda, "mem_get_info", no_driver)
    message = r"^GPU out of memory while scoring\. Try less\.$"
    with pytest.raises(TrainingError, match=message), room_on_the_gpu("while scoring", "Try less."):
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("out of memory")])
def test_other_errors_stay_what_they_are(error):
    with pytest.raises(type(error), match=str(error)), room_on_the_gpu("at batch 8", "Try 4."):
        raise error


@pytest.mark.parametrize("used", [True, False])
def test_what_a_run_leaves_on_a_gpu_goes_back(used, monkeypatch):
    done = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: used)
    for name in ("empty_cache", "reset_peak_memory_stats"):
        monkeypatch.setattr(torch.cuda, name, lambda name=name: done.append(name))
    release()
    # where no GPU was touched nothing may touch it: its first contact takes half a gigabyte
    assert done == (["empty_cache", "reset_peak_memory_stats"] if used else [])


@pytest.mark.parametrize(
    ("used", "expected"), [(True, (4_000_000_000, 80_000_000_000)), (False, (0, 0))]
)
def test_what_a_process_held_of_its_gpu(used, expected, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: used)
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda: 3_000_000_000)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (1_000_000, 80_000_000_000))
    assert held() == expected  # with what CUDA takes for itself
