"""What the Train page says of a plan that the data cannot fill, before it is started."""

import json
import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs
from mslt_core.data import hub
from mslt_core.data.tasks.splits import SplitTask
from mslt_core.pipeline import PROJECT
from mslt_core.sweep import workers

TIMEOUT_S = 120  # a cold import on a busy machine
TOO_LITTLE = "English (en) has 30 training examples, 31 are wanted."
LOWER = "Lower the budget, or add source languages to share it."


def films(folder, labels):
    """Thirty rows to train on in two languages, six to score."""
    folder.mkdir()
    told = {"kind": "classification", "title": "Films", "labels": labels}
    (folder / "task.yaml").write_text(json.dumps(told))  # JSON is YAML
    for split, n in (("train", 30), ("test", 6)):
        for lang in ("de", "en"):
            rows = [
                {"text": f"{folder.name} {split} {lang} {i}", "label": labels[i % len(labels)]}
                for i in range(n)
            ]
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (folder / f"{split}-{lang}.jsonl").write_text(lines)
    return folder


@pytest.fixture
def open_train(tmp_path, monkeypatch):
    """Train on thirty rows, one source language; whatever else is asked comes with the link."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))
    monkeypatch.setattr(workers, "_staff", lambda *_: None)
    folder = films(tmp_path / "films", ["bad", "good"])
    films(tmp_path / "stars", ["one", "two", "three"])
    films(tmp_path / "more", ["good", "bad"])

    def run(**asked):
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        app.switch_page("pages/train.py")
        query = {"task": "Your own data", "data": str(folder), "sets": "en", **asked}
        for name, value in query.items():
            app.query_params[name] = str(value)
        app.run()
        assert not app.exception
        assert not app.error
        return app

    return run


def warned(app):
    told = "\n".join(f"{warning.title} {warning.value}" for warning in app.warning)
    return re.sub(r"\\(.)", r"\1", told)


def words(app):
    return re.sub(r"\\(.)", r"\1", "\n".join(str(each.value) for each in app.markdown))


def test_a_budget_that_is_larger_than_the_data_is_refused_beside_the_plan(open_train):
    app = open_train(budget=31)
    assert "**1 run**: SSLT(en), 31 examples each" in words(app)
    assert warned(app) == f"{TOO_LITTLE} {LOWER}"
    assert app.button(key="start").disabled
    app.number_input(key="budget").set_value(30).run()
    assert not warned(app)
    assert not app.button(key="start").disabled


def test_a_budget_below_the_number_of_sources(open_train, tmp_path):
    shutil.copy(tmp_path / "films" / "train-en.jsonl", tmp_path / "films" / "train-es.jsonl")
    app = open_train(sets="de,en,es", budget=2)
    assert "2 examples each, 1 step, seed 0, scored on 2 languages" in words(app)
    assert warned(app) == (
        "A budget of 2 examples is smaller than the number of source languages, 3. "
        "Raise the budget or choose fewer languages."
    )


@pytest.mark.parametrize("extent", ["These sets", "A whole sweep"])
def test_a_folder_without_anything_to_score_on(open_train, tmp_path, extent):
    folder = tmp_path / "films"
    for path in folder.glob("test-*"):
        path.unlink()
    app = open_train(budget=30, extent=extent, sets_by="Listed", listed="en")
    assert warned(app) == (
        f"{folder} has no test or dev file to score on. Add test-de.jsonl, for instance."
    )
    assert "scored on" not in words(app)
    start = {"These sets": "start", "A whole sweep": "start_sweep"}[extent]
    assert all(button.disabled for button in app.button if button.key == start)


def test_it_is_the_message_of_the_start(open_train, monkeypatch):
    """A start that was pressed before the files shrank says the same."""
    from pages._shared import cached

    started = []
    monkeypatch.setattr(jobs, "start", lambda *asked: started.append(asked))
    monkeypatch.setattr(cached, "expected_shares", lambda _: {"en": 31})
    app = open_train(budget=31)
    app.button(key="start").click().run()
    assert warned(app) == f"{TOO_LITTLE} {LOWER}"
    assert not started


def test_of_several_sets_each_is_looked_at(open_train):
    # 30 and 30 rows: enough for 31 examples of both together, not of one alone
    app = open_train(sets="de,en", budget=31)
    assert "SSLT(en) and MSLT(de, en)" in words(app)
    assert TOO_LITTLE in warned(app)
    assert app.button(key="start").disabled
    app.toggle(key="beside").set_value(False).run()
    assert not app.warning
    assert not app.button(key="start").disabled


@pytest.mark.parametrize("extent", ["These sets", "A whole sweep"])
def test_a_second_data_set_that_does_not_fit(open_train, tmp_path, extent):
    second = {"eval_task": "Your own data", "budget": 30, "extent": extent}
    second |= {"sets_by": "Listed", "listed": "en"}
    start = {"These sets": "start", "A whole sweep": "start_sweep"}[extent]
    app = open_train(**second, eval_data=tmp_path / "stars")
    assert warned(app) == (
        "What is trained on (own) is classification with bad, good; what is to be scored (own) is "
        "classification with one, two, three. A model can be scored on another data set of the "
        "same kind and labels only."
    )
    assert all(button.disabled for button in app.button if button.key == start)
    app.text_input(key="eval_data").set_value(str(tmp_path / "more")).run()
    assert not warned(app)
    assert not app.button(key=start).disabled


def test_a_sweep_says_it_as_well(open_train):
    asked = {"extent": "A whole sweep", "sets_by": "Listed", "listed": "en\nde, en"}
    app = open_train(**asked, budget=31)
    assert warned(app) == f"{TOO_LITTLE} {LOWER}"
    assert "start_sweep" not in [button.key for button in app.button]
    app.number_input(key="budget").set_value(30).run()
    assert not app.button(key="start_sweep").disabled


def test_rows_are_read_once_whatever_is_asked(open_train, monkeypatch):
    read = []
    rows_of_file = SplitTask._rows
    monkeypatch.setattr(
        SplitTask, "_rows", lambda *told: read.append(told[-1]) or rows_of_file(*told)
    )
    app = open_train(budget=31)
    for budget in (30, 29, 40):
        app.number_input(key="budget").set_value(budget).run()
        assert bool(warned(app)) == (budget > 30)
    app.slider(key="alpha").set_value(0.5).run()
    app.segmented_control(key="extent").set_value("A whole sweep").run()
    # the first language tells, too, whether rows are translations of each other
    assert sorted(read) == ["de", "en"]


def test_no_hub_is_asked_for_a_model_before_the_start(open_train, monkeypatch):
    monkeypatch.setattr(hub, "fetch", lambda *_, **__: pytest.fail("nobody pressed Start"))
    shared = {"alpha": 0.5, "model": "FacebookAI/xlm-roberta-base"}
    app = open_train(budget=30, **shared)
    assert not app.warning
    assert not app.button(key="start").disabled
    assert TOO_LITTLE in warned(open_train(budget=31, **shared))
