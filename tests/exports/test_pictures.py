"""Single figures as files, and what a picture is drawn to."""

import http.server
import threading

import pytest

from mslt_core.exports import figure_pictures
from mslt_core.exports.browser import Picture, draw
from mslt_core.exports.pictures import fitted_picture, whole_picture
from mslt_core.spec.errors import ExportError, SpecError
from mslt_core.spec.stories import FigureContent

FIGURE = {"data": [], "layout": {"height": 400, "legend": {"yref": "container", "y": 0.9}}}


def test_a_figure_fills_its_place_by_hand():
    # 1110 x 450: magnified by 450 / (0.56 * 400) = 2.01, by 1110 / 740 = 1.5 or by 2.2: 1.5.
    # Drawn 1110 / 1.5 = 740 wide and 450 / 1.5 = 300 high, with 2 dots for a pixel of the place;
    # the legend stays 40 below the top
    made = fitted_picture(FIGURE, 1110, 450, dots=2)
    assert (made.width, made.height, made.scale) == (740, 300, 3.0)
    assert made.figure["layout"]["legend"]["y"] == pytest.approx(1 - 40 / 300)


def test_single_pictures_keep_their_title_and_size(dots):
    figure = dict(dots().light)
    made = whole_picture(figure, "png")
    assert (made.width, made.height, made.scale) == (1000, 400, 3.0)
    assert whole_picture(figure, "svg").scale == 1
    assert made.figure["layout"]["title"]["text"] == "How much more?"


def test_it_says_what_is_wrong(dots, no_chromium):
    with pytest.raises(ExportError, match="BROWSER_PATH"):
        figure_pictures([dots()], "svg")
    world = FigureContent(light={"data": [{"type": "scattergeo"}], "layout": {}}, dark={})
    with pytest.raises(SpecError, match="figure 1 holds a trace of type 'scattergeo'"):
        figure_pictures([world], "png")
    assert figure_pictures([], "png") == [], "nothing to draw needs no browser"


@pytest.mark.slow
def test_files_of_every_format(dots, chromium):
    seen = []
    (svg,) = figure_pictures([dots("العربية")], "svg", "dark")
    assert svg.startswith(b"<svg")
    assert "العربية" in svg.decode(), "text stays text"
    assert b"rgb(20, 24, 29)" in svg, "the dark background"
    pngs = figure_pictures([dots(), dots()], "png", report=lambda *told: seen.append(told))
    # the header of a PNG holds width and height at bytes 16 to 24: three dots a pixel
    sizes = {(int.from_bytes(p[16:20]), int.from_bytes(p[20:24])) for p in pngs}
    assert sizes == {(3000, 1200)}
    assert seen == [(0, 2), (1, 2), (2, 2)]
    (pdf,) = figure_pictures([dots()], "pdf")
    assert pdf.startswith(b"%PDF")


@pytest.mark.slow
def test_nothing_is_fetched_while_a_figure_is_drawn(chromium):
    """Even a figure that was not made harmless gets no answer: the page's policy forbids it."""
    asked = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/x.png"
    image = {"source": address, "x": 0, "y": 1, "sizex": 1, "sizey": 1}
    drawn = {"data": [{"x": [1], "y": [1]}], "layout": {"images": [image]}}
    try:
        draw([Picture(figure=drawn, format="png", width=300, height=200)])
    except ExportError:
        pass  # a picture that cannot be loaded may end it
    finally:
        server.shutdown()
    assert asked == []
