"""How well a model does a task, and how its training goes."""

from mslt_core.spec.metrics.info import MetricInfo

TASK_SCORES: dict[str, MetricInfo] = {
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
    "label_precision": MetricInfo(
        label="Precision",
        meaning="Of what is predicted as this label, the share that is right; of entities type, "
        "start and end must match.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="van Rijsbergen 1979; entities after seqeval's default convention",
    ),
    "label_recall": MetricInfo(
        label="Recall",
        meaning="Of what is gold of this label, the share that is found.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="van Rijsbergen 1979",
    ),
    "label_f1": MetricInfo(
        label="F1",
        meaning="Harmonic mean of precision and recall of one label. Its interval is of these two "
        "runs over further test items; other seeds are no part of it.",
        unit="points",
        low=0.0,
        high=1.0,
        better="higher",
        source="van Rijsbergen 1979; interval by the delta method",
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
