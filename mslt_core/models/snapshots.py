"""Weights as they are written: at the end of a run, and at some of its steps."""

import copy
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from mslt_core.models import checkpoints, tuning
from mslt_core.spec.checkpoint_files import TOKENIZER_FILES


def write_weights(model: Any, base: Path, folder: Path) -> None:
    """Write weights, configuration and tokenizer as one sealed checkpoint at `folder`.

    The tokenizer's files are those of the checkpoint `base` that the training began from: one
    that was used saves its last settings too.
    """
    with checkpoints.sealed(folder) as staging:
        model.save_pretrained(staging)
        for name in TOKENIZER_FILES:
            if (base / name).is_file():
                shutil.copyfile(base / name, staging / name)


class Snapshots(TrainerCallback):
    """Writes the weights after some steps to `place(step)`, for a look at how they came about.

    The training goes on as if nobody had: no random number is drawn, and adapters are added to a
    copy of the weights. `leave_out` is told the seconds that it took.
    """

    def __init__(
        self,
        steps: Collection[int],
        base: Path,
        place: Callable[[int], Path],
        *,
        leave_out: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._steps, self._base, self._place = frozenset(steps), base, place
        self._leave_out = leave_out

    def n_after(self, step: int) -> int:
        """How many are still to come."""
        return sum(of > step for of in self._steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Write the weights if it is time."""
        if state.global_step in self._steps:
            began_s, model = time.monotonic(), kwargs["model"]
            if tuning.has_adapters(model):
                model = tuning.merged(copy.deepcopy(model))
            write_weights(model, self._base, self._place(state.global_step))
            self._leave_out(time.monotonic() - began_s)
