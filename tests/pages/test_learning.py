"""Results of runs with a learning curve, and of sets without a gap: what the page says of them."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.pipeline import PROJECT, places
from mslt_core.spec.results import CurvePoint, TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store

UPPER_BOUND = "chosen on the test items: an upper bound, not zero-shot"


def scores(**accuracy):
    return {
        lang: TargetScores(accuracy=value, n_items=2, n_tokens=10)
        for lang, value in accuracy.items()
    }


SHIFT = "Domain shift: wikiann scored on own data"


def words(app: AppTest) -> str:
    """All that the page says, without the backslashes that keep Markdown from reading it."""
    assert not app.exception
    assert not app.error
    kinds = (app.markdown, app.caption, app.subheader, app.warning)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


@pytest.fixture
def results(tmp_path, monkeypatch):
    """``results(select=...)``: the page over SSLT(en) and MSLT(de, en), scored at step 5 of 10."""
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    store = Store(tmp_path / "store")

    def open_page(*sets, select="last", curve=True, shifted=False, average="", **targets):
        targets = targets or {"en": 0.9, "fi": 0.7}
        for langs in sets or (("en",), ("de", "en")):
            spec = TrainSpec(
                task="wikiann", data="d" * 16, model="base", model_fingerprint="f" * 16,
                source_langs=langs, target_langs=tuple(targets), budget=100, steps=10,
                learning_rate=3e-4, eval_every=5, select=select,
                holdout=10 if select == "source" else 0,
                **({"eval_task": "own", "eval_draw": "sample"} if shifted else {}),
            )  # fmt: skip
            run = spec.digest()
            store.runs.create(spec, Where())
            with store.runs.claim(run):
                store.runs.set_state(run, "running")
                for step in (5, 10) if curve else ():
                    store.runs.append_curve(run, CurvePoint(step=step, scores=scores(**targets)))
                chosen = {} if select == "last" else {
                    "step_scored": 5, "last_scores": scores(**dict.fromkeys(targets, 0.6)),
                }  # fmt: skip
                store.runs.write_outcome(
                    run, scores=scores(**targets), predictions={}, tokens_seen={}, device="cpu",
                    sampled={lang: [f"{lang}:1"] for lang in langs}, weights="a" * 16, n_layers=4,
                    **chosen,
                )  # fmt: skip
                store.runs.set_state(run, "done")
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
        assert (UPPER_BOUND in words(app)) == (select == "target"), "Overview says so, too"
        assert (SHIFT in words(app)) == shifted
        app.switch_page("pages/results.py").run()
        return words(app.selectbox(key="mean_over").select(average).run() if average else app)

    return open_page


def test_weights_that_held_out_rows_chose_say_so_and_what_the_last_would_have_got(results):
    text = results(select="source")
    assert "On the way" in text
    assert (
        "SSLT(en): weights chosen on held-out rows of the sources, at step 5: 70.0 points "
        "(the last step's, 10: 60.0)"
    ) in text
    assert UPPER_BOUND not in text


def test_curves_are_over_the_same_languages_for_all_whatever_the_means_are_over(results):
    # de is unseen by SSLT(en) alone, and in its mean after the paper
    text = results(select="source", average="paper", de=0.5, en=0.9, fi=0.7)
    assert "Means are the paper's" in text
    assert "MSLT(de, en): weights chosen on held-out rows of the sources, at step 5: 70.0" in text
    assert "SSLT(en): weights chosen on held-out rows of the sources, at step 5: 70.0" in text


def test_weights_that_test_items_chose_are_marked_beside_the_answer(results):
    text = results(select="target")
    assert text.count(UPPER_BOUND) == 3, "the badge, and a line for each set"


def test_the_last_weights_need_no_word(results):
    text = results()
    assert "On the way" in text
    assert "weights chosen" not in text


def test_without_a_curve_there_is_no_section(results):
    assert "On the way" not in results(curve=False)


def test_the_gap_of_every_set(results):
    # the only source that is scored is en: 90 - 70
    text = results()
    assert "SSLT(en) **20.0 points** (1 source, 1 unseen)" in text
    assert "MSLT(de, en) **20.0 points** (1 source, 1 unseen)" in text


def test_a_gap_that_cannot_be_had_says_why(results):
    assert "SSLT(en) undefined, no source language was scored" in results(fi=0.7, sw=0.5)


def test_one_set_alone_has_its_curve_too(results):
    text = results(("en",), select="target")
    assert "On the way" in text
    assert text.count(UPPER_BOUND) == 2, "the badge, and a line for the set"


def test_another_data_set_that_is_scored_is_told_beside_the_answer(results):
    assert SHIFT in results(shifted=True)
    assert "Domain shift" not in results()
