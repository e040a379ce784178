"""One run from its question to its scores, for every kind of task and every way to train."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mslt_core.data import files
from mslt_core.data.tasks.splits import SplitTask
from mslt_core.models import predict
from mslt_core.pipeline import (
    check_data,
    execute_training,
    expected_shares,
    make_train_spec,
    realised,
    run_result,
    training,
    unusual,
)
from mslt_core.pipeline.item_rows import scored_items
from mslt_core.spec.errors import CheckpointError, DataError, MsltError, SpecError, StoreError
from mslt_core.store import Store

NAMES, PLACES = ("Mary", "Smith", "Anna"), ("London", "York", "Berlin")
WORDS = {"en": "went home to see the old house", "de": "gestern ging heute nach Hause und"}


def rows_of(kind, lang, n, start):
    """Rows that can be learnt: a person's or a place's name after some words."""
    words = WORDS.get(lang, WORDS["en"]).split()
    for i in range(start, start + n):
        rng = np.random.default_rng([i, *lang.encode()])
        text = " ".join(rng.choice(words, 1 + i % 5))
        name, other = (NAMES, PLACES)[i % 2][i % 3], (PLACES, NAMES)[i % 2][i % 3]
        row = {"meaning": str(i)}
        if kind == "classification":
            yield row | {"text": f"{text} {name} {i}", "label": ("person", "place")[i % 2]}
        elif kind == "choice":
            choices = {"choice1": f"{name} {i}", "choice2": f"{other} {i}"}
            yield row | {"premise": text, **choices, "label": i % 2}
        elif kind == "questions":
            answers = {"text": [name], "answer_start": [len(text) + 1]}
            yield row | {"question": f"who {i}", "context": f"{text} {name}", "answers": answers}
        else:
            tags = ["O"] * len(text.split()) + [("B-PER", "B-LOC")[i % 2]]
            yield row | {"tokens": [*text.split(), name], "tags": tags}


LABELS = {"classification": ["person", "place"], "tagging": ["O", "B-PER", "B-LOC"]}


@pytest.fixture
def own(tmp_path):
    """Makes a folder with an own task of one kind; Swahili has test items alone."""

    def make(kind, name="own", n_train=40, *, labels=None):
        folder = tmp_path / name
        folder.mkdir()
        told = {"kind": kind, "title": "Names", "columns": {"meaning": "meaning"}}
        if kind in LABELS:
            told["labels"] = labels or LABELS[kind]
        (folder / "task.yaml").write_text(json.dumps(told))  # JSON is YAML
        for split, langs, n, start in (
            ("train", ("de", "en"), n_train, 0),
            ("test", ("de", "en", "sw"), 12, 1000 if name == "own" else 2000),
        ):
            for lang in langs:
                lines = "".join(json.dumps(r) + "\n" for r in rows_of(kind, lang, n, start))
                (folder / f"{split}-{lang}.jsonl").write_text(lines)
        return str(folder)

    return make


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def ask(folder, checkpoint, **changes):
    fields = {
        "task": "own",
        "data": folder,
        "model": str(checkpoint),
        "source_langs": ["de", "en"],
        "budget": 40,
        "steps": 40,
        "learning_rate": 1e-2,
        "max_length": 32,
        **changes,
    }
    return make_train_spec(**fields)


def run(store, spec, where, report=lambda *_: None):
    check_data(spec, where, store)
    store.runs.create(spec, where)
    with store.runs.claim(spec.digest()):
        store.runs.set_state(spec.digest(), "running")
        assert execute_training(store, spec, where, report=report, should_stop=lambda: False)
        store.runs.set_state(spec.digest(), "done")
    return run_result(store, spec.digest())


@pytest.mark.parametrize(
    ("kind", "metrics"),
    [
        ("tagging", ("accuracy", "span_f1")),
        ("classification", ("item_accuracy", "macro_f1")),
        ("choice", ("item_accuracy",)),
        ("questions", ("answer_f1", "exact_match")),
    ],
)
def test_a_run_of_every_kind(kind, metrics, own, store, tiny_checkpoint):
    result = run(store, *ask(own(kind), tiny_checkpoint))
    assert result.info.metrics == metrics
    assert set(result.scores) == {"de", "en", "sw"}
    assert result.info.mean_score == getattr(result.scores["sw"], metrics[0])
    assert np.mean([getattr(s, metrics[0]) for s in result.scores.values()]) > 0.7
    assert result.sampled == {"de": 20, "en": 20}
    # 40 rows of 40 meanings: no meaning was read in two languages
    assert (result.info.spec.rows, result.n_meanings) == ("disjoint", 40)
    kept = store.runs.predictions(result.info.run, "sw")
    assert len(kept["n_tokens"]) == result.scores["sw"].n_items == 12


@pytest.mark.parametrize("targets", [None, ["sw"]])
@pytest.mark.parametrize(
    ("file", "called"),
    [("train-de.jsonl", "test-de.jsonl"), ("en/train.jsonl", "en/test.jsonl")],
)
def test_a_folder_with_training_files_alone_says_what_is_missing(
    own, tiny_checkpoint, targets, file, called
):
    folder = Path(own("classification"))
    for path in [*folder.glob("test-*"), folder / "train-en.jsonl"]:
        path.unlink()
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / "train-de.jsonl").rename(folder / file)
    with pytest.raises(DataError) as refused:
        ask(str(folder), tiny_checkpoint, source_langs=[called[:2]], target_langs=targets)
    assert refused.value.message == f"{folder} has no test or dev file to score on"
    assert refused.value.hint == f"Add {called}, for instance."


def test_parallel_rows_are_half_the_meanings(own, store, tiny_checkpoint):
    asked = ask(own("classification"), tiny_checkpoint, rows="parallel", steps=2)
    assert run(store, *asked).n_meanings == 20


@pytest.mark.parametrize("tune", ["lora", "head"])
def test_less_than_all_weights(tune, own, store, tiny_checkpoint):
    spec, where = ask(own("classification"), tiny_checkpoint, tune=tune, steps=3)
    result = run(store, spec, where)
    assert store.runs.model_folder(result.info.run) is not None
    assert spec.digest() != ask(where.data, tiny_checkpoint, steps=3)[0].digest()


def test_the_learning_curve_and_the_chosen_checkpoint(own, store, tiny_checkpoint):
    asked = ask(
        own("classification"),
        tiny_checkpoint,
        budget=30,
        eval_every=10,
        select="source",
        holdout=10,
    )
    result = run(store, *asked)
    curve = store.runs.curve(result.info.run)
    assert [point.step for point in curve] == [10, 20, 30, 40]
    best = max(curve, key=lambda point: (point.held_out, -point.step))
    assert 0 < best.held_out <= 1
    assert result.scores == best.scores
    assert (result.step_scored, result.last_scores) == (
        (None, None) if best.step == 40 else (best.step, curve[-1].scores)
    )


def test_it_tells_how_far_scoring_is(own, store, tiny_checkpoint):
    told = []
    run(store, *ask(own("tagging"), tiny_checkpoint), report=lambda *far: told.append(far))
    langs = ("de", "en", "sw")
    scoring = [f"scoring {lang}, {i} of 3 languages" for i, lang in enumerate(langs, start=1)]
    assert told[-4:] == [(40, 40, message) for message in (*scoring, training.KEEPING)]


@pytest.fixture
def scorings(monkeypatch):
    """A line for every language that a model was asked about."""
    asked, real = [], predict.predict

    def noted(kind, model, tokenizer, rows, **how):
        asked.append(len(rows))
        return real(kind, model, tokenizer, rows, **how)

    monkeypatch.setattr(predict, "predict", noted)
    return asked


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_last_point_of_a_curve_is_the_runs_score(
    precision, own, store, tiny_checkpoint, scorings
):
    how = {"steps": 6, "eval_every": 4, "precision": precision}
    spec, where = ask(own("tagging"), tiny_checkpoint, **how)
    result = run(store, spec, where)
    assert len(scorings) == 2 * 3, "three targets after steps 4 and 6, and none once more"
    last = store.runs.curve(result.info.run)[-1]
    assert (last.step, last.scores) == (6, result.scores)
    # what was kept of the items is that point's, too: without a curve the weights are the same
    plain = run(store, spec.but(eval_every=None), where)
    assert plain.scores == result.scores
    for lang in spec.target_langs:
        kept, expected = (store.runs.predictions(r.info.run, lang) for r in (result, plain))
        assert all(np.array_equal(kept[name], expected[name]) for name in expected)


def test_the_chosen_weights_are_scored_beside_the_last(
    own, store, tiny_checkpoint, scorings, monkeypatch
):
    held_out = iter((0.5, 0.9, 0.7))
    monkeypatch.setattr(
        training, "_mean_main", lambda scores: next(held_out) if "de" in scores else 0.0
    )
    how = {"steps": 6, "eval_every": 2, "select": "source", "holdout": 10, "budget": 30}
    result = run(store, *ask(own("tagging"), tiny_checkpoint, **how))
    curve = store.runs.curve(result.info.run)
    assert result.step_scored == 4
    assert (result.scores, result.last_scores) == (curve[1].scores, curve[2].scores)
    # three targets and two languages held out at each point, three targets for what was chosen
    assert len(scorings) == 3 * 5 + 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"budget": 100, "rows": "independent"},
        {"budget": 41},  # forty meanings in two languages, each is drawn once
        {"budget": 60, "holdout": 30, "select": "source", "eval_every": 1},
        {"budget": 60, "holdout": 30, "select": "source", "eval_every": 1, "rows": "independent"},
        {"shots": 41, "shot_langs": "de", "source_langs": ["en"], "budget": 60},
        {"shots": 4, "shot_langs": "de"},
        {"source_langs": ["sw"]},
        {"eval_task": "own", "eval_data": "other"},
        {"eval_data": "other"},
        {"data": "gone"},
    ],
)
def test_what_the_data_cannot_give_is_refused_in_the_same_words_without_a_model(
    own, tiny_checkpoint, wrong, tmp_path, monkeypatch
):
    folder = own("classification")
    own("classification", "other", labels=["x", "y"])
    monkeypatch.chdir(tmp_path)
    asked = {"task": "own", "data": folder, "source_langs": ["de", "en"], "budget": 40, **wrong}
    with pytest.raises(MsltError) as at_start:
        make_train_spec(**asked, model=str(tiny_checkpoint))
    with pytest.raises(MsltError) as before:
        expected_shares(**asked)
    assert type(before.value) is type(at_start.value)
    assert (before.value.message, before.value.hint) == (
        at_start.value.message,
        at_start.value.hint,
    )


def test_an_oracle_has_no_examples_of_another_language(own, tiny_checkpoint):
    asked = {"task": "own", "data": own("classification"), "model": str(tiny_checkpoint)}
    asked |= {"source_langs": ["en"], "target_langs": ["en"], "oracle": True, "budget": 20}
    make_train_spec(**asked)
    with pytest.raises(SpecError, match="its own language alone, got 4 examples of de beside en"):
        make_train_spec(**asked, shots=4, shot_langs=("de",))


def test_rows_are_read_once_until_they_change(own, tiny_checkpoint, monkeypatch):
    folder = own("classification")
    read = []
    rows_of_file = SplitTask._rows
    monkeypatch.setattr(
        SplitTask, "_rows", lambda *told: read.append(told[-1]) or rows_of_file(*told)
    )
    asked = {"task": "own", "data": folder, "source_langs": ["de", "en"], "rows": "independent"}
    for budget in (40, 41, 42):
        assert sum(expected_shares(**asked, budget=budget).values()) == budget
        make_train_spec(**asked, budget=budget, model=str(tiny_checkpoint))
    assert sorted(read) == ["de", "en"]
    with open(f"{folder}/train-de.jsonl", "a") as file:
        file.write(json.dumps(next(rows_of("classification", "de", 1, 500))) + "\n")
    # 41 and 40 rows: one each, then 59 shared as 29.86 and 29.14
    assert expected_shares(**asked, budget=61, alpha=1) == {"de": 31, "en": 30}
    assert sorted(read) == ["de", "de", "en", "en"]


def test_few_shot_targets_are_inside_the_budget_and_not_zero_shot(own, store, tiny_checkpoint):
    asked = ask(
        own("classification"), tiny_checkpoint, source_langs=["en"], shots=4, shot_langs="de"
    )
    assert realised(*asked) == {"de": 4, "en": 36}
    result = run(store, *asked)
    assert result.sampled == {"de": 4, "en": 36}
    assert result.info.zero_shot_langs == ("sw",)
    assert result.info.name == "SSLT(en) + 4 de"


def test_another_data_set_is_scored_in_the_labels_of_the_first(own, store, tiny_checkpoint):
    trained, other = (
        own("classification"),
        own("classification", "other", labels=["place", "person"]),
    )
    asked = ask(trained, tiny_checkpoint, eval_task="own", eval_data=other)
    result = run(store, *asked)
    assert result.info.spec.eval_data != result.info.spec.data
    assert np.mean([s.item_accuracy for s in result.scores.values()]) > 0.8


def test_pairs_are_not_scored_by_who_learnt_single_texts(own, store, tiny_checkpoint):
    """A column that was forgotten would give scores all the same, of half of every row."""
    single, pairs = own("classification"), own("classification", "pairs")
    told = Path(pairs, "task.yaml")
    columns = "{text: text, label: label, pair: meaning}"
    told.write_text(
        f"kind: classification\ntitle: Pairs\nlabels: [person, place]\ncolumns: {columns}\n"
    )
    with pytest.raises(SpecError, match=r"\(own\) are a single text each, .* \(own\) pairs"):
        ask(single, tiny_checkpoint, eval_task="own", eval_data=pairs)
    with pytest.raises(SpecError, match=r"\(own\) are pairs of texts, .* \(own\) a single"):
        ask(pairs, tiny_checkpoint, eval_task="own", eval_data=single)


def test_the_names_of_translated_items_are_kept(own, store, tiny_checkpoint):
    result = run(store, *ask(own("classification"), tiny_checkpoint, steps=1))
    kept = store.runs.all_predictions(result.info.run, ["de", "en"])
    assert kept["de"]["item"].tolist() == kept["en"]["item"].tolist()
    assert len(set(kept["de"]["item"].tolist())) == len(kept["de"]["n_correct"])


def test_the_runs_of_a_worker_read_the_data_once(own, store, tiny_checkpoint, monkeypatch):
    folder = own("classification")
    first, second = (ask(folder, tiny_checkpoint, seed=seed) for seed in range(2))
    run(store, *first)

    def read(path):
        raise AssertionError(f"{path} is read again")

    monkeypatch.setattr("mslt_core.data.tables.read_records", read)
    assert run(store, *second).scores.keys() == set(second[0].target_langs)
    for path in Path(folder).glob("train*"):
        path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])
    with pytest.raises(DataError, match="changed since the run was asked for"):
        check_data(*second, store)


def test_a_run_on_own_data_that_an_earlier_version_began_goes_on(own, store, tiny_checkpoint):
    folder = Path(own("classification"))
    spec, where = ask(str(folder), tiny_checkpoint, steps=1)
    # it took task.yaml as it is written for a part of the data
    before = spec.but(data=files.fingerprint_all(folder.iterdir(), below=folder))
    info = run(store, before, where).info
    assert info.spec.data != spec.data
    found = scored_items(info, "sw")
    assert (len(found.rows), found.missing) == (12, "")


def test_what_is_refused_before_a_run_exists(own, store, tiny_checkpoint, tmp_path, monkeypatch):
    folder = own("classification")
    with pytest.raises(DataError, match=r"has 40 training examples, 60 are wanted"):
        ask(folder, tiny_checkpoint, source_langs=["en"], budget=60)
    with pytest.raises(SpecError, match="not the task whose data it is"):
        ask(folder, tiny_checkpoint, eval_data=folder)
    assert (
        ask(folder, tiny_checkpoint, lora_rank=4)[0].digest()
        == ask(folder, tiny_checkpoint)[0].digest()
    )
    with pytest.raises(SpecError, match=r"\(own\) is classification .*\(cldr-ner\) is tagging"):
        ask(folder, tiny_checkpoint, eval_task="cldr-ner")
    copy = shutil.copytree(tiny_checkpoint, tmp_path / "copy")
    spec, where = ask(folder, copy)
    check_data(spec, where, store)
    usage = type("Usage", (), {"free": 1000})
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: usage())
        with pytest.raises(StoreError, match=r"the run needs .* MB, 0\.0 MB are free"):
            check_data(spec, where, store)
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    kept = {k: v for k, v in weights.items() if "layer.1." not in k}
    save_file(kept, copy / "model.safetensors", metadata={"format": "pt"})
    spec, where = ask(folder, copy)
    with pytest.raises(CheckpointError, match="lacks block 1 of 2"):
        check_data(spec, where, store)
    assert store.runs.list() == []


def test_what_is_unusual_asks_the_same_again():
    about = {"task": "cldr-ner", "data": None, "model": "base", "source_langs": ("de", "en")}
    spec, where = make_train_spec(**about, budget=100)
    assert unusual(spec, where) == {}
    # a learning rate ten times as high is LoRA's usual one, and half the batch doubles the steps
    lora, where = make_train_spec(**about, budget=100, tune="lora", lora_rank=4, batch_size=8)
    assert unusual(lora, where) == {"tune": "lora", "lora_rank": 4, "batch_size": 8}
    odd, where = make_train_spec(
        **about, budget=100, steps=7, learning_rate=1e-5, target_langs=("fi",), eval_limit="all",
        max_length=32, precision="bfloat16", shots=10, shot_langs=("tr",), weight_decay=0.0,
        group_by_length=True,
    )  # fmt: skip
    told = unusual(odd, where)
    told["eval_limit"] = "all" if told["eval_limit"] is None else told["eval_limit"]
    assert make_train_spec(**about, budget=100, **told)[0] == odd
