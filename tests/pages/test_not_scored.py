"""What of the evaluation files a run is not scored on is told where it is started."""

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs
from mslt_core.pipeline import PROJECT
from mslt_core.sweep import workers

TIMEOUT_S = 120  # a cold import on a busy machine
TOLD = "Not scored of the test rows: 2 in training data (de 2), 1 repeated (de 1)."


def queued(store, spec, where):
    store.runs.create(spec, where)
    return spec.digest()


@pytest.fixture
def open_train(tmp_path, monkeypatch, tiny_checkpoint):
    """A function that opens Train with a task of one's own; nothing is trained."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("MSLT_ROOTS", f"{tmp_path}:{tiny_checkpoint}")
    monkeypatch.setattr(jobs, "start", queued)
    monkeypatch.setattr(workers, "_staff", lambda *_: None)
    data = tmp_path / "films"
    data.mkdir()
    (data / "task.yaml").write_text("kind: classification\nlabels: [bad, good]\n")
    for lang, words in {"en": "abcdefgh", "es": "ABCDEFGH"}.items():
        rows = "".join(f"{word}\t{'good' if word in 'bdfhBDFH' else 'bad'}\n" for word in words)
        (data / f"train-{lang}.tsv").write_text("text\tlabel\n" + rows)
    seen = "a\tbad\nb\tgood\nx\tbad\nx\tbad\ny\tgood\n"
    (data / "test-de.tsv").write_text("text\tlabel\n" + seen)

    def open_page(**query):
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        app.switch_page("pages/train.py").run()
        asked = {"task": "own", "data": str(data), "model": str(tiny_checkpoint), **query}
        for key, value in {**asked, "budget": 4, "steps": 1}.items():
            app.session_state[key] = value
            app.run()
        return app

    return open_page


def captions(app):
    return " ".join(caption.value for caption in app.caption).replace("\\", "")


def test_of_runs(open_train):
    app = open_train()
    assert TOLD not in captions(app)
    app.button(key="start").click().run()
    assert not app.exception
    assert TOLD in captions(app)


def test_of_a_sweep(open_train):
    app = open_train(extent="A whole sweep", sizes=[1])
    app.button(key="start_sweep").click().run()
    assert not app.exception
    assert TOLD in captions(app)
