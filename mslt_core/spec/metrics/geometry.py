"""What the space of sentence vectors is like."""

from mslt_core.spec.metrics.info import MetricInfo

GEOMETRY: dict[str, MetricInfo] = {
    "linear_cka": MetricInfo(
        label="Linear CKA",
        meaning="How alike two languages' embeddings of the same sentences are, up to rotation "
        "and one common scale. 1: the same; 0: as unrelated as chance. "
        "The debiased estimator can fall slightly below 0; the biased one is pushed towards 1 "
        "when there are few sentences.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Kornblith et al. 2019; debiased: Song et al. 2012",
    ),
    "disparity": MetricInfo(
        label="Map disparity",
        meaning="How far a map is from the reference map after the best shift, rotation and "
        "scaling: 0 the same picture, 1 unrelated.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Gower 1975; scipy.spatial.procrustes",
    ),
}
