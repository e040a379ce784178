"""The further views of the Results page: what they answer, and what they need for it."""

import dataclasses
import re
from types import SimpleNamespace

import pytest
from streamlit.elements.lib import policies
from streamlit.testing.v1 import AppTest

from mslt_core import pipeline
from mslt_core.commands import standard_told
from mslt_core.pipeline import PROJECT
from mslt_core.spec.evidence import Difference
from mslt_core.spec.views import ByGroup, ScriptMean, Trend
from pages._shared import recurring_told, scripts_told
from pages._shared.gains_told import ITEMS_ALONE, in_points
from pages._shared.groups_told import trend_told
from pages._shared.messages import escape
from pages._shared.sizes_told import levelled
from pages._shared.take import row
from pages._shared.take.origins import Rests
from pages._shared.ties_told import answer, recurring, standings

TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture
def open_view(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))

    def run(view: str, **chosen: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        app.switch_page("pages/results.py").run()
        for key, value in {"results_view": view, **chosen}.items():
            app.session_state[key] = value
            app.run()
        assert not app.exception
        assert not app.error
        return app

    return run


@pytest.fixture
def rested_on(monkeypatch) -> dict[str, int]:
    """What was shown last, to the number of sets that its pin would name."""
    sets: dict[str, int] = {}

    def note(thing: object, key: str, now: object, rests: Rests) -> None:
        sets[key] = len({info.name for info in rests.infos})

    monkeypatch.setattr(row, "_row", note)
    return sets


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


@pytest.mark.parametrize(
    ("names", "said", "buttons"),
    [
        (["SSLT(en)", "SSLT(de)"], "Choose a set beside SSLT(en) under Compare", []),
        (["SSLT(en)"], "SSLT(en) is the only set of this experiment yet", ["Train another set"]),
    ],
)
def test_one_set_alone_leads_to_train(names, said, buttons):
    def app(names):
        from types import SimpleNamespace

        from pages._shared.results_controls import ask_for_another

        groups = tuple(SimpleNamespace(name=name) for name in names)
        ask_for_another(SimpleNamespace(groups=groups), groups[0])

    shown = AppTest.from_function(app, kwargs={"names": names}, default_timeout=TIMEOUT_S).run()
    assert not shown.exception
    assert said in words(shown)
    assert [button.label for button in shown.button] == buttons


def test_the_number_of_sources(open_view):
    app = open_view("sizes")
    text = words(app)
    assert re.search(r"is \*\*68\.6\*\* with 1 and \*\*76\.2\*\* with 7 source languages", text)
    assert "**No plateau is shown**: the last step, from 6 to 7, brings +0.5 [−2.4, 3.4]" in text
    assert "17 languages that no set here trained on" in text
    assert len(app.get("plotly_chart")) == 1
    (table,) = app.dataframe
    assert list(table.value["sets"]) == [7, 21, 35, 35, 21, 7, 1]


def test_runs_that_learnt_nothing_are_named(open_view, monkeypatch):
    assert not open_view("targets").warning
    monkeypatch.setattr(
        pipeline, "nothing_learnt", lambda runs: f"{len(list(runs))} runs learnt nothing."
    )
    # three sets are compared, three seeds each
    assert [each.value for each in open_view("targets").warning] == ["9 runs learnt nothing\\."]


def test_groups_of_targets(open_view):
    app = open_view("groups")
    for by, from_where in (
        ("english", "from English in syntax"),
        ("nearest", "from the nearest source in syntax"),
        ("family", ""),
    ):
        app.selectbox(key="targets_by").select(by).run()
        assert not app.exception
        assert not app.error
        text = words(app)
        assert re.search(r"gains \*\*[+-]\d+\.\d \[-?\d+\.\d, -?\d+\.\d\]\*\* points on", text)
        assert ("for every 0.1 of distance (Theil-Sen, " in text) == bool(from_where)
        assert f"thirds of the targets by distance {from_where}" in text or not from_where
        assert len(app.get("plotly_chart")) == 1


def test_targets_by_pretraining_text(open_view):
    app = open_view("groups")
    app.selectbox(key="targets_by").select("pretraining").run()
    assert not app.exception
    assert not app.error
    text = words(app)
    assert re.search(
        r"Targets with more pretraining text: \*\*SSLT\(en\)\*\* .*Spearman's rho", text
    )
    assert "figures of another model's text say little of it" in text
    assert len(app.get("plotly_chart")) == 1


def test_the_sets_that_may_be_the_best(open_view):
    app = open_view("ties")
    text = words(app)
    assert re.search(r"\*\*\d+ of 127 sets\*\* may be the best", text)
    assert re.search(r"is in \*\*\d+ of \d+\*\* of them, and in 64 of all 127", text)
    sets, recurring = (table.value for table in app.dataframe)
    assert len(sets) == 127
    assert sets[["low", "high"]].iloc[0].isna().all(), "the highest is no distance from itself"
    assert set(recurring["of all, %"]) == {50.4}
    app.selectbox(key="mean_over").select("paper").run()
    assert "Means are the paper's: each set's over all targets" in words(app)


def test_what_is_asked_about_sets_of_one_size(open_view):
    app = open_view("ties")
    for about, said in (
        (
            "ends",
            r"the best set of 3 gains \*\*\+\d+\.\d \[\d+\.\d, \d+\.\d\]\*\* points on average",
        ),
        ("recurring", r"\*\*No language\*\* makes sets of 3 better or worse beyond the noise, 3"),
        ("scripts", r"\+1\.1 \[0\.6, 1\.7\]\*\* points with 2 \(18 sets\)"),
        ("pretraining", r"The base model here is .*; figures of another model's text say little"),
        ("gap", r"From its own sources to unseen languages a set loses \*\*\d+\.\d \["),
    ):
        app.selectbox(key="about").select(about).run()
        assert not app.exception
        assert not app.error
        assert re.search(said, words(app)), about
        assert len(app.get("plotly_chart")) == 1
    tables = {about: frame.value for about, frame in zip(["gap"], app.dataframe, strict=True)}
    assert list(tables["gap"]["seeds"]) == [3, 3, 3]


@pytest.mark.slow
def test_a_pin_names_the_sets_that_a_part_shows(open_view, rested_on):
    app = open_view("ties")
    rested_on.clear()
    app.run()
    assert {"answer", "best_sets"} <= set(rested_on)
    assert set(rested_on.values()) == {127}
    # all 35 sets of three, and the baseline of one; then the three that are compared
    for about, key, n in (
        ("ends", "set_ends", 36),
        ("recurring", "recurring", 35),
        ("scripts", "by_scripts", 35),
        ("pretraining", "sets_pretraining", 35),
        ("gap", "transfer_gaps", 3),
    ):
        rested_on.clear()
        app.selectbox(key="about").select(about).run()
        assert {"answer", key} <= set(rested_on), about
        assert set(rested_on.values()) == {n}, about


@pytest.mark.slow
def test_a_pin_names_the_sets_of_other_views(open_view, rested_on):
    app = open_view("sizes")
    rested_on.clear()
    app.run()
    assert set(rested_on.values()) == {127}
    rested_on.clear()
    app.session_state["results_view"] = "targets"
    for how, key, n in (("slope", "slopes", 2), ("grid", "set_grid", 3), ("dots", "gains", 3)):
        app.session_state["drawn_as"] = how
        app.run()
        assert rested_on[key] == n, how
    rested_on.clear()
    app.session_state["results_view"] = "groups"
    app.session_state["targets_by"] = "pretraining"
    app.run()
    assert rested_on == {"answer": 2, "targets_pretraining": 2}


def test_the_papers_tables_beside(open_view):
    app = open_view("ties", about="scripts")
    (scripts,) = (table.value for table in app.dataframe)
    assert list(scripts.columns) == ["scripts", "1 (4 sets)", "2 (18 sets)", "3 (13 sets)"]
    paper = dict(zip(scripts["scripts"], scripts["1 (4 sets)"], strict=True))
    assert paper["the paper: WikiAnn"] == "72.26"
    app.selectbox(key="about").select("recurring").run()
    top = app.dataframe[1].value
    assert list(top[top["sets"] == "the paper: XNLI"].iloc[0])[1:3] == ["ar, de, ru", "de, es, zh"]


@pytest.mark.slow  # the embeddings' criteria take a quarter of a minute
def test_most_and_least_similar_sets(open_view):
    app = open_view("ties", about="similar")
    assert re.search(r"by \*\*\d+ of \d+\*\* criteria, beyond noise by \*\*\d+\*\*", words(app))
    table = app.dataframe[0].value.set_index("criterion")
    assert table.loc["Syntax", "paper, XNLI: most, least"] == "72.87, 73.76"


def test_targets_as_slopes_and_as_a_grid(open_view):
    app = open_view("targets")
    assert len(app.get("plotly_chart")) == 2
    for how, said in (("slope", "where do scores go up?"), ("grid", "Which sets do well")):
        app.session_state["drawn_as"] = how
        app.run()
        assert not app.exception
        assert not app.error
        (chart,) = app.get("plotly_chart")
        assert said in chart.proto.spec
    app.selectbox(key="sets_of").select(2).run()
    (chart,) = app.get("plotly_chart")
    assert "21 sets" in chart.proto.spec


def test_the_papers_average_is_an_option(open_view):
    app = open_view("targets")
    assert "languages that no set here trained on" in words(app)
    app.selectbox(key="mean_over").select("paper").run()
    assert not app.exception
    assert "Means are the paper's: each set's over all targets" in words(app)


@pytest.mark.slow
def test_an_old_link_opens_the_view_of_sets(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)  # told once a process
    monkeypatch.setattr(policies._LOGGER, "propagate", True)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.query_params["results_view"] = "Ties for the best"
    app.switch_page("pages/results.py").run()
    assert app.session_state["results_view"] == "ties"
    assert "sets** may be the best" in words(app)
    assert "created with a default value" not in caplog.text


def test_without_a_sweep_the_number_of_sources_leads_to_one(open_view, monkeypatch):
    monkeypatch.setattr(pipeline, "swept", lambda _: ())
    assert "Plan such a sweep" in [button.label for button in open_view("sizes").button]
    app = open_view("ties", about="ends")
    assert "This needs every set of a size" in words(app)


def difference(estimate, low, high):
    return Difference(estimate=estimate, low=low, high=high, sd_seeds=0.001, n_items=9, n_seeds=3)


@pytest.fixture(scope="module")
def by_size():
    groups = pipeline.run_groups(pipeline.open_store(pipeline.EXAMPLE))
    return pipeline.by_size(pipeline.open_store(pipeline.EXAMPLE), pipeline.swept(groups))


def test_a_plateau_is_said_only_where_intervals_say_so(by_size):
    gains = tuple(difference(0.001, -0.002, 0.004) for _ in by_size.gains)
    flat = dataclasses.replace(by_size, gains=gains, plateau=1)
    assert "**Plateau at 1**: each later step surely brings less than 0.5 points" in levelled(flat)
    bare = dataclasses.replace(by_size, gains=(*gains[:-1], difference(0.001, None, None)))
    items = dataclasses.replace(gains[-1], sd_items=0.001, sd_seeds=None)
    alone = dataclasses.replace(by_size, gains=(*gains[:-1], items), plateau=None)
    assert levelled(alone) == f"The last step brings +0.1 [−0.2, 0.4].{ITEMS_ALONE}"
    assert levelled(bare) == "Without intervals nothing can be said of a plateau."


def test_a_loss_has_a_true_minus():
    assert in_points(difference(-0.02, -0.03, -0.0001)) == "−2.0 [−3.0, 0.0]"


@pytest.mark.parametrize(
    ("slope", "low", "high", "said"),
    [
        (0.2, 0.1, 0.3, "Distant targets gain **more**: +2.0 points [1.0, 3.0] for every 0.1"),
        (-0.2, -0.3, -0.1, "Distant targets gain **less**: −2.0 points [−3.0, −1.0]"),
        (0.2, -0.1, 0.3, "Whether distant targets gain more **cannot be told**"),
    ],
)
def test_a_trend_in_words(slope, low, high, said):
    # a gain of 0.2 (20 points) for a distance of 1 is 2 points for 0.1
    found = ByGroup(
        metric="accuracy",
        name_a="SSLT(en)",
        name_b="MSLT(de, en)",
        by="english",
        features="syntax",
        groups=(),
        trend=Trend(slope=slope, low=low, high=high, tau=0.5, p=0.01, n=9),
        without=(),
        carried="both",
        n_seeds=3,
    )
    assert said in trend_told(found)
    assert "9 targets; Kendall's tau +0.50, p = 0.01)" in trend_told(found)
    few = dataclasses.replace(found, trend=None)
    assert "no trend can be told" in trend_told(few)


def test_a_set_that_alone_has_seeds_is_not_the_best_of_one():
    store = pipeline.open_store(pipeline.EXAMPLE)
    first, *others = pipeline.run_groups(store)[:4]
    few = [dataclasses.replace(group, runs=group.runs[:2]) for group in others]
    found = pipeline.ranking(store, [first, *few])
    assert (found.tied, found.alone.name) == ((), first.name)
    assert not any(standing.behind for standing in found.standings)
    name = escape(first.name)
    assert answer(found) == (
        f"Nothing can be ranked: of 4 sets {name} alone has three seeds or more."
    )
    assert standard_told.best(found) == (
        f"Nothing can be ranked: {first.name} alone has three seeds or more."
    )


def test_few_seeds_rank_nothing():
    store = pipeline.open_store(pipeline.EXAMPLE)
    groups = [
        dataclasses.replace(group, runs=group.runs[:2]) for group in pipeline.run_groups(store)[:4]
    ]
    found = pipeline.ranking(store, groups)
    assert "Nothing can be ranked: of 4 sets no two have the same three seeds" in answer(found)
    none = dataclasses.replace(found, standings=(), targets=())
    assert answer(none) == (
        "Nothing can be ranked: there is no target that none of these sets trained on."
    )
    assert recurring(found).empty
    table = standings(found)
    assert set(table["may be the best"]) == {"too few seeds"}
    assert table["mean"].is_monotonic_decreasing
    assert table["low"].isna().all()


def test_one_set_of_so_many_scripts_is_one():
    one, other = (
        ScriptMean(
            n_scripts=n,
            n_sets=n,
            n_targets=9,
            mean=Difference(estimate=0.6, low=None, high=None, n_items=100, n_seeds=1),
            gain=None
            if n == 1
            else Difference(estimate=0.1, low=None, high=None, n_items=100, n_seeds=1),
        )
        for n in (1, 2)
    )
    told = scripts_told.answer([one, other], 3)
    assert "those with 1 writing system (1 set): **+10.0** points with 2 (2 sets)" in told


def test_a_small_p_is_never_nought():
    effect = Difference(estimate=0.02, low=0.01, high=0.03, p=0.001, n_items=9, n_seeds=3)
    one = SimpleNamespace(lang="es", effect=effect, n_top=5, p_holm=0.0004)
    found = SimpleNamespace(
        languages=(one,), seeds=(0, 1, 2), k=3, carried="both", top=((("es",), 0.7),) * 5
    )
    told = recurring_told.answer(found)
    assert "5 of the top 5** sets, beyond what drawing sets by lot would bring (p < 0.001" in told
