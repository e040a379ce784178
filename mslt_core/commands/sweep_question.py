"""What a sweep consists of, as the command line asks for it."""

import argparse
import json
from typing import Any, get_args

from mslt_core import sweep
from mslt_core.commands.answer import progress
from mslt_core.pipeline import BUDGET, EXAMPLE_MODEL, Access, open_store, task_offer
from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.selecting import Criterion
from mslt_core.spec.sweeps import Engine, SweepSpec


def add_sets(parser: argparse.ArgumentParser) -> None:
    """Options that say which sets of source languages are trained."""
    parser.add_argument(
        "--pool", metavar="LANGS", help="source languages to make sets of (default: the paper's)"
    )
    parser.add_argument("--sizes", metavar="K,...", help="all sets of these sizes: 3, 1-3 or 1,2,5")
    parser.add_argument("--sets", metavar="LANGS;...", help="these sets: en;de,en,es")
    parser.add_argument(
        "--criteria",
        metavar="NAME,...",
        help="the best sets of --sizes under these criteria, instead of all",
    )
    parser.add_argument(
        "--preset",
        choices=sorted(sweep.PRESETS),
        help="figure-4: the paper's 31 sets, several budgets, two models; learning-rate: five "
        "rates for SSLT(en), judged on held-out rows of it",
    )


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Options that say with what every set is trained."""
    parser.add_argument("--task", default="cldr-ner", help="default cldr-ner, the example")
    parser.add_argument("--data", metavar="DIR", help="folder with the task's files")
    parser.add_argument(
        "--models", metavar="DIR,...", help="checkpoint folders or hub ids (default: base)"
    )
    parser.add_argument("--budgets", metavar="N,...", help=f"examples in all (default {BUDGET})")
    parser.add_argument("--learning-rates", metavar="RATE,...", help="default: what suits a model")
    parser.add_argument("--seeds", metavar="N,...", help="0, 0-2 or 0,7 (default 0)")
    parser.add_argument("--targets", metavar="LANGS", help="languages to score (default: all)")
    parser.add_argument("--steps", type=int, help="optimizer steps (default: some passes)")
    parser.add_argument(
        "--recipe",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="other fields of every run, as `train` has them: batch_size=32 eval_limit=200",
    )
    parser.add_argument(
        "--oracles",
        action="store_true",
        help="each target on its own training data, too, where it has any",
    )
    parser.add_argument(
        "--paper-recipe", action="store_true", help="each model as in the paper's Table 5"
    )


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Options that say who does the runs."""
    fields = Engine()
    parser.add_argument("--engine", choices=("local", "ray"), default=fields.name)
    parser.add_argument(
        "--address", default=fields.address, help="of the Ray cluster (default: one of its own)"
    )
    parser.add_argument("--gpus-per-run", type=float, default=fields.gpus_per_run, metavar="SHARE")
    parser.add_argument(
        "--retries", type=int, default=fields.retries, help="after a node died (%(default)s)"
    )


def engine(args: argparse.Namespace) -> Engine:
    """Who does the runs."""
    asked = Engine(
        name=args.engine,
        address=args.address,
        gpus_per_run=args.gpus_per_run,
        retries=args.retries,
    )
    if asked.name == "local" and asked != Engine():
        raise SpecError(
            "--address, --gpus-per-run and --retries are of a Ray cluster",
            hint="Give --engine ray; MSLT_SLOTS says how many runs share this machine.",
        )
    return asked


def asked(args: argparse.Namespace) -> SweepSpec:
    """The sweep that the options describe; what is given changes a preset."""
    given: dict[str, Any] = {}
    if args.models:
        given["models"] = _parts(args.models)
    if args.budgets:
        given["budgets"] = tuple(_whole(args.budgets, "--budgets"))
    if args.learning_rates:
        given["learning_rates"] = tuple(_rate(part) for part in _parts(args.learning_rates))
    if args.seeds:
        given["seeds"] = tuple(_whole(args.seeds, "--seeds"))
    if args.paper_recipe:
        given["paper_recipe"] = True
    if args.oracles:
        given["oracles"] = True
    recipe = dict(_field(part) for part in args.recipe)
    if args.steps is not None:
        recipe["steps"] = args.steps
    if args.targets:
        recipe["target_langs"] = list(_parts(args.targets))
    given["recipe"] = tuple(recipe.items())
    if args.preset:
        if args.sets or args.sizes or args.criteria or args.pool:
            raise SpecError("--preset has its own sets", hint="Leave --sets and --sizes out.")
        first = given["models"][0] if args.models else None
        preset = sweep.PRESETS[args.preset]
        paper = {"paper_recipe": True} if args.paper_recipe else {}  # figure-4 has it unasked
        begun = preset(args.task, args.data, first, given.get("budgets", ()), recipe, **paper)
        return begun.but(**{name: of for name, of in given.items() if name != "recipe"})
    default = {"models": (EXAMPLE_MODEL,), "budgets": (BUDGET,)}
    fields = {**default, **given, "source_sets": _sets(args)}
    return SweepSpec(task=args.task, data=args.data, **fields)


def _sets(args: argparse.Namespace) -> tuple[tuple[str, ...], ...]:
    """Listed sets, and all or the best ones of some sizes."""
    listed = tuple(languages(part) for part in (args.sets or "").split(";") if part.strip())
    if not args.sizes:
        if args.criteria or not listed:
            raise SpecError("no sets chosen", hint="Give --sizes 3, --sets 'en;de,en' or --preset.")
        return listed
    sizes = _whole(args.sizes, "--sizes")
    pool = _parts(args.pool or "") or task_offer(args.task, args.data).source_pool
    if not args.criteria:
        return tuple(dict.fromkeys((*listed, *sweep.all_sets(pool, sizes))))
    names: Any = _parts(args.criteria)  # the spec refuses what is no criterion
    if "blend" in names or "targets" in names:
        raise SpecError(
            "blend and targets need more than a name", hint="Rank with `select`, give --sets."
        )
    known = ", ".join(get_args(Criterion))
    if strangers := sorted(set(names) - set(get_args(Criterion))):
        raise SpecError(f"unknown criterion {strangers[0]!r}", hint=f"Known are {known}.")
    with progress(args) as report:
        access = Access(store=open_store(args.store), report=report)
        model = _parts(args.models or EXAMPLE_MODEL)[0]
        chosen = sweep.picks(access, pool, sizes, names, model)
    return tuple(dict.fromkeys((*listed, *chosen)))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole(text: str, option: str) -> list[int]:
    """Whole numbers and ranges of them: ``1-3,5``."""
    found: list[int] = []
    for part in _parts(text):
        first, dash, last = part.partition("-")
        try:
            found += range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise SpecError(f"{option} must be numbers such as 0-2 or 1,3, got {text!r}") from None
    return found


def _rate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SpecError(f"a learning rate is a number such as 2e-5, got {text!r}") from None


def _field(text: str) -> tuple[str, Any]:
    """``batch_size=32`` taken apart; what is no JSON is text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise SpecError(f"--recipe takes NAME=VALUE, got {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
