"""Rows that a run is not scored on are counted, by reason."""

import pytest

from mslt_core.pipeline import make_train_spec
from mslt_core.pipeline.left_out import not_scored

TOLD = "kind: classification\nlabels: [bad, good]\n"


def rows(*texts):
    return "text\tlabel\n" + "".join(f"{text}\tgood\n" for text in texts)


@pytest.fixture
def folders(tmp_path):
    """What is trained on, and another data set of the same labels."""
    one, other = tmp_path / "one", tmp_path / "other"
    files = {
        one: {"train-en": rows(*"abcdefgh"), "test-de": rows("a", "b", "x", "x", "y")},
        other: {"train-en": rows("p"), "test-de": rows("c", "d", "p", "q", "r")},
    }
    for folder, of in files.items():
        folder.mkdir()
        (folder / "task.yaml").write_text(TOLD)
        for name, text in of.items():
            (folder / f"{name}.tsv").write_text(text)
    return str(one), str(other)


def test_what_a_run_is_not_scored_on_is_told(folders, tiny_checkpoint):
    asked = {"source_langs": ["en"], "budget": 8, "steps": 1, "model": str(tiny_checkpoint)}
    run = make_train_spec(task="own", data=folders[0], **asked)
    told = "2 in training data (de 2), 1 repeated (de 1)"
    assert not_scored(*run) == [f"Not scored of the test rows: {told}."]
    # of another data set also what this one trains on, whatever sample of it is scored
    other = {"eval_task": "own", "eval_data": folders[1], "eval_limit": 1}
    run = make_train_spec(task="own", data=folders[0], **asked, **other)
    told = "1 in training data (de 1), 2 in what own data trains on (de 2)"
    assert not_scored(*run) == [f"Not scored of the test rows: {told}."]


def test_nothing_is_told_of_the_example(tiny_checkpoint):
    asked = {"source_langs": ["en"], "budget": 10, "model": str(tiny_checkpoint)}
    assert not_scored(*make_train_spec(task="cldr-ner", data=None, **asked)) == []
