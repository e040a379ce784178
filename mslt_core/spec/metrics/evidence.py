"""What is computed from the scores of several runs."""

from mslt_core.spec.metrics.info import MetricInfo

EVIDENCE: dict[str, MetricInfo] = {
    "gain": MetricInfo(
        label="MSLT minus SSLT",
        meaning="Difference of two runs' scores on the same items of one target language.",
        unit="points",
        low=None,
        high=None,
        better="higher",
        source="Lim et al. 2024, section 4.4",
    ),
    "transfer_gap": MetricInfo(
        label="Transfer gap",
        meaning="Mean score on a set's own sources minus its mean score on languages that it never "
        "saw. 0: nothing is lost on the way. Each set has its own languages on both sides, and "
        "what learned nothing has no gap either: read it beside the scores.",
        unit="points",
        low=None,
        high=None,
        better="lower",
        source="Hu et al. 2020 (XTREME), there with English as the only source",
    ),
}
