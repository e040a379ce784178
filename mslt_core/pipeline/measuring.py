"""Measures of the space layer by layer, computed once and kept."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mslt_core.analysis.jackknife import Measured, document_blocks
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import Question, Report, layer_rows, layers_of, quiet
from mslt_core.pipeline.looking import fingerprint, finished, ids_fingerprint
from mslt_core.pipeline.measured import Found, Measures
from mslt_core.pipeline.parts import Grouped, measured_part
from mslt_core.pipeline.tagged import (
    LAYERS_AT_ONCE,
    TaggedSentences,
    tagged_sentences,
    transfer,
)
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.measuring import SPACED, LayerSpec, MeasureSpec, Part
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import Where
from mslt_core.store import Arrays, Store

MIN_SENTENCES = 20
"""Fewer parallel sentences than this say nothing about languages."""


def measure(
    store: Store,
    look: MeasureSpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
    vectors: Store | None = None,
) -> Measures:
    """Every part of a look at every layer of every checkpoint.

    With ``compute=False`` nothing is computed: NotComputedError names the first missing part.
    Sentence vectors are kept in `vectors`, by default the store itself.
    """
    question = _question(look, roots)
    refs = [checkpoint(store, key, roots=roots) for key in look.checkpoints]
    layers = [layers_of(ref, look.layers or "all") for ref in refs]
    asked = Asked(store, look, question, vectors)
    places = [
        _At(ref, of_ref, layer)
        for ref, of_ref in zip(refs, layers, strict=True)
        for layer in of_ref
    ]
    found: dict[tuple[str, int], dict[str, Measured]] = {}
    for done, at in enumerate(places):

        def told(_done: int, _total: int, message: str, done: int = done) -> None:
            report(done, len(places), message)

        told(0, 0, f"{at.ref.name}: layer {at.layer}")
        here = found.setdefault((at.ref.key, at.layer), {})
        for part in look.parts:
            here |= _part(asked, at, part, told, compute=compute)
    return Measures(
        checkpoints=tuple(refs),
        layers=tuple(layers),
        found=tuple(
            tuple(found[ref.key, layer] for layer in of_ref)
            for ref, of_ref in zip(refs, layers, strict=True)
        ),
        langs=question.langs,
        n=len(question.ids),
        n_blocks=len(np.unique(asked.sentences.blocks)),
        space=look.space,
    )


class _At(NamedTuple):
    """One layer of a checkpoint, among those that are looked at."""

    ref: CheckpointRef
    layers: tuple[int, ...]
    layer: int


class Asked:
    """A look, and the sentences that are looked at."""

    def __init__(
        self, store: Store, look: MeasureSpec, question: Question, vectors: Store | None = None
    ) -> None:
        self.store, self.look, self.question = store, look, question
        self.vectors = vectors or store
        documents = question.groups()
        blocks = document_blocks(documents, seed=look.seed)
        self.sentences = Grouped(documents, blocks)
        self.tagged = (
            tagged_sentences(question, blocks, look.seed) if "words" in look.parts else None
        )

    def spec(self, ref: CheckpointRef, layer: int, part: Part) -> LayerSpec:
        """What the store keeps a part under."""
        if self.tagged and part == "words":
            return self._of_words(self.tagged, ref, layer)
        of_documents = part == "cka" and self.sentences.tells_documents
        return LayerSpec(
            part=part,
            embeds=self.question.embed_specs(ref, layer),
            ids=ids_fingerprint(self.question.ids),
            n=len(self.question.ids),
            blocks=fingerprint(self.sentences.blocks.tobytes()),
            space=self.look.space if part in SPACED else "raw",
            k=self.look.k if part in {"pairs", "mixing", "language_mixing"} else 0,
            seed=self.look.seed,
            documents=fingerprint(self.sentences.documents.tobytes()) if of_documents else "",
        )

    def _of_words(self, tagged: TaggedSentences, ref: CheckpointRef, layer: int) -> LayerSpec:
        embeds = self.question.embed_specs(ref, layer)
        return LayerSpec(
            part="words",
            embeds=tuple(spec.but(pooling="mean") for spec in embeds),  # words are not pooled
            ids=tagged.fingerprint,
            n=len(tagged.ids),
            blocks=fingerprint(tagged.blocks.tobytes()),
            seed=self.look.seed,
        )


def asked_of(store: Store, look: MeasureSpec, roots: tuple[Path, ...] | None = None) -> Asked:
    """A look with its sentences, to ask for single parts of it."""
    return Asked(store, look, _question(look, roots))


def stored_part(store: Store, spec: LayerSpec) -> Mapping[str, Measured] | None:
    """One part as it is kept; None where it is not computed yet."""
    stored = store.arrays.peek(spec)
    return None if stored is None else _unpacked(stored)


def _part(
    asked: Asked, at: _At, part: Part, report: Report, *, compute: bool
) -> Mapping[str, Measured]:
    spec = asked.spec(at.ref, at.layer, part)
    stored = asked.store.arrays.peek(spec)
    if stored is None:
        if not compute:
            raise NotComputedError(
                f"the measures of {at.ref.name} at layer {at.layer} are not computed yet"
            )
        if asked.tagged and part == "words":
            return _words(asked, at, asked.tagged, report)
        rows = layer_rows(asked.vectors, asked.question, at.ref, at.layer, report)
        report(0, 0, f"{at.ref.name}: layer {at.layer}, {part}")
        stored = _packed(measured_part(part, rows, asked.sentences, asked.look))
        asked.store.arrays.put(spec, stored)
    return _unpacked(stored)


def _words(
    asked: Asked, at: _At, tagged: TaggedSentences, report: Report
) -> Mapping[str, Measured]:
    """Computed together with the next layers that are missing: the model reads them in one go."""
    later = at.layers[at.layers.index(at.layer) :]
    specs = {layer: asked.spec(at.ref, layer, "words") for layer in later}
    missing = [layer for layer, spec in specs.items() if asked.store.arrays.peek(spec) is None]
    found = transfer(asked.question, at.ref, missing[:LAYERS_AT_ONCE], tagged, report)
    packed = {layer: _packed(of_layer) for layer, of_layer in found.items()}
    for layer, arrays in packed.items():
        asked.store.arrays.put(specs[layer], arrays)
    return _unpacked(packed[at.layer])


def _packed(found: Found) -> Arrays:
    arrays: Arrays = {}
    for name, one in found.items():
        arrays[name] = np.asarray(one.value, dtype=np.float64)
        if len(one.sizes):
            # what is left out moves a number by a few percent: six digits are plenty
            arrays[f"{name}.without"] = one.without.astype(np.float32)
            arrays["sizes"] = one.sizes
        if one.ends is not None:
            arrays[f"{name}.low"], arrays[f"{name}.high"] = one.ends
    return arrays


def _unpacked(arrays: Arrays) -> dict[str, Measured]:
    none = np.empty(0, dtype=np.int64)
    found = {}
    for name in (name for name in METRICS if name in arrays):  # a file keeps no order of its own
        value = arrays[name]
        without = arrays.get(f"{name}.without")
        ends = (arrays[f"{name}.low"], arrays[f"{name}.high"]) if f"{name}.low" in arrays else None
        found[name] = Measured(
            value=value,
            without=np.empty((0, *value.shape)) if without is None else without.astype(np.float64),
            sizes=none if without is None else arrays["sizes"],
            ends=ends,
        )
    return found


def _question(look: MeasureSpec, roots: tuple[Path, ...] | None) -> Question:
    question = Question(
        look.corpus,
        look.langs,
        layers=look.layers or "all",
        pooling=look.pooling,
        original=look.original,
        roots=roots,
    )
    if len(question.langs) < 2:
        raise BadInputError("languages are compared in pairs: choose at least two")
    if len(question.ids) < MIN_SENTENCES:
        raise BadInputError(
            f"{len(question.ids)} parallel sentences are too few to measure anything: at least "
            f"{MIN_SENTENCES} are needed",
            hint="Leave a language out that has few, or add sentences.",
        )
    if look.k >= len(question.ids):
        raise BadInputError(
            f"k must be below the number of sentences, {len(question.ids)}, got {look.k}"
        )
    return question


def execute_measuring(
    store: Store,
    look: MeasureSpec,
    where: Where,  # noqa: ARG001  checkpoints and corpus are named in the spec itself
    *,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Compute and keep all that a look needs. False if it was asked to stop."""
    return finished(lambda told: measure(store, look, told), report, should_stop)
