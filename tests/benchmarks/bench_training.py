"""Our fine-tuning against the stock recipe: same model, rows, steps and batch size, side by side.

Stock is the Trainer as its examples use it: every row padded to 128 sub-words, or to the longest
of its batch (`DataCollatorWithPadding` and kin), in float32. Ours is in float32 too, and both are
in bfloat16 beside it, which CPUs with AVX512-BF16 or AMX multiply faster. Time is that of the
optimizer steps; the turns alternate, so that other work on the machine is shared fairly. What
batches of rows of like length would save, and what they cost in score, is asked beside it.

What can be had from the same batches: the matrix products are three quarters of a step and run
at the core's peak in both recipes (90 GFLOP/s each on the Zen 4 at hand), so in float32 a step can
only be had by fewer of them. WikiANN's rows have 18 sub-words in the mean, XNLI's pairs 68: with
no padding at all the products take 1 / 1.87 of the time there, and 1 / 2.3 without what nothing
reads of the last of mini's four layers. Threefold takes faster products: bfloat16 doubles their
rate on CPUs that have it. Whether it costs score is asked of whole runs, long enough to learn.
"""

import dataclasses
import os
import statistics
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

SHARED = Path(os.environ.get("MSLT_SHARED", Path(__file__).parents[3] / "shared"))
FOLDERS = {"wikiann": SHARED / "data" / "panx", "xnli": SHARED / "data" / "xnli"}
TURNS, SEEDS = 3, (0, 1)
SETS, SET_SEEDS = (("ar", "de", "en"), ("fr", "ru", "zh"), ("en",)), range(10)  # of the example
SHORT = {  # for the speed of steps
    "wikiann": {"budget": 640, "steps": 40, "eval_limit": 300},
    "xnli": {"budget": 640, "steps": 40, "eval_limit": 150},
}
WHOLE = {  # long enough to learn the task
    "wikiann": {"budget": 1_000, "steps": 125, "eval_limit": 1_000},
    "xnli": {"budget": 5_000, "steps": 3_000, "learning_rate": 1e-4, "eval_limit": 2_490},
}

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.realdata,
    pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of real data"),
]


@dataclasses.dataclass
class Setting:
    """One task with the mini model: what all recipes share."""

    kind: str
    labels: tuple
    rows: dict
    items: list
    spec: object
    model: Path


def set_up(task_name, **fields):
    from mslt_core.data import tasks
    from mslt_core.pipeline import make_train_spec
    from mslt_core.pipeline.drawing import draw

    folder, model = FOLDERS[task_name], SHARED / "models" / "mini"
    spec, _ = make_train_spec(
        task=task_name,
        data=str(folder),
        model=str(model),
        batch_size=16,
        max_length=128,
        **fields,
    )
    task = tasks.open_task(task_name, folder)
    items = [row for lang in spec.target_langs for row in task.evaluation(lang, spec.eval_limit)]
    return Setting(task.kind, task.labels, draw(task, spec).rows, items, spec, model)


def ours(setting, folder, **changes):
    """Seconds of the steps, and the model."""
    from mslt_core.models.finetune import finetune

    points = []
    tuned = finetune(
        setting.spec.but(**changes),
        checkpoint=setting.model,
        kind=setting.kind,
        labels=setting.labels,
        rows=setting.rows,
        folder=folder,
        report=points.append,
        should_stop=lambda: False,
    )
    return points[-1].elapsed_s, tuned.model


def stock(setting, folder, *, pad_to, bf16=False):
    """The same with the Trainer alone; `pad_to` is a length, or None for the batch's longest."""
    from tests.benchmarks.stock import stock_trainer

    trainer = stock_trainer(
        setting.spec,
        setting.model,
        setting.kind,
        setting.labels,
        [row for of_lang in setting.rows.values() for row in of_lang],
        where=folder,
        pad_to=pad_to,
        use_cpu=True,
        bf16=bf16,
    )
    start = time.perf_counter()
    trainer.train()
    return time.perf_counter() - start, trainer.model


def scored(setting, model):
    """The score, and what always answering the most frequent label gets."""
    from mslt_core.models.load import load_tokenizer
    from mslt_core.models.predict import predict
    from mslt_core.pipeline.scoring import score

    tokenizer = load_tokenizer(setting.model)
    predicted = predict(setting.kind, model, tokenizer, setting.items, max_length=128)
    found, _ = score(setting.kind, setting.labels, setting.items, predicted)
    return getattr(found, found.metrics[0]), found.majority_accuracy


@pytest.mark.parametrize("task", SHORT)
def test_training_and_scoring(task, tmp_path):
    langs = {"source_langs": ("de", "en", "es"), "target_langs": ("fr", "ru")}
    setting = set_up(task, **langs, **SHORT[task])
    recipes = {
        "ours": lambda folder: ours(setting, folder),
        "ours in bfloat16": lambda folder: ours(setting, folder, precision="bfloat16"),
        "grouped by length": lambda folder: ours(setting, folder, group_by_length=True),
        "padded to 128": lambda folder: stock(setting, folder, pad_to=128),
        "padded to 128 in bfloat16": lambda folder: stock(setting, folder, pad_to=128, bf16=True),
        "padded to the batch": lambda folder: stock(setting, folder, pad_to=None),
    }
    seconds = {name: [] for name in recipes}
    scores, scoring_s = {}, []
    for turn in range(TURNS):
        for name, train in recipes.items():
            took, model = train(tmp_path / f"{name}-{turn}")
            seconds[name].append(took)
            start = time.perf_counter()
            scores[name], _ = scored(setting, model)
            scoring_s.append(time.perf_counter() - start)
    scoring = len(setting.items) / statistics.median(scoring_s)

    examples = setting.spec.steps * setting.spec.batch_size
    rate = {name: examples / statistics.median(took) for name, took in seconds.items()}
    told = ", ".join(f"{name} {r:.0f}/s (score {scores[name]:.3f})" for name, r in rate.items())
    ours_, half = rate["ours"], rate["ours in bfloat16"]
    print(
        f"\n{setting.spec.task}, mini: training examples {told}; ours is "
        f"{ours_ / rate['padded to 128']:.1f} times fixed padding in float32, "
        f"{half / rate['padded to 128 in bfloat16']:.1f} times in bfloat16 "
        f"({half / rate['padded to 128']:.1f} times the one in float32), and "
        f"{ours_ / rate['padded to the batch']:.2f} times dynamic padding in float32; "
        f"groups of like length are {rate['grouped by length'] / ours_:.2f} times as fast as ours; "
        f"scoring {scoring:.0f} items/s, {scoring / ours_:.1f} times our training"
    )
    assert np.ptp(list(scores.values())) < 0.15  # too short to learn much; whole runs are below


@pytest.mark.parametrize("task", WHOLE)
def test_whole_runs(task, tmp_path):
    """Half precision learns at full length what stock learns in float32: an hour on XNLI."""
    recipes = {
        "ours in bfloat16": lambda setting, folder: ours(setting, folder, precision="bfloat16"),
        "padded to 128": lambda setting, folder: stock(setting, folder, pad_to=128),
    }
    seconds = {name: [] for name in recipes}
    scores = {name: [] for name in recipes}
    english = {"source_langs": ("en",), "target_langs": ("en",)}  # what so small a model learns
    for seed in SEEDS:
        setting = set_up(task, **english, seed=seed, **WHOLE[task])
        for name, train in recipes.items():
            took, model = train(setting, tmp_path / f"{name}-{seed}")
            seconds[name].append(took)
            score, majority = scored(setting, model)
            scores[name].append(score)

    half, full = (statistics.median(took) for took in seconds.values())
    told = "; ".join(
        f"{name} {' and '.join(f'{score:.3f}' for score in of_seeds)}"
        for name, of_seeds in scores.items()
    )
    print(
        f"\n{task}, mini, {setting.spec.steps} steps, {len(setting.items)} test items: {told} "
        f"(majority label {majority:.3f}); ours takes 1 / {full / half:.1f} of the time"
    )
    assert min(map(min, scores.values())) > majority + 0.05  # the task is learned
    half_score, full_score = (statistics.mean(of_seeds) for of_seeds in scores.values())
    assert half_score == pytest.approx(full_score, abs=0.03)  # two seeds differ by as much


def test_what_groups_cost_in_score(tmp_path):
    """Token accuracy of the example's short runs, with the stock Trainer's beside it."""
    from mslt_core.data import tasks
    from mslt_core.example import example_spec
    from mslt_core.pipeline.checkpoints import model_folder
    from mslt_core.pipeline.drawing import draw

    recipes = {
        "ours": ours,
        "grouped by length": lambda *args: ours(*args, group_by_length=True),
        "stock": lambda *args: stock(*args, pad_to=None),
    }
    scores = {name: [] for name in recipes}
    for langs in SETS:
        for seed in SET_SEEDS:
            spec, where = example_spec(langs, seed)
            task = tasks.open_task(spec.task, where.data)
            items = [
                r for lang in spec.target_langs for r in task.evaluation(lang, spec.eval_limit)
            ]
            model = model_folder(where.model)
            rows = draw(task, spec).rows
            setting = Setting(task.kind, task.labels, rows, items, spec, model)
            for name, train in recipes.items():
                _, tuned = train(setting, tmp_path / f"{name}-{spec.digest()}")
                scores[name].append(100 * scored(setting, tuned)[0])
    print(f"\nexample, {len(SETS)} sets with {len(SET_SEEDS)} seeds each, token accuracy:")
    for name, found in scores.items():
        of_sets = ", ".join(f"{of:.1f}" for of in np.reshape(found, (len(SETS), -1)).mean(axis=1))
        less = np.subtract(scores["ours"], found)
        half = stats.sem(less) * stats.t.ppf(0.975, len(less) - 1)
        told = f"{less.mean():.2f} [{less.mean() - half:.2f}, {less.mean() + half:.2f}]"
        print(f"{name}: {of_sets}" + f"; {told} less than ours" * (name != "ours"))
    assert abs(np.mean(scores["ours"]) - np.mean(scores["stock"])) < 1  # one seed's deviation
