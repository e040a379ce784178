"""What stories and pins must be to travel: the same is asked at the export and at the import.

So no bundle is written that nobody could open. That a figure holds traces of known kinds alone,
and no text any markup that a browser acts on, is asked of every pin whenever it is read.
"""

import functools
import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from mslt_core.spec.errors import BundleError, MsltError
from mslt_core.spec.outside import OutsideSpec
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.stories import NumberContent, Pin, PinContent, Story
from mslt_core.store.atomic import DamagedError
from mslt_core.store.bundle.layout import (
    Manifest,
    SpecText,
    Utc,
    parsed,
    require_few_values,
    validated,
)
from mslt_core.store.bundle.outside_checks import stated_spec
from mslt_core.store.pin_content import content_fingerprint, kind_of, read_content, refuse_markup
from mslt_core.store.spec_text import spec_from_text
from mslt_core.store.work import is_digest

MAX_SLIDES = 500
MAX_TITLE, MAX_WORDS = 1000, 20_000
"""Characters of a pin's title, and of each of its other texts."""
_TURNING = frozenset(map(chr, range(0x202A, 0x202F)))
"""Marks that turn what is read, and reach on. Isolates and joiners end where they stand, and
Arabic, Persian, Hindi and emoji need them."""
_UTC = TypeAdapter(Utc)

Stated = Callable[[str], OutsideSpec | None]
"""What is stated of an imported result; None where it did not come along."""


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    created_utc: Utc


def rested_on(pins: Iterable[Pin]) -> tuple[str, ...]:
    """The runs that pins show, in the order of their names."""
    return tuple(sorted({run for pin in pins for run in pin.origin.runs}))


def shown_by(pins: Iterable[Pin]) -> tuple[str, ...]:
    """The imported results that pins show, in the order of their names."""
    return tuple(sorted({one.result for pin in pins for one in pin.origin.outside}))


# --- the rules


def require_pin(pin: Pin, content: PinContent, created_utc: str) -> None:
    """It shows what it names, tells of runs by their names, and its words are words."""
    if kind_of(content) != pin.kind or content_fingerprint(content) != pin.content:
        raise BundleError("it does not show what it names")
    for run in (*pin.origin.runs, *pin.origin.known):
        if not is_digest(run):
            raise BundleError(f"it rests on {run[:40]!r}, which is the name of no run")
    for result in shown_by([pin]):
        if not is_digest(result):
            raise BundleError(f"it shows {result[:40]!r}, which is the name of no imported result")
    page = pin.origin.page
    if not (page.isascii() and page.isidentifier() and len(page) <= MAX_TITLE):
        raise BundleError(f"it is of {page[:40]!r}, which is the name of no page")
    validated("its date", lambda: _UTC.validate_python(created_utc))
    _require_words(pin.title, MAX_TITLE)
    _require_words(pin.model_dump(mode="json"), MAX_WORDS)
    if isinstance(content, NumberContent):
        _require_words([content.value, content.below], MAX_WORDS)


def require_story(story: Story, pins: Container[str]) -> None:
    """Its slides show pins that come with it, each once, and its words are words."""
    if len(story.slides) > MAX_SLIDES:
        raise BundleError(f"it has {len(story.slides):,} slides; {MAX_SLIDES} are allowed")
    seen: set[str] = set()
    for place, slide in enumerate(story.slides, start=1):
        if slide.pin not in pins:
            raise BundleError(f"its slide {place} shows {slide.pin[:40]!r}, which is no pin here")
        if slide.pin in seen:
            raise BundleError(f"its slide {place} shows the same pin as another one")
        seen.add(slide.pin)
    for text in (story.title, *(t for slide in story.slides for t in (slide.heading, slide.note))):
        refuse_markup(text, "it")
        _require_words(text, MAX_WORDS)


def _require_words(value: Any, limit: int) -> None:
    """No text is endless, hides something, or turns what stands around it."""
    if isinstance(value, str):
        if len(value) > limit:
            raise BundleError(f"it has a text of {len(value):,} characters; {limit:,} are allowed")
        for char in value:
            if char in _TURNING or (
                char not in "\t\n\r" and unicodedata.category(char) in {"Cc", "Cs", "Co"}
            ):
                raise BundleError(f"it has the hidden character U+{ord(char):04X} in a text")
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _require_words(inner, limit)


# --- at the import


def check_stories(root: Path, manifest: Manifest, runs: Mapping[str, TrainSpec]) -> None:
    """Every pin and story below `root` keeps the rules; BundleError names the first that does not.

    `runs` are those of the bundle, which have been checked.
    """

    @functools.cache  # many pins show one result
    def stated(result: str) -> OutsideSpec | None:
        return stated_spec(root, result) if result in outside else None

    outside = frozenset(manifest.outside)
    rests_on = rested_on(_pin(root, digest, runs, stated) for digest in manifest.pins)
    pins = frozenset(manifest.pins)
    for story_id in manifest.stories:
        _story(root, story_id, pins)
    absent = set(rests_on) - runs.keys()
    if absent != set(manifest.absent) or len(absent) < len(manifest.absent):
        raise BundleError(
            "its pins rest on other runs than it holds and says to lack: "
            f"{min(absent ^ set(manifest.absent), default='one is named twice')}"
        )


def _pin(root: Path, digest: str, runs: Mapping[str, TrainSpec], stated: Stated) -> Pin:
    place = f"stories/pins/{digest}"
    for name in ("pin.json", "content.json", "pinned.json"):
        if not (root / place / name).exists():
            raise BundleError(f"{place}/{name} is missing")
    text = (root / place / "pin.json").read_bytes()
    fields = parsed(text, f"{place}/pin.json")
    validated(f"{place}/pin.json", lambda: SpecText.model_validate(fields))
    date = parsed((root / place / "pinned.json").read_bytes(), f"{place}/pinned.json")
    dated = validated(f"{place}/pinned.json", lambda: _Dated.model_validate(date))
    require_few_values((root / place / "content.json").read_bytes(), f"{place}/content.json")
    try:
        pin = spec_from_text(text.decode(), digest)
        if not isinstance(pin, Pin):
            raise BundleError(f"it holds a {type(pin).__name__}")
        for words in _texts(fields):
            refuse_markup(words, "it")
        require_pin(pin, read_content(root / place / "content.json"), dated.created_utc)
        _require_its_runs(pin, runs)
        _require_its_results(pin, stated)
    except (MsltError, DamagedError, UnicodeDecodeError) as e:
        raise _refused(place, e, root) from None
    return pin


def _require_its_runs(pin: Pin, runs: Mapping[str, TrainSpec]) -> None:
    """What it says of the runs that came with it is so."""
    origin = pin.origin
    for run in origin.runs:
        if (spec := runs.get(run)) is None:
            continue
        told = {
            "seed": spec.seed in origin.seeds,
            "task": spec.task in origin.task,
            "data": spec.data in origin.data,
            "model": spec.model in origin.model,
            "weights": spec.model_fingerprint in origin.model_fingerprint,
        }
        if wrong := [name for name, right in told.items() if not right]:
            raise BundleError(f"it tells another {wrong[0]} than its run {run} has")


def _require_its_results(pin: Pin, stated: Stated) -> None:
    """What it says of the imported results that came with it is so."""
    for one in pin.origin.outside:
        if (spec := stated(one.result)) is None:
            continue
        for name in ("experiment", "task", "name", "seed"):
            if getattr(one, name) != getattr(spec, name):
                raise BundleError(
                    f"it tells another {name} than its imported result {one.result} has"
                )


def _story(root: Path, story_id: str, pins: Container[str]) -> None:
    name = f"stories/{story_id}.json"
    fields = parsed((root / name).read_bytes(), name)
    content = validated(name, lambda: SpecText.model_validate(fields))
    try:
        if content.kind != "Story":
            raise BundleError(f"it holds a {content.kind[:40]!r}")
        require_story(Story(**content.fields), pins)
    except (MsltError, TypeError) as e:
        raise _refused(name, e, root) from None


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
            yield from _texts(inner)


def _refused(name: str, error: Exception, root: Path) -> BundleError:
    """With names as the bundle has them, and no sign that a terminal would act on."""
    message = error.message if isinstance(error, MsltError) else str(error)
    message = message.replace(f"{root}/", "")[:400]
    return BundleError(f"{name}: {''.join(c if c.isprintable() else '?' for c in message)}")
