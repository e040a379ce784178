"""Pretraining a tiny base: its tokenizer, its masking, the whole run."""

import json
import math

import numpy as np
import pytest
import torch

from mslt_core.data import cldr
from mslt_core.models.masking import (
    IGNORED,
    Vocabulary,
    length_batches,
    mask_tokens,
    mlm_loss,
)
from mslt_core.models.pieces import MASK, SPECIAL_TOKENS, train_tokenizer
from mslt_core.models.pretrain import BaseSpec, new_model, pretrain_base

LANGS = ("ar", "en", "hi", "ko", "th", "zh")
VOCAB_SIZE = 1200
VOCABULARY = Vocabulary(pad_id=1, mask_id=99, n_special=4)
TINY = {"vocab_size": VOCAB_SIZE, "hidden_size": 32, "n_layers": 2, "n_heads": 2, "batch_size": 16}


@pytest.fixture(scope="module")
def lines():
    return {lang: cldr.pretraining_lines(lang, 150) for lang in LANGS}


@pytest.fixture(scope="module")
def tokenizer(lines):
    return train_tokenizer([line for lang in LANGS for line in lines[lang]], VOCAB_SIZE)


def run(out_dir, lines, **changes):
    """A run of ten steps on the tiny encoder."""
    spec = BaseSpec(**{"steps": 10, "lr_warmup_steps": 3, **TINY, **changes})
    told = []
    kept = {lang: found[:120] for lang, found in lines.items()}
    held_out = {lang: found[120:] for lang, found in lines.items()}
    provenance = pretrain_base(
        out_dir, kept, spec, held_out=held_out, made_by={"command": "here"}, report=told.append
    )
    return provenance, told


@pytest.fixture(scope="module")
def base(tmp_path_factory, lines):
    out_dir = tmp_path_factory.mktemp("base")
    provenance, told = run(out_dir, lines)
    return out_dir, provenance, told


def test_special_tokens_stand_where_xlmr_has_them(tokenizer):
    assert tuple(tokenizer.convert_ids_to_tokens([0, 1, 2, 3])) == SPECIAL_TOKENS
    assert tokenizer.mask_token_id == len(tokenizer) - 1
    ids = tokenizer("Kenya", "Japan")["input_ids"]
    assert [ids[0], ids[-1], ids.count(2)] == [0, 2, 3]  # <s> a </s> </s> b </s>
    assert len(tokenizer) <= VOCAB_SIZE


def test_frequent_words_are_one_piece(tokenizer):
    """The library's own Unigram trainer makes no piece of a word that begins no other word."""
    assert tokenizer.tokenize("and") == ["▁and"]
    assert tokenizer.tokenize("또는") == ["▁또는"]


def test_splits_by_hand(tokenizer):
    # digits, punctuation and characters of unspaced scripts stand alone and carry no "▁"
    assert tokenizer.tokenize("12日, 3")[:5] == ["1", "2", "日", ",", "3"]
    assert tokenizer.tokenize("and12and") == ["▁and", "1", "2", "▁and"]


@pytest.mark.parametrize("lang", LANGS)
def test_a_text_and_its_words_give_the_same_ids(tokenizer, lang):
    """A token task feeds words where pretraining fed text: the encoder sees no difference."""
    phrases = cldr.phrases("dev", lang, 60)
    # "KES" is one token a letter in Chinese and Thai, but a word in their text
    plain = [p for p in phrases if lang not in cldr.UNSPACED_LANGS or not _has_latin_word(p.text)]
    assert len(plain) > 40
    for phrase in plain:
        words = tokenizer(list(phrase.tokens), is_split_into_words=True)
        assert words["input_ids"] == tokenizer(phrase.text)["input_ids"]
        assert {i for i in words.word_ids() if i is not None} == set(range(len(phrase.tokens)))


def _has_latin_word(text):
    return any(char.isascii() and char.isalpha() for char in text)


@pytest.mark.parametrize("lang", LANGS)
def test_no_character_of_the_text_is_unknown(tokenizer, lines, lang):
    assert all(tokenizer.unk_token_id not in ids for ids in tokenizer(lines[lang])["input_ids"])


def test_same_lines_same_tokenizer(tokenizer, lines):
    again = train_tokenizer([line for lang in LANGS for line in lines[lang]], VOCAB_SIZE)
    assert again.backend_tokenizer.to_str() == tokenizer.backend_tokenizer.to_str()


def test_masking_by_hand():
    rows = [[0, *range(10, 60), 2], [0, 70, 2]]
    batch = mask_tokens(rows, VOCABULARY, np.random.default_rng(0))
    assert batch.input_ids.shape == batch.labels.shape == (2, 52)
    assert batch.attention_mask.sum(axis=1).tolist() == [52, 3]
    original = np.full((2, 52), 1)
    original[0], original[1, :3] = rows[0], rows[1]
    hidden = batch.labels != IGNORED
    # what is hidden is told by the label, what is not hidden is as it was
    assert (batch.labels[hidden] == original[hidden]).all()
    assert (batch.input_ids[~hidden] == original[~hidden]).all()
    assert not hidden[original < VOCABULARY.n_special].any()


def test_masking_hides_bert_shares():
    rows = [list(range(4, 99))] * 2000
    batch = mask_tokens(rows, VOCABULARY, np.random.default_rng(1))
    hidden = batch.labels != IGNORED
    n = batch.labels.size  # 190 000: the shares' standard errors are below 0.003
    assert hidden.sum() / n == pytest.approx(0.15, abs=0.01)
    masked = batch.input_ids[hidden] == VOCABULARY.mask_id
    kept = batch.input_ids[hidden] == batch.labels[hidden]
    assert masked.mean() == pytest.approx(0.8, abs=0.01)
    assert kept.mean() == pytest.approx(0.1 + 0.1 / 95, abs=0.01)  # a random piece may be the same
    assert batch.input_ids[hidden].min() >= VOCABULARY.n_special


def test_batches_visit_every_row_once_an_epoch():
    lengths = np.random.default_rng(0).integers(3, 40, size=64)
    batches = length_batches(lengths, 8, np.random.default_rng(0))
    epoch = [next(batches) for _ in range(8)]
    assert sorted(np.concatenate(epoch)) == list(range(64))
    assert sorted(np.concatenate([next(batches) for _ in range(8)])) == list(range(64))
    # like lengths together: eight batches in a row of lengths 3 to 39 span 5 each at most or so
    spread = [np.ptp(lengths[rows]) for rows in epoch]
    assert max(spread) < 15


def test_batches_say_what_is_wrong():
    with pytest.raises(ValueError, match="a batch takes 8 rows, got 5 in all"):
        next(length_batches(np.ones(5, dtype=np.int64), 8, np.random.default_rng(0)))


def test_loss_is_the_models_own():
    """Oracle: transformers' loss over all positions' logits."""
    torch.manual_seed(0)
    model = new_model(100, BaseSpec(steps=1, hidden_size=32, n_layers=2, n_heads=2)).eval()
    rows = [[0, *range(10, 60), 2], [0, 70, 71, 72, 2]]
    batch = mask_tokens(rows, VOCABULARY, np.random.default_rng(0))
    tensors = {name: torch.from_numpy(value) for name, value in vars(batch).items()}
    with torch.inference_mode():
        theirs = model(**tensors).loss
        torch.testing.assert_close(mlm_loss(model, batch), theirs)


def test_saves_a_whole_checkpoint(base):
    out_dir, provenance, _ = base
    assert {path.name for path in out_dir.iterdir()} >= {
        *("model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"),
        "provenance.json",
    }
    assert json.loads((out_dir / "provenance.json").read_text()) == provenance
    assert provenance["command"] == "here"
    assert {"train_loss", "held_out_loss", "elapsed_s", "date", "python"} <= set(provenance)
    assert provenance["spec"]["steps"] == 10
    assert provenance["lines_per_lang"] == dict.fromkeys(LANGS, 120)
    assert set(provenance["held_out_loss_by_lang"]) == set(LANGS)
    assert set(provenance["versions"]) == {"torch", "transformers", "tokenizers", "babel"}


def test_loads_as_xlmr(base, tokenizer):
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    out_dir, _, _ = base
    loaded = AutoTokenizer.from_pretrained(out_dir)
    text = "in 12 days, 日本 e ไทย"
    assert loaded(text)["input_ids"][0] == tokenizer.bos_token_id
    assert loaded.mask_token == MASK
    assert loaded.tokenize("12日")[:2] == ["1", "2"]  # the normaliser and splitter came back
    model = AutoModelForTokenClassification.from_pretrained(
        out_dir, num_labels=13, dtype=torch.float32
    )
    assert model.config.model_type == "xlm-roberta"
    assert model.config.hidden_dropout_prob == 0.1
    with torch.inference_mode():
        logits = model(**loaded(text, return_tensors="pt")).logits
    assert logits.shape[-1] == 13
    assert torch.isfinite(logits).all()


def test_weights_are_half_precision_and_tied_once(base):
    from safetensors.torch import load_file

    out_dir, provenance, _ = base
    weights = load_file(out_dir / "model.safetensors")
    assert {value.dtype for value in weights.values()} == {torch.float16}
    assert sum(value.numel() for value in weights.values()) == provenance["n_parameters"]


def test_same_seed_same_weights_another_seed_others(base, lines, tmp_path):
    out_dir, provenance, _ = base
    again, _ = run(tmp_path / "again", lines)
    other, _ = run(tmp_path / "other", lines, seed=1)
    saved = [(d / "model.safetensors").read_bytes() for d in (out_dir, tmp_path / "again")]
    assert saved[0] == saved[1]
    assert again["held_out_loss_by_lang"] == provenance["held_out_loss_by_lang"]
    assert other["held_out_loss"] != provenance["held_out_loss"]


def test_loss_falls(base, lines, tmp_path):
    _, before, _ = base
    # at first every piece is as likely as any other: ln(1200) = 7.09 nats
    assert before["held_out_loss"] == pytest.approx(math.log(VOCAB_SIZE), abs=0.5)
    after, told = run(tmp_path, lines, steps=100, lr=5e-3, batch_size=8)
    assert after["held_out_loss"] < before["held_out_loss"] - 1.0
    assert told[-1].startswith("step 100/100 loss ")


def test_shipped_size_is_within_the_limit():
    """1.5 to 2 M parameters: at two bytes each, the weights stay below 4 MB."""
    model = new_model(6500, BaseSpec(steps=1))
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    assert 1_500_000 <= n_parameters <= 2_000_000
