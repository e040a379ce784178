"""The form that says what a folder of one's own data holds."""

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.data import tasks
from mslt_core.data.tasks.own_yaml import read_own_task
from mslt_core.pipeline import PROJECT

TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))
    rows = "".join(f"text {i}\t{('bad', 'good')[i % 2]}\n" for i in range(40))
    data = tmp_path / "films"
    data.mkdir()
    (data / "train-en.tsv").write_text("review\tstars\n" + rows)
    (data / "heldout-sw.tsv").write_text("review\tstars\nnzuri\tgood\n")
    return data


def opened(data):
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/train.py").run()
    for key, value in {"task": "own", "data": str(data)}.items():
        app.session_state[key] = value
        app.run()
    assert not app.exception
    return app


def warnings(app):
    return " ".join(f"{w.title} {w.value}" for w in app.warning).replace("\\", "")


def test_from_files_to_a_task(folder):
    app = opened(folder)
    assert "review → stars" in app.code[0].value
    app.button(key="own_check").click().run()
    assert "labels: must be a list of two or more" in warnings(app)
    app.text_input(key="own_labels").set_value("bad, fine").run()
    app.selectbox(key="own_classification_text").set_value("review")
    app.selectbox(key="own_classification_label").set_value("stars").run()
    app.button(key="own_check").click().run()
    assert "train-en.tsv, line 3: unknown label 'good'" in warnings(app)
    app.text_input(key="own_labels").set_value("bad, good")
    app.text_input(key="own_test").set_value("heldout").run()
    app.button(key="own_check").click().run()
    counts = app.dataframe[0].value
    assert [*counts.columns] == ["language", "train", "scored", "dev", "test"]
    assert dict(zip(counts["language"], counts["scored"], strict=True))["Swahili (sw)"] == "1"
    assert counts["train"].to_list() == ["40", ""]
    app.button(key="own_write").click().run()
    assert "test: heldout" in (folder / "task.yaml").read_text()
    assert not app.exception
    assert "start" in [button.key for button in app.button]  # it can be trained on now


def test_labels_are_taken_from_the_chosen_column(folder):
    app = opened(folder)
    app.selectbox(key="own_classification_label").set_value("stars").run()
    app.button(key="own_take").click().run()
    assert app.text_input(key="own_labels").value == "bad, good"
    app.selectbox(key="own_classification_label").set_value("review").run()
    for name in ("train-en.tsv", "heldout-sw.tsv"):
        (folder / name).write_text("review\tstars\n1\tgood\n")
    app.button(key="own_take").click().run()
    assert "the labels are numbers, 1" in warnings(app)
    assert app.text_input(key="own_labels").value == "bad, good"
    assert not app.exception


def test_tags_in_a_cell_are_taken_one_by_one(folder):
    for name in ("train-en.tsv", "heldout-sw.tsv"):
        (folder / name).write_text("tokens\ttags\nin Bern\tO B-LOC\n")
    app = opened(folder)
    app.selectbox(key="own_kind").set_value("tagging").run()
    app.button(key="own_take").click().run()
    assert app.text_input(key="own_labels").value == "O, B-LOC"


def test_a_word_a_line_needs_no_columns(folder):
    """Its first line is a word and a tag, and no header."""
    (folder / "heldout-sw.tsv").write_text("Juma\tB-PER\nanaishi\tO\n\nMombasa\tO\n\n")
    (folder / "train-en.tsv").write_text("Anton\tB-PER\nMay\tI-PER\n\nHe\tO\n\n")
    app = opened(folder)
    assert app.selectbox(key="own_kind").value == "tagging"
    assert [s.key for s in app.selectbox if s.key.startswith("own_")] == ["own_file", "own_kind"]
    app.button(key="own_take").click().run()
    assert app.text_input(key="own_labels").value == "O, B-PER, I-PER"
    app.text_input(key="own_test").set_value("heldout").run()
    app.button(key="own_check").click().run()
    counts = app.dataframe[0].value
    assert (counts["train"].to_list(), counts["test"].to_list()) == (["2", ""], ["", "2"])
    app.button(key="own_write").click().run()
    assert "columns" not in (folder / "task.yaml").read_text()


THERE = """kind: classification
title: Old
labels: [bad, good]
columns: {text: review, label: stars}
"""


def test_a_description_that_is_there_stays_unless_it_is_confirmed(folder):
    (folder / "task.yaml").write_text(THERE)
    (folder / "test-sw.tsv").write_text("review\tstars\nnzuri\tgood\nnzuri\tgood\n")
    app = opened(folder)
    app.button(key="own_check").click().run()
    told = " ".join(c.value for c in app.caption).replace("\\", "")
    assert "Not scored of the test rows: 1 repeated (sw 1)." in told
    assert "task.yaml in" in told
    (folder / "test-sw.tsv").unlink()
    app.text_input(key="own_test").set_value("heldout").run()
    app.button(key="own_check").click().run()
    assert app.button(key="own_write").disabled
    assert (folder / "task.yaml").read_text() == THERE
    app.checkbox(key="own_replace").check().run()
    app.button(key="own_write").click().run()
    assert tasks.open_task("own", folder).eval_langs == ("sw",)
    assert "title: Old" in (folder / "task.yaml").read_text()  # nothing asks for it


def test_the_form_starts_from_the_description_that_is_there(folder):
    (folder / "task.yaml").write_text(THERE + "splits: {test: heldout}\n")
    app = opened(folder)
    assert app.text_input(key="own_labels").value == "bad, good"
    chosen = [app.selectbox(key=f"own_classification_{one}").value for one in ("text", "label")]
    assert chosen == ["review", "stars"]
    assert app.text_input(key="own_test").value == "heldout"
    assert app.selectbox(key="own_classification_pair").value == ""  # None is shown as no choice
    app.button(key="own_check").click().run()
    assert not [field for field in app.text_input if field.label == "Title"]
    # another folder is not described by it
    other = folder.parent / "words"
    other.mkdir()
    (other / "train-en.tsv").write_text("Anton\tB-PER\nMay\tI-PER\n\nHe\tO\n\n")
    app.text_input(key="data").set_value(str(other)).run()
    assert app.selectbox(key="own_kind").value == "tagging"
    assert (app.text_input(key="own_labels").value, app.text_input(key="own_test").value) == (
        "",
        "",
    )
    assert "labels" not in warnings(app).replace("kind, labels, columns", "")
    app.text_input(key="data").set_value(str(folder)).run()
    assert app.selectbox(key="own_classification_label").value == "stars"
    assert not app.exception


def test_what_the_form_has_no_field_for_stays(folder):
    rows = '{"premise": "p", "options": ["a", "b"], "label": 2}\n'
    (folder / "train-en.jsonl").write_text(rows * 40)
    for name in ("train-en.tsv", "heldout-sw.tsv"):
        (folder / name).unlink()
    there = "kind: choice\nlabels: ['1', '2']\ncolumns: {choices: options}\n"
    (folder / "task.yaml").write_text(there)
    app = opened(folder)
    app.text_input(key="own_dev").set_value("check").run()
    app.button(key="own_check").click().run()
    app.checkbox(key="own_replace").check().run()
    app.button(key="own_write").click().run()
    own = read_own_task(folder)
    assert (own.labels, own.choices, own.split_of["check"]) == (("1", "2"), ("options",), "dev")


def test_data_on_the_hub_brings_its_description(folder, tmp_path, monkeypatch):
    told = "kind: classification\ntitle: x\nlabels: [bad, good]\n"
    (folder / "task.yaml").write_text(told + "columns: {text: review, label: stars}\n")
    monkeypatch.setattr("mslt_core.data.hub.dataset_files", lambda *_, **__: folder)
    app = opened("me/films")
    assert not app.code
    assert "no folder" not in warnings(app)
    assert "start" in [button.key for button in app.button]


def test_outside_of_what_may_be_read_nothing_is_shown(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path / "store"))
    app = opened(folder)
    assert "lies outside the folders that may be read" in warnings(app)
    assert not app.code
