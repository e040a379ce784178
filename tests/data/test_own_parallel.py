"""A user's own parallel sentences are read strictly, joined rightly, and told with their counts."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mslt_core.data.parallel import (
    common_ids,
    corpus_files,
    corpus_report,
    document_groups,
    open_corpus,
)
from mslt_core.data.tasks.udpos import LABELS
from mslt_core.spec.errors import DataError

PUD = Path(__file__).parents[2].parent / "shared" / "data" / "pud"
ENGLISH = "one\ntwo\nthree\nfour\nfive\nfive\n"
GERMAN = "eins\nzwei\n\nvier\nfünf\nsechs\n"


@pytest.fixture
def folder(tmp_path):
    def _folder(**contents: str | bytes) -> Path:
        for name, content in contents.items():
            file = tmp_path / name.replace("__", ".")
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return _folder


def words(*tags: str) -> str:
    return "".join(f"{i}\tw{i}\t_\t{tag}" + "\t_" * 6 + "\n" for i, tag in enumerate(tags, start=1))


def treebank(*ids: str, first: str = "") -> str:
    return first + "".join(f"# sent_id = {i}\n# text = t {i}\n{words('NOUN')}\n" for i in ids)


class TestTextFiles:
    def test_line_i_is_the_same_sentence(self, folder):
        corpus = open_corpus(folder(en__txt=ENGLISH, de__txt=GERMAN, README__txt="about it\n"))
        assert (corpus.kind, corpus.langs) == ("lines", ("de", "en"))
        ids = common_ids(corpus, ("de", "en"))
        pairs = [(corpus.sentences("de")[i], corpus.sentences("en")[i]) for i in ids]
        # the third line is empty in German, so it is out in both
        assert pairs[:3] == [("eins", "one"), ("zwei", "two"), ("vier", "four")]
        assert len(common_ids(corpus, ("en",))) == 6

    def test_tells_what_is_empty_missing_and_double(self, folder):
        corpus = open_corpus(folder(en__txt=ENGLISH, de__txt=GERMAN))
        report = corpus_report(corpus, ("de", "en"))
        assert (report.n_common, report.n_documents) == (5, None)
        assert report.n_sentences == {"de": 5, "en": 6}
        assert report.n_empty == {"de": 1, "en": 0}
        assert report.n_duplicates == {"de": 0, "en": 1}
        assert report.n_unpaired == {"de": 0, "en": 1}
        assert report.notes() == (
            "sentences empty, so left out in all languages: de 1",
            "sentences left out, since not every language has them: en 1",
            "sentences the same text as an earlier one (kept): en 1",
            "the corpus tells no documents: every sentence counts as one of its own, and "
            "intervals are too narrow if neighbouring sentences belong together",
        )

    @pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u200b", "\ufeff", "\t"])
    def test_a_line_without_a_character_to_see_is_empty(self, folder, blank):
        corpus = open_corpus(folder(en__txt=f"a\n{blank}\nc\nd\ne\n"))
        assert list(corpus.sentences("en")) == ["000001", "000003", "000004", "000005"]

    def test_documents_aligned_by_line(self, folder):
        names = "a\na\n\nb\na\nb\n"
        corpus = open_corpus(folder(de__txt=GERMAN, documents__txt=names))
        ids = common_ids(corpus, ("de",))
        np.testing.assert_array_equal(document_groups(corpus, ("de",), ids), [0, 0, 1, 0, 1])
        assert corpus_report(corpus, ("de",)).n_documents == 2

    def test_without_documents_each_sentence_is_its_own(self, folder):
        corpus = open_corpus(folder(en__txt=ENGLISH))
        groups = document_groups(corpus, ("en",), common_ids(corpus, ("en",)))
        np.testing.assert_array_equal(groups, range(6))

    def test_a_byte_order_mark_and_windows_line_ends_change_nothing(self, folder):
        plain = open_corpus(folder(en__txt=ENGLISH)).fingerprint("en")
        other = "\ufeff" + ENGLISH.replace("\n", "\r\n")
        assert open_corpus(folder(en__txt=other)).fingerprint("en") == plain
        assert open_corpus(folder(en__txt=ENGLISH.replace("two", "2"))).fingerprint("en") != plain

    @pytest.mark.parametrize(
        ("contents", "message"),
        [
            (
                {"en__txt": ENGLISH, "de__txt": GERMAN[:-6]},
                r"en\.txt has 6 lines and de\.txt 5; line i of every file must be the same",
            ),
            ({"en__txt": ENGLISH, "documents__txt": "a\n"}, r"documents\.txt has 1 lines and en"),
            ({"en__txt": ENGLISH, "documents__txt": "a\n\na\na\na\n\n"}, "2 sentences have no doc"),
            ({"eng__txt": ENGLISH}, r"eng\.txt: unknown language code 'eng'; use en \(English\)"),
            ({"notes__txt": ENGLISH}, r"notes\.txt: unknown language code 'notes'.*called after"),
            ({"en__txt": ENGLISH[:-1]}, r"en\.txt, line 6: the last line has no line end"),
            ({"en__txt": ENGLISH.encode("utf-16")}, r"en\.txt, line 1: not UTF-8 \(byte 0xff\)"),
            ({"en__txt": b"a\nb\n" + b"caf\xe9\n"}, r"line 3: not UTF-8 \(byte 0xe9\)"),
            ({"en__txt": ""}, r"en\.txt is empty"),
            ({"en__txt": "a\n\n\n"}, r"en: 2 of 3 sentences are empty"),
            ({"en__txt": ENGLISH, "all__tsv": "en\na\n"}, r"more than one .*: all\.tsv, en\.txt"),
            ({"a__tsv": "en\na\n", "b__tsv": "en\na\n"}, r"more than one .*: a\.tsv, b\.tsv"),
            ({"README__txt": "a\n"}, "has no PUD treebank and no other parallel corpus"),
        ],
    )
    def test_refusals(self, folder, contents, message):
        with pytest.raises(DataError, match=message):
            open_corpus(folder(**contents))

    def test_too_few_in_common(self, folder):
        corpus = open_corpus(folder(en__txt="a\nb\nc\nd\ne\n", de__txt="a\n\nc\n\ne\n"))
        with pytest.raises(DataError, match=r"has 3 sentences that de, en all have; at least 4"):
            common_ids(corpus, ("de", "en"))


class TestTables:
    TABLE = (
        'id\ten\tde\tdocument\nx\t"a\tA\td1\ny\tb\t\td1\nz\tc\tC\td2\nu\td\tD\td2\nv\te\tE\td3\n'
    )

    def test_a_column_a_language(self, folder):
        corpus = open_corpus(folder(all__tsv=self.TABLE))
        assert (corpus.kind, corpus.name, corpus.langs) == ("table", "all.tsv", ("de", "en"))
        assert corpus.sentences("en")["x"] == '"a'  # a quote is a quote
        ids = common_ids(corpus, ("de", "en"))
        assert ids == ("u", "v", "x", "z")
        np.testing.assert_array_equal(document_groups(corpus, ("de", "en"), ids), [0, 1, 2, 0])
        assert corpus_report(corpus, ("de", "en")).n_empty == {"de": 1, "en": 0}

    def test_the_file_itself_is_the_same_corpus(self, folder):
        place = folder(all__tsv=self.TABLE)
        one, other = open_corpus(place), open_corpus(place / "all.tsv")
        assert one.fingerprint("de") == other.fingerprint("de")
        assert corpus_files(place) == corpus_files(place / "all.tsv") == [place / "all.tsv"]

    def test_ids_are_lines_unless_told(self, folder):
        corpus = open_corpus(folder(all__csv='en,de\n"a, b",A\nc,C\n\nd,D\ne,E\n'))
        assert list(corpus.sentences("en")) == ["000002", "000003", "000005", "000006"]
        assert corpus.sentences("en")["000002"] == "a, b"

    def test_indonesian_has_the_code_that_ids_have_as_well(self, folder):
        rows = [("one", "kata satu"), ("two", "kata dua"), ("two", "kata dua"), ("three", "tiga")]
        body = "".join(f"{en}\t{indonesian}\n" for en, indonesian in rows)
        by_words = open_corpus(folder(all__tsv="en\tid\n" + body))
        assert by_words.langs == ("en", "id")
        assert by_words.sentences("id")["000005"] == "tiga"
        # with ids of its own even single words are Indonesian
        told = "sent_id\tid\ten\na\tsatu\tone\nb\tdua\ttwo\n"
        own = open_corpus(folder(all__tsv=told))
        assert dict(own.sentences("id")) == {"a": "satu", "b": "dua"}
        # half of them with several words are still ids
        ids = open_corpus(folder(all__tsv="id\ten\nnews 1\tone\nnews2\ttwo\n"))
        assert (ids.langs, list(ids.sentences("en"))) == (("en",), ["news 1", "news2"])

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ("en\tger\na\tb\n", r"line 1: unknown language code 'ger'.*a column is a language, id"),
            (
                "A whole sentence without a header.\nx\n",
                r"code 'A whole sentence without a hea\.\.\.'",
            ),
            ("id\nx\n", "line 1: no column is a language, got id"),
            ("en\ten\na\tb\n", "two columns of one name"),
            ("en\tde\na\tb\nc\n", "line 3: 1 columns where 2 should be"),
            ("id\ten\nx\ta\nx\tb\n", "line 3: id 'x' occurs a second time, first in line 2"),
            ("id\ten\nx\ta\n\tb\n", "line 3: id must be text, got ''"),
            ("en\tdocument\na\td\nb\t\n", "1 sentences have no document, the first is 000003"),
            ("en\n", "has no row"),
        ],
    )
    def test_refusals(self, folder, table, message):
        with pytest.raises(DataError, match=message):
            open_corpus(folder(all__tsv=table))


class TestOwnTreebanks:
    def test_are_joined_by_id(self, folder):
        place = folder(
            en__conllu=treebank("a", "b", "c", "d", first="# newdoc id = one\n"),
            de_test__conllu=treebank("d", "c", "b", "a"),
        )
        corpus = open_corpus(place)
        assert (corpus.kind, corpus.langs) == ("conllu", ("de", "en"))
        assert common_ids(corpus, ("de", "en")) == ("a", "b", "c", "d")
        assert corpus_report(corpus, ("de", "en")).n_documents == 1
        assert corpus_report(corpus, ("de",)).n_documents is None

    def test_a_document_lasts_until_the_next(self, folder):
        text = treebank("a") + treebank("b", "c", first="# newdoc\n")
        text += treebank("d", first="# newdoc id = last\n")
        corpus = open_corpus(folder(en__conllu=text))
        ids = common_ids(corpus, ("en",))
        np.testing.assert_array_equal(document_groups(corpus, ("en",), ids), [0, 1, 1, 2])

    def test_words_and_their_tags(self, folder):
        contracted = "1-2\tdu\t_\t_" + "\t_" * 6 + "\n" + words("ADP", "DET")
        text = f"# sent_id = a\n# text = du\n{contracted}\n"
        corpus = open_corpus(folder(fr__conllu=text))
        found = corpus.words("fr")["a"]
        assert found.tokens == ("w1", "w2")
        assert [LABELS[tag] for tag in found.labels] == ["ADP", "DET"]

    def test_other_corpora_have_no_tags(self, folder):
        with pytest.raises(DataError, match=r"has no parts of speech\. Treebanks have"):
            open_corpus(folder(en__txt=ENGLISH)).words("en")

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (("en__conllu", "en_two__conllu"), r"two files of en: en\.conllu and en_two\.conllu"),
            (("german__conllu",), r"unknown language code 'german'; .*begins with its language"),
        ],
    )
    def test_refusals(self, folder, names, message):
        with pytest.raises(DataError, match=message):
            open_corpus(folder(**dict.fromkeys(names, treebank("a"))))


class TestOriginals:
    IDS = ("n01001011", "n01001013", "w01002001", "w01002002", "n02003001", "w05010027")

    @pytest.fixture
    def corpus(self, folder):
        return open_corpus(folder(**{"sv_pud-ud-test__conllu": treebank(*self.IDS)}))

    def test_only_what_was_first_written_in_a_language(self, corpus):
        assert corpus.kind == "pud"
        assert common_ids(corpus, ("sv",), original="en") == self.IDS[:4]
        report = corpus_report(corpus, ("sv",), original="en")
        assert (report.n_common, report.n_other_original, report.n_documents) == (4, 2, 2)
        assert report.notes() == (
            "2 common sentences are left out: first written in another language than en",
        )

    def test_too_few_of_a_language(self, corpus):
        with pytest.raises(DataError, match=r"has 1 sentences .* first written in German \(de\)"):
            common_ids(corpus, ("sv",), original="de")

    def test_refused_where_it_is_not_told(self, folder):
        corpus = open_corpus(folder(en__txt=ENGLISH))
        with pytest.raises(DataError, match="does not tell in which language its sentences were"):
            common_ids(corpus, ("en",), original="en")

    def test_documents_of_the_ids(self, corpus):
        groups = document_groups(corpus, ("sv",), self.IDS)
        np.testing.assert_array_equal(groups, [0, 0, 1, 1, 2, 3])


@pytest.mark.realdata
@pytest.mark.skipif(not PUD.is_dir(), reason="the PUD treebanks are not beside the project")
class TestRealTreebanks:
    def test_originals_and_documents_are_those_of_the_readme(self):
        corpus = open_corpus(PUD)
        ids = common_ids(corpus, ("en", "is"))
        counts = Counter(map(corpus.original_of, ids))
        assert counts == {"en": 750, "de": 100, "fr": 50, "it": 50, "es": 50}
        assert corpus_report(corpus, ("en",)).n_documents == 397

    def test_the_ids_tell_the_documents_that_the_files_state(self):
        from mslt_core.data.parallel.treebanks import read_documents

        corpus = open_corpus(PUD)
        stated = {p: read_documents(p) for p in sorted(PUD.glob("*/*.conllu"))}
        told = [found for found in stated.values() if found]
        assert len(told) == 16
        assert all(found == corpus.documents(("en",)) for found in told)

    def test_words_stand_under_their_sentences(self):
        corpus = open_corpus(PUD)
        found = corpus.words("is")
        assert list(found) == list(corpus.sentences("is"))
        assert all(row.meaning == f"pud:{sent_id}" for sent_id, row in found.items())
        assert sum(len(row.tokens) for row in found.values()) == 18833  # SOURCE.md's count
