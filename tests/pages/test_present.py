"""Pin what pages show; order, annotate and show it."""

import json
import re
import shutil

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import exports, figures
from mslt_core.figures import style
from mslt_core.pipeline import EXAMPLE, PROJECT, bundles, open_store, places, run_groups, stories
from mslt_core.spec.errors import ExportError
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    Pin,
    Slide,
    Story,
    TableContent,
)
from mslt_core.store import Store, content_fingerprint
from mslt_core.store.bundle import Wanted, export_bundle
from mslt_core.store.pin_content import content_to_bytes
from pages._shared.bundle_told import held, is_new, would_come
from pages._shared.presenting.stage import _text_height
from pages._shared.take import files_of_pin, row, things
from tests.pipeline.made import put
from tests.store.bundles import finished, run_spec
from tests.store.hostile_outside import NOTE, result_of, with_outside

TIMEOUT_S = 120
NOW = "2026-11-22T10:00:00.000+00:00"


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Of nobody's runs: a story needs none, and pages are quick without the example."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    return open_store()


@pytest.fixture
def example(store, monkeypatch):
    """The example's runs are there after all."""
    monkeypatch.setattr(places, "EXAMPLE", EXAMPLE)


@pytest.fixture
def open_page(store):
    def run(name="present", **chosen: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S)
        for key, value in chosen.items():
            app.session_state[key] = value
        app.run()
        return app if name == "overview" else app.switch_page(f"pages/{name}.py").run()

    return run


@pytest.fixture
def story(store):
    """Three slides: an answer, a table, and an answer without runs; its id."""
    frame = TableContent(columns=("lang", "points"), rows=(("ar", 61.25), ("*sw*", None)))
    given = [
        (
            NumberContent(value="Up by 2.1 points"),
            "Is it *better*?",
            Origin(page="results", doubt="They may have learnt nothing"),
        ),
        (frame, "Which languages?", Origin(page="results", runs=("0" * 16,), seeds=(0,))),
        (NumberContent(value="Seven"), "How many?", Origin(page="../results")),
    ]
    slides = []
    for content, title, origin in given:
        kind = "table" if content is frame else "number"
        pin = Pin(kind=kind, title=title, origin=origin, content=content_fingerprint(content))
        slides.append(Slide(pin=store.stories.put_pin(pin, content, NOW)))
    new = store.stories.new_story("Monday")
    slides[0] = slides[0].but(note="Say it slowly")
    store.stories.change_story(new, lambda _: Story(title="Monday", slides=tuple(slides)))
    return new


def words(app: AppTest) -> str:
    assert not app.exception
    assert not app.error
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


def labels(app: AppTest) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", button.label) for button in app.button]


# --- the page


def test_with_nothing_pinned_it_says_what_to_do(open_page):
    app = open_page()
    assert "Take along" in words(app)
    assert "Find something to show" in labels(app)


def test_pins_without_a_story_make_one(open_page, store, story):
    store.stories.delete_story(story)
    app = open_page()
    assert "3 pins, and no story yet." in words(app)
    app.button(key="make_Make a story of them").click().run()
    assert "Other pins (3)" in [expander.label for expander in app.expander]
    assert store.stories.story("our-findings").slides == ()


def test_a_slide_shows_what_was_pinned_and_where_it_comes_from(open_page, story):
    app = open_page()
    told = words(app)
    for part in (
        "Is it *better*?",
        "Up by 2.1 points",
        "They may have learnt nothing",
        "Say it slowly",
        "No training run stands behind it",
        "22 November 2026",
        "Slide 1 of 3",
    ):
        assert part in told
    assert "1. Is it *better*?" in labels(app)


def test_the_list_leads_to_a_slide(open_page, story):
    app = open_page()
    app.button(key="slide_1").click().run()
    assert "Which languages?" in words(app)
    assert app.dataframe[0].value.shape == (2, 2)


def test_slides_are_moved_and_taken_out(open_page, store, story):
    first, second, third = (slide.pin for slide in store.stories.story(story).slides)
    app = open_page()
    app.button(key="arrow_downward_slide").click().run()
    assert [s.pin for s in store.stories.story(story).slides] == [second, first, third]
    app.button(key="arrow_upward_slide").click().run()
    assert [s.pin for s in store.stories.story(story).slides] == [first, second, third]
    app.button(key="remove_slide").click().run()
    assert [s.pin for s in store.stories.story(story).slides] == [second, third]
    app.button(key=f"add_{first}").click().run()
    assert [s.pin for s in store.stories.story(story).slides] == [second, third, first]


def test_heading_and_note_are_kept(open_page, store, story):
    app = open_page()
    pin = store.stories.story(story).slides[0].pin
    app.text_input(key=f"heading_{story}_{pin}").set_value("It is better").run()
    app.text_input(key=f"note_{story}_{pin}").set_value("Twice").run()
    slide = store.stories.story(story).slides[0]
    assert (slide.heading, slide.note) == ("It is better", "Twice")
    assert "It is better" in words(app)


def test_a_tab_that_was_open_before_does_not_undo_what_another_one_wrote(open_page, store, story):
    pin = store.stories.story(story).slides[0].pin
    one, other = open_page(), open_page()
    heading = f"heading_{story}_{pin}"
    one.text_input(key=heading).set_value("First").run()
    other.run()
    other.text_input(key=heading).set_value("Second").run()
    one.run()
    assert store.stories.story(story).slides[0].heading == "Second"
    assert one.text_input(key=heading).value == "Second"


def test_a_story_is_made_renamed_and_deleted(open_page, store, story):
    app = open_page()
    app.text_input(key=f"title_{story}").set_value("Tuesday").run()
    app.button(key="rename_story").click().run()
    assert store.stories.story(story).title == "Tuesday"
    app.button(key="delete_story").click().run()
    assert store.stories.story_ids() == ()
    app.text_input(key="new_story").set_value("Wednesday").run()
    app.button(key="make_story").click().run()
    assert store.stories.story_ids() == ("wednesday",)
    assert "or pin something" in words(app)


def test_news_are_told_beside_what_was_pinned(open_page, story):
    told = words(open_page(slide=1))
    assert "1 of its 1 run can no longer be read" in told
    assert "This slide still shows what was pinned." in told


def test_a_page_that_is_none_of_ours_is_no_link(open_page, story):
    opens = "Open its view as it is now"
    assert opens in labels(open_page(slide=0))
    assert opens not in labels(open_page(slide=2))


def test_its_view_is_of_its_own_experiment_whatever_the_sidebar_holds(open_page, store):
    """And whatever the experiment is called here: names depend on what else lies in a store."""
    old, new = (
        [finished(store, run_spec(langs).but(budget=budget)) for langs in (("en",), ("de", "en"))]
        for budget in (100, 200)
    )
    query = (("experiment", "what it was called"), ("compare", "MSLT(de, en)"))
    content = NumberContent(value="Up by 2.1 points")
    pin = Pin(
        kind="number", title="Is it better?", content=content_fingerprint(content),
        origin=Origin(page="results", runs=tuple(sorted(old)), query=query),
    )  # fmt: skip
    slide = Slide(pin=store.stories.put_pin(pin, content, NOW))
    store.stories.add_story("monday", Story(title="Monday", slides=(slide,)))
    by_run = {info.run: g for g in run_groups(store) for info in g.runs}
    app = open_page(experiment=by_run[new[0]].experiment)
    assert app.session_state["experiment"] == by_run[new[0]].experiment
    app.button(key="open_view").click().run()
    assert app.session_state["experiment"] == by_run[old[0]].experiment
    assert app.session_state["compare"] == [by_run[old[1]].key]


def test_on_the_stage_there_is_one_finding_and_nothing_else(open_page, story):
    app = open_page(presenting=True, slide=1)
    assert "Which languages?" in words(app)
    assert list(app.table[0].value.index) == ["ar", r"\*sw\*"]
    assert "Story" not in [box.label for box in app.text_input]
    assert "arrow_upward_slide" not in {button.key for button in app.button}


def test_a_damaged_pin_costs_one_slide(open_page, store, story):
    pin = store.stories.story(story).slides[0].pin
    path = store.root / "stories" / "pins" / pin / "content.json"
    path.write_text("{")
    assert "is damaged" in " ".join(str(w.proto) for w in open_page().warning)
    assert "Which languages?" in words(open_page(slide=1))
    assert "is damaged" in " ".join(
        str(w.proto) for w in open_page(presenting=True, slide=0).warning
    )
    (path.parent / "pin.json").unlink()
    assert "1. A pin that cannot be read" in labels(open_page())


def test_a_damaged_story_can_be_deleted(open_page, store, story):
    (store.root / "stories" / f"{story}.json").write_text("{")
    app = open_page()
    assert "is damaged" in " ".join(str(w.proto) for w in app.warning)
    app.button(key="delete_story").click().run()
    assert store.stories.story_ids() == ()


@pytest.mark.usefixtures("example")
def test_a_read_only_store_shows_and_changes_nothing(open_page, story, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(EXAMPLE))
    app = open_page()
    assert "new_story" not in {box.key for box in app.text_input}
    assert "Take along" in words(app)


# --- what is taken along


@pytest.mark.usefixtures("example")
def test_a_figure_is_pinned_with_its_answer_and_its_runs(open_page, store):
    app = open_page("results", along_gains=True)
    app.session_state["along_gains"] = True
    app.run()
    app.text_input(key="caption_gains").set_value("See Chinese").run()
    app.button(key="pin_gains").click().run()
    assert "Pinned to Our findings" in words(app)
    (slide,) = store.stories.story("our-findings").slides
    pin = store.stories.pin(slide.pin).pin
    assert slide.note == "See Chinese"
    assert "scores higher than SSLT(en)" in pin.told
    assert "**" not in pin.told
    assert pin.origin.sets == ("SSLT(en)", "MSLT(ar, en, zh)", "MSLT(de, en, es)")
    assert pin.origin.seeds == (0, 1, 2)
    assert len(pin.origin.runs) == 9
    assert ("compare", "SSLT(en)") in pin.origin.query
    assert store.stories.content(slide.pin).dark["layout"]["height"]
    app.button(key="pin_gains").click().run()
    assert "is in Our findings already" in words(app)


@pytest.mark.usefixtures("example")
def test_oracles_that_a_figure_marks_are_pinned_with_it(open_page, store):
    one = open_store().runs.list()[0]
    spec = one.spec.but(source_langs=("sw",), target_langs=("sw",), oracle=True)
    scores = open_store().runs.outcome(one.run, rows=False)["scores"]
    oracle = put(open_store(), spec, {"sw": scores["sw"]})
    app = open_page("results", along_scores=True)
    app.session_state["along_scores"] = True
    app.run()
    app.button(key="pin_scores").click().run()
    (slide,) = store.stories.story("our-findings").slides
    origin = store.stories.pin(slide.pin).pin.origin
    assert oracle in origin.runs
    assert origin.sets == ("SSLT(en)", "MSLT(ar, en, zh)", "MSLT(de, en, es)", "Oracle(sw)")
    assert origin.experiment == "cldr-ner, base, 1,000 in 125 steps"


@pytest.mark.usefixtures("example")
def test_what_is_not_opened_costs_nothing(open_page, monkeypatch):
    def never(*_):
        raise AssertionError("made before somebody asked for it")

    monkeypatch.setattr(things.Figure, "words", never)
    monkeypatch.setattr(things.Figure, "csv", never)
    monkeypatch.setattr(row, "origin_of", never)
    assert not open_page("results").exception


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    "page",
    [
        "results",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("overview", "languages", "train", "mingling", "criteria")
        ),
    ],
)
def test_whatever_a_page_shows_can_be_pinned_and_enlarged(open_page, monkeypatch, page):
    shown = {}
    monkeypatch.setattr(
        row, "_row", lambda thing, key, now, rests: shown.update({key: (thing, now, rests)})
    )
    open_page(page)
    assert shown
    for key, (thing, _, _) in shown.items():
        pin, content = things.pin_of(thing, Origin(page=page))
        assert pin.title, key
        content_to_bytes(content)  # raises where it may not be kept
        if isinstance(thing, things.Figure):
            assert pin.alt, key
            for kept in (content.light, content.dark):
                figures.enlarged(json.loads(json.dumps(kept)), width=1300, height=560)
            assert thing.csv().count("\n") > 1, key


# --- as files


def test_a_story_is_made_when_asked_and_kept_until_it_changes(open_page, store, story):
    app = open_page()
    assert [b.key for b in app.get("download_button")] == ["story_json"]
    app.button(key="export_html").click().run()
    assert not app.exception
    assert "export_html" not in {button.key for button in app.button}
    (_, kept) = app.session_state["exported"]
    assert kept["html"].data.startswith(b"<!doctype html>")
    app.run()
    assert app.session_state["exported"][1]["html"] is kept["html"]
    store.stories.change_story(story, lambda _: store.stories.story(story).but(title="Friday"))
    app.run()
    assert "export_html" in {button.key for button in app.button}
    assert not app.session_state["exported"][1]


def test_slides_are_light_or_dark_as_asked(open_page, story, monkeypatch):
    asked = []
    monkeypatch.setattr(
        exports, "story_pptx", lambda *_, theme, **__: asked.append(theme) or b"made"
    )
    app = open_page()
    app.button(key="export_pptx").click().run()
    app.segmented_control(key="export_theme").set_value("dark").run()
    app.button(key="export_pptx").click().run()
    assert not app.exception
    assert asked == ["light", "dark"]


@pytest.mark.parametrize(("text", "n_lines"), [("a" * 96, 1), ("語" * 48, 1), ("語" * 60, 2)])
def test_the_stage_counts_wide_letters_twice(text, n_lines):
    # a line of 1,000 pixels holds 1000 / (0.52 * 20) = 96 letters of 20 pixels
    assert _text_height(text, 20, 1000) == pytest.approx(n_lines * 1.35 * 20)


def test_without_chromium_the_reader_is_told_what_still_works(open_page, story, monkeypatch):
    def absent(*_, **__):
        raise ExportError("no Chromium or Chrome was found", hint="HTML needs none.")

    monkeypatch.setattr(exports, "story_pdf", absent)
    app = open_page()
    app.button(key="export_pdf").click().run()
    assert not app.exception
    assert "HTML needs none" in words(app)
    assert not app.session_state["exported"][1]


# --- one slide as files


@pytest.fixture
def dots():
    """A dressed figure of two points, as a pin keeps it."""

    def drawn(theme):
        points = go.Scatter(x=[1, 2], y=[3, 4], text=["ar", "sw"], mode="markers")
        fig = style.dress(
            go.Figure(points), title="Where?", subtitle="n = 2", alt="", height=320, theme=theme
        )
        return json.loads(fig.to_json())

    return FigureContent(light=drawn("light"), dark=drawn("dark"))


@pytest.fixture
def shown(store, dots):
    """A story of one figure; its id."""
    origin = Origin(page="results")
    pin = Pin(kind="figure", title="Where?", origin=origin, content=content_fingerprint(dots))
    new = store.stories.new_story("Figures")
    slides = (Slide(pin=store.stories.put_pin(pin, dots, NOW), heading="Here"),)
    store.stories.change_story(new, lambda _: Story(title="Figures", slides=slides))
    return new


def test_a_slides_figure_is_taken_along_alone(open_page, shown):
    app = open_page(along_slide=True)
    app.session_state["along_slide"] = True
    app.run()
    assert not app.exception
    assert "Take along" in [box.proto.popover.label for box in app.get("popover")]
    (button,) = [b for b in app.get("download_button") if b.key == "numbers_slide_figure"]
    assert button.label == "CSV"


def test_its_files_are_the_whole_figure_and_its_numbers(dots):
    files = files_of_pin(dots, "Here", "dark")
    assert files.csv().splitlines()[1:] == ["1.0,3.0,ar", "2.0,4.0,sw"]
    assert files.whole["layout"]["title"]["text"] == "Where?", "as `report --figures` draws it"
    size = [files.whole[name] for name in ("width", "height", "filename")]
    assert size == [1000, 320, "Here"]
    assert files.whole["layout"]["template"] == dots.dark["layout"]["template"]


def test_a_table_is_taken_along_as_its_cells_and_an_answer_not_at_all():
    cells = TableContent(columns=("lang", "points"), rows=(("ar", 61.25), ("sw", None)))
    files = files_of_pin(cells, "Which?", "light")
    assert files.csv().splitlines() == ["lang,points", "ar,61.25", "sw,"]
    assert not files.pictured
    assert files_of_pin(NumberContent(value="Seven"), "How many?", "light") is None


def test_an_answer_has_nothing_to_take_along(open_page, story):
    assert "Take along" not in [box.proto.popover.label for box in open_page().get("popover")]


def test_a_hostile_figure_loads_nothing_when_it_is_taken_along(dots):
    image = {"source": "https://x.example/x.png"}
    bad = FigureContent(
        light={**dots.light, "layout": {**dots.light["layout"], "images": [image]}}, dark=dots.dark
    )
    assert "images" not in files_of_pin(bad, "Here", "light").whole["layout"]


# --- bundles


@pytest.fixture
def bundle(story, store):
    """The first two slides of the story as a file."""
    slides = store.stories.story(story).slides[:2]
    store.stories.change_story(story, lambda _: Story(title="Monday", slides=slides))
    data, _ = bundles.story_bundle(store, story)
    return data


def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "elsewhere"))
    return open_store()


def sent(app: AppTest, data: bytes) -> AppTest:
    return app.file_uploader[0].upload("story.zip", data).run()


def test_a_bundle_is_made_and_says_what_is_in_it(open_page, store, story):
    store.stories.change_story(
        story, lambda _: Story(title="M", slides=store.stories.story(story).slides[:2])
    )
    app = open_page()
    app.button(key="export_zip").click().run()
    told = words(app)
    assert "holds the story with 2 pins and 0 runs, without weights" in told
    assert "1 run that its pins rest on is not in it" in told
    assert app.session_state["exported"][1]["zip"].data[:2] == b"PK"


def test_a_bundle_that_cannot_be_made_says_why(open_page, story):
    app = open_page()  # its third pin is of a page that is none
    app.button(key="export_zip").click().run()
    assert "name of no page" in " ".join(str(w.proto) for w in app.warning)


def test_a_bundle_is_told_before_it_is_taken_in(open_page, bundle, store, tmp_path, monkeypatch):
    there = elsewhere(tmp_path, monkeypatch)
    mine = there.stories.add_story("monday", Story(title="Mine"))
    app = sent(open_page(), bundle)
    told = words(app)
    assert "Verified: 1 story and 2 pins" in told
    assert "All of it is new here." in told
    assert "You have a story of that name: this one comes beside it, monday-2." in told
    assert "1 run is neither in it nor here" in told
    assert there.stories.story_ids() == (mine,)
    app.button(key="take_bundle").click().run()
    assert "Taken in: 1 story and 2 pins." in " ".join(s.value for s in app.success)
    assert there.stories.story_ids() == (mine, "monday-2")
    told = words(app)
    assert "Is it *better*?" in told
    assert "Imported on" in told
    assert "take_bundle" not in {button.key for button in app.button}
    assert "All of it is here already, the same." in words(sent(app, bundle))


def test_a_run_that_is_here_otherwise_is_never_called_the_same(tmp_path):
    here, there = Store(tmp_path / "a"), Store(tmp_path / "b")
    run = finished(here, run_spec())
    finished(there, run_spec(), n_correct=(0, 0))
    export_bundle(here, tmp_path / "x.zip", Wanted(runs=(run,)))
    found = bundles.take_bundle(there, (tmp_path / "x.zip").read_bytes(), dry_run=True)
    told = " ".join(would_come(found))
    assert "1 run is here with another result and stays yours." in told
    assert "the same" not in told


def test_a_run_that_is_here_is_said_to_have_the_same_scores(tmp_path):
    """Its files need not be all the same: a packed one has fewer."""
    here = Store(tmp_path / "a")
    run = finished(here, run_spec())
    here.runs.pack(run, tmp_path / "packed" / "runs" / run)
    export_bundle(Store(tmp_path / "packed"), tmp_path / "x.zip", Wanted(runs=(run,)))
    found = bundles.take_bundle(here, (tmp_path / "x.zip").read_bytes(), dry_run=True)
    assert would_come(found)[-1] == "All of it is here already, with the same scores."


def test_imported_results_of_a_bundle_are_told(tmp_path):
    here, there = Store(tmp_path / "a"), Store(tmp_path / "b")
    with_outside(here)
    there.outside.put_all([result_of(("zh",), name="set of 1")], NOTE)
    export_bundle(here, tmp_path / "x.zip", Wanted(everything=True))
    found = bundles.take_bundle(there, (tmp_path / "x.zip").read_bytes(), dry_run=True)
    assert is_new(found)
    told = " ".join(would_come(found))
    assert "Verified: 3 imported results, " in told
    assert "New here: 2 imported results." in told
    assert "1 imported result contradicts what is here and stays out." in told


def test_a_storys_bundle_holds_the_imported_results_that_it_shows(store):
    with_outside(store)
    infos = store.outside.list()
    content = NumberContent(value="Up")
    pin = Pin(
        kind="number", title="Is it?", content=content_fingerprint(content),
        origin=stories.origin_of(store, [], page="results", outside=infos),
    )  # fmt: skip
    slide = Slide(pin=store.stories.put_pin(pin, content, NOW))
    store.stories.add_story("monday", Story(title="Monday", slides=(slide,)))
    (told,) = held(bundles.story_bundle(store, "monday")[1])
    assert "the story with 1 pin, 0 runs and 3 imported results, without weights" in told
    shutil.rmtree(store.outside.folder(infos[0].result))
    _, lacking = held(bundles.story_bundle(store, "monday")[1])
    assert lacking.startswith("1 imported result that its pins show is not in it")


def test_what_is_no_bundle_is_refused_once_and_the_page_lives(open_page, store, monkeypatch):
    read = []
    take = bundles.take_bundle
    monkeypatch.setattr(bundles, "take_bundle", lambda *a, **b: (read.append(1), take(*a, **b))[1])
    app = sent(open_page(), b"hello")
    app.run()
    assert "it is no zip file" in " ".join(str(w.proto) for w in app.warning).lower()
    assert "/tmp" not in " ".join(str(w.proto) for w in app.warning)
    assert not app.exception
    assert read == [1]


def test_a_figure_that_cannot_be_drawn_costs_one_slide(open_page, store, story):
    drawn = {"data": [{"type": "bar", "y": [1]}], "layout": {"nonsense": 1}}
    content = FigureContent(light=drawn, dark=drawn)
    pin = Pin(
        kind="figure",
        title="?",
        origin=Origin(page="results"),
        content=content_fingerprint(content),
    )
    slides = (Slide(pin=store.stories.put_pin(pin, content, NOW)),)
    store.stories.change_story(story, lambda _: Story(title="Monday", slides=slides))
    app = open_page()
    assert "cannot be drawn here" in " ".join(str(w.proto) for w in app.warning)
    assert not app.error
