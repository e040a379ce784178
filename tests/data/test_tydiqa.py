"""TyDi QA: every answer is where it is said to be, and what has no answer is not scored."""

from pathlib import Path

import pytest

from mslt_core.data.tasks.questions import answer_start
from mslt_core.data.tasks.tydiqa import open_tydiqa
from mslt_core.spec.errors import DataError

TYDIQA = Path(__file__).parents[2].parent / "shared" / "data" / "tydiqa"

CONTEXT = "Zürich ist groß. Zug ist klein."


def question(name="english-1-0", answer="klein", start=25, context=CONTEXT):
    return {
        "paragraphs": [
            {
                "context": context,
                "qas": [
                    {
                        "id": name,
                        "question": f"{name}?",
                        "answers": [{"text": answer, "answer_start": start}],
                    }
                ],
            }
        ]
    }


def squad(*articles):
    return {"version": "1", "data": list(articles)}


def many(lang, n):
    return squad(*(question(f"{i}", context=f"{CONTEXT} {lang} {i // 2}") for i in range(n)))


def xtreme(lang, split):
    return f"tydiqa-goldp-v1.1-{split}/tydiqa.goldp.{lang}.{split}.json"


def test_a_question_and_its_answer(write_files):
    task = open_tydiqa(write_files({xtreme("en", "train"): squad(question("12"))}))
    (row,) = task.train("en")
    assert (row.question, row.context) == ("12?", CONTEXT)
    assert (row.answers, row.starts) == (("klein",), (25,))
    assert CONTEXT[25:30] == "klein"
    assert row.row_id == "tydiqa.goldp.en.train.json:1"


def test_the_official_files_hold_all_languages(write_files):
    train = squad(question("english-1-0"), question("telugu--2-0"), question("english-3-0"))
    task = open_tydiqa(
        write_files(
            {
                "tydiqa-goldp-v1.1-train.json": train,
                "tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-korean.json": squad(question("korean-1")),
                # XTREME's own, made of the former: not read twice
                xtreme("en", "train"): squad(question("english-1-0")),
            }
        )
    )
    assert (task.train_langs, task.eval_langs) == (("en", "te"), ("ko",))
    assert [row.question for row in task.train("en")] == ["english-1-0?", "english-3-0?"]
    assert [row.question for row in task.train("te")] == ["telugu--2-0?"]


def test_the_hub_s_files_read_the_same(write_files):
    def hub(name):
        answers = {"text": ["klein"], "answer_start": [25]}
        return {"id": name, "question": f"{name}?", "context": CONTEXT, "answers": answers}

    task = open_tydiqa(
        write_files(
            {
                "secondary_task/train-00000-of-00001.parquet": [hub("arabic-1"), hub("swahili-1")],
                "secondary_task/validation-00000-of-00001.parquet": [hub("arabic-2")],
                "primary_task/train-00000-of-00001.parquet": [{"id": "arabic-9"}],
            }
        )
    )
    assert (task.train_langs, task.eval_langs) == (("ar", "sw"), ("ar",))
    assert [(row.question, row.starts) for row in task.evaluation("ar")] == [("arabic-2?", (25,))]


def test_a_fifth_of_train_is_held_out_where_dev_has_no_answers(write_files):
    files = {
        xtreme("ko", "train"): many("ko", 400),
        xtreme("ko", "dev"): squad(question("korean-1", "", 0)),
        xtreme("fi", "dev"): squad(question("finnish-1", "", 0)),
        xtreme("en", "train"): many("en", 10),
        xtreme("en", "dev"): squad(question("english-1")),
        xtreme("sw", "train"): many("sw", 10),
    }
    task = open_tydiqa(write_files(files))
    # Finnish has nothing to score, Swahili no dev file that would ask for it
    assert (task.train_langs, task.eval_langs) == (("en", "ko", "sw"), ("en", "ko"))
    held_out, rest = task.evaluation("ko"), task.train("ko")
    assert len(held_out) + len(rest) == 400
    # of 200 paragraphs a fifth is 40, give or take three standard deviations of 6
    assert 44 <= len(held_out) <= 116
    assert not {row.context for row in held_out} & {row.context for row in rest}
    assert (len(task.train("en")), len(task.train("sw"))) == (10, 10)
    assert {(lang, split) for lang, split, _, use in task.files() if use == "no labels"} == {
        ("fi", "dev")
    }


def test_a_question_without_an_answer_is_left_out_and_counted(write_files):
    dev = squad(question("english-1"), question("english-2", " ", 0))
    dev["data"].append(question("english-3"))
    dev["data"][-1]["paragraphs"][0]["qas"][0]["answers"] = []
    task = open_tydiqa(write_files({xtreme("en", "dev"): dev}))
    assert len(task.evaluation("en")) == 1
    assert task.left_out("en") == {"without an answer": 2}


@pytest.mark.parametrize(
    ("start", "place"),
    [
        (10, 10),  # as stated
        (18, 17),  # in bytes: ü before it takes two
        (11, 10),  # the same, and nearer to 10 too
        (15, 17),  # the nearest of 0, 10 and 17
        (3, 0),
        (99, 17),
        (-1, 0),
    ],
)
def test_an_answer_is_found_where_it_stands(start, place):
    context = "ja, aber üja und ja."
    assert [i for i in range(len(context)) if context.startswith("ja", i)] == [0, 10, 17]
    assert answer_start("here", context, "ja", start) == place


def test_a_byte_offset_is_preferred_to_the_nearest_place():
    # the second "a" is at character 3, byte 6; the third, at character 5, is nearer to 6
    context = "éééa a"
    assert len("ééé".encode()) == 6
    assert answer_start("here", context, "a", 6) == 3


def test_a_stated_place_that_is_right_is_not_taken_for_bytes():
    # character 2 and, é being two bytes, byte 2 as well are an "a"
    assert answer_start("here", "éaa", "a", 2) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (squad(question(answer="groß", start=3), question(answer="weg")), "question 2: the answer"),
        ('{"data": [', r"en\.train\.json: not JSON"),
        ('{\n"data": [\n', r"en\.train\.json, line 3: not JSON"),
        (r'{"data": "\ud83d"}', r"en\.train\.json: half a character in the JSON"),
        ("", r"en\.train\.json is empty"),
        ({"rows": []}, "is not as SQuAD's files"),
        ([1], "is not as SQuAD's files"),
        (squad(question(start="25")), "an answer needs a text and a number"),
        (squad(question(context="")), "context must be text, got ''"),
        (b'{"data": "\xe9"}', "line 1: not UTF-8"),
    ],
)
def test_a_damaged_file_is_refused(write_files, content, message):
    files = {xtreme("en", "train"): content}
    task = open_tydiqa(write_files(files))
    with pytest.raises(DataError, match=message):
        task.train("en")


# SOURCE.md of the corpus: training questions, none of whose dev files has answers
TRAIN = {"en": 3696, "ko": 1625, "sw": 2755}


@pytest.mark.realdata
@pytest.mark.skipif(not TYDIQA.is_dir(), reason="TyDi QA is not beside the project")
def test_the_real_files_are_as_published():
    task = open_tydiqa(TYDIQA)
    assert task.train_langs == task.eval_langs == tuple(TRAIN)
    trained = set()
    for lang, n in TRAIN.items():
        rows, scored = task.train(lang), task.evaluation(lang)
        assert len(rows) + len(scored) + sum(task.left_out(lang).values()) == n
        assert n / 6 < len(scored) < n / 4
        for row in (*rows, *scored):
            spans = zip(row.answers, row.starts, strict=True)
            assert all(row.context.startswith(text, start) for text, start in spans)
        trained |= {row.context for row in rows}
    assert not trained & {row.context for lang in TRAIN for row in task.evaluation(lang)}
