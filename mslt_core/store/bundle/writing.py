"""Export: finished runs, sweeps and arrays as one zip with a manifest, whole or not there."""

import dataclasses
import hashlib
import os
import shutil
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from mslt_core.spec.errors import BundleError, StoreError
from mslt_core.spec.version import PRODUCT_VERSION
from mslt_core.store.atomic import disk_full, make_folder, write_errors_explained
from mslt_core.store.bundle import gathering, outside_moving, story_gathering
from mslt_core.store.bundle.gathering import Content, Wanted
from mslt_core.store.bundle.layout import (
    MANIFEST,
    MAX_MEMBERS,
    MAX_RATIO,
    VERSION,
    VERSION_WITH_OUTSIDE,
    VERSION_WITH_STORIES,
    Manifest,
    Member,
    Report,
    kind_of,
    quiet,
    require_bounds,
)
from mslt_core.store.process import utc_now

if TYPE_CHECKING:
    from mslt_core.store import Store

CHUNK = 2**20
DATE = (1980, 1, 1, 0, 0, 0)
"""Of every member: the same content is the same file but for the manifest's date."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportedBundle:
    """What was written."""

    path: Path
    size_bytes: int
    manifest: Manifest
    sha256: str
    """Of the manifest."""
    left_out: Mapping[str, str]
    """Run, its learning curve, story, pin or imported result to the reason why it is left out."""


@dataclasses.dataclass(frozen=True)
class _Ready:
    """A member that was read once, and how it will be packed."""

    content: Content
    member: Member
    packing: int


def export_bundle(
    store: "Store",
    path: Path,
    wanted: Wanted,
    *,
    weights: bool = False,
    arrays: bool = False,
    force: bool = False,
    report: Report = quiet,
) -> ExportedBundle:
    """Write what is `wanted` of `store` to `path`.

    Scores, outcomes per item, history and curves come always; trained weights, and the arrays
    (vectors, CKA, maps) that were computed from these runs, if asked for. Stories come with their
    pins and the runs and results from elsewhere that these rest on, a whole store with all. Runs
    that are not done are left out and named; one that was asked for by name is an error.
    """
    if path.exists() and not force:
        raise BundleError(f"{path} is there already", hint="Give --force to replace it.")
    told = story_gathering.told(store, wanted)
    runs, left_out = gathering.chosen(store, wanted, told.rests_on)
    sweeps = store.sweeps.digests() if wanted.everything else wanted.sweeps
    outside, damaged = outside_moving.of_outside(store, wanted, told.outside)
    contents = [content for run in runs for content in gathering.of_run(store, run, weights)]
    contents += [gathering.of_sweep(store, sweep) for sweep in sweeps]
    if arrays:
        contents += gathering.arrays(store, runs, wanted)
    contents += [*story_gathering.of_stories(store, told), *outside]
    _require_some(contents)
    ready = _measured(contents, report)
    manifest = Manifest(
        version=_version(stories=bool(told.pins or told.stories), outside=bool(outside)),
        product_version=PRODUCT_VERSION,
        created_utc=utc_now(),
        with_weights=weights,
        with_arrays=arrays,
        runs=tuple(runs),
        sweeps=tuple(sweeps),
        arrays=tuple(c.name[-28:-12] for c in contents if c.name.startswith("arrays/")),
        stories=tuple(sorted(told.stories)),
        pins=tuple(sorted(told.pins)),
        absent=tuple(run for run in told.rests_on if run not in runs),
        outside=tuple(dict.fromkeys(c.name.split("/")[1] for c in outside)),
        members=tuple(one.member for one in ready),
    )
    text = _readable(manifest)
    _write(path, text, ready, report)
    return ExportedBundle(
        path=path,
        size_bytes=path.stat().st_size,
        manifest=manifest,
        sha256=hashlib.sha256(text).hexdigest(),
        left_out={**left_out, **told.left_out, **damaged},
    )


def _require_some(contents: list[Content]) -> None:
    if not contents:
        raise BundleError(
            "there is nothing to export", hint="Name runs that are done, a sweep or a story."
        )
    if len(contents) >= MAX_MEMBERS:
        raise BundleError(f"{len(contents):,} files are more than a bundle holds, {MAX_MEMBERS:,}")


def _version(*, stories: bool, outside: bool) -> Literal[1, 2, 3]:
    """The oldest that has what is in it."""
    if outside:
        return VERSION_WITH_OUTSIDE
    return VERSION_WITH_STORIES if stories else VERSION


def _readable(manifest: Manifest) -> bytes:
    """Its text, if any importer takes what it tells."""
    try:
        require_bounds(manifest)
    except BundleError as e:
        raise BundleError(
            f"nobody could open this bundle: {e.message}",
            hint="Export less at once: some runs, sweeps or stories.",
        ) from e
    return manifest.text()


def _measured(contents: list[Content], report: Report) -> list[_Ready]:
    """Size and SHA-256 of each, and how to pack it: weights, and what shrinks too far, as it is."""
    ready = []
    for place, content in enumerate(contents):
        digest, size, small = hashlib.sha256(), 0, 0
        pack = zlib.compressobj(6)
        weights = content.name.endswith(".safetensors") and kind_of(content.name)[0] == "model"
        for chunk in _chunks(content):
            digest.update(chunk)
            size += len(chunk)
            small += 0 if weights else len(pack.compress(chunk))
        small += len(pack.flush())
        shrinks = not weights and small < size < MAX_RATIO // 2 * small
        member = Member(name=content.name, size=size, sha256=digest.hexdigest())
        packing = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
        ready.append(_Ready(content, member, packing))
        report(place + 1, len(contents), "reading")
    return ready


def _write(path: Path, manifest: bytes, ready: list[_Ready], report: Report) -> None:
    """Beside its place first; renamed once every byte is on the disk."""
    total = sum(one.member.size for one in ready)
    folder = path.resolve().parent
    with write_errors_explained(path, total):
        make_folder(folder)
        if shutil.disk_usage(folder).free < total:
            raise disk_full(path, total)
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
        try:
            with temporary.open("xb") as file:
                with zipfile.ZipFile(file, "w") as archive:
                    _fill(archive, manifest, ready, report)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _fill(archive: zipfile.ZipFile, manifest: bytes, ready: list[_Ready], report: Report) -> None:
    _add(archive, MANIFEST, [manifest], len(manifest), zipfile.ZIP_DEFLATED)
    for place, one in enumerate(ready):
        member = one.member
        sha256 = _add(archive, member.name, _chunks(one.content), member.size, one.packing)
        if sha256 != member.sha256:
            raise StoreError(
                f"{member.name} changed while it was exported",
                hint="Export again once the run is done.",
            )
        report(place + 1, len(ready), "writing")


def _add(
    archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes], size: int, packed: int
) -> str:
    """Write a member, and say what was written."""
    info = zipfile.ZipInfo(name, date_time=DATE)
    info.compress_type, info.external_attr, info.file_size = packed, 0o100644 << 16, size
    digest = hashlib.sha256()
    with archive.open(info, "w") as member:
        for chunk in chunks:
            digest.update(chunk)
            member.write(chunk)
    return digest.hexdigest()


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content.source, bytes):
        yield content.source
        return
    with _plain_file(content.source) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _plain_file(path: Path) -> BinaryIO:
    """A link in a shared store could lead to a file that nobody meant to give away."""
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"{path} is a link, not a file of its own")
    return path.open("rb")
