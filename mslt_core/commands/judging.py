"""``criteria``: which way of choosing would have found the good sets, and what to train next?"""

import argparse
import dataclasses
import math
from collections.abc import Sequence
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, probability, progress, table
from mslt_core.commands.choosing import add_what_is_read
from mslt_core.commands.experiments import add_experiment, experiment_of
from mslt_core.pipeline import (
    Access,
    Average,
    Swept,
    experiment_label,
    judge_criteria,
    luck_reaches,
    nothing_learnt,
    open_store,
    run_groups,
    search_curves,
    swept,
)
from mslt_core.pipeline.outcomes import scores_of
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.judging import Judged, Ranged, SearchCurve
from mslt_core.spec.results import SCORES, RunGroup


def add(subparsers: Subparsers) -> None:
    """Add ``criteria``."""
    parser = command(
        subparsers,
        "criteria",
        _criteria,
        describe="Judge criteria by a finished sweep: rank and regret of their picks, searches",
        example="criteria --k 3 --with en",
    )
    parser.add_argument("--k", type=int, default=3, help="size of a set (default 3)")
    add_experiment(parser)
    parser.add_argument("--with", dest="fixed", metavar="LANG", help="only sets with this language")
    parser.add_argument("--metric", choices=SCORES, help="default: the task's main score")
    parser.add_argument(
        "--average",
        choices=get_args(Average),
        default="shared",
        help="mean over targets that no set trained on (default), or the paper's, over each set's "
        "own unseen targets",
    )
    add_what_is_read(parser)
    parser.add_argument("--search", action="store_true", help="also replay searches with few runs")


def _criteria(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    everything = run_groups(store)
    experiment = experiment_of(everything, args.experiment)
    sweep = sweep_of_size([g for g in everything if g.experiment == experiment], args.k)
    asked = sweep.question(pretraining=args.pretraining, corpus=args.corpus, layer=args.layer)
    with progress(args) as report:
        report(0, 0, "asking every criterion")
        judged = judge_criteria(
            Access(store=store, report=report),
            sweep,
            fixed=args.fixed,
            metric=args.metric,
            average=args.average,
            asked=asked,
        )
        curves: tuple[SearchCurve, ...] = ()
        if args.search:
            report(0, 0, "searching again and again")
            curves = search_curves(judged)
    infos = [info for group in sweep.groups for info in group.runs]
    doubt = nothing_learnt((info, scores_of(store, info)) for info in infos)
    above = "\n".join(filter(None, [experiment_label(infos[0]), doubt]))
    search = [dataclasses.asdict(one) for one in curves]
    return Answer(
        payload={**_described(judged), "nothing_learnt": doubt, "search": search},
        shown=lambda: _search_table(above, curves, judged) if curves else _table(above, judged),
    )


def sweep_of_size(groups: Sequence[RunGroup], k: int) -> Swept:
    """All sets of k languages; NotComputedError where some were not trained."""
    sweeps = {sweep.k: sweep for sweep in swept(groups)}
    if k not in sweeps:
        there = ", ".join(map(str, sorted(sweeps)))
        raise NotComputedError(
            f"not every set of {k} was trained",
            hint=f"Sizes with all their sets: {there}." if there else "Train a whole sweep first.",
        )
    return sweeps[k]


def _described(judged: Judged) -> dict[str, Any]:
    return {
        "pool": judged.pool,
        "k": judged.k,
        "with": judged.fixed,
        "metric": judged.metric,
        "average": judged.average,
        "targets": judged.targets,
        "seeds": judged.seeds,
        "sd_seed": judged.sd_seed,
        "df": judged.df,
        "n_sets": len(judged.sets),
        "model": judged.base,
        "corpus": judged.asked.corpus,
        "layer": judged.asked.layer,
        "pretraining": judged.asked.pretraining,
        "means": {
            " ".join(langs): mean
            for langs, mean in zip(judged.sets, judged.means.tolist(), strict=True)
        },
        "criteria": [_without_nan(dataclasses.asdict(one)) for one in judged.criteria],
        "random": dataclasses.asdict(judged.random),
        "everything": judged.everything and dataclasses.asdict(judged.everything),
        "missing": dict(judged.missing),
    }


def _without_nan(found: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN."""
    undefined = {"value": None, "low": None, "high": None}
    rho = undefined if math.isnan(found["rho"]["value"]) else found["rho"]
    return {**found, "rho": rho, "p": None if math.isnan(found["p"]) else found["p"]}


def _table(above: str, judged: Judged) -> Any:
    rows: list[Sequence[object]] = [
        (
            one.criterion,
            " ".join(one.picks[0]) if len(one.picks) == 1 else f"{len(one.picks)} tied sets",
            _told(one.standing.rank, 1, 1),
            _told(one.standing.regret, 100, 2),
            _told(one.standing.beats, 100, 0),
            _told(one.rho, 1, 2),
            probability(one.p),
        )
        for one in judged.criteria
    ]
    chance = judged.random
    told = [_told(chance.rank, 1, 1), _told(chance.regret, 100, 2), _told(chance.beats, 100, 0)]
    rows.append(("random", "any", *told, "", ""))
    if judged.everything:
        regret = _told(judged.everything.regret, 100, 2)
        rows.append(("all languages", " ".join(judged.pool), "", regret, "", "", ""))
    seeds = f"{len(judged.seeds)} seeds" if len(judged.seeds) > 1 else "a single run each"
    over = f"{len(judged.targets)} targets"
    if judged.average == "paper":
        over = f"each set's own unseen ones of {over}"
    head = f"{len(judged.sets)} sets of {judged.k}, mean over {over}, {seeds}."
    missing = [f"{name} is left out: {why}" for name, why in judged.missing.items()]
    return table(
        "\n".join(filter(None, [above, head, judged.made_of, *missing])),
        ("criterion", "pick", "rank", "regret, points", "beats, %", "rho", "p"),
        rows,
    )


def _search_table(above: str, curves: Sequence[SearchCurve], judged: Judged) -> Any:
    n_runs = len(curves[0].regret)
    luck = luck_reaches(len(judged.sets), n_runs)
    return table(
        f"{above}\nafter {n_runs} of {len(judged.sets)} runs, judged on held-out seeds "
        f"(a top-three set by lot: {100 * luck:.0f} %)",
        ("strategy", "regret, points", "trained a top three, %", "named one, %", "different"),
        [
            (
                one.name,
                f"{100 * one.regret[-1]:.2f}",
                f"{100 * one.reached[-1]:.0f}",
                f"{100 * one.named[-1]:.0f}",
                one.n_different,
            )
            for one in curves
        ],
    )


def _told(found: Ranged, scale: float, decimals: int) -> str:
    if math.isnan(found.value):
        return ""
    numbers = [  # rounded before it is written, and no nought with a minus
        f"{round(scale * x, decimals) + 0.0:.{decimals}f}"
        for x in (found.value, found.low, found.high)
        if x is not None
    ]
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]} [{numbers[1]}, {numbers[2]}]"
