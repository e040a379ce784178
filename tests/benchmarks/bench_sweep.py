"""A sweep of 35 sets by our workers, against a script of the stock recipe started for each set.

Everything counts that makes people wait: imports, loading, training, scoring on every target,
writing. The script is the Trainer as its examples use it, in float32, every row padded to 128
sub-words, and has the whole device; it does a few of the 35 sets, as it takes as long for each.
It keeps no weights and no states, which its own defaults would.

``pytest -s tests/benchmarks/bench_sweep.py -k example`` needs no data and takes 5 minutes.
"""

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from mslt_core import pipeline, sweep
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.sweeps import Sweep, SweepSpec
from mslt_core.store import Store
from tests.benchmarks.bench_gpu import make_checkpoint

GPU = torch.cuda.is_available()
SHARED = Path(os.environ.get("MSLT_SHARED", Path(__file__).parents[3] / "shared"))
MINI = SHARED / "models" / "mini"
SLOTS = 4 if GPU else os.cpu_count() or 1
"""Runs at a time: several share a GPU, and each takes a core of a CPU."""
SCRIPTS = (0, 17, 34)
"""Which of the 35 sets the script does."""
POLL_S = 0.2

REAL = [
    pytest.mark.realdata,
    pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of real data"),
]
SETTINGS = [
    "example",
    pytest.param("wikiann, mini", marks=REAL),
    pytest.param(
        "wikiann, XLM-R base", marks=[*REAL, pytest.mark.skipif(not GPU, reason="no GPU")]
    ),
]

pytestmark = pytest.mark.benchmark


def runs_of(setting: str, tmp_path: Path) -> tuple:
    """All 35 triples of the paper's pool, one seed."""
    recipe = {"steps": 125, "batch_size": 16, "max_length": 128, "eval_limit": 200}
    if setting == "example":
        task, data, model = "cldr-ner", None, "base"
    else:
        task, data, model = "wikiann", str(SHARED / "data" / "panx"), str(MINI)
    if setting == "wikiann, XLM-R base":  # long and large enough for a GPU
        model = str(make_checkpoint("base", tmp_path / "base", tokenizer=MINI))
        recipe |= {"steps": 250, "batch_size": 32, "eval_limit": 1_000, "precision": "bfloat16"}
    asked = SweepSpec(
        task=task,
        data=data,
        models=(model,),
        source_sets=sweep.all_sets(PAPER_POOL, (3,)),
        budgets=(1_000,),
        recipe=tuple(recipe.items()),
    )
    return sweep.plan(asked)


def swept(store: Store, runs: tuple, monkeypatch) -> float:
    """Seconds until all runs are done, from the order to start."""
    monkeypatch.setenv("MSLT_SLOTS", str(SLOTS))
    began_s = time.perf_counter()
    digest = sweep.start(store, Sweep(runs=runs, keep_weights=False))
    while (now := sweep.status(store, digest)).state == "running":
        time.sleep(POLL_S)
    assert now.count("done") == len(runs), [cell.reason for cell in now.cells if cell.reason]
    return time.perf_counter() - began_s


@dataclasses.dataclass
class Scripted:
    """What one script found, and how long it took from its start to its end."""

    took_s: float
    accuracy: float


def scripted(planned, where: Path) -> Scripted:
    """Start the script for one set and wait for it."""
    where.mkdir()
    about = {
        "spec": planned.spec.model_dump(mode="json"),
        "data": planned.where.data,
        "model": planned.where.model,
    }
    (where / "about.json").write_text(json.dumps(about))
    began_s = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, str(where)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(pipeline.PROJECT)},
    )
    took_s = time.perf_counter() - began_s
    return Scripted(took_s=took_s, accuracy=json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("setting", SETTINGS)
def test_thirty_five_sets(setting, tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)  # both take what they find
    store, runs = Store(tmp_path / "store"), runs_of(setting, tmp_path)
    assert len(runs) == 35
    scripts = {}
    for place in SCRIPTS[:2]:  # before and after ours: other work on the machine is shared
        scripts[place] = scripted(runs[place], tmp_path / str(place))
    ours_s = swept(store, runs, monkeypatch) / len(runs)
    scripts |= {place: scripted(runs[place], tmp_path / str(place)) for place in SCRIPTS[2:]}

    script_s = statistics.median(one.took_s for one in scripts.values())
    accuracy = [mean_accuracy(store, runs[place].run) for place in scripts]
    stock_accuracy = [one.accuracy for one in scripts.values()]
    spec = runs[0].spec
    examples = spec.steps * spec.batch_size
    print(
        f"\n{setting}, {len(runs)} sets, {SLOTS} at a time, {spec.steps} steps of "
        f"{spec.batch_size} in {spec.precision}, {len(spec.target_langs)} targets: "
        f"{ours_s:.1f} s a run, {examples / ours_s:.0f} training examples/s; the script "
        f"{script_s:.1f} s, {examples / script_s:.0f}/s; ours {script_s / ours_s:.1f} times as "
        f"fast; mean accuracy {np.mean(accuracy):.3f} and {np.mean(stock_accuracy):.3f}"
    )
    assert np.mean(accuracy) == pytest.approx(np.mean(stock_accuracy), abs=0.05)


def mean_accuracy(store: Store, run: str) -> float:
    scores = store.runs.outcome(run, rows=False)["scores"]
    return float(np.mean([of_lang.accuracy for of_lang in scores.values()]))


def main(where: Path) -> float:
    """The script: train on one set, score every target; its mean accuracy on words."""
    from transformers import (
        DataCollatorForTokenClassification,
        PrinterCallback,
        Trainer,
        TrainingArguments,
    )

    from mslt_core.data import tasks
    from mslt_core.models.heads import HEADS
    from mslt_core.models.load import load_tokenizer, load_with_head
    from mslt_core.pipeline.checkpoints import model_folder
    from mslt_core.pipeline.drawing import draw

    about = json.loads((where / "about.json").read_text())
    spec = TrainSpec.model_validate(about["spec"])
    task = tasks.open_task(spec.task, about["data"])
    folder = model_folder(about["model"] or spec.model)
    tokenizer = load_tokenizer(folder)

    def encoded(rows):
        return [
            {"input_ids": e.sequences[0]["input_ids"].tolist(), "labels": e.labels.tolist()}
            for e in HEADS["tagging"].examples(tokenizer, rows, spec.max_length)
        ]

    trainer = Trainer(
        model=load_with_head(folder, "tagging", task.labels, spec.seed),
        args=TrainingArguments(
            output_dir=str(where),
            max_steps=spec.steps,
            per_device_train_batch_size=spec.batch_size,
            learning_rate=spec.learning_rate,
            warmup_steps=spec.lr_warmup_ratio,
            weight_decay=spec.weight_decay,
            seed=spec.seed,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=not GPU,
        ),
        train_dataset=encoded([row for of in draw(task, spec).rows.values() for row in of]),
        data_collator=DataCollatorForTokenClassification(
            tokenizer, padding="max_length", max_length=spec.max_length
        ),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    found = []
    for lang in spec.target_langs:
        logits, labels, _ = trainer.predict(encoded(task.evaluation(lang, spec.eval_limit)))
        judged = labels != -100
        found.append(np.mean(logits.argmax(axis=-1)[judged] == labels[judged]))
    return float(np.mean(found))


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
