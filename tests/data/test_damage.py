"""Whatever stands in a file, a task gives whole rows or one error that names the file."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mslt_core.data.tasks import open_task
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import content

WORD = "\t".join(["1", "så", "_", "ADV", *"______"])

FILES = {
    "xnli": ("dev-en.tsv", "a b\tc\tneutral\na b\td\tentailment\n"),
    "pawsx": ("dev-en.tsv", "a b\tc\t0\na b\tNS\t1\n"),
    "sib200": ("en/dev.tsv", "index_id\tcategory\ttext\n7\ttravel\tthe so\n8\tsports\tx\n"),
    "udpos": ("sv_a-ud-dev.conllu", f"# sent_id = 1\n{WORD}\n\n# sent_id = 2\n{WORD}\n\n"),
    "wikiann": ("dev-en.tsv", "New\tB-LOC\nYork\tI-LOC\n\nis\tO\n"),
    "tydiqa": (
        "tydiqa-goldp-v1.1-train/tydiqa.goldp.en.train.json",
        json.dumps(
            {
                "data": [
                    {
                        "paragraphs": [
                            {
                                "context": "a b",
                                "qas": [
                                    {
                                        "id": "1",
                                        "question": "q",
                                        "answers": [{"text": "b", "answer_start": 2}],
                                    }
                                ],
                            }
                        ]
                    }
                ]
            }
        ),
    ),
    "xcopa": (
        "test-en.jsonl",
        '{"premise": "a", "choice1": "b", "choice2": "c", "question": "cause", "label": 1, '
        '"idx": 0}\n',
    ),
}
"""A small file of every task."""

ROWS = {
    "xnli": {"premise": "p", "hypothesis": "h", "label": 1},
    "pawsx": {"id": 3, "sentence1": "a", "sentence2": "b", "label": 1},
    "sib200": {"index_id": 1, "category": "travel", "text": "a"},
    "xcopa": {
        **{"premise": "a", "choice1": "b", "choice2": "c"},
        **{"question": "cause", "label": 1, "idx": 0},
    },
}
"""A row of every task that reads JSON Lines."""

OWN = {
    "tagging": {"tokens": ["a", "b"], "tags": ["O", "A"]},
    "classification": {"text": "a", "label": "O"},
    "choice": {"premise": "p", "choice1": "a", "choice2": "b", "label": 0},
    "questions": {
        "question": "q",
        "context": "a b",
        "answers": {"text": ["b"], "answer_start": [2]},
    },
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "answer_start", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)
quick = settings(
    max_examples=60, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def rows_or_message(name, folder):
    """The rows of the one file in a folder, or what is said against it."""
    try:
        task = open_task(name, folder)
        rows = task.train("en") if task.train_langs else task.evaluation(*task.eval_langs)
    except DataError as e:
        return str(e)
    return [content(row) for row in rows]


def require_whole_or_refused(found, folder):
    if isinstance(found, str):
        assert str(folder) in found or "nothing left to score" in found
    else:
        assert all(isinstance(text, str) for row in found for text in row)


@pytest.mark.parametrize("name", FILES)
@quick
@given(data=st.data())
def test_a_damaged_file_is_read_whole_or_refused_by_name(write_files, name, data):
    path, text = FILES[name]
    original = text.encode()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 4)))
    insert = data.draw(st.binary(max_size=3) | st.sampled_from([b"\t", b"\n", b"\r\n", b'"', b"{"]))
    folder = write_files({path: original[:start] + insert + original[end:]})
    require_whole_or_refused(rows_or_message(name, folder), folder)


@pytest.mark.parametrize("name", ROWS)
@quick
@given(data=st.data())
def test_a_field_of_another_kind_is_read_or_refused(write_files, name, data):
    column = data.draw(st.sampled_from(sorted(ROWS[name])))
    row = {**ROWS[name], column: data.draw(anything)}
    # XCOPA takes one label in all rows for none
    other = {**ROWS[name], "label": 0, "idx": 9}
    folder = write_files({"test-en.jsonl": [other, row]})
    require_whole_or_refused(rows_or_message(name, folder), folder)


@pytest.mark.parametrize("kind", OWN)
@quick
@given(data=st.data())
def test_a_field_of_one_s_own_data_is_read_or_refused(write_files, kind, data):
    labels = "" if kind in {"questions", "choice"} else "labels: [O, A]\n"
    column = data.draw(st.sampled_from(sorted(OWN[kind])))
    row = {**OWN[kind], column: data.draw(anything)}
    folder = write_files(
        {"task.yaml": f"kind: {kind}\ntitle: x\n{labels}", "test-en.jsonl": [row, OWN[kind]]}
    )
    require_whole_or_refused(rows_or_message("own", folder), folder)


@quick
@given(
    st.dictionaries(
        st.sampled_from(["kind", "title", "labels", "columns", "splits", "x"]),
        anything | st.sampled_from(["tagging", "classification", "choice", "questions"]),
    )
)
def test_anything_in_task_yaml_is_understood_or_refused(write_files, given_):
    # JSON is YAML, but for a few characters that JSON escapes
    folder = write_files({"task.yaml": json.dumps(given_) + "\n"})
    found = rows_or_message("own", folder)
    assert isinstance(found, str)
    assert str(folder) in found
