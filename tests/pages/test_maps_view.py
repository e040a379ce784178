"""The maps' own controls: parameters, filters, colours, still pictures, what takes a while."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.pipeline import PROJECT
from pages._shared.map_filter import passing


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
    assert "These maps are not computed yet" in words(other)


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
    assert "These maps are not computed yet" in words(app)


def test_the_still_picture_follows_filter_and_colours(mingling):
    app = mingling(arrangement="still", colour="seen", show=["script: Latn"])
    assert not app.exception
    drawn = still(app)
    shown = {t["legendgroup"] for t in drawn["data"] if "legendgroup" in t}
    assert shown == {"de", "en", "es", "fi", "id", "tr"}
    named = [t["name"] for t in drawn["data"] if t.get("showlegend") is not False]
    assert named == ["seen", "unseen"]
    assert "Seen: trained on by at least one" in words(app)


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
