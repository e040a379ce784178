"""Work that failed says why, where its log lies, and can be tried again."""

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs
from mslt_core.spec.specs import EmbedSpec, Where
from mslt_core.store import Store

SPEC = EmbedSpec(checkpoint="c" * 16, corpus="0" * 16, lang="en", layer=2)
WHY = "/data/ar.conllu, line 7: not UTF-8 (byte 0xff). Save the file as UTF-8."


def page(root):
    import streamlit as st

    from mslt_core.store import Store
    from pages._shared.context import Context
    from pages._shared.waiting import wait_for
    from tests.pages.test_waiting import SPEC

    context = Context(store=Store(root), runs=(), groups=(), chosen=())
    st.session_state["waits"] = wait_for(context, SPEC)


@pytest.mark.parametrize("has_log", [True, False])
def test_a_failed_job_says_why_and_how_to_go_on(tmp_path, has_log, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start", lambda _, spec, *__: started.append(spec.digest()))
    store = Store(tmp_path)
    store.jobs.create(SPEC, Where())
    with store.jobs.claim(SPEC.digest()):
        store.jobs.set_state(SPEC.digest(), "failed", WHY)
    log = store.jobs.folder(SPEC.digest()) / "worker.log"
    if has_log:
        log.write_text("Traceback")
    app = AppTest.from_function(page, args=(tmp_path,)).run()
    assert app.session_state["waits"]
    (warning,) = app.warning
    assert "not UTF" in warning.value.replace("\\", "")
    assert ("worker" in " ".join(caption.value for caption in app.caption)) == has_log
    app.button(key=f"again_{SPEC.digest()}").click().run()
    assert started == [SPEC.digest()]


def test_what_is_computed_can_be_stopped(tmp_path, monkeypatch):
    """And asked for again: no warning stands where it was."""

    def cancel(store, kind, digest):
        with store.works(kind).claim(digest):
            store.works(kind).set_state(digest, "stopped", "stopped on request")

    monkeypatch.setattr(jobs, "cancel", cancel)
    store = Store(tmp_path)
    store.jobs.create(SPEC, Where())
    app = AppTest.from_function(page, args=(tmp_path,)).run()
    assert app.session_state["waits"]
    app.button(key=f"stop_{SPEC.digest()}").click().run()
    assert not app.exception
    assert store.jobs.status(SPEC.digest()).state == "stopped"
    assert not app.session_state["waits"]
    assert not app.warning
