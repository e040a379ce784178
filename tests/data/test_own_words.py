"""A word a line or a sentence a row: tables of tags are never read as what they are not."""

import pytest

from mslt_core.data.tasks import coverage
from mslt_core.data.tasks.own import open_own
from mslt_core.data.tasks.word_lines import seem_words
from mslt_core.spec.errors import DataError

TAGS = "kind: tagging\ntitle: Names\nlabels: [O, B-PER, I-PER]\n"
WORDS = "Anton\tB-PER\nlebt\tO\n\nEr\tO\n\n"
TABLE = "tokens\ttags\nAnton lebt\tB-PER O\nEr\tO\n"
READ = [(("Anton", "lebt"), (1, 0)), (("Er",), (0,))]


def sentences(task, lang="en"):
    return [(row.tokens, row.labels) for row in task.evaluation(lang)]


@pytest.mark.parametrize(
    ("more", "content"),
    [
        ("", WORDS),
        ("", TABLE),
        ("", "tokens\ttags\n" + WORDS),
        ("", "\ufefftokens\ttags\r\n\r\n# a comment\r\n" + WORDS.replace("\n", "\r\n")),
        # by their names, wherever they stand
        ("columns: {tokens: word, tags: ner}\n", "ner\tword\nB-PER\tAnton\nO\tlebt\n\nO\tEr\n\n"),
    ],
)
def test_words_and_sentences_are_told_apart(write_files, more, content):
    task = open_own(write_files({"task.yaml": TAGS + more, "test-en.tsv": content}))
    assert sentences(task) == READ
    assert [one.n_rows for one in coverage(task, count=True)] == [2]


def test_a_word_under_a_header_is_named_by_its_own_line(write_files):
    folder = write_files({"task.yaml": TAGS, "test-en.tsv": "tokens\ttags\n" + WORDS})
    assert [row.row_id for row in open_own(folder).evaluation("en")] == [
        "test-en.tsv:2",
        "test-en.tsv:5",
    ]
    write_files({"test-en.tsv": "tokens\ttags\n" + WORDS + "Er\tO\tx\n"})
    with pytest.raises(DataError, match=r"test-en\.tsv, line 7: must be word, tab and one of"):
        open_own(folder).evaluation("en")


def test_a_word_and_its_tag_are_no_columns(write_files):
    told = TAGS + "columns: {tokens: Anton, tags: B-PER}\n"
    with pytest.raises(DataError, match=r"columns\.tags: 'B-PER' is one of the labels, so it"):
        open_own(write_files({"task.yaml": told, "test-en.tsv": WORDS}))


@pytest.mark.parametrize("other", [TABLE, "tokens\ttags\n" + WORDS])
def test_files_of_two_forms_are_refused_by_name(write_files, other):
    files = {"task.yaml": TAGS, "train-en.tsv": WORDS, "test-de.tsv": other}
    task = open_own(write_files(files))
    with pytest.raises(DataError, match=r"test-de\.tsv has .* under a header, train-en\.tsv a wo"):
        task.train("en")
    # what a name tells is not doubted
    (write_files({"train-fr.conll": WORDS, "test-de.tsv": TABLE}) / "train-en.tsv").unlink()
    task = open_own(
        write_files({"test-de.tsv": TABLE.replace("Anton", "Toni").replace("Er", "Sie")})
    )
    assert (len(task.train("fr")), len(task.evaluation("de"))) == (2, 2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "test-en.tsv",
            "tokens\ttags\nAnton lebt\tB-PER O\n\nEr\tO\n",
            r"test-en\.tsv, line 3: a blank line in a table that has a sentence a row",
        ),
        (
            "test-en.csv",
            "tokens,tags\nAnton,B-PER\nlebt,O\n\nEr,O\n",
            r"test-en\.csv, line 4: a blank line .* save word and tag alone as \.tsv",
        ),
        (
            "test-en.tsv",
            "tokens\ttags\nAnton lebt\tB-PER O\n" + "Er\tO\n" * 19,
            r"test-en\.tsv: 19 of its 20 rows are one word each, and so hardly sentences",
        ),
        (
            "test-en.parquet",
            [{"tokens": f"w{i}", "tags": "O"} for i in range(10)],
            r"test-en\.parquet: 10 of its 10 rows are one word each",
        ),
    ],
)
def test_a_table_of_words_is_refused(write_files, name, content, message):
    task = open_own(write_files({"task.yaml": TAGS, name: content}))
    with pytest.raises(DataError, match=message):
        task.evaluation("en")


def test_words_that_meanings_or_languages_stand_beside_are_no_sentences(write_files):
    told = TAGS + "columns: {meaning: id}\n"
    content = "tokens\ttags\tid\nAnton\tB-PER\t1\n\nlebt\tO\t1\n"
    task = open_own(write_files({"task.yaml": told, "test-en.tsv": content}))
    with pytest.raises(DataError, match=r"test-en\.tsv, line 3: a blank line in a table"):
        task.evaluation("en")


def test_lists_of_one_word_are_sentences(write_files):
    rows = [{"tokens": [f"w{i}"], "tags": ["O"]} for i in range(20)]
    assert len(sentences(open_own(write_files({"task.yaml": TAGS, "test-en.jsonl": rows})))) == 20
    few = "tokens\ttags\n" + "".join(f"w{i}\tO\n" for i in range(9))
    (write_files({"test-en.tsv": few}) / "test-en.jsonl").unlink()
    assert len(sentences(open_own(write_files({})))) == 9


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (WORDS, "without a header"),
        ("# one\n" + WORDS, "without a header"),
        ("Anton\tB-PER\n", "without a header"),
        ("The\tDET\ndog\tNOUN\n\nThe\tDET\ncat\tNOUN\n", "without a header"),
        ("word\tner\n" + WORDS, "under a header"),
        ("word\tner\nAnton\tB-PER\nlebt\tO\n", "under a header"),
        (TABLE, "no"),
        ("text\tlabel\nso good\tgood\n\nso bad\tbad\n", "no"),
        ("text\tlabel\ngood\tgood\nbad\tbad\n", "no"),
        ("de\nen\n\nfr\n", "no"),
        ("", "no"),
    ],
)
def test_words_are_recognised_before_anything_is_said_of_them(content, seen):
    assert seem_words(content.split("\n")) == seen
