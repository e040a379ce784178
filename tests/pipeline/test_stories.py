"""What a pin rests on, how it is cited, and whether something newer is there."""

import shutil

import pytest

from mslt_core.pipeline.stories import groups_here, link_to, newer_than, origin_of
from mslt_core.spec.citing import cite_text, provenance
from mslt_core.spec.outside import OutsideScores
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.stories import Origin, Pin, Pinned
from mslt_core.store import Store
from tests.pipeline.made import put
from tests.store.hostile_outside import NOTE, result_of

TARGETS = ("ar", "en", "fi")
PINNED = "2026-11-22T10:00:00.000+00:00"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def finished(store):
    """Puts a finished run into the store and says what the list of runs knows of it."""

    def done(source_langs=("en",), seed=0, n_items=(200, 300, 250), **changes):
        fields = {
            "task": "wikiann", "data": "d" * 16, "model": "xlm-r", "model_fingerprint": "f" * 16,
            "target_langs": TARGETS, "budget": 100, "steps": 10, "learning_rate": 3e-4,
        }  # fmt: skip
        spec = TrainSpec(source_langs=source_langs, seed=seed, **{**fields, **changes})
        scores = {
            lang: TargetScores(accuracy=0.5, n_items=n, n_tokens=9)
            for lang, n in zip(spec.target_langs, n_items, strict=True)
        }
        run = put(store, spec, scores)
        return next(info for info in store.runs.list() if info.run == run)

    return done


def pinned(origin: Origin) -> Pinned:
    pin = Pin(kind="figure", title="How far?", origin=origin, content="c" * 16)
    return Pinned(digest=pin.digest(), pin=pin, created_utc=PINNED)


def test_an_origin_tells_runs_sets_seeds_and_sizes(store, finished):
    runs = [finished(seed=0), finished(seed=1), finished(("ar", "en"), n_items=(300, 300, 300))]
    origin = origin_of(store, runs, page="results", query=[("k", "3")], experiment="a recipe")
    assert origin.runs == tuple(sorted(info.run for info in runs))
    assert origin.sets == ("SSLT(en)", "MSLT(ar, en)")
    assert origin.seeds == (0, 1)
    assert origin.sizes == "3 languages scored, 200 to 300 items each"
    assert (origin.task, origin.data, origin.model) == ("wikiann", "d" * 16, "xlm-r")
    assert (origin.page, origin.query, origin.experiment) == (
        "results",
        (("k", "3"),),
        "a recipe",
    )
    assert {"mslt-lab", "python", "numpy", "plotly"} <= set(dict(origin.versions))


def test_an_origin_names_runs_that_may_have_learnt_nothing(store, finished):
    """A number may be pinned from any page, and the warning beside it must go with it."""
    good, low = finished(), finished(seed=1)
    assert origin_of(store, [good, low], page="results").doubt == ""
    scores = TargetScores(item_accuracy=0.3, majority_accuracy=0.4, n_items=50, n_tokens=50)
    put(store, low.spec.but(steps=20), {"en": scores})
    (worse,) = (info for info in store.runs.list() if info.spec.steps == 20)
    pin = pinned(origin_of(store, [good, worse], page="results")).pin
    assert "SSLT(en) (seed 1: 30.0 % against 40.0 %" in pin.origin.doubt
    assert pin.but(told="Up by 2 points.").said == f"Up by 2 points. {pin.origin.doubt}"
    assert pin.said == pin.origin.doubt


def test_one_language_is_told_in_the_singular(store, finished):
    alone = finished(n_items=(300,), target_langs=TARGETS[:1])
    assert origin_of(store, [alone], page="results").sizes == "1 language scored, 300 items"


def test_another_data_set_that_was_scored_is_told_and_cited(store, finished):
    shifted = finished(eval_task="own", eval_data="e" * 16, eval_draw="sample")
    origin = origin_of(store, [shifted], page="results")
    assert origin.task == "wikiann scored on own data"
    assert origin.data == f"{'d' * 16}, {'e' * 16}"
    assert "Task: wikiann scored on own data" in cite_text("How far?", origin, PINNED)
    finished(seed=1, eval_task="own", eval_data="e" * 16, eval_draw="sample")
    assert newer_than(store, pinned(origin)) == ("Newer results exist: SSLT(en) with seed 1.",)


def test_a_size_that_is_told_stands(store, finished):
    assert origin_of(store, [finished()], page="mingling", sizes="8 sentences").sizes == (
        "8 sentences"
    )


def test_runs_of_two_experiments_are_both_told(store, finished):
    origin = origin_of(store, [finished(), finished(data="e" * 16)], page="train")
    assert origin.data == f"{'d' * 16}, {'e' * 16}"
    assert newer_than(store, pinned(origin)) == ()


def test_imported_results_are_named_and_counted(store, finished):
    two = OutsideScores(scores={"accuracy": 0.5}, n_items=None)
    store.outside.put_all([result_of(), result_of(targets={"ar": two}, outcomes={}, seed=1)], NOTE)
    outside = store.outside.list()
    origin = origin_of(store, [], page="results", outside=outside)
    assert [(one.name, one.seed, one.source) for one in origin.outside] == [
        ("set of 1", 0, "file 'scores.csv'"),
        ("set of 1", 1, "file 'scores.csv'"),
    ]
    assert origin.sizes == "2 languages scored, 3 items each"
    assert origin_of(store, [], page="results", outside=outside[1:]).sizes == "1 language scored"
    assert "No training run" not in provenance(pinned(origin))
    assert newer_than(store, pinned(origin)) == ()
    shutil.rmtree(store.outside.folder(outside[0].result))
    assert newer_than(store, pinned(origin)) == (
        "1 of its 2 imported results is not in this store.",
    )
    both = origin_of(store, [finished()], page="results", outside=outside)
    assert both.sizes == "4 languages scored, 3 to 300 items each"
    assert (both.sets, len(both.outside)) == (("SSLT(en)",), 2)


def test_weights_kept_on_the_way_are_no_newer_result_and_hide_no_view(store, finished):
    shown = finished()
    origin = origin_of(store, [shown], page="results")
    again = finished(keep_every=2)
    (group,) = groups_here(store, origin)
    assert group.runs == (again,)  # the same scores, and more that can be looked at
    assert newer_than(store, pinned(origin)) == ()
    finished(keep_every=5, seed=1)
    assert newer_than(store, pinned(origin)) == ("Newer results exist: SSLT(en) with seed 1.",)


def test_without_runs_it_says_so(store):
    origin = origin_of(store, [], page="languages")
    assert origin.runs == ()
    assert "No training run stands behind it" in provenance(pinned(origin))
    assert "No training run stands behind it." in cite_text("Which set?", origin, PINNED)
    assert newer_than(store, pinned(origin)) == ()


def test_nothing_is_newer_at_once_nor_what_was_there_and_not_shown(store, finished):
    shown, _ = finished(seed=0), finished(seed=1)
    now = pinned(origin_of(store, [shown], page="mingling"))
    assert newer_than(store, now) == ()


def test_another_seed_of_a_shown_set_is_newer(store, finished):
    now = pinned(origin_of(store, [finished()], page="results"))
    finished(seed=3)
    finished(seed=4)
    assert newer_than(store, now) == ("Newer results exist: SSLT(en) with seeds 3 and 4.",)


@pytest.mark.parametrize(
    "changes", [{"source_langs": ("ar", "en")}, {"steps": 20}, {"task": "xnli"}, {"budget": 200}]
)
def test_another_set_or_recipe_is_another_question(store, finished, changes):
    now = pinned(origin_of(store, [finished()], page="results"))
    finished(**changes)
    assert newer_than(store, now) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "e" * 16}, "on other data"),
        ({"model_fingerprint": "e" * 16}, "from other weights"),
        (
            {"data": "e" * 16, "model_fingerprint": "e" * 16},
            "on other data and from other weights",
        ),
    ],
)
def test_the_same_on_other_data_or_weights_is_newer(store, finished, changes, told):
    now = pinned(origin_of(store, [finished()], page="results"))
    finished(**changes)
    assert newer_than(store, now) == (f"Newer results {told} exist: SSLT(en) with seed 0.",)


def test_an_oracle_or_an_unfinished_run_is_no_result(store, finished):
    info = finished()
    now = pinned(origin_of(store, [info], page="results"))
    store.runs.create(info.spec.but(seed=7), Where())
    assert newer_than(store, now) == ()


def test_runs_that_are_gone_are_told(store, tmp_path):
    origin = Origin(page="results", runs=("0" * 16, "1" * 16), seeds=(0, 1))
    assert newer_than(store, pinned(origin)) == (
        "2 of its 2 runs can no longer be read in this store.",
    )


def test_a_citation_holds_all_that_is_needed_to_repeat_it(store, finished):
    origin = origin_of(
        store,
        [finished(), finished(("ar", "en"), seed=2)],
        page="results",
        experiment="100 in 10 steps",
    )
    told = cite_text("How far?", origin, PINNED)
    for part in (
        '"How far?". MSLT Lab',
        "22 November 2026.",
        f"wikiann (data fingerprint {'d' * 16})",
        f"xlm-r (weights fingerprint {'f' * 16})",
        "SSLT(en), MSLT(ar, en); seeds 0 and 2; 2 runs.",
        "Recipe: 100 in 10 steps.",
        "3 languages scored, 200 to 300 items each.",
        "numpy ",
        "Lim et al. (2024)",
    ):
        assert part in told


def test_a_line_under_the_slide(store, finished):
    line = provenance(pinned(origin_of(store, [finished()], page="results")))
    assert line.startswith(
        "wikiann (data dddddddd), xlm-r (ffffffff), seed 0, 3 languages scored, 200 to 300 items "
        "each, MSLT Lab "
    )
    assert line.endswith(", 22 November 2026")


def test_a_link_holds_the_whole_question():
    origin = Origin(page="results", query=(("compare", "MSLT(de, en)"), ("compare", "a&b=c")))
    assert link_to(origin, "http://127.0.0.1:8501/") == (
        "http://127.0.0.1:8501/results?compare=MSLT(de,+en)&compare=a%26b%3Dc"
    )
    assert link_to(Origin(page="languages"), "http://x") == "http://x/languages"
    assert link_to(Origin(page="overview"), "http://x") == "http://x/", "Streamlit's front page"
