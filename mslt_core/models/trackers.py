"""Experiment trackers of other makers, through the Trainer: off unless asked for."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from mslt_core.spec.errors import BadInputError

logger = logging.getLogger(__name__)

VARIABLE = "MSLT_REPORT_TO"

LEFT_OPEN: Mapping[str, str] = MappingProxyType(
    {"wandb": "finish", "swanlab": "finish", "comet_ml": "end"}
)
"""Trackers whose run the Trainer begins and does not end, and what ends it. They write what comes
next into the one that is open, and a worker does run after run."""

TENSORBOARD = "TENSORBOARD_LOGGING_DIR"


def trackers(folder: Path) -> list[str]:
    """Names in ``MSLT_REPORT_TO``, such as ``tensorboard`` or ``wandb,mlflow``; none by default.

    They get what the run's own history gets, and change nothing in the run. TensorBoard's files
    go below the run's `folder` unless ``TENSORBOARD_LOGGING_DIR`` says otherwise.

    Raises
    ------
    BadInputError
        If a tracker is unknown or not installed.
    """
    asked = require_trackers()
    told = os.environ.get(TENSORBOARD)
    # a worker does run after run: what it said of the one before is nobody's wish
    if asked and (told is None or Path(told) == _below(folder.parent / Path(told).parent.name)):
        os.environ[TENSORBOARD] = str(_below(folder))
    return asked


@contextlib.contextmanager
def no_trackers() -> Iterator[None]:
    """As long as this lasts none is told anything."""
    asked = os.environ.pop(VARIABLE, None)
    try:
        yield
    finally:
        if asked is not None:
            os.environ[VARIABLE] = asked


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Let every tracker's run end with the training."""
    try:
        yield
    finally:
        for name in LEFT_OPEN.keys() & set(require_trackers()) & sys.modules.keys():
            try:
                getattr(sys.modules[name], LEFT_OPEN[name])()
            except Exception:  # of another maker's; what was trained is worth more
                logger.warning("%s could not end its run", name, exc_info=True)


def require_trackers() -> list[str]:
    """The same names; refuses what is unknown or not installed, before a run begins."""
    asked = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    if asked in ([], ["none"]):  # the Trainer's own word for it
        return []
    from transformers import integrations

    available = integrations.get_available_reporting_integrations()  # type: ignore[attr-defined]
    if missing := [name for name in asked if name not in available]:
        raise BadInputError(
            f"{VARIABLE} names {missing[0]!r}, which is unknown or not installed",
            hint=f"Install it, or choose from {', '.join(sorted(available)) or 'none here'}.",
        )
    return asked


def _below(folder: Path) -> Path:
    return folder / "tensorboard"
