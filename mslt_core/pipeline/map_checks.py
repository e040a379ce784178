"""Asked of the maps of a look on demand: do other seeds agree, and are clusters languages?"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import projection
from mslt_core.analysis.clusters import clusters, language_information, matched
from mslt_core.analysis.map_quality import map_neighbours
from mslt_core.analysis.map_trust import Stability, stability
from mslt_core.analysis.mingling import mingling
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import Question, Report, quiet
from mslt_core.pipeline.looking import finished, ids_fingerprint
from mslt_core.pipeline.maps import Drawing, drawings_of, drawn_map, k_trust, map_vectors
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.looks import ClusterSpec, ClustersSpec, StabilitySpec
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import MingleSpec, Where
from mslt_core.store import Store


def map_stabilities(
    store: Store,
    asked: StabilitySpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
) -> tuple[Stability, ...]:
    """How far maps of different seeds agree, for every checkpoint of a look.

    Every map starts at random, since a common start would make them agree by itself; so they are
    other maps than the one on the page, of the same vectors and parameters.
    """
    look = asked.look
    if look.method == "pca":
        raise BadInputError("PCA has no seed: it draws the same map every time")
    question, drawings = _alone(store, look, roots)
    at_random = look.but(initialization="random", fit="aligned")
    found = []
    n_maps = asked.n_seeds * len(drawings)
    for place, alone in enumerate(drawings):
        maps = []
        for i in range(asked.n_seeds):
            done = place * asked.n_seeds + i
            report(done, n_maps, f"{alone.ref.name}: seed {look.seed + i}")

            def told(_done: int, _total: int, message: str, done: int = done) -> None:
                report(done, n_maps, message)

            drawing = dataclasses.replace(alone, seed=look.seed + i)
            drawn = drawn_map(store, question, drawing, at_random, report=told, compute=compute)
            maps.append(drawn.coords)
        found.append(stability(maps, k_trust(len(maps[0]))))
    return tuple(found)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clusters:
    """The clusters of one checkpoint's vectors."""

    labels: npt.NDArray[np.int64]
    """(n_langs * n,), numbered as the first checkpoint's that they share most points with."""
    n_clusters: int
    n_noise: int
    language_ami: float


def map_clusters(
    store: Store,
    asked: ClustersSpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
) -> tuple[Clusters, ...]:
    """Clusters of the vectors behind every map of a look, in the original space."""
    look = asked.look
    question, drawings = _alone(store, look, roots)
    ids = question.shown_ids(look.n, look.seed)
    size = asked.n_clusters if asked.method == "kmeans" else asked.min_cluster_size
    found: list[Clusters] = []
    for place, drawing in enumerate(drawings):
        spec = ClusterSpec(
            embeds=question.embed_specs(drawing.ref, drawing.layer),
            ids=ids_fingerprint(ids),
            method=asked.method,
            size=size,
            seed=look.seed,
            library=projection.library("pca"),  # scikit-learn
        )
        stored = store.arrays.peek(spec)
        if stored is None:
            if not compute:
                raise NotComputedError(f"the clusters of {drawing.ref.name} are not computed yet")
            report(place, len(drawings), f"{drawing.ref.name}: finding clusters")
            X = map_vectors(store, question, drawing, look, quiet)
            labels = clusters(X, method=asked.method, size=size, seed=look.seed)
            stored = {"labels": labels.astype(np.int32)}
            store.arrays.put(spec, stored)
        labels = stored["labels"].astype(np.int64)
        found.append(
            Clusters(
                labels=matched(labels, found[0].labels) if found else labels,
                n_clusters=len(np.unique(labels[labels >= 0])),
                n_noise=int((labels < 0).sum()),
                language_ami=language_information(labels, len(question.langs)),
            )
        )
    return tuple(found)


def checkpoint_mixing(result: MingleResult) -> float | None:
    """How far checkpoints mix on one joint map, as a mingling score with checkpoints for languages.

    0: every checkpoint is an island. None for a single checkpoint.
    """
    coords = [drawn.coords for drawn in result.maps]
    if len(coords) < 2:
        return None
    stacked = np.concatenate(coords)
    k = k_trust(len(coords[0]))
    return mingling(map_neighbours(stacked, k), len(coords), k=k).score


def _alone(
    store: Store, look: MingleSpec, roots: tuple[Path, ...] | None
) -> tuple[Question, list[Drawing]]:
    """Every checkpoint of a look, each for itself."""
    question = Question(
        look.corpus, look.langs, look.layer, look.pooling, original=look.original, roots=roots
    )
    refs = [checkpoint(store, key, roots=roots) for key in look.checkpoints]
    alone = [drawings_of((ref,), look.layer, "aligned")[0] for ref in refs]
    return question, alone


def execute_stability(
    store: Store,
    asked: StabilitySpec,
    where: Where,  # noqa: ARG001  checkpoints and corpus are named in the spec itself
    *,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Draw and keep the maps of all seeds. False if it was asked to stop."""
    return finished(lambda told: map_stabilities(store, asked, told), report, should_stop)


def execute_clusters(
    store: Store,
    asked: ClustersSpec,
    where: Where,  # noqa: ARG001  checkpoints and corpus are named in the spec itself
    *,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Find and keep the clusters of every checkpoint. False if it was asked to stop."""
    return finished(lambda told: map_clusters(store, asked, told), report, should_stop)
