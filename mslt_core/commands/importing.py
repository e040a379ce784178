"""``import``: results that other programs made."""

import argparse
from pathlib import Path
from typing import Any

from mslt_core.commands.answer import Answer, Subparsers, command, table
from mslt_core.pipeline import (
    OutsideGroup,
    import_outside,
    open_store,
    outside_groups,
    read_outside,
)


def add(subparsers: Subparsers) -> None:
    """Add ``import``."""
    parser = command(
        subparsers,
        "import",
        _import,
        describe="Take in scores or predictions that another program made",
        example="import scores.csv --format csv --unit points --task xnli --experiment 'XLM-R'",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--format",
        required=True,
        choices=("csv", "lm-eval", "trainer"),
        help="csv: name or source_langs, seed, target_lang, metric, score, n_items; lm-eval: "
        "results_DATE.json, samples beside it; trainer: lang, id, gold, predicted",
    )
    parser.add_argument("--task", required=True, help="what was tested")
    parser.add_argument(
        "--experiment",
        required=True,
        metavar="NAME",
        help="results under one name are compared: their task, test items and training but for "
        "the sources are the same, and nobody but you can know that",
    )
    parser.add_argument("--unit", choices=("ratio", "points"), help="of the scores in a csv")
    parser.add_argument("--name", default="", help="of the result (default: by --sources)")
    parser.add_argument("--sources", default="", metavar="LANGS", help="languages trained on")
    parser.add_argument("--seed", type=int, default=0, help="of the training (default 0)")


def _import(args: argparse.Namespace) -> Answer:
    results = read_outside(
        args.file,
        args.format,
        unit=args.unit,
        name=args.name,
        source_langs=args.sources,
        seed=args.seed,
    )
    store = open_store(args.store)
    new = import_outside(store, results, path=args.file, task=args.task, experiment=args.experiment)
    groups = [g for g in outside_groups(store) if args.experiment in g.imported_under]
    n_known = len(results) - len(new)
    payload = {
        "file": str(args.file),
        "experiment": args.experiment,
        "imported": list(new),
        "already_here": n_known,
        "groups": [_described(group) for group in groups],
    }
    headline = (
        f"{len(new)} results are new in the experiment {args.experiment!r}, "
        f"{n_known} were here already"
    )
    columns = ("name", "seeds", "targets", "metrics")
    rows = [
        (
            group.name,
            ", ".join(str(info.spec.seed) for info in group.results),
            len({lang for info in group.results for lang in info.targets}),
            ", ".join(group.metrics),
        )
        for group in groups
    ]
    return Answer(payload=payload, shown=lambda: table(headline, columns, rows))


def _described(group: OutsideGroup) -> dict[str, Any]:
    targets = [of_lang for info in group.results for of_lang in info.targets.values()]
    return {
        "name": group.name,
        "source_langs": group.source_langs,
        "seeds": [info.spec.seed for info in group.results],
        "metrics": group.metrics,
        "target_langs": sorted({lang for info in group.results for lang in info.targets}),
        "per_item": all(of_lang.items for of_lang in targets),
    }
