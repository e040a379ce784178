"""Every page with an empty store, with the example, and with a damaged one; the main answers."""

import dataclasses
import json
import re
import shutil
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs, pipeline
from mslt_core.pipeline import EXAMPLE, PROJECT, Access, open_store, places, run_groups, select
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.measuring import CorpusTold, Misaligned
from mslt_core.spec.selecting import PAPER_POOL, Criterion, SelectSpec
from pages._shared import cached, further, running
from pages._shared.chosen_set import best_with
from pages._shared.judged_told import AVERAGES

PAGES = ["overview", "languages", "train", "mingling", "results", "criteria"]
QUICK = {"syntax", "embedding", "blend"}  # one of a kind; the other criteria are slow tests
TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture
def open_page(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))

    def run(name: str, **chosen: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        if name != "overview":
            app.switch_page(f"pages/{name}.py").run()
        for key, value in chosen.items():  # one after the other: a control may bring up the next
            app.session_state[key] = value
            app.run()
        return app

    return run


@pytest.fixture
def no_example(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")


def words(app: AppTest) -> str:
    """All that the page says, without the backslashes that keep Markdown from reading it."""
    kinds = (app.title, app.markdown, app.caption, app.info, app.warning, app.error)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


def assert_sound(app: AppTest) -> None:
    assert not app.exception
    assert not app.error, words(app)


@pytest.mark.parametrize("page", PAGES)
def test_shows_the_example(page, open_page):
    app = open_page(page)
    assert_sound(app)
    assert app.title[0].value.endswith("?")
    assert app.get("plotly_chart"), "a page with results has a picture"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("no_example")
def test_an_empty_store_is_no_error(page, open_page):
    assert_sound(open_page(page))


@pytest.mark.usefixtures("no_example")
def test_an_empty_store_says_what_to_do(open_page):
    assert [b.label for b in open_page("overview").button] == ["Train the first set"]
    assert [b.label for b in open_page("results").button] == ["Train the first set"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_damaged_run_costs_only_itself(page, open_page, tmp_path):
    runs = tmp_path / "store" / "runs"
    whole = next(path for path in (EXAMPLE / "runs").iterdir())
    for name in ("scores.json", "spec.json"):
        broken = runs / whole.name
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(whole, broken)
        (broken / name).write_text('{"half')
        assert_sound(open_page(page))


def test_results_say_where_and_how_sure(open_page):
    app = open_page("results")
    text = words(app)
    assert re.search(r"higher than SSLT\(en\) on \*\*\d+ of \d+\*\* languages unseen by all", text)
    assert re.search(
        r"on average \*\*[+−]\d+\.\d \[−?\d+\.\d, −?\d+\.\d\]\*\* points, 3 seeds", text
    )
    assert re.search(r"3 seeds \(test items ±\d+\.\d, seeds ±\d+\.\d\)", text)
    assert "leans on all 127 sets (381 runs)" in text
    assert all(str(caption.value).strip() for caption in app.caption)  # an empty one is a hole
    assert "Means are over the 19 languages that no set here trained on" in text


def test_overview_reads_data_only_where_it_is_looked_at(open_page, tmp_path, monkeypatch):
    monkeypatch.setattr(cached, "data_coverage", lambda *_: pytest.fail("nobody asked"))
    assert_sound(open_page("overview"))
    monkeypatch.undo()
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    app = open_page("overview", grid=True)
    assert_sound(app)
    assert "**XLM-R**: Pretraining text of XLM-R" in words(app)
    app.selectbox(key="grid_task_cldr-ner").set_value("wikiann").run()
    assert "WikiANN needs a folder" in "".join(str(w.title) for w in app.warning)
    app.text_input(key="grid_data_wikiann").set_value("/etc").run()
    assert "Start the dashboard with MSLT_ROOTS set" in words(app)
    assert_sound(app)


def test_a_link_holds_what_data_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S)
    app.query_params["grid"] = "true"
    app.query_params["grid_task_cldr-ner"] = "WikiANN: names in Wikipedia"
    app.query_params["grid_data_wikiann"] = "/nowhere/panx"
    assert app.run().text_input(key="grid_data_wikiann").value == "/nowhere/panx"


def test_languages_answer_follows_the_slider(open_page):
    app = open_page("languages")
    assert "By syntax, **MSLT(ar, de, zh)** scores highest of 35 sets of 3" in words(app)
    app.slider[0].set_value(2).run()
    assert "**MSLT(ar, zh)** scores highest of 21 sets of 2" in words(app)


def test_ties_are_called_ties(open_page):
    assert "5 sets share** the first place of 35" in words(
        open_page("languages", criterion="family")
    )


@pytest.mark.parametrize(
    "criterion",
    [
        pytest.param(c, marks=() if c in QUICK else pytest.mark.slow)
        for c in get_args(Criterion)
        if c != "targets"
    ],
)
def test_every_criterion_has_its_answer(criterion, open_page):
    app = open_page("languages", criterion=criterion)
    assert_sound(app)
    assert f"By {CRITERIA[criterion].name}," in words(app)
    assert not app.warning, words(app)


@pytest.mark.parametrize("view", ["distances", "criteria", "sets", "paper"])
def test_every_view_of_the_sets(view, open_page):
    app = open_page("languages", view=view)
    assert_sound(app)
    assert not app.warning, words(app)


def test_the_model_and_the_text_behind_criteria_are_named(open_page):
    told = words(open_page("languages", view="criteria"))
    assert "Vocabulary and embeddings: base on cldr-parallel, last layer; pretraining" in told


def test_a_set_is_chosen_by_its_place_and_stays_chosen(open_page):
    app = open_page("languages")
    app.selectbox[-1].set_value(("ar", "en", "zh")).run()
    assert "Why does MSLT(ar, en, zh) rank there?" in app.subheader[0].value
    assert app.query_params["set"] in ("ar,en,zh", ["ar,en,zh"])
    app.session_state["view"] = "paper"
    app.run()
    assert "XWinograd **58.21**, rank 1 of 35" in words(app)
    app.slider[0].set_value(2).run()  # the question has it no more
    assert "Why does MSLT(ar, zh) rank there?" in app.subheader[0].value


@pytest.mark.parametrize(
    ("k", "criterion", "pair", "best"),
    [
        (3, "syntax", ("ar", "zh"), ("ar", "de", "zh")),
        (2, "syntax", ("en", "de"), ("de", "en")),
        (1, "script", ("ar", "zh"), None),
    ],
)
def test_a_pair_that_is_clicked_leads_to_the_best_set_with_it(k, criterion, pair, best, tmp_path):
    access = Access(store=open_store(tmp_path), compute=False)
    sets = select(access, SelectSpec(pool=PAPER_POOL, k=k, criterion=criterion)).sets
    assert best_with(sets, pair) == best
    assert best_with(sets, ("ar", "sw")) is None


def test_the_layer_of_embeddings_is_in_the_link(open_page):
    app = open_page("overview")
    app.query_params["criterion"] = "LM embedding"
    app.query_params["vector_layer"] = "2"
    app.switch_page("pages/languages.py").run()
    assert app.number_input(key="vector_layer").value == 2


def test_the_seed_of_the_runs_looked_at_is_in_the_link(open_page):
    app = open_page("overview")
    app.query_params["run_seed"] = "1"
    app.switch_page("pages/mingling.py").run()
    assert app.selectbox(key="run_seed").value == 1
    assert app.query_params["run_seed"] in ("1", ["1"])


def test_one_script_is_one(open_page):
    app = open_page("languages", criterion="script", include=["de", "en", "es"])
    assert "**1** different script. Rank 1 of 1" in words(app)
    assert "Script: Latn. Family: Indo-European." in words(app)


def test_contradictions_are_explained_and_nothing_else_breaks(open_page):
    app = open_page("languages", include=["en"], exclude=["en"])
    assert "same language is included and excluded" in words(app) + "".join(
        str(w.title) for w in app.warning
    )
    assert_sound(app)


def test_embeddings_of_another_model_are_offered(open_page, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start", lambda _store, spec, _where: started.append(spec) or "x")
    app = open_page("languages", criterion="embedding", text=str(EXAMPLE))
    assert "holds no" in words(app) or app.warning
    assert_sound(app)


def test_several_sets_are_handed_to_train(open_page):
    app = open_page("train")
    app.query_params["sets"] = ["ar,de,zh", "en,es"]
    app.run()
    assert_sound(app)
    assert "MSLT(ar, de, zh) and MSLT(en, es)" in words(app)


def test_train_shows_curves_before_anything_was_trained(open_page):
    app = open_page("train")
    assert app.get("plotly_chart")
    assert "done in" in words(app)


@pytest.mark.parametrize(("elapsed_s", "told"), [(75, "done in 75 s"), (1443, "done in 24 min")])
def test_how_long_a_run_took_is_told_in_its_unit(elapsed_s, told):
    done = next(info for info in open_store(EXAMPLE).runs.list() if info.state == "done")
    assert running._told(dataclasses.replace(done, elapsed_s=elapsed_s)).startswith(told)


def test_runs_of_two_recipes_are_not_drawn_as_one():
    """Both are SSLT(en) with seed 0, and a curve that has its name already would be lost."""
    first, second, third = open_store(EXAMPLE).runs.list()[:3]
    alike = second.spec.but(source_langs=first.spec.source_langs, seed=first.spec.seed, budget=77)
    second = dataclasses.replace(second, spec=alike, run=alike.digest())
    titles = running.titles_of((first, second, third))
    told = f"{first.name}, seed {first.spec.seed}"
    assert titles[first.run] == f"{told} ({first.run[:4]})"
    assert titles[second.run] == f"{told} ({second.run[:4]})"
    assert titles[third.run] == f"{third.name}, seed {third.spec.seed}"


def test_train_hands_every_run_to_a_worker(open_page, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start", lambda _store, spec, _where: started.append(spec) or "x")
    app = open_page("train")
    app.button(key="start").click().run()
    assert_sound(app)
    assert [spec.name for spec in started] == ["SSLT(en)", "MSLT(de, en, es)"]
    assert {spec.seed for spec in started} == {3}, "seeds 0 to 2 are shipped"
    assert {(spec.budget, spec.steps) for spec in started} == {(1000, 125)}


def test_train_says_what_is_wrong_with_a_folder(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))
    outside = open_page("train", task="wikiann", data="/etc")
    assert "Start the dashboard with MSLT_ROOTS set" in words(outside)
    missing = open_page("train", task="wikiann", data=str(tmp_path / "no"))
    assert "Check the path" in words(missing)


def test_mingling_names_estimator_layer_and_n(open_page):
    app = open_page("mingling")
    text = words(app)
    assert re.search(r"0 islands, 1 shuffled\): \*\*0\.13 \[0\.\d+, 0\.\d+\]\*\* in Base", text)
    assert re.search(r"The effective rank is 71 in Base, 46 in SSLT\(en\)", text)
    assert "Read it with the effective rank below" in text
    app.segmented_control(key="view").set_value("trust").run()
    assert_sound(app)
    text = words(app)
    assert "**0.13 [" in text, "the answer stays"
    assert (
        "of 200 sentences of cldr-parallel in each of 8 languages, layer 4, mean of all tokens."
        in text
    )
    assert "CKA between languages: debiased, n = 1,000." in text
    assert "a warm start favours the first map" in text


@pytest.mark.parametrize(
    ("view", "sizes"),
    [
        ("layers", "8 languages, 1,000 sentences each"),
        ("moved", "8 languages, 1,000 sentences each"),
        ("trust", "8 languages, 200 sentences each; CKA of 1,000"),
    ],
)
def test_mingling_cites_the_sentences_that_a_figure_rests_on(open_page, view, sizes):
    app = open_page("mingling", view=view)
    assert app.session_state["rests"].sizes == sizes  # of what stands last on the page


def test_mingling_pair_by_pair_as_differences(open_page):
    app = open_page("mingling", view="pairs", pairs_measure="retrieval_p1")
    assert_sound(app)
    app.toggle(key="pairs_minus").set_value(True).run()
    assert_sound(app)
    assert len(app.get("plotly_chart")) == 1


def test_mingling_offers_to_compute_what_is_not_stored(open_page):
    app = open_page("mingling", langs=["ar", "de"])
    assert_sound(app)
    assert "Train it again" in [b.label for b in app.button], "MSLT(ar, en, zh) has no weights"


def test_mingling_measures_more_when_asked(open_page):
    usual = open_page("mingling")
    assert "is not measured yet" not in words(usual), "what is shipped is what is asked for"
    offered = usual.selectbox(key="layers_measure").options
    assert "Procrustes residual (on demand)" in offered
    assert not any("Part-of-speech" in name for name in offered), "the phrases have none"
    app = open_page("mingling", space="centred")
    assert_sound(app)
    assert "is not measured yet" in words(app)
    assert "Takes off what all sentences" in words(app)
    app.session_state["space"] = "raw"
    app.run()
    app.selectbox(key="layers_measure").set_value("gromov_wasserstein").run()
    assert_sound(app)
    assert "The Gromov-Wasserstein distance (seconds a pair and layer) is not" in words(app)
    app.selectbox(key="layers_measure").set_value("linear_cka").run()
    app.toggle(key="layers_chance").set_value(True).run()
    assert_sound(app)
    assert "What chance gives is not measured layer by layer yet" in words(app)
    assert app.get("plotly_chart"), "what is measured is still shown"


def test_mingling_offers_to_tell_what_has_moved(open_page):
    app = open_page("mingling", view="moved")
    assert_sound(app)
    assert "How far training has moved each language is not measured layer by layer yet" in words(
        app
    )


def test_mingling_warns_of_shifted_lines_and_tells_what_is_left_out(open_page, monkeypatch):
    told = {"lang": "de", "anchor": "en", "share": 0.61, "share_paired": 0.02}
    shifts = (
        Misaligned(**told, offset=-1, start="000340", all_along=False),
        Misaligned(**told, offset=1, start="000001", all_along=True),
    )
    notes = CorpusTold(("sentences longer than Base reads, so cut off: de 3",), shifts)
    monkeypatch.setattr(pipeline, "corpus_told", lambda *_, **__: notes)
    app = open_page("mingling")
    assert_sound(app)
    first = "The lines of German (de) seem shifted by −1 against those of English (en) from"
    assert f"{first} sentence 000340 on." in warned(app)
    assert "Line 1 of English (en) seems to belong to line 2 of German (de)." in warned(app)
    assert "61% of the sentences of English (en) are nearest to the one 1 before" in words(app)
    assert "sentences longer than Base reads, so cut off: de 3." in words(app)


def test_mingling_takes_k_and_the_original_language(open_page):
    app = open_page("mingling", k=7)
    assert_sound(app)
    assert "is not measured yet" in words(app)
    app = open_page("mingling", original="de")
    assert "does not tell in which language its sentences were first written" in warned(app)
    assert not app.exception


def test_a_read_only_store_cannot_start_runs(open_page, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(EXAMPLE))
    assert open_page("train").button(key="start").disabled


def test_the_camera_of_a_figure_saves_it_as_svg(open_page):
    charts = open_page("results").get("plotly_chart")
    formats = {json.loads(c.proto.config)["toImageButtonOptions"]["format"] for c in charts}
    assert formats == {"svg"}


def test_criteria_are_judged_beside_luck_and_with_english_fixed(open_page):
    app = open_page("criteria")
    text = words(app)
    assert re.search(
        r"would have chosen MSLT\(de, es, zh\): rank \*\*1 \[\d+, \d+\] of 35\*\*", text
    )
    assert "Choosing by lot costs 2.4" in text
    assert re.search(r"Drawing sets by lot: \d+ % and \d+ % \(by counting, trained: 44 %\)", text)
    assert "points from the best set, 3 seeds. Choosing" in text
    numbers = app.dataframe[0].value
    assert list(numbers["criterion"])[-2:] == ["random choice", "all 7 languages at once"]
    app.selectbox(key="with").set_value("en").run()
    assert_sound(app)
    assert "of 15**" in words(app)
    app.selectbox(key="average").set_value("paper").run()
    assert_sound(app)
    # English is in every set, so it is in no mean
    assert "over those of 24 targets that the set was not trained on: ar, " in words(app)
    app.selectbox(key="k").set_value(6).run()
    assert_sound(app)
    assert "6 sets are too few for a search to save anything" in words(app)
    assert "a search by a model of the sets had trained" not in words(app)


def test_runs_that_learnt_nothing_are_named_beside_the_criteria(open_page, monkeypatch):
    monkeypatch.setattr(
        pipeline, "nothing_learnt", lambda runs: f"{len(list(runs))} runs learnt nothing."
    )
    # all 35 sets of three languages and the one of all seven, three seeds each
    assert "108 runs learnt nothing" in words(open_page("criteria"))


def test_the_whole_question_about_criteria_is_in_the_link(open_page):
    app = open_page("overview")
    asked = {
        "k": "2: 21 sets",
        "with": "en",
        "metric": "Span F1",
        "average": AVERAGES["paper"],
        "next_k": "4",
    }
    for name, value in asked.items():
        app.query_params[name] = value
    app.switch_page("pages/criteria.py").run()
    assert_sound(app)
    chosen = {box.key: box.value for box in (*app.selectbox, *app.number_input)}
    assert {key: chosen[key] for key in asked} == {
        "k": 2, "with": "en", "metric": "span_f1", "average": "paper", "next_k": 4
    }  # fmt: skip
    assert "of 6**" in words(app), "the sets of two with English"


def test_criteria_propose_what_is_not_trained_yet(open_page):
    app = open_page("criteria")
    app.button(key="propose").click().run()
    assert_sound(app)
    assert "Every set of 3 out of ar, de, en, es, fr, ru, zh is trained already" in words(app)


@pytest.mark.usefixtures("no_example")
def test_criteria_without_a_sweep_lead_to_one(open_page):
    app = open_page("criteria")
    assert [b.label for b in app.button] == ["Plan such a sweep"]


def warned(app: AppTest) -> str:
    return re.sub(r"\\(.)", r"\1", " ".join(str(w.title) for w in app.warning))


def test_a_model_of_the_hub_is_fetched_by_a_worker(open_page, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start", lambda _store, spec, _where: started.append(spec) or "x")
    monkeypatch.setattr(further, "MAX_CHECKPOINTS", 5)
    app = open_page("mingling", further="nobody/has-this")
    assert_sound(app)
    assert "nobody/has-this is a model of the hub and is not here yet" in words(app)
    next(b for b in app.button if b.label == "Fetch it").click().run()
    assert [spec.model for spec in started] == ["nobody/has-this"]


def test_further_checkpoints_are_runs_or_folders(open_page):
    app = open_page("mingling", further="0123456789abcdef")
    assert "At most 4 checkpoints are shown side by side, got 5" in warned(app)
    shipped = run_groups(open_store(EXAMPLE))
    run = next(g for g in shipped if g.source_langs == ("de", "en", "es")).runs[0].run
    app.text_input(key="further").set_value(f" {run}, {run}").run()
    assert_sound(app)
    assert "MSLT(de, en, es)" in words(app)
