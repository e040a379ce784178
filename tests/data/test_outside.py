"""Results of other programs: read whole and exactly, or refused with file and line."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mslt_core.data.outside import read_lm_eval, read_predictions, read_scores
from mslt_core.spec.errors import DataError, MsltError

HEADER = "source_langs,seed,target_lang,metric,score,n_items\n"
GOOD = HEADER + "en,0,sw,accuracy,81.5,200\nde+en,0,sw,accuracy,83,200\nen,1,sw,accuracy,80,200\n"


@pytest.fixture
def table(tmp_path):
    def write(text, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# --- tables of scores


def test_scores_become_ratios_by_result_and_target(table):
    found = read_scores(table(GOOD), "points")
    assert [(r.name, r.source_langs, r.seed) for r in found] == [
        ("SSLT(en)", ("en",), 0),
        ("MSLT(de, en)", ("de", "en"), 0),
        ("SSLT(en)", ("en",), 1),
    ]
    # 81.5 points / 100 = 0.815
    assert found[0].targets["sw"].scores == {"accuracy": 0.815}
    assert found[0].targets["sw"].n_items == 200


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("81.5", '"81.5"'),
        GOOD.replace("de+en", '"en, de"').replace("source_langs", '"source_langs"'),
        GOOD.replace("de+en", "en de"),
        GOOD + "\n\n",
    ],
)
def test_byte_order_marks_line_ends_and_quotes_change_nothing(table, text):
    assert read_scores(table(text), "points") == read_scores(table(GOOD, "plain.csv"), "points")


def test_the_same_table_in_ratios(table):
    ratios = GOOD.replace("81.5", "0.815").replace(",83,", ",0.83,").replace(",80,", ",0.8,")
    assert read_scores(table(ratios), "ratio") == read_scores(table(GOOD, "p.csv"), "points")


def test_a_name_may_stand_for_the_sources_and_tabs_for_commas(table):
    text = "name\tseed\ttarget_lang\tmetric\tscore\nmy model\t3\tth\tspan_f1\t0.5\n"
    (found,) = read_scores(table(text, "mine.tsv"), "ratio")
    assert (found.name, found.source_langs, found.seed) == ("my model", (), 3)
    assert found.targets["th"].n_items is None


def with_row(row):
    return GOOD + row + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("score,", "value,"), r"line 1: no column score; there are source_langs"),
        (GOOD.replace("source_langs", "sources"), "no column name or source_langs"),
        (GOOD.replace("n_items", "items"), "line 1: unknown column 'items'"),
        (with_row("en,2,swa,accuracy,80,200"), r"line 5: unknown language code 'swa'; use sw"),
        (with_row("eng,2,sw,accuracy,80,200"), r"line 5: unknown language code 'eng'; use en"),
        (with_row("en en,2,sw,accuracy,80,200"), "line 5: a source language is named twice"),
        (with_row("en,0,sw,accuracy,80,200"), r"line 5: accuracy of SSLT\(en\) on sw is in line 2"),
        (with_row("en,2,sw,bleu,80,200"), "line 5: unknown metric 'bleu'; known are accuracy"),
        (with_row("en,2,sw,accuracy,101,200"), "line 5: score must be from 0 to 100, got 101"),
        (with_row("en,2,sw,accuracy,-1,200"), "line 5: score must be from 0 to 100, got -1"),
        (with_row("en,2,sw,accuracy,nan,200"), "line 5: score must be a number, got 'nan'"),
        (with_row('en,2,sw,accuracy,"80,5",200'), "with a point, not a comma"),
        (with_row("en,2,sw,accuracy,0.81,200"), "line 5: 0.81 points look like a ratio among"),
        (with_row("en,2,sw,accuracy,80,100"), "100 items of sw, and 200 in line 2"),
        (with_row("en,2,sw,accuracy,80,0"), "line 5: n_items must be 1 or more"),
        (with_row("en,x,sw,accuracy,80,200"), "line 5: seed must be a whole number, got 'x'"),
        (with_row("en,-1,sw,accuracy,80,200"), "line 5: seed must be a whole number"),
        (with_row("en,2,sw,accuracy,80"), "line 5: 5 columns where 6 should be"),
        (with_row(",2,sw,accuracy,80,200"), "line 5: neither a name nor source languages"),
        (GOOD.rstrip("\n"), "line 4: the last line has no line end"),
        (HEADER, "has no row"),
        ("", "is empty"),
        (GOOD.replace("seed", "metric", 1), "two columns of one name"),
    ],
)
def test_says_file_and_line(table, text, message):
    path = table(text)
    with pytest.raises(DataError, match=message) as refused:
        read_scores(path, "points")
    assert str(path) in str(refused.value)


def test_points_given_as_ratios_are_out_of_range(table):
    with pytest.raises(DataError, match=r"line 2: score must be from 0 to 1, got 81\.5; are these"):
        read_scores(table(GOOD), "ratio")


@pytest.mark.parametrize("name", ["=cmd|calc", "a\u202eb", "x" * 81, "e\u0301"])
def test_names_that_may_not_be_shown(table, name):
    text = f'name,seed,target_lang,metric,score\n"{name}",0,sw,accuracy,0.5\n'
    with pytest.raises(DataError, match=r"line 2: .*name"):
        read_scores(table(text), "ratio")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, len(GOOD) - 1),
    put=st.text(alphabet="0123456789.,\"'\n\r\t-+eE nan\ufeff\x00é=", max_size=4),
    lost=st.integers(0, 5),
)
def test_a_damaged_table_has_all_its_rows_or_none(table, place, put, lost):
    text = GOOD[:place] + put + GOOD[place + lost :]
    try:
        found = read_scores(table(text), "points")
    except MsltError:
        return
    rows = [line for line in text.replace("\r\n", "\n").split("\n")[1:] if line.strip()]
    assert sum(len(t.scores) for r in found for t in r.targets.values()) == len(rows)
    assert all(0 <= v <= 1 for r in found for t in r.targets.values() for v in t.scores.values())


# --- lm-evaluation-harness


def write_lm_eval(folder, right=(1, 0, 1, 1), task="xnli_de", **changes):
    """Files as lm-eval 0.4.13 writes them, cut to what is read and some more."""
    content = {
        "results": {
            "xnli": {"acc,none": 0.1, "alias": "xnli"},
            task: {"alias": f" - {task}", "acc,none": sum(right) / len(right)},
        },
        "group_subtasks": {"xnli": [task], task: []},
        "n-samples": {task: {"original": 5000, "effective": len(right)}},
        "lm_eval_version": "0.4.13",
    }
    path = folder / "results_2026-11-21T10-00-00.123456.json"
    path.write_text(json.dumps({**content, **changes}, indent=2))
    lines = [
        {
            "doc_id": i,
            "doc": {},
            "target": "0",
            "filter": "none",
            "metrics": ["acc"],
            "doc_hash": f"d{i}",
            "prompt_hash": "p",
            "target_hash": f"t{i}",
            "acc": float(value),
        }
        for i, value in enumerate(right)
    ]
    samples = folder / f"samples_{task}_2026-11-21T10-00-00.123456.jsonl"
    # in the order in which processes of several GPUs wrote them
    samples.write_text("".join(json.dumps(line) + "\n" for line in reversed(lines)))
    return path, samples


def test_lm_eval_with_samples(tmp_path):
    path, _ = write_lm_eval(tmp_path)
    found = read_lm_eval(path, name="mine", source_langs=("en",), seed=2)
    assert list(found.targets) == ["de"]  # the group's mean is no language
    assert found.targets["de"].scores == {"item_accuracy": 0.75}
    assert found.targets["de"].n_items == 4
    assert found.outcomes["de"]["n_correct"].tolist() == [1, 0, 1, 1]  # by doc_id


def test_items_have_a_name_that_outcomes_do_not_change(tmp_path):
    names = set()
    for i, right in enumerate([(1, 0, 1, 1), (0, 0, 0, 1), (1, 0, 1)]):
        folder = tmp_path / str(i)
        folder.mkdir()
        found = read_lm_eval(write_lm_eval(folder, right)[0], name="mine")
        names.add(found.targets["de"].items)
    assert len(names) == 2


def test_lm_eval_without_samples_has_scores_alone(tmp_path):
    path, samples = write_lm_eval(tmp_path)
    samples.unlink()
    found = read_lm_eval(path, name="mine")
    assert found.targets["de"].n_items == 4
    assert not found.targets["de"].items
    assert not found.outcomes


@pytest.mark.parametrize(
    ("task", "lang"), [("belebele_deu_Latn", "de"), ("xcopa_et", "et"), ("xwinograd_jp", "ja")]
)
def test_the_language_is_the_end_of_a_task_s_name(tmp_path, task, lang):
    assert list(read_lm_eval(write_lm_eval(tmp_path, task=task)[0], name="m").targets) == [lang]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"results": {}}, "is no results file"),
        ({"results": {"xnli_qq": {"acc,none": 0.5}}}, "'xnli_qq' does not end in a language"),
        ({"results": {"../x_de": {"acc,none": 0.5}}}, "is no name of a task"),
        ({"results": {"xnli_de": {"f1,none": 0.5}}}, "has no acc,none or exact_match,none"),
        ({"results": {"xnli_de": {"acc,none": 75}}}, "acc,none must be from 0 to 1, got 75"),
        ({"results": {"xnli_de": {"acc,none": 0.5}}}, "gives 0.750000, .* says 0.500000"),
        ({"results": {"a_de": {"acc,none": 1}, "b_de": {"acc,none": 1}}}, "are both in de"),
        ({"n-samples": {"xnli_de": {"effective": 9}}}, "has 4 items, .* says 9"),
        ({"n-samples": {"xnli_de": {"effective": "9"}}}, "must be 1 or more, got '9'"),
    ],
)
def test_lm_eval_that_does_not_fit_is_refused(tmp_path, changes, message):
    path, _ = write_lm_eval(tmp_path, **changes)
    with pytest.raises(DataError, match=message):
        read_lm_eval(path, name="mine")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"doc_id": 1', '"doc_id": 2', "line 3: doc_id 2 is no number, or is there twice"),
        ('"acc": 1.0', '"acc": 0.5', "must be 0 or 1, got 0.5"),
        ('"doc_hash": "d3"', '"doc_hash": 3', "doc_hash must be text"),
        ('"acc"', '"acc2"', "no column 'acc'"),
        ('{"doc_id": 3', '{"doc_id": 3,,', "line 1: not JSON"),
    ],
)
def test_samples_say_their_line(tmp_path, old, new, message):
    path, samples = write_lm_eval(tmp_path)
    samples.write_text(samples.read_text().replace(old, new))
    with pytest.raises(DataError, match=message):
        read_lm_eval(path, name="mine")


# --- predictions


PREDICTED = "lang\tid\tgold\tpredicted\nsw\t1\tyes\tyes\nsw\t2\tno\tyes\nde\t1\tno\tno\n"


def test_predictions_are_scored_and_kept(table):
    found = read_predictions(table(PREDICTED, "p.tsv"), name="mine")
    # sw: one of two; de: one of one
    assert found.targets["sw"].scores == {"item_accuracy": 0.5}
    assert found.targets["de"].scores == {"item_accuracy": 1.0}
    assert found.outcomes["sw"]["n_correct"].tolist() == [1, 0]


def test_the_order_of_items_is_of_no_account(table):
    head, *rows = PREDICTED.splitlines(keepends=True)
    turned = table(head + "".join(reversed(rows)), "turned.tsv")
    found = read_predictions(turned, name="mine")
    assert found.targets == read_predictions(table(PREDICTED, "p.tsv"), name="mine").targets
    assert found.outcomes["sw"]["n_correct"].tolist() == [1, 0]


def test_labels_of_words(table):
    rows = [
        {"lang": "sw", "id": 1, "gold": ["O", "B-PER"], "predicted": ["O", "O"]},
        {"lang": "sw", "id": 2, "gold": ["O", "O", "O"], "predicted": ["O", "O", "O"]},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    found = read_predictions(table(text, "p.jsonl"), name="mine")
    # 1 of 2 words and 3 of 3
    assert found.targets["sw"].scores == {"accuracy": 0.8}
    assert found.outcomes["sw"]["n_tokens"].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"lang": "qq"}, "line 2: unknown language code 'qq'"),
        ({"id": 1}, "line 2: the item '1' of sw is there twice"),
        ({"gold": ["a"]}, "must both be lists, or both be single labels"),
        ({"gold": ["a"], "predicted": ["a", "b"]}, "1 gold labels and 2 predicted"),
        ({"gold": ["a"], "predicted": ["a"]}, "mixes lists of labels"),
        ({"gold": None}, "line 2: gold must be text or a whole number, got None"),
        ({"gold": 0.5}, "gold must be text or a whole number, got 0.5"),
        ({"predicted": True}, "predicted must be text or a whole number"),
    ],
)
def test_predictions_say_their_line(table, row, message):
    good = {"lang": "sw", "id": 1, "gold": "a", "predicted": "a"}
    text = "".join(json.dumps(r) + "\n" for r in (good, {**good, "id": 2, **row}))
    with pytest.raises(DataError, match=message):
        read_predictions(table(text, "p.jsonl"), name="mine")
