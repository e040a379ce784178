"""Two runs item by item, from predictions that are known."""

import shutil

import numpy as np
import pytest

from mslt_core.pipeline import (
    ITEM_COLUMNS,
    compare_items,
    item_labels,
    item_seeds,
    item_table,
    rows_as_csv,
    run_groups,
    select_items,
    worth_told,
)
from mslt_core.spec.errors import BadInputError, NotComputedError, SpecError
from mslt_core.spec.specs import Where
from mslt_core.store import Store
from tests.pipeline.made import AS_GOLD, finish, ner_folder, own_folder

# the first sentence is "Ada Lovelace saw Paris": the name is cut and the place is missed
CUT = [(1, 0, 0, 0), *AS_GOLD[1:]]
LOST = [*AS_GOLD[:1], (0, 3), *AS_GOLD[2:]]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def folder(tmp_path):
    return ner_folder(tmp_path / "data")


def pair(store):
    a, b = run_groups(store)
    return a, b


def test_cells_by_hand(store, folder):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    found = compare_items(store, *pair(store), "tr")
    # item 1: b alone; item 2: a alone; items 3 and 4: both
    (cells,) = found.cells
    assert (cells.both, cells.only_a, cells.only_b, cells.neither) == (2, 1, 1, 0)
    assert cells.p == 1.0
    assert found.gain.tolist() == [2, -1, 0, 0]
    assert found.differ.tolist() == [True, True, False, False]
    assert select_items(found).tolist() == [0, 1]
    assert select_items(found, kind="only_b").tolist() == [0]
    assert select_items(found, kind="only_a").tolist() == [1]
    assert worth_told(found, 0) == ("2 of 4 words right", "4 of 4 words right")


def test_span_errors_by_hand(store, folder):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    found = compare_items(store, *pair(store), "tr", "span_f1")
    # item 1: a names Ada alone where Ada Lovelace and Paris are: 2 missed and 1 too many
    # item 2: b names a place where there is none
    assert found.worth_a.tolist() == [-3, 0, 0, 0]
    assert found.worth_b.tolist() == [0, -1, 0, 0]
    assert worth_told(found, 1) == ("all right", "1 entity error")
    by_label = {row.label: row for row in found.by_label}
    # PER: 3 gold, a finds 2 of its 3; LOC: 2 gold, a finds one, b both and one too many
    assert by_label["PER"].f1_a == pytest.approx(2 * 2 / 6)
    assert by_label["LOC"].recall_a == pytest.approx(1 / 2)
    assert by_label["LOC"].precision_b == pytest.approx(2 / 3)
    assert by_label["LOC"].low < by_label["LOC"].difference < by_label["LOC"].high


def test_both_wrong_in_different_ways(store, folder):
    finish(store, folder, ("en",), [(1, 0, 0, 3), *AS_GOLD[1:]])
    finish(store, folder, ("de", "en"), [(3, 2, 0, 3), *AS_GOLD[1:]])
    found = compare_items(store, *pair(store), "tr")
    assert select_items(found, kind="both_wrong").tolist() == [0]
    assert select_items(found, kind="only_a").tolist() == []
    assert found.gain.tolist() == [0, 0, 0, 0]


def test_both_wrong_alike_is_no_difference(store, folder):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), CUT)
    found = compare_items(store, *pair(store), "tr")
    assert found.chosen.neither == 1
    assert not len(select_items(found))


def test_filters(store, folder):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    found = compare_items(store, *pair(store), "tr")
    assert item_labels(found) == ("O", "PER", "LOC")
    # they differ on Lovelace (PER) and Paris (LOC), and on a word outside of any name
    assert select_items(found, label="LOC").tolist() == [0]
    assert select_items(found, label="O").tolist() == [1]
    assert select_items(found, label="MISC").tolist() == []
    assert select_items(found, search="  ADA love").tolist() == [0]
    assert select_items(found, search="oslo").tolist() == []


def test_seeds(store, folder):
    for seed, of_a in enumerate((CUT, CUT, AS_GOLD)):
        finish(store, folder, ("en",), of_a, seed=seed)
        finish(store, folder, ("de", "en"), AS_GOLD, seed=seed)
    a, b = pair(store)
    assert item_seeds(a, b) == ((0, 0), (1, 1), (2, 2))
    found = compare_items(store, a, b, "tr", seeds=(1, 1))
    assert found.chosen.seed_a == 1
    assert found.only_b_seeds.tolist() == [2, 0, 0, 0]
    assert found.only_a_seeds.tolist() == [0, 0, 0, 0]
    turned = compare_items(store, b, a, "tr")
    assert turned.only_a_seeds.tolist() == [2, 0, 0, 0]
    assert select_items(found).tolist() == [0]
    assert not len(select_items(found, every_seed=True))
    assert not len(select_items(compare_items(store, a, b, "tr", seeds=(2, 2))))
    with pytest.raises(
        SpecError, match=r"no runs with the seeds \(7, 7\)\. There are SSLT\(en\): 0"
    ):
        compare_items(store, a, b, "tr", seeds=(7, 7))


def test_runs_without_a_seed_in_common(store, folder):
    finish(store, folder, ("en",), CUT, seed=1)
    finish(store, folder, ("de", "en"), AS_GOLD, seed=2)
    found = compare_items(store, *pair(store), "tr")
    assert found.seeds == (1, 2)
    assert found.chosen.only_b == 1


def test_data_that_is_gone_or_changed_leaves_the_counts(store, folder, tmp_path):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    a, b = pair(store)
    shutil.copytree(folder, tmp_path / "moved")
    (folder / "test-tr.jsonl").write_text('{"tokens": ["x"], "tags": ["O"]}\n')
    found = compare_items(store, a, b, "tr")
    assert not found.rows
    assert found.predicted_a is None
    assert "is not what the run was scored on" in found.missing[0]
    assert (found.chosen.only_a, found.chosen.only_b) == (1, 1)
    assert select_items(found).tolist() == [0, 1]
    assert item_table(found, [0])[0][:6] == [1, "", "", "", "", ""]
    shutil.rmtree(folder)
    assert "there is no folder" in compare_items(store, a, b, "tr").missing[0]
    # it moved: whoever says where has the text again
    assert compare_items(store, a, b, "tr", data=str(tmp_path / "moved")).rows


def test_which_items_differ_does_not_rest_on_their_text(store, folder):
    """Both are wrong in the first item, equally often and in different ways."""
    finish(store, folder, ("en",), [(1, 0, 0, 3), *AS_GOLD[1:]])
    finish(store, folder, ("de", "en"), [(3, 2, 0, 3), *AS_GOLD[1:]])
    told = compare_items(store, *pair(store), "tr")
    shutil.rmtree(folder)
    found = compare_items(store, *pair(store), "tr")
    assert not found.rows
    assert found.differ.tolist() == told.differ.tolist() == [True, False, False, False]
    assert select_items(found, kind="both_wrong").tolist() == [0]
    assert found.differ_by == "predictions"
    assert len(found.missing) == 1


def test_pages_read_below_their_folders_only(store, folder, tmp_path):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    found = compare_items(store, *pair(store), "tr", roots=(tmp_path / "elsewhere",))
    assert not found.rows
    assert "outside the folders that may be read" in found.missing[0]


def test_runs_from_elsewhere_do_not_know_where_their_data_lies(store, folder):
    for sources, said in ((("en",), CUT), (("de", "en"), LOST)):
        finish(store, folder, sources, said, where=Where())
    found = compare_items(store, *pair(store), "tr")
    assert "where the data of own lies is not known here" in found.missing[0]


def test_packed_runs_have_counts_and_text(store, folder, tmp_path):
    run = finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    store.runs.pack(run, tmp_path / "packed")
    shutil.rmtree(store.root / "runs" / run)
    shutil.copytree(tmp_path / "packed", store.root / "runs" / run)
    found = compare_items(store, *pair(store), "tr")
    assert found.missing == (
        "Predictions of SSLT(en) are not kept, only how much of each item is right.",
        "Items of which both get equally much right count as alike.",
    )
    assert found.differ_by == "counts"
    assert found.rows
    assert found.predicted_a is None
    assert found.predicted_b is not None
    assert found.differ.tolist() == [True, True, False, False]
    assert found.by_label == ()


def test_outcomes_of_other_items_show_no_text(store, folder, monkeypatch):
    """Stored predictions that do not give the stored counts are not shown beside any text."""
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    kept = store.runs.predictions

    def turned(run, lang):
        arrays = kept(run, lang)
        return {**arrays, "predicted": arrays["predicted"][::-1]}

    monkeypatch.setattr(store.runs, "predictions", turned)
    found = compare_items(store, *pair(store), "tr")
    assert not found.rows
    assert "do not belong to the items in the data" in found.missing[0]
    assert found.differ_by == "counts"


def test_labels_that_do_not_exist_are_not_read(store, folder, monkeypatch):
    finish(store, folder, ("en",), CUT)
    finish(store, folder, ("de", "en"), LOST)
    kept = store.runs.predictions

    def beyond(run, lang):
        arrays = kept(run, lang)
        return {**arrays, "predicted": np.full_like(arrays["predicted"], 99)}

    monkeypatch.setattr(store.runs, "predictions", beyond)
    found = compare_items(store, *pair(store), "tr")
    assert found.predicted_a is None


CLASSES = "kind: classification\ntitle: x\nlabels: [bad, good]\n"
CHOICE = "kind: choice\ntitle: x\n"
QUESTIONS = "kind: questions\ntitle: x\n"


def test_classes(store, tmp_path):
    rows = [{"text": f"t{i}", "label": "good"} for i in range(3)]
    folder = own_folder(tmp_path / "data", CLASSES, rows)
    finish(store, folder, ("en",), [0, 1, 1])
    finish(store, folder, ("de", "en"), [1, 1, 0])
    found = compare_items(store, *pair(store), "tr")
    assert found.gain.tolist() == [1, 0, -1]
    assert item_table(found, [0])[0][:6] == [1, "test-tr.jsonl:1", "t0", "good", "bad", "good"]
    assert select_items(found, label="good").tolist() == [0, 2]
    assert select_items(found, label="bad").tolist() == []
    # good: a is right in 2 of 3; F1 = 4 / 5
    assert {row.label: row.f1_a for row in found.by_label}["good"] == pytest.approx(0.8)


def test_choices(store, tmp_path):
    rows = [{"premise": "p", "choices": [f"x{i}", "y"], "label": 0} for i in range(2)]
    told = f"{CHOICE}columns: {{choices: choices}}\n"
    folder = own_folder(tmp_path / "data", told, rows)
    finish(store, folder, ("en",), [1, 0])
    finish(store, folder, ("de", "en"), [0, 0])
    found = compare_items(store, *pair(store), "tr")
    assert item_table(found, [0])[0][3:6] == ["x0", "y", "x0"]
    assert found.by_label == ()


def test_classes_without_text(store, tmp_path):
    rows = [{"text": f"t{i}", "label": "good"} for i in range(3)]
    told = CLASSES.replace("good]", "good, fair]")
    folder = own_folder(tmp_path / "data", told, rows)
    finish(store, folder, ("en",), [0, 1, 0])
    finish(store, folder, ("de", "en"), [2, 1, 0])
    shutil.rmtree(folder)
    found = compare_items(store, *pair(store), "tr")
    assert select_items(found, kind="both_wrong").tolist() == [0]


ASKED = [
    {
        "question": "who?",
        "context": "Ada ran.",
        "answers": {"text": ["Ada"], "answer_start": [0]},
    },
    {
        "question": "what?",
        "context": "in May",
        "answers": {"text": ["May"], "answer_start": [3]},
    },
]


def test_questions(store, tmp_path):
    folder = own_folder(tmp_path / "data", QUESTIONS, ASKED)
    finish(store, folder, ("en",), ["Ada ran", "in"])
    finish(store, folder, ("de", "en"), ["Ada", "in"])
    found = compare_items(store, *pair(store), "tr")
    # F1 of "Ada ran" against "Ada": precision 1/2, recall 1
    assert found.gain.tolist() == pytest.approx([1 / 3, 0])
    assert item_table(found, [0])[0][3:6] == ["Ada", "Ada ran", "Ada"]
    assert select_items(found).tolist() == [0]
    exact = compare_items(store, *pair(store), "tr", "exact_match")
    assert (exact.chosen.only_b, exact.chosen.neither) == (1, 1)


def test_answers_without_text(store, tmp_path):
    folder = own_folder(tmp_path / "data", QUESTIONS, ASKED)
    finish(store, folder, ("en",), ["ran", "in"])
    finish(store, folder, ("de", "en"), ["ra", "nin"])  # the same letters one after the other
    told = compare_items(store, *pair(store), "tr")
    shutil.rmtree(folder)
    found = compare_items(store, *pair(store), "tr")
    assert found.differ.tolist() == told.differ.tolist() == [True, True]
    assert found.gain.tolist() == [0, 0]


def test_answers_to_other_questions_show_no_text(store, tmp_path, monkeypatch):
    folder = own_folder(tmp_path / "data", QUESTIONS, ASKED)
    finish(store, folder, ("en",), ["Ada", "in"])
    finish(store, folder, ("de", "en"), ["Ada", "in"])
    kept = store.runs.predictions

    def turned(run, lang):
        return {**kept(run, lang), "n_exact": np.array([0, 1], dtype=np.uint8)}

    monkeypatch.setattr(store.runs, "predictions", turned)
    assert "do not belong" in compare_items(store, *pair(store), "tr").missing[0]


def test_spreadsheets_get_text_and_no_formula(store, folder):
    finish(store, folder, ("en",), [*AS_GOLD[:3], (1, 0)])
    finish(store, folder, ("de", "en"), AS_GOLD)
    found = compare_items(store, *pair(store), "tr")
    text = rows_as_csv(ITEM_COLUMNS, item_table(found, select_items(found).tolist()))
    assert ",'=cmd() Ada," in text


def test_what_cannot_be_asked(store, folder, tmp_path):
    finish(store, folder, ("en",), CUT)
    run = finish(store, folder, ("de", "en"), LOST)
    a, b = pair(store)
    with pytest.raises(BadInputError, match=r"Swahili \(sw\) is no target of these runs"):
        compare_items(store, a, b, "sw")
    with pytest.raises(NotComputedError, match="no outcomes of single items on Turkish"):
        compare_items(store, a, b, "tr", "exact_match")
    shutil.rmtree(store.root / "runs" / run / "predictions")
    with pytest.raises(NotComputedError, match=r"MSLT\(de, en\), seed 0, has no outcomes"):
        compare_items(store, a, b, "tr")
    other = ner_folder(tmp_path / "other", "fi")
    finish(store, other, ("fr",), AS_GOLD, lang="fi")
    groups = {group.name: group for group in run_groups(store)}
    with pytest.raises(BadInputError, match="were not trained alike: other data, other targets"):
        compare_items(store, groups["SSLT(en)"], groups["SSLT(fr)"], "tr")
