"""XLM-R at true size on a GPU, with random weights: training, several runs at once, embedding.

``pytest -s tests/benchmarks/bench_gpu.py -k small`` runs the same code on any machine, with a
small encoder: it shows that the benchmark works and says nothing about a GPU.
"""

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
from mslt_core.models.load import load_encoder, load_tokenizer, load_with_head
from mslt_core.spec.sentences import TaggedSentence
from mslt_core.spec.specs import TrainSpec

GPU = torch.cuda.is_available()
LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
LENGTHS = (4, 60)  # sub-words: short and long sentences, as in WikiANN
N_ROWS, BATCH, MAX_LENGTH = 4096, 32, 128
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


@pytest.fixture
def checkpoint_of(tmp_path):
    """A folder with an encoder of this size, random weights, and the example's tokenizer."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    def make(size: str) -> Path:
        n_layers, hidden, heads, feed_forward, vocabulary = SIZES[size]
        folder = tmp_path / size
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
            shutil.copy(pipeline.EXAMPLE / "base" / name, folder / name)
        return folder

    return make


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
    )


def ours(folder: Path, where: Path, steps: int) -> float:
    """Seconds of `steps` optimizer steps after as many for warming up."""
    from mslt_core.models.finetune import finetune

    points = {}
    finetune(
        question(2 * steps, "bfloat16"),
        checkpoint=folder,
        kind="tagging",
        labels=LABELS,
        rows={"en": sentences(N_ROWS)},
        folder=where,
        report=lambda point: points.__setitem__(point.step, point.elapsed_s),
        should_stop=lambda: False,
    )
    half = min(points, key=lambda step: abs(step - steps))
    return (points[2 * steps] - points[half]) * steps / (2 * steps - half)


def stock(folder: Path, where: Path, steps: int) -> float:
    """The same with the Trainer as its examples use it: float32, padded to the full length."""
    from transformers import (
        DataCollatorForTokenClassification,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    from mslt_core.models.heads import HEADS

    tokenizer = load_tokenizer(folder)
    examples = HEADS["tagging"].examples(tokenizer, sentences(N_ROWS), MAX_LENGTH)
    data = [
        {"input_ids": e.sequences[0]["input_ids"].tolist(), "labels": e.labels.tolist()}
        for e in examples
    ]
    times = {}

    class Clock(TrainerCallback):
        def on_step_end(self, _args, state, _control, **_):
            if GPU:
                torch.cuda.synchronize()
            times[state.global_step] = time.perf_counter()

    Trainer(
        model=load_with_head(folder, "tagging", LABELS, 0),
        args=TrainingArguments(
            output_dir=str(where),
            max_steps=2 * steps,
            per_device_train_batch_size=BATCH,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=not GPU,
        ),
        train_dataset=data,
        data_collator=DataCollatorForTokenClassification(
            tokenizer, padding="max_length", max_length=MAX_LENGTH
        ),
        callbacks=[Clock()],
    ).train()
    return times[2 * steps] - times[steps]


def matrix_rate() -> float:
    """Operations a second that this device reaches in one large product of bfloat16."""
    n, device = (8192, "cuda") if GPU else (1024, "cpu")
    a = torch.randn(n, n, device=device, dtype=torch.bfloat16)
    times = []
    for _ in range(8):
        start = time.perf_counter()
        a @ a
        if GPU:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 2 * n**3 / min(times)


def operations_per_row(size: str) -> float:
    """Of a forward and a backward pass over the sub-words of an average row, no padding counted.

    Six a weight and sub-word in the blocks (Kaplan et al. 2020); the attention's own products,
    a tenth of that at this length, are left out, so the share of the rate is a lower bound.
    """
    n_layers, hidden, _, feed_forward, _ = SIZES[size]
    weights = n_layers * (4 * hidden**2 + 2 * hidden * feed_forward)
    return 6 * weights * (sum(LENGTHS) / 2 + 2)


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_training_against_the_stock_recipe(checkpoint_of, size, tmp_path):
    folder, steps = checkpoint_of(size), 60 if GPU else 6
    rate, peaks = {}, {}
    for turn in range(2):
        for name, train in {"ours": ours, "stock": stock}.items():
            if GPU:
                torch.cuda.reset_peak_memory_stats()
            took = train(folder, tmp_path / f"{name}{turn}", steps)
            rate[name] = max(rate.get(name, 0.0), steps * BATCH / took)
            peaks[name] = torch.cuda.max_memory_allocated() / 2**30 if GPU else float("nan")
            torch.cuda.empty_cache()
    share = rate["ours"] * operations_per_row(size) / matrix_rate()
    print(
        f"\nXLM-R {size}, batch {BATCH}: ours {rate['ours']:.0f} examples/s, {peaks['ours']:.1f} "
        f"GiB, {share:.0%} of the measured bfloat16 rate; stock {rate['stock']:.0f}/s, "
        f"{peaks['stock']:.1f} GiB; ratio {rate['ours'] / rate['stock']:.2f}"
    )


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_several_runs_on_one_device(checkpoint_of, size, tmp_path):
    """Each run in a process of its own, as a sweep's workers are."""
    folder, steps = checkpoint_of(size), 60 if GPU else 6
    told = []
    for n_runs in (1, 2, 4) if GPU else (1, 2):
        command = [sys.executable, __file__, str(folder)]
        runs = [
            subprocess.Popen(
                [*command, str(tmp_path / f"{n_runs}-{i}"), str(steps)],
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(pipeline.PROJECT)},
            )
            for i in range(n_runs)
        ]
        seconds = [json.loads(run.communicate()[0].splitlines()[-1]) for run in runs]
        assert all(run.returncode == 0 for run in runs)
        told.append((n_runs, sum(steps * BATCH / took for took in seconds)))
    alone = told[0][1]
    rates = ", ".join(f"{n}: {rate:.0f}/s ({rate / alone:.2f} times one)" for n, rate in told)
    print(f"\nXLM-R {size}, runs side by side, examples of all together: {rates}")


@pytest.mark.parametrize("size", ["small", *TRUE_SIZES])
def test_embedding(checkpoint_of, size):
    from mslt_core.models.embed import embed

    folder = checkpoint_of(size)
    n = 21_000 if GPU else 210
    texts = [" ".join(row.tokens) for row in sentences(n)]
    model, tokenizer = load_encoder(folder), load_tokenizer(folder)
    embed(model, tokenizer, texts[:200], layers=[SIZES[size][0]], precision="bfloat16")
    for layers in ([SIZES[size][0]], range(SIZES[size][0] + 1)):
        start = time.perf_counter()
        embed(model, tokenizer, texts, layers=layers, precision="bfloat16")
        took = time.perf_counter() - start
        print(f"\nXLM-R {size}: {n} sentences, {len(layers)} layers: {took:.1f} s")


if __name__ == "__main__":
    print(json.dumps(ours(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
