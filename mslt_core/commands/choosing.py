"""``select``: which source languages are best, under which criterion?"""

import argparse
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.pipeline import Access, as_latex, open_store, rows_as_csv, select
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.errors import SpecError
from mslt_core.spec.rankings import RankedSet, SelectionResult
from mslt_core.spec.selecting import (
    PAPER_POOL,
    Codes,
    Criterion,
    FeatureSet,
    Normalisation,
    PretrainingFigures,
    SelectSpec,
)


def add(subparsers: Subparsers) -> None:
    """Add ``select``."""
    parser = command(
        subparsers,
        "select",
        _select,
        describe="Rank all sets of k source languages under a criterion",
        example="select --pool ar,de,en,es,fr,ru,zh --k 3 --criterion syntax --top 5",
    )
    _add_question(parser)
    _add_ingredients(parser)
    parser.add_argument(
        "--top", type=int, default=10, metavar="N", help="best N sets, and all tied with the N-th"
    )
    parser.add_argument(
        "--format", choices=("table", "csv", "latex"), default="table", help="for people and papers"
    )


def _add_question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pool",
        default=",".join(PAPER_POOL),
        metavar="LANGS",
        help="languages to choose from (default: the paper's seven, %(default)s)",
    )
    parser.add_argument("--k", type=int, default=3, help="size of a set, 1 to 7 (default 3)")
    parser.add_argument(
        "--criterion", choices=get_args(Criterion), default="syntax", help="default syntax"
    )
    parser.add_argument("--minimise", action="store_true", help="the lowest score first")
    parser.add_argument(
        "--include", default="", metavar="LANGS", help="languages that every set must hold"
    )
    parser.add_argument(
        "--exclude", default="", metavar="LANGS", help="languages that no set may hold"
    )
    parser.add_argument(
        "--weights",
        default="",
        metavar="NAME:WEIGHT,...",
        help="for --criterion blend: syntax:1,script:0.5; below 0, less is better",
    )
    parser.add_argument(
        "--normalise",
        choices=get_args(Normalisation),
        default="rank",
        help="what a blend adds up (default rank)",
    )


def _add_ingredients(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--codes",
        choices=get_args(Codes),
        default="macro",
        help="lang2vec's codes: macro-languages (ara, zho; default) or individual (arb, cmn)",
    )
    parser.add_argument(
        "--targets", default="", metavar="LANGS", help="for --criterion targets: to be close to"
    )
    parser.add_argument(
        "--target-by", choices=get_args(FeatureSet), default="syntax", help="default syntax"
    )
    parser.add_argument(
        "--model", default="base", help="checkpoint of the vocabulary and the embeddings"
    )
    add_what_is_read(parser)


def add_what_is_read(parser: argparse.ArgumentParser) -> None:
    """Text, layer and figures for the criteria that are made of them."""
    parser.add_argument(
        "--pretraining",
        choices=get_args(PretrainingFigures),
        default="xlmr_gib",
        help="whose text the criterion pretraining_size counts (default xlmr_gib)",
    )
    parser.add_argument(
        "--corpus",
        default="cldr-parallel",
        help="text of vocabulary and embeddings: cldr-parallel, a folder of PUD treebanks; for the "
        "vocabulary also cldr-ner or wikiann:DIR",
    )
    parser.add_argument("--layer", type=int, default=-1, help="of the embeddings (default: last)")


def asked(args: argparse.Namespace) -> SelectSpec:
    """The question that the options ask."""
    weights: Any = _weights(args.weights)  # names are checked where the spec is made
    if args.targets and args.criterion != "targets" and "targets" not in dict(weights):
        raise SpecError("--targets need --criterion targets", hint="Or a blend with targets in it.")
    if weights and args.criterion != "blend":
        raise SpecError("--weights need --criterion blend", hint=f"It is {args.criterion} now.")
    return SelectSpec(
        pool=args.pool,
        k=args.k,
        criterion=args.criterion,
        minimise=args.minimise,
        include=args.include,
        exclude=args.exclude,
        codes=args.codes,
        targets=args.targets,
        target_by=args.target_by,
        pretraining=args.pretraining,
        model=args.model,
        corpus=args.corpus,
        layer=args.layer,
        weights=weights,
        normalise=args.normalise,
    )


def _weights(text: str) -> tuple[tuple[str, float], ...]:
    """``syntax:1,script:0.5`` taken apart."""
    parts = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, number = part.partition(":")
        try:
            parts.append((name, float(number)))
        except ValueError:
            raise SpecError(
                f"a weight is NAME:NUMBER, got {part!r}", hint="For instance syntax:1,script:0.5."
            ) from None
    return tuple(parts)


def _select(args: argparse.Namespace) -> Answer:
    if args.top < 1:
        raise SpecError(f"--top must be 1 or more, got {args.top}")
    spec = asked(args)
    with progress(args) as report:
        result = select(Access(store=open_store(args.store), report=report), spec)
    best = _with_ties(result, args.top)
    return Answer(payload=_payload(spec, result, best), shown=lambda: _shown(args, result, best))


def _payload(
    spec: SelectSpec, result: SelectionResult, best: tuple[RankedSet, ...]
) -> dict[str, Any]:
    return {
        "criterion": result.criterion,
        "k": result.k,
        "pool": spec.pool,
        "minimise": spec.minimise,
        "n_sets": len(result.sets),
        "n_ranked": result.sets.n_ranked,
        "heuristic": result.sets.heuristic,
        "notes": result.notes,
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


def _shown(args: argparse.Namespace, result: SelectionResult, best: tuple[RankedSet, ...]) -> Any:
    info = CRITERIA[result.criterion]
    pairwise = result.distances is not None
    columns = ("rank", "source languages", result.sets.unit, *["mean over pairs"] * pairwise)
    rows: list[tuple[Any, ...]] = [
        (
            f"{s.rank}{'=' * s.tied}",
            ", ".join(s.source_langs),
            f"{s.score:.{info.decimals}f}",
            *[s.mean_pair] * pairwise,
        )
        for s in best
    ]
    if args.format != "table":
        return _csv(columns, rows) if args.format == "csv" else _latex(columns, rows)
    found = "some good" if result.sets.heuristic else f"{len(result.sets):,}"
    order = ", lowest first" if args.minimise else ""
    heading = f"{len(best)} of {found} sets of {result.k}, by {info.label}{order}"
    if result.sets.heuristic:
        heading += " (heuristic: too many sets to look at all)"
    return table("\n".join([heading, *result.notes]), columns, rows)


def _csv(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A table as comma-separated values, without the line end of its last line."""
    return rows_as_csv(columns, rows).rstrip("\n")


def _latex(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    import pandas as pd

    return as_latex(pd.DataFrame(rows, columns=list(columns)))


def _with_ties(result: SelectionResult, n: int) -> tuple[RankedSet, ...]:
    """The best `n` ranked sets, and those that share the rank of the n-th."""
    sets = result.sets
    n = min(n, sets.n_ranked)
    if not n:
        return ()
    last = sets.ranks[sets.order[n - 1]]
    return sets.best(int(((sets.ranks > 0) & (sets.ranks <= last)).sum()))
