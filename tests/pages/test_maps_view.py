"""The maps' own controls: parameters, filters, colours, still pictures, what takes a while."""

import json
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import pipeline
from mslt_core.pipeline import PROJECT
from mslt_core.spec.maps import MapParameters
from mslt_core.spec.specs import MingleSpec, Where
from pages._shared.map_filter import passing
from pages._shared.maps_told import parameters_told
from pages._shared.trust_told import believed


@pytest.fixture
def mingling(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))

    def run(**chosen):
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
        app.switch_page("pages/mingling.py")
        for key, value in chosen.items():
            app.session_state[key] = value
        return app.run()

    return run


@pytest.fixture
def with_weights(monkeypatch):
    """As if all runs had theirs; of the shipped ones some have not."""
    for name in ("frames_view", "map_colours", "trust_view"):
        monkeypatch.setattr(f"pages._shared.{name}.weights_missing", lambda *_: [])


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return "\n".join(str(e.value) for kind in kinds for e in kind).replace("\\", "")


def plain(text):
    return str(text).replace("\\", "")


def still(app):
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def test_presets_say_their_values_and_the_balanced_one_is_what_is_shipped(mingling):
    app = mingling()
    assert not app.exception
    assert "For 1,600 points: perplexity 30.0, early_exaggeration auto" in words(app)
    assert "a warm start favours the first map" in words(app)
    assert "not computed yet" not in words(app)
    other = mingling(preset="local detail")
    assert "For 1,600 points: perplexity 10.0" in words(other)
    assert "sentences of cldr-parallel in 8 languages" in words(other)
    assert "not computed yet" in words(other)


def test_the_worst_of_the_maps_is_told_on_the_careful_side():
    quality = {"trustworthiness": 0.976, "continuity": 1 - 1e-12}
    quality |= {"mingling": 0.5, "mingling_in_map": 0.461}
    told = believed(SimpleNamespace(maps=[SimpleNamespace(quality=quality)]))
    assert "trustworthiness is 0.97 or more" in told.lower()
    assert "continuity is 1.00 or more" in told.lower()
    assert "within 0.04" in told
    quality["mingling_in_map"] = 0.459  # 0.041 apart
    assert "within 0.05" in believed(SimpleNamespace(maps=[SimpleNamespace(quality=quality)]))


@pytest.mark.slow
def test_own_values_have_the_libraries_names_and_limits(mingling):
    app = mingling(preset="own", map_perplexity=400.0, n=100)
    assert not app.exception
    assert app.number_input(key="map_learning_rate").value is None  # the library's own
    assert app.number_input(key="map_n_iter").value == 500
    (refused,) = app.warning  # at once, before any work begins
    assert "Perplexity must be below n_samples / 3 = 266.7, got 400" in plain(refused.title)


def test_a_joint_fit_says_its_price(mingling):
    app = mingling(fit="joint")
    assert "becomes an island of its own" in words(app)
    assert "not computed yet" in words(app)


def test_the_still_picture_follows_filter_and_colours(mingling):
    app = mingling(arrangement="still", colour="seen", show=["script: Latn"])
    assert not app.exception
    drawn = still(app)
    shown = {t["legendgroup"] for t in drawn["data"] if "legendgroup" in t}
    assert shown == {"de", "en", "es", "fi", "id", "tr"}
    named = [t["name"] for t in drawn["data"] if t.get("showlegend") is not False]
    assert named == ["seen", "unseen"]
    assert "Seen: trained on by at least one" in words(app)


@pytest.mark.parametrize(
    "arrangement", ["moving", *(pytest.param(a, marks=pytest.mark.slow) for a in ("side", "still"))]
)
def test_captions_say_what_was_drawn_and_what_the_filter_leaves_out(mingling, arrangement):
    told = words(mingling(arrangement=arrangement, show=["script: Latn"]))
    for part in (
        "t-SNE of 200 sentences of cldr-parallel in each of 8 languages, layer 4, "
        "mean of all tokens.",
        "CKA between languages: debiased, n = 1,000.",
        "Shown are 6 of 8 languages; the numbers are of all.",
        "Drawn with perplexity 30, each aligned to the first.",
        "Mingling: k = 15 neighbours.",
    ):
        assert part in told
    assert "Shown are" not in words(mingling(arrangement=arrangement))


@pytest.mark.slow
def test_a_still_picture_says_its_filter_where_it_is_taken(mingling):
    drawn = still(mingling(arrangement="still", show=["script: Latn"]))
    assert "Shown are 6 of 8 languages" in drawn["layout"]["title"]["subtitle"]["text"]


def test_own_parameters_are_told_where_they_are_not_as_they_come():
    drawn = MapParameters(perplexity=12.5, exaggeration=4.0, metric="cosine")
    assert parameters_told(drawn, "tsne") == "perplexity 12.5, exaggeration 4, metric cosine"
    assert parameters_told(MapParameters(), "tsne") == "perplexity 30"
    assert parameters_told(MapParameters(components=(2, 3)), "pca") == "components 2 and 3"


@pytest.mark.slow
@pytest.mark.parametrize("view", ["pairs", "training", "moved", "trust"])
def test_the_answer_is_the_same_whatever_is_looked_at_below(mingling, view):
    usual, other = (words(app) for app in (mingling(), mingling(view=view)))
    (answer,) = (line for line in usual.splitlines() if line.startswith("Mingling at the last"))
    assert answer in other


def test_trust_says_that_nothing_speaks_against_the_maps_or_what_does(mingling):
    told = words(mingling(view="trust"))
    assert "Nothing measured speaks against these 4 maps: trustworthiness is 0.97 or more" in told
    assert "languages mix on them as in the model, within 0.07." in told
    assert "200 sentences a language that are shown, k = 15," in told


def test_a_computation_that_failed_says_why_and_can_be_tried_again(mingling, tmp_path):
    app = mingling(fit="joint")
    (offered,) = (b.key for b in app.button if b.label == "Train it again")
    digest = offered.removeprefix("train_")
    store = pipeline.open_store(str(tmp_path / "store"))
    look = MingleSpec(checkpoints=("base",), corpus="cldr-parallel", langs=("de", "en"))
    folder = store.jobs.folder(digest)
    store.jobs.create(look, Where())
    store.jobs.folder(look.digest()).rename(folder)
    store.jobs.set_state(digest, "failed", "perplexity must be below 33, got <b>50</b>")
    app = mingling(fit="joint")
    (warning,) = app.warning
    assert warning.title == "The computation did not finish."
    assert plain(warning.value) == "perplexity must be below 33, got <b>50</b>"
    assert "\\<b" in warning.value, "what a worker says is no markup"
    assert "Try again" in [b.label for b in app.button]


@pytest.mark.usefixtures("with_weights")
def test_layers_say_what_they_cost_before_they_are_drawn(mingling):
    app = mingling(arrangement="layers")
    assert "16 of 20 maps of 1,600 points are to be drawn: about" in words(app)
    assert "Draw all layers" in [b.label for b in app.button]


@pytest.mark.usefixtures("with_weights")
def test_clusters_and_seeds_are_asked_for(mingling):
    app = mingling(colour="cluster", view="trust")
    labels = [b.label for b in app.button]
    assert "Find clusters" in labels
    assert "Draw them with 3 seeds" in labels


def test_over_training_says_how_to_keep_weights(mingling):
    app = mingling(view="training")
    assert not app.exception
    assert "`--keep-every 50`" in words(app)


def test_a_filter_is_any_of_a_kind_and_every_kind():
    langs = ("ar", "de", "en", "fi")
    latin, arabic = ("script", frozenset({"de", "en", "fi"})), ("script", frozenset({"ar"}))
    seen = ("seen", frozenset({"ar", "en"}))
    assert passing(langs, []) == frozenset(langs)
    assert passing(langs, [latin, seen]) == {"en"}
    assert passing(langs, [latin, arabic, seen]) == {"ar", "en"}
    assert passing(langs, [arabic, ("seen", frozenset({"de"}))]) == frozenset()
