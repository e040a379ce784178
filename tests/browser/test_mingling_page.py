"""What the Mingling page shows in a small window before anybody scrolls, in both themes."""

import pytest

pytestmark = pytest.mark.browser

SMALL = {"width": 1024, "height": 768}


@pytest.fixture(params=["light", pytest.param("dark", marks=pytest.mark.slow)])
def small(browser, request):
    page = browser.new_page(viewport=SMALL, color_scheme=request.param)
    yield page
    page.close()


def test_a_small_window_has_the_answer_and_the_maps_without_scrolling(small, dashboard):
    small.goto(f"{dashboard}/mingling")
    small.locator(".scatter[data-state='still']").wait_for(timeout=90_000)
    answer = small.get_by_text("Mingling at the last layer").bounding_box()
    maps = small.locator(".scatter .stage").bounding_box()
    controls = small.get_by_role("radio", name="t-SNE").bounding_box()
    assert answer["y"] < controls["y"] < maps["y"]
    assert maps["y"] + maps["height"] <= SMALL["height"]
    assert small.get_by_test_id("stSidebar").bounding_box()["width"] <= 270
    selected = small.locator("[data-variant='segmented_control'][data-selected='true']").all()
    assert selected, "Streamlit names what is chosen otherwise now"
    for chosen in selected:
        assert contrast(*colours(chosen)) >= 4.5


def colours(element):
    """Of the words and of what lies under them, as numbers from 0 to 1."""
    return element.evaluate(DRAWN)


DRAWN = """(words) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const pen = canvas.getContext('2d');
  const under = [];
  for (let at = words; at; at = at.parentElement) {
    under.unshift(getComputedStyle(at).backgroundColor);
  }
  const drawn = (colours) => {
    for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
  };
  return [drawn(under), drawn([...under, getComputedStyle(words).color])];
}"""


def contrast(ground, words):
    """As the accessibility guidelines (WCAG 2) define it: 1 to 21."""
    dark, light = sorted(map(luminance, (ground, words)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
