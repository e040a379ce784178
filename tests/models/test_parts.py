"""A batch that is computed in parts of like length is the same batch."""

import json
import shutil

import numpy as np
import pytest
import torch

from mslt_core.models import feeding
from mslt_core.models.batches import balanced_batches
from mslt_core.models.finetune import finetune
from mslt_core.models.heads import HEADS
from mslt_core.models.load import load_tokenizer
from mslt_core.spec.errors import TrainingError
from mslt_core.spec.sentences import LabelledText, TaggedSentence
from tests.models import test_heads, toy

SPEC = toy.SPEC.but(budget=24, steps=6, batch_size=7, learning_rate=1e-3)
LABELS = {"tagging": ("O", "PER"), **test_heads.LABELS}


def tagging(n):
    """Sentences of 1 to 9 words, so that parts differ in how many are labelled."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n):
        words = tuple(rng.choice(test_heads.WORDS, 1 + i % 9).tolist())
        rows.append(
            TaggedSentence(row_id=str(i), tokens=words, labels=tuple(int("o" in w) for w in words))
        )
    return rows


def made(kind):
    return tagging(24) if kind == "tagging" else test_heads.MADE[kind](24)


@pytest.fixture(scope="module")
def without_dropout(tiny_checkpoint, tmp_path_factory):
    """With it, random numbers would fall elsewhere."""
    folder = tmp_path_factory.mktemp("steady") / "tiny"
    shutil.copytree(tiny_checkpoint, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture
def trained(without_dropout, tmp_path, monkeypatch):
    def trained(kind, n_parts, rows=None, *, read=None, **changes):
        """Loss and gradient norm of every step, and the widths of what the model read."""
        widths, points = [], []
        head = type(HEADS[kind])
        batch = head.batch

        def noted(self, examples, *args):
            widths.append(max(example.length for example in examples))
            if read is not None:
                read.append([example.labels.tolist() for example in examples])
            return batch(self, examples, *args)

        with monkeypatch.context() as patched:
            patched.setattr(feeding, "PARTS", n_parts)
            patched.setattr(head, "batch", noted)
            finetune(
                SPEC.but(**changes),
                checkpoint=without_dropout,
                kind=kind,
                labels=LABELS[kind],
                rows={"en": rows or made(kind)},
                folder=tmp_path / f"{n_parts}",
                report=points.append,
                should_stop=lambda: False,
            )
        return np.array([(point.loss, point.grad_norm) for point in points]), widths

    return trained


@pytest.mark.parametrize("kind", ["tagging", "classification", "choice"])
def test_loss_and_gradient_are_those_of_the_whole_batch(trained, kind):
    whole, widths = trained(kind, 1)
    assert len(widths) == SPEC.steps
    for n_parts in (2, 3, 100):
        parted, widths = trained(kind, n_parts)
        assert len(widths) == SPEC.steps * min(n_parts, SPEC.batch_size)
        assert len(set(widths)) > 1
        np.testing.assert_allclose(parted, whole, rtol=2e-4)


def test_a_span_is_chosen_among_all_places_so_that_its_batch_stays_whole(trained):
    _, widths = trained("questions", 2)
    assert len(widths) == SPEC.steps


@pytest.mark.parametrize("tune", ["lora", "head"])
def test_so_they_are_where_few_weights_are_trained(trained, tune, monkeypatch):
    monkeypatch.setattr(torch.nn.Dropout, "forward", lambda _, x: x)  # of LoRA's adapters
    whole, _ = trained("tagging", 1, tune=tune)
    parted, _ = trained("tagging", 3, tune=tune)
    np.testing.assert_allclose(parted, whole, rtol=2e-4)


def test_groups_of_like_length_are_read_whole_and_in_their_order(trained, without_dropout):
    """As earlier versions did it: dropout falls on the same rows, and a resumed run is the same."""
    read = []
    _, widths = trained("tagging", 2, group_by_length=True, read=read)
    assert len(widths) == SPEC.steps
    examples = HEADS["tagging"].examples(load_tokenizer(without_dropout), made("tagging"), 64)
    order = balanced_batches(
        [np.array([e.length for e in examples])], SPEC.steps, SPEC.batch_size, SPEC.seed,
        group_by_length=True,
    )  # fmt: skip
    expected = [[examples[row].labels.tolist() for row in batch] for batch in order]
    assert read == expected


def test_a_part_without_a_label_adds_nothing(trained):
    # the shorter half of each batch is labelled nowhere: its own mean would be 0/0
    rows = [
        TaggedSentence(
            row_id=str(i), tokens=("see",) * n, labels=(-100,) * n if n == 2 else (0, 1, 0, 1, 0)
        )
        for i, n in enumerate([2, 5] * 12)
    ]
    whole, _ = trained("tagging", 1, rows, batch_size=8, budget=24)
    parted, _ = trained("tagging", 100, rows, batch_size=8, budget=24)
    assert np.isfinite(whole).all()
    np.testing.assert_allclose(parted, whole, rtol=2e-4)


def test_texts_of_one_length_are_no_other_batch_either(trained):
    rows = [LabelledText(row_id=str(i), text="see home", pair=None, label=i % 2) for i in range(24)]
    whole, _ = trained("classification", 1, rows)
    parted, widths = trained("classification", 2, rows)
    assert len(set(widths)) == 1
    np.testing.assert_allclose(parted, whole, rtol=2e-4)


def test_a_batch_without_any_label_is_told_as_that(trained):
    rows = [TaggedSentence(row_id=str(i), tokens=("see",), labels=(-100,)) for i in range(24)]
    with pytest.raises(TrainingError, match="no word of the batch at step 1 has a label"):
        trained("tagging", 2, rows)
