"""``embed``: sentence vectors of a parallel corpus; and how every such question is asked."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, progress, require_place, table
from mslt_core.pipeline import (
    EXAMPLE_CORPUS,
    EXAMPLE_MODEL,
    Layers,
    Question,
    checkpoint,
    embed_layers,
    layer_rows,
    n_truncated,
    open_store,
)
from mslt_core.spec.corpora import Original
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import Pooling, Precision
from mslt_core.store.tensors import write_tensors


def add(subparsers: Subparsers) -> None:
    """Add ``embed``."""
    parser = command(
        subparsers,
        "embed",
        _embed,
        describe="Compute and store sentence embeddings of parallel sentences",
        example="embed --checkpoint base --langs en,ar,id --layers all",
    )
    add_question(parser)
    parser.add_argument(
        "--layers",
        type=layer_list,
        metavar="LAYERS",
        help="several layers in one pass: all, or numbers joined by commas, such as 0,6,-1",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE.safetensors",
        help="also write one array a language, rows joined by sentence id; of several layers the "
        "last one named",
    )


def add_question(parser: argparse.ArgumentParser) -> None:
    """The options that say what is embedded, where and how."""
    parser.add_argument(
        "--checkpoint",
        default=EXAMPLE_MODEL,
        metavar="RUN_OR_PATH",
        help="a run's digest or its beginning, a folder, a hub id, or base (the default)",
    )
    add_sentences(parser)
    parser.add_argument(
        "--layer", type=int, default=-1, help="0: embedding output; -1: last (default)"
    )
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        default="float32",
        help="of the matrix products on a GPU (default float32)",
    )


def add_sentences(parser: argparse.ArgumentParser) -> None:
    """The options that say which sentences, and how a sentence becomes one vector."""
    parser.add_argument(
        "--corpus",
        default=EXAMPLE_CORPUS,
        metavar="PATH",
        help="folder of PUD treebanks, or of your own en.txt, ar.txt, ... aligned by line, a table "
        f"with a column a language, or CoNLL-U files; or {EXAMPLE_CORPUS} (the default)",
    )
    parser.add_argument(
        "--langs", default="", metavar="LANGS", help="languages, joined by commas (default: all)"
    )
    parser.add_argument(
        "--pooling",
        choices=get_args(Pooling),
        default="mean",
        help="mean over all tokens of a sentence (default) or without the special ones, the first "
        "token alone, or the largest value of each feature",
    )
    parser.add_argument(
        "--original",
        choices=get_args(Original),
        default="any",
        help="only sentences of PUD that were first written in this language (default any)",
    )


def layer_list(text: str) -> Layers:
    """``all``, or numbers joined by commas."""
    if text.strip() == "all":
        return "all"
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be all, or numbers joined by commas such as 0,6,-1, got {text!r}"
        ) from None


def question_of(args: argparse.Namespace) -> Question:
    """The corpus and its languages; says on standard error what is left out or twice in it."""
    layers: Layers | None = getattr(args, "layers", None)
    question = Question(
        args.corpus,
        args.langs,
        layers[-1] if layers and layers != "all" else args.layer,
        args.pooling,
        layers=layers,
        original=args.original,
        precision=args.precision,
    )
    tell_notes(question)
    return question


def tell_notes(question: Question) -> None:
    """Say on standard error what is left out of a corpus or twice in it."""
    for note in question.told().notes():
        print(note, file=sys.stderr)


def asked(args: argparse.Namespace, question: Question, ref: CheckpointRef) -> dict[str, Any]:
    """What all three answers say of their question."""
    told = question.told()
    return {
        "n_unpaired": question.n_unpaired(),
        "n_empty": told.n_empty,
        "n_duplicates": told.n_duplicates,
        "n_documents": told.n_documents,
        "n_common": told.n_common,
        "original": told.original,
        "checkpoint": ref.key,
        "name": ref.name,
        "corpus": args.corpus,
        "langs": question.langs,
        "layer": question.embed_specs(ref)[0].layer,
        "pooling": question.pooling,
    }


def _embed(args: argparse.Namespace) -> Answer:
    require_place(args.out)
    store = open_store(args.store)
    ref = checkpoint(store, args.checkpoint)
    question = question_of(args)
    with progress(args) as report:
        layers = embed_layers(store, question, ref, report=report)
    cut = n_truncated(store, question, ref)
    for lang in (lang for lang, n in cut.items() if n):
        print(f"{lang}: {cut[lang]:,} sentences are too long and cut off", file=sys.stderr)
    by_lang = zip(*(question.embed_specs(ref, layer) for layer in layers), strict=True)
    width = layer_rows(store, question, ref, question.layer)[0].shape[1]
    n = {lang: len(question.corpus.sentences(lang)) for lang in question.langs}
    rows = [
        (spec.lang, n[spec.lang], width, cut[spec.lang], spec.layer, spec.digest())
        for specs in by_lang
        for spec in specs
    ]
    if args.out:
        arrays = layer_rows(store, question, ref, question.layer)
        named = dict(zip(question.langs, arrays, strict=True))
        write_tensors(args.out, named, {"sent_ids": json.dumps(question.ids)})
    names = ("lang", "n", "hidden_size", "n_truncated", "layer", "digest")
    return Answer(
        payload={
            **asked(args, question, ref),
            "layers": layers,
            "embeddings": [dict(zip(names, row, strict=True)) for row in rows],
            "out": str(args.out) if args.out else None,
        },
        shown=lambda: table(
            f"{ref.name}, {args.corpus}",
            ("language", "sentences", "width", "cut off", "layer", "stored as"),
            rows,
        ),
    )
