"""XLM-R at true size on a GPU, with random weights: training, scoring, several runs, embedding.

``pytest -s tests/benchmarks/bench_gpu.py -k small`` runs the same code on any machine, with a
small encoder: it shows that the benchmark works and says nothing about a GPU.

A GPU works on after the call that gave it work has returned. Times are taken where it has been
waited for: a step ends when its loss and its gradient's norm have been read, scoring and embedding
when their results have been copied. Memory is what the allocator had handed out at the most.
"""

import contextlib
import functools
import gc
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from mslt_core import pipeline
from mslt_core.models.devices import best_device, device_description
from mslt_core.models.load import load_encoder, load_tokenizer
from mslt_core.spec.sentences import TaggedSentence
from mslt_core.spec.specs import TrainSpec

GPU = torch.cuda.is_available()
LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
LENGTHS = (4, 60)  # from and below, in sub-words: short and long sentences, as in WikiANN
N_ROWS, BATCH, MAX_LENGTH = 4096, 32, 128
STEPS = 60 if GPU else 6
WARM_UP = 20 if GPU else 3
"""Steps of a run beside others before its steps are counted."""
TOGETHER_S = 15.0 if GPU else 5.0
MANY_RUNS = (1, 2, 4) if GPU else (1, 2)
SIZES = {
    # layers, hidden size, heads, feed-forward, vocabulary: Conneau et al. 2020, Table 12
    "base": (12, 768, 12, 3072, 250_002),
    "large": (24, 1024, 16, 4096, 250_002),
    "small": (2, 64, 2, 128, 6_500),
}
TRUE_SIZES = [
    pytest.param(name, marks=pytest.mark.skipif(not GPU, reason="no GPU"))
    for name in ("base", "large")
]

pytestmark = pytest.mark.benchmark


def make_checkpoint(size: str, folder: Path, tokenizer: Path = pipeline.EXAMPLE / "base") -> Path:
    """Fill a folder with an encoder of this size, random weights, and the tokenizer of another."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    n_layers, hidden, heads, feed_forward, vocabulary = SIZES[size]
    config = XLMRobertaConfig(
        num_hidden_layers=n_layers,
        hidden_size=hidden,
        num_attention_heads=heads,
        intermediate_size=feed_forward,
        vocab_size=vocabulary,
        max_position_embeddings=514,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
    )
    XLMRobertaModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokenizer / name, folder / name)
    return folder


@pytest.fixture
def checkpoint_of(tmp_path):
    return lambda size: make_checkpoint(size, tmp_path / size)


def sentences(n: int) -> list[TaggedSentence]:
    """Words that the tokenizer knows as one sub-word, in sentences of very different lengths."""
    rng = np.random.default_rng(0)
    words = ["de", "in", "2", "en", "la", "1", "km", "at"]
    lengths = rng.integers(*LENGTHS, n)
    return [
        TaggedSentence(
            row_id=str(row),
            tokens=tuple(rng.choice(words, length)),
            labels=tuple(map(int, rng.integers(0, len(LABELS), length))),
        )
        for row, length in enumerate(lengths)
    ]


def question(steps: int, precision: str) -> TrainSpec:
    return TrainSpec(
        task="cldr-ner",
        data="d" * 16,
        model="bench",
        model_fingerprint="f" * 16,
        source_langs=("en",),
        target_langs=("de",),
        budget=N_ROWS,
        steps=steps,
        batch_size=BATCH,
        max_length=MAX_LENGTH,
        learning_rate=2e-5,
        precision=precision,
        seed=0,
        group_by_length=False,
    )


def tuned(folder: Path, where: Path, steps: int, report, should_stop=lambda: False):
    from mslt_core.models.finetune import finetune

    return finetune(
        question(steps, "bfloat16"),
        checkpoint=folder,
        kind="tagging",
        labels=LABELS,
        rows={"en": sentences(N_ROWS)},
        folder=where,
        report=report,
        should_stop=should_stop,
        save_every=0,  # a checkpoint is no part of a step
    )


def ours(folder: Path, where: Path, steps: int) -> float:
    """Seconds of `steps` optimizer steps after as many for warming up."""
    points = {}
    tuned(folder, where, 2 * steps, lambda point: points.__setitem__(point.step, point.elapsed_s))
    half = min(points, key=lambda step: abs(step - steps))
    return (points[2 * steps] - points[half]) * steps / (2 * steps - half)


def stock(folder: Path, where: Path, steps: int, *, bf16: bool = False) -> float:
    """The same with the Trainer as its examples use it: float32, padded to the full length."""
    from transformers import TrainerCallback

    from tests.benchmarks.stock import stock_trainer

    times = {}

    class Clock(TrainerCallback):
        def on_step_end(self, _args, state, _control, **_):
            # waiting after each step would cost the stock recipe what it does not do
            if state.global_step in {steps, 2 * steps}:
                if GPU:
                    torch.cuda.synchronize()
                times[state.global_step] = time.perf_counter()

    trainer = stock_trainer(
        question(2 * steps, "float32"),
        folder,
        "tagging",
        LABELS,
        sentences(N_ROWS),
        where=where,
        pad_to=MAX_LENGTH,
        callbacks=[Clock()],
        use_cpu=not GPU,
        bf16=bf16,
    )
    assert trainer.model.device.type == best_device().type
    trainer.train()
    return times[2 * steps] - times[steps]


def peak_gib() -> float:
    return torch.cuda.max_memory_allocated() / 2**30 if GPU else float("nan")


def forget() -> None:
    """Of what ran before nothing stays on the GPU, or it would count among the next one's memory:
    the Trainer's objects know each other, so only the collector finds them."""
    gc.collect()
    if GPU:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def matrix_rate() -> float:
    """Operations a second that this device reaches in one large product of bfloat16."""
    n, device = (8192, "cuda") if GPU else (1024, "cpu")
    a = torch.randn(n, n, device=device, dtype=torch.bfloat16)
    times = []
    for _ in range(8):
        if GPU:
            torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(10):
            a @ a
        if GPU:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 10 * 2 * n**3 / min(times)


def operations_per_row(size: str) -> float:
    """Of a forward and a backward pass over the sub-words of an average row, no padding counted.

    Six a weight and sub-word in the blocks (Kaplan et al. 2020); the attention's own products,
    a tenth of that at this length, are left out, so the share of the rate is a lower bound.
    """
    n_layers, hidden, _, feed_forward, _ = SIZES[size]
    weights = n_layers * (4 * hidden**2 + 2 * hidden * feed_forward)
    return 6 * weights * (np.mean(np.arange(*LENGTHS)) + 2)  # with <s> and </s>


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_training_against_the_stock_recipe(checkpoint_of, size, tmp_path):
    folder = checkpoint_of(size)
    recipes = {
        "ours": ours,
        "stock": stock,
        "stock in bfloat16": functools.partial(stock, bf16=True),
    }
    rate, peaks = {}, {}
    for turn in range(2):
        for name, train in recipes.items():
            forget()
            took = train(folder, tmp_path / f"{name}{turn}", STEPS)
            rate[name] = max(rate.get(name, 0.0), STEPS * BATCH / took)
            peaks[name] = peak_gib()
    forget()
    share = rate["ours"] * operations_per_row(size) / matrix_rate()
    told = "; ".join(
        f"{name} {rate[name]:.0f} examples/s, {peaks[name]:.1f} GiB, "
        f"ours {rate['ours'] / rate[name]:.2f} times as fast"
        for name in recipes
    )
    print(
        f"\nXLM-R {size} on {device_description()}, batch {BATCH}: {told}; ours is at "
        f"{share:.0%} of the measured bfloat16 rate"
    )


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_scoring(checkpoint_of, size, tmp_path):
    """Sub-words and labels of words included, which training makes once and scoring every time."""
    from mslt_core.models.predict import predict

    forget()
    rows, points = sentences(N_ROWS), []
    found = tuned(checkpoint_of(size), tmp_path / "run", 2 * STEPS, points.append)
    assert found.model.device.type == best_device().type
    training = (points[-1].step - points[len(points) // 2].step) * BATCH
    training /= points[-1].elapsed_s - points[len(points) // 2].elapsed_s
    took = {}
    for precision in ("bfloat16", "float32"):
        for n in (512, N_ROWS if GPU else 512):  # the first is for warming up
            start = time.perf_counter()
            asked = {"max_length": MAX_LENGTH, "precision": precision}
            predict("tagging", found.model, found.tokenizer, rows[:n], **asked)
            took[precision] = n / (time.perf_counter() - start)
    print(
        f"\nXLM-R {size}: scoring {took['bfloat16']:.0f} sentences/s in bfloat16, "
        f"{took['bfloat16'] / training:.1f} times training; {took['float32']:.0f} in float32"
    )


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_several_runs_on_one_device(checkpoint_of, size, tmp_path):
    """Each run in a process of its own, as a sweep's workers are; only steps that were done while
    all of them trained are counted."""
    folder, told = checkpoint_of(size), []
    for n_runs in MANY_RUNS:
        runs = Together(folder, tmp_path / str(n_runs), n_runs)
        told.append((n_runs, runs.examples_per_s(), runs.peaks))
    alone = told[0][1]
    rates = ", ".join(
        f"{n}: {rate:.0f}/s ({rate / alone:.2f} times one, {max(peaks):.1f} GiB each)"
        for n, rate, peaks in told
    )
    print(f"\nXLM-R {size}, runs side by side, examples of all together: {rates}")


class Together:
    """Processes that train at the same time until they are told to end."""

    def __init__(self, folder: Path, where: Path, n_runs: int) -> None:
        self.where, self.peaks = where, [float("nan")]
        where.mkdir()
        threads = max(1, (os.cpu_count() or 1) // n_runs)  # as `jobs` shares the cores
        self._runs = [
            subprocess.Popen(
                [sys.executable, __file__, str(folder), str(where), str(number)],
                stdout=subprocess.PIPE,
                env={
                    **os.environ,
                    "PYTHONPATH": str(pipeline.PROJECT),
                    "OMP_NUM_THREADS": str(threads),
                },
            )
            for number in range(n_runs)
        ]

    def examples_per_s(self) -> float:
        """Of all runs, over a time in which each of them was training."""
        try:
            while len(list(self.where.glob("*.ready"))) < len(self._runs):
                assert all(run.poll() is None for run in self._runs), "a run ended early"
                time.sleep(0.05)
            began_s = time.monotonic()
            time.sleep(TOGETHER_S)
            ended_s = time.monotonic()
            (self.where / "end").touch()
            found = [json.loads(run.communicate()[0].splitlines()[-1]) for run in self._runs]
        finally:
            for run in self._runs:
                run.kill()
        self.peaks = [one["peak_gib"] for one in found]
        # this clock is the same in all processes of a machine
        steps = [sum(began_s < at <= ended_s for at in one["steps_s"]) for one in found]
        assert min(steps) > 0, "nothing was done in the time that was counted"
        return sum(steps) * BATCH / (ended_s - began_s)


class TimeIsUp(Exception):  # noqa: N818  it is no error
    """Ends a run without the checkpoint that it would keep if it was asked to stop."""


def train_along(folder: Path, where: Path, number: str) -> None:
    """Be one of the runs side by side: note when each step ended, until `where` has an end."""
    steps_s = []

    def should_stop() -> bool:
        steps_s.append(time.monotonic())
        if len(steps_s) == WARM_UP:
            (where / f"{number}.ready").touch()
        if (where / "end").exists():
            raise TimeIsUp
        return False

    with contextlib.suppress(TimeIsUp):
        tuned(folder, where / number, 20_000, lambda _: None, should_stop)
    print(json.dumps({"steps_s": steps_s, "peak_gib": peak_gib()}))


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_embedding(checkpoint_of, size):
    from mslt_core.models.embed import embed

    forget()
    folder = checkpoint_of(size)
    n = 21_000 if GPU else 210
    texts = [" ".join(row.tokens) for row in sentences(n)]
    model, tokenizer = load_encoder(folder).to(best_device()), load_tokenizer(folder)
    last = SIZES[size][0]
    for layers in ([last], range(last + 1)):
        embed(model, tokenizer, texts[:200], layers=layers, precision="bfloat16")
        start = time.perf_counter()
        embed(model, tokenizer, texts, layers=layers, precision="bfloat16")
        took = time.perf_counter() - start
        print(
            f"\nXLM-R {size} on {model.device}: {n} sentences, {len(layers)} layers: "
            f"{took:.1f} s, {n / took:.0f}/s, {peak_gib():.1f} GiB"
        )


if __name__ == "__main__":
    train_along(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
