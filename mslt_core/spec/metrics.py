"""Every number that is shown, declared once: label, meaning, unit, range, direction, source."""

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True, kw_only=True)
class MetricInfo:
    """What a number is. Pages and figures take words and axis ranges from here."""

    label: str
    meaning: str
    unit: str
    low: float | None
    high: float | None
    better: Literal["higher", "lower", "neither"]
    source: str

    @property
    def in_sentence(self) -> str:
        """The label in the middle of a sentence: token accuracy, answer F1."""
        return self.label[0].lower() + self.label[1:]


WITH_MAJORITY = frozenset({"accuracy", "item_accuracy"})
"""Scores to which the majority accuracy is what a model gets that learned nothing."""

METRICS: dict[str, MetricInfo] = {
    "accuracy": MetricInfo(
        label="Token accuracy",
        meaning="Share of words whose predicted tag equals the gold tag, O included. "
        "The paper reports this for WikiANN.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Lim et al. 2024, section 5.2",
    ),
    "span_f1": MetricInfo(
        label="Span F1",
        meaning="F1 over whole entities: type, start and end must match. "
        "seqeval's default convention: an I- tag after O or another type opens an entity.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Tjong Kim Sang & De Meulder 2003; seqeval",
    ),
    "item_accuracy": MetricInfo(
        label="Accuracy",
        meaning="Share of test items whose predicted label is the gold one.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Conneau et al. 2018 (XNLI); Yang et al. 2019 (PAWS-X)",
    ),
    "macro_f1": MetricInfo(
        label="Macro F1",
        meaning="Mean over the labels of the F1 of each, so that a rare label counts as much as "
        "a frequent one. A label that is neither gold nor predicted is left out.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="scikit-learn, f1_score(average='macro')",
    ),
    "answer_f1": MetricInfo(
        label="Answer F1",
        meaning="Mean over the questions of the F1 of the words that the predicted and the best "
        "gold answer share, lower case, without ASCII punctuation and English articles.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Rajpurkar et al. 2016 (SQuAD 1.1); Clark et al. 2020 (TyDi QA)",
    ),
    "exact_match": MetricInfo(
        label="Exact match",
        meaning="Share of questions whose predicted answer equals a gold one, lower case, "
        "without ASCII punctuation and English articles.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="Rajpurkar et al. 2016 (SQuAD 1.1)",
    ),
    "majority_accuracy": MetricInfo(
        label="Majority accuracy",
        meaning="Accuracy of always answering the language's most frequent gold label: "
        "what a model that learned nothing can get.",
        unit="points",
        low=0.0,
        high=1.0,
        better="neither",
        source="computed from the gold tags of the scored items",
    ),
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
    "loss": MetricInfo(
        label="Training loss",
        meaning="Mean cross-entropy per label of the batches since the last report.",
        unit="nats",
        low=0.0,
        high=None,
        better="lower",
        source="computed while training",
    ),
}
