"""The user's own data: task.yaml is taken at its word, and told what is wrong with it."""

import pytest

from mslt_core.data import files
from mslt_core.data.tasks import coverage, is_data_of
from mslt_core.data.tasks.own import open_own
from mslt_core.data.tasks.own_yaml import describe_yaml, read_own_task
from mslt_core.spec.errors import DataError

CLASSES = "kind: classification\ntitle: Reviews\nlabels: [bad, good]\n"


def contents(rows):
    return [(row.text, row.pair, row.label) if row.pair else (row.text, row.label) for row in rows]


def test_a_table_a_language(write_files):
    task = open_own(
        write_files(
            {
                "task.yaml": CLASSES + "columns: {text: review, label: stars}\n",
                "train-en.tsv": "review\tstars\nfine\tgood\nso so\tbad\n",
                "de/test.jsonl": [{"review": "gut", "stars": 1}, {"review": "naja", "stars": "0"}],
            }
        )
    )
    assert (task.kind, task.labels) == ("classification", ("bad", "good"))
    assert contents(task.train("en")) == [("fine", 1), ("so so", 0)]
    with pytest.raises(DataError, match=r"line 2: unknown label '0'; task\.yaml knows bad, good"):
        task.evaluation("de")


def test_a_number_is_a_name_where_names_are_numbers(write_files):
    """One star is the label 1, not the second label, and there are no 0 stars."""
    told = "kind: classification\ntitle: R\nlabels: ['1', '2', '3']\n"
    rows = [{"text": "bad", "label": 1}, {"text": "fine", "label": 3}]
    task = open_own(write_files({"task.yaml": told, "train-en.jsonl": rows}))
    assert [row.label for row in task.train("en")] == [0, 2]
    rows = [{"text": "none", "label": 0}]
    task = open_own(write_files({"task.yaml": told, "train-en.jsonl": rows}))
    with pytest.raises(DataError, match="unknown label 0"):
        task.train("en")


@pytest.mark.parametrize("told", ["false, true", "'false', \"true\"", "'False', 'True'"])
def test_true_and_false_are_labels(write_files, told):
    rows = [{"text": "a", "label": True}, {"text": "b", "label": False}]
    files = {"train-en.jsonl": rows, "test-de.parquet": [{"text": "c", "label": True}]}
    task = open_own(
        write_files({"task.yaml": f"kind: classification\ntitle: x\nlabels: [{told}]\n", **files})
    )
    assert contents(task.train("en")) == [("a", 1), ("b", 0)]
    assert contents(task.evaluation("de")) == [("c", 1)]
    with pytest.raises(DataError, match=r"line 1: unknown label true; task\.yaml knows bad, good"):
        open_own(write_files({"task.yaml": CLASSES})).train("en")


def test_a_file_of_several_languages(write_files):
    rows = [
        {"lang": "en", "text": "fine", "label": "good", "item": 1},
        {"lang": "deu", "text": "gut", "label": "good", "item": 1},
        {"lang": "en", "text": "bad", "label": "bad", "item": 2},
    ]
    task = open_own(
        write_files(
            {
                "task.yaml": CLASSES + "columns: {lang: lang, meaning: item}\n",
                "train.jsonl": rows[:1],
                "test.parquet": [rows[1], {**rows[1], "text": "schlecht", "item": 2}],
            }
        )
    )
    assert (task.train_langs, task.eval_langs) == (("en",), ("de",))
    # item 1 is trained on in English
    assert contents(task.evaluation("de")) == [("schlecht", 1)]


def test_meanings_that_are_missing_are_not_one_meaning(write_files):
    rows = [
        {"text": text, "label": 0, "item": item}
        for text, item in zip("abc", (1.0, None, float("nan")), strict=True)
    ]
    told = CLASSES + "columns: {meaning: item}\n"
    task = open_own(write_files({"task.yaml": told, "test-en.parquet": rows}))
    assert [row.meaning for row in task.evaluation("en")] == ["1", "", ""]


def test_numbers_beside_a_missing_one_are_the_same_meanings(write_files):
    """A data frame writes 2 as 2.0 where another row of the column has no number."""
    files = {
        "task.yaml": CLASSES + "columns: {meaning: item}\n",
        "train-en.jsonl": [{"text": "fine", "label": "good", "item": 2}],
        "test-de.tsv": "text\tlabel\titem\ngut\tgood\t2.0\nschlecht\tbad\t3.0\nmies\tbad\t\n",
    }
    task = open_own(write_files(files))
    assert contents(task.evaluation("de")) == [("schlecht", 0), ("mies", 0)]


def test_a_pair_of_texts(write_files):
    task = open_own(
        write_files(
            {
                "task.yaml": CLASSES + "columns: {pair: other}\n",
                "train-en.csv": 'text,other,label\n"a, b",c,good\n',
            }
        )
    )
    assert contents(task.train("en")) == [("a, b", "c", 1)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train-en.conll", "# a comment\nNew\tX\tB-LOC\nYork\tX\tI-LOC\n\n#\tX\tO\n"),
        (
            "train-en.conll",  # as CoNLL-2003 has it
            "-DOCSTART- -X- O O\n\nNew NNP I-NP B-LOC\nYork NNP I-NP I-LOC\n\n# NN I-NP O\n",
        ),
        (
            "train-en.conll",  # as MultiCoNER has it
            "# id f-1\tdomain=en\nNew _ _ B-LOC\nYork _ _ I-LOC\n\n# id f-2\tdomain=en\n# _ _ O\n",
        ),
        ("train-en.conll", "# id f-1 domain=en\nNew _ _ B-LOC\nYork _ _ I-LOC\n\n# _ _ O\n"),
        ("train-en.conll", "# id f-1\tdomain=en\nNew\tB-LOC\nYork\tI-LOC\n\n# f-2\tx\n#\tO\n"),
        ("train-en.conll", "# sent_id = 7 O\n# so it is O\nNew B-LOC\nYork I-LOC\n\n# O\n"),
        ("train-en.txt", "-DOCSTART-\tO\nNew\tB-LOC\nYork\tI-LOC\n\n#\tO\n"),
        ("train-en.txt", "New\tB-LOC\nYork\tI-LOC\n\n#\tO\n"),
        ("train-en.tsv", "New\tB-LOC\nYork\tI-LOC\n\n#\tO\n"),
        ("en/train.tsv", "tokens\ttags\nNew York\tB-LOC I-LOC\n#\tO\n"),
        (
            "train-en.jsonl",
            [
                {"tokens": ["New", "York"], "tags": ["B-LOC", "I-LOC"]},
                {"tokens": ["#"], "tags": [0]},
            ],
        ),
    ],
)
def test_tags_in_any_form(write_files, name, content):
    task = open_own(
        write_files(
            {
                "task.yaml": "kind: tagging\ntitle: Places\nlabels: [O, B-LOC, I-LOC]\n",
                name: content,
            }
        )
    )
    assert [(row.tokens, row.labels) for row in task.train("en")] == [
        (("New", "York"), (1, 2)),
        (("#",), (0,)),
    ]
    counted = coverage(task, count=True)
    assert [found.n_rows for found in counted] == [2]


UNER = """# newdoc id = a
# sent_id = 1
# text = du AP
1-2\tdu\tO
1\tFrom\tB-O\t-\tstephen
2\tPalestinians\tB-OTH\t-\tstephen
3\tAP\tB-ORG\t-\tstephen

1\t#\tO

"""


def test_universal_ner_as_it_is_published(write_files):
    """Its reader too makes OTH and a stray B-O the outside of any entity."""
    told = "kind: tagging\ntitle: N\nlabels: [O, B-ORG]\n"
    place = "UNER_English-EWT/en_ewt-ud-test.iob2"
    task = open_own(write_files({"task.yaml": told, place: UNER}))
    assert [(row.tokens, row.labels) for row in task.evaluation("en")] == [
        (("From", "Palestinians", "AP"), (0, 0, 1)),
        (("#",), (0,)),
    ]
    task = open_own(write_files({place: UNER + "1 a O\n\n"}))
    with pytest.raises(DataError, match=r"line 11: must be number, tab, word, tab and one of"):
        task.evaluation("en")


def test_numbers_in_a_table_without_numbers_are_places_too(write_files):
    task = open_own(
        write_files({"task.yaml": CLASSES, "train-en.tsv": "text\tlabel\na\t1\nb\t0\n"})
    )
    assert contents(task.train("en")) == [("a", 1), ("b", 0)]
    task = open_own(write_files({"train-en.tsv": "text\tlabel\na\t2\n"}))
    with pytest.raises(DataError, match="line 2: unknown label 2"):
        task.train("en")


@pytest.mark.parametrize(
    ("more", "rows", "label"),
    [
        ("", [{"premise": "p", "choice1": "a", "choice2": "b", "label": 1}], 1),
        (
            "labels: ['1', '2']\ncolumns: {choices: [o1, o2], label: answer}\n",
            [{"premise": "p", "o1": "a", "o2": "b", "answer": 1}],
            0,
        ),
        (
            "columns: {choices: options}\n",
            [{"premise": "p", "options": ["a", "b"], "label": 1}],
            1,
        ),
    ],
)
def test_choices_in_columns_or_in_a_list(write_files, more, rows, label):
    task = open_own(
        write_files({"task.yaml": f"kind: choice\ntitle: x\n{more}", "test-en.jsonl": rows})
    )
    (row,) = task.evaluation("en")
    assert (row.premise, row.choices, row.label) == ("p", ("a", "b"), label)


@pytest.mark.parametrize("name", ["test-de.jsonl", "train-en.jsonl"])
def test_another_number_of_choices_is_refused_where_it_stands(write_files, name):
    """Found in a batch or in scoring it would cost the training."""
    rows = [{"premise": f"p{i}", "options": ["a", "b"], "label": 1} for i in range(2)]
    told = "kind: choice\ntitle: x\ncolumns: {choices: options}\n"
    write_files({"task.yaml": told, "train-en.jsonl": rows, "test-de.jsonl": rows})
    odd = {"premise": "q", "options": ["a", "b", "c"], "label": 2}
    task = open_own(write_files({name: [*rows, odd]}))
    why = rf"{name}, line 3: 3 choices, where line 1 of .*\.jsonl has 2; all items need as many"
    with pytest.raises(DataError, match=why):
        task.evaluation("de")


def test_questions_as_on_the_hub(write_files):
    rows = [
        {"question": "q", "context": "a b", "answers": {"text": ["b"], "answer_start": [2]}},
        {"question": "r", "context": "a b", "answers": {"text": [""], "answer_start": [0]}},
    ]
    task = open_own(
        write_files({"task.yaml": "kind: questions\ntitle: x\n", "test-en.parquet": rows})
    )
    (row,) = task.evaluation("en")
    assert (row.question, row.answers, row.starts) == ("q", ("b",), (2,))
    assert task.left_out("en") == {"without an answer": 1}


def test_splits_may_be_called_otherwise(write_files):
    task = open_own(
        write_files(
            {
                "task.yaml": CLASSES + "splits: {test: heldout, train: fit}\n",
                "fit-en.tsv": "text\tlabel\na\tbad\n",
                "valid-en.tsv": "text\tlabel\nb\tbad\n",
                "heldout-de.tsv": "text\tlabel\nc\tbad\n",
                "test-de.tsv": "text\tlabel\nd\tbad\n",
            }
        )
    )
    assert task.evaluation_split == {"de": "test", "en": "dev"}
    assert contents(task.evaluation("de")) == [("c", 0)]


def test_the_fingerprint_follows_what_task_yaml_says(write_files):
    data = {"train-en.tsv": "text\tlabel\na\tbad\n"}
    before = open_own(write_files({"task.yaml": CLASSES, **data})).fingerprint()
    swapped = CLASSES.replace("bad, good", "good, bad")
    assert open_own(write_files({"task.yaml": swapped, **data})).fingerprint() != before
    titled = "# for the paper\n" + CLASSES.replace("Reviews", "Ratings")
    assert open_own(write_files({"task.yaml": titled, **data})).fingerprint() == before


def test_data_is_known_by_the_fingerprint_that_an_earlier_version_gave(write_files):
    folder = write_files({"task.yaml": CLASSES, "train-en.tsv": "text\tlabel\na\tbad\n"})
    task = open_own(folder)
    before = files.fingerprint_all([folder / "task.yaml", folder / "train-en.tsv"], below=folder)
    assert before != task.fingerprint()
    assert is_data_of(task, before)
    assert is_data_of(task, task.fingerprint())
    assert not is_data_of(task, None)
    (folder / "train-en.tsv").write_text("text\tlabel\na\tgood\n")
    assert not is_data_of(open_own(folder), before)


def test_tables_of_tags_may_have_been_read_otherwise_by_an_earlier_version(write_files):
    words = {"train-en.tsv": "tokens\ttags\na\tO\n\nb\tO\n"}
    folder = write_files({"task.yaml": "kind: tagging\nlabels: [O, X]\n", **words})
    before = files.fingerprint_all([folder / "task.yaml", folder / "train-en.tsv"], below=folder)
    assert not is_data_of(open_own(folder), before)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: [\n", r"task\.yaml, line 2: not YAML"),
        ("- kind\n", r"task\.yaml: must hold keys such as kind and labels"),
        ("", r"task\.yaml is empty"),
        ("kind: ner\ntitle: x\n", "kind: must be one of tagging, classification, .* got 'ner'"),
        ("title: x\n", "kind: must be one of tagging.* got None"),
        ("kind: questions\ntitle: 7\n", "title: must be a name for the data, got 7"),
        ("kind: questions\ntitle: x\nlabels: [a, b]\n", "labels: questions have none"),
        ("kind: tagging\ntitle: x\n", "labels: must be a list of two or more, got None"),
        ("kind: tagging\ntitle: x\nlabels: O B\n", "labels: must be a list .* got 'O B'"),
        ("kind: tagging\ntitle: x\nlabels: [B-A, O]\n", "labels: O must come first"),
        ("kind: tagging\ntitle: x\nlabels: [O, B-, I-]\n", "labels: 'B-' has no type behind it"),
        (CLASSES.replace("bad, good", "yes, no"), "labels: YAML takes yes for true or false; put"),
        (
            CLASSES.replace("bad, good", "x, False"),
            "labels: YAML takes False for true or false; pu",
        ),
        (CLASSES.replace("bad, good", "x, 1.5"), "labels: must be text, got 1.5"),
        (CLASSES.replace("bad", "good"), "labels: has one of them twice: good, good"),
        (CLASSES + "colums: {}\n", "task.yaml, colums: no such key; there are kind, title, labels"),
        (CLASSES + "title: y\n", r"task\.yaml, line 4: the key 'title' is there twice"),
        (
            CLASSES + "columns:\n  text: a\n  label: b\n  text: c\n",
            r"task\.yaml, line 7: the key 'text' is there twice",
        ),
        ("[" * 5000, r"task\.yaml: not YAML: .*recursion"),
        (CLASSES + "columns: [text]\n", "columns: must lead from our names to the file's"),
        (CLASSES + "columns: {words: x}\n", "columns.words: classification has text, label, pair"),
        (CLASSES + "columns: {text: 3}\n", "columns.text: must be the name of a column, got 3"),
        ("kind: choice\ntitle: x\ncolumns: {choices: 3}\n", "columns.choices: must name a column"),
        (CLASSES + "splits: {eval: x}\n", "splits.eval: no such split; there are train, dev, test"),
        (CLASSES + "splits: {test: 3}\n", "splits.test: must be how files call it, got 3"),
        (CLASSES + "splits: test\n", "splits: must lead from train, dev or test"),
        (CLASSES.encode() + b"# \xe9\n", r"task\.yaml, line 4: not UTF-8"),
        ("!!python/object/apply:os.system [ls]\n", r"task\.yaml.* not YAML"),
    ],
)
def test_every_mistake_in_task_yaml_is_one_sentence(write_files, text, message):
    folder = write_files({"task.yaml": text})
    with pytest.raises(DataError, match=message) as caught:
        read_own_task(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("task", "name", "rows", "message"),
    [
        (CLASSES, "test-en.jsonl", [{"text": "a"}], "line 1: no column 'label'; there are text"),
        (
            CLASSES + "columns: {lang: lang}\n",
            "test.jsonl",
            [{"text": "a", "label": "bad", "lang": "xx"}],
            "line 1: unknown language 'xx'",
        ),
        (
            "kind: tagging\ntitle: x\nlabels: [O, A]\n",
            "test-en.conll",
            "a\tO\nb\tB\n",
            r"test-en\.conll, line 2: must be word, tab and one of the labels of task\.yaml",
        ),
        (
            "kind: tagging\ntitle: x\nlabels: [O, A]\n",
            "test-en.jsonl",
            [{"tokens": ["a"], "tags": ["O", "A"]}],
            "line 1: as many tags as tokens are needed",
        ),
        (
            "kind: choice\ntitle: x\n",
            "test-en.jsonl",
            [{"premise": "p", "choice1": "a", "choice2": "b", "label": 2}],
            "line 1: unknown label 2",
        ),
        (
            "kind: questions\ntitle: x\n",
            "test-en.tsv",
            "question\tcontext\tanswers\nq\tc\ta\n",
            "line 2: answers must be a list, got 'a'",
        ),
    ],
)
def test_every_mistake_in_a_file_is_told_with_its_line(write_files, task, name, rows, message):
    with pytest.raises(DataError, match=message):
        open_own(write_files({"task.yaml": task, name: rows})).evaluation("en")


def test_a_folder_without_task_yaml_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"has no task\.yaml\. It says what the folder holds"):
        open_own(tmp_path)


@pytest.mark.parametrize(
    ("kind", "labels", "columns", "splits"),
    [
        ("classification", ["no", "yes"], {"text": "review", "lang": "language"}, {}),
        ("tagging", ["O", "B-Ort", "1"], {}, {"dev": "dév"}),
        ("choice", [], {"choices": ["a", "b", "c"]}, {}),
        ("questions", [], {"meaning": "id"}, {"test": "heldout"}),
    ],
)
def test_what_is_described_reads_back(write_files, kind, labels, columns, splits):
    text = describe_yaml(kind, labels, columns, title="Mine: ünïque", splits=splits)
    own = read_own_task(write_files({"task.yaml": text}))
    assert (own.kind, own.title) == (kind, "Mine: ünïque")
    assert own.labels == (tuple(labels) or own.choices)
    assert own.choices == tuple(columns.get("choices", ()))
    assert {ours: own.columns[ours] for ours in columns if ours != "choices"} == {
        ours: theirs for ours, theirs in columns.items() if ours != "choices"
    }
    for ours, theirs in splits.items():
        assert own.split_of[theirs] == ours


def test_a_title_is_not_needed(write_files):
    own = read_own_task(write_files({"task.yaml": "kind: questions\n"}))
    assert own == read_own_task(write_files({"task.yaml": describe_yaml("questions")}))


def test_nothing_wrong_is_described():
    with pytest.raises(DataError, match=r"task\.yaml, labels: must be a list of two or more"):
        describe_yaml("tagging")
