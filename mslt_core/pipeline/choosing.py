"""Which source languages are best, under which criterion, and why?"""

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import blending, heuristics, sets
from mslt_core.analysis.mds import classical_mds, complete
from mslt_core.data import typology
from mslt_core.pipeline.corpora import corpus_stamp
from mslt_core.pipeline.ingredients import (
    Access,
    Ingredients,
    ingredients,
    language_vectors,
    text_folder,
    vocabulary_stamp,
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
    ScoredSets,
    SelectionResult,
)
from mslt_core.spec.selecting import TEXT_CRITERIA, Codes, Criterion, FeatureSet, SelectSpec
from mslt_core.spec.specs import LanguageVectorsSpec, Where
from mslt_core.store import Store

BLEND_TIE = 1e-13

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


def choosing_stamp(access: Access, spec: SelectSpec, *, everything: bool = False) -> str:
    """Changes with the files that the spec's criterion reads, and with what is computed of them.

    With ``everything=True`` those of all criteria.
    """
    names = {spec.criterion, *(name for name, weight in spec.weights if weight)}
    parts = []
    # whoever reads what is missing or broken will say so
    with contextlib.suppress(MsltError):
        if everything or names & set(TEXT_CRITERIA):
            folder = text_folder(spec.corpus, access.roots)
            parts += [corpus_stamp(folder) if folder else "", vocabulary_stamp(access, spec)]
    with contextlib.suppress(MsltError):
        if everything or names & {"embedding", "embedding_centred"}:
            quiet = dataclasses.replace(access, compute=False)
            parts.append(str(hash(language_vectors(quiet, spec)[0].tobytes())))
    return " ".join(parts)


def compare(
    access: Access, spec: SelectSpec, criteria: Sequence[Criterion] = COMPARED
) -> CriteriaResult:
    """The same sets under several criteria; what cannot be computed is named with its reason.

    The spec's own criterion keeps its direction, the others put the highest score first.
    """
    if is_heuristic(spec):
        raise SpecError(
            "criteria are compared over all sets, and these are too many",
            hint="Choose fewer languages or a smaller k.",
        )
    turned = {spec.criterion} if spec.minimise else set()
    members = _all_members(spec)
    scored: dict[Criterion, ScoredSets] = {}
    missing: dict[Criterion, str] = {}
    for criterion in criteria:
        try:
            asked = spec.but(criterion=criterion, minimise=criterion in turned)
            made = ingredients(access, asked, criterion)
            scored[criterion] = _scored(asked, members, made)
        except (BadInputError, NotComputedError, HubError) as e:
            missing[criterion] = str(e)
    good = [-s.scores if s.minimise else s.scores for s in scored.values()]
    return CriteriaResult(
        by_criterion=scored,
        correlations=blending.spearman(good),
        missing=missing,
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
    found = [heuristics.greedy_sets(made.score, n, spec.k, kept, minimise=spec.minimise)]
    if made.distances is not None:
        farthest = heuristics.farthest_sets(made.distances, spec.k, kept, minimise=spec.minimise)
        found.append(farthest)
    grown = np.unique(np.concatenate(found), axis=0)
    best = heuristics.improved_by_swaps(grown, made.score, n, kept, minimise=spec.minimise)
    if not len(best):
        raise SpecError(
            f"no set of {spec.k} has a score under {spec.criterion}",
            hint="A language that must be in has no figure; take it out or take another criterion.",
        )
    return best


def _scored(spec: SelectSpec, members: sets.Members, made: Ingredients) -> ScoredSets:
    scores = made.score(members)
    # reciprocal ranks lie close together where sets are many
    tie = BLEND_TIE if spec.criterion == "blend" else sets.TIE
    ranks, order = sets.ranked(scores, minimise=spec.minimise, tie=tie)
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
        return blending.blend(scores, list(weights.values()), spec.normalise)

    notes = [f"{name}: {note}" for name, part in parts.items() for note in part.notes]
    return Ingredients(score=score, notes=tuple(notes))
