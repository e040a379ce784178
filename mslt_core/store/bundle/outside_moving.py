"""Results from elsewhere on their way out of a store and into another one."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mslt_core.spec.errors import MsltError
from mslt_core.spec.results import Imported
from mslt_core.store.bundle.gathering import Content, Wanted
from mslt_core.store.bundle.layout import Manifest
from mslt_core.store.bundle.outside_checks import Together, stated
from mslt_core.store.bundle.story_checks import shown_by

if TYPE_CHECKING:
    from mslt_core.store import Store


IMPORTED_RESULT = "imported result"
"""What one is called; before its digest where it is said why it is not in a bundle."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outside:
    """What became of a bundle's results from elsewhere, by their digests."""

    new: tuple[str, ...]
    known: tuple[str, ...]
    """Here already, the same."""
    refused: Mapping[str, str]
    """Those that contradict one that is here, and why."""
    missing: tuple[str, ...] = ()
    """Those that the bundle's pins show, neither in it nor here."""


def of_outside(
    store: "Store", wanted: Wanted, shown: Iterable[str] = ()
) -> tuple[list[Content], dict[str, str]]:
    """All files of those that pins show, of a whole store of all; what is not whole is left out
    and said.

    Who imports them is told of the bundle; which file they came in here only a pin may say.
    """
    contents: list[Content] = []
    left_out: dict[str, str] = {}
    together = Together()
    here = store.outside.digests()
    for digest in dict.fromkeys((*(here if wanted.everything else ()), *sorted(shown))):
        if digest not in here:
            left_out[f"{IMPORTED_RESULT} {digest}"] = "a pin shows it, and it is not here any more"
            continue
        try:
            together.add(*stated(store.root, digest))
        except MsltError as e:
            left_out[f"{IMPORTED_RESULT} {digest}"] = e.message
            continue
        folder = store.outside.folder(digest)
        paths = [folder / "spec.json", folder / "scores.json"]
        paths += sorted((folder / "outcomes").glob("*.safetensors"))
        contents += [
            Content(f"outside/{p.relative_to(folder.parent).as_posix()}", p) for p in paths
        ]
    return contents, left_out


def compared(store: "Store", theirs: "Store", manifest: Manifest) -> Outside:
    """What is new, and what cannot stand beside what is here."""
    together = Together()
    for info in store.outside.list():
        together.know(info.spec, info.targets)
    new, known, refused = [], [], {}
    for digest in manifest.outside:
        if store.outside.folder(digest).exists():
            known.append(digest)
            continue
        spec, targets = stated(theirs.root, digest)
        try:
            together.add(spec, targets)
        except MsltError as e:
            refused[digest] = e.message
        else:
            new.append(digest)
    shown = shown_by(theirs.stories.pin(pin).pin for pin in manifest.pins)
    held = {*manifest.outside, *store.outside.digests()}
    missing = tuple(digest for digest in shown if digest not in held)
    return Outside(new=tuple(new), known=tuple(known), refused=refused, missing=missing)


def take(store: "Store", theirs: "Store", found: Outside, note: Imported) -> None:
    """The new ones, each whole and with a note where it came from."""
    store.outside.adopt([theirs.outside.folder(digest) for digest in found.new], note)
