"""Every number that is shown, declared once: label, meaning, unit, range, direction, source."""

from mslt_core.spec.metrics.evidence import EVIDENCE
from mslt_core.spec.metrics.geometry import GEOMETRY
from mslt_core.spec.metrics.info import MetricInfo
from mslt_core.spec.metrics.maps import MAPS
from mslt_core.spec.metrics.pairs import PAIRS
from mslt_core.spec.metrics.task_scores import TASK_SCORES

__all__ = ["METRICS", "WITH_MAJORITY", "MetricInfo"]

METRICS: dict[str, MetricInfo] = {**TASK_SCORES, **GEOMETRY, **PAIRS, **MAPS, **EVIDENCE}

WITH_MAJORITY = frozenset({"accuracy", "item_accuracy"})
"""Scores to which the majority accuracy is what a model gets that learned nothing."""
