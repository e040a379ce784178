"""The widest batches of a run, by which its share of a GPU is told."""

from types import SimpleNamespace

import pytest

from mslt_core.models import finetune, memory, predict
from mslt_core.models.heads import HEADS, inputs
from mslt_core.models.load import load_tokenizer
from mslt_core.pipeline import make_train_spec, widest
from mslt_core.spec.errors import GpuFullError
from mslt_core.spec.sentences import ChoiceItem, LabelledText, QuestionItem, TaggedSentence

LENGTH = 48
ROWS = {
    "tagging": TaggedSentence(row_id="1", tokens=("a", "b"), labels=(0, 1)),
    "classification": LabelledText(row_id="1", text="a b", label=0),
    "classification of pairs": LabelledText(row_id="1", text="a b", pair="", label=0),
    "choice": ChoiceItem(row_id="1", premise="a", choices=("b c", "d"), label=0),
    "questions": QuestionItem(
        row_id="1", question="who", context="a" * 30, answers=("a",), starts=(0,)
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_every_kind_reach_the_limit(name, tiny_checkpoint):
    row, kind = ROWS[name], name.split(" ")[0]
    tokenizer = load_tokenizer(tiny_checkpoint)

    def longest(of):
        return max(example.length for example in HEADS[kind].examples(tokenizer, [of], LENGTH))

    assert longest(row) < LENGTH
    assert longest(widest.widened(row, LENGTH)) == LENGTH
    if kind == "questions":  # its windows are no more than such a context needs
        wide = widest.widened(row, LENGTH)
        assert wide.question == row.question
        assert len(wide.context) < 2 * widest.LETTERS * LENGTH


@pytest.fixture
def asked(tiny_checkpoint):
    return make_train_spec(
        task="cldr-ner",
        data=None,
        model=str(tiny_checkpoint),
        source_langs=["de", "en"],
        budget=40,
        steps=50,
        batch_size=8,
        max_length=LENGTH,
    )


@pytest.fixture
def seen(monkeypatch):
    """Lengths of what was trained on and scored."""
    found = SimpleNamespace(trained=set(), scored=[], steps=0, batch_size=0)
    real_order, real_predict = finetune.order_of, predict.predict

    def order_of(examples, spec):
        found.trained |= {one.length for of_lang in examples.values() for one in of_lang}
        found.steps, found.batch_size = spec.steps, spec.batch_size
        return real_order(examples, spec)

    def scored(kind, model, tokenizer, rows, *, max_length, precision):
        found.scored += [one.length for one in HEADS[kind].examples(tokenizer, rows, max_length)]
        return real_predict(
            kind, model, tokenizer, rows, max_length=max_length, precision=precision
        )

    monkeypatch.setattr(finetune, "order_of", order_of)
    monkeypatch.setattr(predict, "predict", scored)
    return found


def test_two_steps_and_a_full_batch_to_score(asked, seen, tmp_path, monkeypatch):
    monkeypatch.setitem(inputs.MAX_SUBWORDS, "cpu", 40 * LENGTH + 1)
    widest.run_widest(*asked, tmp_path / "widest")
    assert (seen.steps, seen.batch_size, seen.trained) == (2, 8, {LENGTH})
    assert seen.scored == [LENGTH] * 41, "as many as are scored at a time, and no fewer"


def test_of_several_processes_each_has_its_share(asked, seen, tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "2")
    widest.run_widest(*asked, tmp_path / "widest")
    assert seen.batch_size == 4


def test_what_is_told(asked, tmp_path, monkeypatch):
    """Without a GPU, and on one."""
    done, held = [], (0, 0)
    monkeypatch.setattr(memory, "held", lambda: held)
    monkeypatch.setattr(widest, "release_memory", lambda: done.append("released"))
    assert (widest.gpu_memory(*asked, tmp_path), done) == ((0, 0), [])
    held = (2, 80)

    peaks = iter((3, 1))

    def run_widest(*_):
        nonlocal held
        done.append("widest")
        held = (next(peaks), 80)

    monkeypatch.setattr(widest, "run_widest", run_widest)
    assert widest.gpu_memory(*asked, tmp_path) == (3, 80)
    assert widest.gpu_memory(*asked, tmp_path) == (3, 80), "what was held before it was more"
    assert done == ["released", "widest"] * 2


@pytest.mark.parametrize("shared", [True, False])
def test_a_gpu_without_room_for_the_widest(shared, asked, tmp_path, monkeypatch):
    def full(*_):
        raise GpuFullError("GPU out of memory")

    monkeypatch.setattr(memory, "held", lambda: (3, 80))
    monkeypatch.setattr(memory, "is_shared", lambda: shared)
    monkeypatch.setattr(widest, "run_widest", full)
    if shared:
        with pytest.raises(GpuFullError):
            widest.gpu_memory(*asked, tmp_path)
    else:
        assert widest.gpu_memory(*asked, tmp_path) == (80, 80)
