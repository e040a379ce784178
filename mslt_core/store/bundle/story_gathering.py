"""What an export takes along of stories and their pins, and what these rest on."""

import dataclasses
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mslt_core.spec.errors import BundleError, MsltError
from mslt_core.spec.stories import Pinned, Story
from mslt_core.store.bundle.gathering import Content, Wanted
from mslt_core.store.bundle.layout import require_few_values, require_size
from mslt_core.store.bundle.story_checks import require_pin, require_story, rested_on, shown_by
from mslt_core.store.pin_content import content_to_bytes
from mslt_core.store.spec_text import spec_to_text

if TYPE_CHECKING:
    from mslt_core.store import Store


@dataclasses.dataclass(frozen=True)
class Told:
    """Stories and pins that leave the store, and why others do not."""

    stories: dict[str, Story] = dataclasses.field(default_factory=dict)
    pins: dict[str, Pinned] = dataclasses.field(default_factory=dict)
    left_out: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The runs that its pins show."""
        return rested_on(pinned.pin for pinned in self.pins.values())

    @property
    def outside(self) -> tuple[str, ...]:
        """The imported results that its pins show."""
        return shown_by(pinned.pin for pinned in self.pins.values())


def told(store: "Store", wanted: Wanted) -> Told:
    """Stories with their pins; of a whole store every pin. What is damaged is left out and said.

    A story that was asked for by its id comes whole, or is an error.
    """
    found = Told()
    for digest in store.stories.pin_digests() if wanted.everything else ():
        try:
            found.pins[digest] = _sound(store, digest)
        except MsltError as e:
            found.left_out[f"pin {digest}"] = e.message
    ids = store.stories.story_ids() if wanted.everything else ()
    for story_id in dict.fromkeys((*wanted.stories, *ids)):
        try:
            story = store.stories.story(story_id)
            pins = {s.pin: found.pins.get(s.pin) or _sound(store, s.pin) for s in story.slides}
            require_story(story, pins)
        except MsltError as e:
            if story_id in wanted.stories:
                raise BundleError(
                    f"the story {story_id} cannot be exported: {e.message}", hint=e.hint
                ) from e
            found.left_out[f"story {story_id}"] = e.message
        else:
            found.stories[story_id] = story
            found.pins.update(pins)
    return found


def _sound(store: "Store", digest: str) -> Pinned:
    """A pin that any importer takes."""
    pinned, content = store.stories.pin(digest), store.stories.content(digest)
    require_pin(pinned.pin, content, pinned.created_utc)
    require_size("pin", "its pin.json", len(spec_to_text(pinned.pin).encode()))
    require_few_values(content_to_bytes(content), "what it shows")
    return pinned


def of_stories(store: "Store", found: Told) -> Iterator[Content]:
    """Their files, written anew: what is said of where a pin came from stays at home."""
    for digest, pinned in sorted(found.pins.items()):
        place = f"stories/pins/{digest}"
        date = json.dumps({"created_utc": pinned.created_utc})
        yield Content(f"{place}/pin.json", spec_to_text(pinned.pin).encode())
        yield Content(f"{place}/content.json", content_to_bytes(store.stories.content(digest)))
        yield Content(f"{place}/pinned.json", date.encode())
    for story_id, story in sorted(found.stories.items()):
        yield Content(f"stories/{story_id}.json", spec_to_text(story).encode())
