"""How near every target of a run is to other languages, as far as it is measured already."""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.corpora import corpus_place, corpus_stamp
from mslt_core.pipeline.embedding import layer_of
from mslt_core.pipeline.measuring import asked_of, stored_part
from mslt_core.pipeline.own_base import base_of
from mslt_core.pipeline.places import EXAMPLE_MODEL
from mslt_core.spec.errors import MsltError, NotComputedError
from mslt_core.spec.measuring import LayerSpec
from mslt_core.spec.mechanism import PART_OF, Measured, MechanismSpec
from mslt_core.spec.results import CheckpointRef, RunGroup, RunInfo
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]
Roots = tuple[Path, ...] | None


def plain(groups: Sequence[RunGroup]) -> list[RunGroup]:
    """Without few-shot sets, whose number of sources is another matter."""
    return [group for group in groups if group.plain]


def geometry(
    store: Store, groups: Sequence[RunGroup], asked: MechanismSpec, *, roots: Roots = None
) -> Measured:
    """Which runs are measured, which could be at once, and which have to be trained again."""
    found: dict[str, list[str]] = {"measured": [], "with_weights": [], "lost": []}
    for info in (info for group in plain(groups) for info in group.runs):
        there = of_run(store, info, asked, roots) is not None
        kind = "measured" if there else "with_weights" if info.has_weights else "lost"
        found[kind].append(info.run)
    return Measured(**{kind: tuple(runs) for kind, runs in found.items()})


def one_a_set(groups: Sequence[RunGroup], there: Measured) -> tuple[str, ...]:
    """The first run of every set of which none is measured or has weights."""
    kept = {*there.measured, *there.with_weights}
    return tuple(
        group.runs[0].run
        for group in plain(groups)
        if not kept.intersection(info.run for info in group.runs)
    )


def closeness(change: Floats, asked: MechanismSpec, target: str, sources: Sequence[str]) -> float:
    """Of one target; `change` is (n_langs,), or (n_langs, n_langs) between languages."""
    place = asked.langs.index(target)
    if change.ndim == 1:
        return float(change[place])
    partners = sources if asked.partners == "sources" else asked.langs
    others = [asked.langs.index(lang) for lang in partners if lang != target]
    if not others:
        return np.nan
    return float((change[place, others].mean() + change[others, place].mean()) / 2)


@dataclasses.dataclass(frozen=True)
class _Key:
    """What is asked of a run, as it was when it was scored."""

    root: str
    run: str
    stamp: str
    asked: MechanismSpec
    corpus: str
    store: Store = dataclasses.field(compare=False)
    roots: Roots = dataclasses.field(compare=False)


def of_run(store: Store, info: RunInfo, asked: MechanismSpec, roots: Roots) -> Floats | None:
    """The measure at the layer, (n_langs,) or (n_langs, n_langs); None where it is not stored."""
    return _stored(_key(store, info.run, store.runs.scored_stamp(info.run), asked, roots))


def of_base(
    store: Store, groups: Sequence[RunGroup], asked: MechanismSpec, roots: Roots
) -> Floats | None:
    base = base_of(groups)
    try:
        stamp = checkpoint(store, base, roots=roots).fingerprint
    except MsltError:  # its folder is not here, for instance with imported runs
        return None
    if stamp != groups[0].runs[0].spec.model_fingerprint:  # another one lies there by now
        return None
    return _stored(_key(store, base, stamp, asked, roots))


def _key(store: Store, run: str, stamp: str, asked: MechanismSpec, roots: Roots) -> _Key:
    plainly = asked.but(partners="others", which="shared")  # the same arrays for all of these
    files = corpus_stamp(corpus_place(asked.corpus, roots=roots))
    return _Key(str(store.root), run, stamp, plainly, files, store, roots)


def _stored(key: _Key) -> Floats | None:
    try:
        return _read(key)
    except NotComputedError:
        return None


@functools.lru_cache(maxsize=4096)
def _read(key: _Key) -> Floats:
    """Errors are not remembered: what is missing now may be measured later."""
    found = stored_part(key.store, _layer_spec(key))
    if found is None:
        raise NotComputedError(f"the geometry of {key.run} is not measured yet")
    return found[key.asked.measure].value


@functools.lru_cache(maxsize=4096)
def _layer_spec(key: _Key) -> LayerSpec:
    ref = checkpoint(key.store, key.run, roots=key.roots)
    spec = _spec_of_any(dataclasses.replace(key, run="", stamp=""), ref.n_layers)
    of_it = {"checkpoint": ref.fingerprint}
    return spec.model_copy(
        update={"embeds": tuple(embed.model_copy(update=of_it) for embed in spec.embeds)}
    )


@functools.lru_cache(maxsize=32)
def _spec_of_any(key: _Key, n_layers: int) -> LayerSpec:
    """The same for all checkpoints of one depth but for their name: texts are hashed once."""
    asked = asked_of(key.store, key.asked.look((EXAMPLE_MODEL,)), key.roots)
    anyone = CheckpointRef(
        key="", name="", kind="base", seen_langs=(), path="", fingerprint="", n_layers=n_layers
    )
    return asked.spec(anyone, layer_of(anyone, key.asked.layer), PART_OF[key.asked.measure])
