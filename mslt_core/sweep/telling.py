"""A plan in words: what it consists of, what each run reads, what is not in it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mslt_core.pipeline import realised
from mslt_core.pipeline.experiment_labels import task_label
from mslt_core.pipeline.presets import preset, preset_told
from mslt_core.spec.errors import DataError
from mslt_core.spec.specs import TrainSpec, set_name
from mslt_core.spec.sweeps import PlannedRun, SweepSpec
from mslt_core.sweep.planning import oracle, oracle_langs

SHARES_SHOWN = 3
"""Sets whose uneven shares are told; the others go by the same rule."""


def told(runs: Sequence[PlannedRun]) -> str:
    """The plan in a sentence: 35 sets × 3 seeds on wikiann, 3,000 examples each."""
    oracles = sum(planned.spec.oracle for planned in runs)
    specs = [planned.spec for planned in runs if not planned.spec.oracle]
    sets = list(dict.fromkeys(spec.source_langs for spec in specs))
    few_shot = specs[0].name.removeprefix(set_name(specs[0].source_langs))
    parts = [specs[0].name if len(sets) == 1 else f"{len(sets)} sets{few_shot}"]
    for values, many in (
        ({base_of(spec) for spec in specs}, "models"),
        ({spec.budget for spec in specs}, "budgets"),
        ({(spec.model_fingerprint, spec.learning_rate) for spec in specs}, "learning rates"),
        ({spec.seed for spec in specs}, "seeds"),
    ):
        n = len(values)
        if many == "learning rates":
            n = max(_rates(specs).values())
        if n > 1:
            parts.append(f"{n} {many}")
    budgets = sorted({spec.budget for spec in specs})
    examples = " or ".join(f"{budget:,}" for budget in budgets)
    beside = f", and {oracles} oracles" if oracles else ""
    first = usual(runs)
    task = task_label(first.spec, first.where)
    return f"{' × '.join(parts)} on {task}, {examples} examples each{beside}"


def usual(runs: Sequence[PlannedRun]) -> PlannedRun:
    """The first that is no oracle, which tells for all: an oracle scores its own target alone."""
    return next(planned for planned in runs if not planned.spec.oracle)


def _rates(specs: Sequence[TrainSpec]) -> dict[str, int]:
    """Learning rates that each model is trained with: each may have one of its own."""
    found: dict[str, set[float]] = {}
    for spec in specs:
        found.setdefault(spec.model_fingerprint, set()).add(spec.learning_rate)
    return {model: len(rates) for model, rates in found.items()}


def model_names(runs: Sequence[PlannedRun]) -> dict[tuple[str, str], str]:
    """What each base model is called, by its name and fingerprint, and no two the same.

    Of folders with one name, as those of all runs' own weights have, also the one that each lies
    in; where these are alike too, the first digits of what is in them.
    """
    found = {base_of(planned.spec): planned for planned in runs}
    names = {base: planned.spec.model for base, planned in found.items()}
    for apart in (_in_its_folder, lambda one: f"{one.spec.model} {one.spec.model_fingerprint[:4]}"):
        times = Counter(names.values())
        names = {base: n if times[n] == 1 else apart(found[base]) for base, n in names.items()}
    return names


def base_of(spec: TrainSpec) -> tuple[str, str]:
    """What tells the base models of a plan's runs from each other."""
    return spec.model, spec.model_fingerprint


def _in_its_folder(planned: PlannedRun) -> str:
    folder = Path(planned.where.model or "").parent.name
    return f"{folder}/{planned.spec.model}" if folder else planned.spec.model


def shares_told(runs: Sequence[PlannedRun]) -> str:
    """What each run reads: 3,000 examples in all, 3,000 or 1,000 a language.

    Where shares are uneven those of a few sets are counted, which may read the data.
    """
    uneven = {
        (p.spec.budget, p.spec.source_langs): p
        for p in reversed(runs)  # of several seeds the first stays
        if (p.spec.alpha and len(p.spec.source_langs) > 1) or p.spec.shots
    }
    if uneven:
        budgets = sorted({planned.spec.budget for planned in runs})
        shown = list(reversed(uneven.values()))[:SHARES_SHOWN]
        counts = [_counted(p, of_many=len(budgets) > 1) for p in shown]
        more = "; and so on" if len(uneven) > len(shown) else ""
        told = _any_of([f"{budget:,}" for budget in budgets])
        told = f"{told} examples in all, shared as the recipe says"
        return f"{told} ({'; '.join(counts)}{more})"
    n_langs: dict[int, set[int]] = {}
    for planned in runs:
        n_langs.setdefault(planned.spec.budget, set()).add(len(planned.spec.source_langs))
    return "; ".join(
        f"{budget:,} examples in all, {_any_of([_share(budget, n) for n in sorted(sizes)])} "
        "a language"
        for budget, sizes in sorted(n_langs.items())
    )


def _share(budget: int, n_langs: int) -> str:
    """500; 333 to 334, as what is left over goes to some of the languages."""
    share, rest = divmod(budget, n_langs)
    return f"{share:,} to {share + 1:,}" if rest else f"{share:,}"


def _counted(planned: PlannedRun, *, of_many: bool) -> str:
    """MSLT(de, en): de 251, en 749; with its budget where that is one of many."""
    spec = planned.spec
    counts = ", ".join(f"{lang} {n:,}" for lang, n in realised(spec, planned.where).items())
    return f"{spec.name}{f' of {spec.budget:,}' if of_many else ''}: {counts}"


def _any_of(amounts: Sequence[str]) -> str:
    *most, last = amounts
    return f"{', '.join(most)} or {last}" if most else last


def remarks(
    spec: SweepSpec, runs: Sequence[PlannedRun], *, roots: tuple[Path, ...] | None = None
) -> tuple[str, ...]:
    """What was asked for and is not in the plan `runs`, and why: a sentence each."""
    said = [
        preset_told(spec.task, model)
        for model in spec.models
        if spec.paper_recipe and preset(spec.task, model) is None
    ]
    if not spec.oracles:
        return tuple(said)
    targets = oracle_langs(spec, usual(runs).spec.target_langs, roots)
    there = {(p.spec.budget, *p.spec.source_langs) for p in runs if p.spec.oracle}
    for budget in spec.budgets:
        if absent := [lang for lang in targets if (budget, lang) not in there]:
            try:
                oracle(spec, (spec.models[0], budget, spec.learning_rates[0]), absent[0], roots)
            except DataError as e:
                more = ", and so on" if len(absent) > 1 else ""
                said.append(f"No oracle of {', '.join(absent)}: {e.message}{more}.")
    return tuple(said)
