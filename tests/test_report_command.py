"""``report``: stories to files, what it refuses, and the standard story against `compare`."""

import dataclasses
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from mslt_core.__main__ import main
from mslt_core.commands import report_files, reporting, standard, standard_told
from mslt_core.commands.findings import Compared
from mslt_core.pipeline import (
    by_size,
    gains_by_group,
    gains_over,
    open_store,
    run_groups,
    swept,
    zero_shot_means,
)
from mslt_core.spec.judging import AllLanguages, CriterionJudged, Judged, PickStanding, Ranged
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import Where
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    Pin,
    Slide,
    TableContent,
)
from mslt_core.store.pin_content import content_fingerprint
from pages._shared import judged_told
from pages._shared.messages import unescaped
from tests.pipeline.made import put

DRAWN = {"data": [{"type": "scatter", "x": [1], "y": [2]}], "layout": {"height": 300}}
CONTENTS = {
    "figure": FigureContent(light=DRAWN, dark=DRAWN),
    "table": TableContent(columns=("set", "gain"), rows=(("=1+1", 2), ("MSLT(de, en)", None))),
    "number": NumberContent(value="+2.1 [1.4, 2.9]", below="points"),
}


@pytest.fixture(autouse=True)
def story(tmp_path, monkeypatch):
    """A store with one story of a figure, a table and a number; gives its id."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    stories = open_store().stories
    pins = []
    for kind, content in CONTENTS.items():
        pin = Pin(
            kind=kind,
            title=f"Is this a {kind}?",
            origin=Origin(page="results"),
            content=content_fingerprint(content),
        )
        pins.append(stories.put_pin(pin, content, "2026-11-21T10:00:00+00:00"))
    story_id = stories.new_story("For the team")
    slides = tuple(Slide(pin=digest) for digest in pins)
    stories.change_story(story_id, lambda _: stories.story(story_id).but(slides=slides))
    return story_id


@pytest.fixture
def ask(capsys):
    def run(*args):
        status = main(["report", *map(str, args), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return run


def test_it_lists_the_stories(ask, story):
    _, answer, _ = ask("list")
    assert answer == {"stories": [{"id": story, "title": "For the team", "n_slides": 3}]}


@pytest.mark.parametrize("by", ["id", "title"])
def test_a_story_as_html(ask, story, tmp_path, by):
    file = tmp_path / "team.html"
    status, answer, _ = ask(story if by == "id" else "For the team", "--to", file)
    assert status == 0
    assert answer["n_slides"] == 3
    assert answer["files"] == [{"file": str(file), "size_bytes": file.stat().st_size}]
    written = file.read_text()
    assert "<title>For the team</title>" in written
    assert 'data-theme="auto"' in written
    assert ask(story, "--to", file)[2].startswith(f"error: {file} is there already. --force")
    assert ask(story, "--to", file, "--force", "--theme", "dark")[0] == 0
    assert 'data-theme="dark"' in file.read_text()


def test_tables_as_csv_and_latex(ask, story, tmp_path):
    folder = tmp_path / "new" / "files"
    status, answer, _ = ask(story, "--figures", folder, "--format", "tex,csv")
    assert status == 0
    names = ["02-is-this-a-table", "03-is-this-a-number"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.{form}" for name in names for form in ("csv", "tex")
    )
    assert len(answer["files"]) == 4
    csv = (folder / f"{names[0]}.csv").read_text()
    assert csv == 'set,gain\n\'=1+1,2\n"MSLT(de, en)",\n', "a formula is marked as text"
    tex = (folder / f"{names[0]}.tex").read_text()
    assert "\\toprule" in tex
    assert "MSLT(de, en) & -- \\\\" in tex
    assert "=1+1 & 2 \\\\" in tex
    status, _, err = ask(story, "--figures", folder, "--format", "csv")
    assert status == 2
    assert "2 of these files are in" in err


def test_nothing_half_written_where_drawing_fails(ask, story, tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the browser died")

    monkeypatch.setattr(report_files, "figure_pictures", broken)
    status, _, err = ask(story, "--figures", tmp_path / "out", "--format", "csv,svg")
    assert status == 1
    assert "the browser died" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "give either a story or --standard"),
        (["x", "--standard", "--to", "a.html"], "give either a story or --standard"),
        (["x"], "give either --to FILE or --figures FOLDER"),
        (["x", "--to", "a.html", "--figures", "b"], "give either --to FILE or --figures FOLDER"),
        (["x", "--to", "a.html", "--sets", "de"], "--sets is for --standard"),
        (["x", "--to", "a.doc"], "a.doc should end in .html, .pptx, .pdf, got '.doc'"),
        (["x", "--to", "/nowhere/a.html"], "--to /nowhere/a.html lies in a folder that is not"),
        (["x", "--to", "a.pdf", "--theme", "auto"], "--theme auto is for HTML alone"),
        (["x", "--figures", "b", "--format", "svg,gif"], "--format takes svg, png,"),
        (["--standard", "--to", "a.html", "--sets", "de,sw"], "no finished run of MSLT(de, sw)"),
        (["--standard", "--to", "a.html", "--metric", "macro_f1"], "is not scored by macro_f1"),
        (["--standard", "--to", "a.html", "--experiment", "beef"], "no one experiment 'beef'"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(ask, args, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, answer, err = ask(*args)
    assert (status, answer) == (2, None)
    assert message in err
    assert not list(tmp_path.glob("a.*"))


def test_a_story_that_is_not_there(ask, tmp_path, story):
    status, _, err = ask("another", "--to", tmp_path / "a.html")
    assert status == 1
    assert err == (
        f"error: there is no one story 'another'. Stories here: {story}. --standard tells what "
        "the store knows without one.\n"
    )


def test_single_runs_are_told_as_what_they_are():
    store = open_store()
    sizes = by_size(store, swept(run_groups(store)))
    assert "No plateau is shown: the last step" in standard_told.sizes(sizes)
    sure = dataclasses.replace(sizes.gains[-1], low=0.001)
    risen = dataclasses.replace(sizes, gains=(*sizes.gains[:-1], sure))
    assert "No plateau: even the last step" in standard_told.sizes(risen)
    items = dataclasses.replace(sizes.gains[-1], sd_seeds=None, n_seeds=1)
    single = dataclasses.replace(sizes, seeds=(0,), gains=(*sizes.gains[:-1], items))
    told = standard_told.sizes(single)
    assert "a single run." in told
    assert told.endswith("nothing can be said of a plateau.")


@pytest.mark.slow
def test_the_standard_story_says_what_compare_says(ask, tmp_path):
    file = tmp_path / "results.html"
    status, answer, _ = ask("--standard", "--sets", "de,en,es", "--to", file)
    assert status == 0
    assert answer["n_slides"] >= 10
    written = re.sub(r"<[^<>]*>", "", file.read_text().split("<script")[0])
    store, pool = open_store(), run_groups(open_store())
    english, ours = (
        next(group for group in pool if group.source_langs == langs)
        for langs in (("en",), ("de", "en", "es"))
    )
    shared, _ = zero_shot_means(store, (english, ours))
    (gain,) = gains_over(store, english, (ours,), mean_over=shared, pool=pool)
    low, high = 100 * gain.mean.low, 100 * gain.mean.high
    assert f"+{100 * gain.mean.estimate:.1f} [{low:.1f}, {high:.1f}] points" in written
    for question in ("Which sets may be the best?", "Which criterion would have found"):
        assert question in written
    assert "Mean CKA between 8 languages" in written, "the shipped look is stored"
    # the maps are of fewer sentences than what is measured behind them
    assert written.count("8 languages, 200 sentences each; CKA of 1,000,") == 1
    assert written.count("8 languages, 1,000 sentences each,") == 2


@pytest.fixture
def pair():
    """The standard story's subject: a set with two seeds minus one with three."""
    pool = run_groups(open_store())
    english, ours = (
        next(group for group in pool if group.source_langs == langs)
        for langs in (("en",), ("de", "en", "es"))
    )
    fewer = dataclasses.replace(ours, runs=ours.runs[:2])
    pool = [fewer if group == ours else group for group in pool]
    return Compared(
        store=open_store(), pool=tuple(pool), baseline=english, others=(fewer,), metric="accuracy"
    )


def test_targets_are_grouped_as_on_the_pages(pair):
    ((pin, _),) = standard._groups(pair)
    found = gains_by_group(
        pair.store, pair.baseline, *pair.others, "accuracy", by="english", pool=pair.pool
    )
    assert found.away_from == "English"
    assert standard_told.groups(found) == pin.told
    assert "over SSLT(en), by distance from English, two runs each." in pin.told
    assert "by distance from English" in pin.subtitle


def test_a_finding_names_the_runs_that_its_number_rests_on(pair):
    number, gains, scores = (pin for pin, _ in standard._gains(pair))
    for difference in (number, gains, *(pin for pin, _ in standard._groups(pair))):
        assert len(difference.origin.runs) == 4, difference.title
    assert len(scores.origin.runs) == 5, "all scores are shown"


def test_oracles_are_among_the_runs_of_the_figure_that_marks_them(pair):
    one = pair.baseline.runs[0]
    spec = one.spec.but(source_langs=("sw",), target_langs=("sw",), oracle=True, seed=7)
    scores = pair.store.runs.outcome(one.run, rows=False)["scores"]
    oracle = put(pair.store, spec, {"sw": scores["sw"]})
    _, gains, marked = (pin for pin, _ in standard._gains(pair))
    assert oracle in marked.origin.runs
    assert "Oracle(sw)" in marked.origin.sets
    assert 7 not in marked.origin.seeds, "these are of what is compared"
    assert oracle not in gains.origin.runs


def test_own_data_is_told_by_its_folder(pair, monkeypatch):
    one = pair.baseline.runs[0]
    own = dataclasses.replace(
        one, spec=one.spec.but(task="own"), where=Where(data="/home/me/reviews")
    )
    baseline = dataclasses.replace(pair.baseline, runs=(own,))
    asked = dataclasses.replace(pair, baseline=baseline)
    assert asked.origin("results", [baseline], "").experiment.startswith("own data (reviews), base")
    monkeypatch.setattr(standard, "PARTS", {})
    story, _, _ = standard.standard_story(asked, lambda *_: None)
    assert story.title == "Does MSLT beat SSLT on own data (reviews)?"


def test_criteria_are_told_as_on_their_page(pair, monkeypatch):
    rank = Ranged(value=1.0, low=1.0, high=4.0)
    regret = Ranged(value=0.0, low=0.0, high=0.01)
    stands = PickStanding(rank=rank, regret=regret, beats=rank, held_out=())

    def judged(_, sweep, **__):
        pick = CriterionJudged(
            criterion="syntax", picks=(sweep.groups[0].source_langs,), standing=stands, rho=rank,
            p=0.5, against_least=regret, least=(), paper=(),
        )  # fmt: skip
        told["page"] = Judged(
            pool=sweep.pool, k=sweep.k, fixed=None, metric=pair.metric, average="shared",
            targets=("fi",), seeds=(0, 1), sets=tuple(g.source_langs for g in sweep.groups),
            scores=np.zeros((2, len(sweep.groups))), sd_seed=0.01, df=2, carried="both",
            goodness={}, criteria=(pick, dataclasses.replace(pick, criterion="family")),
            asked=SelectSpec(pool=sweep.pool, k=sweep.k, criterion="script"), base="base",
            random=stands, everything=AllLanguages(score=0.8, minus_best=regret), missing={},
        )  # fmt: skip
        return told["page"]

    told = {}
    monkeypatch.setattr(standard, "judge_criteria", judged)
    ((pin, _),) = standard._criteria(pair)
    assert pin.told == unescaped(judged_told.answer(told["page"]))
    assert "Syntax (and 1 more) would have chosen" in pin.told
    assert "rank 1 [1, 4] of 35" in pin.told
    assert any(name.count(",") == 6 for name in pin.origin.sets), "all seven languages are told of"


def test_few_shot_sets_do_not_compete_for_the_best():
    first, *plain = run_groups(open_store())[:4]
    seen = {"shots": 10, "shot_langs": ("fr",)}
    runs = tuple(dataclasses.replace(run, spec=run.spec.but(**seen)) for run in first.runs)
    few = dataclasses.replace(first, runs=runs)
    rested = []
    compared = SimpleNamespace(
        store=open_store(),
        pool=(few, *plain),
        metric="span_f1",
        origin=lambda *asked: rested.append(asked) or Origin(page="results"),
    )
    _, (_, table) = standard._best(compared)
    assert {row[0] for row in table.rows} == {group.name for group in plain}
    assert rested[0][1] == tuple(plain)


@pytest.mark.slow
def test_what_cannot_be_told_is_left_out_with_its_reason(ask, tmp_path, monkeypatch):
    # two sets, one run each: no sweep, nothing to rank, no look of theirs at Mingling
    few = [
        dataclasses.replace(group, runs=group.runs[2:])
        for group in run_groups(open_store())
        if group.source_langs in (("en",), ("ar", "ru"))
    ]
    monkeypatch.setattr(reporting, "run_groups", lambda _: few)
    status, answer, _ = ask("--standard", "--to", tmp_path / "a.html")
    assert status == 0
    assert answer["n_slides"] == 4
    told = " ".join(answer["warnings"])
    for name in ("the best sets are", "criteria are", "mixing is", "score by number of sources is"):
        assert f"{name} left out" in told
