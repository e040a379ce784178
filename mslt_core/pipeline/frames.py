"""Maps from layer to layer, each laid out from the one beside it, computed once and kept."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from mslt_core.analysis import projection
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import (
    Layers,
    Question,
    Report,
    layer_of,
    layers_of,
    quiet,
)
from mslt_core.pipeline.looking import finished, shown_texts
from mslt_core.pipeline.maps import Drawing, drawn_map, map_spec
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.looks import FramesSpec
from mslt_core.spec.results import CheckpointRef, FramesResult, MapResult
from mslt_core.spec.specs import MingleSpec, Where
from mslt_core.store import Store


def layer_frames(
    store: Store,
    asked: FramesSpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
) -> FramesResult:
    """Maps of every checkpoint of a look at several layers, all in one frame of reference.

    The first checkpoint's map at the look's own layer stands for itself. From there its other
    layers follow outwards, each map starting from its neighbour's and turned onto it; the other
    checkpoints' maps start from the first one's at the same layer. So both the change from layer
    to layer and that from checkpoint to checkpoint can be followed with the eye.

    With ``compute=False`` nothing is computed: NotComputedError names the first missing map.
    """
    question, refs, layers, drawings = _drawings(store, asked, roots)
    every = [drawing for of_one in drawings for drawing in of_one]
    maps: list[MapResult] = []
    for done, drawing in enumerate(every):

        def told(_done: int, _total: int, message: str, done: int = done) -> None:
            report(done, len(every), message)

        told(0, 0, f"{drawing.ref.name}: layer {drawing.layer}")
        maps.append(drawn_map(store, question, drawing, asked.look, report=told, compute=compute))
    n = len(layers)
    rows = [tuple(maps[place * n : (place + 1) * n]) for place in range(len(refs))]
    return FramesResult(
        checkpoints=tuple(refs),
        layers=layers,
        maps=tuple(rows),
        moved=tuple(tuple(map(_moved, row, row[1:])) for row in rows),
        texts=shown_texts(question, maps[0].ids),
    )


def _moved(one: MapResult, other: MapResult) -> float:
    """What is left of the difference of two frames after the best shift, turn and scale."""
    return projection.aligned(other.coords, one.coords)[1]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cost:
    """What frames ask for before they can be shown."""

    n_maps: int
    n_missing: int
    n_points: int
    """Of one map."""
    seconds: float
    """For the missing maps, embedding not included: what `map_seconds` says of each."""


def frames_cost(store: Store, asked: FramesSpec, *, roots: tuple[Path, ...] | None = None) -> Cost:
    """How many maps the frames are, how many are missing, and about how long these take."""
    question, _, _, drawings = _drawings(store, asked, roots)
    specs = [map_spec(question, d, asked.look) for of_one in drawings for d in of_one]
    missing = sum(store.arrays.peek(spec) is None for spec in specs)
    n_points = specs[0].n * len(question.langs)
    return Cost(
        n_maps=len(specs),
        n_missing=missing,
        n_points=n_points,
        seconds=missing * map_seconds(asked.look, n_points),
    )


def map_seconds(look: MingleSpec, n_points: int) -> float:
    """About how long one map takes on a processor core of its own, judging it included."""
    per_point, per_pair = _SECONDS[look.method]
    iterations = 1.0
    if look.method == "tsne":
        iterations = (look.early_exaggeration_iter + look.n_iter) / 750
    return iterations * per_point * n_points + per_pair * n_points**2


_SECONDS = {"pca": (1e-4, 1e-7), "tsne": (2.6e-3, 1.5e-7), "umap": (2.2e-3, 1e-7)}
"""Processor seconds a point, and a pair of points (the search for neighbours): measured with 800
to 3,200 vectors of width 768 on one core of 2026, so a guide and no promise."""


def _drawings(
    store: Store, asked: FramesSpec, roots: tuple[Path, ...] | None
) -> tuple[Question, list[CheckpointRef], tuple[int, ...], list[list[Drawing]]]:
    look = asked.look
    layers: Layers = asked.layers or "all"
    question = Question(
        look.corpus,
        look.langs,
        look.layer,
        look.pooling,
        layers=layers,
        original=look.original,
        roots=roots,
    )
    refs = [checkpoint(store, key, roots=roots) for key in look.checkpoints]
    different = {ref.n_layers for ref in refs}
    if len(different) > 1:
        raise BadInputError(
            f"the checkpoints have {' and '.join(map(str, sorted(different)))} layers: frames "
            "through layers need the same layers in all of them",
            hint="Compare checkpoints of one model.",
        )
    numbers = layers_of(refs[0], layers)
    chain = _outwards(refs[0], numbers, layer_of(refs[0], look.layer))
    first = [chain[layer] for layer in numbers]
    others = [
        [Drawing(ref=ref, layer=layer, start=chain[layer]) for layer in numbers] for ref in refs[1:]
    ]
    return question, refs, numbers, [first, *others]


def _outwards(ref: CheckpointRef, layers: Sequence[int], home: int) -> dict[int, Drawing]:
    """The first checkpoint's maps: at `home` by itself, elsewhere from the layer before it."""
    found = {home: Drawing(ref=ref, layer=home)}
    below = sorted((layer for layer in layers if layer < home), reverse=True)
    above = sorted(layer for layer in layers if layer > home)
    for one_way in (below, above):
        before = found[home]
        for layer in one_way:
            before = found[layer] = Drawing(ref=ref, layer=layer, start=before)
    return found


def execute_frames(
    store: Store,
    asked: FramesSpec,
    where: Where,  # noqa: ARG001  checkpoints and corpus are named in the spec itself
    *,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Compute and keep all frames. False if it was asked to stop."""
    return finished(lambda told: layer_frames(store, asked, told), report, should_stop)
