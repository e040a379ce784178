"""Treebanks as tagged sentences: the syntactic words, every one with its tag."""

from pathlib import Path

import conllu
import pytest

from mslt_core.data.tasks.udpos import LABELS, open_udpos, read_treebank
from mslt_core.spec.errors import DataError

PUD = Path(__file__).parents[2].parent / "shared" / "data" / "pud"


def word(place, form, tag):
    return "\t".join([place, form, "_", tag, *"______"]) + "\n"


FRENCH = (
    "# sent_id = n01\n# text = il va au port\n"
    + word("1", "il", "PRON")
    + word("2", "va", "VERB")
    + word("3-4", "au", "_")
    + word("3", "à", "ADP")
    + word("4", "le", "DET")
    + word("4.1", "vieux", "ADJ")
    + word("5", "port", "NOUN")
    + "\n"
)


def told(rows):
    return [(" ".join(row.tokens), [LABELS[i] for i in row.labels]) for row in rows]


def test_the_words_are_the_syntactic_ones(write_files):
    task = open_udpos(write_files({"UD_French-GSD/fr_gsd-ud-train.conllu": FRENCH}))
    (row,) = task.train("fr")
    assert told([row]) == [("il va à le port", ["PRON", "VERB", "ADP", "DET", "NOUN"])]
    assert (row.row_id, row.meaning) == ("fr_gsd-ud-train.conllu:1", "")


def test_there_are_the_seventeen_universal_tags_in_the_order_of_the_alphabet():
    assert (len(LABELS), LABELS[0], list(LABELS)) == (17, "ADJ", sorted(LABELS))


def test_treebanks_of_a_language_are_joined(write_files):
    one, two = (word("1", form, "X") + "\n" for form in "ab")
    task = open_udpos(
        write_files(
            {
                "UD_English-EWT/en_ewt-ud-train.conllu": one,
                "UD_English-EWT/en_ewt-ud-dev.conllu": word("1", "c", "X") + "\n",
                "UD_English-GUM/en_gum-ud-train.conllu": two,
                "UD_German-HDT/de_hdt-ud-train-a-1.conllu": one,
                "de_gsd-ud-test.conllu": two,
                "UD_Klingon-X/tlh_x-ud-test.conllu": one,
                "notes.conllu": one,
            }
        )
    )
    assert (task.train_langs, task.eval_langs) == (("de", "en"), ("de", "en"))
    assert [row[0] for row in told(task.train("en"))] == ["a", "b"]
    assert task.evaluation_split == {"de": "test", "en": "dev"}


def test_sentences_without_their_words_are_left_out(write_files):
    """Some licences allow to publish the tags alone: every word is an underscore then."""
    bare = "".join(word(str(i), "_", "NOUN") for i in (1, 2, 3)) + word("4", ".", "PUNCT") + "\n"
    task = open_udpos(
        write_files(
            {
                "UD_French-FTB/fr_ftb-ud-train.conllu": bare,
                "UD_French-FTB/fr_ftb-ud-test.conllu": bare + word("1", "_", "SYM") + "\n",
                "UD_French-GSD/fr_gsd-ud-train.conllu": FRENCH,
                "UD_French-GSD/fr_gsd-ud-test.conllu": (
                    word("1", "_", "SYM") + word("2", "x", "X") + "\n"
                ),
            }
        )
    )
    assert [row[0] for row in told(task.train("fr"))] == ["il va à le port"]
    assert [row[0] for row in told(task.evaluation("fr"))] == ["_ x"]
    assert task.left_out("fr") == {"without its words": 2}


def test_the_two_written_norwegian_languages_are_told_apart(write_files):
    task = open_udpos(
        write_files(
            {
                "UD_Norwegian-Bokmaal/no_bokmaal-ud-train.conllu": word("1", "jeg", "PRON") + "\n",
                "UD_Norwegian-Nynorsk/no_nynorsk-ud-train.conllu": word("1", "eg", "PRON") + "\n",
                "no_nynorsklia-ud-train.conllu": word("1", "me", "PRON") + "\n",
            }
        )
    )
    assert [row[0] for row in told(task.train("no"))] == ["jeg"]
    assert [row[0] for row in told(task.train("nn"))] == ["eg", "me"]


def test_parallel_treebanks_are_scored_by_meaning_and_not_trained_on(write_files):
    swedish = FRENCH.replace("port", "hamn")
    task = open_udpos(
        write_files({"fr_pud-ud-test.conllu": FRENCH, "UD_x/sv_pud-ud-test.conllu": swedish})
    )
    assert task.train_langs == ()
    assert [task.evaluation(lang)[0].meaning for lang in ("fr", "sv")] == ["pud:n01"] * 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (FRENCH.replace("PRON", "_"), r"fr_gsd-ud-train\.conllu, line 3: a word needs .* and '_'"),
        (FRENCH.replace("PRON", "PRO"), "line 3: a word needs .* one of ADJ, .* and 'PRO'"),
        (FRENCH.replace("1\til", "x\til"), "line 3: a word needs a number.* got 'x'"),
        (FRENCH.replace("\tport\t", "\t\t"), "line 9: a word needs a number, a form"),
        (FRENCH.replace("\t_\tVERB", "\tVERB"), "line 4: a word line has 10 columns, got 9"),
        (FRENCH[:-1], "no blank line after the last sentence"),
        (FRENCH[:-5], "the last line has no line end"),
        ("# sent_id = n01\n\n", "line 1: a sentence without words"),
        (FRENCH.encode().replace("à".encode(), b"\xe0"), r"line 6: not UTF-8 \(byte 0xe0\)"),
        ("", "is empty"),
    ],
)
def test_a_damaged_treebank_is_refused_with_its_line(write_files, content, message):
    task = open_udpos(write_files({"fr_gsd-ud-train.conllu": content}))
    with pytest.raises(DataError, match=message):
        task.train("fr")


def test_a_treebank_that_is_there_twice_is_refused(write_files):
    name = "fr_gsd-ud-train.conllu"
    folder = write_files({name: FRENCH, f"UD_French-GSD/{name}": FRENCH})
    with pytest.raises(DataError, match=r"fr_gsd-ud-train\.conllu is there twice"):
        open_udpos(folder)


@pytest.mark.realdata
@pytest.mark.skipif(not PUD.is_dir(), reason="the PUD treebanks are not beside the project")
class TestRealTreebanks:
    def test_counts_are_as_published(self):
        task = open_udpos(PUD)
        assert (len(task.eval_langs), task.train_langs) == (21, ())
        # SOURCE.md: syntactic words
        for lang, n_words in {"fr": 24726, "gl": 23510, "th": 22330}.items():
            rows = task.evaluation(lang)
            assert (len(rows), sum(len(row.tokens) for row in rows)) == (1000, n_words)

    def test_reads_what_conllu_reads(self):
        path = PUD / "UD_French-PUD" / "fr_pud-ud-test.conllu"
        parsed = conllu.parse(path.read_text(encoding="utf-8"))
        expected = [
            [(word["form"], word["upos"]) for word in one if isinstance(word["id"], int)]
            for one in parsed
        ]
        rows = read_treebank(path)
        assert [
            [(form, LABELS[i]) for form, i in zip(row.tokens, row.labels, strict=True)]
            for row in rows
        ] == expected
