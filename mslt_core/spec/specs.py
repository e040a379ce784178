"""Questions. A spec is frozen, checked when made, and named by its content.

Everything that can change an answer is a field: data fingerprints, model weights, seeds.
Where the files lie is not; see `Where`.
"""

import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import language, languages

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
PretrainingFigures = Literal["xlmr_gib", "xlmr_tokens", "mbert", "mt5", "bloom"]
Codes = Literal["macro", "individual"]
"""Macro-languages as the paper's picks imply (ara, zho), or the standard languages (arb, cmn)."""
Normalisation = Literal["rank", "zscore", "rrf"]
Pooling = Literal["mean", "mean_no_special"]
Estimator = Literal["debiased", "biased"]
Projection = Literal["pca", "tsne", "umap"]
Precision = Literal["float32", "bfloat16"]

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""What every library takes."""

Lang = Annotated[str, BeforeValidator(lambda code: language(code).code)]
Langs = Annotated[tuple[str, ...], BeforeValidator(languages)]


PAIRWISE: frozenset[str] = frozenset({*get_args(FeatureSet), "embedding", "embedding_centred"})
"""Criteria that are sums over the pairs of a set."""


class Spec(BaseModel):
    """A question: frozen, without unknown fields, with a digest as its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_number: ClassVar[int] = 1
    """Raised when the same fields come to mean another answer."""

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as e:
            raise SpecError(_sentence(type(self).__name__, e)) from None

    def digest(self) -> str:
        """16 hexadecimal digits that name the question: kind, schema number and every field."""
        content = [type(self).__name__, self.schema_number, self.model_dump(mode="json")]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def but(self, **changes: Any) -> Self:
        """The same question with some fields changed, checked again."""
        return type(self)(**{**dict(self), **changes})


def _sentence(kind: str, error: ValidationError) -> str:
    """Pydantic's findings as one sentence with field, reason and value got."""
    parts = []
    for found in error.errors():
        cause = found.get("ctx", {}).get("error")
        if isinstance(cause, SpecError):
            parts.append(str(cause))
            continue
        field = ".".join(map(str, found["loc"])) or kind
        parts.append(f"{field}: {found['msg'].lower()}, got {found['input']!r}")
    return "; ".join(parts)


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
            raise SpecError(f"{', '.join(both)} cannot be both included and excluded")
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
        if not any(weight for _, weight in self.weights):
            raise SpecError(
                "all weights are zero" if names else "a blend needs weights",
                hint="Give at least one criterion a weight, for instance syntax:1,script:0.5.",
            )
        for name, weight in self.weights:
            if weight:
                self.but(criterion=name, weights=())  # its own demands hold here too


class TrainSpec(Spec):
    """Fine-tune `model` on `budget` examples shared over `source_langs`, score every target."""

    schema_number: ClassVar[int] = 1

    task: str
    data: str = Field(description="fingerprint of every file that the run reads")
    model: str = Field(description="display name of the base checkpoint")
    model_fingerprint: str
    source_langs: Langs
    target_langs: Langs
    budget: int = Field(
        lt=2**31, description="training examples in all, whatever the number of sources"
    )
    steps: int = Field(ge=1, lt=2**31, description="optimizer steps")
    batch_size: int = Field(default=16, ge=1, lt=2**31)
    learning_rate: float = Field(gt=0, lt=1)
    lr_warmup_ratio: float = Field(default=0.1, ge=0, lt=1, description="share of the steps")
    weight_decay: float = Field(default=0.01, ge=0)
    max_length: int = Field(
        default=128, ge=8, description="sub-words per sentence, special ones in"
    )
    eval_limit: int | None = Field(default=1000, ge=1, description="test items per language")
    precision: Precision = "float32"
    seed: Seed = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.source_langs:
            raise SpecError("no source language chosen", hint="Choose at least one.")
        if not self.target_langs:
            raise SpecError("no target language to score on", hint="Choose at least one.")
        if self.budget < len(self.source_langs):
            raise SpecError(
                f"a budget of {self.budget} examples is smaller than the "
                f"number of source languages, {len(self.source_langs)}",
                hint="Raise the budget or choose fewer languages.",
            )
        return self

    @property
    def name(self) -> str:
        """The paper's notation: SSLT(en), MSLT(de, en, es)."""
        return set_name(self.source_langs)


def set_name(source_langs: tuple[str, ...]) -> str:
    """SSLT(en) for one source language, MSLT(de, en, es) for several."""
    return f"{'SSLT' if len(source_langs) == 1 else 'MSLT'}({', '.join(source_langs)})"


class EmbedSpec(Spec):
    """Mean-pooled vectors of one language's sentences at one layer of one checkpoint."""

    checkpoint: str = Field(description="fingerprint of weights, tokenizer and configuration")
    corpus: str = Field(description="fingerprint of this language's sentence ids and texts")
    lang: Lang
    layer: int = Field(ge=0, description="0 is the embedding output, 1..n_layers the blocks'")
    pooling: Pooling = "mean"
    max_length: int = Field(default=128, ge=8)


class CkaSpec(Spec):
    """Linear CKA between every two of the embedded languages, rows joined by sentence id."""

    embeds: tuple[EmbedSpec, ...] = Field(min_length=2)
    estimator: Estimator = "debiased"
    ids: str = Field(description="fingerprint of the common sentence ids, in order")
    n: int = Field(ge=4, description="number of common sentences")


class MapSpec(Spec):
    """A 2-d map of several languages' sentences in one checkpoint, laid over a reference map."""

    embeds: tuple[EmbedSpec, ...] = Field(min_length=1)
    reference: tuple[EmbedSpec, ...] = Field(
        default=(), description="the map this one starts from and is turned towards; () for none"
    )
    ids: str = Field(description="fingerprint of the sentence ids shown, in order")
    n: int = Field(ge=4, description="sentences per language")
    method: Projection = "tsne"
    perplexity: float = Field(default=30.0, gt=1)
    n_neighbors: int = Field(default=15, ge=2)
    min_dist: float = Field(default=0.1, ge=0, le=1)
    seed: Seed = 0
    library: str = Field(description="name and version of the library that draws the map")

    @model_validator(mode="after")
    def _check(self) -> Self:
        n_samples = self.n * len(self.embeds)
        if self.method == "tsne" and self.perplexity >= n_samples / 3:
            raise SpecError(
                f"perplexity must be below n_samples / 3 = {n_samples / 3:.1f}, "
                f"got {self.perplexity:g}"
            )
        if self.method == "umap" and self.n_neighbors >= n_samples:
            raise SpecError(
                f"n_neighbors must be below n_samples = {n_samples}, got {self.n_neighbors}"
            )
        return self


class MingleSpec(Spec):
    """One look at the Mingling page: several checkpoints, one corpus, one layer, one method."""

    checkpoints: tuple[str, ...] = Field(min_length=1, description="base, run digests or paths")
    corpus: str = Field(description="cldr-parallel, or a folder of PUD treebanks")
    langs: Langs
    layer: int = Field(default=-1, description="-1 for the last one")
    pooling: Pooling = "mean"
    estimator: Estimator = "debiased"
    n: int = Field(default=200, ge=4, description="sentences per language on the map")
    method: Projection = "tsne"
    perplexity: float = Field(default=30.0, gt=1)
    n_neighbors: int = Field(default=15, ge=2)
    min_dist: float = Field(default=0.1, ge=0, le=1)
    seed: Seed = 0


class Where(BaseModel):
    """Where a run's files lie on this machine. Not part of any question."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    data: str | None = None
    model: str | None = None
