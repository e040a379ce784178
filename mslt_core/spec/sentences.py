"""A labelled sentence, as tasks give it and models take it."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaggedSentence:
    """One sentence for token classification."""

    row_id: str
    """Names the row in its source, for instance ``train-en.tsv:17``; stable across runs."""
    tokens: tuple[str, ...]
    labels: tuple[int, ...]
    """Indices into the task's label names, one a token."""
