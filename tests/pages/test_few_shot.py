"""Sets with few-shot examples beside plain ones: what is compared, said, and trained further."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs
from mslt_core.pipeline import (
    PROJECT,
    experiment_key,
    group_key,
    make_train_spec,
    open_store,
    places,
    run_groups,
)
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store


def done(store, spec, where, scores):
    """A finished run with these scores."""
    run = spec.digest()
    store.runs.create(spec, where)
    with store.runs.claim(run):
        store.runs.set_state(run, "running")
        store.runs.write_outcome(
            run, scores=scores, predictions={}, tokens_seen={}, device="cpu",
            sampled={lang: [f"{lang}:1"] for lang in spec.seen_langs}, weights="a" * 16, n_layers=4,
        )  # fmt: skip
        store.runs.set_state(run, "done")


@pytest.fixture
def app(tmp_path, monkeypatch):
    """SSLT(en) and MSLT(de, en) with two seeds; each with 5, 10 and 20 Finnish examples once."""
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    store = Store(tmp_path / "store")
    scores = {
        lang: TargetScores(accuracy=0.5, n_items=2, n_tokens=10) for lang in ("en", "fi", "sw")
    }
    plain = [(langs, 0, seed) for langs in (("en",), ("de", "en")) for seed in (0, 1)]
    few = [(langs, n, 0) for langs in (("en",), ("de", "en")) for n in (5, 10, 20)]
    for langs, shots, seed in plain + few:
        spec = TrainSpec(
            task="wikiann", data="d" * 16, model="base", model_fingerprint="f" * 16,
            source_langs=langs, target_langs=tuple(scores), budget=100, steps=10, seed=seed,
            learning_rate=3e-4, shots=shots, shot_langs=("fi",) if shots else (),
        )  # fmt: skip
        done(store, spec, Where(), scores)
    return AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()


def words(app: AppTest) -> str:
    assert not app.exception
    kinds = (app.markdown, app.caption)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


def test_plain_sets_are_compared_first_and_counted_by_their_own_runs(app):
    chosen = app.multiselect(key="compare")
    assert chosen.options[:2] == ["SSLT(en)", "SSLT(en) + 5 fi"]
    assert [chosen.options[i] for i in chosen.indices][:2] == ["SSLT(en)", "MSLT(de, en)"]
    assert "SSLT(en) has two runs; MSLT(de, en) has two runs:" in words(app)


def test_the_best_set_is_a_zero_shot_one(app):
    assert "**None of 2 sets can be called the best**" in words(app)
    assert "Few-shot sets are told apart: they have seen examples of a target." in words(app)


def test_the_baseline_is_plain(app):
    app.switch_page("pages/results.py").run()
    assert "scores higher than SSLT(en) on" in words(app)
    assert "scores higher than SSLT(en) + " not in words(app)


FEW_SHOT = {"shots": 20, "shot_langs": ("fr",)}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A function that puts finished runs of the example task, with a budget of their own, into
    the user's store, and one that opens a page."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    store = open_store()

    def put(langs, *seeds, **asked):
        for seed in seeds:
            spec, where = make_train_spec(
                task="cldr-ner", data=None, model="base", source_langs=langs, seed=seed,
                budget=100, **asked,
            )  # fmt: skip
            of_lang = TargetScores(accuracy=0.5, span_f1=0.5, n_items=2, n_tokens=10)
            done(store, spec, where, dict.fromkeys(spec.target_langs, of_lang))
        return next(g for g in run_groups(store) if g.key == group_key(spec))

    def open_page(name, **query):
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
        app.switch_page(f"pages/{name}.py")
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()

    return put, open_page


def test_more_seeds_of_a_few_shot_set_join_it(own, monkeypatch):
    put, open_page = own
    put("en", 0, 1, 2)
    group = put("de,en", 0, **FEW_SHOT)
    app = open_page("overview", compare=["SSLT(en)", group.name])
    assert "MSLT(de, en) + 20 fr has a single run:" in words(app)
    app.button(key="next_step").click().run()
    assert "**2 runs**: MSLT(de, en) + 20 fr, 100 examples each" in words(app)
    asked = []
    monkeypatch.setattr(jobs, "start", lambda _store, spec, _where: asked.append(spec) or "0" * 16)
    app.switch_page("pages/train.py").run()  # so that AppTest, too, knows where it is
    app.button(key="start").click().run()
    assert not app.exception
    assert {group_key(spec) for spec in asked} == {group.key}
    assert [spec.seed for spec in asked] == [1, 2], "those that the baseline has too"


def test_a_set_whose_seed_is_being_trained_is_asked_for_no_other(own):
    """Or it had seeds 0, 1, 2 and 3, and the others 0, 1 and 3."""
    put, open_page = own
    of_all = [put(langs, 0, 1) for langs in ("en", "de,en", "de,es")]
    info = of_all[2].runs[0]
    open_store().runs.create(info.spec.but(seed=2), info.where)
    app = open_page("overview", compare=[group.name for group in of_all])
    assert "SSLT(en) has two runs; MSLT(de, en) has two runs: from 3 on" in words(app)
    assert "Further seeds of MSLT(de, es) are being trained." in words(app)
    app.button(key="next_step").click().run()
    told = "**2 runs**: SSLT(en) and MSLT(de, en), 100 examples each, 13 steps, seed 2"
    assert told in words(app)


def test_plain_sets_get_their_seeds_without_shots(own):
    """Also where the first set of the experiment is a few-shot one, and both lack seeds."""
    put, open_page = own
    put("de", 0, **FEW_SHOT)
    group = put("de,en", 0)
    put("en", 0)
    app = open_page("overview", compare=[group.name])
    assert "SSLT(en) has a single run; MSLT(de, en) has a single run:" in words(app)
    app.button(key="next_step").click().run()
    assert "**4 runs**: SSLT(en) and MSLT(de, en), 100 examples each" in words(app)
    assert not app.multiselect(key="shot_langs").value


def test_one_recipe_at_a_time(own):
    put, open_page = own
    put("en", 0)
    group = put("de,en", 0, **FEW_SHOT)
    app = open_page("overview", compare=[group.name])
    assert "SSLT(en) has a single run: from 3 on" in words(app)
    app.button(key="next_step").click().run()
    assert "**2 runs**: SSLT(en), 100 examples each" in words(app)


@pytest.mark.parametrize(
    ("extra", "sets", "said"),
    [
        (
            {},
            "2 sets",
            "MSLT(de, fr) + 20 es is left out: few-shot sets have seen examples of a target.",
        ),
        (
            FEW_SHOT,
            "2 sets + 20 fr",
            "First of SSLT(en) + 20 fr and MSLT(de, en) + 20 fr: sets with other few-shot",
        ),
    ],
)
def test_seeds_of_all_sets_are_planned_as_they_were_trained(own, extra, sets, said):
    put, open_page = own
    put("en", 0, **extra)
    put("de,en", 1, **extra)
    put("de,fr", 0, shots=20, shot_langs=("es",))
    app = open_page("results", results_view="Which sets")
    assert said in words(app)
    app.button(key="make_Plan more seeds").click().run()
    plan = f"**{sets} × 3 seeds on cldr-ner, 100 examples each**: 6 runs, 2 of them done"
    assert plan in words(app)


def test_what_train_has_no_control_for_is_said_and_not_trained(own):
    put, open_page = own
    group = put("en", 0, weight_decay=0.1)
    put("de,en", 0, weight_decay=0.1)
    app = open_page("overview")
    assert experiment_key(group.runs[0].spec) == app.session_state["context"].groups[0].experiment
    assert "no control for `--weight-decay 0.1`: runs started there will not join" in words(app)
    assert app.button(key="next_step").disabled
    app = open_page("results", results_view="Which sets")
    assert "no control for `--weight-decay 0.1`" in words(app)
    assert "Plan more seeds" not in [button.label for button in app.button]
