"""A classifier's last layer computes one vector only, and nothing else changes."""

import contextlib

import pytest
import torch
import transformers
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode

from mslt_core.models import finetune as finetuning
from mslt_core.models.last_layer import last_layer_shortened
from mslt_core.models.predict import predict
from mslt_core.spec.sentences import ChoiceItem, LabelledText
from tests.models import toy

N_LAYERS = 3
FAMILIES = ("Bert", "Roberta", "XLMRoberta")
KINDS = {"classification": "SequenceClassification", "choice": "MultipleChoice"}
ROWS = {
    "classification": [
        LabelledText(row_id="a", text="see the house", pair="to", label=0),
        LabelledText(row_id="b", text="home", pair="the old house to see", label=1),
    ],
    "choice": [
        ChoiceItem(row_id="a", premise="see", choices=("the old house", "home"), label=1),
        ChoiceItem(row_id="b", premise="to the", choices=("see", "old"), label=0),
    ],
}
SPEC = toy.SPEC.but(budget=2, steps=3, batch_size=2, max_length=32)


def built(family, kind, **changes):
    """A model without dropout: with it, random numbers fall elsewhere."""
    config = getattr(transformers, f"{family}Config")(
        **{
            "vocab_size": 40,
            "hidden_size": 32,
            "num_hidden_layers": N_LAYERS,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 40,
            "pad_token_id": 1,
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "initializer_range": 0.2,
            **changes,
        }
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return getattr(transformers, f"{family}For{KINDS[kind]}")(config)


def batch(kind, *, padded=True):
    """Two rows of six sub-words; of the second, three are padding."""
    ids = torch.tensor([[0, 7, 8, 9, 10, 2], [0, 11, 2, 1, 1, 1]])
    if not padded:
        ids = ids[:1].repeat(2, 1) + torch.tensor([[0], [12]])
    mask = (ids != 1).long()
    if kind == "choice":
        ids, mask = torch.stack([ids, ids.flip(0)]), torch.stack([mask, mask.flip(0)])
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([1, 0])}


def step(model, inputs):
    """Logits, the gradient of every weight, and the products' floating-point operations."""
    model.zero_grad()
    with FlopCounterMode(display=False) as counted:
        output = model(**inputs)
        output.loss.backward()
    gradients = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    return output.logits.detach(), gradients, counted.get_total_flops()


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_logits_and_gradients_stay(family, kind, padded, attention):
    model = built(family, kind)
    model.set_attn_implementation(attention)
    inputs = batch(kind, padded=padded)
    logits, gradients, flops = step(model, inputs)
    with last_layer_shortened(model, kind):
        short_logits, short_gradients, fewer = step(model, inputs)
    torch.testing.assert_close(short_logits, logits, rtol=1e-5, atol=1e-6)
    assert short_gradients.keys() == gradients.keys()
    largest = max(gradient.abs().max().item() for gradient in gradients.values())
    for name, gradient in gradients.items():
        torch.testing.assert_close(short_gradients[name], gradient, rtol=1e-4, atol=1e-6 * largest)
    # all but keys and values is computed for one of six sub-words: six products of 32 x 32 in
    # eight, as the middle of the layer is 64 wide
    assert 1 - fewer / flops == pytest.approx(6 / 8 * 5 / 6 / N_LAYERS, rel=0.05)


def test_nothing_is_left_of_it(tmp_path):
    model = built("XLMRoberta", "classification")
    classes = [type(module) for module in model.modules()]
    with last_layer_shortened(model, "classification"):
        assert [type(module) for module in model.modules()] != classes
        model.save_pretrained(tmp_path)
    assert [type(module) for module in model.modules()] == classes
    again = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path)
    assert again.state_dict().keys() == model.state_dict().keys()
    with pytest.raises(KeyboardInterrupt), last_layer_shortened(model, "classification"):
        raise KeyboardInterrupt
    assert [type(module) for module in model.modules()] == classes


def test_scores_asked_in_training_shorten_no_other_layer():
    model = built("XLMRoberta", "classification").eval()
    inputs = batch("classification")
    expected, _, _ = step(model, inputs)
    with last_layer_shortened(model, "classification"):
        _, _, once = step(model, inputs)
        with last_layer_shortened(model, "classification"):
            logits, _, twice = step(model, inputs)
        _, _, after = step(model, inputs)
    assert once == twice == after
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-6)


def test_it_reaches_the_model_below_adapters():
    model = built("XLMRoberta", "classification")
    adapted = get_peft_model(model, LoraConfig(target_modules=["query", "value"]))
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:  # they begin at 0, and would change nothing
            torch.nn.init.normal_(weight, std=0.1)
    inputs = batch("classification")
    logits, gradients, flops = step(adapted, inputs)
    with last_layer_shortened(adapted, "classification"):
        short_logits, short_gradients, fewer = step(adapted, inputs)
    assert fewer < flops
    torch.testing.assert_close(short_logits, logits, rtol=1e-5, atol=1e-6)
    assert any("layer.2.attention.self.query.lora_A" in name for name in gradients)
    for name, gradient in gradients.items():
        torch.testing.assert_close(short_gradients[name], gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (built("XLMRoberta", "classification"), "tagging"),
        (built("XLMRoberta", "classification"), "questions"),
        (built("DebertaV2", "classification"), "classification"),
        (built("Bert", "classification", is_decoder=True), "classification"),
        (built("XLMRobertaXL", "classification"), "classification"),
    ],
    ids=["tagging", "questions", "deberta", "decoder", "xl"],
)
def test_others_keep_what_they_have(model, kind):
    classes = [type(module) for module in model.modules()]
    with last_layer_shortened(model, kind):
        assert [type(module) for module in model.modules()] == classes


@pytest.mark.parametrize("kind", KINDS)
def test_training_and_scoring_take_it_up(
    kind, tiny_checkpoint, tiny_tokenizer, tmp_path, monkeypatch
):
    def trained(folder):
        with FlopCounterMode(display=False) as counted:
            tuned = finetuning.finetune(
                SPEC,
                checkpoint=tiny_checkpoint,
                kind=kind,
                labels=("no", "yes"),
                rows={"en": ROWS[kind]},
                folder=folder,
                report=lambda _: None,
                should_stop=lambda: False,
            )
        return tuned.model, counted.get_total_flops()

    model, flops = trained(tmp_path / "short")
    monkeypatch.setattr(finetuning, "last_layer_shortened", lambda *_: contextlib.nullcontext())
    _, more = trained(tmp_path / "whole")
    assert flops < more

    with FlopCounterMode(display=False) as counted:
        found = predict(kind, model, tiny_tokenizer, ROWS[kind], max_length=32)
    fewer = counted.get_total_flops()
    monkeypatch.setattr(
        "mslt_core.models.predict.last_layer_shortened", lambda *_: contextlib.nullcontext()
    )
    with FlopCounterMode(display=False) as counted:
        expected = predict(kind, model, tiny_tokenizer, ROWS[kind], max_length=32)
    assert found.tolist() == expected.tolist()
    assert fewer < counted.get_total_flops()
