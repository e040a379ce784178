"""``embed``, ``cka`` and ``map``: how languages lie inside a model."""

import argparse
import csv
import io
import json
import sys
from pathlib import Path
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.pipeline import (
    EXAMPLE_CORPUS,
    EXAMPLE_MODEL,
    Question,
    checkpoint,
    cka,
    embeddings,
    joined_rows,
    n_truncated,
    open_store,
    sentence_map,
)
from mslt_core.spec.errors import SpecError
from mslt_core.spec.results import CheckpointRef, MapResult
from mslt_core.spec.specs import Estimator, MingleSpec, Pooling, Projection
from mslt_core.store.atomic import atomic_write
from mslt_core.store.tensors import write_tensors


def add(subparsers: Subparsers) -> None:
    """Add ``embed``, ``cka`` and ``map``."""
    embed_parser = command(
        subparsers,
        "embed",
        _embed,
        describe="Compute and store sentence embeddings of parallel sentences",
        example="embed --checkpoint base --langs en,ar,id --layer -1",
    )
    _add_question(embed_parser)
    embed_parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE.safetensors",
        help="also write one array a language, rows joined by sentence id",
    )
    cka_parser = command(
        subparsers,
        "cka",
        _cka,
        describe="Linear CKA of every two languages inside a checkpoint",
        example="cka --checkpoint base --langs en,ar,id --estimator debiased",
    )
    _add_question(cka_parser)
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
    _add_question(map_parser)
    _add_look(map_parser)


def _add_question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint",
        default=EXAMPLE_MODEL,
        metavar="RUN_OR_PATH",
        help="a run's digest or its beginning, a folder, a hub id, or base (the default)",
    )
    parser.add_argument(
        "--corpus",
        default=EXAMPLE_CORPUS,
        metavar="DIR",
        help=f"folder of PUD treebanks, or {EXAMPLE_CORPUS} (the default)",
    )
    parser.add_argument(
        "--langs", default="", metavar="LANGS", help="languages, joined by commas (default: all)"
    )
    parser.add_argument(
        "--layer", type=int, default=-1, help="0: embedding output; -1: last (default)"
    )
    parser.add_argument(
        "--pooling",
        choices=get_args(Pooling),
        default="mean",
        help="average over all tokens of a sentence, or without the special ones",
    )


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
    for name, kind in (("perplexity", float), ("n_neighbors", int), ("min_dist", float)):
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=fields[name].default,
            help="default %(default)s",
        )
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument(
        "--out", type=Path, metavar="FILE.csv", help="also write lang, sent_id, x, y"
    )


def _question(args: argparse.Namespace) -> Question:
    """The corpus and its languages; says on standard error where sentences find no partner."""
    question = Question(args.corpus, args.langs, args.layer, args.pooling)
    for lang, n in question.n_unpaired().items():
        print(
            f"{lang}: {n:,} sentences are left out, since not every language has them",
            file=sys.stderr,
        )
    return question


def _require_place(out: Path | None) -> None:
    """Refuse, before any work is done, a file that could not be written."""
    if out and (out.is_dir() or not out.absolute().parent.is_dir()):
        reason = "is a folder" if out.is_dir() else "lies in a folder that is not there"
        raise SpecError(f"--out {out} {reason}", hint="Give a file in a folder that exists.")


def _asked(args: argparse.Namespace, question: Question, ref: CheckpointRef) -> dict[str, Any]:
    """What all three answers say of their question."""
    return {
        "n_unpaired": question.n_unpaired(),
        "checkpoint": ref.key,
        "name": ref.name,
        "corpus": args.corpus,
        "langs": question.langs,
        "layer": question.embed_specs(ref)[0].layer,
        "pooling": question.pooling,
    }


def _embed(args: argparse.Namespace) -> Answer:
    _require_place(args.out)
    store = open_store(args.store)
    ref = checkpoint(store, args.checkpoint)
    question = _question(args)
    with progress(args) as report:
        vectors = embeddings(store, question, ref, report)
    cut = n_truncated(store, question, ref)
    rows = [
        (spec.lang, *vectors[spec.lang].shape, cut[spec.lang], spec.digest())
        for spec in question.embed_specs(ref)
    ]
    if args.out:
        arrays = dict(
            zip(question.langs, joined_rows(question, vectors, question.ids), strict=True)
        )
        write_tensors(args.out, arrays, {"sent_ids": json.dumps(question.ids)})
    names = ("lang", "n", "hidden_size", "n_truncated", "digest")
    return Answer(
        payload={
            **_asked(args, question, ref),
            "embeddings": [dict(zip(names, row, strict=True)) for row in rows],
            "out": str(args.out) if args.out else None,
        },
        shown=lambda: table(
            f"{ref.name}, {args.corpus}",
            ("language", "sentences", "width", "cut off", "stored as"),
            rows,
        ),
    )


def _cka(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    ref = checkpoint(store, args.checkpoint)
    question = _question(args)
    with progress(args) as report:
        result = cka(store, question, ref, args.estimator, report)
    return Answer(
        payload={
            **_asked(args, question, ref),
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
    _require_place(args.out)
    store = open_store(args.store)
    ref = checkpoint(store, args.checkpoint)
    question = _question(args)
    reference = checkpoint(store, args.reference) if args.reference else None
    look = _look(args, ref, question)
    with progress(args) as report:
        result = sentence_map(store, question, ref, reference, look, report=report)
    if args.out:
        atomic_write(args.out, _as_csv(result).encode())
    by_lang = dict(zip(result.langs, result.coords.reshape(len(result.langs), -1, 2), strict=True))
    return Answer(
        payload={
            **_asked(args, question, ref),
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
        perplexity=args.perplexity,
        n_neighbors=args.n_neighbors,
        min_dist=args.min_dist,
        seed=args.seed,
    )


def _as_csv(result: MapResult) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("lang", "sent_id", "x", "y"))
    n = len(result.ids)
    for row, (x, y) in enumerate(result.coords.tolist()):
        writer.writerow((result.langs[row // n], result.ids[row % n], x, y))
    return text.getvalue()
