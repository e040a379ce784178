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
    "regret": MetricInfo(
        label="Regret",
        meaning="Mean score of the best set minus that of the chosen one: what the choice cost. "
        "The best of many noisy means is partly luck, which the interval takes off.",
        unit="points",
        low=0.0,
        high=None,
        better="lower",
        source="the rank of a pick: Lim et al. 2024, Table 1; noise: Efron & Morris 1975",
    ),
    "beats": MetricInfo(
        label="Beats",
        meaning="Share of the other sets that score lower than the chosen one; a tie counts half. "
        "A set drawn by lot beats half of them.",
        unit="%",
        low=0.0,
        high=1.0,
        better="higher",
        source="computed from the scores of all sets",
    ),
    "rho": MetricInfo(
        label="Rank correlation",
        meaning="Spearman's rho between what a criterion says of all sets and what they score. "
        "Sets share languages, so p comes from exchanging languages, not from tables.",
        unit="",
        low=-1.0,
        high=1.0,
        better="higher",
        source="Spearman 1904; exchanging: Mantel 1967",
    ),
}
