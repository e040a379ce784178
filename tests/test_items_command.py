"""``items``: what the page says, in JSON, in tables and as CSV."""

import json

import pytest

from mslt_core.__main__ import main
from mslt_core.pipeline import compare_items, open_store, run_groups, select_items


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))


ASKED = ["items", "--set", "de,en,es", "--against", "en", "--target", "tr"]


def test_it_says_what_the_pipeline_says(capsys):
    assert main([*ASKED, "--metric", "span_f1", "--seed", "1", "--top", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    groups = {group.source_langs: group for group in run_groups(open_store())}
    a, b = groups["en",], groups["de", "en", "es"]
    found = compare_items(open_store(), a, b, "tr", "span_f1", seeds=(1, 1))
    assert told["n_differ"] == found.differ.sum()
    assert [item["item"] - 1 for item in told["items"]] == select_items(found)[:3].tolist()
    assert [c["only_b"] for c in told["cells"]] == [c.only_b for c in found.cells]
    assert told["by_label"][0]["f1_b"] == found.by_label[0].f1_b


def test_people_get_tables_and_files(capsys, tmp_path):
    out = tmp_path / "items.csv"
    assert main([*ASKED, "--kind", "only_b", "--label", "LOC", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "Turkish (tr): of 150 items MSLT(de, en, es) alone gets 39 right, SSLT(en) alone" in told
    assert "words right" in told
    assert out.read_text().startswith("item,row,text,gold,predicted_a,predicted_b,")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--set", "en"], "SSLT(en) cannot differ from itself"),
        (["--set", "de,en,es", "--label", "DOG"], "unknown label 'DOG'. Known are O, "),
        (["--set", "de,en,es", "--top", "-1"], "--top must be 0 or more"),
        (
            ["--set", "de,en,es", "--out", "/no/such/items.csv"],
            "lies in a folder that is not there",
        ),
        (["--set", "de,en,es", "--seed", "9"], "no runs with the seeds (9, 9)"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(capsys, args, message):
    assert main(["items", "--target", "tr", *args]) == 2
    assert message in capsys.readouterr().err
