"""What the Mingling page looks at by default: shipped with the example, so shown at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.specs import MingleSpec, Projection
from pages._shared.context import Context
from pages._shared.further import further_checkpoints
from pages._shared.language_box import language_box
from pages._shared.look_more import more_of
from pages._shared.map_controls import map_settings
from pages._shared.measure_controls import how_measured, measures_of
from pages._shared.one_of import one_of


def default_langs(known: Sequence[str]) -> list[str]:
    """Languages that were trained on and others, of many families: those the corpus has."""
    return [lang for lang in pipeline.LOOK_LANGS if lang in known] or list(known[:8])


def look_of(context: Context, *, seed: int = 0, **fields: Any) -> MingleSpec:
    """The base beside one run of every chosen group."""
    runs = tuple(_run_of(group, seed).run for group in context.chosen)
    return MingleSpec(checkpoints=(context.base, *runs), **fields)


def weights_missing(context: Context, look: MingleSpec | MeasureSpec) -> list[RunInfo]:
    """Runs of the look whose weights are not stored in any layer."""
    by_run = {info.run: info for info in context.runs}
    chosen = [by_run[key] for key in look.checkpoints if key in by_run]
    return [info for info in chosen if not info.has_weights]


def _run_of(group: RunGroup, seed: int) -> RunInfo:
    return next((info for info in group.runs if info.spec.seed == seed), group.runs[0])


def default_look(context: Context) -> MingleSpec:
    """What the Mingling page shows before anything is changed."""
    corpus = pipeline.EXAMPLE_CORPUS
    langs = default_langs(pipeline.corpus_langs(corpus))
    return look_of(context, corpus=corpus, langs=langs)


METHODS: dict[Projection, str] = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}


def maps_missing(look: MingleSpec) -> str:
    """Which maps they are that nobody has computed yet, and where others are chosen."""
    langs = figures.count(len(look.langs), "language")
    maps = figures.count(len(look.checkpoints), "checkpoint")
    return (
        f"{METHODS[look.method]} maps of up to {look.n:,} sentences of {Path(look.corpus).name} in "
        f"{langs}, for {maps}, are not computed yet. Other sentences, such as treebanks of PUD, "
        "are chosen under More."
    )


def question(context: Context) -> tuple[MingleSpec, MeasureSpec]:
    """The controls: method and languages at hand, the rest under Map settings and More."""
    row = st.container(horizontal=True, vertical_alignment="bottom", wrap=False)
    method: Projection = one_of("Map", METHODS, key="method", place=row)
    other = row.container(width="stretch")
    settings_place = row.popover("Map settings")
    with row.popover("More"):
        more = more_of(context)
        how = how_measured()
        usual = look_of(context, seed=more["seed"], corpus="", langs=("en",)).checkpoints
        further = further_checkpoints(usual)
    known = pipeline.corpus_langs(more["corpus"], roots=pipeline.allowed_roots())
    with other:
        langs = language_box(
            "Languages", known, default=default_langs(known), key="langs", wrap=False
        )
    with settings_place:
        settings = map_settings(method, len(langs), _n_common(more["corpus"], langs))
    look = look_of(context, langs=langs, method=method, original=how.original, **more, **settings)
    look = look.but(checkpoints=(*look.checkpoints, *further))
    return look, measures_of(look, how)


def _n_common(corpus: str, langs: Sequence[str]) -> int:
    """Sentences that are there in all of the languages; of none if there is no language."""
    if not langs:
        return 0
    return len(pipeline.Question(corpus, langs, roots=pipeline.allowed_roots()).ids)


def runs_of(context: Context, look: MingleSpec) -> tuple[RunInfo, ...]:
    """The runs that are looked at."""
    return tuple(info for info in context.runs if info.run in look.checkpoints)
