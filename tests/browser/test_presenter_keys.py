"""The presenter's keys against answers of the page that come late, double or not at all."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parents[2] / "pages" / "_shared" / "presenting" / "browser"
LAB = """async (code) => {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const { default: mount } = await import(url);
  window.told = [];
  window.unheard = [];
  window.addEventListener('keydown', (event) => window.unheard.push(event.key));
  window.mount = (on, at = 0) => {
    window.clean = mount({
      data: { on, at, n: 9, size: [window.innerWidth, window.innerHeight] },
      parentElement: document.body,
      setStateValue: () => {},
      setTriggerValue: (_, value) => window.told.push(value),
    });
  };
  document.documentElement.requestFullscreen = async () => {};
}"""


@pytest.fixture
def stage(page):
    """A page with the component alone; ``mount(on, at)`` and ``clean()`` are Streamlit's part."""
    html = (FOLDER / "presenter.html").read_text(encoding="utf-8")
    page.route(
        "http://127.0.0.1:1/**", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    page.goto("http://127.0.0.1:1/present")
    page.evaluate(LAB, (FOLDER / "presenter.js").read_text(encoding="utf-8"))
    return page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def told(page):
    return page.evaluate("window.told")


def test_a_late_answer_does_not_turn_the_slides_back(stage):
    stage.evaluate("mount(true, 0)")
    press(stage, *["ArrowRight"] * 5)
    stage.evaluate("clean(); mount(true, 1)")  # the answer to the first key
    press(stage, "ArrowRight")
    stage.evaluate("clean(); mount(true, 6)")
    press(stage, "ArrowLeft")
    assert told(stage) == [1, 2, 3, 4, 5, 6, 5]


def test_keys_before_the_stage_stands_are_done_when_it_does(stage):
    stage.evaluate("mount(false)")
    stage.get_by_role("button", name="Full screen").click()
    press(stage, "ArrowRight", "PageDown")
    stage.evaluate("mount(true, 0)")
    assert told(stage) == ["start", 1, 2]


def test_keys_between_two_slides_are_done_on_the_second(stage):
    stage.evaluate("mount(true, 0); clean()")
    press(stage, "ArrowRight")
    stage.evaluate("mount(true, 0)")
    assert told(stage) == [1]


def test_a_call_that_was_never_cleaned_up_does_nothing_twice(stage):
    stage.evaluate("mount(true, 0); mount(true, 0); mount(true, 3)")
    press(stage, "End", "Home", "Home")
    assert told(stage) == [8, 0, 0]


def test_nothing_is_done_after_escape(stage):
    stage.evaluate("mount(true, 4)")
    press(stage, "Escape", "ArrowRight")
    assert told(stage) == ["leave"]
    stage.evaluate("clean(); mount(true, 5)")  # a slide that was under way
    assert told(stage) == ["leave", "leave"]
    stage.evaluate("mount(false)")
    press(stage, " ", "Enter")
    assert stage.evaluate("window.unheard") == [" ", "Enter"], "the page hears its keys again"


def test_escape_before_the_stage_stands_leaves_it(stage):
    stage.evaluate("mount(false)")
    stage.get_by_role("button", name="Full screen").click()
    stage.evaluate("document.dispatchEvent(new Event('fullscreenchange'))")  # Escape in full screen
    stage.evaluate("mount(true, 0)")
    assert told(stage) == ["start", "leave"]


def test_another_page_has_its_keys_while_a_stage_is_awaited(stage):
    stage.evaluate("mount(false)")
    stage.get_by_role("button", name="Full screen").click()
    stage.evaluate("history.pushState({}, '', '/results')")
    press(stage, "ArrowRight", "Enter")
    assert stage.evaluate("window.unheard") == ["ArrowRight", "Enter"]
