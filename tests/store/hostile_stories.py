"""What somebody hostile may put into the stories of a bundle, and why it is refused."""

import hashlib
import json

from mslt_core.spec.stories import NumberContent, Pin
from mslt_core.store.bundle import layout, story_checks
from mslt_core.store.pin_content import content_to_bytes
from mslt_core.store.spec_text import spec_to_text
from tests.store.bundles import (
    DRAWN,
    FIGURE,
    GONE,
    NUMBER,
    PINNED_UTC,
    TABLE,
    pin_of,
    run_spec,
    sealed_anew,
    zipped,
)
from tests.store.hostile import MANIFEST, edited, fields, manifest, put, with_member, without

PIN = pin_of(FIGURE, [run_spec(), run_spec(seed=1)])
LOOSE = pin_of(TABLE, [run_spec()], gone=[GONE]).digest()
STORY = "stories/for-monday.json"


def place(digest: str, name: str) -> str:
    return f"stories/pins/{digest}/{name}.json"


def text(value) -> bytes:
    return json.dumps(value).encode()


def in_story(**changes):
    """Fields of the story changed."""
    return edited(STORY, lambda content: {**content, "fields": {**content["fields"], **changes}})


def in_slide(**changes):
    def change(content):
        content["fields"]["slides"][0] |= changes
        return content

    return edited(STORY, change)


def surplus_pin(pin: Pin, content: bytes, date: bytes | None = None, **told):
    """One more pin, all of which fits together but for what is wrong with it."""

    def make(good, path):
        digest = pin.digest()
        files = {
            place(digest, "pin"): spec_to_text(pin).encode(),
            place(digest, "content"): content,
            place(digest, "pinned"): date or text({"created_utc": PINNED_UTC}),
        }
        pins = sorted({*json.loads(good[MANIFEST])["pins"], digest})
        return zipped(path, sealed_anew({**good, **files}, pins=pins, **told))

    return make


def showing(value):
    """A pin that shows this, and names it rightly, whatever it is."""
    kind = value["kind"] if value.get("kind") in {"figure", "table", "number"} else "number"
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    named = hashlib.sha256(canonical.encode(errors="replace")).hexdigest()[:16]
    return surplus_pin(pin_of(NUMBER).but(kind=kind, content=named), text(value))


def saying(**changes):
    """A number whose pin says this."""
    content = text({"kind": "number", "value": NUMBER.value, "below": NUMBER.below})
    return surplus_pin(pin_of(NUMBER).but(**changes), content)


def resting(**changes):
    """A pin that rests on a run of the bundle, and tells something else of it."""
    return saying(origin=pin_of(NUMBER, [run_spec()]).origin.but(**changes))


def origin(**changes):
    return saying(origin=pin_of(NUMBER).origin.but(**changes))


def figure(**layout):
    return {"kind": "figure", "light": DRAWN, "dark": {"data": DRAWN["data"], "layout": layout}}


def trace(**fields_of):
    return {"kind": "figure", "light": DRAWN, "dark": {"data": [fields_of], "layout": {}}}


def table(cell, columns=("a",)):
    return {"kind": "table", "columns": list(columns), "rows": [[cell] * len(columns)]}


def number(value):
    return surplus_pin(
        pin_of(NumberContent(value=value)),
        text({"kind": "number", "value": value, "below": ""}),
    )


def many_slides(good, path):
    slides = [{"pin": PIN.digest(), "heading": "", "note": ""}] * (story_checks.MAX_SLIDES + 1)
    return in_story(slides=slides)(good, path)


def many_stories(good, path):
    more = {f"stories/s-{n}.json": good[STORY] for n in range(layout.MAX_STORIES)}
    names = sorted(name[8:-5] for name in (*more, STORY))
    return zipped(path, sealed_anew({**good, **more}, stories=names))


def renamed_story(name):
    def make(good, path):
        moved = {k if k != STORY else f"stories/{name}.json": v for k, v in good.items()}
        return zipped(path, sealed_anew(moved, stories=[name]))

    return make


def swapped(good, path):
    """Two pins, each with the other's content."""
    one, other = place(PIN.digest(), "content"), place(LOOSE, "content")
    changed = {one: good[other], other: good[one]}
    return zipped(path, sealed_anew({**good, **changed}))


def pin_renamed(good, path):
    moved = {k.replace(LOOSE, "9" * 16): v for k, v in good.items()}
    pins = [p if p != LOOSE else "9" * 16 for p in json.loads(good[MANIFEST])["pins"]]
    return zipped(path, sealed_anew(moved, pins=pins))


def many_words(good, path):
    """Pins each of which is small enough, and which fill the memory together."""
    words = {"experiment": "x" * 20_000, "sets": ["y" * 20_000] * 190}
    files, digests = {}, []
    for n in range(17):
        pin = pin_of(NUMBER, title=f"Number {n}")
        pin = pin.but(origin=pin.origin.but(**words))
        digests.append(pin.digest())
        files[place(digests[-1], "pin")] = spec_to_text(pin).encode()
        files[place(digests[-1], "content")] = content_to_bytes(NUMBER)
        files[place(digests[-1], "pinned")] = text({"created_utc": PINNED_UTC})
    pins = sorted({*json.loads(good[MANIFEST])["pins"], *digests})
    return zipped(path, sealed_anew({**good, **files}, pins=pins))


def denied(room):
    return manifest(fields(**{room: []}))


CASES = {
    # --- names that lead elsewhere
    "story up": (renamed_story("../../evil"), "leads out|no bundle has"),
    "story in a folder": (renamed_story("a/b"), "no bundle has"),
    "story of capitals": (renamed_story("For-Monday"), "no bundle has"),
    "story hidden": (renamed_story(".hidden"), "no bundle has"),
    "story with an endless name": (renamed_story("a" * 61), "no bundle has"),
    "story without a name": (renamed_story(""), "no bundle has"),
    "story's lock": (with_member("stories/lock"), "no bundle has"),
    "pin up": (with_member("stories/pins/../../x/pin.json"), "leads out"),
    "pin of another length": (with_member("stories/pins/00/pin.json"), "no bundle has"),
    "page beside a pin": (with_member(place(LOOSE, "page")[:-5] + ".html"), "no bundle has"),
    "twin in other letters": (with_member(STORY.upper()), "no bundle has|differs in case"),
    # --- what the manifest says
    "stories denied": (denied("stories"), "does not name the stories"),
    "pins denied": (denied("pins"), "does not name the pins"),
    "absent run denied": (denied("absent"), "rest on other runs"),
    "absent run twice": (manifest(fields(absent=[GONE, GONE])), "rest on other runs"),
    "absent run that is here": (
        manifest(fields(absent=[GONE, run_spec().digest()])),
        "rest on other runs",
    ),
    "absent run of nobody": (manifest(fields(absent=[GONE, "1" * 16])), "rest on other runs"),
    "absent run elsewhere": (manifest(fields(absent=["../../etc"])), "absent.0: is not as it"),
    "stories in an old format": (manifest(fields(version=1)), "version 1 has"),
    # --- stories
    "story no JSON": (put(STORY, b"\xff\xfe"), "is not JSON"),
    "story deep": (put(STORY, b"[" * 50_000), "nested too deep"),
    "story a list": (put(STORY, b"[]"), "valid dict"),
    "story of many values": (put(STORY, b"[" + b"[]," * 600_000 + b"[]]"), "valid dict"),
    "story too large": (put(STORY, b" " * 6_000_001), "more than the 6,000,000"),
    "story of another kind": (edited(STORY, fields(kind="TrainSpec")), "holds a 'TrainSpec'"),
    "story's surplus": (edited(STORY, fields(script="x")), "script: extra"),
    "story's surplus field": (in_story(script="x"), "extra inputs"),
    "story without a title": (in_story(title=""), "title"),
    "story's endless title": (in_story(title="x" * 201), "title"),
    "story's title of a list": (in_story(title=["x"]), "title"),
    "story's script": (in_story(title="<script>alert(1)</script>"), "markup"),
    "story's turned title": (in_story(title="a\u202eb"), r"U\+202E"),
    "story's control": (in_story(title="a\x1b[2J"), r"U\+001B"),
    "story's half character": (in_story(title="a\ud83d"), "U\\+D83D|UTF-8|unicode"),
    "heading's picture": (in_slide(heading="<img src=x onerror=y()>"), "markup"),
    "note's link": (in_slide(note="<a href='javascript:x()'>y</a>"), "markup"),
    "note without end": (in_slide(note="x" * 2001), "note"),
    "slide of no pin": (in_slide(pin="1" * 16), "no pin here"),
    "slide elsewhere": (in_slide(pin="../../runs"), "no pin here"),
    "slide's surplus": (in_slide(script="x"), "extra inputs"),
    "slide twice": (
        edited(
            STORY,
            lambda s: {**s, "fields": {"title": "a", "slides": s["fields"]["slides"][:1] * 2}},
        ),
        "the same pin",
    ),
    "slides without end": (many_slides, "501 slides"),
    "stories without end": (many_stories, "501 stories"),
    # --- pins
    "pins' words without end": (many_words, "words of its pins have 6\\d,"),
    "pin without its words": (without(place(LOOSE, "pin")), "pin.json is missing"),
    "pin without its content": (without(place(LOOSE, "content")), "content.json is missing"),
    "pin without its date": (without(place(LOOSE, "pinned")), "pinned.json is missing"),
    "pin under another name": (pin_renamed, "its place 9999999999999999"),
    "pin edited": (
        edited(place(LOOSE, "pin"), lambda p: {**p, "fields": {**p["fields"], "told": "+9"}}),
        "was edited",
    ),
    "pin of another kind": (
        put(place(LOOSE, "pin"), spec_to_text(run_spec()).encode()),
        "was edited",
    ),
    "pin's surplus": (edited(place(LOOSE, "pin"), fields(script="x")), "script: extra"),
    "pin's surplus field": (
        edited(place(LOOSE, "pin"), lambda p: {**p, "fields": {**p["fields"], "x": 1}}),
        "extra inputs",
    ),
    "pin of a newer schema": (
        edited(place(LOOSE, "pin"), fields(kind="Pin", fields={"kind": "video"})),
        "no question of a known kind",
    ),
    "pin of bytes": (put(place(LOOSE, "pin"), b"\xff"), "is not JSON"),
    "pin deep": (put(place(LOOSE, "pin"), b"[" * 50_000), "nested too deep"),
    "pin's date with a note": (
        put(place(LOOSE, "pinned"), text({"created_utc": PINNED_UTC, "imported": {}})),
        "imported: extra",
    ),
    "pin's date of nonsense": (
        put(place(LOOSE, "pinned"), text({"created_utc": "<script>"})),
        "created_utc: is not as it must be",
    ),
    "contents swapped": (swapped, "does not show what it names"),
    "content edited": (
        put(place(LOOSE, "content"), text(table("99"))),
        "does not show what it names",
    ),
    "content too large": (
        put(place(LOOSE, "content"), b" " * 16_000_001),
        "more than the 16,000,000",
    ),
    "content of many values": (
        put(place(LOOSE, "content"), b"[" + b"[]," * 2_100_000 + b"[]]"),
        "4,200,002 values",
    ),
    "content deep": (put(place(LOOSE, "content"), b"[" * 50_000), "damaged|nested too deep"),
    "pin's script": (saying(title="<script>"), "markup"),
    "pin's script in a link": (origin(query=(("x", "<script>"),)), "markup"),
    "pin's turned words": (saying(told="up \u202eby"), r"U\+202E"),
    "pin's endless title": (saying(title="x" * 1001), "1,001 characters"),
    "pin's endless answer": (saying(told="x" * 20_001), "20,001 characters"),
    "pin of a page elsewhere": (origin(page="../evil"), "name of no page"),
    "pin of a page abroad": (origin(page="//evil.example"), "name of no page"),
    "pin of no run's name": (origin(runs=("../../etc",)), "name of no run"),
    "pin that knows no run's name": (origin(known=("x",)), "name of no run"),
    "pin of a run that nobody told": (origin(runs=("1" * 16,)), "rest on other runs"),
    "pin of other seeds": (resting(seeds=(7,)), "another seed"),
    "pin of another model": (resting(model="XLM-R XXL"), "another model"),
    "number of a script": (number("<svg onload=x>"), "markup"),
    "number turned": (number("1\u202e2"), r"U\+202E"),
    "figure of pictures": (showing(trace(type="image", source="https://x")), "kind image"),
    "figure of a map": (showing(trace(type="scattermap")), "kind scattermap"),
    "figure of a globe": (showing(trace(type="choropleth")), "kind choropleth"),
    "figure with a script": (showing(figure(title={"text": "<script>"})), "markup"),
    "figure that fetches": (showing(figure(images=[{"source": "//x"}])), "fetches"),
    "figure with buttons": (
        showing(
            figure(
                updatemenus=[
                    {"buttons": [{"method": "relayout", "args": ["images[0].source", "//x"]}]}
                ]
            )
        ),
        "with buttons",
    ),
    "figure with a slider": (showing(figure(sliders=[{"steps": [{}]}])), "with buttons"),
    "figure with frames": (
        showing({"kind": "figure", "light": {**DRAWN, "frames": []}, "dark": DRAWN}),
        "frames",
    ),
    "table with a script": (showing(table("<script>")), "markup"),
    "table of two like columns": (showing(table(1, ["a", "a"])), "two columns"),
    "table without columns": (showing({"kind": "table", "columns": [], "rows": []}), "no column"),
    "table of an endless number": (showing(table(10**30)), "beyond"),
    "content of another kind": (showing({"kind": "program", "code": "x"}), "no figure"),
}
"""Name to how it is made, and what the refusal says."""
