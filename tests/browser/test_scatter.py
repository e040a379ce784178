"""The WebGL view in a real browser: what is seen, what answers, what comes back to Python."""

import io

import numpy as np
import pytest
from PIL import Image

from mslt_core.figures import PALETTES

pytestmark = pytest.mark.browser

SMALL = "langs=6&sentences=40"
N_SMALL = 240
NOT_GREY = 40  # a pixel's channels differ by this much: a marker, no line, text or background


@pytest.fixture(scope="module")
def address(serve):
    return serve("tests/browser/scatter_app.py")


@pytest.fixture
def show(page, address):
    """Open the view as asked for; gives its root once it has drawn."""

    def shown(query=SMALL):
        page.goto(f"{address}/?{query}")
        root = page.locator(".scatter")
        root.and_(page.locator("[data-state=still]")).wait_for()
        return root

    return shown


def picture(root):
    shot = root.locator(".stage").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def markers(pixels):
    """Where a marker is drawn, as a mask."""
    return pixels.max(axis=2) - pixels.min(axis=2) > NOT_GREY


def alike(one, other):
    """The same picture but for rounding where the browser composes its layers."""
    return np.abs(one - other).max() <= 2


def on_a_marker(root, panel=0, n_panels=3):
    """A place on the page, on a marker of a panel, as far right as there is one."""
    mask = markers(picture(root))
    width = mask.shape[1] // n_panels
    ys, xs = np.nonzero(mask[:, panel * width : (panel + 1) * width])
    box = root.locator(".stage").bounding_box()
    rightmost = xs.argmax()
    x, y = panel * width + int(xs[rightmost]) - 1, int(ys[rightmost])
    return box["x"] + x, box["y"] + y


def told(page, text):
    page.get_by_text(f"told: {text}").wait_for()


def draw_lasso(page, root, panel=0):
    """Shift and drag along the panel's edge."""
    box = root.locator(".square").nth(panel).bounding_box()
    left, right = box["x"] + 3, box["x"] + box["width"] - 3
    top, bottom = box["y"] + 3, box["y"] + box["height"] - 3
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")


def test_draws_tells_of_a_point_and_selects_it(show, page):
    root = show()
    mask = markers(picture(root))
    panels = np.array_split(mask, 3, axis=1)
    assert all(panel.sum() > 100 for panel in panels)
    place = on_a_marker(root)
    page.mouse.move(*place)
    card = root.locator(".card")
    card.wait_for()
    assert "nearest neighbours in the model" in card.inner_text()
    assert "not trained on" in card.inner_text()  # the base has seen none
    page.mouse.click(*place)
    told(page, "n01")
    assert "in 6 languages" in root.locator(".status").inner_text()
    page.mouse.move(5, 5)
    page.wait_for_timeout(100)
    assert markers(picture(root)).sum() < mask.sum() / 2  # all else steps back
    page.keyboard.press("Escape")
    told(page, "None None 0")


def test_plays_from_frame_to_frame_and_stops_at_the_last(show, page):
    root = show(f"{SMALL}&frames=2&panels=1")
    slider = root.get_by_role("slider")
    before = picture(root)
    slider.evaluate("s => { s.value = 0.5; s.dispatchEvent(new Event('input')); }")
    root.and_(page.locator("[data-t='0.500']")).wait_for()
    between = picture(root)
    root.get_by_role("button", name="Play").click()
    root.and_(page.locator("[data-state=still][data-t='1.000']")).wait_for()
    page.mouse.move(5, 5)
    after = picture(root)
    assert not alike(before, between)
    assert not alike(between, after)
    assert slider.get_attribute("aria-valuetext") == "layer 4 of 4"
    slider.press("ArrowLeft")
    root.and_(page.locator("[data-state=still][data-t='0.000']")).wait_for()
    page.mouse.move(5, 5)
    assert alike(picture(root), before)


@pytest.mark.slow
def test_a_lasso_returns_every_point_that_the_legend_shows(show, page):
    root = show()
    draw_lasso(page, root)
    told(page, f"None None {N_SMALL} draws")
    root.locator(".legend .entry").first.click()
    draw_lasso(page, root, panel=2)
    told(page, f"None None {N_SMALL - 40} draws")
    root.locator(".legend .entry").nth(2).dblclick()
    draw_lasso(page, root, panel=1)
    told(page, "None None 40 draws")
    root.get_by_role("button", name="Clear").click()
    told(page, "None None 0 draws")


@pytest.mark.slow
def test_search_lights_up_and_selects(show, page):
    root = show()
    box = root.get_by_role("combobox")
    box.fill("ليلى")
    root.get_by_role("option").first.wait_for()
    assert root.locator(".hit .line").first.get_attribute("dir") == "rtl"
    assert root.locator(".hit .line").first.get_attribute("lang") == "ar"
    root.get_by_role("option", name="Select all 40 points").click()
    told(page, "None None 40 draws")
    box.fill("sentence 13")
    root.get_by_role("option", name="Select all 4 points").click()
    # cs, de, es and fi say so, as languages 1, 2, 4 and 5: 12 x 40 + 4 x 13
    told(page, "None None 4 draws, sum of rows 532")
    box.fill("n01007")
    box.press("ArrowDown")
    box.press("Enter")
    told(page, "n01007")
    box.fill("")  # what was found is let go with its words
    told(page, "None None 0 draws")
    box.fill("nowhere to be found")
    root.get_by_text("No sentence has this.").wait_for()


def test_hostile_sentences_are_text(show, page):
    root = show(f"{SMALL}&hostile=1")
    page.mouse.move(*on_a_marker(root))
    root.locator(".card").wait_for()
    assert "<img src=x" in root.locator(".card .text").inner_text()
    root.get_by_role("combobox").fill("<script>")
    root.get_by_role("option").first.wait_for()
    assert root.locator("img, script").count() == 0
    assert page.title() != "owned"


@pytest.mark.slow
def test_follows_the_theme(show, page, colour_scheme):
    page.emulate_media(color_scheme=colour_scheme)
    root = show(f"{SMALL}&panels=1")
    ground = PALETTES[colour_scheme].background
    corner = picture(root)[12, 12]
    assert "#" + "".join(f"{channel:02X}" for channel in corner) == ground


@pytest.mark.slow
def test_another_map_keeps_what_is_chosen(page, address):
    page.goto(f"{address}/?{SMALL}&wait=1&frames=1")
    page.get_by_text("Show", exact=True).click()
    root = page.locator(".scatter")
    box = root.get_by_role("combobox")
    box.fill("n01003")
    box.press("ArrowDown")
    box.press("Enter")
    told(page, "n01003")
    before = picture(root)
    drawn = int(root.get_attribute("data-drawn"))
    page.get_by_text("Another map").click()
    while int(root.get_attribute("data-drawn")) <= drawn + 2:  # frames of the way there
        page.wait_for_timeout(50)
    root.and_(page.locator("[data-state=still]")).wait_for()
    assert not alike(picture(root), before)
    assert "n01003 in 6 languages" in root.locator(".status").inner_text()


@pytest.mark.slow
def test_zooming_one_panel_zooms_all(show, page):
    root = show()
    before = picture(root)
    place = on_a_marker(root)
    page.mouse.move(*place)
    page.mouse.wheel(0, -300)
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    zoomed = picture(root)
    for old, new in zip(np.array_split(before, 3, 1), np.array_split(zoomed, 3, 1), strict=True):
        assert not alike(old, new)
    page.mouse.dblclick(root.locator(".stage").bounding_box()["x"] + 8, place[1])
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    assert alike(picture(root), before)


@pytest.mark.slow
def test_stillness_where_the_reader_wants_it(show, page):
    page.emulate_media(reduced_motion="reduce")
    root = show(f"{SMALL}&frames=2&panels=1")
    before = picture(root)
    root.get_by_role("slider").press("End")
    assert root.get_attribute("data-t") in {"0.000", "1.000"}
    root.and_(page.locator("[data-state=still][data-t='1.000']")).wait_for()
    assert not alike(picture(root), before)


def test_says_so_where_nothing_can_be_drawn(page, address):
    page.goto(f"{address}/?{SMALL}&empty=1")
    page.get_by_text("There are no points to show.").wait_for()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind === 'webgl2' ? null : get.call(this, kind, ...rest); };"
    )
    page.goto(f"{address}/?{SMALL}")
    page.get_by_text("does not draw WebGL2").wait_for()
    told(page, "None None 0 does not draw")


@pytest.mark.slow
def test_a_hundred_thousand_points(show, page):
    root = show("langs=20&sentences=5000&panels=1&frames=2")
    page.mouse.move(*on_a_marker(root, n_panels=1))
    root.locator(".card").wait_for()
    root.get_by_role("combobox").fill("sentence 4321")
    root.get_by_role("option").first.wait_for()
    draw_lasso(page, root)
    told(page, "None None 100000 draws")


@pytest.mark.slow
@pytest.mark.parametrize("colours", ["", "&category=1"])
def test_languages_that_the_page_leaves_out_are_neither_drawn_nor_selected(show, page, colours):
    root = show(f"{SMALL}&hide=en+ar{colours}")
    if not colours:
        assert "English" not in root.locator(".legend").inner_text()
    draw_lasso(page, root)
    told(page, f"None None {N_SMALL - 80} draws")


def test_the_line_above_a_panel_is_of_the_frame_that_is_shown_first(show, page):
    root = show(f"{SMALL}&frames=3&panels=2&start=2")
    root.and_(page.locator("[data-state=still][data-t='2.000']")).wait_for()
    # the app says 0.3 + 0.1 * panel + 0.05 * frame
    assert root.locator(".below").all_inner_texts() == ["mean CKA 0.40", "mean CKA 0.50"]
