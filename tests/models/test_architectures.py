"""Encoders of other families: every kind of task, every way to train, and the maps after it."""

import json
import shutil

import numpy as np
import pytest
import torch
import transformers

from mslt_core.models import completeness, config, feeding, screening
from mslt_core.models.embed import embed
from mslt_core.models.finetune import finetune, save_model
from mslt_core.models.load import load_encoder, load_with_head
from mslt_core.models.predict import predict
from mslt_core.spec.sentences import ChoiceItem, LabelledText, QuestionItem
from tests.models.toy import SPEC

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 130,
}
T5 = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2}
DISTIL = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": 130}
DEBERTA = {**SMALL, "relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
MODELS = {
    "bert": ("BertForMaskedLM", "BertConfig", SMALL),  # mBERT, Multilingual MiniLM
    "deberta": ("DebertaV2ForMaskedLM", "DebertaV2Config", DEBERTA),  # mDeBERTa
    "distilbert": ("DistilBertForMaskedLM", "DistilBertConfig", DISTIL),
    "mt5": ("MT5ForConditionalGeneration", "MT5Config", T5),
}
TWO_SEGMENTS = {"bert", "deberta"}
KINDS = ("tagging", "classification", "choice", "questions")


@pytest.fixture(scope="module")
def checkpoint(tiny_tokenizer, tmp_path_factory):
    """Makes a tiny checkpoint of a family, once."""
    made = {}

    def make(family):
        if family not in made:
            model, of_config, fields = MODELS[family]
            ids = {"pad_token_id": 1, "eos_token_id": 2}
            with torch.random.fork_rng():
                torch.manual_seed(0)
                filled = getattr(transformers, of_config)(
                    vocab_size=len(tiny_tokenizer), **fields, **ids
                )
                folder = tmp_path_factory.mktemp("checkpoints") / family
                getattr(transformers, model)(filled).save_pretrained(folder)
            tiny_tokenizer.save_pretrained(folder)
            told = json.loads((folder / "tokenizer_config.json").read_text())
            names = ["input_ids", "token_type_ids", "attention_mask"]
            told["model_input_names"] = names if family in TWO_SEGMENTS else names[::2]
            (folder / "tokenizer_config.json").write_text(json.dumps(told))
            made[family] = folder
        return made[family]

    return make


@pytest.fixture
def rows(tagged_rows):
    def made(kind):
        if kind == "tagging":
            return tagged_rows("en", 8)
        if kind == "classification":
            return [
                LabelledText(row_id=str(i), text="went home", pair="old house", label=i % 2)
                for i in range(8)
            ]
        if kind == "choice":
            choices = ("Mary house", "London home to see the house")
            return [
                ChoiceItem(row_id=str(i), premise="went", choices=choices, label=i % 2)
                for i in range(8)
            ]
        return [
            QuestionItem(
                row_id=str(i), question="who", context="went Mary", answers=("Mary",), starts=(5,)
            )
            for i in range(8)
        ]

    return made


def train(folder, kind, rows, labels, place, *, report=lambda _: None, **changes):
    names = {"tagging": labels, "classification": ("a", "b")}.get(kind, ())
    return finetune(
        SPEC.but(**changes),
        checkpoint=folder,
        kind=kind,
        labels=names,
        rows={"en": rows},
        folder=place,
        report=report,
        should_stop=lambda: False,
    )


@pytest.mark.parametrize("family", MODELS)
def test_parts_of_a_batch_add_up_to_it(family, checkpoint, rows, labels, tmp_path, monkeypatch):
    folder = shutil.copytree(checkpoint(family), tmp_path / "steady")
    fields = json.loads((folder / "config.json").read_text())
    steady = {name: 0.0 for name in fields if "dropout" in name and fields[name]}
    (folder / "config.json").write_text(json.dumps(fields | steady))
    found = []
    for n_parts in (1, 3):
        monkeypatch.setattr(feeding, "PARTS", n_parts)
        points = []
        place = tmp_path / f"{n_parts}"
        train(folder, "tagging", rows("tagging"), labels, place, report=points.append, steps=4)
        found.append([(point.loss, point.grad_norm) for point in points])
    np.testing.assert_allclose(*found, rtol=2e-4)


@pytest.mark.parametrize("family", MODELS)
def test_it_is_known_to_be_whole(family, checkpoint):
    folder = checkpoint(family)
    screening.screen(folder)
    completeness.require_whole(folder)
    assert config.n_layers(folder) == 2
    assert config.hidden_size(folder) == 32
    hidden = load_encoder(folder)(
        input_ids=torch.arange(5, 15).reshape(1, -1), output_hidden_states=True
    ).hidden_states
    assert [h.shape for h in hidden] == [(1, 10, 32)] * 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", MODELS)
def test_every_kind_of_task(family, kind, checkpoint, rows, labels, tmp_path):
    folder, data = checkpoint(family), rows(kind)
    tuned = train(folder, kind, data, labels, tmp_path / "run")
    before = predict(kind, tuned.model, tuned.tokenizer, data, max_length=64)
    assert len(before.tags if kind == "tagging" else before) == len(data)
    save_model(tuned, tmp_path / "saved")
    # what was trained is what the maps are made of
    trained = load_encoder(tmp_path / "saved").state_dict()
    at_first = load_encoder(folder).state_dict()
    assert trained.keys() == at_first.keys()
    assert not all(torch.equal(trained[name], at_first[name]) for name in at_first)


@pytest.mark.slow
@pytest.mark.parametrize("tune", ["lora", "head"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", MODELS)
def test_less_than_all_weights(family, kind, tune, checkpoint, rows, labels, tmp_path):
    folder, data = checkpoint(family), rows(kind)
    tuned = train(folder, kind, data, labels, tmp_path / "run", tune=tune)
    trained = {name for name, p in tuned.model.named_parameters() if p.requires_grad}
    encoder = load_encoder(folder)
    assert sum(p.numel() for p in tuned.model.parameters() if p.requires_grad) < sum(
        p.numel() for p in encoder.parameters()
    )
    assert any("lora_" in name for name in trained) == (tune == "lora")
    before = predict(kind, tuned.model, tuned.tokenizer, data, max_length=64)
    save_model(tuned, tmp_path / "saved")
    load_encoder(tmp_path / "saved")
    if kind == "classification":
        again = load_with_head(tmp_path / "saved", kind, ("a", "b"), seed=0)
        # T5 ties its word embeddings, which are stored once
        again.load_state_dict(_saved_weights(tmp_path / "saved"), strict=family != "mt5")
        after = predict(kind, again, tuned.tokenizer, data, max_length=64)
        assert np.array_equal(before, after)


def _saved_weights(folder):
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


def test_of_a_pair_the_second_text_is_marked_where_the_family_wants_it(checkpoint, rows):
    from mslt_core.models.heads import HEADS
    from mslt_core.models.load import load_tokenizer

    for family in ("bert", "mt5"):
        tokenizer = load_tokenizer(checkpoint(family))
        (example, *_) = HEADS["classification"].examples(tokenizer, rows("classification"), 64)
        assert ("token_type_ids" in example.sequences[0]) == (family in TWO_SEGMENTS)


@pytest.mark.parametrize("family", MODELS)
def test_a_probe_s_encoder_has_no_dropout(family, checkpoint):
    from mslt_core.models.tuning import trainable

    model = load_with_head(checkpoint(family), "tagging", ("a", "b"), seed=0)
    probe = trainable(model, SPEC.but(tune="head")).train()
    ids = torch.arange(5, 15).reshape(1, -1)
    first, again = (probe.base_model(input_ids=ids)[0] for _ in range(2))
    assert torch.equal(first, again)


def test_padding_does_not_change_what_t5_s_heads_say(checkpoint, rows):
    folder = checkpoint("mt5")
    from mslt_core.models.load import load_tokenizer

    tokenizer = load_tokenizer(folder)
    model = load_with_head(folder, "classification", ("a", "b"), seed=0).eval()
    text = torch.tensor([[5, 6, 7, 2]])
    padded = torch.tensor([[5, 6, 7, 2, 1, 1, 1]])
    with torch.inference_mode():
        one = model(text, (text != 1).long()).logits
        other = model(padded, (padded != tokenizer.pad_token_id).long()).logits
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("family", MODELS)
def test_the_last_layer_alone_is_the_last_of_all(family, checkpoint, tiny_tokenizer):
    # asked for alone it is the model's output, otherwise the last of its hidden states
    model, texts = load_encoder(checkpoint(family)), ["Mary went home", "York"]
    (alone,) = embed(model, tiny_tokenizer, texts, layers=[2]).layers.values()
    among = embed(model, tiny_tokenizer, texts, layers=[0, 1, 2]).layers
    np.testing.assert_array_equal(alone, among[2])
    assert not np.allclose(among[1], among[2], atol=1e-3)
