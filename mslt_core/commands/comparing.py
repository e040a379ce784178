"""``compare``: does a set of sources beat another, where, and which may be the best?"""

import argparse
import dataclasses
import math
from collections.abc import Sequence
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, probability, table
from mslt_core.commands.experiments import add_experiment, baseline_of, chosen_sets, experiment_of
from mslt_core.commands.set_views import SET_VIEWS, set_view
from mslt_core.commands.wider_views import groups_view, sizes_view
from mslt_core.pipeline import (
    TOP,
    comparable,
    experiment_label,
    gains_over,
    nothing_learnt,
    open_store,
    ranking,
    run_groups,
    seeds_differ,
    zero_shot_means,
)
from mslt_core.pipeline.outcomes import scores_of
from mslt_core.spec.errors import SpecError
from mslt_core.spec.evidence import (
    OTHER_SEEDS,
    Average,
    Carried,
    Difference,
    GainResult,
    Ranking,
    Standing,
)
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.naming import first_few
from mslt_core.spec.results import SCORES, RunGroup
from mslt_core.spec.selecting import FeatureSet
from mslt_core.spec.views import GroupBy
from mslt_core.store import Store

NOISE: dict[Carried, str] = {
    "both": "test items and seeds",
    "seeds": "seeds alone",
    "items": "test items alone",
    "none": "nothing",
}
NAMED = 3
"""Sets that are left out for one reason; the rest is counted."""

VERDICTS = {True: "may be the best", False: "", None: "not judged"}


def add(subparsers: Subparsers) -> None:
    """Add ``compare``."""
    parser = command(
        subparsers,
        "compare",
        _compare,
        describe="Compare finished runs: differences with both sources of error, and the best sets",
        example="compare --sets 'de,en,es;ar,en,zh' --against en",
    )
    told = "such as 'de,en;MSLT(de, en) + 10 th' (default: all)"
    parser.add_argument("--sets", metavar="LANGS;...", help=told)
    parser.add_argument(
        "--against", metavar="LANGS", help="the set that is subtracted (default: en, else a single)"
    )
    parser.add_argument("--metric", choices=SCORES, help="default: the task's main score")
    parser.add_argument(
        "--average",
        choices=get_args(Average),
        default="shared",
        help="over targets that no set trained on (shared), or each set's own, as in the paper",
    )
    add_experiment(parser)
    _add_views(parser)


def _add_views(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--view",
        choices=("gains", "sizes", "groups", *SET_VIEWS),
        default="gains",
        help="beside differences from a set (gains): by number of sources (sizes), by groups of "
        "targets, the best and the worst set (ends), languages that recur in the best ones, most "
        "against least similar sets, number of scripts, transfer gaps",
    )
    parser.add_argument(
        "--by",
        choices=get_args(GroupBy),
        default="english",
        help="groups of targets: distance from English (default) or from the nearest source, "
        "family, script",
    )
    parser.add_argument(
        "--features",
        choices=get_args(FeatureSet),
        default="syntax",
        help="lang2vec's, that distances are in (default %(default)s)",
    )
    parser.add_argument("--k", type=int, default=3, help="size of a set in these views (default 3)")
    parser.add_argument(
        "--top", type=int, default=TOP, help=f"best sets that count, recurring: {TOP}"
    )


def _compare(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    everything = run_groups(store)
    experiment = experiment_of(everything, args.experiment)
    pool = [group for group in everything if group.experiment == experiment]
    if args.view != "gains":
        _require_score(pool, args.metric)
    if args.view == "sizes":
        return sizes_view(args, store, pool)
    if args.view == "groups":
        if args.sets is None:
            raise SpecError("no set is named", hint="Name one or more by --sets.")
        baseline = baseline_of(pool, args.against)
        others = chosen_sets(pool, args.sets, baseline)
        return groups_view(args, store, pool, baseline, others)
    if args.view != "gains":
        against = baseline_of(pool, args.against) if args.against else None
        return set_view(args, store, pool, against)
    elsewhere = [g for g in everything if g.experiment != experiment] if args.sets is None else []
    return _gains(args, store, pool, elsewhere)


def _gains(
    args: argparse.Namespace,
    store: Store,
    pool: Sequence[RunGroup],
    elsewhere: Sequence[RunGroup],
) -> Answer:
    """Sets of `pool` minus one of them; those of other experiments are told as left out."""
    baseline = baseline_of(pool, args.against)
    others = chosen_sets(pool, args.sets, baseline)
    near = [group for group in elsewhere if _data_of(group) == _data_of(baseline)]
    far = [group for group in elsewhere if _data_of(group) != _data_of(baseline)]
    ranked = ranking(
        store, (baseline, *others, *near), args.metric, average=args.average, pool=pool
    )
    shared, _ = zero_shot_means(store, (baseline, *others), ranked.metric)
    results = gains_over(
        store, baseline, others, ranked.metric, mean_over=shared, average=args.average, pool=pool
    )
    by_key = {group.key: result for group, result in zip(others, results, strict=True)}
    payload = _payload(baseline, ranked, by_key)
    _, apart = comparable((baseline, *far), ranked.metric)
    payload["left_out"] = [
        {"name": name, "reason": reason} for name, reason in (*ranked.left_out, *apart)
    ]
    told = _headline(
        ranked,
        results,
        uneven=seeds_differ((baseline, *others)),
        n_far=len(apart),
    )
    payload["nothing_learnt"] = nothing_learnt(
        (info, scores_of(store, info)) for group in (baseline, *others) for info in group.runs
    )
    told = "\n".join(filter(None, (told, payload["nothing_learnt"])))
    return Answer(payload=payload, shown=lambda: _shown(baseline, ranked, by_key, told))


def _data_of(group: RunGroup) -> tuple[str | None, ...]:
    """What it is trained and scored on: sets with other data nobody means to compare."""
    spec = group.runs[0].spec
    return spec.task, spec.data, spec.eval_task, spec.eval_data


def _require_score(groups: Sequence[RunGroup], metric: str | None) -> None:
    known = [name for name in SCORES if any(name in group.metrics for group in groups)]
    if metric is not None and metric not in known:
        raise SpecError(
            f"none of these sets is scored by {metric}", hint=f"They are by {', '.join(known)}."
        )


def _payload(baseline: RunGroup, ranked: Ranking, by_key: dict[str, GainResult]) -> dict[str, Any]:
    return {
        "experiment": baseline.experiment,
        "metric": ranked.metric,
        "average": ranked.average,
        "targets": ranked.targets,
        "against": baseline.name,
        "level": ranked.level,
        "carried": ranked.carried,
        "pool": ranked.pool and _finite(dataclasses.asdict(ranked.pool)),
        "n_may_be_best": len(ranked.tied),
        "sets": [_set(standing, by_key.get(standing.key)) for standing in ranked.standings],
    }


def _set(standing: Standing, result: GainResult | None) -> dict[str, Any]:
    return {
        "name": standing.name,
        "source_langs": standing.source_langs,
        "mean": standing.mean,
        "n_targets": standing.n_targets,
        "n_seeds": standing.n_seeds,
        "strength": standing.strength,
        "may_be_best": standing.may_be_best,
        "behind": as_payload(standing.behind),
        "gain": as_payload(result.mean if result else None),
        "carried": result.interval if result else None,
        "by_target": [as_payload(gain) for gain in result.gains] if result else [],
    }


def as_payload(found: Difference | None) -> dict[str, Any] | None:
    """A difference as JSON has it."""
    if found is None:
        return None
    return _finite(dataclasses.asdict(found)) | {"strength": found.strength}


def _finite(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: as many degrees of freedom as one likes are null."""
    infinite = {name for name, v in fields.items() if isinstance(v, float) and math.isinf(v)}
    return {name: None if name in infinite else value for name, value in fields.items()}


def _shown(
    baseline: RunGroup, ranked: Ranking, by_key: dict[str, GainResult], headline: str
) -> Any:
    from rich.console import Group

    told = f"{experiment_label(baseline.runs[0])}\n{headline}"
    columns = ("set", "mean", f"minus {baseline.name}", "95 %", "items", "seeds", "p", "n", "")
    rows = []
    for standing in ranked.standings:
        result = by_key.get(standing.key)
        gain = result.mean if result else None
        count = standing.strength if standing.n_seeds < 3 else f"{standing.n_seeds} seeds"
        told_gain = _row(gain) if gain else ("-",) * 5
        verdict = VERDICTS[standing.may_be_best]
        rows.append((standing.name, f"{100 * standing.mean:.1f}", *told_gain, count, verdict))
    shown = [table(told, columns, rows)]
    if len(by_key) == 1:
        (result,) = by_key.values()
        shown.append(_by_target(result))
    return Group(*shown)


def _by_target(result: GainResult) -> Any:
    columns = ("target", "", "difference", "95 %", "items", "seeds", "p", "p (Holm)")
    rows = [
        (
            gain.lang,
            "trained on" if gain.trained_on else "zero-shot",
            *_row(gain),
            probability(gain.p_holm),
        )
        for gain in sorted(result.gains, key=lambda gain: (-gain.estimate, gain.lang))
    ]
    return table(f"{result.name_b} minus {result.name_a}, in points", columns, rows)


def _row(found: Difference) -> tuple[str, str, str, str, str]:
    """Difference, interval, both standard deviations in points, and p."""
    interval = "-"
    if found.low is not None and found.high is not None:
        interval = f"[{100 * found.low:.1f}, {100 * found.high:.1f}]"
    sds = ("-" if sd is None else f"±{100 * sd:.2f}" for sd in (found.sd_items, found.sd_seeds))
    one, other = sds
    return f"{100 * found.estimate:+.1f}", interval, one, other, probability(found.p)


def _headline(ranked: Ranking, results: Sequence[GainResult], *, uneven: bool, n_far: int) -> str:
    told = [f"{METRICS[ranked.metric].label} in points, {_averaged(ranked)}."]
    if len(ranked.tied) > 1:
        told.append(f"{len(ranked.tied)} of {len(ranked.standings)} sets may be the best (95 %).")
    intervals = {one.interval for one in results}
    carried = " or ".join(NOISE[kind] for kind in NOISE if kind in intervals)
    told.append(f"Intervals and p carry {carried}; ± is a standard deviation.")
    if "items" in intervals:
        told.append("With test items alone in it, another seed may move a difference further.")
    if ranked.pool and (ranked.tied or any(one.mean and one.mean.sd_seeds for one in results)):
        told.append(f"Seeds' noise pooled over {ranked.pool.n_sets} sets.")
    if uneven:
        told.append(OTHER_SEEDS)
    for reason, names in ranked.left_out_by_reason.items():
        told.append(f"Left out: {first_few(names, NAMED)}: {reason}.")
    if n_far:
        are = "sets of other tasks or data are" if n_far > 1 else "set of another task or data is"
        told.append(f"{n_far:,} {are} left out.")
    return "\n".join(told)


def _averaged(ranked: Ranking) -> str:
    """Over which targets means are; there may be none."""
    n = len(ranked.targets)
    if not n:
        return "without a mean: there is no target that none of these sets trained on"
    if ranked.average == "paper":
        own = "each set's own unseen targets, as in the paper: other languages for other sets"
        return f"mean over {own}"
    return f"mean over the {n} targets that no set trained on: {', '.join(ranked.targets)}"
