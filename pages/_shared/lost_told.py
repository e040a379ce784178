"""Runs of the experiment that are not in what is shown, since their results cannot be read."""

from mslt_core.pipeline import experiment_key
from mslt_core.spec.naming import first_few
from pages._shared.context import Context
from pages._shared.messages import escape

NAMED = 3


def lost_told(context: Context) -> str:
    """Which runs are lost and why; empty where none is."""
    mine = {group.experiment for group in context.groups}
    lost = [
        info
        for info in context.runs
        if info.state == "lost" and not info.spec.oracle and experiment_key(info.spec) in mine
    ]
    if not lost:
        return ""
    named = first_few([f"{info.spec.name} with seed {info.spec.seed}" for info in lost], NAMED)
    one = len(lost) == 1
    why = next((info.reason for info in lost if info.reason), "")
    return (
        f"{len(lost)} run{'' if one else 's'} of this experiment {'is' if one else 'are'} lost and "
        f"in none of this: {escape(named)}{f' ({escape(why)})' if why else ''}. Start "
        f"{'it' if one else 'them'} again on Train."
    )
