"""What a declaration of a number says."""

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
