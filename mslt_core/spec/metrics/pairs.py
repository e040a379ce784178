"""How two spaces of the same sentences relate."""

from mslt_core.spec.metrics.info import MetricInfo

PAIRS: dict[str, MetricInfo] = {
    "rbf_cka": MetricInfo(
        label="RBF CKA",
        meaning="CKA with a Gaussian kernel, which looks at near sentences alone; the bandwidth "
        "is 0.8 of the median distance. 1: the same neighbourhoods; 0: as unrelated "
        "as chance.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Kornblith et al. 2019; debiased: Song et al. 2012",
    ),
    "cka_between_documents": MetricInfo(
        label="CKA between documents",
        meaning="Debiased CKA from pairs of sentences of different documents alone: what "
        "documents by themselves bring about is left out. The interval is drawn around "
        "it.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Song et al. 2012; interval: Efron & Stein 1981, Busing et al. 1999",
    ),
    "cka_by_chance": MetricInfo(
        label="CKA expected by chance",
        meaning="Mean CKA over all ways of pairing the sentences of the two languages at random: "
        "0 for the debiased estimator, above 0 for the biased one.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Kazi-Aoual et al. 1995; Josse et al. 2008",
    ),
    "cka_p": MetricInfo(
        label="p of CKA by chance",
        meaning="Share of random pairings of sentences that give as high a CKA or a higher one. "
        "It tells whether anything is shared, not how much.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Josse et al. 2008; Pearson type III",
    ),
    "cka_biased_p": MetricInfo(
        label="p of biased CKA by chance",
        meaning="Share of random pairings of sentences that give as high a biased CKA or a higher "
        "one.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Josse et al. 2008; Pearson type III",
    ),
    "rbf_cka_p": MetricInfo(
        label="p of RBF CKA by chance",
        meaning="Share of random pairings of sentences that give as high an RBF CKA or a higher "
        "one.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Josse et al. 2008; Pearson type III",
    ),
    "checkpoint_cka": MetricInfo(
        label="CKA between checkpoints",
        meaning="How alike one language's embeddings are before and after training. 1: the space "
        "has only been turned or scaled; 0: as unrelated as chance.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Kornblith et al. 2019",
    ),
    "checkpoint_neighbours": MetricInfo(
        label="Neighbours kept",
        meaning="Share of a sentence's k nearest neighbours, among its own language's sentences, "
        "that it has both before and after training. Unrelated spaces share k / (n - 1).",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="Huh et al. 2024, section 2",
    ),
    "alignment_error": MetricInfo(
        label="Alignment error",
        meaning="Mean distance of a sentence and its translation, in the unit of the embeddings. "
        "It shrinks when the whole space shrinks.",
        unit="",
        low=0.0,
        high=None,
        better="lower",
        source="mean distance of translation pairs",
    ),
    "cosine_error": MetricInfo(
        label="Alignment error by cosine",
        meaning="Mean of 1 minus the cosine of a sentence and its translation, 0 to 2. Where all "
        "sentences point the same way it is small for others, too.",
        unit="",
        low=0.0,
        high=None,
        better="lower",
        source="mean distance of translation pairs",
    ),
    "relative_cosine_error": MetricInfo(
        label="Relative alignment error by cosine",
        meaning="Alignment error by cosine as a share of that of sentences that are not "
        "translations. 0: translations point the same way; 1: no more so than any two sentences.",
        unit="",
        low=0.0,
        high=1.0,
        better="lower",
        source="mean distance of translation pairs over that of non-pairs",
    ),
    "relative_alignment_error": MetricInfo(
        label="Relative alignment error",
        meaning="Alignment error as a share of the mean distance of sentences that are not "
        "translations. 0: translations coincide; 1: they are no closer than any two "
        "sentences.",
        unit="",
        low=0.0,
        high=1.0,
        better="lower",
        source="mean distance of translation pairs over that of non-pairs",
    ),
    "procrustes_residual": MetricInfo(
        label="Procrustes residual",
        meaning="What the best rotation of one language onto the other leaves, fitted on half of "
        "the documents and scored on the other half. 0: a turned copy; 1: the rotation "
        "tells nothing about unseen sentences. Its interval is about the rotations that were "
        "fitted, on other documents.",
        unit="",
        low=0.0,
        high=1.0,
        better="lower",
        source="Schönemann 1966",
    ),
    "procrustes_by_chance": MetricInfo(
        label="Procrustes residual by chance",
        meaning="The same with the sentences of one language shuffled: about 1.",
        unit="",
        low=0.0,
        high=1.0,
        better="neither",
        source="one seeded shuffle",
    ),
    "gromov_wasserstein": MetricInfo(
        label="Gromov-Wasserstein distance",
        meaning="How far two spaces differ in shape under the best matching of sentences found "
        "from blind starts and from the translations: root mean square difference of "
        "distances, in units of the mean distance. 0: the same shape. Without an interval: the "
        "search ends in another local minimum for other sentences, so that their spread would be "
        "the search's too.",
        unit="",
        low=0.0,
        high=None,
        better="lower",
        source="Mémoli 2011; POT",
    ),
    "gromov_matched": MetricInfo(
        label="Translations matched by shape",
        meaning="Share of sentences that the Gromov-Wasserstein search matches with their own "
        "translation, from the shapes of the spaces alone. Without an interval, as the distance.",
        unit="",
        low=0.0,
        high=1.0,
        better="higher",
        source="Alvarez-Melis & Jaakkola 2018; POT",
    ),
    "gromov_uniform": MetricInfo(
        label="Distance without a matching",
        meaning="What matching every sentence with all others alike gives: in wide spaces all "
        "distances are alike, and any two shapes are near.",
        unit="",
        low=0.0,
        high=None,
        better="neither",
        source="Mémoli 2011",
    ),
}
