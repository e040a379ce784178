"""A store full of SYNTHETIC results, of the largest size that the pages promise to be quick at.

Every number is drawn, none was trained: 127 sets x 15 targets x 5 seeds x 6 tasks, 57,150 scores,
with the outcome of every test item. Made through the store's own writing functions.
"""

import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from mslt_core.spec.results import TargetScores
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store

SYNTHETIC_MODEL = "synthetic scores"
TARGETS = (*PAPER_POOL, "bg", "el", "hi", "sw", "th", "tr", "ur", "vi")
"""XNLI's fifteen."""
TASKS = ("udpos", "wikiann", "xnli", "pawsx", "xcopa", "tydiqa")
SEEDS = range(5)
N_ITEMS = 300
N_WORDS = 8
"""In every tagged sentence."""

Outcome = tuple[TargetScores, dict[str, npt.NDArray[Any]]]


def fill(
    store: Store, *, tasks: tuple[str, ...] = TASKS, seeds: range = SEEDS, n_items: int = N_ITEMS
) -> None:
    """Every set of the paper's pool, on every task, with every seed."""
    # nothing here must outlast a power cut, and waiting for the disk is most of the time
    with mock.patch("os.fsync"):
        for task, langs, seed in itertools.product(tasks, _sets(), seeds):
            spec = _spec(task, langs, seed, n_items)
            if store.runs.create(spec, Where()):
                _finish(store, spec, dict(_outcomes(spec)))


def _sets() -> Iterator[tuple[str, ...]]:
    sizes = range(1, len(PAPER_POOL) + 1)
    return itertools.chain.from_iterable(itertools.combinations(PAPER_POOL, k) for k in sizes)


def _spec(task: str, source_langs: tuple[str, ...], seed: int, n_items: int) -> TrainSpec:
    return TrainSpec(
        task=task,
        data="0" * 16,
        model=SYNTHETIC_MODEL,
        model_fingerprint="0" * 16,
        source_langs=source_langs,
        target_langs=TARGETS,
        budget=3000,
        steps=1000,
        learning_rate=5e-5,
        eval_limit=n_items,
        seed=seed,
    )


def _outcomes(spec: TrainSpec) -> Iterator[tuple[str, Outcome]]:
    """More sources help a little, some sets more than others, seeds scatter."""
    of_set = np.random.default_rng([*spec.task.encode(), *"".join(spec.source_langs).encode()])
    rng = np.random.default_rng([spec.seed, *spec.task.encode(), *spec.source_langs[0].encode()])
    level = 0.62 + 0.015 * min(len(spec.source_langs), 4) + 0.01 * of_set.standard_normal()
    level += 0.01 * rng.standard_normal()
    n_items = spec.eval_limit or N_ITEMS
    for place, lang in enumerate(TARGETS):
        right = level - 0.02 * place + 0.12 * (lang in spec.source_langs)
        # an item is as hard for every run
        hard = np.random.default_rng([7, place]).normal(0, 0.1, n_items)
        yield lang, _outcome(spec.task, np.clip(right + hard, 0.05, 0.98), rng)


def _outcome(task: str, chances: npt.NDArray[np.float64], rng: np.random.Generator) -> Outcome:
    n = len(chances)
    ones = np.ones(n, dtype=np.int64)
    if task in {"udpos", "wikiann"}:
        n_correct = rng.binomial(N_WORDS, chances)
        score: dict[str, Any] = {"accuracy": n_correct.sum() / (N_WORDS * n)}
        arrays = {"n_correct": n_correct, "n_tokens": N_WORDS * ones}
        if task == "wikiann":
            found = rng.binomial(2, chances**2)
            arrays |= {"true_positives": found, "n_predicted": 2 * ones, "n_gold": 2 * ones}
            score["span_f1"] = found.mean() / 2
        n_words = N_WORDS * n
    elif task == "tydiqa":
        answer_f1 = np.where(rng.random(n) < chances, 1.0, rng.random(n) / 2).astype(np.float32)
        exact = (answer_f1 == 1).astype(np.int64)
        arrays = {"answer_f1": answer_f1, "n_exact": exact, "n_tokens": ones}
        score, n_words = {"answer_f1": answer_f1.mean(), "exact_match": exact.mean()}, n
    else:
        n_correct = (rng.random(n) < chances).astype(np.int64)
        score, n_words = {"item_accuracy": n_correct.mean()}, n
        arrays = {"n_correct": n_correct, "n_tokens": ones}
    scores = {name: float(value) for name, value in score.items()}
    return TargetScores(n_items=n, n_tokens=n_words, **scores), arrays


def _finish(store: Store, spec: TrainSpec, outcomes: Mapping[str, Outcome]) -> None:
    run = spec.digest()
    with store.runs.claim(run):
        store.runs.set_state(run, "running")
        store.runs.write_outcome(
            run,
            scores={lang: score for lang, (score, _) in outcomes.items()},
            predictions={lang: arrays for lang, (_, arrays) in outcomes.items()},
            sampled={lang: [] for lang in spec.source_langs},
            tokens_seen=dict.fromkeys(spec.source_langs, 1),
            device="none: synthetic",
            weights="0" * 16,
            n_layers=1,
        )
        store.runs.set_state(run, "done")


if __name__ == "__main__":
    fill(Store(Path(sys.argv[1])))
