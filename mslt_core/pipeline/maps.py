"""One map of a look: its question, its drawing, and how far it may be believed."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from mslt_core.analysis import projection
from mslt_core.analysis.map_quality import MapQuality, map_neighbours, map_quality
from mslt_core.analysis.map_trust import Stability, verdict
from mslt_core.analysis.mingling import mingling
from mslt_core.analysis.neighbours import neighbours
from mslt_core.pipeline.embedding import Embeddings, Question, Report, layer_of, layer_rows, quiet
from mslt_core.pipeline.looking import ids_fingerprint
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.looks import NeighbourSpec
from mslt_core.spec.maps import Fit, MapParameters
from mslt_core.spec.results import CheckpointRef, MapResult
from mslt_core.spec.specs import MapSpec, MingleSpec
from mslt_core.store import Arrays, Store

K_TRUST = 15
"""Neighbours by which a map is judged."""
MIXING_APART = 0.1
"""Mingling scores on the map and in the space that differ by more are told."""
K_SHOWN = 4
"""Neighbours of a sentence that are kept with a map, to be told when it is pointed at."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawing:
    """Which checkpoint at which layer a map shows, and what it is laid out from."""

    ref: CheckpointRef
    layer: int
    """Counted from the front."""
    start: "Drawing | None" = None
    """The map that this one starts from and is turned onto; None for a map of its own."""
    joint: "tuple[Drawing, ...]" = ()
    """What is fitted as one, this checkpoint among it."""
    seed: int | None = None
    """Of the map alone; None for that of the look, which also draws the sentences."""


def drawings_of(refs: Sequence[CheckpointRef], layer: int, fit: Fit) -> tuple[Drawing, ...]:
    """The maps of several checkpoints at one layer each, comparable with each other."""
    alone = tuple(Drawing(ref=ref, layer=layer_of(ref, layer)) for ref in refs)
    if fit == "joint" and len(alone) > 1:
        return tuple(dataclasses.replace(of_one, joint=alone) for of_one in alone)
    first, *others = alone
    return (first, *(dataclasses.replace(of_one, start=first) for of_one in others))


def map_spec(question: Question, drawing: Drawing, look: MingleSpec) -> MapSpec:
    """What the store keeps a map under."""
    ids = question.shown_ids(look.n, look.seed)
    start = drawing.start
    return MapSpec(
        embeds=question.embed_specs(drawing.ref, drawing.layer),
        reference=question.embed_specs(start.ref, start.layer) if start else (),
        # a reference that stands for itself is named by its vectors
        start=map_spec(question, start, look).digest() if start and start.start else "",
        joint=tuple(question.embed_specs(of_one.ref, of_one.layer) for of_one in drawing.joint),
        ids=ids_fingerprint(ids),
        n=len(ids),
        method=look.method,
        seed=look.seed if drawing.seed is None else drawing.seed,
        **{name: getattr(look, name) for name in MapParameters.model_fields},
        library=projection.library(look.method),
    )


def drawn_map(
    store: Store,
    question: Question,
    drawing: Drawing,
    look: MingleSpec,
    *,
    report: Report = quiet,
    compute: bool = True,
) -> MapResult:
    """A 2-d map of the same sentences in every language, comparable with what it starts from."""
    spec = map_spec(question, drawing, look)
    ids = question.shown_ids(look.n, look.seed)
    stored = store.arrays.peek(spec)
    if stored is None:
        if not compute:
            raise NotComputedError(
                f"the {look.method} map of {drawing.ref.name} at layer {drawing.layer} is not "
                "computed yet"
            )
        start = None
        if drawing.start:
            start = drawn_map(store, question, drawing.start, look, report=report).coords
        report(0, 1, f"{drawing.ref.name}: drawing the map of layer {drawing.layer}")
        if drawing.joint:
            stored = _draw_jointly(store, question, drawing, look, report)
        else:
            X = map_vectors(store, question, drawing, look, report)
            stored = _drawn(X, spec, start, _found_once(store, X, spec))
            store.arrays.put(spec, stored)
    return MapResult(
        langs=question.langs,
        ids=ids,
        coords=stored["coords"],
        method=look.method,
        disparity=float(stored["disparity"][0]) if "disparity" in stored else None,
        layer=drawing.layer,
        neighbours=stored.get("neighbours"),
        quality={
            name.partition(".")[2]: float(value[0])
            for name, value in stored.items()
            if name.startswith("quality.")
        },
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
    """The map of a checkpoint at the question's layer, laid over the reference's unless None.

    The reference is mapped by itself. The other map starts from its coordinates and is then
    shifted, turned and scaled onto it (Procrustes).
    """
    refs = (reference, ref) if reference else (ref,)
    drawing = drawings_of(refs, question.layer, "aligned")[-1]
    return drawn_map(store, question, drawing, look, report=report, compute=compute)


def map_vectors(
    store: Store, question: Question, drawing: Drawing, look: MingleSpec, report: Report
) -> Embeddings:
    """(n_langs * n, hidden_size): the vectors that a map shows, in the order of its rows."""
    ids = question.shown_ids(look.n, look.seed)
    rows = layer_rows(store, question, drawing.ref, drawing.layer, report, ids=ids)
    return np.concatenate(rows)


def _draw_jointly(
    store: Store, question: Question, drawing: Drawing, look: MingleSpec, report: Report
) -> Arrays:
    """Draw and keep the maps of all checkpoints of one fit; the one that was asked for."""
    Xs = [map_vectors(store, question, one, look, report) for one in drawing.joint]
    asked = map_spec(question, drawing, look)
    report(0, 1, f"{len(Xs)} checkpoints: drawing one joint map")
    parts = projection.project_jointly(Xs, method=look.method, seed=look.seed, parameters=asked)
    found: Arrays = {}
    for one, X, coords in zip(drawing.joint, Xs, parts, strict=True):
        spec = map_spec(question, dataclasses.replace(one, joint=drawing.joint), look)
        arrays = {"coords": coords, **_trust(_judged(X, spec), coords, len(spec.embeds))}
        store.arrays.put(spec, arrays)
        if spec == asked:
            found = arrays
    return found


def _found_once(store: Store, X: Embeddings, spec: MapSpec) -> projection.Neighbours | None:
    """The neighbours that t-SNE looks at: other perplexities and seeds find them in the store."""
    if spec.method != "tsne":
        return None
    asked = NeighbourSpec(
        embeds=spec.embeds,
        ids=spec.ids,
        n=spec.n,
        metric=spec.metric,
        principal=projection.N_PRINCIPAL,
    )
    k = projection.n_neighbours(len(X), spec.perplexity)
    kept = store.arrays.peek(asked)
    if kept is None or kept["indices"].shape[1] < k:
        kept = projection.tsne_neighbours(X, k, metric=spec.metric)._asdict()
        store.arrays.put(asked, kept)
    return projection.Neighbours(**kept)


def _drawn(
    X: Embeddings,
    spec: MapSpec,
    start: Embeddings | None,
    near: projection.Neighbours | None = None,
) -> Arrays:
    coords = projection.project(
        X, method=spec.method, seed=spec.seed, parameters=spec, init=start, neighbours=near
    )
    arrays: Arrays = {"coords": coords}
    if start is not None:
        turned, disparity = projection.aligned(coords, start)
        arrays = {"coords": turned, "disparity": np.array([disparity], dtype=np.float32)}
    return arrays | _trust(_judged(X, spec), arrays["coords"], len(spec.embeds))


def _judged(X: Embeddings, spec: MapSpec) -> Embeddings:
    """The vectors whose distances a map is to show."""
    if spec.metric == "cosine" and spec.method != "pca":  # PCA knows no other distance
        return X / np.linalg.norm(X, axis=1, keepdims=True)
    return X


def k_trust(n: int) -> int:
    """Trustworthiness is defined for fewer neighbours than half of the points."""
    return min(K_TRUST, (n - 1) // 2)


def _trust(X: Embeddings, coords: Embeddings, n_langs: int) -> Arrays:
    """What tells whether the picture may be believed, and each point's true neighbours."""
    k = k_trust(len(X))
    near = neighbours(X, k).indices
    told = map_quality(X, coords, k).means()
    if n_langs > 1:
        told["mingling"] = mingling(near, n_langs, k=k).score
        told["mingling_in_map"] = mingling(map_neighbours(coords, k), n_langs, k=k).score
    quality = {f"quality.{name}": np.array([value]) for name, value in told.items()}
    # as few bytes as row numbers need: maps are shipped with the example
    return {"neighbours": near[:, :K_SHOWN].astype(np.min_scalar_type(len(X))), **quality}


def map_verdict(drawn: MapResult, stability: Stability | None = None) -> str | None:
    """Why a map should not be believed, in a sentence; None where nothing speaks against it."""
    told = drawn.quality
    if not told:
        return None
    means = {
        name: np.array([told[name]])
        for name in ("trustworthiness", "continuity", "neighbourhood_preservation")
    }
    quality = MapQuality(
        k=k_trust(len(drawn.coords)),
        n_samples=len(drawn.coords),
        points=np.zeros(1, dtype=np.intp),
        trustworthiness=means["trustworthiness"],
        continuity=means["continuity"],
        preservation=means["neighbourhood_preservation"],
    )
    return verdict(quality) or mixing_told(drawn) or verdict(quality, stability)


def mixing_told(drawn: MapResult) -> str | None:
    """That the languages mix on a map otherwise than in the model, by more than `MIXING_APART`."""
    told = drawn.quality
    apart = told.get("mingling_in_map", 0.0) - told.get("mingling", 0.0)
    if abs(apart) <= MIXING_APART:
        return None
    more = "more" if apart > 0 else "less"
    return (
        f"The languages mix {more} on this map than in the model: "
        f"{told['mingling_in_map']:.2f} against {told['mingling']:.2f}."
    )
