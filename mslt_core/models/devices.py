"""The device that models run on, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def best_device() -> torch.device:
    """The first GPU (CUDA), else Apple's (MPS), else the CPU: what the Trainer picks too."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def device_description() -> str:
    """For people: ``cpu, 2 threads``, ``cuda:0, NVIDIA H200, 139 GiB, bfloat16``."""
    import torch

    device = best_device()
    if device.type == "cpu":
        return f"cpu, {torch.get_num_threads()} threads"
    if device.type == "mps":
        return "mps, Apple GPU"
    gpu = torch.cuda.get_device_properties(device)
    precision = "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return f"{device}, {gpu.name}, {gpu.total_memory / 2**30:.0f} GiB, {precision}"
