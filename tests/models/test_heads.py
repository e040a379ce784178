"""Every kind of task on a tiny model: what goes in, what comes out, that it learns."""

import dataclasses
import itertools

import numpy as np
import pytest
import torch

from mslt_core.models.finetune import finetune, save_model
from mslt_core.models.heads import HEADS, inputs
from mslt_core.models.heads.questions import MAX_QUESTION, windows
from mslt_core.models.load import load_encoder, load_with_head
from mslt_core.models.predict import predict
from mslt_core.spec.errors import CheckpointError, DataError, SpecError
from mslt_core.spec.sentences import ChoiceItem, LabelledText, QuestionItem
from tests.models import toy

SPEC = toy.SPEC.but(budget=64, steps=60, batch_size=16, learning_rate=1e-2)
NAMES, PLACES = ("Mary", "Smith"), ("London", "York")
WORDS = ("went", "home", "to", "see", "the", "old", "house")


def texts(n, seed=0):
    """A few words; one in the middle is a person's or a place's name."""
    rng = np.random.default_rng(seed)
    for i in range(n):
        kind = i % 2
        name = str(rng.choice((NAMES, PLACES)[kind]))
        before, after = (" ".join(rng.choice(WORDS, rng.integers(1, 4))) for _ in range(2))
        yield i, kind, before, name, after


def classification(n, seed=0):
    return [
        LabelledText(row_id=str(i), text=f"{before} {name}", pair=after, label=kind)
        for i, kind, before, name, after in texts(n, seed)
    ]


def choice(n, seed=0):
    """The right choice is the one with a person's name; its place varies."""
    rows = []
    for i, _, before, _, after in texts(n, seed):
        place = (i // 2) % 2
        options = [f"{PLACES[i % 2]} {after}", f"{PLACES[(i + 1) % 2]} {after}"]
        options[place] = f"{NAMES[i % 2]} {after}"
        rows.append(ChoiceItem(row_id=str(i), premise=before, choices=tuple(options), label=place))
    return rows


def questions(n, seed=0):
    rows = []
    for i, kind, before, name, after in texts(n, seed):
        context = f"{before} {name} {after}"
        question = ("see", "to")[kind]
        rows.append(
            QuestionItem(
                row_id=str(i),
                question=question,
                context=context,
                answers=(name,),
                starts=(len(before) + 1,),
            )
        )
    return rows


MADE = {"classification": classification, "choice": choice, "questions": questions}
LABELS = {"classification": ("person", "place"), "choice": (), "questions": ()}


def trained(kind, checkpoint, folder, spec=SPEC, rows=None, **options):
    return finetune(
        spec,
        checkpoint=checkpoint,
        kind=kind,
        labels=LABELS[kind],
        rows={"en": rows or MADE[kind](64)},
        folder=folder,
        report=lambda _: None,
        should_stop=lambda: False,
        **options,
    )


def hits(kind, rows, predicted):
    gold = [row.answers[0] if kind == "questions" else row.label for row in rows]
    return np.mean([g == p for g, p in zip(gold, predicted, strict=True)])


@pytest.mark.parametrize("kind", MADE)
def test_it_learns_and_its_weights_load_again(kind, tiny_checkpoint, tmp_path):
    tuned = trained(kind, tiny_checkpoint, tmp_path / "run")
    rows = MADE[kind](40, seed=7)
    predicted = predict(kind, tuned.model, tuned.tokenizer, rows, max_length=64)
    assert hits(kind, rows, predicted) > 0.85
    save_model(tuned, tmp_path / "saved")
    load_encoder(tmp_path / "saved")  # for the maps
    again = load_with_head(tmp_path / "saved", kind, LABELS[kind], seed=0)
    # the output layer is drawn anew, all else is what was trained
    ours, theirs = tuned.model.state_dict(), again.state_dict()
    equal = [name for name in ours if torch.equal(ours[name], theirs[name])]
    assert len(ours) - len(equal) <= 2
    assert sum(tuned.tokens_seen.values()) > 60 * 16 * 4


@pytest.mark.parametrize("kind", MADE)
def test_predictions_do_not_depend_on_the_batch(kind, tiny_checkpoint, tiny_tokenizer, monkeypatch):
    model = load_with_head(tiny_checkpoint, kind, LABELS[kind], seed=3)
    rows = MADE[kind](12)
    together = list(predict(kind, model, tiny_tokenizer, rows, max_length=64))
    alone = [predict(kind, model, tiny_tokenizer, [row], max_length=64)[0] for row in rows]
    backwards = list(predict(kind, model, tiny_tokenizer, rows[::-1], max_length=64))[::-1]
    monkeypatch.setitem(inputs.MAX_SUBWORDS, "cpu", 40)
    small = list(predict(kind, model, tiny_tokenizer, rows, max_length=64))
    assert together == alone == backwards == small
    assert len(predict(kind, model, tiny_tokenizer, [], max_length=64)) == 0


@pytest.mark.parametrize("kind", MADE)
def test_the_seed_alone_decides_the_new_weights(kind, tiny_checkpoint):
    first, again, other = (
        load_with_head(tiny_checkpoint, kind, LABELS[kind], seed=seed).state_dict()
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    new = [name for name in first if not torch.equal(first[name], other[name])]
    assert new
    assert all(name.startswith(("classifier", "qa_outputs", "roberta.pooler")) for name in new)


def test_pairs_are_read_as_pairs(tiny_tokenizer):
    head = HEADS["classification"]
    pair = LabelledText(row_id="1", text="went home", pair="old house", label=1)
    alone = dataclasses.replace(pair, pair=None)
    of_pair, of_one = (head.examples(tiny_tokenizer, [row], 64)[0] for row in (pair, alone))
    ids = of_pair.sequences[0]["input_ids"].tolist()
    assert ids.count(tiny_tokenizer.sep_token_id) == 3  # <s> A </s> </s> B </s>
    assert of_one.sequences[0]["input_ids"].tolist().count(tiny_tokenizer.sep_token_id) == 1
    assert of_pair.labels.shape == ()
    assert of_pair.labels == 1


def test_of_a_pair_that_is_too_long_the_longer_text_is_cut(tiny_tokenizer):
    row = LabelledText(row_id="1", text="home", pair=" ".join(["house"] * 50), label=0)
    (example,) = HEADS["classification"].examples(tiny_tokenizer, [row], 16)
    assert example.length == 16
    start = tiny_tokenizer("home")["input_ids"]
    assert example.sequences[0]["input_ids"].tolist()[: len(start)] == start


def test_items_with_different_numbers_of_choices_are_refused(tiny_tokenizer):
    one, other = choice(2)
    other = dataclasses.replace(other, choices=(*other.choices, "third"))
    with pytest.raises(DataError, match="2 or 3 choices"):
        HEADS["choice"].examples(tiny_tokenizer, [one, other], 64)


def test_languages_with_different_numbers_of_choices_are_refused(tiny_tokenizer):
    """Two choices of one item and four of another would make up two items of three."""
    one, other = choice(2)
    other = dataclasses.replace(other, choices=(*other.choices, "third", "fourth"))
    head = HEADS["choice"]
    of_both = [
        *head.examples(tiny_tokenizer, [one], 64),
        *head.examples(tiny_tokenizer, [other], 64),
    ]
    with pytest.raises(DataError, match="2 or 4 choices"):
        head.batch(of_both, 1, 1)


def test_longer_than_the_model_can_read_is_refused(tiny_tokenizer):
    for kind, made in MADE.items():
        with pytest.raises(SpecError, match="at most 128"):
            HEADS[kind].examples(tiny_tokenizer, made(2), 129)


# --- windows over long contexts


def long_question(n_words=200, at=150, **fields):
    words = ["house"] * n_words
    words[at] = "London"
    context = " ".join(words)
    start = context.index("London")
    made = {"row_id": "q", "question": "went to", "context": context}
    return QuestionItem(**{**made, "answers": ("London",), "starts": (start,), **fields})


def test_every_word_is_in_a_window_and_neighbours_overlap(tiny_tokenizer):
    row = long_question()
    found = windows(tiny_tokenizer, [row], 64)
    assert len(found) > 3
    seen = [
        {tuple(span) for span in window.offsets.tolist() if span[0] >= 0 and span[1] > span[0]}
        for window in found
    ]
    starts = {start for spans in seen for start, _ in spans}
    assert {i for i in range(len(row.context)) if i == 0 or row.context[i - 1] == " "} <= {
        *starts,
        *(s + 1 for s in starts),
    }
    for left, right in itertools.pairwise(seen):
        assert left & right
    assert all(len(window.sequence["input_ids"]) <= 64 for window in found)


def test_an_answer_cut_by_a_window_is_learnt_only_where_it_is_whole(tiny_tokenizer):
    row = long_question()
    examples = HEADS["questions"].examples(tiny_tokenizer, [row], 64)
    found = windows(tiny_tokenizer, [row], 64)
    whole = [i for i, example in enumerate(examples) if example.labels.any()]
    assert 1 <= len(whole) < len(examples)
    for i in whole:
        first, last = examples[i].labels.tolist()
        start, end = found[i].offsets[first][0], found[i].offsets[last][1]
        assert row.context[start:end].strip() == "London"


def test_the_best_window_wins(tiny_checkpoint, tmp_path):
    """Trained on short contexts, the answer in the last of many windows is found."""
    tuned = trained("questions", tiny_checkpoint, tmp_path / "run")
    rows = [long_question(at=at) for at in (3, 90, 195)]
    assert predict("questions", tuned.model, tuned.tokenizer, rows, max_length=64) == ["London"] * 3


def test_a_long_question_leaves_room_for_the_context(tiny_tokenizer):
    row = long_question(question=" ".join(["went"] * 300))
    found = windows(tiny_tokenizer, [row], 128)
    in_context = [int((window.offsets[:, 0] >= 0).sum()) for window in found]
    assert min(in_context[:-1]) >= 128 - MAX_QUESTION - 5


def test_windows_are_the_same_a_few_rows_at_a_time(tiny_tokenizer, monkeypatch):
    rows = [long_question(n_words=n, at=5) for n in (20, 200, 30, 150, 10)]
    whole = windows(tiny_tokenizer, rows, 64)
    monkeypatch.setattr("mslt_core.models.heads.questions.ROWS_AT_A_TIME", 2)
    few = windows(tiny_tokenizer, rows, 64)
    assert [w.row for w in few] == [w.row for w in whole]
    assert {w.row for w in few} == set(range(5))
    for one, other in zip(few, whole, strict=True):
        assert np.array_equal(one.offsets, other.offsets)
        assert all(np.array_equal(one.sequence[k], other.sequence[k]) for k in other.sequence)
    assert windows(tiny_tokenizer, [], 64) == []


def test_a_head_that_the_architecture_does_not_have_is_refused(tmp_path, tiny_checkpoint):
    import json
    import shutil

    folder = shutil.copytree(tiny_checkpoint, tmp_path / "gpt2")
    config = {"model_type": "gpt2", "vocab_size": 10, "n_embd": 8, "n_layer": 1, "n_head": 1}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="gpt2 has no head for choice tasks"):
        load_with_head(folder, "choice", (), seed=0)
