"""From a sweep's question to its runs."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mslt_core.pipeline import (
    EXAMPLE_MODEL,
    Access,
    check_batches,
    check_data,
    make_train_spec,
    select,
    task_offer,
)
from mslt_core.pipeline.presets import preset
from mslt_core.pipeline.recipes import require_rows
from mslt_core.spec.errors import BadInputError, DataError, SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.selecting import Criterion, SelectSpec
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.sweeps import PlannedRun, SweepSpec
from mslt_core.store import Store

KEPT_BY_DEFAULT = 20
"""Runs up to which a sweep keeps all weights: those of XLM-R base fill 22 GB then."""

SAID_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        **{"task": "--task", "data": "--data", "model": "--models", "budget": "--budgets"},
        **{"seed": "--seeds", "source_langs": "--sets or --sizes", "oracle": "--oracles"},
        **{"learning_rate": "--learning-rates", "roots": ""},
        # these follow from the others
        **{"model_fingerprint": "", "eval_draw": ""},
    }
)
"""What goes before a recipe, where it would be lost, and the option that says it."""

Sets = tuple[tuple[str, ...], ...]


def all_sets(pool: Iterable[str], sizes: Iterable[int]) -> Sets:
    """Every set of these sizes, the small ones first: C(n, k) of each size k."""
    langs = languages(pool)
    wanted = sorted(set(sizes))
    if odd := [k for k in wanted if not 1 <= k <= len(langs)]:
        raise SpecError(
            f"a pool of {len(langs)} languages has no sets of {odd[0]}",
            hint=f"Choose sizes from 1 to {len(langs)}.",
        )
    return tuple(chosen for k in wanted for chosen in itertools.combinations(langs, k))


def picks(
    access: Access,
    pool: Iterable[str],
    sizes: Iterable[int],
    criteria: Iterable[Criterion],
    model: str = EXAMPLE_MODEL,
) -> Sets:
    """The first set of every criterion and size, each named once; of tied ones the first listed.

    `model` is asked by the criteria that read one.
    """
    found = []
    for k, criterion in itertools.product(sorted(set(sizes)), criteria):
        spec = SelectSpec(pool=languages(pool), k=k, criterion=criterion, model=model)
        found += [ranked.source_langs for ranked in select(access, spec).sets.best(1)]
    return tuple(dict.fromkeys(found))


def plan(spec: SweepSpec, *, roots: tuple[Path, ...] | None = None) -> tuple[PlannedRun, ...]:
    """Every run of the sweep, one seed after the other, checked against data and models.

    Every language is checked in its smallest set, where most is asked of it, and every set where it
    matters which languages are together; all else that is looked up is the same for all sets and
    seeds.
    """
    smallest = {
        lang: langs for langs in sorted(spec.source_sets, key=len, reverse=True) for lang in langs
    }
    made: dict[Any, tuple[TrainSpec, Where]] = {}
    for model, budget, rate in spec.recipes():
        for langs in dict.fromkeys(smallest.values()):
            asked = _asked(spec, model, rate)
            made[model, budget, rate] = make_train_spec(
                **{**asked, "source_langs": langs, "budget": budget, "roots": roots}
            )
    for base, where in {base.budget: (base, where) for base, where in made.values()}.values():
        require_rows(base, where, spec.source_sets)
    runs = []
    for seed, recipe, langs in itertools.product(spec.seeds, spec.recipes(), spec.source_sets):
        base, where = made[recipe]
        runs.append(PlannedRun(spec=base.but(source_langs=langs, seed=seed), where=where))
    if spec.oracles:
        runs += _oracles(spec, made, roots)
    return tuple({planned.run: planned for planned in runs}.values())


def _oracles(
    spec: SweepSpec, made: dict[Any, tuple[TrainSpec, Where]], roots: tuple[Path, ...] | None
) -> list[PlannedRun]:
    """Every target that has enough training data, on these, with every recipe and seed."""
    targets = oracle_langs(spec, next(iter(made.values()))[0].target_langs, roots)
    runs = []
    for recipe, lang in itertools.product(spec.recipes(), targets):
        try:
            base, where = oracle(spec, recipe, lang, roots)
        except DataError:  # `remarks` says it; the others need not wait for this language
            continue
        runs += [PlannedRun(spec=base.but(seed=seed), where=where) for seed in spec.seeds]
    return runs


def oracle_langs(
    spec: SweepSpec, target_langs: Iterable[str], roots: tuple[Path, ...] | None
) -> list[str]:
    """Targets that have training data at all."""
    known = task_offer(spec.task, spec.data, roots=roots).train_langs
    return [lang for lang in target_langs if lang in known]


def oracle(
    spec: SweepSpec,
    recipe: tuple[str, int, float | None],
    lang: str,
    roots: tuple[Path, ...] | None,
) -> tuple[TrainSpec, Where]:
    """One target on its own data; DataError where that is too little."""
    model, budget, rate = recipe
    asked = {**_asked(spec, model, rate), "source_langs": [lang], "target_langs": [lang]}
    asked |= {"shots": 0, "shot_langs": (), "oracle": True, "budget": budget}
    return make_train_spec(**{**asked, "roots": roots})


def _asked(spec: SweepSpec, model: str, rate: float | None) -> dict[str, Any]:
    """What `make_train_spec` is told for one model; what is said outright goes before presets."""
    for name, value in spec.recipe:
        if name in SAID_ELSEWHERE and not (name == "learning_rate" and rate is None):
            option = SAID_ELSEWHERE[name]
            raise SpecError(
                f"a sweep says {name} elsewhere than in its recipe, which holds {name}={value}",
                hint=f"Use {option}." if option else "Leave it out.",
            )
    fields = (preset(spec.task, model) or {}) if spec.paper_recipe else {}
    fields = {**fields, **dict(spec.recipe), "task": spec.task, "data": spec.data, "model": model}
    return fields if rate is None else {**fields, "learning_rate": rate}


def check(runs: Sequence[PlannedRun]) -> None:
    """Read all that is scored and every model once, so that damage is refused before any run."""
    check_batches(planned.spec for planned in runs)
    for planned in {
        (p.where.data, p.where.model, p.spec.model_fingerprint): p for p in runs
    }.values():
        check_data(planned.spec, planned.where)


def keeps_weights(runs: Sequence[PlannedRun]) -> bool:
    """Whether weights stay where nobody says: of few runs, and where steps were to keep theirs."""
    return len(runs) <= KEPT_BY_DEFAULT or any(p.spec.snapshot_steps for p in runs)


def find_sweep(store: Store, ref: str | None) -> str:
    """The sweep whose name begins with `ref`; without one the newest."""
    known = store.sweeps.digests()
    if not known:
        raise BadInputError("no sweep was started here yet", hint="`sweep start` starts one.")
    found = [digest for digest in known if digest.startswith(ref or digest)]
    if not ref:
        return known[0]
    if len(found) != 1:
        raise BadInputError(
            f"{ref!r} is the name of {len(found)} sweeps", hint=f"Known are {', '.join(known)}."
        )
    return found[0]
