"""The Overview tells what is known in sentences with their uncertainty, and what is missing."""

import dataclasses
import json
import re
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import pipeline
from mslt_core.pipeline import EXAMPLE, PROJECT, open_store, places, run_groups
from mslt_core.spec.errors import DataError
from mslt_core.spec.evidence import Ranking, Standing
from mslt_core.spec.findings import SpaceChange, SpaceShift
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import Where
from pages._shared import cached, findings_told, space_told
from pages._shared.train_link import not_carried, train_link
from tests.pipeline.made import put

TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture
def overview(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))

    def run(**chosen: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S)
        for key, value in chosen.items():
            app.session_state[key] = value
        return app.run()

    return run


def words(app: AppTest) -> str:
    said = "\n".join(str(e.value) for kind in (app.markdown, app.caption) for e in kind)
    return re.sub(r"\\(.)", r"\1", said)


def links(app: AppTest) -> dict[str, str]:
    """Label of every link to the part of its page and view."""
    found = [link.proto for link in app.get("page_link")]
    return {proto.label: f"{proto.page}?{proto.query_string}" for proto in found}


def test_findings_with_their_uncertainty_each_with_a_way_to_its_view(overview):
    cached._were_judged.clear()
    app = overview()
    assert not app.exception
    assert not app.error
    text = words(app)
    assert re.search(
        r"\*\*\d+ of 127 sets may be the best\*\*; the truly best is one of them with 95 %", text
    )
    assert re.search(
        r"MSLT\(ar, en, zh\)\*\* scores higher than SSLT\(en\) on \*\*\d+ of \d+\*\*", text
    )
    assert re.search(r"mixes the languages more\*\* than Base: mingling 0\.13 to 0\.\d\d, \+", text)
    assert "part of it may come from a flatter space" in text
    assert "from Base to SSLT(en) linear CKA moved by" in text
    assert re.search(
        r"\*\*No plateau is shown\*\*: the last step, from 6 to 7, brings \+0\.5 \[", text
    )
    assert "Whether distant targets gain more" in text or "Distant targets gain" in text
    assert len(app.get("plotly_chart")) == 3
    assert app.subheader[0].value == "The story so far"
    found = links(app)
    assert found["See the ties for the best"] == "results?results_view=Which+sets"
    assert found["Number of sources"] == "results?results_view=Number+of+sources"
    assert found["By group of targets"] == "results?results_view=By+group+of+targets"
    assert found["See the maps"].startswith("mingling")


def test_a_pair_is_told_of_as_in_the_view_that_its_link_opens(overview):
    """Whatever a third set, which is compared as well, was trained on."""
    groups = {group.name: group for group in run_groups(open_store(EXAMPLE))}
    names = ("SSLT(en)", "MSLT(ar, en, zh)", "MSLT(de, es, fr)")
    app = overview(compare=[groups[name].key for name in names])
    assert [group.name for group in app.session_state["context"].chosen] == [*names]
    said = re.compile(r"\*\*MSLT\(ar, en, zh\)\*\* scores higher than SSLT\(en\).*")
    (told,) = said.findall(words(app))
    (in_results,) = said.findall(words(app.switch_page("pages/results.py").run()))
    assert told == in_results
    assert "unseen by all sets compared" in told


def test_criteria_are_told_of_once_they_were_asked(overview, monkeypatch):
    cached._were_judged.clear()
    monkeypatch.setattr(cached, "judged", lambda *_, **__: pytest.fail("nobody asked"))
    app = overview()
    assert "Which criterion would have found the good sets is not looked at yet." in words(app)
    assert app.button(key="next_step").label == "Judge the criteria"
    monkeypatch.undo()
    monkeypatch.setenv("MSLT_STORE", str(EXAMPLE))
    app = overview()
    app.switch_page("pages/criteria.py").run()
    again = overview()
    assert "would have chosen" in words(again)
    assert again.button(key="next_step").label == "See where it is uncertain"
    cached._were_judged.clear()


def test_a_few_runs_are_not_ranked_and_the_next_step_is_seeds(overview, tmp_path, monkeypatch):
    """Single runs of two sets, in a store of their own."""
    store = open_store(EXAMPLE)
    chosen = [g for g in run_groups(store) if g.source_langs in {("en",), ("de", "en", "es")}]
    own = tmp_path / "few"
    for group in chosen:
        store.runs.pack(group.runs[0].run, own / "runs" / group.runs[0].run)
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    monkeypatch.setenv("MSLT_STORE", str(own))
    app = overview()
    assert not app.exception
    text = words(app)
    assert "None of 2 sets can be called the best" in text
    assert "a single run" in text
    assert "Not looked at yet" in text
    assert "SSLT(en) has a single run; MSLT(de, en, es) has a single run: from 3 on" in text
    assert app.button(key="next_step").label == "Train more seeds"


def test_a_single_set_has_no_story_yet(overview):
    example, own = open_store(EXAMPLE), open_store()
    (shipped,) = (g.runs[0] for g in run_groups(example) if g.name == "SSLT(en)")
    scores = example.runs.outcome(shipped.run, rows=False)["scores"]
    spec = shipped.spec.but(steps=126)
    put(own, spec, scores)
    app = overview(experiment=pipeline.experiment_key(spec))
    assert "SSLT(en) is the one set so far" in words(app).replace("**", "")
    assert "no set of several languages is trained yet." in words(app)
    assert "The story so far" not in [heading.value for heading in app.subheader]


def test_own_data_is_told_by_its_folder(overview):
    example, own = open_store(EXAMPLE), open_store()
    (shipped,) = (g.runs[0] for g in run_groups(example) if g.name == "SSLT(en)")
    spec = shipped.spec.but(task="own", data="d" * 16)
    scores = example.runs.outcome(shipped.run, rows=False)["scores"]
    put(own, spec, scores, where=Where(data="/home/me/reviews"))
    app = overview(experiment=pipeline.experiment_key(spec))
    assert not app.exception
    told = "own data (reviews), base, 1,000 in 125 steps"
    assert told in words(app)
    assert told in app.selectbox(key="experiment").options
    app.session_state["along_spark_sets"] = True
    app.run()
    assert f"Recipe: {told}." in "\n".join(code.value for code in app.code)


def test_a_card_names_fewer_languages_than_what_is_taken_along(overview):
    app = overview(along_spark_gain=True)
    app.session_state["along_spark_gain"] = True
    app.run()
    app.button(key="pin_spark_gain").click().run()
    drawn = [json.loads(chart.proto.spec)["layout"] for chart in app.get("plotly_chart")]
    (card,) = (one for one in drawn if one["title"]["text"] == "What do sources add?")
    stories = open_store().stories
    (slide,) = stories.story("our-findings").slides
    kept = stories.content(slide.pin).light["layout"]
    assert len(card["xaxis"]["ticktext"]) < 15 < len(kept["xaxis"]["ticktext"])
    (picture,) = (c.proto for c in app.get("bidi_component") if "pictures" in c.proto.id)
    whole = json.loads(picture.json)["whole"]
    assert whole["layout"]["xaxis"]["ticktext"] == kept["xaxis"]["ticktext"]


def test_the_next_step_leads_to_train_with_the_sets_filled_in(overview):
    app = overview()
    app.switch_page("pages/train.py")
    context = app.session_state["context"]
    asked = train_link(context, [("de", "fr"), ("en",)], n_seeds=2)
    assert asked["sets"] == ["de,fr", "en"]
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    assert app.multiselect(key="handed_over").value == [("de", "fr"), ("en",)]
    assert "MSLT(de, fr) and SSLT(en), 1,000 examples each, 125 steps, seeds 3, 4" in words(app)


def test_new_sets_get_the_seeds_of_the_old_ones(overview):
    """SSLT(en), which has them already, would take them from all that it is trained beside."""
    app = overview()
    app.switch_page("pages/train.py")
    asked = train_link(app.session_state["context"], [("de", "hi")], n_seeds=3, beside=False)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert "MSLT(de, hi), 1,000 examples each, 125 steps, seeds 0, 1, 2" in words(app)


def test_the_link_to_train_carries_the_recipe_and_says_what_it_cannot(overview):
    app = overview()
    shipped = app.session_state["context"]
    assert not not_carried(shipped)
    assert "steps" not in train_link(shipped, [("de", "fr")])
    asked = shipped.spec.but(
        budget=500, steps=50, learning_rate=1e-4, batch_size=8, max_length=64, tune="lora",
        lora_rank=4, eval_every=25, select="source", holdout=50, precision="bfloat16",
        weight_decay=0.1, group_by_length=True,
    )  # fmt: skip
    (group, *rest) = shipped.groups
    info = dataclasses.replace(group.runs[0], spec=asked)
    odd = dataclasses.replace(group, runs=(info,))
    context = dataclasses.replace(shipped, groups=(odd, *rest))
    assert "for `--weight-decay 0.1`: runs started there will not join" in not_carried(context)
    app.switch_page("pages/train.py")
    for name, value in train_link(context, [("de", "fr")]).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    assert "MSLT(de, fr), 500 examples each, 50 steps" in words(app)
    inputs = {each.key: each.value for each in (*app.number_input, *app.text_input)}
    for key, value in {"batch": 8, "length": 64, "rank": 4, "every": 25, "holdout": 50}.items():
        assert inputs[key] == value, key
    assert float(inputs["rate"]) == 1e-4
    assert app.radio(key="select").value == "source"
    assert app.session_state["precision"] == "bfloat16"
    assert app.toggle(key="grouped").value


def test_where_the_data_lie_elsewhere_the_link_tells_all_that_is_not_usual(overview, monkeypatch):
    def moved(*_, **__):
        raise DataError("no such folder")

    monkeypatch.setattr(pipeline, "unusual", moved)
    app = overview()
    app.switch_page("pages/train.py")
    shipped = app.session_state["context"]
    assert "grouped" not in train_link(shipped, [("de", "fr")])
    (group, *rest) = shipped.groups
    earlier = dataclasses.replace(group.runs[0], spec=shipped.spec.but(group_by_length=True))
    groups = (dataclasses.replace(group, runs=(earlier,)), *rest)
    asked = train_link(dataclasses.replace(shipped, groups=groups), [("de", "fr")])
    assert asked["grouped"] == "true"


def ranking(*states, n_seeds=3):
    standings = tuple(
        Standing(
            key=str(i), name=f"MSLT({i})", source_langs=("en",), mean=0.8 - 0.1 * i, n_targets=2,
            n_seeds=n_seeds, may_be_best=state, behind=None,
        )
        for i, state in enumerate(states)
    )  # fmt: skip
    return Ranking(
        metric="accuracy", average="shared", targets=("fi", "tr"), standings=standings,
        level=0.95, carried="both", pool=None, left_out=(),
    )  # fmt: skip


def test_one_unseen_language_is_not_several():
    one = dataclasses.replace(ranking(True), targets=("fi",))
    assert "**80.0** on 1 unseen language," in findings_told.best(one)


def test_a_set_that_alone_has_seeds_is_compared_with_nothing():
    one, other = ranking(None, None).standings
    found = dataclasses.replace(
        ranking(None), standings=(one, dataclasses.replace(other, n_seeds=2))
    )
    assert re.sub(r"\\(.)", r"\1", findings_told.best(found)).startswith(
        "**None of 2 sets can be called the best**: MSLT(0) alone has 3 seeds or more. "
        "MSLT(0) has the highest, mean"
    )


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((True,), "is the one set so far: mean token accuracy **80.0** on 2 unseen languages"),
        ((None, None), "**None of 2 sets can be called the best**: that takes 3 seeds of each."),
        (
            (True, False),
            "is the best of 2 sets, beyond noise at 95 %: mean token accuracy **80.0**",
        ),
        ((True, True), "**Any of 2 sets may be the best**: noise hides which."),
        ((True, True, False), "**2 of 3 sets may be the best**; the truly best is one of them"),
        # the highest mean is of a set that cannot be judged: it is not said to be the best
        ((None, True, False), "**MSLT(1)** is the best of 2 sets (1 more has too few seeds)"),
        ((None, None, True, True), "**Any of 2 sets may be the best** (2 more have too few seeds)"),
    ],
)
def test_who_may_be_best_is_said_as_far_as_it_is_known(states, said):
    assert said in re.sub(r"\\(.)", r"\1", findings_told.best(ranking(*states)))


@pytest.mark.parametrize(
    ("states", "few_shot", "said"),
    [
        ((True, False), "1", "None has a higher mean."),
        (
            (True, False),
            "0",
            "MSLT(0) has a higher mean, 80.0 and not 70.0 (MSLT(1)), on 2 languages unseen by all, "
            "beyond noise.",
        ),
        ((True, True), "0", "unseen by all, which may be noise."),
        ((None, True), "0", "by all, with too few seeds to say whether that is noise."),
        ((True, None), "0", "by all, with too few seeds to say whether that is noise."),
    ],
)
def test_few_shot_sets_are_told_apart(states, few_shot, said):
    both = ranking(*states)
    zero_shot = [SimpleNamespace(key=one.key) for one in both.standings if one.key != few_shot]
    told = re.sub(r"\\(.)", r"\1", findings_told.few_shot_apart(both, zero_shot))
    assert told.endswith(said)
    assert told.startswith("Few-shot sets are told apart: they have seen examples of a target.")


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.2, 0.1, 0.3, "mixes the languages more** than Base"),
        (-0.2, -0.3, -0.1, "mixes them less** than Base"),
        (0.1, -0.1, 0.3, "may mix them no more or less** than Base"),
        (0.1, None, None, "may mix them no more or less** than Base"),
    ],
)
def test_mixing_more_is_said_where_the_interval_says_so(value, low, high, said):
    point = LayerPoint(layer=4, value=value, low=low, high=high)
    zero = LayerPoint(layer=4, value=-0.001, low=-0.002, high=0.002)
    shift = SpaceShift(
        before="Base", after="SSLT(en)", mingling=point, linear_cka=zero, retrieval_p1=zero
    )
    refs = tuple(
        CheckpointRef(
            key=n, name=n, kind="base", seen_langs=(), path="", fingerprint="0", n_layers=4
        )
        for n in ("Base", "SSLT(en)")
    )
    level = LayerPoint(layer=4, value=0.5, low=None, high=None)
    change = SpaceChange(
        checkpoints=refs, mingling=(level, level), effective_rank=(70.0, 40.0), shifts=(shift,),
        overall=shift, collapsed=value > 0.15, n=100, langs=("de", "en"),
    )  # fmt: skip
    told = re.sub(r"\\(.)", r"\1", space_told.mixing(change))
    assert said in told
    assert ("a collapsed one mixes by itself" in told) == (value > 0.15)
    assert ("part of it may come from a flatter space" in told) == (0 < value < 0.15)
    assert "+0.00 [0.00, 0.00]" in space_told.inside(change)  # no minus before a zero
