"""Stories of made-up findings, some of them hostile."""

import io
import json
import shutil
from collections.abc import Callable

import plotly.graph_objects as go
import pytest

from mslt_core.exports import browser
from mslt_core.figures import style
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    Pin,
    PinContent,
    Pinned,
    Slide,
    Story,
    TableContent,
)

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
HOSTILE = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1"> "\'&\u2028'

ORIGIN = Origin(
    page="results",
    query=(("view", "targets"),),
    experiment="wikiann, xlm-r, 3,000 in 300 steps",
    task="wikiann",
    data="d" * 16,
    model="xlm-r",
    model_fingerprint="f" * 16,
    runs=("a" * 16, "b" * 16),
    sets=("SSLT(en)", "MSLT(de, en, es)"),
    seeds=(0, 1, 2),
    sizes="15 unseen languages, 300 items each",
    versions=(("plotly", "7.1.0"),),
)

Told = tuple[Story, list[tuple[Pinned, PinContent]]]


@pytest.fixture
def chromium():
    """Its path; skips where no browser is there to draw."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    return CHROMIUM


@pytest.fixture
def no_chromium(monkeypatch):
    """A machine without one."""
    from choreographer.browsers.chromium import Chromium

    monkeypatch.setattr(Chromium, "find_browser", staticmethod(lambda **_: None))
    monkeypatch.delenv("BROWSER_PATH", raising=False)


@pytest.fixture
def png(monkeypatch):
    """Pictures without a browser: each a dot, as wide and high as was asked for."""
    from PIL import Image

    from mslt_core.exports import pictures, pptx

    asked: list[browser.Picture] = []

    def draw(wanted, report):
        asked.extend(wanted)
        made = []
        for one in wanted:
            file = io.BytesIO()
            Image.new("1", (round(one.width * one.scale), round(one.height * one.scale))).save(
                file, "png"
            )
            made.append(file.getvalue())
        report(len(wanted), len(wanted))
        return made

    monkeypatch.setattr(pptx, "draw", draw)
    monkeypatch.setattr(pictures, "draw", draw)
    return asked


def figure(text: str = "Arabic (ar)", title: str = "How much more?", n: int = 3) -> FigureContent:
    """A dot plot in both themes, dressed as all figures are."""

    def drawn(theme: style.Theme) -> dict:
        dots = go.Scatter(
            x=list(range(n)), y=[1] * n, mode="markers+text", name=text, text=[text] * n
        )
        fig = style.dress(
            go.Figure(dots),
            title=title,
            subtitle="one against the other, n = 3",
            alt=f"Dots: {text}",
            height=400,
            theme=theme,
        )
        return json.loads(fig.update_layout(margin={"t": 90}).to_json())

    return FigureContent(light=drawn("light"), dark=drawn("dark"))


@pytest.fixture
def told() -> Callable[..., Told]:
    """``told(content, ..., **words)``: a story with one slide for each content."""

    def make(
        *contents: PinContent,
        title: str = "What we found",
        heading: str = "",
        note: str = "",
        **words: str,
    ) -> Told:
        kinds = {FigureContent: "figure", TableContent: "table", NumberContent: "number"}
        slides = []
        for place, content in enumerate(contents):
            said = {"title": "How much more?", "told": "More on **13 of 15**.", **words}
            pin = Pin(kind=kinds[type(content)], origin=ORIGIN, content=f"{place:016x}", **said)
            pinned = Pinned(digest=pin.digest(), pin=pin, created_utc="2026-11-21T10:00:00+00:00")
            slides.append((pinned, content))
        story = Story(
            title=title,
            slides=tuple(
                Slide(pin=pinned.digest, heading=heading, note=note) for pinned, _ in slides
            ),
        )
        return story, slides

    return make


@pytest.fixture
def dots() -> Callable[..., FigureContent]:
    """``dots(text, title, n)``: a figure."""
    return figure


@pytest.fixture
def hostile() -> str:
    """Text that ends scripts and begins others, wherever it is not escaped."""
    return HOSTILE
