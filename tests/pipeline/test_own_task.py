"""Describing data of one's own: looked into, checked by reading it, kept without a loss."""

import json

import pytest

from mslt_core.data import tasks
from mslt_core.pipeline import own_task
from mslt_core.spec.errors import BadInputError, DataError

FIELDS = {
    "kind": "classification",
    "labels": ["bad", "good"],
    "columns": {"text": "review", "label": "stars"},
    "title": "Films",
    "splits": {},
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train-en.tsv").write_text("review\tstars\nfine\tgood\nso so\tbad\n")
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "test.jsonl").write_text('{"review": "gut", "stars": "good"}\n' * 2)
    (tmp_path / "notes.md").write_text("no rows\n")
    return tmp_path


def test_a_folder_looked_into(folder):
    assert own_task.own_files(folder) == ("de/test.jsonl", "train-en.tsv")
    found = own_task.look_into(folder, "train-en.tsv")
    assert found.columns == ("review", "stars")
    assert found.lines == ("review\tstars", "fine\tgood", "so so\tbad")
    assert own_task.look_into(folder, "de/test.jsonl").columns == ("review", "stars")
    with pytest.raises(BadInputError, match=r"\.\./secret is no file"):
        own_task.look_into(folder, "../secret")
    (folder / "train.conll").write_text("Anna\tB-PER\n")
    assert own_task.look_into(folder, "train.conll").columns == ()
    (folder / "dev-en.tsv").write_text("")
    with pytest.raises(DataError, match=r"dev-en\.tsv is empty"):
        own_task.look_into(folder, "dev-en.tsv")


def test_a_word_a_line_is_seen_in_a_table_too(folder):
    words = "Anton\tB-PER\nlebt\tO\n\nEr\tO\n\n"
    (folder / "test-en.tsv").write_text(words)
    (folder / "test-fr.tsv").write_text("word\tner\n" + words)
    seen = [own_task.look_into(folder, f"test-{lang}.tsv") for lang in ("en", "fr")]
    assert [(one.words, one.columns) for one in seen] == [(True, ()), (True, ("word", "ner"))]
    assert not own_task.look_into(folder, "train-en.tsv").words
    assert not own_task.look_into(folder, "de/test.jsonl").words


def test_labels_taken_from_the_files(folder):
    assert own_task.labels_in(folder, "stars") == ("bad", "good")
    (folder / "train.conll").write_text("# one\nAnna\tB-PER\nlebt\tO\n\nIn\tO\nBern\tB-LOC\n")
    (folder / "train-en.tsv").unlink()
    assert own_task.labels_in(folder) == ("O", "B-LOC", "B-PER")
    (folder / "tags.jsonl").write_text('{"tags": ["O", "X"]}\n{"tags": ["A"]}\n')
    assert own_task.labels_in(folder, "tags") == ("O", "A", "X")
    with pytest.raises(DataError, match="x: no labels in any file"):
        own_task.labels_in(folder, "x")
    (folder / "n.csv").write_text("y\n0\n1\n10\n2\n")
    with pytest.raises(DataError, match="the labels are numbers, 0, 1, 2, 10"):
        own_task.labels_in(folder, "y")
    (folder / "n.csv").write_text("y\n" + "".join(f"text {i}\n" for i in range(101)))
    with pytest.raises(DataError, match="101 different values are no labels"):
        own_task.labels_in(folder, "y")


def test_a_line_about_a_sentence_has_no_tag(tmp_path):
    written = "# id f-1\tdomain=en\n#bern _ _ B-LOC\n# _ _ O\n\n# _ _ B-X\n"
    (tmp_path / "train-en.conll").write_text(written)
    assert own_task.labels_in(tmp_path) == ("O", "B-LOC", "B-X")


def test_true_and_false_are_taken_as_they_are_read(tmp_path):
    (tmp_path / "train-en.jsonl").write_text(
        '{"text": "a", "y": true}\n{"text": "b", "y": false}\n'
    )
    labels = own_task.labels_in(tmp_path, "y")
    assert labels == ("false", "true")
    fields = {"kind": "classification", "labels": [*labels], "columns": {"label": "y"}}
    assert own_task.check_own_task(tmp_path, fields).rows == {"en": {"train": 2}}


def test_tags_in_a_cell_are_labels_one_by_one(tmp_path):
    (tmp_path / "train-en.tsv").write_text("words\tner\nin Bern\tO B-LOC\nAnna May\tB-PER I-PER\n")
    assert own_task.labels_in(tmp_path, "ner", "tagging") == ("O", "B-LOC", "B-PER", "I-PER")
    assert own_task.labels_in(tmp_path, "ner") == ("B-PER I-PER", "O B-LOC")


def test_a_tag_without_a_type_is_no_label(tmp_path):
    (tmp_path / "train-en.conll").write_text("Anna\tB-\nlebt\tO\n")
    with pytest.raises(DataError, match=r"train-en\.conll: the tag 'B-' has no type behind it"):
        own_task.labels_in(tmp_path)


def test_labels_of_universal_ner_are_the_third_column(tmp_path):
    written = "# text = a\n1\tAP\tB-ORG\t-\tann\n2\tItalians\tB-OTH\t-\tann\n\n"
    (tmp_path / "test-en.iob2").write_text(written)
    assert own_task.labels_in(tmp_path) == ("O", "B-ORG")


def test_every_row_is_read_before_it_is_kept(folder):
    check = own_task.check_own_task(folder, FIELDS)
    assert check.rows == {"de": {"test": 2}, "en": {"train": 2}}
    assert check.scored == {"de": 1}  # the second one repeats the first
    assert not (folder / "task.yaml").exists()
    own_task.keep_own_task(folder, check.text)
    assert tasks.open_task("own", folder).train_langs == ("en",)
    with (folder / "train-en.tsv").open("a") as file:
        file.write("fine\tgreat\n")
    with pytest.raises(DataError, match=r"train-en\.tsv, line 4: unknown label 'great'"):
        own_task.check_own_task(folder, FIELDS)
    with pytest.raises(DataError, match="no column 'text'; there are review, stars"):
        own_task.check_own_task(folder, FIELDS | {"columns": {"label": "stars"}})


def rows_of(label_of, ids, **more):
    made = ({"text": f"{label_of} {i}", "label": "good", "id": i, **more} for i in ids)
    return "".join(json.dumps(row) + "\n" for row in made)


def test_why_rows_are_not_scored_is_told(tmp_path):
    (tmp_path / "train-en.jsonl").write_text(rows_of("a", range(2)))
    (tmp_path / "test-en.jsonl").write_text(rows_of("a", range(4)) + rows_of("a", range(2, 4)))
    (tmp_path / "test-de.jsonl").write_text(rows_of("a", range(1, 9)))
    fields = {"kind": "classification", "labels": ["bad", "good"]}
    assert own_task.check_own_task(tmp_path, fields).not_scored == (
        "Not scored of the test rows: 3 in training data (en 2, de 1), 2 repeated (en 2).",
    )
    (tmp_path / "test-en.jsonl").write_text(rows_of("b", [7]))
    (tmp_path / "test-de.jsonl").write_text(rows_of("c", [8]))
    assert own_task.check_own_task(tmp_path, fields).not_scored == ()


def test_ids_that_restart_in_each_split_are_suspected(tmp_path):
    (tmp_path / "train-en.jsonl").write_text(rows_of("a", range(2)))
    (tmp_path / "test-de.jsonl").write_text(rows_of("b", range(5)))
    fields = {"kind": "classification", "labels": ["bad", "good"], "columns": {"meaning": "id"}}
    told = own_task.check_own_task(tmp_path, fields).not_scored
    assert told[0] == "Not scored of the test rows: 2 in training data in another language (de 2)."
    assert told[1].startswith("40 % of the test rows in German (de) have the meaning of a training")
    assert "Where ids restart in each split, equal ones are no translations" in told[1]
    (tmp_path / "train-en.jsonl").write_text(rows_of("a", range(1)))
    (tmp_path / "test-de.jsonl").write_text(rows_of("b", range(6)))
    assert len(own_task.check_own_task(tmp_path, fields).not_scored) == 1  # a sixth
    (tmp_path / "test-de.jsonl").write_text(rows_of("b", range(1)))
    with pytest.raises(DataError, match=r"nothing left to score .*ids restart in each split"):
        own_task.check_own_task(tmp_path, fields)


def test_files_that_no_name_places_are_told(folder):
    assert own_task.check_own_task(folder, FIELDS).unread == ()
    (folder / "train-xx.tsv").write_text("text\tstars\na\tgood\n")
    assert own_task.check_own_task(folder, FIELDS).unread == ("train-xx.tsv",)


def test_another_description_is_not_overwritten_unasked(folder):
    text = own_task.own_yaml(FIELDS)
    own_task.keep_own_task(folder, text)
    own_task.keep_own_task(folder, text)  # the same one
    other = own_task.own_yaml(FIELDS | {"title": "Others"})
    with pytest.raises(BadInputError, match=r"has another task\.yaml already"):
        own_task.keep_own_task(folder, other)
    assert own_task.own_task_text(folder) == text
    own_task.keep_own_task(folder, other, replace=True)
    assert own_task.own_task_text(folder) == other
    assert [path.name for path in folder.glob(".*")] == []
