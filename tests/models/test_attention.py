"""Attention in the way that is fast, and the same whichever way it is computed."""

from types import SimpleNamespace

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import TrainingArguments

from mslt_core.models.attention import attention_for_training
from mslt_core.models.load import load_with_head

# bfloat16 keeps 8 bits (2^-8 = 0.004), and some ten roundings follow one another
RTOL = 0.04


@pytest.fixture
def half_on_cpu(tmp_path):
    return TrainingArguments(output_dir=str(tmp_path), bf16=True, use_cpu=True)


@pytest.fixture
def model(tiny_checkpoint, labels):
    return load_with_head(tiny_checkpoint, "tagging", labels, 0)


@pytest.mark.parametrize(
    ("bf16", "device", "meant"),
    [(True, "cpu", "eager"), (False, "cpu", "sdpa"), (True, "cuda", "sdpa")],
)
def test_only_bfloat16_on_a_cpu_leaves_the_fused_one(model, bf16, device, meant):
    args = SimpleNamespace(bf16=bf16, device=torch.device(device))
    with attention_for_training(model, args) as as_before:
        for _ in range(2):  # points of a learning curve
            with as_before():
                assert model.config._attn_implementation == "sdpa"
            assert model.config._attn_implementation == meant
            assert model.base_model.config._attn_implementation == meant
    assert model.config._attn_implementation == "sdpa"


def test_it_is_put_back_after_an_error(model, half_on_cpu):
    with pytest.raises(KeyboardInterrupt), attention_for_training(model, half_on_cpu):
        raise KeyboardInterrupt
    assert model.config._attn_implementation == "sdpa"


def test_it_reaches_the_model_below_adapters(model, half_on_cpu):
    adapted = get_peft_model(model, LoraConfig(target_modules=["query", "value"]))
    with attention_for_training(adapted, half_on_cpu):
        assert model.config._attn_implementation == "eager"
    assert model.config._attn_implementation == "sdpa"


def test_a_model_without_a_choice_keeps_its_own(model, half_on_cpu):
    model.set_attn_implementation("eager")  # as DeBERTa, which has no other
    with attention_for_training(model, half_on_cpu):
        assert model.config._attn_implementation == "eager"
    assert model.config._attn_implementation == "eager"


def test_loss_and_gradient_are_those_of_float32_under_padding(model, half_on_cpu):
    input_ids = torch.tensor([[0, 7, 8, 9, 10, 2], [0, 11, 2, 1, 1, 1]])
    batch = {
        "input_ids": input_ids,
        "attention_mask": (input_ids != 1).long(),
        "labels": torch.tensor([[-100, 0, 1, 2, 0, -100], [-100, 1, -100, -100, -100, -100]]),
    }
    weight = model.base_model.encoder.layer[0].attention.self.value.weight

    def step(*, half):
        model.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = model(**batch).loss
        loss.backward()
        return loss.item(), weight.grad.clone()

    exact_loss, exact = step(half=False)
    with attention_for_training(model, half_on_cpu):
        loss, gradient = step(half=True)
    assert loss == pytest.approx(exact_loss, rel=RTOL)
    assert (gradient - exact).norm() < RTOL * exact.norm()
