"""How long a page takes to answer, over a SYNTHETIC store of the largest size that is promised.

127 sets x 15 targets x 5 seeds x 6 tasks. Every question is asked twice, on a page that has shown
another one before: a whole rerun with the sidebar in it, without the browser's own drawing.
"""

import os
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.pipeline import PROJECT, open_store
from tests.benchmarks.synthetic_store import TASKS, fill

pytestmark = pytest.mark.benchmark

LONG_S = 600


def frame(page: str) -> None:
    """What app.py does, for one page: AppTest runs a page that it switched to without its frame."""
    import runpy

    import streamlit as st

    from pages._shared.controls import sidebar

    st.session_state["context"] = sidebar()
    runpy.run_path(f"pages/{page}.py")


QUESTIONS: dict[str, list[dict[str, object]]] = {
    "overview": [{}, {"compare": (0, 9, 40)}],
    "results": [
        {},
        {"compare": (1, 12, 50)},
        {"metric": 1},
        {"results_view": "sizes"},
        {"results_view": "groups"},
        {"results_view": "groups", "targets_by": "family"},
        {"results_view": "ties"},
        {"results_view": "ties", "metric": 1},
    ],
    "criteria": [{}, {"k": 2}, {"with": "en"}, {"average": "paper"}, {"metric": 1}],
}
"""Of every page its questions: what is chosen beside the defaults, numbers being places."""


def asked(app: AppTest, question: dict[str, object]) -> tuple[float, float]:
    """Seconds that it took, and seconds of a processor: the machine may have other work."""
    for name, value in question.items():
        app.session_state[name] = value
    start, busy = time.perf_counter(), time.process_time()
    app.run()
    assert not app.exception, app.exception
    assert not app.error, [e.value for e in app.error]
    return time.perf_counter() - start, time.process_time() - busy


def told(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:.2f} s (of a processor {seconds[1]:.2f} s)"


def named(app: AppTest, question: dict[str, object]) -> dict[str, object]:
    """The question with keys of groups and names of scores in place of numbers."""
    context = app.session_state["context"]
    found: dict[str, object] = {}
    for name, value in question.items():
        if name == "compare":
            found[name] = [context.groups[i].key for i in value]
        else:
            found[name] = context.groups[0].metrics[value] if name == "metric" else value
    return found


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """The folder that MSLT_BIG_STORE names, filled where it is not, or a temporary one."""
    root = Path(os.environ.get("MSLT_BIG_STORE") or tmp_path_factory.mktemp("big"))
    start = time.perf_counter()
    fill(open_store(root))
    print(f"\nthe synthetic store was filled in {time.perf_counter() - start:.0f} s")
    return root


@pytest.mark.parametrize("page", QUESTIONS)
def test_repaint(page, big, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(big))
    if page == "overview":  # it links to other pages, which only the whole app has
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=LONG_S)
    else:
        app = AppTest.from_function(frame, kwargs={"page": page}, default_timeout=LONG_S)
    print(f"\n{page}: loaded in {told(asked(app, {}))}; load {os.getloadavg()[0]:.1f}")
    labels = app.selectbox(key="experiment").options
    app.selectbox(key="experiment").select(next(one for one in labels if TASKS[1] in one))
    print(f"  another experiment in {told(asked(app, {}))}")
    for question in QUESTIONS[page]:
        new, again = asked(app, named(app, question)), asked(app, {})
        print(f"  {question or 'as it opens'}: new {told(new)}, again {told(again)}")
