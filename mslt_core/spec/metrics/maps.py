"""How far a map can be trusted."""

from mslt_core.spec.metrics.info import MetricInfo

MAPS: dict[str, MetricInfo] = {
    "trustworthiness": MetricInfo(
        label="Trustworthiness",
        meaning="Whether neighbours on the map are neighbours in the space of vectors. 1: all of "
        "them; about 0.5: drawn at random. An intruder counts the more, the further it comes from.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Venna & Kaski 2001; sklearn.manifold.trustworthiness",
    ),
    "continuity": MetricInfo(
        label="Continuity",
        meaning="Whether neighbours in the space of vectors stay neighbours on the map. 1: all of "
        "them; about 0.5: drawn at random. A neighbour counts the more, the further it was torn "
        "away.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Venna & Kaski 2001",
    ),
    "neighbourhood_preservation": MetricInfo(
        label="Neighbourhood preservation",
        meaning="The share of a sentence's k nearest neighbours in the space of vectors that are "
        "among its k nearest on the map; by chance k / (n - 1).",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Lee & Verleysen 2009",
    ),
    "map_stability": MetricInfo(
        label="Stability across seeds",
        meaning="The share of a sentence's k nearest neighbours on the map that the map of another "
        "seed gives it too; mean over every two seeds. By chance k / (n - 1). A map that every "
        "seed starts from the same principal components agrees by its start alone.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="mean overlap of neighbourhoods",
    ),
    "mingling_in_map": MetricInfo(
        label="Mingling in the map",
        meaning="The mingling score by neighbours on the map instead of in the model's space. "
        "Where it differs from the latter by more than 0.1, the picture misleads.",
        unit="",
        low=0.0,
        high=None,
        better="neither",
        source="computed like the mingling score, on the map's coordinates",
    ),
    "language_ami": MetricInfo(
        label="Clusters that are languages",
        meaning="Adjusted mutual information between clusters of the vectors in the original space "
        "and the languages of the sentences. 1: every cluster is a language; about 0: clusters say "
        "nothing of the language, as labels by chance.",
        unit="",
        low=None,
        high=1.0,
        better="lower",
        source="Vinh, Epps & Bailey 2010; sklearn.metrics.adjusted_mutual_info_score",
    ),
}
