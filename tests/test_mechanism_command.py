"""``mechanism``: what the page says, in JSON, in a table and as CSV."""

import csv
import json

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.__main__ import main
from mslt_core.commands import mechanism as command


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))


@pytest.fixture
def ask(capsys):
    def run(*args):
        status = main(["mechanism", *map(str, args)])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def singles():
    return [g for g in pipeline.run_groups(pipeline.open_store()) if len(g.source_langs) == 1]


@pytest.fixture
def asked(planted_geometry, singles):
    rng = np.random.default_rng(0)
    return planted_geometry(pipeline.open_store(), singles, lambda _: rng.random(24))


def test_it_says_what_the_pipeline_says(ask, asked, singles, tmp_path):
    options = ("--measure", "language_mingling", "--corpus", asked.corpus, "--metric", "span_f1")
    out = tmp_path / "cells.csv"
    status, text, _ = ask(*options, "--out", out, "--json")
    assert status == 0
    answer = json.loads(text)
    english = next(group for group in singles if group.source_langs == ("en",))
    found = pipeline.mechanism(pipeline.open_store(), singles, asked, "span_f1", reference=english)
    assert answer["adjusted"]["slope"] == found.adjusted.slope
    assert answer["adjusted"]["low"] == found.adjusted.low
    assert answer["between"]["n_sets"] == 7
    assert answer["p_languages"] == found.p_languages
    assert (answer["n_measured"], answer["n_runs"], answer["reference"]) == (21, 381, "SSLT(en)")
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(answer["cells"]) == 7 * 17
    assert float(rows[0]["closer_within"]) == answer["cells"][0]["closer_within"]
    _, text, _ = ask(*options)
    assert f"{10 * found.adjusted.slope:+.2f}" in text
    assert "21 of 381 runs are measured; p by exchanging source languages" in text


def test_without_geometry_it_says_how_to_get_it(ask):
    status, _, err = ask()
    assert status == 1
    assert "none of 381 runs is measured; 2 have weights" in err
    assert "--compute measures those" in err


def test_it_computes_what_is_missing(ask, asked, singles, monkeypatch):
    given = []
    monkeypatch.setattr(command, "execute_geometry", lambda _, work, *__, **___: given.append(work))
    options = ("--measure", "language_mingling", "--corpus", asked.corpus)
    assert ask(*options, "--compute")[0] == 0
    everything = pipeline.run_groups(pipeline.open_store())
    there = pipeline.geometry(pipeline.open_store(), everything, asked)
    assert given[0].look.checkpoints == ("base", *there.with_weights)
    ask(*options, "--again")
    further = pipeline.one_a_set(everything, there)
    assert given[1].look.checkpoints == ("base", *there.with_weights, *further)
    assert singles[0].runs[0].run not in further
    assert given[1].look.parts == ("language_mixing",)


def test_refuses_what_it_cannot_answer(ask):
    status, _, err = ask("--measure", "language_mingling", "--partners", "sources")
    assert status == 2
    assert "not towards its sources" in err
    status, _, err = ask("--out", "/nowhere/cells.csv")
    assert status == 2
    assert "not there" in err
