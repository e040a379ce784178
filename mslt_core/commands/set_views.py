"""``compare --view``: what is asked about all sets of one size."""

import argparse
import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mslt_core.commands.answer import Answer, probability, progress, table
from mslt_core.commands.judging import sweep_of_size
from mslt_core.pipeline import (
    Access,
    best_and_worst,
    by_scripts,
    judge_criteria,
    most_and_least_similar,
    recurring,
    set_gaps,
)
from mslt_core.spec.errors import NotComputedError, SpecError
from mslt_core.spec.evidence import Carried, Difference
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from mslt_core.spec.set_views import Recurring, SetEnds, SetGapJudged, SetsAsked, Similarity
from mslt_core.spec.specs import set_name
from mslt_core.spec.views import ScriptMean
from mslt_core.store import Store

SET_VIEWS = ("ends", "recurring", "similar", "scripts", "gap")


def set_view(
    args: argparse.Namespace, store: Store, groups: Sequence[RunGroup], against: RunGroup | None
) -> Answer:
    """The view that is asked for, of the groups of one experiment."""
    if args.view == "gap":
        return _gaps(store, groups, args)
    sweep = sweep_of_size(groups, args.k)
    if args.view == "ends":
        baseline = against or next((g for g in groups if g.source_langs == ("en",)), None)
        if baseline is None:
            raise SpecError("no set to measure against", hint="Name one by --against.")
        ends = best_and_worst(store, sweep, baseline, args.metric, pool=groups)
        return Answer(payload=plain(ends), shown=lambda: _ends(ends))
    if args.view == "recurring":
        found = recurring(store, sweep, args.metric, n_top=args.top, pool=groups)
        return Answer(payload=plain(found), shown=lambda: _recurring(found))
    if args.view == "scripts":
        by_number = by_scripts(store, sweep, args.metric)
        metric = args.metric or sweep.groups[0].metrics[0]
        payload = {"metric": metric, "k": sweep.k, "pool": sweep.pool, "scripts": plain(by_number)}
        return Answer(payload=payload, shown=lambda: _scripts(by_number, metric, sweep.k))
    with progress(args) as report:
        report(0, 0, "asking every criterion")
        judged = judge_criteria(Access(store=store, report=report), sweep, metric=args.metric)
    similar = most_and_least_similar(store, sweep, judged)
    return Answer(payload=plain(similar), shown=lambda: _similar(similar))


def _gaps(store: Store, groups: Sequence[RunGroup], args: argparse.Namespace) -> Answer:
    wanted = [group for group in groups if len(group.source_langs) == args.k]
    if not wanted:
        raise NotComputedError(f"no set of {args.k} was trained")
    metric = args.metric or wanted[0].metrics[0]
    found = set_gaps(store, wanted, metric)
    payload = {"metric": metric, "sets": [plain(one) for one in found]}
    return Answer(payload=payload, shown=lambda: _gaps_shown(found, metric))


def plain(answer: Any) -> Any:
    """Frozen answers as JSON has them: keys that are sets become text, and no infinity."""
    if dataclasses.is_dataclass(answer):
        fields = {f.name: getattr(answer, f.name) for f in dataclasses.fields(answer)}
        return {name: plain(value) for name, value in fields.items()}
    if isinstance(answer, Mapping):
        return {
            " ".join(key) if isinstance(key, tuple) else str(key): plain(value)
            for key, value in answer.items()
        }
    if isinstance(answer, list | tuple):
        return [plain(value) for value in answer]
    if isinstance(answer, float) and not math.isfinite(answer):
        return None
    return answer


def items_alone(carried: Carried) -> str:
    """What stands above a table whose intervals and p hold no seeds' noise; empty for others."""
    told = " Intervals and p carry test items alone: another seed may move a difference further."
    return told if carried == "items" else ""


def _about(found: SetsAsked) -> str:
    runs = {1: "A single run a set", 2: "Two runs a set"}.get(len(found.seeds))
    return (
        f"{METRICS[found.metric].label}, {found.n_sets} sets of {found.k} out of "
        f"{', '.join(found.pool)}. Means over the {len(found.targets)} targets that no set trained "
        f"on: {', '.join(found.targets)}. {runs or f'{len(found.seeds)} seeds'}."
        f"{items_alone(found.carried)}"
    )


def _ends(found: SetEnds) -> Any:
    told = [_about(found), f"In points minus {found.baseline}; p after Holm over the targets."]
    if found.crossed:
        told.append(
            "Sets are chosen on some seeds and scored on the others; test items are the same in "
            "all, so luck on these very items stays in."
        )
    else:
        told.append("A single run chose each set and is its score: neither has an interval.")
    rows = [
        (row.lang or "mean", name, _sets(end.chosen), *points_row(end.difference))
        for row in (found.mean, *found.rows)
        for name, end in (("best", row.best), ("worst", row.worst))
    ]
    return table("\n".join(told), ("target", "", "chosen", "points", "95 %", "p"), rows)


def _recurring(found: Recurring) -> Any:
    tied = f"{found.n_tied} sets may be the best (95 %)." if found.n_tied else ""
    told = (
        f"{_about(found)} {tied}\nEffect: mean of sets with the language minus those without it; "
        f"by lot a language is in {100 * found.expected:.0f} % of sets. p after Holm over the "
        "languages."
    )
    columns = ("language", "effect", "95 %", "p", f"in top {len(found.top)}", "p by lot", "tied")
    rows = [
        (one.lang, *points_row(one.effect), one.n_top, probability(one.p_holm), one.n_tied)
        for one in found.languages
    ]
    return table(told, columns, rows)


def _similar(found: Similarity) -> Any:
    told = (
        f"{_about(found)}\nLeast minus most similar sets, ties averaged; p after Holm over the "
        "criteria."
    )
    rows = [
        (one.criterion, _sets(one.diverse), _sets(one.similar), *points_row(one.difference))
        for one in found.contrasts
    ]
    columns = ("criterion", "least similar", "most similar", "points", "95 %", "p")
    return table(told, columns, rows)


def _scripts(found: Sequence[ScriptMean], metric: str, k: int) -> Any:
    told = (
        f"{METRICS[metric].label} in points, sets of {k} by the number of their scripts, "
        f"{found[0].mean.strength}; gains over those with the fewest."
    )
    rows = [
        (one.n_scripts, one.n_sets, f"{100 * one.mean.estimate:.1f}", *points_row(one.gain))
        for one in found
    ]
    return table(told, ("scripts", "sets", "mean", "gain", "95 %", "p"), rows)


def _gaps_shown(found: Sequence[SetGapJudged], metric: str) -> Any:
    told = (
        f"{METRICS[metric].label}: mean on a set's own sources minus mean on languages that it "
        "never saw, in points. Each set has its own languages on both sides."
    )
    rows = [
        (one.name, *points_row(one.gap)[:2], one.gap.strength if one.gap else one.reason)
        for one in found
    ]
    return table(told, ("set", "gap", "95 %", ""), rows)


def _sets(sets: Sequence[tuple[str, ...]]) -> str:
    return set_name(sets[0]) if len(sets) == 1 else f"{len(sets)} sets"


def points_row(found: Difference | None) -> tuple[str, str, str]:
    """Points, interval and p."""
    if found is None:
        return "-", "-", "-"
    interval = "-"
    if found.low is not None and found.high is not None:
        interval = f"[{100 * found.low:z.1f}, {100 * found.high:z.1f}]"
    p = found.p if found.p_holm is None else found.p_holm
    return f"{100 * found.estimate:+z.1f}", interval, probability(p)
