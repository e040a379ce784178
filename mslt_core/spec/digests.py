"""What a file holds, in 64 hexadecimal digits: its SHA-256."""

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Self


def sha256_of(path: Path) -> str:
    """Reads the file, whatever is known of it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: Path) -> str:
    """Reads the file once, and again when it was written; asking again costs one `stat`."""
    return _read_once(_File.at(path))


@dataclasses.dataclass(frozen=True)
class _File:
    """A file as it is now: still equal when its folder is renamed, and never once it is written."""

    path: Path = dataclasses.field(compare=False)
    device: int
    inode: int
    mtime_ns: int
    ctime_ns: int
    """Nobody can set it: a file that takes the place and the date of another one differs here."""
    size: int

    @classmethod
    def at(cls, path: Path) -> Self:
        stat = path.stat()
        times = stat.st_mtime_ns, stat.st_ctime_ns
        return cls(path, stat.st_dev, stat.st_ino, *times, stat.st_size)


@functools.lru_cache(maxsize=4096)  # a folder of treebanks or tasks has some hundred files
def _read_once(file: _File) -> str:
    return sha256_of(file.path)
