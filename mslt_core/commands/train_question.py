"""What a run is, as ``train`` asks for it."""

import argparse
from typing import get_args

from mslt_core.pipeline import BUDGET, EXAMPLE_MODEL, make_train_spec, task_titles
from mslt_core.spec.specs import Precision, Rows, Select, TrainSpec, Tune, Where


def add(parser: argparse.ArgumentParser) -> None:
    """All options that describe a run."""
    _add_what(parser)
    _add_sizes(parser)
    _add_learning(parser)
    _add_balance(parser)
    _add_evaluation(parser)


def asked(args: argparse.Namespace) -> tuple[TrainSpec, Where]:
    """The run that the options describe."""
    return make_train_spec(
        task=args.task,
        data=args.data,
        model=args.model,
        source_langs=args.sources,
        target_langs=args.targets or (args.sources if args.oracle else None),
        budget=args.budget,
        steps=args.steps,
        learning_rate=args.learning_rate,
        batch_size=args.batch_size,
        max_length=args.max_length,
        eval_limit=args.eval_limit,
        precision=args.precision,
        weight_decay=args.weight_decay,
        lr_warmup_ratio=args.lr_warmup_ratio,
        seed=args.seed,
        alpha=args.alpha,
        rows=args.rows,
        tune=args.tune,
        lora_rank=args.lora_rank,
        shots=args.shots,
        shot_langs=args.shot_langs,
        eval_every=args.eval_every,
        select=args.select,
        holdout=args.holdout,
        eval_task=args.eval_task,
        eval_data=args.eval_data,
        keep_every=args.keep_every,
        group_by_length=args.group_by_length,
        oracle=args.oracle,
    )


def changed(args: argparse.Namespace) -> list[str]:
    """The options of the run that were given."""
    parser = argparse.ArgumentParser()
    add(parser)
    defaults = vars(parser.parse_args([]))
    return [
        f"--{name.replace('_', '-')}" for name, v in defaults.items() if getattr(args, name) != v
    ]


def _limit(text: str) -> str | int:
    """A number of test items, or all."""
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number or all, got {text!r}")
    return text if text == "all" else int(text)


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sources", metavar="LANGS", help="source languages, joined by commas: de,en,es"
    )
    parser.add_argument(
        "--targets", metavar="LANGS", help="languages to score (default: all that the task has)"
    )
    parser.add_argument(
        "--task",
        default="cldr-ner",
        help=f"{', '.join(task_titles())}; default cldr-ner, the example",
    )
    parser.add_argument(
        "--data", metavar="DIR", help="folder with the task's files, or a data set on the hub"
    )
    parser.add_argument(
        "--model",
        default=EXAMPLE_MODEL,
        metavar="DIR",
        help="checkpoint folder, hub id, or base, the example's own (default)",
    )


def _add_sizes(parser: argparse.ArgumentParser) -> None:
    """How much of everything."""
    fields = TrainSpec.model_fields
    parser.add_argument(
        "--budget", type=int, default=BUDGET, help="training examples in all (%(default)s)"
    )
    parser.add_argument(
        "--steps", type=int, help="optimizer steps (default: some passes over the budget)"
    )
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument(
        "--batch-size", type=int, default=fields["batch_size"].default, help="default %(default)s"
    )
    parser.add_argument("--max-length", type=int, help="sub-words a text (default: all, up to 512)")
    parser.add_argument(
        "--eval-limit",
        type=_limit,
        metavar="N",
        help="test items a language, or all (default: the task's number)",
    )


def _add_learning(parser: argparse.ArgumentParser) -> None:
    """How the weights change, and which."""
    fields = TrainSpec.model_fields
    parser.add_argument(
        "--learning-rate",
        type=float,
        help="default 2e-5; 3e-4 for models under 512 wide; tenfold for LoRA, 1e-3 for a head",
    )
    parser.add_argument(
        "--weight-decay",
        type=float,
        default=fields["weight_decay"].default,
        help="default %(default)s",
    )
    parser.add_argument(
        "--lr-warmup-ratio",
        type=float,
        default=fields["lr_warmup_ratio"].default,
        help="share of the steps in which the learning rate rises; default %(default)s",
    )
    parser.add_argument(
        "--precision", choices=get_args(Precision), default="float32", help="default float32"
    )
    parser.add_argument(
        "--tune",
        choices=get_args(Tune),
        default="all",
        help="train all weights (default), LoRA adapters, or the head on a frozen encoder",
    )
    parser.add_argument(
        "--lora-rank", type=int, default=fields["lora_rank"].default, help="default %(default)s"
    )
    parser.add_argument(
        "--group-by-length",
        action="store_true",
        help="batches of rows of like length: less padding, but up to a point less in short runs",
    )


def _add_balance(parser: argparse.ArgumentParser) -> None:
    """Who gets how much of the budget, and which rows."""
    parser.add_argument(
        "--alpha",
        type=float,
        default=0.0,
        help="shares go with size^ALPHA: 0 equal (default), 1 proportional",
    )
    parser.add_argument(
        "--rows",
        choices=get_args(Rows),
        help="draws of parallel data: no meaning in two languages (disjoint, default there), the "
        "same ones (parallel), or each language for itself (independent)",
    )
    parser.add_argument(
        "--shots", type=int, default=0, help="examples of each of --shot-langs inside the budget"
    )
    parser.add_argument(
        "--shot-langs", default="", metavar="LANGS", help="few-shot target languages"
    )


def _add_evaluation(parser: argparse.ArgumentParser) -> None:
    """What is scored besides the last weights on the task's own test items."""
    parser.add_argument(
        "--eval-every", type=int, metavar="STEPS", help="score all targets on the way, too"
    )
    parser.add_argument(
        "--keep-every",
        type=int,
        metavar="STEPS",
        help="keep the weights on the way, too: RUN@STEP is a checkpoint like any other",
    )
    parser.add_argument(
        "--select",
        choices=get_args(Select),
        default="last",
        help="weights to score: the last (default), or the best on held-out rows of the sources, "
        "or the best on the targets' test items (an upper bound, not zero-shot)",
    )
    parser.add_argument(
        "--holdout",
        type=int,
        default=0,
        help="training rows of the sources kept out, for --select source",
    )
    parser.add_argument(
        "--eval-task", metavar="TASK", help="score on another task of the same kind and labels"
    )
    parser.add_argument("--eval-data", metavar="DIR", help="that task's folder")
    parser.add_argument(
        "--oracle",
        action="store_true",
        help="a mark for one target: --sources is that language alone, and so is what is scored",
    )
