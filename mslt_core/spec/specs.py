"""Questions. A spec is frozen, checked when made, and named by its content.

Everything that can change an answer is a field: data fingerprints, model weights, seeds.
Where the files lie is not; see `Where`.
"""

import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import language, languages

Pooling = Literal["mean", "mean_no_special"]
Estimator = Literal["debiased", "biased"]
Projection = Literal["pca", "tsne", "umap"]
Precision = Literal["float32", "bfloat16"]

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""What every library takes."""

Lang = Annotated[str, BeforeValidator(lambda code: language(code).code)]
Langs = Annotated[tuple[str, ...], BeforeValidator(languages)]


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


class LanguageVectorSpec(Spec):
    """The mean of a language's sentence vectors."""

    embed: EmbedSpec


class VocabularySpec(Spec):
    """The sub-words that a tokenizer uses in one language's text."""

    tokenizer: str = Field(description="fingerprint of tokenizer.json")
    text: str = Field(description="fingerprint of the language's sentences")
    lang: Lang


class LanguageVectorsSpec(Spec):
    """The work of embedding `langs`, for the criteria that compare language vectors."""

    checkpoint: str = Field(description="base, a run's digest, or a path")
    corpus: str
    langs: Langs
    layer: int = -1
    pooling: Pooling = "mean"


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
