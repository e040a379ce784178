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
    "further_gain": MetricInfo(
        label="Gain over the size before",
        meaning="Mean score over all sets of a size minus that over all sets of the next smaller "
        "one, on the same targets. The plateau is the smallest size after which the interval of "
        "every such gain stays below 0.5 points.",
        unit="points",
        low=None,
        high=None,
        better="higher",
        source="Lim et al. 2024, Figure 4",
    ),
    "distance_slope": MetricInfo(
        label="Gain by distance",
        meaning="How much the gain changes for every 0.1 of distance: the median over all pairs of "
        "targets. Its interval takes targets as independent, which related ones are not.",
        unit="points",
        low=None,
        high=None,
        better="neither",
        source="Theil 1950; Sen 1968",
    ),
    "tau": MetricInfo(
        label="Kendall's tau",
        meaning="Pairs of targets of which the more distant one gains more, less those of which it "
        "gains less, as a share of the pairs that do not tie.",
        unit="",
        low=-1.0,
        high=1.0,
        better="neither",
        source="Kendall 1938",
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
        "Sets share languages, so p comes from exchanging languages, not from tables. Noise of "
        "the scores makes it smaller; the interval takes that off and may lie beyond it.",
        unit="",
        low=-1.0,
        high=1.0,
        better="higher",
        source="Spearman 1904; exchanging: Mantel 1967",
    ),
    "closeness_slope": MetricInfo(
        label="Score by closeness",
        meaning="How much more a set scores on a target that it brings nearer to other languages, "
        "against other sets of as many sources on the same target. The interval takes sets and "
        "targets as samples. Going together is no cause.",
        unit="points",
        low=None,
        high=None,
        better="neither",
        source="Cameron, Gelbach & Miller 2011; jackknife: MacKinnon, Nielsen & Webb 2024",
    ),
    "p_languages": MetricInfo(
        label="p (exchanging languages)",
        meaning="Share of all ways of exchanging the source languages in which closeness goes with "
        "the score as much or more, either way. That sets share languages is in it; it needs "
        "all sets of each size.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Mantel 1967; Freedman & Lane 1983",
    ),
    "sd_items": MetricInfo(
        label="Noise of the test items",
        meaning="Standard deviation of a difference over further samples of test items, as far as "
        "training again would not change it: what seeds have in common, item by item.",
        unit="points",
        low=0.0,
        high=None,
        better="lower",
        source="Searle, Casella & McCulloch 1992, linearised scores (delta method)",
    ),
    "sd_seeds": MetricInfo(
        label="Noise of the seeds",
        meaning="Standard deviation of a difference over further seeds on the same test items, "
        "leaning on the other sets of the sweep as far as their spreads are alike.",
        unit="points",
        low=0.0,
        high=None,
        better="lower",
        source="Smyth 2004, moderated variances",
    ),
    "p_value": MetricInfo(
        label="p",
        meaning="Probability of a difference this large or larger, either way, if there were none: "
        "Student's t with items and seeds in it; between single runs with one right or wrong "
        "answer an item, mid-p McNemar, which with few discordant items rejects less often than "
        "it may.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Fagerland, Lydersen & Laake 2013, for McNemar",
    ),
    "p_holm": MetricInfo(
        label="p (Holm)",
        meaning="The same, corrected for looking at all zero-shot targets of a comparison: at "
        "5 %, one false call or more in at most 5 % of comparisons.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Holm 1979",
    ),
    "may_be_best": MetricInfo(
        label="May be the best",
        meaning="A set that no other beats by more than the largest of all differences would by "
        "chance. The truly best set is among those that may be in 95 % of experiments.",
        unit="sets",
        low=1.0,
        high=None,
        better="neither",
        source="Gupta 1965; Hsu 1981 (multiple comparisons with the best)",
    ),
}
