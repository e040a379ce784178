"""Evaluations on the way: the learning curve, and the best weights so far."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from mslt_core.models import tuning

Evaluate = Callable[[int, Any, Any], float | None]
"""From a step, the model and the tokenizer to the score by which the best step is chosen; None
where nothing is to be chosen."""


class Evaluations(TrainerCallback):
    """Asks for scores every so many steps and after the last, and keeps the best weights.

    A model that is scored is in eval mode, draws no random number and is not changed, so the
    training goes on as if nobody had looked. `leave_out` is told the seconds that it took.
    """

    def __init__(
        self,
        evaluate: Callable[[int, Any], float | None],
        every: int,
        folder: Path,
        *,
        resumed_from: int,
        leave_out: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._leave_out = leave_out
        self._evaluate, self._every, self._folder = evaluate, every, folder
        self.best_step: int | None = None
        self._best_score = float("-inf")
        if best := tuning.best_so_far(folder, resumed_from):
            self.best_step, self._best_score = best

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Score the model if it is time."""
        step = state.global_step
        if step % self._every and step != state.max_steps:
            return
        model, began_s = kwargs["model"], time.monotonic()
        score = self._evaluate(step, model)
        model.train()
        if score is not None and score > self._best_score:
            self.best_step, self._best_score = step, score
            tuning.save_best(model, self._folder, step=step, score=score)
        self._leave_out(time.monotonic() - began_s)
