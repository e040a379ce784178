"""A sweep of 35 sets by our workers, against scripts of the Trainer started for each set.

Two scripts, one run at a time with the whole device: ``stock`` is the recipe as it comes, float32,
every row padded to 128 sub-words; ``tuned`` pads to the longest of the batch, in our precision, and
scores in batches as large as it trains in. Each does a few of the 35 sets, as it takes as long for
each. They keep no weights and no states, which the Trainer's defaults would.

What counts is the time of a run with all that people wait for: planning, imports, loading,
training, scoring on every target, writing. So the ratio says what a sweep gains from workers that
stay, several runs at a time, less padding and precision together; `bench_training` and `bench_gpu`
say what a step gains.

``pytest -s tests/benchmarks/bench_sweep.py -k example`` needs no data and takes 6 minutes.
"""

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

from mslt_core import machine, pipeline, sweep
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.sweeps import PlannedRun, Sweep, SweepSpec
from mslt_core.store import Store
from tests.benchmarks.bench_gpu import make_checkpoint

GPU = torch.cuda.is_available()
SHARED = Path(os.environ.get("MSLT_SHARED", Path(__file__).parents[3] / "shared"))
MINI = SHARED / "models" / "mini"
SLOTS = 4 if GPU else os.cpu_count() or 1
"""Runs at a time: several share a GPU, and each takes a core of a CPU."""
SCRIPTS = ("stock", "tuned")
BEFORE, AFTER = 0, 34
"""Which of the 35 sets the scripts do, on both sides of ours: other work is shared fairly."""
POLL_S = 0.2

REAL = [
    pytest.mark.realdata,
    pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of real data"),
]
RANDOM = "wikiann, XLM-R base with random weights"
SETTINGS = [
    "example",
    pytest.param("wikiann, mini", marks=REAL),
    pytest.param(RANDOM, marks=[*REAL, pytest.mark.skipif(not GPU, reason="no GPU")]),
]

pytestmark = pytest.mark.benchmark


def asked_for(setting: str, tmp_path: Path) -> SweepSpec:
    """All 35 triples of the paper's pool, one seed."""
    recipe = {"steps": 125, "batch_size": 16, "max_length": 128, "eval_limit": 200}
    if setting == "example":
        task, data, model = "cldr-ner", None, "base"
    else:
        task, data, model = "wikiann", str(SHARED / "data" / "panx"), str(MINI)
    if setting == RANDOM:  # long and large enough for a GPU
        model = str(make_checkpoint("base", tmp_path / "base", tokenizer=MINI))
        recipe |= {"steps": 250, "batch_size": 32, "eval_limit": 1_000, "precision": "bfloat16"}
    return SweepSpec(
        task=task,
        data=data,
        models=(model,),
        source_sets=sweep.all_sets(PAPER_POOL, (3,)),
        budgets=(1_000,),
        recipe=tuple(recipe.items()),
    )


def swept(store: Store, asked: SweepSpec) -> float:
    """Seconds until all runs are done, from the question."""
    began_s = time.perf_counter()
    runs = sweep.plan(asked)
    digest = sweep.start(store, Sweep(runs=runs, keep_weights=False))
    while (now := sweep.status(store, digest)).state == "running":
        time.sleep(POLL_S)
    assert now.count("done") == len(runs), [cell.told for cell in now.cells]
    return time.perf_counter() - began_s


def scripted(planned: PlannedRun, where: Path, *, tuned: bool) -> tuple[float, float]:
    """Seconds of a script for one set, from its start to its end, and the accuracy it found."""
    where.mkdir()
    about = {
        "spec": planned.spec.model_dump(mode="json"),
        "data": planned.where.data,
        "model": planned.where.model,
        "tuned": tuned,
    }
    (where / "about.json").write_text(json.dumps(about))
    began_s = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, str(where)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(pipeline.PROJECT)},
    )
    return time.perf_counter() - began_s, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("setting", SETTINGS)
def test_thirty_five_sets(setting, tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)  # all take what they find
    monkeypatch.setenv("MSLT_SLOTS", str(SLOTS))
    if GPU:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")  # one for all
        monkeypatch.delenv(machine.ALL_GPUS, raising=False)
    store, asked = Store(tmp_path / "store"), asked_for(setting, tmp_path)
    runs = sweep.plan(asked)
    assert len(runs) == 35

    def all_scripts(place):
        return {
            name: scripted(runs[place], tmp_path / f"{name}-{place}", tuned=name == "tuned")
            for name in SCRIPTS
        }

    before = all_scripts(BEFORE)
    ours_s = swept(store, asked) / len(runs)
    after = all_scripts(AFTER)

    spec = runs[BEFORE].spec
    scores = [store.runs.outcome(runs[place].run)["scores"] for place in (BEFORE, AFTER)]
    accuracy, majority = (
        statistics.mean(getattr(one, field) for of_run in scores for one in of_run.values())
        for field in ("accuracy", "majority_accuracy")
    )
    told, theirs = [], {}
    for name in SCRIPTS:
        script_s = statistics.mean((before[name][0], after[name][0]))
        theirs[name] = statistics.mean((before[name][1], after[name][1]))
        told.append(
            f"{name} {script_s:.1f} s, {script_s / ours_s:.1f} times as long "
            f"(accuracy {theirs[name]:.3f})"
        )
    print(
        f"\n{setting}, {len(runs)} sets, {spec.steps} steps of {spec.batch_size} each, "
        f"{len(spec.target_langs)} targets: ours {ours_s:.1f} s a run, {SLOTS} at a time, "
        f"{spec.precision} (accuracy {accuracy:.3f}); {'; '.join(told)}"
    )
    for name in SCRIPTS:
        assert accuracy == pytest.approx(theirs[name], abs=0.05)
    if setting != RANDOM:  # those learn no more than that most words are no names
        assert min(accuracy, *theirs.values()) > majority + 0.02


def main(where: Path) -> float:
    """The script: train on one set, score every target; its mean accuracy on words."""
    from transformers import PrinterCallback

    from mslt_core.data import tasks
    from mslt_core.pipeline.checkpoints import model_folder
    from mslt_core.pipeline.drawing import draw
    from tests.benchmarks.stock import encoded, stock_trainer

    about = json.loads((where / "about.json").read_text())
    spec = TrainSpec.model_validate(about["spec"])
    task = tasks.open_task(spec.task, about["data"])
    folder = model_folder(about["model"] or spec.model)
    tuned = {"bf16": spec.precision == "bfloat16", "per_device_eval_batch_size": spec.batch_size}
    trainer = stock_trainer(
        spec,
        folder,
        "tagging",
        task.labels,
        [row for of_lang in draw(task, spec).rows.values() for row in of_lang],
        where=where,
        pad_to=None if about["tuned"] else spec.max_length,
        use_cpu=not GPU,
        **(tuned if about["tuned"] else {}),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    tokenizer, found = trainer.data_collator.tokenizer, []
    for lang in spec.target_langs:
        items = task.evaluation(lang, spec.eval_limit)
        logits, labels, _ = trainer.predict(encoded(tokenizer, "tagging", items, spec.max_length))
        judged = labels != -100
        found.append(np.mean(logits.argmax(axis=-1)[judged] == labels[judged]))
    return float(np.mean(found))


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
