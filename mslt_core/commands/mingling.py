"""``cka`` and ``map``: how languages lie inside a model."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, progress, require_place, table
from mslt_core.commands.embedding import add_question, asked, question_of
from mslt_core.pipeline import (
    Question,
    checkpoint,
    cka,
    open_store,
    rows_as_csv,
    sentence_map,
)
from mslt_core.spec.maps import Metric
from mslt_core.spec.results import CheckpointRef, MapResult
from mslt_core.spec.specs import Estimator, MingleSpec, Projection
from mslt_core.store.atomic import atomic_write


def _or_auto(text: str) -> float | str:
    """A number, or ``auto``."""
    return text if text == "auto" else float(text)


PARAMETERS: dict[str, Callable[[str], Any]] = {
    "perplexity": float,
    "early_exaggeration": _or_auto,
    "exaggeration": float,
    "learning_rate": _or_auto,
    "n_iter": int,
    "n_neighbors": int,
    "min_dist": float,
    "n_epochs": int,
}
"""Of a map, by their names in `MapParameters`."""


def add(subparsers: Subparsers) -> None:
    """Add ``cka`` and ``map``."""
    cka_parser = command(
        subparsers,
        "cka",
        _cka,
        describe="Linear CKA of every two languages inside a checkpoint",
        example="cka --checkpoint base --langs en,ar,id --estimator debiased",
    )
    add_question(cka_parser)
    cka_parser.add_argument(
        "--estimator",
        choices=get_args(Estimator),
        default="debiased",
        help="the biased one is pushed towards 1 when sentences are few (default debiased)",
    )
    map_parser = command(
        subparsers,
        "map",
        _map,
        describe="Draw a 2-d map of parallel sentences inside a checkpoint",
        example="map --checkpoint base --langs en,ar,id --method tsne --out map.csv",
    )
    add_question(map_parser)
    _add_look(map_parser)


def _add_look(parser: argparse.ArgumentParser) -> None:
    fields = MingleSpec.model_fields
    parser.add_argument(
        "--method", choices=get_args(Projection), default="tsne", help="default tsne"
    )
    parser.add_argument(
        "--reference",
        metavar="RUN_OR_PATH",
        help="checkpoint whose map this one starts from and is turned towards",
    )
    parser.add_argument(
        "--n", type=int, default=fields["n"].default, help="sentences a language (%(default)s)"
    )
    for name, kind in PARAMETERS.items():
        told = fields[name].description
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=fields[name].default,
            help=f"default %(default)s{f'; {told}' * bool(told)}",
        )
    parser.add_argument(
        "--metric", choices=get_args(Metric), default="euclidean", help="default euclidean"
    )
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument(
        "--out", type=Path, metavar="FILE.csv", help="also write lang, sent_id, x, y"
    )


def _cka(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    ref = checkpoint(store, args.checkpoint)
    question = question_of(args)
    with progress(args) as report:
        result = cka(store, question, ref, args.estimator, report)
    return Answer(
        payload={
            **asked(args, question, ref),
            "n": result.n,
            "estimator": result.estimator,
            "matrix": result.matrix.tolist(),
            "mean_off_diagonal": result.mean_off_diagonal(),
        },
        shown=lambda: table(
            f"{result.estimator} linear CKA in {ref.name}, layer {result.layer}, n = {result.n}, "
            f"mean over pairs {result.mean_off_diagonal():.3f}",
            ("", *result.langs),
            [
                (lang, *row.tolist())
                for lang, row in zip(result.langs, result.matrix.round(3), strict=True)
            ],
        ),
    )


def _map(args: argparse.Namespace) -> Answer:
    require_place(args.out)
    store = open_store(args.store)
    ref = checkpoint(store, args.checkpoint)
    question = question_of(args)
    reference = checkpoint(store, args.reference) if args.reference else None
    look = _look(args, ref, question)
    with progress(args) as report:
        result = sentence_map(store, question, ref, reference, look, report=report)
    if args.out:
        atomic_write(args.out, _as_csv(result).encode())
    by_lang = dict(zip(result.langs, result.coords.reshape(len(result.langs), -1, 2), strict=True))
    return Answer(
        payload={
            **asked(args, question, ref),
            "method": result.method,
            "seed": args.seed,
            "n": len(result.ids),
            "reference": reference.key if reference else None,
            "disparity": result.disparity,
            "sent_ids": result.ids,
            "coords": {lang: xy.tolist() for lang, xy in by_lang.items()},
            "out": str(args.out) if args.out else None,
        },
        shown=lambda: table(
            f"{result.method} map of {ref.name}: {len(result.ids)} sentences in "
            f"{len(result.langs)} languages" + (f", written to {args.out}" if args.out else ""),
            ("language", "centre x", "centre y"),
            [(lang, *xy.mean(axis=0).tolist()) for lang, xy in by_lang.items()],
        ),
    )


def _look(args: argparse.Namespace, ref: CheckpointRef, question: Question) -> MingleSpec:
    return MingleSpec(
        checkpoints=(ref.key,),
        corpus=args.corpus,
        langs=question.langs,
        layer=args.layer,
        pooling=args.pooling,
        n=args.n,
        method=args.method,
        metric=args.metric,
        seed=args.seed,
        **{name: getattr(args, name) for name in PARAMETERS},
    )


def _as_csv(result: MapResult) -> str:
    n = len(result.ids)
    rows = (
        (result.langs[row // n], result.ids[row % n], x, y)
        for row, (x, y) in enumerate(result.coords.tolist())
    )
    return rows_as_csv(("lang", "sent_id", "x", "y"), rows)
