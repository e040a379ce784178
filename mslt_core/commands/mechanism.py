"""``mechanism``: does more mingling go with better transfer, over sets and targets?"""

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from mslt_core.commands.answer import (
    Answer,
    Subparsers,
    command,
    probability,
    progress,
    require_place,
    table,
)
from mslt_core.commands.experiments import add_experiment, baseline_of, experiment_of
from mslt_core.pipeline import (
    EXAMPLE_CORPUS,
    Report,
    base_of,
    corpus_langs,
    geometry,
    mechanism,
    one_a_set,
    open_store,
    rows_as_csv,
    run_groups,
)
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.mechanism import (
    CLOSENESS,
    Association,
    GeometrySpec,
    Measured,
    Mechanism,
    MechanismSpec,
    Partners,
    Unknown,
    Which,
)
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import SCORES, RunGroup
from mslt_core.spec.specs import Pooling, Where, set_name
from mslt_core.store import Store
from mslt_core.store.atomic import atomic_write
from mslt_core.sweep import execute_geometry

HELD = {
    "adjusted": "same target, sets of the same size",
    "unadjusted": "same target",
    "within_sets": "same target, set's mean taken off",
    "between": "means of sets of the same size",
}


def add(subparsers: Subparsers) -> None:
    """Add ``mechanism``."""
    parser = command(
        subparsers,
        "mechanism",
        _mechanism,
        describe="Tell whether sets that bring a target nearer to other languages score higher "
        "on it",
        example="mechanism --measure linear_cka --layer -1 --compute",
    )
    parser.add_argument(
        "--measure", choices=CLOSENESS, default="linear_cka", help="default %(default)s"
    )
    parser.add_argument(
        "--partners",
        choices=get_args(Partners),
        default="others",
        help="nearer to all other languages (default), or to the set's own sources",
    )
    parser.add_argument(
        "--targets",
        choices=get_args(Which),
        default="shared",
        help="that no set trained on (shared, default), the set did not (unseen), it did (seen)",
    )
    parser.add_argument("--layer", type=int, default=-1, help="-1 for the last one (default)")
    parser.add_argument("--metric", choices=SCORES, help="default: the task's main score")
    parser.add_argument(
        "--corpus",
        default=EXAMPLE_CORPUS,
        metavar="DIR",
        help="a folder of parallel text (default %(default)s)",
    )
    parser.add_argument(
        "--langs", metavar="LANGS", help="default: the runs' targets that the corpus has"
    )
    parser.add_argument("--pooling", choices=get_args(Pooling), default="mean")
    add_experiment(parser)
    _add_work(parser)


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--compute", action="store_true", help="measure the base and the runs that have weights"
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="and one run of every other set, trained again for it; its weights are dropped after",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="every set and target, as CSV")


def _mechanism(args: argparse.Namespace) -> Answer:
    require_place(args.out)
    store = open_store(args.store)
    everything = run_groups(store)
    experiment = experiment_of(everything, args.experiment)
    groups = [group for group in everything if group.experiment == experiment]
    asked = _asked(args, groups)
    if args.compute or args.again:
        with progress(args) as report:
            _compute(store, groups, asked, report, again=args.again)
    there = geometry(store, groups, asked)
    if not there.measured:
        raise NotComputedError(
            f"none of {there.n_runs} runs is measured; {len(there.with_weights)} have weights",
            hint="--compute measures those that have weights, --again trains others for it.",
        )
    found = mechanism(store, groups, asked, args.metric, reference=baseline_of(groups, None))
    if args.out:
        atomic_write(args.out, rows_as_csv(COLUMNS, _rows(found)).encode())
    payload = _payload(experiment, there, found) | {"out": str(args.out) if args.out else None}
    return Answer(payload=payload, shown=lambda: _shown(there, found))


def _asked(args: argparse.Namespace, groups: Sequence[RunGroup]) -> MechanismSpec:
    known = set(corpus_langs(args.corpus))
    targets = tuple(lang for lang in groups[0].runs[0].spec.target_langs if lang in known)
    return MechanismSpec(
        measure=args.measure,
        partners=args.partners,
        which=args.targets,
        corpus=args.corpus,
        langs=args.langs or targets,
        layer=args.layer,
        pooling=args.pooling,
    )


def _compute(
    store: Store, groups: Sequence[RunGroup], asked: MechanismSpec, report: Report, *, again: bool
) -> None:
    there = geometry(store, groups, asked)
    further = one_a_set(groups, there) if again else ()
    look = asked.look((base_of(groups), *there.with_weights, *further))
    execute_geometry(
        store, GeometrySpec(look=look), Where(), report=report, should_stop=lambda: False
    )


def _payload(experiment: str, there: Measured, found: Mechanism) -> dict[str, Any]:
    return {
        "experiment": experiment,
        "measure": found.asked.measure,
        "partners": found.asked.partners,
        "targets": found.asked.which,
        "corpus": found.asked.corpus,
        "langs": found.asked.langs,
        "layer": found.layer,
        "pooling": found.asked.pooling,
        "metric": found.metric,
        "reference": found.reference,
        "n_runs": there.n_runs,
        "n_measured": len(there.measured),
        "n_with_weights": len(there.with_weights),
        "sizes": found.sizes,
        "base_change": found.base_change,
        **{name: dataclasses.asdict(getattr(found, name)) for name in HELD},
        "p_languages": found.p_languages if isinstance(found.p_languages, float) else None,
        "cells": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(found)],
    }


COLUMNS = ("set", "target", "n_seeds", "closer", "better", "closer_within", "better_within")


def _rows(found: Mechanism) -> list[tuple[Any, ...]]:
    cells = found.cells
    return [
        (set_name(cells.sets[place]), *rest)
        for place, *rest in zip(
            cells.set_of.tolist(),
            cells.targets,
            cells.n_seeds.tolist(),
            cells.closer.tolist(),
            cells.better.tolist(),
            cells.closer_within.tolist(),
            cells.better_within.tolist(),
            strict=True,
        )
    ]


def _shown(there: Measured, found: Mechanism) -> Any:
    asked, p = found.asked, found.p_languages
    told = "" if isinstance(p, Unknown) else f"; p by exchanging source languages {probability(p)}"
    title = (
        f"{METRICS[found.metric].label} in points for 0.1 of {METRICS[asked.measure].label}, "
        f"{asked.which} targets, layer {found.layer}; {len(there.measured)} of {there.n_runs} "
        f"runs are measured{told}. Going together is no cause."
    )
    columns = ("compared", "points for 0.1", "95 %", "r", "95 %", "p", "sets", "targets")
    return table(title, columns, [_line(name, getattr(found, name)) for name in HELD])


def _line(name: str, one: Association | Unknown) -> tuple[object, ...]:
    if isinstance(one, Unknown):
        return (HELD[name], one.reason, "", "", "", "", "", "")
    return (
        HELD[name],
        f"{10 * one.slope:+z.2f}",
        f"{10 * one.low:z.2f}, {10 * one.high:z.2f}",
        f"{one.correlation:+z.2f}",
        f"{one.correlation_low:z.2f}, {one.correlation_high:z.2f}",
        probability(one.p),
        str(one.n_sets),
        str(one.n_targets),
    )
