"""``items``: on which test items of a target do two runs differ, and how?"""

import argparse
import dataclasses
from pathlib import Path
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, probability, require_place, table
from mslt_core.commands.experiments import add_experiment, baseline_of, experiment_of, set_of
from mslt_core.pipeline import (
    ITEM_COLUMNS,
    compare_items,
    item_labels,
    item_table,
    open_store,
    rows_as_csv,
    run_groups,
    select_items,
    worth_told,
)
from mslt_core.spec.errors import SpecError
from mslt_core.spec.items import ItemKind, ItemsCompared
from mslt_core.spec.languages import label, language
from mslt_core.spec.results import SCORES
from mslt_core.store.atomic import atomic_write

TEXT_COLUMNS = 60
"""Characters of a text in a table for people; CSV and JSON have all of it."""


def add(subparsers: Subparsers) -> None:
    """Add ``items``."""
    parser = command(
        subparsers,
        "items",
        _items,
        describe="Show the test items on which two finished runs differ, with gold and predictions",
        example="items --set de,en,es --against en --target tr",
    )
    parser.add_argument("--set", required=True, metavar="LANGS", help="the set that is looked at")
    parser.add_argument("--target", required=True, metavar="LANG", help="language of the items")
    parser.add_argument(
        "--against", metavar="LANGS", help="the other set (default: en, else a single)"
    )
    parser.add_argument("--metric", choices=SCORES, help="default: the task's main score")
    parser.add_argument("--seed", type=int, help="of both runs (default: the first in common)")
    parser.add_argument(
        "--kind",
        choices=get_args(ItemKind),
        default="all",
        help="only_b: --set alone is right; only_a: the other alone; both_wrong: in different ways",
    )
    parser.add_argument("--label", default="", help="gold label or entity type that they are about")
    parser.add_argument("--search", default="", metavar="TEXT", help="items with this text")
    parser.add_argument(
        "--every-seed", action="store_true", help="one set alone is right with every seed"
    )
    parser.add_argument("--top", type=int, default=10, metavar="N", help="items to show; 0: all")
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="write these items as CSV")
    parser.add_argument("--data", metavar="DIR", help="where the task's data lies now")
    add_experiment(parser)


def _items(args: argparse.Namespace) -> Answer:
    require_place(args.out)
    store = open_store(args.store)
    everything = run_groups(store)
    experiment = experiment_of(everything, args.experiment)
    pool = [group for group in everything if group.experiment == experiment]
    a, b = baseline_of(pool, args.against), set_of(pool, args.set)
    if a.key == b.key:
        raise SpecError(f"{a.name} cannot differ from itself", hint="Name another --against.")
    if args.top < 0:
        raise SpecError(f"--top must be 0 or more, got {args.top}")
    seeds = None if args.seed is None else (args.seed, args.seed)
    lang = language(args.target).code
    found = compare_items(store, a, b, lang, args.metric, seeds=seeds, data=args.data)
    known = item_labels(found)
    if args.label and args.label not in known:
        raise SpecError(
            f"unknown label {args.label!r}", hint=f"Known are {', '.join(known) or 'none'}."
        )
    chosen = select_items(
        found, kind=args.kind, label=args.label, search=args.search, every_seed=args.every_seed
    ).tolist()
    shown = chosen[: args.top] if args.top else chosen
    if args.out:
        atomic_write(args.out, rows_as_csv(ITEM_COLUMNS, item_table(found, shown)).encode())
    return Answer(payload=_payload(found, len(chosen), shown), shown=lambda: _shown(found, shown))


def _payload(found: ItemsCompared, n_chosen: int, shown: list[int]) -> dict[str, Any]:
    return {
        "target": found.lang,
        "metric": found.metric,
        "a": found.name_a,
        "b": found.name_b,
        "seeds": found.seeds,
        "n_items": found.n,
        "n_differ": int(found.differ.sum()),
        "differ_by": found.differ_by,
        "n_chosen": n_chosen,
        "cells": [dataclasses.asdict(cells) for cells in found.cells],
        "missing": found.missing,
        "by_label": [dataclasses.asdict(row) for row in found.by_label],
        "items": [dict(zip(ITEM_COLUMNS, row, strict=True)) for row in item_table(found, shown)],
    }


def _shown(found: ItemsCompared, shown: list[int]) -> Any:
    from rich.console import Group

    rows = item_table(found, shown)
    one = found.chosen
    told = [
        f"{label(found.lang)}: of {found.n} items {found.name_b} alone gets {one.only_b} right, "
        f"{found.name_a} alone {one.only_a}, both {one.both}, neither {one.neither} "
        f"(seed {one.seed_b}; mid-p McNemar: {probability(one.p)}, of these two runs alone).",
        *(f"Seed {c.seed_b}: {c.only_b} against {c.only_a}." for c in found.cells if c is not one),
        *found.missing,
    ]
    columns = ("item", "text", "gold", found.name_a, found.name_b, "", "")
    listed = [
        (row[0], *map(_short, row[2:6]), *worth_told(found, item))
        for item, row in zip(shown, rows, strict=True)
    ]
    errors = [
        (e.label, e.n_gold, *map(_points, (e.f1_a, e.f1_b, e.difference, e.low, e.high)))
        for e in found.by_label
    ]
    names = ("label", "gold", f"F1, {found.name_a}", f"F1, {found.name_b}", "minus", "low", "high")
    return Group(table("\n".join(told), columns, listed), table("By label", names, errors))


def _short(cell: object) -> str:
    text = " ".join(str(cell).split())
    return text if len(text) <= TEXT_COLUMNS else f"{text[: TEXT_COLUMNS - 1]}…"


def _points(ratio: float | None) -> str:
    return "-" if ratio is None else f"{100 * ratio:.1f}"
