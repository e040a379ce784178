"""A zip file from outside, every byte of which is accounted for before anything is unpacked.

`zipfile` accepts much that no honest writer makes: members that share bytes, bytes between
members, a second list of members, headers that contradict each other. Here a file is one member
after the other, then the list of them, then its end; anything else is refused.
"""

import contextlib
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from mslt_core.spec.errors import BundleError
from mslt_core.store.atomic import told_size
from mslt_core.store.bundle.layout import MANIFEST, MAX_MEMBERS, MAX_RATIO, kind_of

MAX_LIST = 200 * MAX_MEMBERS
"""Bytes of the list of members, which `zipfile` reads at once; ours take about 110 each."""
MAX_MANIFEST = 40_000_000

CHUNK = 2**20
REFUSED_FLAGS = {
    0x0001: "is encrypted",
    0x0008: "does not say its size before its content",
    0x0020: "is a patch to another file",
    0x0040: "is encrypted",
    0x2000: "hides its header",
}
_END, _END_64, _LOCATOR_64, _LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\3\4"

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
)
"""What `zipfile` raises on files that are none."""


class Archive:
    """The members of a zip that keeps the rules."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.sizes: Mapping[str, int] = {info.filename: info.file_size for info in file.infolist()}

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's content; never more than the size that its header tells."""
        left = self.sizes[name]
        try:
            with self._file.open(name) as member:
                while chunk := member.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise BundleError(f"{name} is longer than its header says")
                    yield chunk
        except UNREADABLE as e:
            if isinstance(e, BundleError):
                raise
            raise BundleError(f"{name} is damaged: {_reason(e)}") from e
        if left:
            raise BundleError(f"{name} is shorter than its header says")

    def read(self, name: str) -> bytes:
        """A small member, whole."""
        return b"".join(self.chunks(name))


@contextlib.contextmanager
def opened(path: Path, max_bytes: int) -> Iterator[Archive]:
    """The zip at `path`; BundleError, with the reason, unless it keeps every rule."""
    try:
        # O_NONBLOCK: a named pipe is to be refused, not waited for
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as e:
        raise BundleError(f"it cannot be read: {e.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleError("it is no file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            list_at, n_members = _end(file)
            archive = zipfile.ZipFile(file)
        except UNREADABLE as e:
            if isinstance(e, BundleError):
                raise
            raise BundleError(f"it is no zip file: {_reason(e)}") from e
        with archive:
            infos = archive.infolist()
            if len(infos) != n_members:
                raise BundleError("its list of members does not have the length that it says")
            _require_names(infos)
            for info in infos:
                _require_plain(info)
            _require_sizes(infos, max_bytes)
            _require_no_gap(file, infos, list_at)
            yield Archive(archive)


def _end(file: BinaryIO) -> tuple[int, int]:
    """Where the list of members begins, and how many there are, by the file's last bytes.

    Looked at first, as `zipfile` reads a list of any length into memory.
    """
    size = file.seek(0, os.SEEK_END)
    if size < 22:
        raise BundleError("it is no zip file: it is too short")
    file.seek(max(0, size - 98))  # what a large file ends with: 56, 20 and 22 bytes
    tail = file.read()
    mark, disk, list_disk, here, n_members, list_size, list_at, comment = struct.unpack(
        "<4s4H2LH", tail[-22:]
    )
    if mark != _END or comment:
        raise BundleError("it is no zip file, or it was cut short, or something was added to it")
    end = size - 22
    if tail[-42:-38] == _LOCATOR_64:
        end = size - 98
        _, record_at, disks = struct.unpack("<LQL", tail[-38:-22])
        if len(tail) < 98 or tail[:4] != _END_64 or record_at != end or disks != 1:
            raise BundleError("its end is damaged")
        here, n_members, list_size, list_at = struct.unpack("<4Q", tail[24:56])
    if disk or list_disk or here != n_members:
        raise BundleError("it is a part of a zip file of several parts")
    if n_members > MAX_MEMBERS:
        raise BundleError(f"it has {n_members:,} members; {MAX_MEMBERS:,} are allowed")
    if list_size > MAX_LIST:
        raise BundleError(f"its list of members takes {told_size(list_size)}")
    if list_at + list_size != end:
        raise BundleError("its list of members is not where its end says")
    return list_at, n_members


def _require_names(infos: list[zipfile.ZipInfo]) -> None:
    """Every name is one that a bundle may have, and none is like another."""
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        shown = repr(name[:200])
        if name != info.orig_filename or not name or not name.isprintable() or "\\" in name:
            raise BundleError(f"the name {info.orig_filename[:200]!r} has characters of no file")
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            raise BundleError(f"the name {shown} leads out of the bundle")
        plain = unicodedata.normalize("NFKC", name).casefold()
        if plain in seen:
            raise BundleError(f"{shown} is there twice, or beside a name that differs in case")
        seen.add(plain)
        if name != MANIFEST:
            kind_of(name)
    if not infos or infos[0].filename != MANIFEST:
        raise BundleError(f"it does not begin with a {MANIFEST}, so it is no bundle of MSLT Lab")


def _require_plain(info: zipfile.ZipInfo) -> None:
    """A regular file, packed in a common way, with nothing on the side."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        special = "a link" if kind == stat.S_IFLNK else "a special file"
        raise BundleError(f"{info.filename} is {special}, not a file")
    for flag, meaning in REFUSED_FLAGS.items():
        if info.flag_bits & flag:
            raise BundleError(f"{info.filename} {meaning}")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise BundleError(f"{info.filename} is packed in a way that is not read")
    # 1: the sizes of large files. Others can give a member a second name.
    if info.comment or info.volume or (info.extra and info.extra[:2] != b"\1\0"):
        raise BundleError(f"{info.filename} has notes of its own, which no bundle has")


def _require_sizes(infos: list[zipfile.ZipInfo], max_bytes: int) -> None:
    """As their headers tell; while unpacking the bytes are counted."""
    for info in infos:
        if info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise BundleError(
                f"{info.filename} unpacks to more than {MAX_RATIO} times its size, which is how "
                "bombs are made"
            )
        if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
            raise BundleError(f"{info.filename} has two sizes")
    if infos[0].file_size > MAX_MANIFEST:
        raise BundleError(f"{MANIFEST} has {told_size(infos[0].file_size)}")
    total = sum(info.file_size for info in infos)
    if total > max_bytes:
        raise BundleError(
            f"it unpacks to {told_size(total)}; {told_size(max_bytes)} are allowed",
            hint="If you trust its sender, allow more: --max-gb.",
        )


def _require_no_gap(file: BinaryIO, infos: list[zipfile.ZipInfo], list_at: int) -> None:
    """Each begins where the one before ends: none lies in another, and nothing lies between."""
    at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset != at:
            raise BundleError(f"{info.filename} overlaps another member, or lies apart from it")
        file.seek(at)
        header = file.read(30)
        if len(header) < 30 or header[:4] != _LOCAL:
            raise BundleError(f"{info.filename} has no header of its own")
        name_size, extra_size = struct.unpack("<2H", header[26:30])
        at += 30 + name_size + extra_size + info.compress_size
    if at != list_at:
        raise BundleError("there are bytes between its members and their list")


def _reason(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
