"""One Chromium for a whole export: pictures of figures by kaleido, and a printed page.

What is drawn was made harmless before (`exports.safe`). On top of that the pages that it is drawn
on forbid everything but themselves, and the browser's only way out is a proxy that is not there.
"""

import asyncio
import base64
import contextlib
import dataclasses
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from mslt_core.exports.slides import Report, quiet
from mslt_core.spec.errors import ExportError

PictureFormat = Literal["svg", "png", "pdf"]

NO_WAY_OUT = "http://127.0.0.1:9"
"""Port 9 discards: nothing listens there."""
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src file: 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">"
)
TIMEOUT_S = 120.0
"""For one picture, or for all figures of a page: a slow machine draws a large one in seconds."""

Made = TypeVar("Made")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure to be drawn, in pixels before scaling."""

    figure: Mapping[str, Any]
    format: PictureFormat
    width: int
    height: int
    scale: float = 1.0


def draw(pictures: Sequence[Picture], report: Report = quiet) -> list[bytes]:
    """Every picture's file, in their order, by one browser."""
    if not pictures:
        return []

    async def drawn() -> list[bytes]:
        made = []
        async with _painter() as browser:
            for place, picture in enumerate(pictures):
                report(place, len(pictures))
                made.append(await _drawn(browser, picture))
        report(len(pictures), len(pictures))
        return made

    return _in_thread(drawn())


def print_page(page: bytes) -> bytes:
    """A story's HTML as PDF, once its figures are drawn to the size of the paper."""

    async def printed() -> bytes:
        with tempfile.TemporaryDirectory(prefix="mslt-print-") as folder:
            file = Path(folder) / "story.html"
            file.write_bytes(page)
            async with _printer() as browser:
                tab = await browser.create_tab(file.as_uri())
                await _asked(
                    tab,
                    "Runtime.evaluate",
                    expression=_WHEN_DRAWN,
                    awaitPromise=True,
                    returnByValue=True,
                )
                answer = await _asked(
                    tab, "Page.printToPDF", preferCSSPageSize=True, printBackground=True
                )
                return base64.b64decode(answer["data"])

    return _in_thread(printed())


_WHEN_DRAWN = """(async () => {
  while (!(window.story && document.readyState === "complete")) {
    await new Promise((done) => setTimeout(done, 50));
  }
  await story.ready;
  await story.printing(true);
  await document.fonts.ready;
  return true;
})()"""


async def _asked(tab: Any, method: str, **params: Any) -> Any:
    answer = await asyncio.wait_for(tab.send_command(method, params=params), TIMEOUT_S)
    failure = answer.get("error") or answer.get("result", {}).get("exceptionDetails")
    if failure:
        raise ExportError(f"Chromium could not print the story: {failure}")
    return answer["result"]


async def _drawn(browser: Any, picture: Picture) -> bytes:
    size = {"width": picture.width, "height": picture.height, "scale": picture.scale}
    drawn: bytes = await browser.calc_fig(
        dict(picture.figure), opts={"format": picture.format, **size}
    )
    return drawn


def _painter() -> Any:
    """Kaleido with plotly's own script, without MathJax, which it would fetch."""
    from kaleido import Kaleido, PageGenerator

    page = PageGenerator(mathjax=False)
    page.header = page.header.replace("<head>", f"<head>{POLICY}")
    with _absence_explained():
        return Kaleido(page_generator=page, timeout=TIMEOUT_S, proxy_server=NO_WAY_OUT)


def _printer() -> Any:
    """The browser alone: a story's page brings all that it needs."""
    from choreographer import Browser

    with _absence_explained():
        return Browser(proxy_server=NO_WAY_OUT)


@contextlib.contextmanager
def _absence_explained() -> Iterator[None]:
    from choreographer.errors import ChromeNotFoundError

    try:
        yield
    except ChromeNotFoundError as e:
        raise ExportError(
            "no Chromium or Chrome was found, and pictures, PPTX and PDF are drawn by one",
            hint="Install it (Debian, Ubuntu: apt install chromium) or name it in BROWSER_PATH; "
            "HTML needs none.",
        ) from e


def _in_thread(work: Coroutine[Any, Any, Made]) -> Made:
    """Run in a loop of its own: the caller's thread may be running one already."""
    results: list[Made] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as e:
            errors.append(e)

    thread = threading.Thread(target=run, name="export", daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise _explained(errors[0])
    return results[0]


def _explained(error: BaseException) -> BaseException:
    if isinstance(error, ExportError) or not isinstance(error, Exception):
        return error
    if isinstance(error, TimeoutError):
        told = f"it took longer than {TIMEOUT_S:.0f} s"
    else:
        told = f"{type(error).__name__}: {error}"
    explained = ExportError(
        f"Chromium could not draw the figures: {told}",
        hint="Try again, or export to HTML, which needs no Chromium.",
    )
    explained.__cause__ = error
    return explained
