"""Parallel sentences are joined by id, and a damaged treebank is refused with its line."""

import re
from pathlib import Path

import conllu
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.data.parallel import common_ids, open_corpus, read_treebank
from mslt_core.spec.errors import DataError

PUD = Path(__file__).parents[2].parent / "shared" / "data" / "pud"

WORD = "\t".join(["1", "Hej", "hej", "INTJ", "_", "_", "0", "root", "_", "_"])


def sentence(sent_id: str, text: str, word: str = WORD) -> str:
    return f"# sent_id = {sent_id}\n# text = {text}\n{word}\n\n"


TREEBANK = "# newdoc id = n01\n" + sentence("n01", "Hej!") + sentence("w01", "x = y \u2028 #1")
TEXTS = {"n01": "Hej!", "w01": "x = y \u2028 #1"}


@pytest.fixture
def write(tmp_path):
    def _write(content: str | bytes, name: str = "sv_pud-ud-test.conllu") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.fixture
def corpus(write, tmp_path):
    """Swedish and Turkish in folders, in different orders; Czech lacks two sentences."""
    ids = ["n1", "n2", "n3", "w1", "w2"]
    for folder, lang, order in (
        ("UD_Swedish-PUD", "sv", ids),
        ("UD_Turkish-PUD", "tr", ids[::-1]),
        ("UD_Czech-PUD", "cs", ids[2:]),
    ):
        text = "".join(sentence(sent_id, f"{lang} {sent_id}") for sent_id in order)
        write(text, f"{folder}/{lang}_pud-ud-test.conllu")
    return open_corpus(tmp_path)


def test_finds_the_treebanks_of_a_folder(corpus):
    assert corpus.name == "PUD"
    assert corpus.langs == ("cs", "sv", "tr")
    assert corpus.sentences("sv")["n2"] == "sv n2"


def test_finds_bare_files(write, tmp_path):
    write(TREEBANK)
    corpus = open_corpus(str(tmp_path))
    assert corpus.langs == ("sv",)
    assert corpus.sentences("sv") == TEXTS


def test_keeps_each_file_s_order_and_joins_by_id(corpus):
    assert list(corpus.sentences("tr")) == ["w2", "w1", "n3", "n2", "n1"]
    ids = common_ids(corpus, ("sv", "tr"))
    assert ids == ("n1", "n2", "n3", "w1", "w2")
    assert [corpus.sentences("tr")[sent_id] for sent_id in ids] == [f"tr {i}" for i in ids]
    assert common_ids(corpus, ("tr", "sv")) == ids


def test_needs_four_common_sentences(corpus):
    with pytest.raises(DataError, match="PUD has 3 sentences that cs, sv all have; at least 4"):
        common_ids(corpus, ("cs", "sv"))


def test_refuses_a_language_that_is_not_there(corpus):
    with pytest.raises(DataError, match=r"PUD has no Greek \(el\); it has cs, sv, tr"):
        corpus.sentences("el")


def test_nobody_can_change_what_others_read(corpus):
    with pytest.raises(TypeError):
        corpus.sentences("sv")["n1"] = "other"


def test_fingerprint_notices_ids_texts_and_order(write, tmp_path):
    def fingerprint(content: str) -> str:
        write(content)
        return open_corpus(tmp_path).fingerprint("sv")

    one, two = sentence("a", "Hej!"), sentence("b", "Nej!")
    same = [one + two, "\ufeff" + one + two, (one + two).replace("\n", "\r\n")]
    others = [two + one, one, sentence("c", "Hej!") + two, sentence("a", "Hej") + two]
    assert len({fingerprint(content) for content in same}) == 1
    assert len({fingerprint(content) for content in [one + two, *others]}) == 5
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(one))


def test_reads_ids_and_texts(write):
    assert read_treebank(write(TREEBANK)) == TEXTS
    assert list(read_treebank(write(TREEBANK))) == list(TEXTS)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + TREEBANK,
        TREEBANK.replace("\n", "\r\n"),
        "\n" + TREEBANK.replace("\n\n", "\n\n\n"),
    ],
    ids=["byte-order mark", "Windows line ends", "more blank lines"],
)
def test_accepts_what_other_programs_write(write, content):
    assert read_treebank(write(content)) == TEXTS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TREEBANK[:-1], "line 8: no blank line after the last sentence, so the file may be cut"),
        (TREEBANK[:-9], "line 8: the last line has no line end, so the file may be cut short"),
        (TREEBANK + "# sent_id = w02\n", "line 10: no blank line after the last sentence"),
        (TREEBANK.encode().replace(b"x = y", b"\xff"), r"line 7: not UTF-8 \(byte 0xff\)"),
        (TREEBANK + sentence("n01", "Nej!"), "line 10: sent_id n01 occurs a second time"),
        (TREEBANK.replace("# text = Hej!\n", ""), "line 1: .* one '# text = ...', got \\[\\]"),
        (TREEBANK.replace("= Hej!", "= "), "line 1: .* one '# text = ...', got \\[''\\]"),
        (TREEBANK.replace("# sent_id = w01\n", ""), "line 6: .* one '# sent_id = ...', got \\[\\]"),
        (TREEBANK.replace("# text = Hej!", "# sent_id = n02"), "got \\['n01', 'n02'\\]"),
        (TREEBANK.replace("\t_\n", "\n", 1), "line 4: a word line has 10 columns, got 9 in '1"),
        (TREEBANK.replace("\t_\n", "\t_\t_\n", 1), "line 4: a word line has 10 columns, got 11"),
        (TREEBANK.replace("\n\n", "\n", 1), "line 5: .* 10 columns, got 1 in '# sent_id = w01'"),
        (TREEBANK.replace("\n\n", "\n \n", 1), "line 5: .* 10 columns, got 1 in ' '"),
        (TREEBANK.replace(WORD + "\n", "", 1), "line 1: a sentence without words"),
        ("\n", "has no sentence, only blank lines"),
        ("", "is empty"),
    ],
)
def test_refuses_a_damaged_file_with_its_line(write, content, message):
    with pytest.raises(DataError, match=rf"sv_pud-ud-test\.conllu.*{message}"):
        read_treebank(write(content))


@given(st.data())
def test_any_damage_is_refused_or_harmless(tmp_path_factory, data):
    whole = bytearray(TREEBANK.encode())
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    whole[start:stop] = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from([b"\n", b"\t"])))
    path = tmp_path_factory.getbasetemp() / "damaged.conllu"
    path.write_bytes(bytes(whole))
    try:
        sentences = read_treebank(path)
    except DataError as e:
        message = str(e)
    else:
        message = str(path) if all(map(all, sentences.items())) else "an empty id or text"
    assert str(path) in message


def test_refuses_a_folder_without_treebanks(tmp_path):
    with pytest.raises(DataError, match=r"there is no folder .*nowhere"):
        open_corpus(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"has no PUD treebank and no other .* such as UD_English"):
        open_corpus(tmp_path)


def test_refuses_a_treebank_without_its_file(corpus, tmp_path):
    (tmp_path / "UD_Czech-PUD" / "cs_pud-ud-test.conllu").unlink()
    with pytest.raises(DataError, match=r"UD_Czech-PUD lacks cs_pud-ud-test\.conllu"):
        open_corpus(tmp_path)


def test_the_example_s_phrases_are_parallel():
    corpus = open_corpus("cldr-parallel")
    assert {"ar", "en", "id"} <= set(corpus.langs)
    ids = common_ids(corpus, ("ar", "en"))
    assert len(ids) == 1000
    in_arabic, in_english = (corpus.sentences(lang) for lang in ("ar", "en"))
    assert sum(in_arabic[i] == in_english[i] for i in ids) < 50
    assert corpus.fingerprint("ar") != corpus.fingerprint("en")


@pytest.mark.realdata
@pytest.mark.skipif(not PUD.is_dir(), reason="the PUD treebanks are not beside the project")
class TestRealTreebanks:
    def test_all_have_the_same_thousand_sentences(self):
        corpus = open_corpus(PUD)
        assert len(corpus.langs) == 21
        assert len(common_ids(corpus, corpus.langs)) == 1000
        assert all(len(corpus.sentences(lang)) == 1000 for lang in corpus.langs)

    def test_icelandic_in_its_own_order_is_still_the_same_sentence(self):
        corpus = open_corpus(PUD)
        in_icelandic, in_english = corpus.sentences("is"), corpus.sentences("en")
        assert list(in_icelandic) != list(in_english)
        named = [sent_id for sent_id, text in in_english.items() if "Obama" in text]
        assert sum("Obama" in in_icelandic[sent_id] for sent_id in named) > len(named) / 2

    def test_reads_what_conllu_reads(self):
        path = PUD / "UD_Korean-PUD" / "ko_pud-ud-test.conllu"
        parsed = conllu.parse(path.read_text(encoding="utf-8"))
        expected = {one.metadata["sent_id"]: one.metadata["text"] for one in parsed}
        assert list(read_treebank(path).items()) == list(expected.items())
