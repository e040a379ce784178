"""CKA and maps of parallel sentences inside checkpoints, computed once and kept."""

from collections.abc import Callable
from pathlib import Path

from mslt_core.analysis import cka as cka_analysis
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import (
    Question,
    Report,
    embeddings,
    joined_rows,
    quiet,
)
from mslt_core.pipeline.looking import finished, ids_fingerprint, shown_texts
from mslt_core.pipeline.maps import drawings_of, drawn_map
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.results import CheckpointRef, CkaResult, MingleResult
from mslt_core.spec.specs import CkaSpec, Estimator, MingleSpec, Where
from mslt_core.store import Store


def cka(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    estimator: Estimator = "debiased",
    report: Report = quiet,
    *,
    compute: bool = True,
) -> CkaResult:
    """Linear CKA of every two languages of `question` inside one checkpoint."""
    if len(question.langs) < 2:
        raise BadInputError("CKA compares languages: choose at least two")
    specs = question.embed_specs(ref)
    spec = CkaSpec(
        embeds=specs, estimator=estimator, ids=ids_fingerprint(question.ids), n=len(question.ids)
    )
    stored = store.arrays.peek(spec)
    if stored is None:
        _require(compute, f"the CKA of {ref.name}")
        rows = joined_rows(question, embeddings(store, question, ref, report), question.ids)
        stored = {"matrix": cka_analysis.cka_matrix(rows, estimator)}
        store.arrays.put(spec, stored)
    return CkaResult(
        langs=question.langs,
        matrix=stored["matrix"],
        n=len(question.ids),
        layer=specs[0].layer,
        estimator=estimator,
        pooling=question.pooling,
    )


def mingle(
    store: Store,
    look: MingleSpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
) -> MingleResult:
    """Maps and CKA of several checkpoints over the same sentences, the first as reference.

    Aligned, every other map starts from the first one and is then shifted, turned and scaled onto
    it (Procrustes); in a joint fit all are one map, and none is the reference.

    With ``compute=False`` nothing is computed: NotComputedError names the first missing part.
    """
    question = Question(
        look.corpus, look.langs, look.layer, look.pooling, original=look.original, roots=roots
    )
    refs = [checkpoint(store, key, roots=roots) for key in look.checkpoints]
    drawings = drawings_of(refs, question.layer, look.fit)
    maps, ckas = [], []
    for place, (ref, drawing) in enumerate(zip(refs, drawings, strict=True)):

        def told(done: int, total: int, message: str, place: int = place) -> None:
            report(place * 100 + 100 * done // max(total, 1), 100 * len(refs), message)

        ckas.append(cka(store, question, ref, look.estimator, told, compute=compute))
        maps.append(drawn_map(store, question, drawing, look, report=told, compute=compute))
    return MingleResult(
        checkpoints=tuple(refs),
        maps=tuple(maps),
        ckas=tuple(ckas),
        texts=shown_texts(question, maps[0].ids),
        original=look.original,
        corpus=question.corpus.name,
    )


def execute_mingling(
    store: Store,
    look: MingleSpec,
    where: Where,  # noqa: ARG001  checkpoints and corpus are named in the spec itself
    *,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Compute and keep all that a look needs. False if it was asked to stop."""
    return finished(lambda told: mingle(store, look, told), report, should_stop)


def _require(compute: bool, what: str) -> None:
    if not compute:
        raise NotComputedError(f"{what} is not computed yet")
