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
    "linear_cka_biased": MetricInfo(
        label="Linear CKA, biased",
        meaning="The same with every sentence compared with itself too, as most papers report it: "
        "independent noise of 50 sentences with 768 features scores 0.94. 1: the same.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Kornblith et al. 2019",
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
    "retrieval_p1": MetricInfo(
        label="Translation retrieval P@1",
        meaning="Share of sentences of one language whose nearest sentence in the other "
        "language, by cosine, is their translation; ties share a hit. Guessing scores "
        "one in n, so compare at equal numbers of sentences.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Artetxe & Schwenk 2019 (Tatoeba); Hu et al. 2020 (XTREME)",
    ),
    "retrieval_p1_csls": MetricInfo(
        label="Translation retrieval P@1 (CSLS)",
        meaning="The same with cross-domain similarity local scaling, which takes their pull "
        "from hubs, the sentences that are near to everything.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Conneau et al. 2018, section 2.3, k = 10",
    ),
    "retrieval_mrr": MetricInfo(
        label="Translation retrieval MRR",
        meaning="Mean of one over the rank at which a sentence finds its translation, by "
        "cosine. 1: always first. Guessing scores the n-th harmonic number over n.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Voorhees 1999 (TREC-8)",
    ),
    "retrieval_mrr_csls": MetricInfo(
        label="Translation retrieval MRR (CSLS)",
        meaning="The same with cross-domain similarity local scaling.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Conneau et al. 2018, section 2.3, k = 10",
    ),
    "neighbour_overlap": MetricInfo(
        label="Mutual neighbours",
        meaning="Share of a sentence's k nearest neighbours that two spaces have in common: two "
        "languages, or two checkpoints. Unrelated spaces share k / (n - 1).",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Huh et al. 2024, section 2",
    ),
    "mingling": MetricInfo(
        label="Mingling score",
        meaning="Mean entropy of the languages among each sentence's k nearest neighbours in "
        "the original space, over its mean under shuffled language labels. 0: separate "
        "islands; 1: as mixed as shuffled labels; above 1: more evenly mixed than by "
        "chance, as where translations are each other's neighbours. A collapsing space "
        "also mixes: read it beside the effective rank.",
        unit="",
        low=0.0,
        high=None,
        better="higher",
        source="computed; the expectation is exact",
    ),
    "language_mingling": MetricInfo(
        label="Mingling of a language",
        meaning="The mingling score over the sentences of one language alone: the entropy of the "
        "languages around them, over its mean under shuffled labels. 0: an island; 1: as mixed "
        "as shuffled labels.",
        unit="",
        low=0.0,
        high=None,
        better="higher",
        source="computed; the expectation is exact",
    ),
    "ilisi": MetricInfo(
        label="iLISI",
        meaning="Effective number of languages around the median sentence, nearer neighbours "
        "counting more, scaled so that 0 is separate islands and 1 all languages in "
        "equal parts. Shuffled labels stay below 1: their value stands beside it.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Korsunsky et al. 2019; scaled as in scIB (Luecken et al. 2022)",
    ),
    "ilisi_shuffled": MetricInfo(
        label="iLISI of shuffled labels",
        meaning="The same with the languages' labels shuffled over the sentences: what mixing by "
        "chance reaches.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="one seeded shuffle",
    ),
    "mean_cosine": MetricInfo(
        label="Mean cosine",
        meaning="Cosine of two different sentences, of whichever of the languages, on average. "
        "0: they point everywhere; near 1: all point the same way, so that cosines of "
        "translations hardly differ from others, and a space without the mean tells more.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Ethayarajh 2019",
    ),
    "mean_cosine_rest": MetricInfo(
        label="Mean cosine without dominating dimensions",
        meaning="The same with those dimensions set to 0 that make up 5 % or more of it each.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Timkey & van Schijndel 2021",
    ),
    "cosine_shares": MetricInfo(
        label="Share of a dimension in the mean cosine",
        meaning="What it adds to the mean cosine, over what all add in size.",
        unit="",
        low=-1.0,
        high=1.0,
        better="neither",
        source="Timkey & van Schijndel 2021",
    ),
    "language_probe": MetricInfo(
        label="Language identity probe",
        meaning="Accuracy of a linear classifier (linear discriminant analysis) that guesses "
        "the language of a sentence; no sentence is in training and test in any "
        "language. Guessing scores one over the number of languages. Lower is more "
        "mingled.",
        unit="points",
        low=0.0,
        high=1.0,
        better="lower",
        source="computed; five folds",
    ),
    "language_silhouette": MetricInfo(
        label="Silhouette by language",
        meaning="How much nearer a sentence is to its own language than to the nearest other "
        "one, in all distances. 1: tight clusters; about 0 or below: languages lie over "
        "one another.",
        unit="",
        low=-1.0,
        high=1.0,
        better="lower",
        source="Rousseeuw 1987",
    ),
    "language_variance": MetricInfo(
        label="Variance between languages",
        meaning="Share of the total variance that the languages' means explain. 0: all "
        "languages have the same mean.",
        unit="",
        low=0.0,
        high=1.0,
        better="lower",
        source="computed; one-way sum of squares",
    ),
    "effective_rank": MetricInfo(
        label="Effective rank",
        meaning="Number of directions that the centred space uses, from the entropy of its "
        "singular values. It falls when a space collapses, and then mixing and CKA rise "
        "by themselves.",
        unit="directions",
        low=1.0,
        high=None,
        better="neither",
        source="Roy & Vetterli 2007",
    ),
    "pos_transfer": MetricInfo(
        label="Part-of-speech transfer",
        meaning="Accuracy of a linear part-of-speech probe trained on the words of one language "
        "and tested on those of another, in sentences that the probe saw in no "
        "language.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="computed; linear discriminant analysis of gold UPOS",
    ),
}
