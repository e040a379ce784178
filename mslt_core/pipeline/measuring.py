"""Measures of the space layer by layer, computed once and kept."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mslt_core.analysis.jackknife import Measured, document_blocks
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import (
    Question,
    Report,
    layer_rows,
    layers_of,
    quiet,
    relative_depth,
)
from mslt_core.pipeline.grouped import Grouped
from mslt_core.pipeline.looking import fingerprint, finished, ids_fingerprint
from mslt_core.pipeline.measured import Measures
from mslt_core.pipeline.packing import packed, unpacked
from mslt_core.pipeline.parts import measured_part
from mslt_core.pipeline.parts_on_demand import moved_part
from mslt_core.pipeline.shifts import misaligned
from mslt_core.pipeline.tagged import (
    LAYERS_AT_ONCE,
    TaggedSentences,
    tagged_sentences,
    transfer,
)
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.measuring import SPACED, SURE, WITH_K, LayerSpec, MeasureSpec, Part
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import Where
from mslt_core.store import Store

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
    asked = Asked(store, look, question, refs[0], vectors)
    places = [
        _At(ref, of_ref, layer)
        for ref, of_ref in zip(refs, layers, strict=True)
        for layer in of_ref
    ]
    if compute:
        misaligned(store, look, report, roots=roots, vectors=vectors)
    found: dict[tuple[str, int], dict[str, Measured]] = {}
    for done, at in enumerate(places):

        def told(_done: int, _total: int, message: str, done: int = done) -> None:
            report(done, len(places), message)

        told(0, 0, f"{at.ref.name}: layer {at.layer}")
        here = found.setdefault((at.ref.key, at.layer), {})
        for part in look.parts:
            if part == "moved" and at.ref.fingerprint == refs[0].fingerprint:
                continue  # nothing has moved in the first one itself
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
        k=look.k,
        original=look.original,
        pooling=look.pooling,
        points=min(look.points, len(question.ids)),
        corpus=question.corpus.name,
    )


class _At(NamedTuple):
    """One layer of a checkpoint, among those that are looked at."""

    ref: CheckpointRef
    layers: tuple[int, ...]
    layer: int


class Asked:
    """A look, and the sentences that are looked at."""

    def __init__(
        self,
        store: Store,
        look: MeasureSpec,
        question: Question,
        first: CheckpointRef,
        vectors: Store | None = None,
    ) -> None:
        self.store, self.look, self.question, self.first = store, look, question, first
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
        documents = self.sentences.documents.tobytes()
        return LayerSpec(
            part=part,
            embeds=self.question.embed_specs(ref, layer),
            ids=ids_fingerprint(self.question.ids),
            n=len(self.question.ids),
            blocks=fingerprint(self.sentences.blocks.tobytes()),
            space=self.look.space if part in SPACED else "raw",
            k=self.look.k if part in WITH_K else 0,
            seed=self.look.seed,
            # by blocks: since means over pairs have intervals too
            documents=fingerprint(b"by blocks" + documents) if of_documents else "",
            intervals=part in SURE,
            points=self.look.points if part == "gromov" else 0,
            against=self.question.embed_specs(*self.before(ref, layer)) if part == "moved" else (),
        )

    def before(self, ref: CheckpointRef, layer: int) -> tuple[CheckpointRef, int]:
        """The first checkpoint, and its layer at about the same depth."""
        return self.first, round(relative_depth(ref, layer) * self.first.n_layers)

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
    first = checkpoint(store, look.checkpoints[0], roots=roots)
    return Asked(store, look, _question(look, roots), first)


def stored_part(store: Store, spec: LayerSpec) -> Mapping[str, Measured] | None:
    """One part as it is kept; None where it is not computed yet."""
    stored = store.arrays.peek(spec)
    return None if stored is None else unpacked(stored)


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
        if part == "moved":
            before = layer_rows(asked.vectors, asked.question, *asked.before(*at[::2]), report)
            found = moved_part(before, rows, asked.sentences, asked.look)
        else:
            found = measured_part(
                part,
                rows,
                asked.sentences,
                asked.look,
                lambda how_far: report(0, 0, f"{at.ref.name}: layer {at.layer}, {how_far}"),
            )
        stored = packed(found)
        asked.store.arrays.put(spec, stored)
    return unpacked(stored)


def _words(
    asked: Asked, at: _At, tagged: TaggedSentences, report: Report
) -> Mapping[str, Measured]:
    """Computed together with the next layers that are missing: the model reads them in one go."""
    later = at.layers[at.layers.index(at.layer) :]
    specs = {layer: asked.spec(at.ref, layer, "words") for layer in later}
    missing = [layer for layer, spec in specs.items() if asked.store.arrays.peek(spec) is None]
    found = transfer(asked.question, at.ref, missing[:LAYERS_AT_ONCE], tagged, report)
    kept = {layer: packed(of_layer) for layer, of_layer in found.items()}
    for layer, arrays in kept.items():
        asked.store.arrays.put(specs[layer], arrays)
    return unpacked(kept[at.layer])


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
