"""``runs``: what was trained, what is being trained, and how well it did."""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from mslt_core import jobs
from mslt_core.commands.answer import Answer, Subparsers, command, table
from mslt_core.pipeline import (
    nothing_learnt,
    open_store,
    require_run,
    run_labels,
    run_result,
    set_gap,
    snapshots,
)
from mslt_core.spec.errors import SpecError
from mslt_core.spec.metrics import METRICS, WITH_MAJORITY
from mslt_core.spec.results import RunInfo, TargetScores
from mslt_core.store import Store

SELECTED = {
    "source": "chosen on held-out rows of the sources",
    "target": "chosen on the test items: an upper bound, not zero-shot",
}


def add(subparsers: Subparsers) -> None:
    """Add ``runs``."""
    parser = command(
        subparsers,
        "runs",
        _runs,
        describe="List the runs, or show or stop one",
        example="runs 4a1c --json",
    )
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's digest, or its beginning")
    parser.add_argument(
        "--all", action="store_true", help="list the shipped example's runs below yours"
    )
    parser.add_argument("--stop", action="store_true", help="ask RUN to stop")


def run_answer(store: Store, run: str) -> Answer:
    """One run, with its scores where it has them."""
    info = store.runs.info(run)
    payload = _described(info)
    scores: dict[str, TargetScores] = {}
    gap = None
    if info.has_scores:
        result = run_result(store, run)
        scores, gap = result.scores, set_gap([result], info.metrics[0]).gap
        payload |= {
            "transfer_gap": gap,
            "sampled": result.sampled,
            "sampled_hash": result.sampled_hash,
            "n_meanings": result.n_meanings,
            "step_scored": result.step_scored,
            "tokens_seen": result.tokens_seen,
            "snapshots": _snapshots(store, run),
        }
        last = (result.last_scores or {}).items()
        payload["last_scores"] = {lang: dataclasses.asdict(score) for lang, score in last}
    payload["scores"] = {lang: dataclasses.asdict(score) for lang, score in scores.items()}
    shown_columns = [
        *((METRICS[name].label, name) for name in info.metrics),
        *([("majority", "majority_accuracy")] if set(info.metrics) & WITH_MAJORITY else []),
        ("items", "n_items"),
        *([("unseen words", "n_unseen")] if "accuracy" in info.metrics else []),
    ]
    return Answer(
        payload=payload,
        shown=lambda: table(
            _headline(info, gap, scores),
            ("target", "", *(label for label, _ in shown_columns)),
            [
                (
                    lang,
                    _role(info, lang),
                    *(getattr(score, name) for _, name in shown_columns),
                )
                for lang, score in scores.items()
            ],
        ),
    )


def _role(info: RunInfo, lang: str) -> str:
    """What the run has seen of a target."""
    if lang in info.spec.shot_langs:
        return f"few-shot, {info.spec.shots}"
    return "zero-shot" if lang in info.zero_shot_langs else "trained on"


def _snapshots(store: Store, run: str) -> list[dict[str, Any]]:
    """What can be looked at of the run over its training."""
    return [
        {"step": step, "checkpoint": ref.key, "has_weights": bool(ref.path)}
        for step, ref in snapshots(store, run).items()
    ]


def _runs(args: argparse.Namespace) -> Answer:
    store = open_store(args.store)
    if args.run:
        info = require_run(store, args.run)
        if args.stop:
            jobs.cancel(store, "runs", info.run)
        return run_answer(store, info.run)
    if args.stop:
        raise SpecError("--stop needs a run", hint="`python -m mslt_core runs` lists them.")
    infos = store.runs.list()
    return Answer(
        payload={"runs": [_described(info) for info in infos]},
        shown=lambda: _listed(store, infos, shipped=args.all),
    )


def _listed(store: Store, infos: Sequence[RunInfo], *, shipped: bool) -> Any:
    """One's own runs; the shipped ones are counted, or listed below."""
    own = [info for info in infos if store.read_only or not info.read_only]
    others = [info for info in infos if info.read_only and not store.read_only]
    labels = run_labels(infos)
    told = f"{len(own) or 'no'} run{'s' * (len(own) != 1)} in {store.root}"
    if others:
        more = f"the shipped example's {len(others)}"
        told += f"; below them {more}" if shipped else f"; `runs --all` lists {more} as well"
    return table(
        told,
        ("run", "name", "state", "experiment", "step", "seed", "zero-shot score"),
        [
            (
                info.run,
                info.name,
                info.state,
                labels[info.run],
                f"{info.step}/{info.spec.steps}",
                info.spec.seed,
                _zero_shot(info),
            )
            for info in (*own, *(others if shipped else ()))
        ],
    )


def _zero_shot(info: RunInfo) -> str:
    """With the number of languages: means over different ones compare nothing."""
    if info.mean_score is None:
        return "-"
    return f"{info.mean_score:.3f} on {len(info.zero_shot_langs)}"


def _headline(info: RunInfo, gap: float | None, scores: Mapping[str, TargetScores]) -> str:
    spec = info.spec
    told = [f"{info.name}, run {info.run}: {info.state}", info.reason]
    told += [spec.task_told] if spec.eval_task else []
    told += [f"{spec.budget} examples, step {info.step} of {spec.steps}, seed {spec.seed}"]
    if info.mean_score is not None:
        main, n = METRICS[info.metrics[0]].label, len(info.zero_shot_langs)
        told += [f"mean {main} {info.mean_score:.3f} on {n} unseen language{'s' * (n > 1)}"]
    if gap is not None:
        told += [f"transfer gap {gap:.3f}"]
    if spec.select != "last":
        told += [f"weights {SELECTED[spec.select]}"]
    lines = "; ".join(filter(None, told)), nothing_learnt([(info, scores)])
    return "\n".join(filter(None, lines))


def _described(info: RunInfo) -> dict[str, Any]:
    """What machines are told of a run, done or not."""
    spec = info.spec
    return {
        "run": info.run,
        "state": info.state,
        "reason": info.reason,
        "name": info.name,
        "task": spec.task,
        "model": spec.model,
        "source_langs": spec.source_langs,
        "target_langs": spec.target_langs,
        "budget": spec.budget,
        "steps": spec.steps,
        "step": info.step,
        "recipe": spec.model_dump(mode="json"),
        "seed": spec.seed,
        "batch_size": spec.batch_size,
        "learning_rate": spec.learning_rate,
        "device": info.device,
        "created_utc": info.created_utc,
        "elapsed_s": info.elapsed_s,
        "metrics": info.metrics,
        "mean_score": info.mean_score,
        "zero_shot_langs": info.zero_shot_langs,
        "read_only": info.read_only,
        "has_weights": info.has_weights,
        "imported": info.imported and dataclasses.asdict(info.imported),
    }
