"""Many runs as one plan: what it costs, who does it, how far it is. Loads no torch."""

from mslt_core.sweep.estimating import Estimate, estimate, probes
from mslt_core.sweep.fitting import crowded_told, memory_told, require_room, slots_told
from mslt_core.sweep.geometry import execute_geometry
from mslt_core.sweep.planning import (
    KEPT_BY_DEFAULT,
    all_sets,
    check,
    find_sweep,
    keeps_weights,
    picks,
    plan,
)
from mslt_core.sweep.presets import FIGURE_4_POOL, PRESETS, rates_around
from mslt_core.sweep.probing import execute_probe, measured_pace, probes_of
from mslt_core.sweep.rates import judged_on_sources
from mslt_core.sweep.status import status
from mslt_core.sweep.telling import remarks, shares_told, told, usual
from mslt_core.sweep.workers import cancel, pause, resume, retry, serve, start
from mslt_core.sweep.working import do_run, work_through

__all__ = [
    "FIGURE_4_POOL",
    "KEPT_BY_DEFAULT",
    "PRESETS",
    "Estimate",
    "all_sets",
    "cancel",
    "check",
    "crowded_told",
    "do_run",
    "estimate",
    "execute_geometry",
    "execute_probe",
    "find_sweep",
    "judged_on_sources",
    "keeps_weights",
    "measured_pace",
    "memory_told",
    "pause",
    "picks",
    "plan",
    "probes",
    "probes_of",
    "rates_around",
    "remarks",
    "require_room",
    "resume",
    "retry",
    "serve",
    "shares_told",
    "slots_told",
    "start",
    "status",
    "told",
    "usual",
    "work_through",
]
