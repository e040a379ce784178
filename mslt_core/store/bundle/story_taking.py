"""Stories and pins of a bundle that was checked, on their way into a store.

A pin's name holds its whole content, so one that is here already is the same. A story that is here
under the same name with other slides or words stays as it is; the one that came is put beside it.
"""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mslt_core.spec.results import Imported
from mslt_core.store.bundle.layout import Manifest

if TYPE_CHECKING:
    from mslt_core.store import Store


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stories:
    """What became of a bundle's stories and pins."""

    new: Mapping[str, str]
    """Name in the bundle to the one here; another where it was taken."""
    known: Mapping[str, str]
    """Those that are here already, with the same slides and words."""
    pins: tuple[str, ...]
    """New in the store."""
    missing: tuple[str, ...]
    """Runs that the pins rest on, neither in the bundle nor here."""


def compared(store: "Store", theirs: "Store", manifest: Manifest) -> Stories:
    """What is new, and under which name it would come."""
    new: dict[str, str] = {}
    known: dict[str, str] = {}
    mine = store.stories.by_digest()
    for story_id in manifest.stories:
        if twin := mine.get(theirs.stories.story(story_id).digest()):
            known[story_id] = twin
        else:
            new[story_id] = store.stories.free_id(story_id, also_taken=new.values())
    return Stories(
        new=new,
        known=known,
        pins=tuple(pin for pin in manifest.pins if not store.stories.has_pin(pin)),
        missing=tuple(run for run in manifest.absent if not store.runs.exists(run)),
    )


def take(store: "Store", theirs: "Store", found: Stories, note: Imported) -> Mapping[str, str]:
    """Pins first, so that no story is here before what it shows; the names of the new stories."""
    for digest in found.pins:
        pinned = theirs.stories.pin(digest)
        content = theirs.stories.content(digest)
        store.stories.put_pin(pinned.pin, content, pinned.created_utc, note)
    return {
        story_id: store.stories.add_story(story_id, theirs.stories.story(story_id))
        for story_id in found.new
    }
