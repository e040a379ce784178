"""Pins and stories on disk: kept as they were, never run, never half written."""

import json
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from mslt_core.spec.errors import BadInputError, SpecError, StoreError
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    Pin,
    Slide,
    Story,
    TableContent,
)
from mslt_core.store import Store, content_fingerprint
from mslt_core.store import pin_content as contents

NOW = "2026-11-02T10:00:00.000+00:00"
LATER = "2026-11-03T10:00:00.000+00:00"
NOWHERE = "0" * 16

DRAWN = {
    "data": [{"type": "scatter", "x": [1, 2], "y": [0.5, None], "text": ["<b>ar</b>", "a &lt; b"]}],
    "layout": {"title": {"text": "How far? <br>"}, "template": {"layout": {"imagedefaults": {}}}},
}
FIGURE = FigureContent(light=DRAWN, dark=DRAWN)
TABLE = TableContent(columns=("lang", "points"), rows=(("ar", 61.25), ("sw", None)))
NUMBER = NumberContent(value="2.1 points", below="[1.4, 2.9]")


def pin_of(content, **changes):
    fields = {
        "kind": contents.kind_of(content),
        "title": "Does MSLT beat SSLT?",
        "origin": Origin(page="results", runs=(NOWHERE,), seeds=(0, 1)),
        "content": content_fingerprint(content),
    }
    return Pin(**{**fields, **changes})


@pytest.fixture
def stories(store):
    return store.stories


@pytest.fixture
def pinned(stories):
    return stories.put_pin(pin_of(FIGURE), FIGURE, NOW)


def folder_of(store, digest):
    return store.root / "stories" / "pins" / digest


# --- pins


@pytest.mark.parametrize("content", [FIGURE, TABLE, NUMBER])
def test_a_pin_shows_what_was_pinned(stories, content):
    pin = pin_of(content)
    digest = stories.put_pin(pin, content, NOW)
    assert digest == pin.digest()
    assert stories.content(digest) == content
    assert stories.pin(digest).pin == pin
    assert stories.pin(digest).created_utc == NOW


def test_pinned_twice_it_keeps_its_first_date(stories, pinned):
    assert stories.put_pin(pin_of(FIGURE), FIGURE, LATER) == pinned
    assert [p.created_utc for p in stories.pins()] == [NOW]


def test_the_newest_pin_is_first(stories, pinned):
    newer = stories.put_pin(pin_of(TABLE), TABLE, LATER)
    assert [p.digest for p in stories.pins()] == [newer, pinned]


def test_the_fingerprint_notices_a_cell_and_no_order_of_fields():
    other = TableContent(columns=TABLE.columns, rows=(("ar", 61.26), ("sw", None)))
    turned = dict(reversed(DRAWN.items()))
    assert content_fingerprint(TABLE) != content_fingerprint(other)
    assert content_fingerprint(FigureContent(light=turned, dark=DRAWN)) == content_fingerprint(
        FIGURE
    )


def test_a_pin_must_name_its_content(stories):
    with pytest.raises(BadInputError, match="another content"):
        stories.put_pin(pin_of(TABLE), FIGURE, NOW)
    with pytest.raises(BadInputError, match="another content"):
        stories.put_pin(pin_of(FIGURE).but(content=NOWHERE), FIGURE, NOW)


def test_a_pin_that_is_not_there(stories):
    with pytest.raises(StoreError, match=f"there is no pin {NOWHERE}"):
        stories.pin(NOWHERE)
    with pytest.raises(BadInputError, match="16 hexadecimal digits"):
        stories.pin("../../runs")


def test_a_pin_is_deleted_unless_a_story_holds_it(stories, pinned):
    first = stories.new_story("For Monday")
    stories.change_story(first, lambda _: Story(title="For Monday", slides=(Slide(pin=pinned),)))
    with pytest.raises(StoreError, match=r"still in 'For Monday'.*Take it out"):
        stories.delete_pin(pinned)
    stories.delete_story(first)
    stories.delete_pin(pinned)
    assert stories.pins() == []
    stories.delete_pin(pinned)  # gone is gone


def test_a_write_that_fails_leaves_no_pin(stories, store, monkeypatch):
    def full(*_):
        raise StoreError("Disk full")

    monkeypatch.setattr("mslt_core.store.stories.write_json", full)
    with pytest.raises(StoreError, match="Disk full"):
        stories.put_pin(pin_of(FIGURE), FIGURE, NOW)
    assert list((store.root / "stories" / "pins").iterdir()) == []


# --- damaged and hostile


@pytest.mark.parametrize("name", ["pin.json", "pinned.json", "content.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"kind": "Pin"}', "[" * 100_000, "NaN"])
def test_a_damaged_pin_is_told_and_costs_only_itself(stories, store, pinned, name, text, caplog):
    whole = stories.put_pin(pin_of(TABLE), TABLE, LATER)
    (folder_of(store, pinned) / name).write_text(text)
    with pytest.raises(StoreError, match=r"damaged.*pin the finding again"):
        stories.content(pinned)
    caplog.set_level(logging.WARNING)
    left_out = name != "content.json"
    assert [p.digest for p in stories.pins()] == [whole, *[pinned] * (not left_out)]
    assert ("is left out" in caplog.text) == left_out


def test_a_damaged_pin_is_whole_again_when_it_is_pinned_again(stories, store, pinned):
    (folder_of(store, pinned) / "content.json").write_text("{}")
    stories.put_pin(pin_of(FIGURE), FIGURE, LATER)
    assert stories.content(pinned) == FIGURE


def test_a_content_that_was_edited_is_not_shown(stories, store):
    digest = stories.put_pin(pin_of(TABLE), TABLE, NOW)
    path = folder_of(store, digest) / "content.json"
    path.write_text(path.read_text().replace("61.25", "99.25"))
    with pytest.raises(StoreError, match="not what was pinned"):
        stories.content(digest)


def figure(**layout):
    return {"kind": "figure", "light": DRAWN, "dark": {"data": DRAWN["data"], "layout": layout}}


def trace(**fields):
    drawn = {"data": [fields], "layout": {}}
    return {"kind": "figure", "light": drawn, "dark": drawn}


def table(cell, columns=("a",)):
    return {"kind": "table", "columns": list(columns), "rows": [[cell]]}


HOSTILE = {
    "a script": (figure(title={"text": "<script>alert(1)</script>"}), "markup"),
    "a handler": (figure(title={"text": '<b onmouseover = "x()">'}), "markup"),
    "a link": (figure(annotations=[{"text": "<a href='javascript:x()'>"}]), "markup"),
    "a picture in a text": (trace(type="bar", text=["<img src=x onerror=x()>"]), "markup"),
    "a script in a table": (table("<ScRiPt src=//x>"), "markup"),
    "a script in a heading": (table(1, ["</script><script>"]), "markup"),
    "a script in a number": ({"kind": "number", "value": "<svg onload=x>", "below": ""}, "markup"),
    "a picture from elsewhere": (figure(images=[{"source": "https://x"}]), "fetches"),
    "one in a button": (
        figure(updatemenus=[{"buttons": [{"args": ["images[0].source", "//x"]}]}]),
        "with buttons",
    ),
    "one in a template": (figure(template={"layout": {"images": [{"source": "//x"}]}}), "fetches"),
    "a trace of pictures": (trace(type="image", source="https://x"), "kind image"),
    "a map": (trace(type="scattermap"), "kind scattermap"),
    "a trace of no kind": (trace(type=["bar"]), "kind"),
    "no figure": ({"kind": "figure", "light": [], "dark": {}}, "no object"),
    "frames": ({"kind": "figure", "light": {**DRAWN, "frames": []}, "dark": DRAWN}, "frames"),
    "a nest": (figure(a=[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]), "nested"),
    "a cell that is a list": (table([1]), "a cell is list"),
    "a cell that is a truth": (table(True), "a cell is bool"),
    "a cell beyond numbers": ('{"kind":"table","columns":["a"],"rows":[[1e999]]}', "no number"),
    "a cell that is no number": ('{"kind":"table","columns":["a"],"rows":[[NaN]]}', "no number"),
    "a row too short": (table(1, ["a", "b"]), "row of 1 cells"),
    "columns that are a text": ({"kind": "table", "columns": "ab", "rows": []}, "lists"),
    "another kind": ({"kind": "program", "code": "x"}, "no figure"),
    "fields beside": ({"kind": "number", "value": "1", "below": "", "run": "x"}, "fields"),
    "a number that is none": ({"kind": "number", "value": 3, "below": ""}, "text is int"),
    "half a character": (
        '{"kind":"figure","light":{"data":[],"layout":{"a":"\\ud800"}},'
        '"dark":{"data":[],"layout":{}}}',
        "JSON",
    ),
    "a text without end": (table("x" * 100_001), "characters"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_content_is_refused_and_said(stories, store, pinned, name):
    content, told = HOSTILE[name]
    text = content if isinstance(content, str) else json.dumps(content)
    (folder_of(store, pinned) / "content.json").write_text(text)
    with pytest.raises(StoreError, match=told):
        stories.content(pinned)


def test_what_is_too_large_is_neither_read_nor_kept(stories, store, pinned, monkeypatch):
    monkeypatch.setattr(contents, "MAX_BYTES", 100)
    with pytest.raises(StoreError, match="at most"):
        stories.content(pinned)
    with pytest.raises(StoreError, match=r"at most .* MB can be kept"):
        stories.put_pin(pin_of(TABLE), FIGURE, NOW)


def test_too_many_cells(stories, monkeypatch):
    monkeypatch.setattr(contents, "MAX_CELLS", 3)
    with pytest.raises(StoreError, match="cannot be pinned: more than 3 cells"):
        stories.put_pin(pin_of(TABLE), TABLE, NOW)


@pytest.mark.parametrize("content", ["<script>", "x" * 100_001])
def test_what_is_hostile_is_not_pinned_either(stories, content):
    number = NumberContent(value=content)
    with pytest.raises(StoreError, match="holds"):
        stories.put_pin(pin_of(number), number, NOW)
    with pytest.raises(StoreError, match="holds"):
        stories.put_pin(pin_of(NUMBER, told=content), NUMBER, NOW)


def test_a_pin_with_a_script_in_its_words_is_not_read(stories, store):
    pin = pin_of(NUMBER, title="<script>")
    folder = folder_of(store, pin.digest())
    shutil.copytree(folder_of(store, stories.put_pin(pin_of(NUMBER), NUMBER, NOW)), folder)
    text = (folder / "pin.json").read_text().replace("Does MSLT beat SSLT?", "<script>")
    (folder / "pin.json").write_text(text)
    with pytest.raises(StoreError, match="markup"):
        stories.pin(pin.digest())


def test_markup_is_looked_for_in_linear_time():
    # a pattern that starts anew at every < would take hours
    contents.refuse_markup("<" * 50_000 + " on" * 15_000, "a text")


# --- stories


def test_a_story_is_made_kept_and_forgotten(stories, pinned):
    new = stories.new_story("  First findings: É & co. ")
    assert new == "first-findings-e-co"
    assert stories.story(new) == Story(title="First findings: É & co.")
    told = Story(title="Second", slides=(Slide(pin=pinned, heading="So", note="slowly"),))
    stories.change_story(new, lambda _: told)
    assert stories.story(new) == told
    assert stories.story_ids() == (new,)
    stories.delete_story(new)
    assert stories.story_ids() == ()


def test_changes_at_the_same_time_are_all_kept(stories):
    together = stories.new_story("Together")

    def add(number):
        slide = Slide(pin=f"{number:016x}")
        stories.change_story(together, lambda now: now.but(slides=(*now.slides, slide)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(stories.story(together).slides) == 40


@pytest.mark.parametrize(
    ("title", "ids"),
    [("A", ["a", "a-2", "a-3"]), ("结果", ["story", "story-2", "story-3"]), ("x" * 99, ["x" * 50])],
)
def test_every_story_has_an_id_of_its_own(stories, title, ids):
    assert [stories.new_story(title) for _ in ids] == ids


@pytest.mark.parametrize("name", ["../x", "", "a/b", "A", "a b", "-a", "a--b", "x" * 61, ".hidden"])
def test_an_id_is_no_path(stories, name):
    with pytest.raises(BadInputError, match="name of a story"):
        stories.story(name)
    with pytest.raises(BadInputError, match="name of a story"):
        stories.change_story(name, lambda _: Story(title="a"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"kind": "Pin", "fields": {}}', '{"kind": "Story", "fields": {"title": ""}}'],
)
def test_a_damaged_story_is_told(stories, store, pinned, text):
    new = stories.new_story("Monday")
    (store.root / "stories" / f"{new}.json").write_text(text)
    with pytest.raises(StoreError, match=r"damaged.*Its pins are whole"):
        stories.story(new)
    assert stories.story_ids() == (new,)
    stories.delete_pin(pinned)
    stories.delete_story(new)
    assert stories.story_ids() == ()


def test_what_is_no_story_is_refused(stories):
    with pytest.raises(SpecError, match="title"):
        stories.new_story("  ")
    with pytest.raises(StoreError, match="there is no story monday"):
        stories.story("monday")
    new = stories.new_story("Monday")
    with pytest.raises(BadInputError, match="hexadecimal"):
        stories.change_story(new, lambda _: Story(title="a", slides=(Slide(pin="../../x"),)))


# --- which store


def test_a_store_that_is_only_read_says_so(store, pinned):
    story = store.stories.new_story("Monday")
    closed = Store(store.root, read_only=True).stories
    assert closed.content(pinned) == FIGURE
    assert closed.story(story).title == "Monday"
    for act in (
        lambda: closed.put_pin(pin_of(NUMBER), NUMBER, NOW),
        lambda: closed.delete_pin(pinned),
        lambda: closed.new_story("a"),
        lambda: closed.change_story(story, lambda _: Story(title="a")),
        lambda: closed.delete_story(story),
    ):
        with pytest.raises(StoreError, match=r"read-only.*Choose a store of your own"):
            act()


def test_looking_makes_nothing(stories, store):
    assert stories.pins() == []
    assert stories.story_ids() == ()
    assert not store.root.exists()
