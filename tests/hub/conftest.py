"""A hub with a tiny model and data sets like the real ones, and clients in their own processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub.fake_hub import FakeHub
from tests.hub.repositories import DATASETS, xstory_cloze

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hub(tiny_checkpoint: Path) -> Iterator[FakeHub]:
    """tiny/model has more than is fetched, tiny/pickled no safetensors."""
    hub = FakeHub()
    model = {path.name: path.read_bytes() for path in tiny_checkpoint.iterdir()}
    extra = {"README.md": b"words", "pytorch_model.bin": b"pickle", "onnx/model.safetensors": b"?"}
    hub.add("models", "tiny/model", model | extra)
    hub.add("models", "tiny/pickled", {"pytorch_model.bin": b"p", "config.json": b"{}"})
    for name, make in DATASETS.items():
        hub.add("datasets", name, make())
    script, converted = xstory_cloze()
    hub.add("datasets", "juletxara/xstory_cloze", script)
    hub.add("datasets", "juletxara/xstory_cloze", converted, "refs/convert/parquet")
    yield hub
    hub.stop()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[..., Any]:
    """``elsewhere(code, endpoint, **environment)`` runs code with a cache of its own.

    In a process of its own: the hub client reads its endpoint once. What the code prints last
    is JSON.
    """

    def _elsewhere(code: str, endpoint: str, **environment: str) -> Any:
        quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        env = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf"), **quiet}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**env, "HF_HUB_OFFLINE": "0", "HF_HUB_DOWNLOAD_TIMEOUT": "1", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,  # a guard against hanging, not a measurement
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return _elsewhere
