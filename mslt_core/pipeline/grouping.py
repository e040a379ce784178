"""Runs that differ in their seed alone, and which of such groups may be compared."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from mslt_core.spec.results import SCORES, RunGroup, RunInfo
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store

OTHER_WORDS = {
    "data": "other data",
    "model_fingerprint": "another model",
    "target_langs": "other targets",
    "eval_limit": "other test items",
    "eval_data": "other test items",
    "eval_task": "other test items",
    "eval_draw": "other test items",
    "group_by_length": "other batches",
}
"""Where a field's two values would say nothing to a reader."""

OF_THE_SET = {"seed", "source_langs", "shots", "shot_langs"}
"""What groups of one experiment may differ in."""

ASIDE: dict[str, Any] = {"keep_every": None}
"""What is kept beside a run, which changes none of its scores: its value in every key."""


@functools.lru_cache(maxsize=1 << 16)  # fewer than runs are asked for in turn would keep none
def group_key(spec: TrainSpec) -> str:
    """Runs with the same key differ in their seed alone, or in what was kept beside them."""
    return _with(spec, seed=0, **ASIDE).digest()


@functools.lru_cache(maxsize=1 << 16)
def experiment_key(spec: TrainSpec) -> str:
    """Groups with the same key may be compared: all is equal but the sources and the seed.

    Examples of few-shot targets are sources too: they are inside the same budget. Where the
    question leaves it open which items were scored, a group is comparable with none.
    """
    return _experiment(spec, **ASIDE)


def experiments_before(runs: Iterable[RunInfo]) -> dict[str, str]:
    """From what an experiment's key was, while what is kept beside a run was in it, to its key."""
    aside = ASIDE.items()
    apart = [r.spec for r in runs if any(getattr(r.spec, name) != usual for name, usual in aside)]
    return {_experiment(spec): experiment_key(spec) for spec in apart}


def _experiment(spec: TrainSpec, **aside: Any) -> str:
    if spec.items_unsure:
        return _with(spec, seed=0, **aside).digest()
    return _with(spec, seed=0, source_langs=("en",), shots=0, shot_langs=(), **aside).digest()


def _with(spec: TrainSpec, **changes: Any) -> TrainSpec:
    """The spec with other values, not checked again: keys of thousands of runs are asked for at
    once, and nobody trains by them."""
    return spec.model_copy(update=changes)


_KEYS: dict[str, tuple[str, str]] = {}
"""Run to the keys of its group and its experiment. Looking specs up by themselves would hash all
of their fields, a thousand times at every look."""


def run_groups(store: Store, runs: Sequence[RunInfo] | None = None) -> list[RunGroup]:
    """Runs with scores by what was trained, single sources first, then by number of sources.

    A set comes before the same one with few-shot examples: whoever asks for SSLT(en) gets it plain.
    Of all `runs` of the store, where they were listed already.
    """
    found: dict[str, list[RunInfo]] = {}
    for info in store.runs.list() if runs is None else runs:
        if info.has_scores and not info.spec.oracle:
            found.setdefault(_keys(info)[0], []).append(info)
    return sorted((_group(one_a_seed(of_set)) for of_set in found.values()), key=_order)


def one_a_seed(runs: Sequence[RunInfo]) -> list[RunInfo]:
    """By seed. Of two that differ in what was kept beside them, which have the same scores, the one
    with weights, and with those on the way."""
    richest = sorted(runs, key=lambda i: (i.has_weights, i.spec.keep_every is not None, i.run))
    by_seed = {info.spec.seed: info for info in richest}
    return [by_seed[seed] for seed in sorted(by_seed)]


def _order(group: RunGroup) -> tuple[Any, ...]:
    spec = group.runs[0].spec
    return len(group.source_langs), group.source_langs, spec.shot_langs, spec.shots, group.key


def _keys(info: RunInfo) -> tuple[str, str]:
    if info.run not in _KEYS:
        _KEYS[info.run] = group_key(info.spec), experiment_key(info.spec)
    return _KEYS[info.run]


def _group(runs: Sequence[RunInfo]) -> RunGroup:
    spec = runs[0].spec
    key, experiment = _keys(runs[0])
    return RunGroup(
        key=key,
        name=spec.name,
        experiment=experiment,
        source_langs=spec.source_langs,
        runs=tuple(runs),
    )


def experiments(groups: Sequence[RunGroup]) -> list[str]:
    """The groups' experiments, the one first that is meant where none is named.

    That is the one with most sets, the user's before the example's. One set of the user's alone
    has nothing to be compared with, and is no reason to leave the example. A new run beside
    a sweep changes nothing, either. The others come newest first, again the user's before the
    example's.
    """
    newest = sorted(groups, key=lambda g: max(i.created_utc for i in g.runs), reverse=True)
    own = Counter(g.experiment for g in groups if any(not run.read_only for run in g.runs))
    sizes = Counter(group.experiment for group in newest)
    if not sizes:
        return []
    first = max(sizes, key=lambda key: (own[key] if own[key] > 1 else 0, sizes[key]))
    others = [key for key in sizes if key != first]
    return [first, *sorted(others, key=lambda key: not own[key])]


def zero_shot(groups: Sequence[RunGroup]) -> tuple[RunGroup, ...]:
    """The groups among which the best set is looked for: few-shot ones have seen examples of a
    target, so they compete only where there are no others."""
    return tuple(group for group in groups if group.plain) or tuple(groups)


def alike(groups: Sequence[RunGroup]) -> list[RunGroup]:
    """Of groups of one experiment those that one recipe trains: the first one, and all with the
    same few-shot examples."""
    specs = [group.runs[0].spec for group in groups]
    extra = [(spec.shots, spec.shot_langs) for spec in specs]
    return [group for group, of_it in zip(groups, extra, strict=True) if of_it == extra[0]]


def paired(baseline: RunGroup, others: Sequence[RunGroup]) -> tuple[RunGroup, ...]:
    """The groups with the runs alone that the others' differences from the baseline rest on.

    These are of seeds that the baseline and a set both have; where no set shares a seed with it,
    they are all.
    """
    groups = (baseline, *others)
    kept = shared_seeds([{info.spec.seed for info in group.runs} for group in groups])
    narrowed = [
        dataclasses.replace(group, runs=tuple(r for r in group.runs if r.spec.seed in some))
        for group, some in zip(groups, kept, strict=True)
    ]
    return tuple(group for group in narrowed if group.runs) or groups


def shared_seeds(seeds: Sequence[set[int]]) -> list[set[int]]:
    """Of a baseline's seeds and those of the others what the differences from it rest on."""
    shared = [seeds[0] & of_group for of_group in seeds[1:]]
    return [set().union(*shared), *shared]


def seeds_differ(groups: Sequence[RunGroup]) -> bool:
    """Whether some group has a seed that another lacks: means and differences then rest on
    different runs."""
    return len({frozenset(info.spec.seed for info in group.runs) for group in groups}) > 1


def why_apart(one: RunGroup, other: RunGroup) -> str:
    """What keeps `other` from being compared with `one`; empty where nothing does.

    The score of a set alone says nothing of a set that was trained with more examples.
    """
    if one.experiment == other.experiment:
        return ""
    ours, theirs = one.runs[0].spec, other.runs[0].spec
    unsure = ours.items_unsure and theirs.items_unsure
    told = ["perhaps other test items, drawn by an earlier version"] if unsure else []
    for name in TrainSpec.model_fields:
        value, expected = getattr(theirs, name), getattr(ours, name)
        if name not in OF_THE_SET | ASIDE.keys() | {"model"} and value != expected:
            told.append(OTHER_WORDS.get(name, f"{name} {value}, not {expected}"))
    return ", ".join(dict.fromkeys(told)) or "another experiment"


def comparable(
    groups: Sequence[RunGroup], metric: str
) -> tuple[list[RunGroup], list[tuple[str, str]]]:
    """The groups that may be compared with the first, and name and reason of the others."""
    kept, left_out = [], []
    for group in groups:
        reason = why_apart(groups[0], group)
        if not reason and metric not in group.metrics:
            reason = f"not scored by {metric}"
        if reason:
            left_out.append((group.name, reason))
        else:
            kept.append(group)
    return kept, left_out


def main_metric(groups: Sequence[RunGroup]) -> str:
    """The main score of the groups' task; token accuracy where there is no group."""
    return next((group.metrics[0] for group in groups if group.metrics), SCORES[0])
