"""The WebGL view of 21 languages x 1,000 sentences x 3 checkpoints: first paint and frames.

Chromium draws on the processor here, as on a machine without a graphics card.
"""

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PLAYED_S = 4
QUERIES = {
    "3 x 21,000 points": "langs=21&sentences=1000&panels=3&frames=4&wait=1",
    "3 x 100,000 points": "langs=20&sentences=5000&panels=3&frames=4&wait=1",
}


@contextlib.contextmanager
def served(log):
    """The address of the view's test page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "tests/browser/scatter_app.py"]
    command += ["--server.port", str(port)]
    with log.open("wb") as file:
        server = subprocess.Popen(command, cwd=PROJECT, stdout=file, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def measured(page, url):
    """Seconds to the first paint; script milliseconds, frames a second, share of points drawn."""
    page.goto(url)
    page.get_by_text("Show", exact=True).wait_for()
    page.wait_for_timeout(1000)  # the page itself has settled
    started = time.perf_counter()
    page.get_by_text("Show", exact=True).click()
    still = page.locator(".scatter[data-state=still]")
    still.wait_for()
    paint_s = time.perf_counter() - started
    page.get_by_role("button", name="Play").click()
    frames = page.evaluate(
        """(ms) => new Promise((done) => {
          const root = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
            .map((box) => box.shadowRoot.querySelector('.scatter')).find(Boolean);
          const [scripts, start, first] = [[], performance.now(), Number(root.dataset.drawn)];
          let seen = first;
          const look = () => {
            const drawn = Number(root.dataset.drawn);
            if (drawn !== seen) scripts.push(Number(root.dataset.scriptMs));
            seen = drawn;
            const passed = performance.now() - start;
            if (passed < ms) requestAnimationFrame(look);
            else {
              const fps = (1000 * (drawn - first)) / passed;
              done({ scripts, fps, share: root.dataset.share });
            }
          };
          requestAnimationFrame(look);
        })""",
        1000 * PLAYED_S,
    )
    return paint_s, frames


@pytest.mark.benchmark
def test_first_paint_and_frames(tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    flags = ["--no-sandbox", "--enable-unsafe-swiftshader"]
    with served(tmp_path / "log") as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        for name, query in QUERIES.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(90_000)
            paint_s, frames = measured(page, f"{address}/?{query}")
            scripts = frames["scripts"]
            print(
                f"\n{name}: first paint {paint_s:.2f} s after the click (the page's own run "
                f"included), script a frame {statistics.median(scripts):.1f} ms (most "
                f"{max(scripts):.1f}), {frames['fps']:.1f} frames a second with "
                f"{frames['share']} of the points at the end, load {os.getloadavg()[0]:.1f}"
            )
            page.close()
        browser.close()
