"""A dashboard of its own for the stories, and a browser that notes what goes wrong."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
START_S = 90


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """Start a Streamlit script with an empty store under the example; gives its address."""
    with contextlib.ExitStack() as servers:
        yield lambda script: servers.enter_context(served(script, tmp_path_factory))


@pytest.fixture(scope="session")
def dashboard(serve):
    """The address of a dashboard."""
    return serve("app.py")


@contextlib.contextmanager
def served(script, tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("dashboard") / "log"
    environment = {**os.environ, "MSLT_STORE": str(tmp_path_factory.mktemp("store"))}
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with log.open("wb") as file:
        server = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(params=["light", "dark"])
def colour_scheme(request):
    return request.param


@pytest.fixture
def page(browser):
    """A page that fails the test on console errors and on requests to other machines."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(90_000)
    problems: list[str] = []
    # Streamlit looks for its own files beside a deep link first, and says so: not ours
    opened.on(
        "console",
        lambda m: problems.append(m.text) if m.type == "error" and "404" not in m.text else None,
    )
    opened.on(
        "request",
        lambda r: (
            None
            if r.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
            else problems.append(f"asked for {r.url}")
        ),
    )
    yield opened
    context.close()
    assert not problems
