"""Which source languages are best, under which criterion, and why?"""

import functools
from collections.abc import Callable, Sequence
from typing import cast, get_args

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import blending, selection, sets
from mslt_core.analysis.mds import classical_mds, complete
from mslt_core.data import typology
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import corpus_stamp
from mslt_core.pipeline.ingredients import (
    Access,
    Ingredients,
    ingredients,
    language_vectors,
    text_folder,
)
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.errors import (
    BadInputError,
    HubError,
    MsltError,
    NotComputedError,
    SpecError,
)
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.rankings import (
    CriteriaResult,
    FeatureContrast,
    ScoredSets,
    SelectionResult,
    SetExplained,
)
from mslt_core.spec.selecting import Codes, Criterion, FeatureSet, SelectSpec
from mslt_core.spec.specs import LanguageVectorsSpec, Where
from mslt_core.store import Store

N_CONTRASTS = 6
"""Features that are told of each kind: more are not read."""

COMPARED: tuple[Criterion, ...] = tuple(c for c in get_args(Criterion) if c != "blend")


def is_heuristic(spec: SelectSpec) -> bool:
    """Whether there are too many sets to rank them all."""
    return sets.n_sets(len(spec.free), spec.k, len(spec.include)) > sets.MAX_SETS


def select(access: Access, spec: SelectSpec) -> SelectionResult:
    """Every set of the spec's pool, best first; beyond a million sets some good ones.

    Raises
    ------
    NotComputedError
        If embeddings are missing and the access may not compute them.
    SpecError
        If there are too many sets for a blend, which is relative to all of them.
    """
    found = _blended(access, spec) if spec.criterion == "blend" else None
    made = found or ingredients(access, spec, spec.criterion)
    members = _members(spec, made)
    return SelectionResult(
        sets=_scored(spec, members, made),
        distances=made.distances,
        values=made.values,
        notes=made.notes,
    )


def choosing_stamp(access: Access, spec: SelectSpec) -> str:
    """Changes with the files that the spec's criterion reads, and with what is computed of them."""
    names = {spec.criterion, *(name for name, weight in spec.weights if weight)}
    if not names & {"vocabulary_coverage", "embedding", "embedding_centred"}:
        return ""
    try:
        ref = checkpoint(access.store, spec.model, roots=access.roots)
        folder = text_folder(spec.corpus, access.roots)
    except MsltError:  # whoever reads them will say what is wrong
        return ""
    return f"{ref.fingerprint} {corpus_stamp(folder) if folder else ''}"


def compare(
    access: Access, spec: SelectSpec, criteria: Sequence[Criterion] = COMPARED
) -> CriteriaResult:
    """The same sets under several criteria; what cannot be computed is named with its reason."""
    if is_heuristic(spec):
        raise SpecError(
            "criteria are compared over all sets, and these are too many",
            hint="Choose fewer languages or a smaller k.",
        )
    members = _all_members(spec)
    scored: dict[Criterion, ScoredSets] = {}
    missing: dict[Criterion, str] = {}
    for criterion in criteria:
        try:
            asked = spec.but(criterion=criterion, minimise=False)
            made = ingredients(access, asked, criterion)
            scored[criterion] = _scored(asked, members, made)
        except (BadInputError, NotComputedError, HubError) as e:
            missing[criterion] = str(e)
    return CriteriaResult(
        by_criterion=scored,
        correlations=blending.spearman([s.scores for s in scored.values()]),
        missing=missing,
    )


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
        differ=differ,
        agree=agree,
        uncovered=_uncovered(spec, langs),
        better=selection.better_by_a_swap(result.sets, place),
    )


def random_sets(sets: ScoredSets, n: int, seed: int = 0) -> tuple[tuple[str, ...], ...]:
    """Some sets drawn without looking at their scores."""
    drawn = np.random.default_rng(seed).permutation(len(sets))[:n]
    return tuple(sets.langs(int(i)) for i in drawn)


def language_map(
    result: SelectionResult,
) -> tuple[tuple[str, ...], npt.NDArray[np.float64], float] | None:
    """Languages in two dimensions: codes, coordinates, share of the distance that is kept.

    None where fewer than three languages have distances.
    """
    if result.distances is None:
        return None
    rows = complete(result.distances)
    if len(rows) < 3:
        return None
    coords, kept = classical_mds(result.distances[np.ix_(rows, rows)])
    return tuple(result.pool[row] for row in rows), coords, kept


@functools.cache
def selectable_langs(codes: Codes = "macro") -> tuple[str, ...]:
    """Languages of the registry that lang2vec describes in grammar, family or place."""
    langs = tuple(LANGUAGES)
    known = np.zeros(len(langs), dtype=bool)
    feature_sets: tuple[FeatureSet, ...] = ("syntax", "family", "geography")
    for feature_set in feature_sets:
        known |= ~np.isnan(typology.vectors(feature_set, langs, codes)).all(axis=1)
    return tuple(lang for lang, there in zip(langs, known, strict=True) if there)


def execute_language_vectors(
    store: Store,
    spec: LanguageVectorsSpec,
    where: Where,  # noqa: ARG001  checkpoint and corpus are named in the spec itself
    *,
    report: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],  # noqa: ARG001  it takes seconds
) -> bool:
    """Compute and keep the mean sentence vector of every language."""
    asked = SelectSpec(
        pool=spec.langs,
        k=2,
        criterion="embedding",
        model=spec.checkpoint,
        corpus=spec.corpus,
        layer=spec.layer,
    )
    language_vectors(Access(store=store, report=report), asked)
    return True


def _kept(spec: SelectSpec) -> list[int]:
    return [spec.free.index(lang) for lang in spec.include]


def _all_members(spec: SelectSpec) -> sets.Members:
    return sets.all_sets(len(spec.free), spec.k, _kept(spec))


def _members(spec: SelectSpec, made: Ingredients) -> sets.Members:
    """All sets, or where they are too many some that were grown language by language."""
    if not is_heuristic(spec):
        return _all_members(spec)
    n, kept = len(spec.free), _kept(spec)
    if spec.criterion == "blend":
        raise SpecError(
            "a blend ranks all sets against each other, and these are too many",
            hint="Choose fewer languages or a smaller k.",
        )
    found = [selection.greedy_sets(made.score, n, spec.k, kept, minimise=spec.minimise)]
    if made.distances is not None:
        farthest = selection.farthest_sets(made.distances, spec.k, kept, minimise=spec.minimise)
        found.append(farthest)
    return np.unique(np.concatenate(found), axis=0)


def _scored(spec: SelectSpec, members: sets.Members, made: Ingredients) -> ScoredSets:
    scores = made.score(members)
    ranks, order = sets.ranked(scores, minimise=spec.minimise)
    return ScoredSets(
        criterion=spec.criterion,
        k=spec.k,
        unit=made.unit or CRITERIA[spec.criterion].unit,
        minimise=spec.minimise,
        pool=spec.free,
        members=members,
        scores=scores,
        ranks=ranks,
        order=order,
        heuristic=is_heuristic(spec),
    )


def _blended(access: Access, spec: SelectSpec) -> Ingredients:
    weights = {name: weight for name, weight in spec.weights if weight}
    parts = {name: ingredients(access, spec, name) for name in weights}

    def score(members: sets.Members) -> sets.Scores:
        scores = [part.score(members) for part in parts.values()]
        ranks = [sets.ranked(s)[0] for s in scores]
        return blending.blend(scores, ranks, list(weights.values()), spec.normalise)

    notes = [f"{name}: {note}" for name, part in parts.items() for note in part.notes]
    return Ingredients(score=score, notes=tuple(notes))


def _contrasts(
    spec: SelectSpec, langs: Sequence[str]
) -> tuple[tuple[FeatureContrast, ...], tuple[FeatureContrast, ...]]:
    told = {"syntax", "phonology", "inventory"}
    plain = spec.criterion.removesuffix("_average")
    feature_set = cast(FeatureSet, spec.criterion if plain in told else "syntax")
    vectors = typology.vectors(feature_set, langs, spec.codes)
    names = typology.feature_names(feature_set)
    return selection.contrasts(vectors, langs, names, N_CONTRASTS)


def _uncovered(spec: SelectSpec, langs: Sequence[str]) -> tuple[str, ...]:
    """Values that some language of the pool has and none of the set."""
    names, has = typology.typological_values(spec.free, spec.codes)
    chosen = [lang in langs for lang in spec.free]
    missing = np.flatnonzero(has.any(axis=0) & ~has[chosen].any(axis=0))
    return tuple(names[i] for i in missing)
