"""``imported``: results made elsewhere, compared with each other and with own runs."""

import argparse
from collections.abc import Sequence
from typing import Any

from mslt_core.commands.answer import Answer, Subparsers, command, table
from mslt_core.commands.comparing import as_payload
from mslt_core.pipeline import (
    OutsideGroup,
    open_store,
    outside_gains,
    outside_groups,
    run_groups,
    shared_targets,
    shown_name,
)
from mslt_core.spec.errors import NotComputedError, SpecError
from mslt_core.spec.evidence import IMPORTED_MARK
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import SCORES, GainResult, RunGroup

Group = OutsideGroup | RunGroup


def add(subparsers: Subparsers) -> None:
    """Add ``imported``."""
    parser = command(
        subparsers,
        "imported",
        _imported,
        describe="Compare imported results of one experiment, and own runs of it, with each other",
        example="imported --experiment 'XLM-R, 3k' --against 'SSLT(en)'",
    )
    parser.add_argument("--experiment", metavar="NAME", help="default: the only one")
    parser.add_argument(
        "--against", metavar="NAME", help="what is subtracted (default: English, else the first)"
    )
    parser.add_argument(
        "--results",
        nargs="+",
        metavar="NAME",
        help="what is compared with it (default: all imported)",
    )
    parser.add_argument("--metric", choices=SCORES, help="default: the first that all have")


def _experiment(groups: Sequence[OutsideGroup], name: str | None) -> str:
    """The one that is named, be it by a former key of one's own runs, or the only one."""
    names = list(dict.fromkeys(group.experiment for group in groups))
    if name is None and len(names) == 1:
        return names[0]
    if name in names:
        return name
    for group in groups:
        if name in group.imported_under:
            return group.experiment
    raise SpecError(f"there is no one experiment {name!r}", hint=f"There are {names}.")


def _imported(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    everything = outside_groups(store)
    if not everything:
        raise NotComputedError("nothing was imported", hint="`python -m mslt_core import`.")
    name = _experiment(everything, args.experiment)
    imported = [group for group in everything if group.experiment == name]
    own = [group for group in run_groups(store) if group.experiment == name]
    groups: list[Group] = [*own, *imported]
    known = {shown_name(group): group for group in groups}
    english = [n for n, group in known.items() if group.source_langs == ("en",)]
    base = _picked(known, args.against or (english or list(known))[0])
    wanted = args.results or [shown_name(group) for group in imported]
    others = [group for one in wanted if (group := _picked(known, one)) is not base]
    if not others:
        raise SpecError(f"there is nothing to compare with {shown_name(base)}")
    metric = args.metric or _shared_metric((base, *others))
    shared = shared_targets(store, (base, *others), metric)
    results = [
        outside_gains(store, base, group, metric, mean_over=shared, pool=own) for group in others
    ]
    unstated = [shown_name(group) for group in (base, *others) if not group.source_langs]
    payload = {
        "experiment": name,
        "metric": metric,
        "targets": shared,
        "against": shown_name(base),
        "sources_not_stated": unstated,
        "results": [_result(result) for result in results],
    }
    return Answer(payload=payload, shown=lambda: _shown(results, shared, unstated))


def _picked(known: dict[str, Group], name: str) -> Group:
    """By its name, with or without the mark of imported results."""
    for one in (name, f"{name}{IMPORTED_MARK}"):
        if one in known:
            return known[one]
    raise SpecError(f"there is no result {name!r}", hint=f"There are {', '.join(known)}.")


def _shared_metric(groups: Sequence[Group]) -> str:
    shared = [m for m in groups[0].metrics if all(m in group.metrics for group in groups)]
    if not shared:
        raise SpecError("these results share no score by which they could be compared")
    return shared[0]


def _result(result: GainResult) -> dict[str, Any]:
    return {
        "name": result.name_b,
        "carried": result.interval,
        "mean": as_payload(result.mean),
        "by_target": [as_payload(gain) for gain in result.gains],
    }


def _shown(results: Sequence[GainResult], shared: tuple[str, ...], unstated: Sequence[str]) -> Any:
    label = METRICS[results[0].metric].label
    told = (
        f"{label} in points, minus {results[0].name_a}. Means over {', '.join(shared) or 'none'}."
    )
    if unstated:
        told += f" Sources of {', '.join(unstated)} are not stated: all targets count as unseen."
    rows = [
        (
            result.name_b,
            gain.lang or "mean",
            "trained on" if gain.trained_on else "zero-shot",
            f"{100 * gain.estimate:+.1f}",
            "-"
            if gain.low is None or gain.high is None
            else f"[{100 * gain.low:.1f}, {100 * gain.high:.1f}]",
            gain.strength if gain.n_seeds < 3 else f"{gain.n_seeds} seeds",
        )
        for result in results
        for gain in (*result.gains, *([result.mean] if result.mean else []))
    ]
    return table(told, ("result", "target", "", "difference", "95 %", ""), rows)
