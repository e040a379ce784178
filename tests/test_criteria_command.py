"""``criteria``: what the Criteria page says, in JSON and as a table."""

import dataclasses
import json
import math

import pytest

from mslt_core.__main__ import main
from mslt_core.commands import judging
from mslt_core.commands.answer import probability
from mslt_core.commands.judging import _told
from mslt_core.pipeline import (
    Access,
    judge_criteria,
    most_and_least_similar,
    open_store,
    run_groups,
    swept,
)
from mslt_core.spec.judging import Ranged


@pytest.mark.parametrize(
    ("p", "told"),
    [(0.0324, "0.0324"), (1 / 5041, "0.0002"), (0.00009, "<0.0001"), (math.nan, "-"), (None, "-")],
)
def test_no_p_is_written_as_nought(p, told):
    assert probability(p) == told


def test_no_nought_has_a_minus():
    assert _told(Ranged(value=0.0187, low=-0.00001, high=0.02), 100, 2) == "1.87 [0.00, 2.00]"


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))


def test_criteria_say_what_the_pipeline_says(capsys):
    store = open_store()
    sweep = next(one for one in swept(run_groups(store)) if one.k == 2)
    judged = judge_criteria(Access(store=store), sweep, metric="span_f1", average="paper")
    assert (
        main(["criteria", *["--k", "2", "--metric", "span_f1", "--average", "paper", "--json"]])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert [one["criterion"] for one in found["criteria"]] == [c.criterion for c in judged.criteria]
    for told, one in zip(found["criteria"], judged.criteria, strict=True):
        assert told["standing"] == json.loads(json.dumps(dataclasses.asdict(one.standing)))
        assert told["rho"]["value"] == (None if math.isnan(one.rho.value) else one.rho.value)
        assert told["p"] == (None if math.isnan(one.p) else one.p)
    assert found["random"]["regret"]["high"] == judged.random.regret.high
    assert found["targets"] == list(judged.targets)
    assert main(["criteria", "--k", "2"]) == 0
    table = capsys.readouterr().out
    assert table.startswith("cldr-ner, base, 1,000 in 125 steps\n21 sets of 2, mean over ")
    assert judged.everything is None, "the paper's mean has other targets for all at once"
    (row,) = [line for line in table.splitlines() if "all languages" in line]
    everything = judge_criteria(Access(store=store), sweep).everything
    assert f"{100 * everything.regret.value:.2f} [{100 * everything.regret.low:.2f}, " in row
    assert everything.regret.value == -everything.minus_best.value
    assert everything.regret.low == -everything.minus_best.high


def test_similar_sets_are_the_pipelines(capsys):
    store = open_store()
    sweep = next(one for one in swept(run_groups(store)) if one.k == 2)
    judged = judge_criteria(Access(store=store), sweep)
    found = most_and_least_similar(store, sweep, judged)
    assert main(["compare", "--view", "similar", "--k", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["difference"]["p_holm"] for one in told["contrasts"]] == [
        one.difference.p_holm for one in found.contrasts
    ]
    assert told["contrasts"][0]["score_diverse"] == found.contrasts[0].score_diverse


def test_criteria_are_judged_by_the_shipped_sweep(capsys):
    assert main(["criteria", "--with", "en", "--search", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n_sets"], found["with"], len(found["means"])) == (15, "en", 15)
    assert found["criteria"][0]["standing"]["rank"]["value"] == 1.0
    assert {one["name"] for one in found["search"]} >= {"model", "random", "syntax"}
    assert main(["criteria", "--metric", "macro_f1"]) == 2
    assert "not all of these sets are scored by macro_f1" in capsys.readouterr().err
    assert main(["criteria", "--k", "9"]) == 1
    assert "Sizes with all their sets: 1, 2, 3, 4, 5, 6" in capsys.readouterr().err
    assert main(["criteria", "--experiment", "ffff"]) == 2
    assert "there is no one experiment 'ffff'" in capsys.readouterr().err


def test_runs_that_learnt_nothing_are_named(monkeypatch, capsys):
    monkeypatch.setattr(judging, "nothing_learnt", lambda runs: f"{len([*runs])} learnt nothing.")
    assert main(["criteria"]) == 0
    assert "105 learnt nothing." in capsys.readouterr().out
    assert main(["criteria", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nothing_learnt"] == "105 learnt nothing."
