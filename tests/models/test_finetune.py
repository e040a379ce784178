"""The whole run on a tiny model: it learns, repeats itself exactly, and survives being killed."""

import copy
import itertools
import json
import logging
import math
import os
import re
import shutil
import subprocess
import sys
import types
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file

from mslt_core.models import checkpoints, saving, trainer
from mslt_core.models.arguments import arguments
from mslt_core.models.finetune import finetune, save_model
from mslt_core.models.heads.tagging import predict_tags
from mslt_core.models.load import load_encoder, load_tokenizer
from mslt_core.models.team import ALONE
from mslt_core.models.trainer import SealingTrainer
from mslt_core.spec import room
from mslt_core.spec.errors import CheckpointError, SpecError, StoreError, TrainingError
from tests.models import toy

ROOT = Path(__file__).parents[2]
SPEC = toy.SPEC.but(
    source_langs=("de", "en", "zh"), target_langs=("ru",), budget=48, steps=12, learning_rate=3e-3
)


class Run:
    """One call of `finetune`, with what it reported."""

    def __init__(
        self, checkpoint, labels, tagged_rows, folder, *, spec=SPEC, stop_at=None, **extra
    ):
        self.points, self.resumed_at = [], []
        share = spec.budget // len(spec.source_langs)
        self.rows = {lang: tagged_rows(lang, share) for lang in spec.source_langs}
        self.folder = folder
        self.tuned = finetune(
            spec,
            checkpoint=checkpoint,
            kind="tagging",
            labels=labels,
            rows=self.rows,
            folder=folder,
            report=extra.pop("report", self.points.append),
            should_stop=extra.pop("should_stop", lambda: self._steps_done() == stop_at),
            on_resume=self.resumed_at.append,
            **extra,
        )

    def _steps_done(self):
        return self.points[-1].step if self.points else 0

    def curve(self):
        """What must be equal in equal runs; the clock's part is not."""
        return [(p.step, p.loss, p.learning_rate, p.grad_norm) for p in self.points]

    def weights(self):
        return self.tuned.model.state_dict()

    def steps_kept(self):
        return sorted(path.name for path in (self.folder / "checkpoints").iterdir())


@pytest.fixture
def start(tiny_checkpoint, labels, tagged_rows, tmp_path):
    def start(folder="run", **options):
        return Run(tiny_checkpoint, labels, tagged_rows, tmp_path / folder, **options)

    start.folder = tmp_path
    return start


@pytest.fixture(scope="module")
def uninterrupted(tiny_checkpoint, labels, tagged_rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    return Run(tiny_checkpoint, labels, tagged_rows, folder, save_every=5)


def assert_equal_runs(first, second):
    assert first.curve() == second.curve()
    for name, tensor in first.weights().items():
        assert torch.equal(tensor, second.weights()[name]), name


def test_it_learns(start, tagged_rows):
    run = start(spec=SPEC.but(steps=80, budget=120, learning_rate=1e-2))
    assert run.points[0].loss > 1.4  # of five labels: ln 5 = 1.61
    assert np.mean([point.loss for point in run.points[-10:]]) < 0.6
    held_out = tagged_rows("en", 50, seed=9)
    predicted = predict_tags(run.tuned.model, run.tuned.tokenizer, held_out, max_length=64).tags
    gold = np.concatenate([row.labels for row in held_out])
    accuracy = np.mean(np.concatenate(predicted) == gold)
    assert accuracy > np.mean(gold == 0) + 0.05  # more than always answering O


def test_the_curve(uninterrupted):
    points = uninterrupted.points
    assert [point.step for point in points] == list(range(1, 13))
    # warm-up over ceil(0.1 x 12) = 2 steps from 0, then down to 0 in a straight line
    rates = [0, 0.5, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    assert [point.learning_rate for point in points] == pytest.approx([r * 3e-3 for r in rates])
    assert all(point.grad_norm > 0 and point.samples_per_s > 0 for point in points)
    assert np.all(np.diff([point.elapsed_s for point in points]) > 0)


def test_long_runs_report_about_a_hundred_points(start, monkeypatch):
    monkeypatch.setattr(saving, "SHARE", math.inf)  # whatever states take
    run = start(spec=SPEC.but(steps=251, batch_size=1, max_length=8))
    # every second step, the first and the last
    assert [point.step for point in run.points] == [1, *range(2, 251, 2), 251]
    # 200 steps or more: a checkpoint every max(100, 251 // 5) steps, the newest two kept
    assert run.steps_kept() == ["step-000200", "step-000251"]


@pytest.fixture
def slow_states(monkeypatch):
    """Marks at 3, 6, 9 and 12; states take 10 s on a clock of their own, which goes on by hand."""
    found = types.SimpleNamespace(now_s=5_000.0, steps=[])
    sealed = checkpoints.sealed

    def expect(self, _):
        self._writing_s = self._at_most_s = 10.0

    def noted(folder, about=None):
        found.now_s += 10.0
        found.steps.append(about["step"])
        return sealed(folder, about)

    monkeypatch.setattr(saving, "time", types.SimpleNamespace(monotonic=lambda: found.now_s))
    monkeypatch.setattr(saving.Saving, "expect", expect)
    monkeypatch.setattr(checkpoints, "sealed", noted)
    monkeypatch.setattr(room, "save_every", lambda _: 3)
    return found


def passing(found, seconds):
    """A function that lets them pass whenever it is called."""

    def call(*_):
        found.now_s += seconds

    return call


def test_marks_before_which_little_was_done_are_passed_over(start, slow_states):
    start(report=passing(slow_states, 30.0))
    assert slow_states.steps == [6, 12], "90 s between two marks are too few, 180 are not"


def test_an_evaluation_counts_as_time_to_lose(start, slow_states):
    start(spec=SPEC.but(eval_every=3), evaluate=passing(slow_states, 101.0))
    assert slow_states.steps == [3, 6, 9, 12], "it is over when the state is written"


def test_the_first_process_decides_about_states(start, slow_states):
    class Refusing(type(ALONE)):
        def agreed(self, number):
            return number if number == -1 else 0  # -1: no state to go on from

    start(report=passing(slow_states, 1_000.0), team=Refusing())
    assert slow_states.steps == []


def test_a_stop_keeps_a_state_whatever_it_takes(start, slow_states):
    start(stop_at=4)
    assert slow_states.steps == [4]


def test_a_state_is_expected_to_be_as_large_as_it_is(start, monkeypatch):
    expected = []
    monkeypatch.setattr(saving.Saving, "expect", lambda _, n_bytes: expected.append(n_bytes))
    run = start(save_every=6)
    kept = run.folder / "checkpoints" / "step-000012"
    files = sum((kept / name).stat().st_size for name in ("model.safetensors", "optimizer.pt"))
    assert expected == [pytest.approx(files, rel=0.1)]


def test_what_it_leaves_behind(uninterrupted, labels):
    tuned = uninterrupted.tuned
    assert (tuned.step, tuned.stopped, tuned.resumed_from, tuned.device) == (12, False, 0, "cpu")
    assert tuned.model.config.id2label == dict(enumerate(labels))
    assert uninterrupted.resumed_at == [0]
    assert uninterrupted.steps_kept() == ["step-000010", "step-000012"]


def test_tokens_seen_are_those_of_the_rows_used(uninterrupted, tiny_tokenizer):
    # 12 steps x 8 rows = 96 = two epochs of 48: every row exactly twice
    expected = {
        lang: 2
        * sum(
            len(tiny_tokenizer(list(r.tokens), is_split_into_words=True)["input_ids"]) for r in rows
        )
        for lang, rows in uninterrupted.rows.items()
    }
    assert uninterrupted.tuned.tokens_seen == expected


def test_every_batch_that_the_model_gets_mixes_the_languages(start, monkeypatch, tiny_tokenizer):
    batches = []
    trained = SealingTrainer.training_step

    def training_step(self, model, inputs, *args, **kwargs):
        batches.append(copy.deepcopy(inputs["parts"]))
        return trained(self, model, inputs, *args, **kwargs)

    monkeypatch.setattr(SealingTrainer, "training_step", training_step)
    run = start()
    lang_of = {
        tuple(ids): lang
        for lang, rows in run.rows.items()
        for row in rows
        for ids in [tiny_tokenizer(list(row.tokens), is_split_into_words=True)["input_ids"]]
    }
    seen = Counter()
    for parts in batches:
        rows = []
        for part in parts:
            mask = part["attention_mask"].bool()
            assert mask.any(dim=0).all(), "padded to the longest of the part"
            assert (part["labels"][~mask] == -100).all()
            rows += [ids[real].tolist() for ids, real in zip(part["input_ids"], mask, strict=True)]
        langs = [lang_of[tuple(row)] for row in rows]
        assert set(Counter(langs).values()) <= {2, 3}  # 8 rows over three languages
        for lang, row in zip(langs, rows, strict=True):
            seen[lang] += len(row)
    assert len(batches) == 12
    assert seen == run.tuned.tokens_seen


def test_same_spec_same_numbers(start, uninterrupted):
    assert_equal_runs(start("again"), uninterrupted)


@pytest.mark.parametrize("change", [{"seed": 1}, {"weight_decay": 0.5}, {"lr_warmup_ratio": 0.0}])
def test_other_spec_other_numbers(start, uninterrupted, change):
    weight = start(spec=SPEC.but(**change)).weights()["classifier.weight"]
    assert not torch.equal(weight, uninterrupted.weights()["classifier.weight"])


def test_short_runs_keep_no_checkpoints(start):
    assert start().steps_kept() == []


@pytest.mark.parametrize("stop_at", [1, 7])
def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(start, uninterrupted, stop_at):
    first = start(stop_at=stop_at)
    assert first.tuned.stopped
    assert first.tuned.step == stop_at
    assert first.steps_kept() == [f"step-{stop_at:06d}"]
    second = start()
    assert second.resumed_at == [stop_at]
    assert (second.tuned.resumed_from, second.tuned.step) == (stop_at, 12)
    assert second.tuned.tokens_seen == uninterrupted.tuned.tokens_seen
    assert 0 < first.tuned.tokens_seen["en"] < second.tuned.tokens_seen["en"]
    second.points = first.points + second.points
    assert_equal_runs(second, uninterrupted)
    assert np.all(np.diff([point.elapsed_s for point in second.points]) > 0)


def test_points_between_two_reports_survive_a_stop(start, monkeypatch):
    # a point every second step: the loss of step 7 is one half of the point of step 8
    monkeypatch.setattr(trainer, "N_POINTS", 6)
    whole = start("whole")
    steps_done = itertools.count(1)
    first = start("cut", should_stop=lambda: next(steps_done) == 7)
    assert (first.tuned.step, first.points[-1].step) == (7, 6)
    second = start("cut")
    second.points = first.points + second.points
    assert_equal_runs(second, whole)


def test_a_stop_at_the_last_step_is_a_finished_run(start):
    run = start(stop_at=12)
    assert not run.tuned.stopped
    assert run.steps_kept() == []


def test_a_finished_run_is_not_trained_again(start, uninterrupted):
    start(save_every=5)
    again = start(save_every=5)
    assert again.resumed_at == [12]
    assert again.points == []
    for name, tensor in again.weights().items():
        assert torch.equal(tensor, uninterrupted.weights()[name])


FILES = (
    "config.json",
    "manifest.json",
    "model.safetensors",
    "optimizer.pt",
    "rng_state.pth",
    "scheduler.pt",
    "trainer_state.json",
)


def test_a_checkpoint_holds_these_files_and_no_pickled_arguments(uninterrupted):
    for path in (uninterrupted.folder / "checkpoints").iterdir():
        assert sorted(file.name for file in path.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", ["optimizer.pt", "rng_state.pth"])  # the Trainer would not see it
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    start, uninterrupted, tmp_path, caplog, name
):
    shutil.copytree(uninterrupted.folder, tmp_path / "run")
    newest = tmp_path / "run" / "checkpoints" / "step-000012" / name
    newest.write_bytes(newest.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        run = start()
    assert name in caplog.text
    assert run.resumed_at == [10]
    run.points = uninterrupted.points[:10] + run.points
    assert_equal_runs(run, uninterrupted)


def test_checkpoints_of_another_spec_are_ignored(start):
    start(stop_at=4)
    run = start(spec=SPEC.but(learning_rate=1e-3))
    assert run.resumed_at == [0]
    assert run.points[0].step == 1


def poison(monkeypatch, step, how):
    """Let the numbers of one step go wrong, as an overflow would."""
    real = transformers.Trainer.training_step

    def training_step(self, model, *args, **kwargs):
        loss = real(self, model, *args, **kwargs)
        if self.state.global_step + 1 != step:
            return loss
        if how == "gradient":
            model.classifier.bias.grad[0] = math.nan
            return loss
        return loss * math.nan if how == "loss" else loss * math.inf

    monkeypatch.setattr(transformers.Trainer, "training_step", training_step)


@pytest.mark.parametrize(
    ("step", "how", "message"),
    [
        (1, "loss", "loss became NaN"),
        (6, "inf", "loss became infinite"),
        (7, "gradient", "gradient became NaN"),
        (12, "gradient", "gradient became NaN"),
    ],
)
def test_a_number_that_is_not_finite_stops_the_run_before_it_does_harm(
    start, monkeypatch, step, how, message
):
    poison(monkeypatch, step, how)
    points = []
    with pytest.raises(TrainingError, match=f"{message} at step {step}. Lower the learning rate"):
        start(save_every=2, report=points.append)
    folder = start.folder / "run" / "checkpoints"
    assert [point.step for point in points] == list(range(1, step))
    assert len(list(folder.glob("step-*"))) == min(2, (step - 1) // 2)
    for path in folder.glob("step-*"):
        checkpoints.verify(path)
        weights = load_file(path / "model.safetensors")
        assert all(tensor.isfinite().all() for tensor in weights.values())


def test_after_a_nan_the_run_goes_on_from_the_last_good_step(start, monkeypatch, uninterrupted):
    with monkeypatch.context() as patch:
        poison(patch, 8, "gradient")
        with pytest.raises(TrainingError):
            start(save_every=3, report=(points := []).append)
    run = start(save_every=3)
    assert run.resumed_at == [6]
    run.points = points[:6] + run.points
    assert_equal_runs(run, uninterrupted)


def test_the_saved_model_is_sealed_and_complete(uninterrupted, tmp_path, tiny_checkpoint):
    save_model(uninterrupted.tuned, tmp_path / "model")
    checkpoints.verify(tmp_path / "model")
    names = {"config.json", "manifest.json", "model.safetensors"}
    assert {p.name for p in (tmp_path / "model").iterdir()} == names | {
        "tokenizer.json",
        "tokenizer_config.json",
    }
    encoder = load_encoder(tmp_path / "model").state_dict()
    for name, tensor in encoder.items():
        assert torch.equal(tensor, uninterrupted.weights()[f"roberta.{name}"])
    words = ["went", "Иван"]
    found = load_tokenizer(tmp_path / "model")(words, is_split_into_words=True)
    assert found == load_tokenizer(tiny_checkpoint)(words, is_split_into_words=True)


def test_bfloat16_trains_and_keeps_float32_weights(start, monkeypatch):
    ways, step = set(), transformers.Trainer.training_step

    def seen(self, model, *args, **kwargs):
        ways.add(model.config._attn_implementation)
        return step(self, model, *args, **kwargs)

    monkeypatch.setattr(transformers.Trainer, "training_step", seen)
    run = start(spec=SPEC.but(precision="bfloat16"))
    assert ways == {"sdpa" if torch.accelerator.is_available() else "eager"}
    assert run.tuned.model.config._attn_implementation == "sdpa"  # scoring is in float32
    assert all(math.isfinite(point.loss) for point in run.points)
    assert {tensor.dtype for tensor in run.weights().values()} == {torch.float32}


@pytest.mark.parametrize(
    ("changes", "batch", "hint"),
    [
        ({}, 8, "Try batch 4, a smaller max_length, or bfloat16."),
        ({"precision": "bfloat16"}, 8, "Try batch 4 or a smaller max_length."),
        (
            {"batch_size": 1},
            1,
            "Try a smaller max_length, bfloat16, LoRA, or a smaller model.",
        ),
        (
            {"batch_size": 1, "precision": "bfloat16", "tune": "lora"},
            1,
            "Try a smaller max_length or a smaller model.",
        ),
    ],
)
def test_a_gpu_without_memory_says_what_to_try(start, monkeypatch, changes, batch, hint):
    def out_of_memory(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(transformers.Trainer, "training_step", out_of_memory)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 78.1e9)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 79e9)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (0.5e9, 80e9))
    message = f"GPU out of memory at batch {batch} (peak 78.1 of 80.0 GB). {hint}"
    with pytest.raises(TrainingError, match=f"^{re.escape(message)}$"):
        start(spec=SPEC.but(**changes))


def test_a_gpu_that_others_have_filled_is_told_before_the_first_step(start, monkeypatch):
    def no_room(*args, **kwargs):
        raise RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be reported later")

    monkeypatch.setattr(transformers.Trainer, "__init__", no_room)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 0.1e9)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 0.2e9)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (0.0, 80e9))
    # no batch was there yet, so a smaller one would change nothing
    message = (
        r"while loading the model \(peak 0\.1 of 80\.0 GB, 79\.8 GB held by other processes\)\. "
        r"Free the GPU, or try a smaller model\. Or run fewer .* MSLT_SLOTS"
    )
    with pytest.raises(TrainingError, match=message):
        start(spec=SPEC.but(precision="bfloat16"))


def test_only_the_spec_says_how_precise_a_run_is(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")  # what accelerate's launcher sets
    found = {p: arguments(SPEC.but(precision=p), tmp_path, ALONE) for p in ("float32", "bfloat16")}
    assert {p: args.mixed_precision for p, args in found.items()} == {
        "float32": "no",
        "bfloat16": "bf16",
    }


def test_a_disk_that_is_too_small_is_known_before_the_first_step(start, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match=r"needs 0\.\d MB, 0\.0 MB are free"):
        start(report=pytest.fail)


def test_a_base_that_cannot_be_loaded_starts_nothing(start, tmp_path, labels, tagged_rows):
    with pytest.raises(CheckpointError, match="there is no checkpoint folder"):
        Run(tmp_path / "none", labels, tagged_rows, tmp_path / "run")
    with pytest.raises(SpecError, match="max_length must be at most 128"):
        start(spec=SPEC.but(max_length=129))
    assert not (tmp_path / "run").exists()


def test_nothing_is_printed(start, capfd):
    start(save_every=5)
    assert capfd.readouterr() == ("", "")


KILLS = """
import json, os, random, signal, sys, time
from pathlib import Path

import torch

torch.set_num_threads(1)
sys.path.insert(0, "tests")
import conftest
from mslt_core.models import finetune, load
from mslt_core.spec.specs import TrainSpec
from tests.models import toy

checkpoint, root, n_runs = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
spec = TrainSpec.model_validate_json(sys.argv[4])
rows = {lang: conftest._tagged_rows(lang, 16) for lang in spec.source_langs}


def work(folder):
    folder.mkdir(exist_ok=True)
    history = folder / "history.jsonl"
    history.touch()

    def report(point):
        with history.open("a") as file:
            file.write(json.dumps([point.step, point.loss, point.grad_norm]) + "\\n")

    def cut(step):
        lines = history.read_text().splitlines(True)
        history.write_text("".join(line for line in lines if json.loads(line)[0] <= step))

    tuned = finetune.finetune(
        spec, checkpoint=checkpoint, kind="tagging", labels=conftest.LABELS, rows=rows,
        folder=folder, report=report, should_stop=lambda: False, on_resume=cut, save_every=2,
    )
    finetune.save_model(tuned, folder / "model")


def start(folder):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(folder)
            status = 0
        finally:
            os._exit(status)
    return pid


def steps_done(folder):
    history = folder / "history.jsonl"
    return history.read_bytes().count(b"\\n") if history.exists() else 0


def saving(folder):
    return any(folder.glob("checkpoints/.step-*.partial"))


# what every child would import again; no backward pass here, or autograd would refuse to fork
load.load_with_head(checkpoint, "tagging", conftest.LABELS, 0)
os.waitpid(start(root / "whole"), 0)
rng = random.Random(0)
kills = inside = errors = 0
for n in range(n_runs):
    folder = root / f"killed-{n}"
    for turn in range(5):
        target = rng.randint(5 * turn, 5 * turn + 5)
        pid = start(folder)
        if turn < 4:
            # by what is done and not by the clock: the machine may be slow. Every other kill
            # waits for a checkpoint that is being written.
            while steps_done(folder) < target or (turn % 2 and not saving(folder)):
                time.sleep(0.0005)
                if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                    break
            time.sleep(rng.uniform(0, 0.01))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        kills += os.WIFSIGNALED(status)
        inside += saving(folder)
        errors += os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0
print(json.dumps({"kills": kills, "inside": inside, "errors": errors}))
"""


@pytest.mark.slow
def test_killed_again_and_again_it_ends_as_if_nothing_had_happened(tiny_checkpoint, tmp_path):
    """Real kill -9 at random moments, saves included; weights and curve are equal to the bit."""
    spec = SPEC.but(steps=24).model_dump_json()
    n_runs = 4
    said = subprocess.check_output(
        [sys.executable, "-c", KILLS, tiny_checkpoint, tmp_path, str(n_runs), spec],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    counts = json.loads(said)
    assert counts["errors"] == 0
    assert counts["kills"] >= 2 * n_runs
    assert counts["inside"] > 0, "no kill hit a checkpoint that was being written"
    whole = tmp_path / "whole"
    for n in range(n_runs):
        killed = tmp_path / f"killed-{n}"
        for name in ("history.jsonl", "model/model.safetensors"):
            assert (killed / name).read_bytes() == (whole / name).read_bytes()
        assert not list((killed / "checkpoints").glob("*.damaged*"))
