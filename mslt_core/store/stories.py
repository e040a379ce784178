"""Pinned findings and the stories that they are told in.

``stories/pins/<digest>/`` holds a pin in ``pin.json``, what it shows in ``content.json`` and when
it was pinned in ``pinned.json``; ``stories/<id>.json`` is a story. A pin is written once and never
changed; what it shows is kept, not computed again.
"""

import contextlib
import dataclasses
import logging
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from mslt_core.spec.errors import BadInputError, StoreError
from mslt_core.spec.results import Imported
from mslt_core.spec.stories import Pin, PinContent, Pinned, Story
from mslt_core.store.atomic import (
    DamagedError,
    atomic_write,
    read_json,
    write_errors_explained,
    write_json,
)
from mslt_core.store.lock import locked
from mslt_core.store.pin_content import (
    content_fingerprint,
    content_to_bytes,
    kind_of,
    read_content,
    refuse_markup,
)
from mslt_core.store.spec_text import spec_from_text, spec_to_text
from mslt_core.store.work import is_digest

logger = logging.getLogger(__name__)

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_ID = 60
MAX_STORY_BYTES = 2_000_000
_BROKEN = (DamagedError, OSError, ValueError, KeyError, TypeError, RecursionError)


class Stories:
    """``stories/`` in the store that is written."""

    def __init__(self, root: Path, *, read_only: bool) -> None:
        self._root = root / "stories"
        self._pins = self._root / "pins"
        self._read_only = read_only

    # --- pins

    def pin_digests(self) -> tuple[str, ...]:
        """All pins, whole or damaged."""
        return tuple(sorted(p.name for p in self._pins.glob("*") if is_digest(p.name)))

    def pins(self) -> list[Pinned]:
        """All pins, the newest first. Damaged ones are left out with a warning."""
        found = []
        for digest in self.pin_digests():
            try:
                found.append(self.pin(digest))
            except StoreError as e:
                logger.warning("%s is left out: %s", self._folder(digest), e)
        return sorted(found, key=lambda pinned: (pinned.created_utc, pinned.digest), reverse=True)

    def pin(self, digest: str) -> Pinned:
        """What is known of a pin, without what it shows."""
        folder = self._folder(digest)
        if not folder.is_dir():
            raise StoreError(
                f"there is no pin {digest} in {self._root}", hint="It may have been deleted."
            )
        try:
            pin = spec_from_text((folder / "pin.json").read_text(encoding="utf-8"), digest)
            note = read_json(folder / "pinned.json")
            created_utc = note["created_utc"]
            if not isinstance(pin, Pin) or not isinstance(created_utc, str):
                raise DamagedError(f"it holds a {type(pin).__name__}, made at {created_utc!r}")
            imported = Imported(**note["imported"]) if "imported" in note else None
        except _BROKEN as e:
            raise StoreError(
                f"the pin {folder} is damaged: {e}",
                hint="Delete this pin and pin the finding again.",
            ) from e
        _refuse_markup_in(pin, str(folder))
        return Pinned(digest=digest, pin=pin, created_utc=created_utc, imported=imported)

    def content(self, digest: str) -> PinContent:
        """What a pin shows, as it was pinned."""
        pin, path = self.pin(digest).pin, self._folder(digest) / "content.json"
        content = read_content(path)
        if kind_of(content) != pin.kind or content_fingerprint(content) != pin.content:
            raise StoreError(
                f"{path} is damaged: it is not what was pinned",
                hint="Delete this pin and pin the finding again.",
            )
        return content

    def has_pin(self, digest: str) -> bool:
        """Whether this pin is here and whole."""
        try:
            self.content(digest)
        except StoreError:
            return False
        return True

    def put_pin(
        self, pin: Pin, content: PinContent, created_utc: str, imported: Imported | None = None
    ) -> str:
        """Keep a finding and return its digest; one that is here already stays as it is."""
        self._require_writable("a pin")
        data = content_to_bytes(content)
        if kind_of(content) != pin.kind or content_fingerprint(content) != pin.content:
            raise BadInputError("the pin names another content than the one that is given")
        _refuse_markup_in(pin, "what is to be pinned")
        digest = pin.digest()
        with locked(self._root):
            if not self.has_pin(digest):
                note: dict[str, Any] = {"created_utc": created_utc}
                if imported:
                    note["imported"] = dataclasses.asdict(imported)
                self._write(pin, data, note)
        return digest

    def delete_pin(self, digest: str) -> None:
        """Forget a pin; refused while a story holds it."""
        self._require_writable("a pin that is deleted")
        folder = self._folder(digest)
        with locked(self._root):
            if holders := self._holders(digest):
                raise StoreError(
                    f"the pin is still in {', '.join(map(repr, holders))}",
                    hint="Take it out of there first.",
                )
            _remove(folder)

    def _holders(self, digest: str) -> list[str]:
        """Titles of the stories that a pin is in; a damaged story holds none."""
        found = []
        for story_id in self.story_ids():
            with contextlib.suppress(StoreError):
                story = self.story(story_id)
                if any(slide.pin == digest for slide in story.slides):
                    found.append(story.title)
        return found

    # --- stories

    def story_ids(self) -> tuple[str, ...]:
        """All stories, by their id."""
        paths = (path for path in self._root.glob("*.json") if path.is_file())
        return tuple(sorted(path.stem for path in paths if _is_id(path.stem)))

    def story(self, id: str) -> Story:
        """A story, whether or not its pins are still there."""
        path = self._path(id)
        try:
            if path.stat().st_size > MAX_STORY_BYTES:
                raise DamagedError(f"it is larger than {MAX_STORY_BYTES / 1e6:.0f} MB")
            content = read_json(path)
            if content["kind"] != "Story":
                raise DamagedError(f"it holds a {content['kind']}")
            return Story(**content["fields"])
        except FileNotFoundError:
            raise StoreError(
                f"there is no story {id} in {self._root}", hint="It may have been deleted."
            ) from None
        except _BROKEN as e:
            raise StoreError(
                f"the story {path} is damaged: {e}",
                hint="Its pins are whole. Delete it and make it again.",
            ) from e

    def change_story(self, id: str, change: Callable[[Story], Story]) -> None:
        """Write what `change` makes of a story as it is now, which others may have changed."""
        self._require_writable("a story")
        with locked(self._root):
            story = change(self.story(id))
            for slide in story.slides:
                self._folder(slide.pin)  # refuses what is no digest
            atomic_write(self._path(id), spec_to_text(story).encode())

    def new_story(self, title: str) -> str:
        """An empty story; its id is made of the title."""
        self._require_writable("a story")
        return self.add_story(_slug(title), Story(title=title.strip()))

    def add_story(self, id: str, story: Story) -> str:
        """Keep a story under this id, or where it is taken under one like it, which is returned."""
        self._require_writable("a story")
        with locked(self._root):
            new = self.free_id(id)
            atomic_write(self._path(new), spec_to_text(story).encode())
        return new

    def free_id(self, id: str, also_taken: Iterable[str] = ()) -> str:
        """`id`, or with a number behind it where a story has it already."""
        taken = {path.stem for path in self._root.glob("*.json")} | {*also_taken}
        stem = id[: MAX_ID - 10].strip("-")  # room for the number
        numbered = (id if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
        return next(name for name in numbered if name not in taken)

    def by_digest(self) -> dict[str, str]:
        """What stories say, title, slides and words, to the id of the first that says so."""
        found: dict[str, str] = {}
        for story_id in self.story_ids():
            with contextlib.suppress(StoreError):
                found.setdefault(self.story(story_id).digest(), story_id)
        return found

    def delete_story(self, id: str) -> None:
        """Forget a story; its pins stay."""
        self._require_writable("a story that is deleted")
        path = self._path(id)
        with locked(self._root), write_errors_explained(path):
            path.unlink(missing_ok=True)

    # --- files

    def _folder(self, digest: str) -> Path:
        if not is_digest(digest):
            raise BadInputError(f"the name of a pin is 16 hexadecimal digits, got {digest!r}")
        return self._pins / digest

    def _path(self, id: str) -> Path:
        if not _is_id(id):
            raise BadInputError(f"the name of a story is like first-findings, got {id!r}")
        return self._root / f"{id}.json"

    def _require_writable(self, what: str) -> None:
        if self._read_only:
            raise StoreError(
                f"the store {self._root.parent} is read-only: it cannot hold {what}",
                hint="Choose a store of your own, in the sidebar or with MSLT_STORE.",
            )

    def _write(self, pin: Pin, content: bytes, note: dict[str, Any]) -> None:
        """A whole folder or none: filled beside its place, then renamed."""
        folder = self._folder(pin.digest())
        for left in self._pins.glob(".*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        staging = self._pins / f".{uuid.uuid4().hex}"
        try:
            atomic_write(staging / "pin.json", spec_to_text(pin).encode())
            atomic_write(staging / "content.json", content)
            write_json(staging / "pinned.json", note)
            _remove(folder)  # a damaged one
            with write_errors_explained(folder):
                os.rename(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _remove(folder: Path) -> None:
    """Take a folder away in one step, then its files."""
    if folder.exists():
        gone = folder.with_name(f".{uuid.uuid4().hex}")
        with write_errors_explained(folder):
            os.rename(folder, gone)
            shutil.rmtree(gone)


def _refuse_markup_in(pin: Pin, where: str) -> None:
    """No text of a pin may be more than text."""
    for text in _texts(pin.model_dump(mode="json")):
        refuse_markup(text, where)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _is_id(text: str) -> bool:
    return len(text) <= MAX_ID and _ID.fullmatch(text) is not None


def _slug(title: str) -> str:
    """Small Latin letters and digits with dashes between; story where the title has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[: MAX_ID - 10].strip("-") or "story"
