"""Questions.

Everything that can change an answer is a field: data fingerprints, model weights, seeds.
Where the files lie is not; see `Where`.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mslt_core.spec import maps
from mslt_core.spec.base import Lang, Langs, Later, Seed, Spec
from mslt_core.spec.corpora import Original
from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import label, languages
from mslt_core.spec.maps import Fit, MapParameters

Pooling = Literal["mean", "mean_no_special", "first", "max"]
Estimator = Literal["debiased", "biased"]
Kernel = Literal["linear", "rbf"]
Projection = maps.Projection
Precision = Literal["float32", "bfloat16"]
Rows = Literal["independent", "parallel", "disjoint"]
Tune = Literal["all", "lora", "head"]
Select = Literal["last", "source", "target"]

OWN_TOLD = {"own": "own data"}
"""Tasks whose name says little to a reader."""


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
    weight_decay: float = Field(default=0.01, ge=0, allow_inf_nan=False)
    max_length: int = Field(default=128, ge=8, description="sub-words a text, special ones in")
    eval_limit: int | None = Field(default=1000, ge=1, description="test items per language")
    precision: Precision = "float32"
    seed: Seed = 0
    alpha: Annotated[float, Later] = Field(
        default=0.0, ge=0, le=1, description="shares go with size^alpha: 0 equal, 1 proportional"
    )
    rows: Annotated[Rows, Later] = Field(
        default="independent",
        description="parallel data: each language its own draw, the same meanings, or no meaning "
        "twice",
    )
    tune: Annotated[Tune, Later] = Field(
        default="all", description="all weights, LoRA adapters, or the head on a frozen encoder"
    )
    lora_rank: Annotated[int, Later] = Field(default=8, ge=1, le=1024)
    shots: Annotated[int, Later] = Field(
        default=0, ge=0, description="examples of each of shot_langs inside the budget"
    )
    shot_langs: Annotated[Langs, Later] = ()
    eval_every: Annotated[int | None, Later] = Field(
        default=None, ge=1, description="optimizer steps between two points of the learning curve"
    )
    holdout: Annotated[int, Later] = Field(
        default=0, ge=0, description="training rows of the sources kept out, to select a checkpoint"
    )
    select: Annotated[Select, Later] = Field(
        default="last",
        description="the checkpoint that is scored: the last, or the best on held-out rows of the "
        "sources, or the best on the targets' test items (not zero-shot)",
    )
    eval_task: Annotated[str | None, Later] = Field(
        default=None, description="another task of the same kind and labels to score on"
    )
    eval_data: Annotated[str | None, Later] = Field(
        default=None, description="fingerprint of that task's files"
    )
    eval_draw: Annotated[Literal["sample"] | None, Later] = Field(
        default=None,
        description="how its items are drawn; earlier versions did it in two ways and did not say",
    )
    oracle: Annotated[bool, Later] = Field(
        default=False,
        description="one language on its own data: a mark for its score, no set to compare",
    )
    keep_every: Annotated[int | None, Later] = Field(
        default=None, ge=1, description="optimizer steps between two that keep their weights"
    )
    group_by_length: Annotated[bool, Later] = True  # rows of like length meet; new runs: False

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
        if self.oracle and self.source_langs != self.target_langs:
            raise SpecError(
                f"an oracle is trained and scored on one and the same language, got "
                f"{', '.join(self.source_langs)} and {', '.join(self.target_langs)}"
            )
        if self.eval_draw and not self.eval_task:
            raise SpecError("eval_draw is of another data set to score on, and there is none")
        self._check_shots()
        self._check_selection()
        return self

    def _check_shots(self) -> None:
        if bool(self.shots) != bool(self.shot_langs):
            raise SpecError(
                f"{self.shots} shots of {', '.join(self.shot_langs) or 'no language'}",
                hint="Few-shot training needs both a number and target languages.",
            )
        if both := set(self.shot_langs) & set(self.source_langs):
            named = ", ".join(label(lang) for lang in sorted(both))
            raise SpecError(f"{named} is a source already, so no few-shot target")
        left = self.budget - self.shots * len(self.shot_langs)
        if left < len(self.source_langs):
            raise SpecError(
                f"{self.shots} examples of {len(self.shot_langs)} targets leave {max(left, 0)} of "
                f"a budget of {self.budget} for {len(self.source_langs)} sources",
                hint="Raise the budget or lower the shots.",
            )

    def _check_selection(self) -> None:
        if self.select != "last" and self.eval_every is None:
            raise SpecError(
                f"selecting the best checkpoint on the {self.select} needs points to choose from",
                hint="Give the steps between two evaluations.",
            )
        if (self.select == "source") != (self.holdout > 0):
            raise SpecError(
                f"{self.holdout} held-out rows with selection {self.select!r}",
                hint="Held-out rows of the sources are what selection by source needs, and "
                "nothing else does.",
            )
        if self.holdout and self.holdout < len(self.source_langs):
            raise SpecError(
                f"{self.holdout} held-out rows do not reach {len(self.source_langs)} sources",
                hint="Hold out more rows.",
            )

    @property
    def name(self) -> str:
        """The paper's notation: SSLT(en), MSLT(de, en, es); MSLT(de, en) + 10 th with shots."""
        if self.oracle:
            return f"Oracle({', '.join(self.source_langs)})"
        return set_name(self.source_langs, self.shots, self.shot_langs)

    @property
    def task_told(self) -> str:
        """wikiann; wikiann scored on own data, where the test items are another data set's."""
        task = OWN_TOLD.get(self.task, self.task)
        if self.eval_task is None:
            return task
        another = "another " if self.eval_task == self.task else ""
        return f"{task} scored on {another}{OWN_TOLD.get(self.eval_task, self.eval_task)}"

    @property
    def items_unsure(self) -> bool:
        """Whether an earlier version drew the test items, and its question does not tell how."""
        return self.eval_task is not None and self.eval_draw is None

    @property
    def snapshot_steps(self) -> tuple[int, ...]:
        """Steps whose weights are kept besides the run's own, which often are the last ones."""
        if not self.keep_every:
            return ()
        # where others are chosen, the run's own weights are those, not the last
        end = self.steps if self.select == "last" else self.steps + 1
        return tuple(range(self.keep_every, end, self.keep_every))

    @property
    def seen_langs(self) -> tuple[str, ...]:
        """Languages with training examples: sources, and targets with shots."""
        return languages((*self.source_langs, *self.shot_langs))


def set_name(
    source_langs: tuple[str, ...], shots: int = 0, shot_langs: tuple[str, ...] = ()
) -> str:
    """SSLT(en) for one source language, MSLT(de, en, es) for several; + 10 th with shots."""
    few_shot = f" + {shots} {', '.join(shot_langs)}" if shots else ""
    return f"{'SSLT' if len(source_langs) == 1 else 'MSLT'}({', '.join(source_langs)}){few_shot}"


class EmbedSpec(Spec):
    """Pooled vectors of one language's sentences at one layer of one checkpoint."""

    checkpoint: str = Field(description="fingerprint of weights, tokenizer and configuration")
    corpus: str = Field(description="fingerprint of this language's sentence ids and texts")
    lang: Lang
    layer: int = Field(ge=0, description="0 is the embedding output, 1..n_layers the blocks'")
    pooling: Pooling = "mean"
    max_length: int = Field(
        default=128, ge=8, description="sub-words at most; fewer where the model reads fewer"
    )
    precision: Annotated[Precision, Later] = Field(
        default="float32", description="of the matrix products on a GPU"
    )


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


class MapSpec(MapParameters):
    """A 2-d map of several languages' sentences in one checkpoint, laid over a reference map."""

    embeds: tuple[EmbedSpec, ...] = Field(min_length=1)
    reference: tuple[EmbedSpec, ...] = Field(
        default=(), description="the map this one starts from and is turned towards; () for none"
    )
    ids: str = Field(description="fingerprint of the sentence ids shown, in order")
    n: int = Field(ge=4, description="sentences per language")
    method: Projection = "tsne"
    seed: Seed = 0
    library: str = Field(description="name and version of the library that draws the map")
    start: Annotated[str, Later] = Field(
        default="", description="digest of the reference's map, where that has a reference itself"
    )
    joint: Annotated[tuple[tuple[EmbedSpec, ...], ...], Later] = Field(
        default=(), description="all checkpoints of one fit, in order; () for a fit of its own"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.check_fit(self.method, self.n * len(self.embeds) * max(1, len(self.joint)))
        return self


class MingleSpec(MapParameters):
    """One look at the Mingling page: several checkpoints, one corpus, one layer, one method."""

    checkpoints: tuple[str, ...] = Field(min_length=1, description="base, run digests or paths")
    corpus: str = Field(description="cldr-parallel, or a folder of PUD treebanks")
    langs: Langs
    layer: int = Field(default=-1, description="-1 for the last one")
    pooling: Pooling = "mean"
    estimator: Estimator = "debiased"
    n: int = Field(default=200, ge=4, description="sentences per language on the map")
    method: Projection = "tsne"
    seed: Seed = 0
    fit: Annotated[Fit, Later] = "aligned"
    original: Annotated[Original, Later] = Field(
        default="any", description="language they were written in first"
    )


class Where(BaseModel):
    """Where a run's files lie on this machine. Not part of any question."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    data: str | None = None
    model: str | None = None
    eval_data: str | None = None
