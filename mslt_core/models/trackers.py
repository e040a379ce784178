"""Experiment trackers of other makers, through the Trainer: off unless asked for."""

import os
from pathlib import Path

from mslt_core.spec.errors import BadInputError

VARIABLE = "MSLT_REPORT_TO"


def trackers(folder: Path) -> list[str]:
    """Names in ``MSLT_REPORT_TO``, such as ``tensorboard`` or ``wandb,mlflow``; none by default.

    They get what the run's own history gets, and change nothing in the run. TensorBoard's files
    go below `folder` unless ``TENSORBOARD_LOGGING_DIR`` says otherwise.

    Raises
    ------
    BadInputError
        If a tracker is unknown or not installed.
    """
    asked = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    if not asked:
        return []
    from transformers import integrations

    available = integrations.get_available_reporting_integrations()  # type: ignore[attr-defined]
    if missing := [name for name in asked if name not in available]:
        raise BadInputError(
            f"{VARIABLE} names {missing[0]!r}, which is unknown or not installed",
            hint=f"Install it, or choose from {', '.join(sorted(available)) or 'none here'}.",
        )
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(folder / "tensorboard"))
    return asked
