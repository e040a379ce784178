"""Vectors of parallel sentences: computed once, kept per language and layer, joined by id."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mslt_core.data import parallel
from mslt_core.pipeline.checkpoints import require_weights
from mslt_core.pipeline.corpora import open_corpus
from mslt_core.spec.corpora import CorpusReport, Original
from mslt_core.spec.errors import BadInputError, DataError, NotComputedError
from mslt_core.spec.languages import languages
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import EmbedSpec, Pooling, Precision
from mslt_core.store import Arrays, Store

Report = Callable[[int, int, str], None]
Embeddings = npt.NDArray[np.float32]
Layers = Sequence[int] | Literal["all"]

MAX_LENGTH = 512
"""Sub-words of a sentence at most, as XLM-R and its kin read; less where a model reads less."""
EXAMPLE_MAX_LENGTH = 128  # what the example's model reads, and its phrases are all shorter


def quiet(done: int, total: int, message: str) -> None:
    """A `Report` that says nothing."""


def layer_of(ref: CheckpointRef, layer: int) -> int:
    """A layer counted from the front: 0 is the embedding output, -1 stands for the last block."""
    found = layer + ref.n_layers + 1 if layer < 0 else layer
    if not 0 <= found <= ref.n_layers:
        raise BadInputError(
            f"{ref.name} has layers 0 to {ref.n_layers}, got {layer}",
            hint="-1 is the last one.",
        )
    return found


def layers_of(ref: CheckpointRef, layers: Layers) -> tuple[int, ...]:
    """Layers counted from the front, sorted, each once; "all" for all that the checkpoint has."""
    if layers == "all":
        return tuple(range(ref.n_layers + 1))
    return tuple(sorted({layer_of(ref, layer) for layer in layers}))


def relative_depth(ref: CheckpointRef, layer: int) -> float:
    """Where a layer lies: 0 for the embedding output, 1 for the last block; to set checkpoints of
    different depth side by side."""
    return layer_of(ref, layer) / ref.n_layers


class Question:
    """What several answers share: one corpus, its languages and sentences, layers, one pooling."""

    def __init__(
        self,
        corpus: str,
        langs: Sequence[str],
        layer: int = -1,
        pooling: Pooling = "mean",
        *,
        layers: Layers | None = None,
        original: Original = "any",
        precision: Precision = "float32",
        roots: tuple[Path, ...] | None = None,
    ) -> None:
        self.corpus = open_corpus(corpus, roots=roots)
        self.langs = languages(langs or self.corpus.langs)
        if not self.langs:
            raise BadInputError("no language chosen", hint="Give some, for instance en,ar,id.")
        self.layer = layer
        self.layers: Layers = layers if layers == "all" else tuple({layer, *(layers or ())})
        """Computed together when one of them is missing; `layer` is always among them."""
        self.pooling = pooling
        self.original = original
        self.precision = precision
        self.max_length = EXAMPLE_MAX_LENGTH if self.corpus.kind == "example" else MAX_LENGTH
        self.ids = parallel.common_ids(self.corpus, self.langs, original=original)

    def embed_specs(self, ref: CheckpointRef, layer: int | None = None) -> tuple[EmbedSpec, ...]:
        """One spec a language, at `layer` or else at the question's own, counted from the front."""
        found = layer_of(ref, self.layer if layer is None else layer)
        return tuple(
            EmbedSpec(
                checkpoint=ref.fingerprint,
                corpus=self.corpus.fingerprint(lang),
                lang=lang,
                layer=found,
                pooling=self.pooling,
                max_length=self.max_length,
                precision=self.precision,
            )
            for lang in self.langs
        )

    def n_unpaired(self) -> dict[str, int]:
        """Per language how many sentences some other language lacks; languages without any left
        out."""
        return {lang: n for lang, n in self.told().n_unpaired.items() if n}

    def told(self) -> CorpusReport:
        """What was found in the corpus, and what is left out of it."""
        return parallel.corpus_report(self.corpus, self.langs, original=self.original)

    def groups(self, ids: Sequence[str] | None = None) -> npt.NDArray[np.int64]:
        """(n_ids,) the document of every sentence as a number, from 0; a sentence without one is
        a document of its own. Of the common ids unless others are given."""
        return parallel.document_groups(self.corpus, self.langs, self.ids if ids is None else ids)

    def shown_ids(self, n: int, seed: int) -> tuple[str, ...]:
        """`n` of the common ids, drawn once for all checkpoints, in the corpus's order."""
        if n >= len(self.ids):
            return self.ids
        picked = np.random.default_rng(seed).permutation(len(self.ids))[:n]
        return tuple(self.ids[i] for i in np.sort(picked))


def embed_layers(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    layers: Layers | None = None,
    report: Report = quiet,
    *,
    compute: bool = True,
) -> tuple[int, ...]:
    """See that every language of a question is embedded at `layers`, or else at its own ones.

    What is missing is computed: the model is loaded once, each language goes through it once for
    all of its missing layers, and no more than one language is held in memory.

    Returns
    -------
    tuple of int
        The layers, counted from the front.

    Raises
    ------
    NotComputedError
        If something is missing and `compute` is False.
    """
    numbers = layers_of(ref, question.layers if layers is None else layers)
    missing: dict[str, list[EmbedSpec]] = {}
    for layer in numbers:
        for spec in question.embed_specs(ref, layer):
            if store.arrays.peek(spec) is None:  # read, since a damaged entry counts as missing
                missing.setdefault(spec.lang, []).append(spec)
    if missing:
        if not compute:
            raise NotComputedError(f"the embeddings of {ref.name} are not computed yet")
        _embed_missing(store, question, ref, missing, report)
    return numbers


def _embed_missing(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    missing: dict[str, list[EmbedSpec]],
    report: Report,
) -> None:
    from mslt_core.models import config, devices, embed, load

    folder = require_weights(ref)
    report(0, len(missing), f"{ref.name}: loading")
    model: Any = load.load_encoder(folder)
    model.to(devices.best_device())
    tokenizer = load.load_tokenizer(folder)
    for done, (lang, specs) in enumerate(sorted(missing.items())):
        report(done, len(missing), f"{ref.name}: embedding {lang}")
        texts = question.corpus.sentences(lang)
        try:
            got = embed.embed(
                model,
                tokenizer,
                list(texts.values()),
                layers=[spec.layer for spec in specs],
                pooling=question.pooling,
                max_length=min(question.max_length, config.max_length(folder)),
                precision=question.precision,
            )
        except DataError as e:  # it knows the sentence, and not the language
            raise DataError(f"{question.corpus.name}, {lang}: {e.message}", hint=e.hint) from e
        for spec in specs:
            arrays: Arrays = {
                "embeddings": got.layers[spec.layer],
                "n_truncated": np.array([got.n_truncated], dtype=np.int64),
            }
            store.arrays.put(spec, arrays)


def embeddings(
    store: Store, question: Question, ref: CheckpointRef, report: Report = quiet
) -> dict[str, Embeddings]:
    """Per language (n_sentences, hidden_size) at the question's layer, rows in the corpus's order
    for that language."""
    return _vectors(store, question, ref, question.layer, report, compute=True)


def layer_rows(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    layer: int,
    report: Report = quiet,
    *,
    ids: Sequence[str] | None = None,
    compute: bool = True,
) -> list[Embeddings]:
    """Per language of the question (n_ids, hidden_size) at one layer: row i is sentence i of the
    common ids (or of `ids`) in every language.

    Where something is missing, all layers of the question are computed in one pass.
    """
    vectors = _vectors(store, question, ref, layer, report, compute=compute)
    return joined_rows(question, vectors, question.ids if ids is None else ids)


def n_truncated(store: Store, question: Question, ref: CheckpointRef) -> dict[str, int]:
    """Per embedded language how many sentences were cut off, being longer than what is read."""
    found = {spec.lang: store.arrays.peek(spec) for spec in question.embed_specs(ref)}
    return {lang: int(arrays["n_truncated"][0]) for lang, arrays in found.items() if arrays}


def _vectors(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    layer: int,
    report: Report,
    *,
    compute: bool,
) -> dict[str, Embeddings]:
    specs = question.embed_specs(ref, layer)
    found = {spec.lang: store.arrays.peek(spec) for spec in specs}
    if any(arrays is None for arrays in found.values()):
        wanted = {*layers_of(ref, question.layers), layer_of(ref, layer)}
        embed_layers(store, question, ref, sorted(wanted), report, compute=compute)
        found = {spec.lang: store.arrays.peek(spec) for spec in specs}
    return {lang: arrays["embeddings"] for lang, arrays in found.items() if arrays is not None}


def joined_rows(
    question: Question, vectors: dict[str, Embeddings], ids: Sequence[str]
) -> list[Embeddings]:
    """Per language the rows of `ids`, in that order: joined by sentence id, never by position."""
    joined = []
    for lang in question.langs:
        row_of = {sent_id: row for row, sent_id in enumerate(question.corpus.sentences(lang))}
        joined.append(vectors[lang][[row_of[sent_id] for sent_id in ids]])
    return joined
