"""``compare``: what the pages say, in JSON and in tables."""

import dataclasses
import json

import pytest

from mslt_core.__main__ import main
from mslt_core.commands import comparing
from mslt_core.pipeline import (
    best_and_worst,
    by_scripts,
    by_size,
    gains_by_group,
    gains_over,
    open_store,
    ranking,
    recurring,
    run_groups,
    swept,
    zero_shot_means,
)
from mslt_core.spec.specs import Where
from tests.pipeline.made import put


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def ask(capsys):
    def run(*args):
        status = main(["compare", *args, "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return run


def groups_of(*sets):
    groups = run_groups(open_store())
    return groups, [g for langs in sets for g in groups if g.source_langs == langs]


def test_it_says_what_the_pipeline_says(ask):
    status, answer, _ = ask("--sets", "de,en,es;ar,en,zh", "--metric", "span_f1")
    pool, (english, one, other) = groups_of(("en",), ("de", "en", "es"), ("ar", "en", "zh"))
    store = open_store()
    shared, means = zero_shot_means(store, (english, one, other), "span_f1")
    expected = gains_over(store, english, (one, other), "span_f1", mean_over=shared, pool=pool)
    assert status == 0
    assert answer["targets"] == list(shared)
    by_name = {found["name"]: found for found in answer["sets"]}
    assert by_name["SSLT(en)"]["gain"] is None
    for result in expected:
        found = by_name[result.name_b]
        assert found["gain"]["estimate"] == result.mean.estimate
        assert found["gain"]["sd_seeds"] == result.mean.sd_seeds
        assert found["carried"] == "both"
        p_holm = {gain["lang"]: gain["p_holm"] for gain in found["by_target"]}
        assert p_holm == {gain.lang: gain.p_holm for gain in result.gains}
    ranked = ranking(store, (english, one, other), "span_f1", pool=pool)
    assert [s["name"] for s in answer["sets"]] == [s.name for s in ranked.standings]
    assert answer["n_may_be_best"] == len(ranked.tied)
    assert means[english.key] == pytest.approx(by_name["SSLT(en)"]["mean"])


def test_a_few_shot_set_is_known_by_its_name(ask):
    store = open_store()
    _, (ours,) = groups_of(("de", "en", "es"))
    scores = store.runs.outcome(ours.runs[0].run, rows=False)["scores"]
    put(store, ours.runs[0].spec.but(shots=10, shot_langs=("th",)), scores)
    few_shot = "MSLT(de, en, es) + 10 th"
    plain = "MSLT(de, en, es)"
    for asked, sets in (
        (plain, {plain}),
        (few_shot, {few_shot}),
        (f"{few_shot}; {plain}", {plain, few_shot}),
        ("de,en,es", {plain}),
    ):
        status, answer, _ = ask("--sets", asked)
        assert (status, {one["name"] for one in answer["sets"]}) == (0, {"SSLT(en)", *sets})


def test_all_sets_of_the_example(ask):
    _, answer, _ = ask()
    assert len(answer["sets"]) == 127
    assert len(answer["targets"]) == 17, "languages that are a source of none of the sets"
    assert answer["carried"] == "both"
    assert answer["sets"][0]["may_be_best"]
    assert 1 < answer["n_may_be_best"] < 127
    assert answer["pool"]["n_runs"] == 381
    _, paper, _ = ask("--average", "paper")
    assert {found["n_targets"] for found in paper["sets"]} == set(range(17, 24))


def test_people_get_tables(capsys):
    assert main(["compare", "--sets", "de,en,es"]) == 0
    out = capsys.readouterr().out
    assert "cldr-ner, base, 1,000 in 125 steps" in out, "which experiment it is of"
    assert "MSLT(de, en, es) minus SSLT(en), in points" in out
    assert "zero-shot" in out
    assert "Seeds' noise pooled over " in out
    assert "another seed may move" not in out
    assert "Intervals and p carry test items and seeds;" in out


def test_the_headline_says_what_the_rows_carry(capsys, monkeypatch):
    # with one run a set nothing is ranked, and yet each difference has the items' interval
    groups = [dataclasses.replace(g, runs=g.runs[:1]) for g in run_groups(open_store())]
    monkeypatch.setattr(
        comparing, "run_groups", lambda _: [g for g in groups if len(g.source_langs) == 1]
    )
    assert main(["compare", "--sets", "de"]) == 0
    out = capsys.readouterr().out
    assert "Intervals and p carry test items alone;" in out
    assert "another seed may move a difference further" in out


def test_a_pool_of_seeds_that_no_row_uses_is_not_told_of(ask, capsys, monkeypatch):
    # two runs a set: eleven sets of several tell how their seeds scatter, four singles do not
    groups = [dataclasses.replace(g, runs=g.runs[:2]) for g in run_groups(open_store())]
    singles = [g for g in groups if len(g.source_langs) == 1][:4]
    pairs = [g for g in groups if len(g.source_langs) == 2][:11]
    monkeypatch.setattr(comparing, "run_groups", lambda _: singles + pairs)
    against = ",".join(pairs[0].source_langs)
    for baseline, told in (("de", False), (against, True)):
        _, answer, _ = ask("--against", baseline)
        seeds = [one["gain"]["sd_seeds"] for one in answer["sets"] if one["gain"]]
        assert (answer["pool"]["n_sets"], any(seeds)) == (11, told)
        assert main(["compare", "--against", baseline]) == 0
        assert ("Seeds' noise pooled over 11 sets." in capsys.readouterr().out) == told


def test_where_each_target_is_a_source_of_some_set_no_mean_is_told(capsys):
    store, (_, singles) = open_store(), groups_of(("de",), ("en",))
    for info in (info for group in singles for info in group.runs):
        scores = store.runs.outcome(info.run)["scores"]
        spec = info.spec.but(target_langs=("de", "en"), steps=126)
        put(store, spec, {lang: scores[lang] for lang in spec.target_langs})
    assert main(["compare", "--sets", "de"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "points, without a mean: there is no target that none of these sets trained on." in out
    assert "0 targets" not in out


def test_own_data_is_told_by_its_folder(capsys):
    store, (_, singles) = open_store(), groups_of(("de",), ("en",))
    for info in (group.runs[0] for group in singles):
        spec = info.spec.but(task="own", data="d" * 16)
        scores = store.runs.outcome(info.run)["scores"]
        put(store, spec, scores, where=Where(data="/home/me/reviews"))
    assert main(["compare", "--sets", "de"]) == 0
    assert "own data (reviews), base, 1,000 in 125 steps" in capsys.readouterr().out


def test_means_and_differences_of_other_seeds_are_told(capsys, monkeypatch):
    """Else the difference would not be that of the two means, and nothing would say why."""
    groups = [g for g in run_groups(open_store()) if len(g.source_langs) == 1]
    fewer = [dataclasses.replace(g, runs=g.runs[:2]) for g in groups if g.source_langs == ("de",)]
    others = [g for g in groups if g.source_langs != ("de",)]
    monkeypatch.setattr(comparing, "run_groups", lambda _: fewer + others)
    said = "Differences are over the seeds that both sets have, means over all."
    for sets, told in (("de", True), ("es", False)):
        assert main(["compare", "--sets", sets]) == 0
        assert (said in capsys.readouterr().out) == told


def test_the_users_own_sweep_comes_before_the_examples(ask):
    """A larger example must not be taken for what was just trained."""
    store = open_store()
    _, (english, other) = groups_of(("en",), ("de", "en", "es"))
    for group, n_sets in [(english, 127), (other, 2)]:
        run = group.runs[0]
        spec, scores = run.spec.but(steps=126), store.runs.outcome(run.run)["scores"]
        put(store, spec, scores)
        _, answer, _ = ask()
        assert len(answer["sets"]) == n_sets
    (own,) = {group.experiment for group in run_groups(store)} - {english.experiment}
    assert answer["experiment"] == own
    _, named, _ = ask("--experiment", english.experiment)
    assert len(named["sets"]) == 127


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--sets", "de,sw"], "there is no finished run of MSLT(de, sw)"),
        (["--sets", "en"], "no set to compare with SSLT(en)"),
        (["--sets", ";"], "no set to compare with SSLT(en)"),
        (["--metric", "macro_f1"], "is not scored by macro_f1"),
        (["--experiment", "beef"], "there is no one experiment 'beef'"),
        (["--experiment", "beef"], "(cldr-ner, base, 1,000 in 125 steps: 127 sets)"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(ask, args, message):
    status, answer, err = ask(*args)
    assert (status, answer) == (2, None)
    assert message in err
    assert "Traceback" not in err


def test_views_of_sets_are_the_pipelines(ask):
    store, groups = open_store(), run_groups(open_store())
    sweep = next(sweep for sweep in swept(groups) if sweep.k == 2)
    _, ends, _ = ask("--view", "ends", "--k", "2")
    english = next(group for group in groups if group.source_langs == ("en",))
    expected = best_and_worst(store, sweep, english, pool=groups)
    assert ends["baseline"] == "SSLT(en)"
    assert ends["mean"]["best"]["difference"]["low"] == expected.mean.best.difference.low
    assert [row["lang"] for row in ends["rows"]] == [row.lang for row in expected.rows]
    _, again, _ = ask("--view", "recurring", "--k", "2", "--top", "4")
    found = recurring(store, sweep, n_top=4, pool=groups)
    assert len(again["top"]) == 4
    assert {one["lang"]: one["effect"]["p_holm"] for one in again["languages"]} == {
        one.lang: one.effect.p_holm for one in found.languages
    }
    _, gaps, _ = ask("--view", "gap", "--k", "1")
    assert len(gaps["sets"]) == 7


def test_views_across_sizes_and_targets_are_the_pipelines(ask, capsys):
    store, groups = open_store(), run_groups(open_store())
    status, sizes, _ = ask("--view", "sizes", "--metric", "span_f1")
    found = by_size(store, swept(groups), "span_f1")
    assert status == 0
    assert [one["mean"]["estimate"] for one in sizes["sizes"]] == [
        one.mean.estimate for one in found.sizes
    ]
    assert [one["high"] for one in sizes["gains"]] == [one.high for one in found.gains]
    assert sizes["plateau"] == found.plateau
    sweep = next(one for one in swept(groups) if one.k == 3)
    _, scripts, _ = ask("--view", "scripts")
    assert [one["mean"]["low"] for one in scripts["scripts"]] == [
        one.mean.low for one in by_scripts(store, sweep)
    ]
    english, ours = (
        next(group for group in groups if group.source_langs == langs)
        for langs in (("en",), ("de", "en", "es"))
    )
    asked = ("--view", "groups", "--sets", "de,en,es", "--by", "nearest", "--features", "geography")
    _, told, _ = ask(*asked)
    by_group = gains_by_group(store, english, ours, by="nearest", features="geography", pool=groups)
    (one,) = told["sets"]
    assert [group["mean"]["low"] for group in one["groups"]] == [
        group.mean.low for group in by_group.groups
    ]
    assert one["trend"]["slope"] == by_group.trend.slope
    for shown, said in (
        (("--view", "sizes"), "No plateau: the last gain may be 0.5 points or more"),
        (("--view", "scripts"), "by the number of their scripts, several runs"),
        (asked, "targets by distance from the set's nearest source"),
    ):
        assert main(["compare", *shown]) == 0
        assert said in " ".join(capsys.readouterr().out.split())
    assert "Name one or more by --sets" in ask("--view", "groups")[2]


def test_without_two_sizes_there_is_no_number_of_sources(ask, monkeypatch):
    groups = run_groups(open_store())
    singles = [group for group in groups if len(group.source_langs) == 1]
    monkeypatch.setattr(comparing, "run_groups", lambda _: singles)
    status, _, err = ask("--view", "sizes")
    assert status == 1
    assert "needs every set of at least two sizes" in err


@pytest.mark.parametrize("view", ["sizes", "scripts", "groups", "gap", "ends"])
def test_a_score_that_no_set_has(ask, view):
    status, _, err = ask("--view", view, "--sets", "de,en", "--metric", "macro_f1")
    assert status == 2
    assert "none of these sets is scored by macro_f1" in err
    assert "They are by accuracy, span_f1" in err


@pytest.mark.parametrize(
    "asked",
    [
        ("--view", "sizes"),
        ("--view", "groups", "--sets", "de"),
        ("--view", "recurring", "--k", "2", "--top", "1"),
    ],
)
def test_views_say_what_their_p_carries(capsys, monkeypatch, asked):
    few = [
        dataclasses.replace(group, runs=group.runs[:2])
        for group in run_groups(open_store())
        if {*group.source_langs} <= {"ar", "de", "en"}
    ]
    alone = "Intervals and p carry test items alone: another seed may move a difference further."
    for groups, told in ((few, True), (run_groups(open_store()), False)):
        monkeypatch.setattr(comparing, "run_groups", lambda _, some=groups: some)
        assert main(["compare", *asked]) == 0
        assert (alone in " ".join(capsys.readouterr().out.split())) == told


def test_a_size_that_is_not_there(ask):
    status, _, err = ask("--view", "ends", "--k", "9")
    assert status == 1
    assert "not every set of 9 was trained" in err
    assert "1, 2, 3, 4, 5, 6" in err


@pytest.mark.parametrize("view", ["ends", "recurring", "gap"])
def test_views_of_sets_as_tables(capsys, view):
    assert main(["compare", "--view", view, "--k", "2"]) == 0
    out = capsys.readouterr().out
    assert {"ends": "luck on these very items", "recurring": "by lot", "gap": "several runs"}[
        view
    ] in " ".join(out.split())


def test_sets_of_other_data_are_counted_and_those_of_another_recipe_told(ask, capsys):
    store = open_store()
    _, (english,) = groups_of(("en",))
    info = english.runs[0]
    changes = [{"steps": 126}, {"data": "d" * 16}, {"task": "wikiann", "data": "e" * 16}]
    for spec in [info.spec.but(**change) for change in changes]:
        put(store, spec, store.runs.outcome(info.run)["scores"])
    named = ["--experiment", english.experiment]
    assert main(["compare", *named]) == 0
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert [line for line in told if "eft out" in line] == [
        "Left out: SSLT(en): steps 126, not 125.",
        "2 sets of other tasks or data are left out.",
    ]
    assert {one["reason"] for one in ask(*named)[1]["left_out"]} == {
        "steps 126, not 125",
        "other data",
        "task wikiann, not cldr-ner, other data",
    }


def test_sets_left_out_for_one_reason_are_told_together(monkeypatch, capsys):
    """As the 127 sets of the example are beside runs of another task."""
    elsewhere = [(f"SSLT({lang})", "task xnli, not cldr-ner") for lang in ("ar", "de", "es", "fr")]
    some = (*elsewhere[:3], ("SSLT(zh)", "budget 200, not 100"), *elsewhere[3:])

    def with_others(*args, **options):
        return dataclasses.replace(ranking(*args, **options), left_out=some)

    monkeypatch.setattr(comparing, "ranking", with_others)
    assert main(["compare", "--sets", "de,en,es"]) == 0
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert [line for line in told if line.startswith("Left out")] == [
        "Left out: SSLT(ar), SSLT(de), SSLT(es) and 1 more: task xnli, not cldr-ner.",
        "Left out: SSLT(zh): budget 200, not 100.",
    ]
