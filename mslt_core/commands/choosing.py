"""``select``: which source languages are most diverse?"""

import argparse
from typing import get_args

from mslt_core.commands.answer import Answer, Subparsers, command, table
from mslt_core.pipeline import select
from mslt_core.spec.errors import SpecError
from mslt_core.spec.results import RankedSet, SelectionResult
from mslt_core.spec.specs import Criterion, SelectSpec


def add(subparsers: Subparsers) -> None:
    """Add ``select``."""
    parser = command(
        subparsers,
        "select",
        _select,
        describe="Rank all sets of k source languages by their diversity",
        example="select --pool ar,de,en,es,fr,ru,zh --k 3 --criterion syntax --top 5",
    )
    parser.add_argument(
        "--pool",
        default="ar,de,en,es,fr,ru,zh",
        metavar="LANGS",
        help="languages to choose from (default: the paper's seven, %(default)s)",
    )
    parser.add_argument("--k", type=int, default=3, help="size of a set, 2 to 7 (default 3)")
    parser.add_argument(
        "--criterion",
        choices=get_args(Criterion),
        default="syntax",
        help="features of lang2vec that are compared (default syntax)",
    )
    parser.add_argument(
        "--include", default="", metavar="LANGS", help="languages that every set must hold"
    )
    parser.add_argument(
        "--top", type=int, default=10, metavar="N", help="best N sets, and all tied with the N-th"
    )


def _select(args: argparse.Namespace) -> Answer:
    if args.top < 1:
        raise SpecError(f"--top must be 1 or more, got {args.top}")
    spec = SelectSpec(pool=args.pool, k=args.k, criterion=args.criterion, include=args.include)
    result = select(spec)
    best = _with_ties(result, args.top)
    payload = {
        "criterion": result.criterion,
        "k": result.k,
        "pool": result.pool,
        "n_sets": len(result.sets),
        "sets": [
            {
                "rank": s.rank,
                "source_langs": s.source_langs,
                "score": s.score,
                "mean_pair": s.mean_pair,
            }
            for s in best
        ],
    }
    return Answer(
        payload=payload,
        shown=lambda: table(
            f"{len(best)} of {len(result.sets)} sets of {result.k}, by {result.criterion}",
            ("rank", "source languages", "diversity", "mean over pairs"),
            [(s.rank, ", ".join(s.source_langs), s.score, s.mean_pair) for s in best],
        ),
    )


def _with_ties(result: SelectionResult, n: int) -> list[RankedSet]:
    """The best `n` sets, and those that share the rank of the n-th."""
    last = result.sets[min(n, len(result.sets)) - 1].rank
    return [s for s in result.sets if s.rank <= last]
