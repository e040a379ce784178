"""``measure``: everything the Mingling page measures, layer by layer, with intervals."""

import argparse
import dataclasses
import math
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.commands.embedding import add_sentences, layer_list, tell_notes
from mslt_core.pipeline import (
    EXAMPLE_MODEL,
    MEASURED,
    Measures,
    Question,
    corpus_told,
    difference,
    dominated_layers,
    layer_curves,
    measure,
    moved_languages,
    open_store,
    pair_matrices,
    steps_of,
)
from mslt_core.spec.errors import BadInputError, SpecError
from mslt_core.spec.measuring import (
    P_BY_CHANCE,
    CorpusTold,
    LayerPoint,
    MeasureSpec,
    Pairs,
    Part,
    Space,
)
from mslt_core.spec.metrics import METRICS

if TYPE_CHECKING:
    from rich.console import RenderableType


def add(subparsers: Subparsers) -> None:
    """Add ``measure``."""
    parser = command(
        subparsers,
        "measure",
        _measure,
        describe="Measure layer by layer how languages lie inside checkpoints, with intervals",
        example="measure --checkpoint base --checkpoint 83a5 --langs en,ar,id --layers -1",
    )
    parser.add_argument(
        "--checkpoint",
        action="append",
        metavar="RUN_OR_PATH",
        help="a run's digest or its beginning, a folder, a hub id, or base (the default); again "
        "for another one, which is compared with the first",
    )
    parser.add_argument(
        "--over-training",
        action="append",
        default=[],
        metavar="RUN",
        help="a run at every step that it kept weights of (train --keep-every), from its base on; "
        "again for another run",
    )
    add_sentences(parser)
    parser.add_argument(
        "--layers",
        type=layer_list,
        default="all",
        metavar="LAYERS",
        help="all (the default), or numbers joined by commas, such as 0,6,-1",
    )
    _add_what(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    """The options that say what is measured, over what and how."""
    parser.add_argument(
        "--parts",
        default=",".join(MEASURED),
        metavar="PARTS",
        help=f"of {', '.join(get_args(Part))}; words are parts of speech, and need treebanks; "
        "spread has the intervals of effective rank, silhouette and biased CKA; moved compares "
        "with the first checkpoint (default %(default)s)",
    )
    parser.add_argument(
        "--pairs",
        choices=get_args(Pairs),
        default="all",
        help="pairs that a mean is over: of languages that a checkpoint was trained on, of one "
        "such and another one, of others, or all (default)",
    )
    parser.add_argument(
        "--space",
        choices=get_args(Space),
        default="raw",
        help="what is taken off before pairs and alignment are measured: nothing (default), the "
        "mean of all languages, each language's own mean, or directions that dominate",
    )
    parser.add_argument(
        "--points",
        type=int,
        default=MeasureSpec.model_fields["points"].default,
        help="sentences that Gromov-Wasserstein is measured on, at most 1000 (default %(default)s)",
    )
    parser.add_argument("--k", type=int, default=15, help="neighbours of a sentence (default 15)")
    parser.add_argument("--seed", type=int, default=0, help="default 0")


def _checkpoints(args: argparse.Namespace) -> tuple[str, ...]:
    store = open_store(args.store)
    steps = [key for run in args.over_training for key in steps_of(store, run)]
    named = args.checkpoint or ([] if steps else [EXAMPLE_MODEL])
    return (*named, *steps)


def _measure(args: argparse.Namespace) -> Answer:
    look = MeasureSpec(
        checkpoints=_checkpoints(args),
        corpus=args.corpus,
        langs=args.langs,
        layers=() if args.layers == "all" else args.layers,
        parts=_parts(args.parts),
        pooling=args.pooling,
        space=args.space,
        k=args.k,
        original=args.original,
        seed=args.seed,
        points=args.points,
    )
    tell_notes(Question(look.corpus, look.langs, original=look.original))
    with progress(args) as report:
        measures = measure(open_store(args.store), look, report)
    told = _corpus_told(args, look)
    payload = {
        "corpus": look.corpus,
        "langs": measures.langs,
        "n": measures.n,
        "n_blocks": measures.n_blocks,
        "pooling": look.pooling,
        "original": look.original,
        "space": look.space,
        "k": look.k,
        "seed": look.seed,
        "pairs": args.pairs,
        "layers": list(_layers(measures, args.pairs)),
        "differences": list(_differences(measures, args.pairs)),
        "moved": list(_moved(measures)),
        "dominated": list(_dominated(measures)) if "cosine" in look.parts else [],
        "misaligned": [dataclasses.asdict(one) for one in told.shifts],
        "notes": told.notes,
    }
    return Answer(payload=payload, shown=lambda: _shown(measures, payload))


def _parts(text: str) -> tuple[Part, ...]:
    allowed: dict[str, Part] = {part: part for part in get_args(Part)}
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in allowed]
    if wrong or not names:
        raise SpecError(f"parts are some of {', '.join(allowed)}, got {', '.join(wrong) or text!r}")
    return tuple(allowed[name] for name in dict.fromkeys(names))


def _layers(measures: Measures, pairs: Pairs) -> Iterator[dict[str, Any]]:
    """Every checkpoint and layer with all its measures; of pairs the mean and the matrix."""
    curves = {name: layer_curves(measures, name, pairs) for name in measures.names}
    for place, ref in enumerate(measures.checkpoints):
        for position, layer in enumerate(measures.layers[place]):
            told = {}
            for name in measures.names:
                told[name] = _told(curves[name][place].points[position])
                if name in P_BY_CHANCE.values():
                    told[name] = {"value": None, "low": None, "high": None}  # no mean of p
                if measures.is_of_pairs(name):
                    matrix = pair_matrices(measures, name, position)[place].matrix
                    told[name]["matrix"] = [[_finite(x) for x in row] for row in matrix.tolist()]
            yield {"checkpoint": ref.key, "name": ref.name, "layer": layer, "measures": told}


def _differences(measures: Measures, pairs: Pairs) -> Iterator[dict[str, Any]]:
    """At the last layer, what every other checkpoint has more than the first."""
    first, *others = measures.checkpoints
    for place, ref in enumerate(others, start=1):
        try:
            changes = {
                name: _told(difference(measures, name, (0, place), pairs))
                for name in measures.names
                if name not in P_BY_CHANCE.values()
            }
        except BadInputError as e:
            print(e.message, file=sys.stderr)
            continue
        yield {
            "checkpoint": ref.key,
            "name": ref.name,
            "minus": first.key,
            "layer": measures.layers[place][-1],
            "measures": changes,
        }


def _corpus_told(args: argparse.Namespace, look: MeasureSpec) -> CorpusTold:
    """What was found in the corpus; shifted lines are told on standard error."""
    told = corpus_told(open_store(args.store), look)
    for one in told.shifts:
        print(
            f"{one.lang}: line i of {one.anchor} seems to belong to line i{one.offset:+d} from "
            f"{one.start} on ({one.share:.0%} of the lines against {one.share_paired:.0%})",
            file=sys.stderr,
        )
    return told


def _moved(measures: Measures) -> Iterator[dict[str, Any]]:
    """How alike every further checkpoint and the first are, language by language."""
    for name in ("checkpoint_cka", "checkpoint_neighbours"):
        for position in range(-min(map(len, measures.layers)), 0):
            for one in moved_languages(measures, name, position):
                for i, lang in enumerate(one.langs):
                    yield {
                        "measure": name,
                        "checkpoint": one.checkpoint.key,
                        "name": one.checkpoint.name,
                        "layer": one.layer,
                        "lang": lang,
                        "seen": lang in one.checkpoint.seen_langs,
                        "value": float(one.values[i]),
                        "low": float(one.low[i]),
                        "high": float(one.high[i]),
                    }


def _dominated(measures: Measures) -> Iterator[dict[str, Any]]:
    """Layers whose mean cosine single dimensions make up, and what it is without them."""
    for one in dominated_layers(measures):
        yield {
            "checkpoint": one.checkpoint.key,
            "name": one.checkpoint.name,
            "layer": one.layer,
            "dimensions": one.dimensions,
            "share": one.share,
            "mean_cosine": one.mean_cosine,
            "rest": one.rest,
        }


def _told(point: LayerPoint) -> dict[str, Any]:
    return {"value": _finite(point.value), "low": _finite(point.low), "high": _finite(point.high)}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _shown(measures: Measures, payload: dict[str, Any]) -> "RenderableType":
    from rich.console import Group

    pairs, base = payload["pairs"], measures.checkpoints[0].name
    over = "all pairs" if pairs == "all" else f"the {pairs} pairs"
    columns = ("checkpoint", "layer", "measure", "value", "low", "high")
    title = (
        f"{measures.n:,} sentences of {len(measures.langs)} languages in {measures.n_blocks} "
        f"blocks of documents; means over {over}, 95 % intervals over documents"
    )
    tables = [table(title, columns, _rows(payload["layers"]))]
    if differences := payload["differences"]:
        tables.append(table(f"More than in {base}", columns, _rows(differences)))
    if moved := payload["moved"]:
        names = ("name", "layer", "lang", "measure", "value", "low", "high")
        title = f"How alike each language and that in {base} are"
        tables.append(table(title, names, [[one[name] for name in names] for one in moved]))
    if dominated := payload["dominated"]:
        columns = ("checkpoint", "layer", "dimensions", "share", "mean cosine", "without them")
        rows = [
            (
                one["name"],
                one["layer"],
                ", ".join(map(str, one["dimensions"])),
                f"{one['share']:.0%}",
                one["mean_cosine"],
                one["rest"],
            )
            for one in dominated
        ]
        tables.append(table("Dimensions that make up the mean cosine", columns, rows))
    return Group(*tables)


def _rows(told: Sequence[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (one["name"], one["layer"], METRICS[name].label, at["value"], at["low"], at["high"])
        for one in told
        for name, at in one["measures"].items()
    ]
