"""Runs that came in a bundle open on the pages like runs that were made here."""

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.pipeline import EXAMPLE, PROJECT, places, run_groups
from mslt_core.store import Store
from mslt_core.store.bundle import Wanted, export_bundle, import_bundle
from tests.pages.test_pages import TIMEOUT_S, assert_sound, words

SETS = (("en",), ("de", "en", "es"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The shipped runs of two sets, three seeds each."""
    shipped = Store(EXAMPLE, read_only=True)
    runs = [i.run for g in run_groups(shipped) if g.source_langs in SETS for i in g.runs]
    path = tmp_path_factory.mktemp("bundle") / "x.zip"
    export_bundle(shipped, path, Wanted(runs=tuple(runs)))
    return path


@pytest.mark.parametrize(
    "page", ["results", *(pytest.param(p, marks=pytest.mark.slow) for p in ("overview", "train"))]
)
def test_imported_runs_open_alone(page, bundle, tmp_path, monkeypatch):
    import_bundle(Store(tmp_path / "store"), bundle)
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py").run()
    if page != "train":  # without the example there is no base to train, and the page says so
        assert_sound(app)
        assert app.get("plotly_chart")
    if page == "results":
        assert "MSLT(de, en, es)" in words(app)
    assert not app.exception
