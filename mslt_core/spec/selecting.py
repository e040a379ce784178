"""The question of source selection, and the words that it is asked in."""

import math
from typing import ClassVar, Literal, Self, get_args

from pydantic import Field, model_validator

from mslt_core.spec.base import Langs, Spec
from mslt_core.spec.errors import SpecError

FeatureSet = Literal[
    "syntax",
    "phonology",
    "inventory",
    "family",
    "geography",
    "syntax_average",
    "phonology_average",
    "inventory_average",
]
"""Vectors of lang2vec. The plain ones are complete (missing values predicted), the averages hold
only what sources report."""


Criterion = Literal[
    FeatureSet,
    "pretraining_size",
    "vocabulary_coverage",
    "embedding",
    "embedding_centred",
    "script",
    "typology",
    "targets",
    "blend",
]


PAPER_POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")
"""The seven languages that the paper chooses from (Lim et al. 2024, section 5.1)."""


TEXT_CRITERIA: tuple[Criterion, ...] = ("vocabulary_coverage", "embedding", "embedding_centred")
"""Criteria that read a model and text."""


PretrainingFigures = Literal["xlmr_gib", "xlmr_tokens", "mbert", "mt5", "bloom"]


Codes = Literal["macro", "individual"]
"""Macro-languages as the paper's picks imply (ara, zho), or the standard languages (arb, cmn)."""


Normalisation = Literal["rank", "zscore", "rrf"]


PAIRWISE: frozenset[str] = frozenset({*get_args(FeatureSet), "embedding", "embedding_centred"})
"""Criteria that are sums over the pairs of a set."""


class SelectSpec(Spec):
    """Which sets of `k` languages out of `pool` are best under `criterion`?

    Fields that the criterion does not use do not matter to its answer.
    """

    schema_number: ClassVar[int] = 2

    pool: Langs
    k: int = Field(ge=1, le=7)
    criterion: Criterion = "syntax"
    minimise: bool = Field(default=False, description="the lowest score first")
    include: Langs = Field(default=(), description="languages that every set holds")
    exclude: Langs = Field(default=(), description="languages that no set holds")
    codes: Codes = "macro"
    targets: Langs = Field(default=(), description="for the criterion targets")
    target_by: FeatureSet = Field(default="syntax", description="similar in what")
    pretraining: PretrainingFigures = "xlmr_gib"
    model: str = Field(default="base", description="checkpoint of tokenizer and embeddings")
    corpus: str = Field(default="cldr-parallel", description="text of vocabulary and embeddings")
    layer: int = -1
    weights: tuple[tuple[Criterion, float], ...] = Field(
        default=(), description="for the criterion blend; below 0, less is better"
    )
    normalise: Normalisation = Field(default="rank", description="what a blend adds up")

    @property
    def free(self) -> tuple[str, ...]:
        """The pool without what is excluded: all languages that a set can hold."""
        return tuple(lang for lang in self.pool if lang not in self.exclude)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.k > len(self.free):
            excluded = f" ({len(self.exclude)} of it excluded)" if self.exclude else ""
            raise SpecError(
                f"k = {self.k} is larger than the pool of {len(self.pool)} languages{excluded}",
                hint="Add languages to the pool or lower k.",
            )
        for field in ("include", "exclude"):
            if strangers := set(getattr(self, field)) - set(self.pool):
                raise SpecError(
                    f"{field}: {', '.join(sorted(strangers))} not in the pool "
                    f"{', '.join(self.pool)}",
                    hint="Add it to the pool or leave it out.",
                )
        if both := sorted(set(self.include) & set(self.exclude)):
            raise SpecError(f"the same language is included and excluded: {', '.join(both)}")
        if len(self.include) > self.k:
            raise SpecError(
                f"{len(self.include)} languages must be in ({', '.join(self.include)}), "
                f"more than k = {self.k}"
            )
        self._check_criterion()
        return self

    def _check_criterion(self) -> None:
        if self.k == 1 and self.criterion in PAIRWISE:
            raise SpecError(
                f"k must be 2 or more for {self.criterion}, got 1",
                hint="Diversity is a sum over pairs, so it has no meaning for one language.",
            )
        if self.criterion == "targets" and not self.targets:
            raise SpecError(
                "no target language chosen", hint="Choose the languages to be close to."
            )
        if self.criterion == "blend":
            self._check_weights()

    def _check_weights(self) -> None:
        names = [name for name, _ in self.weights]
        if len(set(names)) < len(names) or "blend" in names:
            raise SpecError(f"weights name each criterion once and no blend, got {names}")
        if odd := [weight for _, weight in self.weights if not math.isfinite(weight)]:
            raise SpecError(f"a weight must be a finite number, got {odd[0]}")
        if not any(weight for _, weight in self.weights):
            raise SpecError(
                "all weights are zero" if names else "a blend needs weights",
                hint="Give at least one criterion a weight, for instance syntax:1,script:0.5.",
            )
        for name, weight in self.weights:
            if weight:
                self.but(criterion=name, weights=())  # its own demands hold here too
