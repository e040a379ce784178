"""Why does a set rank where it does?"""

from collections.abc import Sequence
from typing import cast

import numpy as np

from mslt_core.analysis import selection
from mslt_core.data import typology
from mslt_core.pipeline.choosing import selectable_langs
from mslt_core.spec.errors import SpecError
from mslt_core.spec.rankings import FeatureContrast, SelectionResult, SetExplained
from mslt_core.spec.selecting import Criterion, FeatureSet, SelectSpec

N_CONTRASTS = 6
"""Features that are told of each kind: more are not read."""


def explain(spec: SelectSpec, result: SelectionResult, source_langs: Sequence[str]) -> SetExplained:
    """Why a set ranks where it does.

    Features are those of the criterion where it is one of grammar or sounds, else syntax.
    """
    place = result.sets.find(source_langs)
    if place is None:
        raise SpecError(
            f"the set {', '.join(source_langs)} is not among the {len(result.sets):,} sets here"
        )
    langs = result.sets.langs(place)
    differ, agree = _contrasts(spec, langs)
    contributions = {}
    if result.distances is not None:
        contributions = selection.pair_contributions(result.distances, result.pool, langs)
    return SetExplained(
        place=result.sets.ranked(place),
        contributions=contributions,
        features=_features_of(spec.criterion),
        differ=differ,
        agree=agree,
        uncovered=_uncovered(spec, langs),
        better=selection.better_by_a_swap(result.sets, place),
    )


def _features_of(criterion: Criterion) -> FeatureSet:
    """The features that are told: the criterion's own if they are of grammar or sounds."""
    told = {"syntax", "phonology", "inventory"}
    return cast(FeatureSet, criterion if criterion.removesuffix("_average") in told else "syntax")


def _contrasts(
    spec: SelectSpec, langs: Sequence[str]
) -> tuple[tuple[FeatureContrast, ...], tuple[FeatureContrast, ...]]:
    feature_set = _features_of(spec.criterion)
    vectors = typology.vectors(feature_set, langs, spec.codes)
    background = typology.vectors(feature_set, selectable_langs(spec.codes), spec.codes)
    sources = cast(FeatureSet, f"{feature_set.removesuffix('_average')}_average")
    reported = ~np.isnan(typology.vectors(sources, langs, spec.codes))
    names = typology.feature_names(feature_set)

    def contrast(f: int) -> FeatureContrast:
        return FeatureContrast(
            name=names[f],
            values=dict(zip(langs, vectors[:, f].tolist(), strict=True)),
            predicted=tuple(
                lang for lang, told in zip(langs, reported[:, f], strict=True) if not told
            ),
        )

    differ, agree = selection.contrasts(vectors, background, reported, N_CONTRASTS)
    return tuple(map(contrast, differ)), tuple(map(contrast, agree))


def _uncovered(spec: SelectSpec, langs: Sequence[str]) -> tuple[str, ...]:
    """Values that some language of the pool has and none of the set."""
    names, has = typology.typological_values(spec.free, spec.codes)
    chosen = [lang in langs for lang in spec.free]
    missing = np.flatnonzero(has.any(axis=0) & ~has[chosen].any(axis=0))
    return tuple(names[i] for i in missing)
