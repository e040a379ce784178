"""WikiANN files: whole or refused; evaluation free of training sentences."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mslt_core.data.tasks.wikiann import LABELS, WikiAnn, read_sentences
from mslt_core.spec.errors import DataError, UnknownLanguageError
from mslt_core.spec.languages import languages

PANX = Path(__file__).parents[2].parent / "shared" / "data" / "panx"

needs_panx = pytest.mark.skipif(not PANX.is_dir(), reason="PAN-X is not beside the project")


def tsv(*sentences: str) -> str:
    """``"Bonn/B-LOC is/O"`` and so on, as a file."""
    lines = [
        "".join(f"{word.replace('/', chr(9))}\n" for word in sentence.split())
        for sentence in sentences
    ]
    return "\n".join(lines)


@pytest.fixture
def folder(tmp_path):
    """Builds a folder from ``{"train-en": text, ...}``."""

    def _folder(**contents: str) -> Path:
        for name, text in contents.items():
            (tmp_path / f"{name.replace('_', '-')}.tsv").write_bytes(text.encode())
        return tmp_path

    return _folder


def tokens(sentences):
    return [" ".join(s.tokens) for s in sentences]


def test_worked_by_hand(folder):
    text = "New\tB-LOC\nYork\tI-LOC\n\n\nhi\tO\n"
    first, second = WikiAnn(folder(train_en=text)).train("en")
    assert first.tokens == ("New", "York")
    assert first.labels == (LABELS.index("B-LOC"), LABELS.index("I-LOC"))
    # the second sentence stands in line 5: two words, two blank lines
    assert (first.row_id, second.row_id) == ("train-en.tsv:1", "train-en.tsv:5")
    assert (second.tokens, second.labels) == (("hi",), (0,))


def test_words_are_taken_literally(folder):
    text = '"\tO\nnan\tB-PER\nNULL\tO\n\u2028\tO\n \tO\n'
    (sentence,) = WikiAnn(folder(train_en=text)).train("en")
    assert sentence.tokens == ('"', "nan", "NULL", "\u2028", " ")


@pytest.mark.parametrize("code", ["no", "nan"])
def test_languages_that_look_like_missing_values(folder, code):
    resource_code = {"nan": "zh-min-nan"}.get(code, code)
    task = WikiAnn(folder(**{f"train-{resource_code}": tsv("a/O")}))
    assert task.train_langs == (code,)
    assert tokens(task.train(code)) == ["a"]


def test_the_language_prefix_is_taken_off_where_every_token_has_it(folder):
    task = WikiAnn(
        folder(train_en=tsv("en:Bonn/B-LOC en:en:x/O", "en:a/O"), train_de=tsv("de:a/O b/O"))
    )
    assert tokens(task.train("en")) == ["Bonn en:x", "a"]
    assert tokens(task.train("de")) == ["de:a b"]


@pytest.mark.parametrize(
    "name", ["en/train.tsv", "train.en.tsv", "en-train.tsv", "en/train-en.tsv"]
)
def test_the_prefix_is_known_however_the_file_is_named(write_files, name):
    task = WikiAnn(write_files({name: tsv("en:Bonn/B-LOC", "en:a/O")}))
    assert tokens(task.train("en")) == ["Bonn", "a"]


def test_a_prefix_that_is_no_language_stays(folder):
    task = WikiAnn(folder(train_en=tsv("qx:a/O", "qx:b/O")))
    assert tokens(task.train("en")) == ["qx:a", "qx:b"]


def test_windows_files_read_the_same(folder):
    text = tsv("a/O b/B-PER", "c/O")
    task = WikiAnn(folder(train_en=text, train_de="\ufeff" + text.replace("\n", "\r\n")))
    assert tokens(task.train("en")) == tokens(task.train("de")) == ["a b", "c"]


def test_evaluation_is_free_of_training_sentences_and_repeats(folder):
    task = WikiAnn(
        folder(
            train_en=tsv("a/O b/O", "c/O", "c/O"),
            train_de=tsv("d/O"),
            dev_en=tsv("a/O", "d/B-LOC", "c/O", "e/O", "a/B-PER", "a/O b/O", "f/O"),
        )
    )
    assert tokens(task.train("en")) == ["a b", "c", "c"]
    # d is in the German training file, c and "a b" in the English one; the second a is a repeat
    assert tokens(task.evaluation("en", None)) == ["a", "e", "f"]
    assert tokens(task.evaluation("en", 2)) == ["a", "e"]
    assert task.evaluation("en", 1)[0].labels == (0,)


def test_a_labelled_test_set_is_preferred_and_one_without_tags_is_not_used(folder):
    task = WikiAnn(
        folder(
            dev_en=tsv("dev/O"),
            test_en="test\nonly\n",
            dev_de=tsv("dev/O"),
            test_de="\n" + tsv("test/O"),
            test_fr=tsv("test/O"),
            test_es="test\n",
        )
    )
    assert task.evaluation_split == {"de": "test", "en": "dev", "fr": "test"}
    assert task.eval_langs == ("de", "en", "fr")
    assert task.train_langs == ()
    assert [tokens(task.evaluation(lang)) for lang in ("de", "en")] == [["test"], ["dev"]]


def test_the_fingerprint_follows_every_file_that_matters(folder):
    base = {"train_en": tsv("a/O"), "train_de": tsv("b/O"), "dev_en": tsv("c/O"), "test_en": "c\n"}
    before = WikiAnn(folder(**base)).fingerprint()
    assert WikiAnn(folder(test_en="d\n")).fingerprint() == before
    for name in ("train_en", "train_de", "dev_en"):
        changed = WikiAnn(folder(**{name: tsv("other/O")})).fingerprint()
        assert changed != before, name
        before = changed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tO\nb\n", r"train-en\.tsv, line 2: 1 columns where token<TAB>tag should be, got 'b'"),
        ("a\tO\nb\tO\tx\n", r"line 2: 3 columns"),
        ("a\tO\n \n", r"line 2: 1 columns"),
        ("a\tB-MISC\n", r"line 1: unknown tag 'B-MISC'; known are O, B-PER"),
        ("a\t\n", r"line 1: unknown tag ''"),
        ("\tO\n", r"line 1: no token before the tag 'O'"),
        ("en:a\tO\nen:\tO\n", r"line 2: no token before the tag 'O'"),
        ("a\tO\nb\tB-OR", r"line 2: the last line has no line end"),
        ("", r"train-en\.tsv is empty"),
        ("\n\n", r"train-en\.tsv has no sentence, only blank lines"),
    ],
)
def test_a_damaged_file_is_refused_whole(folder, text, message):
    task = WikiAnn(folder(train_en=text, dev_de=tsv("a/O")))
    with pytest.raises(DataError, match=message):
        task.train("en")
    # what is scored depends on every training file
    with pytest.raises(DataError, match=message):
        task.evaluation("de", None)


def test_absent_languages_and_folders_are_refused(folder, tmp_path):
    task = WikiAnn(folder(train_en=tsv("a/O"), train_de=tsv("a/O"), dev_ar=tsv("b/O")))
    with pytest.raises(
        DataError, match=r"wikiann has no training data for Thai \(th\) in .*; it has de, en"
    ):
        task.train("th")
    with pytest.raises(DataError, match=r"no labelled evaluation data for German \(de\).*has ar$"):
        task.evaluation("de", None)
    with pytest.raises(UnknownLanguageError, match="use en"):
        task.train("eng")
    with pytest.raises(DataError, match="there is no folder"):
        WikiAnn(tmp_path / "none")


def test_a_folder_of_other_files_is_refused(folder):
    with pytest.raises(DataError, match=r"holds no file of wikiann\. It should hold train-<lang>"):
        WikiAnn(folder(notes="a", train_xx=tsv("a/O"), test_en="a\n"))


def test_the_hub_s_files_read_the_same(folder, write_files):
    rows = [{"tokens": ["New", "York"], "ner_tags": [5, 6]}, {"tokens": ["hi"], "ner_tags": [0]}]
    rows.append({"tokens": [], "ner_tags": []})
    hub = write_files({"en/train-00000-of-00001.parquet": rows, "nan/test.parquet": rows[:1]})
    from_hub = WikiAnn(hub).train("en")
    assert [s.row_id for s in from_hub] == [f"train-00000-of-00001.parquet:{i}" for i in (1, 2)]
    here = WikiAnn(folder(train_de=tsv("New/B-LOC York/I-LOC", "hi/O"))).train("de")
    assert [(s.tokens, s.labels) for s in from_hub] == [(s.tokens, s.labels) for s in here]


def test_tags_may_be_written_out_in_parquet_too(write_files):
    rows = [{"tokens": ["New", "York"], "ner_tags": ["B-LOC", "I-LOC"]}]
    (row,) = WikiAnn(write_files({"en/train.parquet": rows})).train("en")
    assert row.labels == (5, 6)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"tokens": ["a"], "ner_tags": [7]}, "line 1: unknown tag 7; known are 0 to 6"),
        ({"tokens": ["a"], "ner_tags": [0, 0]}, "line 1: as many tags as tokens are needed"),
        ({"tokens": ["a"], "ner_tags": [1.0]}, "line 1: unknown tag 1.0"),
        ({"tokens": ["a"], "ner_tags": ["B-X"]}, "line 1: unknown tag 'B-X'"),
        ({"tokens": ["a"]}, "line 1: no column 'ner_tags'"),
    ],
)
def test_a_damaged_hub_file_is_refused(write_files, row, message):
    task = WikiAnn(write_files({"en/train.parquet": [row]}))
    with pytest.raises(DataError, match=message):
        task.train("en")


@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_mutant_is_read_whole_or_refused_by_name(tmp_path, data):
    original = tsv("New/B-LOC York/I-LOC is/O", "سلام/O", "a/B-PER").encode()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 4)))
    insert = data.draw(st.binary(max_size=3) | st.sampled_from([b"\t", b"\n", b"\r\n", b'"']))
    mutant = original[:start] + insert + original[end:]
    path = tmp_path / "train-en.tsv"
    path.write_bytes(mutant)
    lines = mutant.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    n_words_or_message = _n_words(path)
    assert n_words_or_message == sum(map(bool, lines)) or str(path) in str(n_words_or_message)


def _n_words(path):
    try:
        return sum(len(sentence.tokens) for sentence in read_sentences(path))
    except DataError as e:
        return str(e)


# SOURCE.md of the corpus: duplicates within train, distinct dev sentences that are also in train
COUNTS = {
    "ar": (2295, 1387),
    "de": (1483, 628),
    "en": (366, 257),
    "es": (2181, 1007),
    "fr": (1889, 776),
    "ru": (1203, 567),
    "zh": (1688, 727),
}


@pytest.fixture(scope="module")
def panx():
    return WikiAnn(PANX)


@needs_panx
@pytest.mark.realdata
@pytest.mark.parametrize("lang", COUNTS)
def test_duplicates_of_panx_are_as_published(panx, lang):
    train = [s.tokens for s in panx.train(lang)]
    dev = {s.tokens for s in read_sentences(PANX / f"dev-{lang}.tsv")}
    assert len(train) == 20_000
    assert (len(train) - len(set(train)), len(dev & set(train))) == COUNTS[lang]


@needs_panx
@pytest.mark.realdata
def test_panx_is_scored_on_dev_without_any_training_sentence(panx):
    assert panx.train_langs == tuple(COUNTS)
    assert panx.eval_langs == languages("ar,de,el,en,es,fi,fr,he,id,ja,ko,ru,tr,zh")
    assert set(panx.evaluation_split.values()) == {"dev"}
    trained_on = {s.tokens for lang in COUNTS for s in panx.train(lang)}
    for lang in ("en", "ja"):
        scored = [s.tokens for s in panx.evaluation(lang, None)]
        assert len(scored) == len(set(scored))
        assert not trained_on & set(scored)
        everything = {s.tokens for s in read_sentences(PANX / f"dev-{lang}.tsv")}
        assert set(scored) == everything - trained_on
        assert len(scored) + sum(panx.left_out(lang).values()) == 10_000


@needs_panx
@pytest.mark.realdata
def test_panx_entities_are_as_published(panx):
    # SOURCE.md: 14146 entities in dev-en; in clean BIO an entity is a B- tag
    opening = {i for i, name in enumerate(LABELS) if name.startswith("B-")}
    dev = read_sentences(PANX / "dev-en.tsv")
    ids = np.concatenate([s.labels for s in dev])
    assert np.isin(ids, list(opening)).sum() == 14_146
