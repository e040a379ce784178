"""Pretraining a tiny multilingual base: a tokenizer and an XLM-R encoder from plain lines of text.

The lines come in as arguments: this module knows nothing of where they are from.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
import math
import platform
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mslt_core.models.masking import Vocabulary, length_batches, mask_tokens, mlm_loss
from mslt_core.models.pieces import SPECIAL_TOKENS, train_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, XLMRobertaForMaskedLM

logger = logging.getLogger(__name__)

Lines = Mapping[str, Sequence[str]]
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class BaseSpec:
    """What decides the weights besides the lines: sizes, schedule, seed."""

    steps: int
    seed: int = 0
    vocab_size: int = 6500
    hidden_size: int = 128
    n_layers: int = 4
    n_heads: int = 4
    max_tokens: int = 128
    batch_size: int = 64
    lr: float = 1e-3
    lr_warmup_steps: int = 300
    weight_decay: float = 0.01
    n_threads: int = 1


def pretrain_base(
    out_dir: Path,
    lines: Lines,
    spec: BaseSpec,
    *,
    held_out: Lines,
    made_by: Mapping[str, object],
    report: Report | None = None,
) -> dict[str, object]:
    """Train a tokenizer and an encoder from nothing, and save both as one checkpoint folder.

    Parameters
    ----------
    out_dir : Path
        Gets ``model.safetensors`` (float16, tied embeddings once), ``config.json``, the tokenizer's
        files and ``provenance.json``. Made if it does not exist.
    lines : mapping of str to sequence of str
        Monolingual text of each language; equal numbers of lines give the languages equal shares.
    spec : BaseSpec
        Sizes, schedule and seed. Same lines, spec and versions: same weights.
    held_out : mapping of str to sequence of str
        Lines for the final loss, trained on by nothing.
    made_by : mapping
        What the provenance should tell besides: the command, the version of the text.
    report : callable, optional
        Gets a line of progress every 100 steps.

    Returns
    -------
    dict
        What ``provenance.json`` holds: losses in nats per hidden token, seconds, versions.
    """
    import torch

    started = time.monotonic()
    torch.set_num_threads(spec.n_threads)
    torch.manual_seed(spec.seed)
    tell = report or logger.info
    tokenizer = train_tokenizer(_all_lines(lines), spec.vocab_size)
    model = new_model(len(tokenizer), spec)
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    tell(f"{len(tokenizer):,} pieces and {n_parameters:,} parameters")
    train_loss = _train(model, tokenizer, lines, spec, tell)
    losses = {
        lang: _held_out_loss(model, tokenizer, held_out[lang], spec.max_tokens)
        for lang in sorted(held_out)
    }
    provenance: dict[str, object] = {
        **made_by,
        "spec": asdict(spec),
        "n_parameters": n_parameters,
        "lines_per_lang": {lang: len(lines[lang]) for lang in sorted(lines)},
        "train_loss": round(train_loss, 4),
        "held_out_loss": round(float(np.mean(list(losses.values()))), 4),
        "held_out_loss_by_lang": {lang: round(loss, 4) for lang, loss in losses.items()},
        "elapsed_s": round(time.monotonic() - started),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "versions": {
            name: version(name) for name in ("torch", "transformers", "tokenizers", "babel")
        },
        "python": platform.python_version(),
    }
    _save(out_dir, model, tokenizer, provenance)
    return provenance


def new_model(vocab_size: int, spec: BaseSpec) -> XLMRobertaForMaskedLM:
    """A small XLM-R encoder with random weights.

    Without dropout while it is pretrained: no line is seen often enough to be learnt by heart.
    """
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    config = XLMRobertaConfig(
        vocab_size=vocab_size,
        hidden_size=spec.hidden_size,
        num_hidden_layers=spec.n_layers,
        num_attention_heads=spec.n_heads,
        intermediate_size=4 * spec.hidden_size,
        max_position_embeddings=spec.max_tokens
        + 2,  # XLM-R counts positions from pad_token_id + 1 = 2
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        tie_word_embeddings=True,
    )
    return XLMRobertaForMaskedLM(config)


def _train(
    model: XLMRobertaForMaskedLM,
    tokenizer: PreTrainedTokenizerFast,
    lines: Lines,
    spec: BaseSpec,
    tell: Report,
) -> float:
    """Run the steps; the mean loss of the last 100."""
    import torch

    rows, vocabulary = _rows(tokenizer, _all_lines(lines), spec.max_tokens), _vocabulary(tokenizer)
    rng = np.random.default_rng(spec.seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=spec.lr, betas=(0.9, 0.98), weight_decay=spec.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _lr_share(step, spec))
    lengths = np.array([len(row) for row in rows])
    recent: deque[float] = deque(maxlen=100)
    started = time.monotonic()
    model.train()
    batches = itertools.islice(length_batches(lengths, spec.batch_size, rng), spec.steps)
    for step, chosen in enumerate(batches, start=1):
        loss = mlm_loss(model, mask_tokens([rows[i] for i in chosen], vocabulary, rng))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        recent.append(loss.item())
        if step % 100 == 0:
            per_s = step / (time.monotonic() - started)
            left = f"{per_s:.2f} steps/s, {(spec.steps - step) / per_s:.0f} s left"
            tell(f"step {step}/{spec.steps} loss {np.mean(recent):.3f} {left}")
    return float(np.mean(recent))


def _lr_share(step: int, spec: BaseSpec) -> float:
    """Share of the full learning rate: up in a straight line, down along a cosine to 0."""
    if step < spec.lr_warmup_steps:
        return (step + 1) / spec.lr_warmup_steps
    done = (step - spec.lr_warmup_steps) / max(1, spec.steps - spec.lr_warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _held_out_loss(
    model: XLMRobertaForMaskedLM,
    tokenizer: PreTrainedTokenizerFast,
    lines: Sequence[str],
    max_tokens: int,
) -> float:
    """Mean loss at 15 % of the tokens, the same ones every time."""
    import torch

    rows = _rows(tokenizer, lines, max_tokens)
    model.eval()
    with torch.inference_mode():
        batch = mask_tokens(rows, _vocabulary(tokenizer), np.random.default_rng(0))
        return float(mlm_loss(model, batch))


def _all_lines(lines: Lines) -> list[str]:
    """The lines of all languages, in alphabetical order of the languages."""
    return [line for lang in sorted(lines) for line in lines[lang]]


def _rows(
    tokenizer: PreTrainedTokenizerFast, lines: Sequence[str], max_tokens: int
) -> list[list[int]]:
    return list(tokenizer(list(lines), truncation=True, max_length=max_tokens)["input_ids"])


def _vocabulary(tokenizer: PreTrainedTokenizerFast) -> Vocabulary:
    pad_id, mask_id = tokenizer.pad_token_id, tokenizer.mask_token_id
    return Vocabulary(pad_id, mask_id, n_special=len(SPECIAL_TOKENS))


def _save(
    out_dir: Path,
    model: XLMRobertaForMaskedLM,
    tokenizer: PreTrainedTokenizerFast,
    provenance: Mapping[str, object],
) -> None:
    """Half precision halves the folder; who loads it asks for float32 again."""
    out_dir.mkdir(parents=True, exist_ok=True)
    # fine-tuning sees its few examples many times, so it gets XLM-R's usual dropout
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    model.half().save_pretrained(out_dir)
    tokenizer.save_pretrained(out_dir)
    (out_dir / "provenance.json").write_text(
        json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
    )
