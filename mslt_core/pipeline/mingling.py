"""CKA and maps of parallel sentences inside checkpoints, computed once and kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from mslt_core.analysis import cka as cka_analysis
from mslt_core.analysis import projection
from mslt_core.analysis.map_quality import MapQuality, map_neighbours, map_quality
from mslt_core.analysis.map_trust import verdict
from mslt_core.analysis.mingling import mingling
from mslt_core.analysis.neighbours import neighbours
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import (
    Embeddings,
    Question,
    Report,
    embeddings,
    joined_rows,
    quiet,
)
from mslt_core.pipeline.looking import finished, ids_fingerprint
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.maps import MapParameters
from mslt_core.spec.results import CheckpointRef, CkaResult, MapResult, MingleResult
from mslt_core.spec.specs import CkaSpec, Estimator, MapSpec, MingleSpec, Where
from mslt_core.store import Arrays, Store

K_TRUST = 15
"""Neighbours by which a map is judged."""
MIXING_APART = 0.1
"""Mingling scores on the map and in the space that differ by more are told."""
K_SHOWN = 4
"""Neighbours of a sentence that are kept with a map, to be told when it is pointed at."""


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


def map_spec(
    question: Question, ref: CheckpointRef, reference: CheckpointRef | None, look: MingleSpec
) -> MapSpec:
    """The map of one checkpoint, laid over the map of `reference` unless that is None."""
    ids = question.shown_ids(look.n, look.seed)
    return MapSpec(
        embeds=question.embed_specs(ref),
        reference=question.embed_specs(reference) if reference else (),
        ids=ids_fingerprint(ids),
        n=len(ids),
        method=look.method,
        seed=look.seed,
        **{name: getattr(look, name) for name in MapParameters.model_fields},
        library=projection.library(look.method),
    )


def sentence_map(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    reference: CheckpointRef | None,
    look: MingleSpec,
    *,
    report: Report = quiet,
    compute: bool = True,
) -> MapResult:
    """A 2-d map of the same sentences in every language, comparable with the reference's.

    The reference (the first checkpoint) is mapped by itself. Every other map starts from the
    reference's coordinates and is then shifted, turned and scaled onto it (Procrustes).
    """
    spec = map_spec(question, ref, reference, look)
    ids = question.shown_ids(look.n, look.seed)
    stored = store.arrays.peek(spec)
    if stored is None:
        _require(compute, f"the {look.method} map of {ref.name}")
        start = None
        if reference:
            start = sentence_map(store, question, reference, None, look, report=report).coords
        report(0, 1, f"{ref.name}: drawing the map")
        X = np.concatenate(joined_rows(question, embeddings(store, question, ref, report), ids))
        stored = _drawn(X, spec, start)
        store.arrays.put(spec, stored)
    return MapResult(
        langs=question.langs,
        ids=ids,
        coords=stored["coords"],
        method=look.method,
        disparity=float(stored["disparity"][0]) if "disparity" in stored else None,
        layer=spec.embeds[0].layer,
        neighbours=stored.get("neighbours"),
        quality={
            name.partition(".")[2]: float(value[0])
            for name, value in stored.items()
            if name.startswith("quality.")
        },
    )


def _drawn(X: Embeddings, spec: MapSpec, start: Embeddings | None) -> Arrays:
    coords = projection.project(X, method=spec.method, seed=spec.seed, parameters=spec, init=start)
    arrays: Arrays = {"coords": coords}
    if start is not None:
        turned, disparity = projection.aligned(coords, start)
        arrays = {"coords": turned, "disparity": np.array([disparity], dtype=np.float32)}
    if spec.metric == "cosine" and spec.method != "pca":  # PCA knows no other distance
        X = X / np.linalg.norm(X, axis=1, keepdims=True)
    return arrays | _trust(X, arrays["coords"], len(spec.embeds))


def _k_trust(n: int) -> int:
    """Trustworthiness is defined for fewer neighbours than half of the points."""
    return min(K_TRUST, (n - 1) // 2)


def _trust(X: Embeddings, coords: Embeddings, n_langs: int) -> Arrays:
    """What tells whether the picture may be believed, and each point's true neighbours."""
    k = _k_trust(len(X))
    near = neighbours(X, k).indices
    told = map_quality(X, coords, k).means()
    if n_langs > 1:
        told["mingling"] = mingling(near, n_langs, k=k).score
        told["mingling_in_map"] = mingling(map_neighbours(coords, k), n_langs, k=k).score
    quality = {f"quality.{name}": np.array([value]) for name, value in told.items()}
    # as few bytes as row numbers need: maps are shipped with the example
    return {"neighbours": near[:, :K_SHOWN].astype(np.min_scalar_type(len(X))), **quality}


def mingle(
    store: Store,
    look: MingleSpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
) -> MingleResult:
    """Maps and CKA of several checkpoints over the same sentences, the first as reference.

    With ``compute=False`` nothing is computed: NotComputedError names the first missing part.
    """
    question = Question(look.corpus, look.langs, look.layer, look.pooling, roots=roots)
    refs = [checkpoint(store, key, roots=roots) for key in look.checkpoints]
    maps, ckas = [], []
    for place, ref in enumerate(refs):

        def told(done: int, total: int, message: str, place: int = place) -> None:
            report(place * 100 + 100 * done // max(total, 1), 100 * len(refs), message)

        reference = refs[0] if place else None
        ckas.append(cka(store, question, ref, look.estimator, told, compute=compute))
        maps.append(
            sentence_map(store, question, ref, reference, look, report=told, compute=compute)
        )
    texts = {lang: question.corpus.sentences(lang) for lang in question.langs}
    return MingleResult(
        checkpoints=tuple(refs),
        maps=tuple(maps),
        ckas=tuple(ckas),
        texts={lang: tuple(text[i] for i in maps[0].ids) for lang, text in texts.items()},
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


def map_verdict(drawn: MapResult) -> str | None:
    """Why a map should not be believed, in a sentence; None where nothing speaks against it."""
    told = drawn.quality
    if not told:
        return None
    means = {
        name: np.array([told[name]])
        for name in ("trustworthiness", "continuity", "neighbourhood_preservation")
    }
    said = verdict(
        MapQuality(
            k=_k_trust(len(drawn.coords)),
            n_samples=len(drawn.coords),
            points=np.zeros(1, dtype=np.intp),
            trustworthiness=means["trustworthiness"],
            continuity=means["continuity"],
            preservation=means["neighbourhood_preservation"],
        )
    )
    apart = told.get("mingling_in_map", 0.0) - told.get("mingling", 0.0)
    if said is None and abs(apart) > MIXING_APART:
        more = "more" if apart > 0 else "less"
        return (
            f"The languages mix {more} on this map than in the model: "
            f"{told['mingling_in_map']:.2f} against {told['mingling']:.2f}."
        )
    return said
