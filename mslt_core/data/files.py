"""Text files from outside: read strictly, and named by their content."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mslt_core.spec.digests import known_sha256
from mslt_core.spec.errors import DataError


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 text file without their line ends: all of them, or an error.

    A byte-order mark and Windows line ends are accepted. No character has a meaning of its
    own: a quote is a quote, and only a line feed ends a line (U+2028 and the like are text).

    Parameters
    ----------
    path : Path
        The file; read whole into memory.

    Returns
    -------
    list of str
        One entry a line, blank ones included; entry i is line i + 1 of the file.

    Raises
    ------
    DataError
        If the file is missing, empty, not UTF-8 or with a zero byte (with the line), or its last
        line has no end, which is how a file looks that was cut short.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "two.txt"
    >>> _ = file.write_bytes('a "quoted\\r\\n\\r\\n'.encode("utf-8-sig"))
    >>> read_lines(file)
    ['a "quoted', '']
    """
    text = read_text(path)
    *lines, rest = text.split("\n")
    if rest:
        raise DataError(
            f"{path}, line {len(lines) + 1}: the last line has no line end, so the file may be "
            "cut short",
            hint="Copy it again; if it is whole, end its last line.",
        )
    if "\r" in text:
        return [line.removesuffix("\r") for line in lines]
    return lines


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without a byte-order mark: all of it, or an error.

    Raises
    ------
    DataError
        If the file is missing, empty, not UTF-8 or with a zero byte (with the line).
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = e.object.count(b"\n", 0, e.start) + 1
        raise DataError(
            f"{path}, line {line}: not UTF-8 (byte 0x{e.object[e.start]:02x})",
            hint="Save the file as UTF-8.",
        ) from None
    except OSError as e:
        raise DataError(f"cannot read {path}: {e.strerror}") from None
    if not text:
        raise DataError(f"{path} is empty")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(
            f"{path}, line {line}: a zero byte, which no text has",
            hint="It may be UTF-16, which is to be saved as UTF-8, or damaged: copy it again.",
        )
    return text


def read_blocks(path: Path, *, closed: bool = False) -> list[tuple[int, list[str]]]:
    """Every run of lines between blank ones, with the number of its first line.

    So are sentences written in CoNLL files: a word a line, a blank line after each sentence.

    Parameters
    ----------
    path : Path
        A text file, read as by `read_lines`.
    closed : bool
        Whether the last run must end with a blank line too, as in CoNLL-U.

    Raises
    ------
    DataError
        As by `read_lines`, and if there are blank lines alone.
    """
    lines = read_lines(path)
    if closed and lines[-1]:
        raise DataError(
            f"{path}, line {len(lines)}: no blank line after the last sentence, "
            "so the file may be cut short",
            hint="Copy it again.",
        )
    blocks, start = [], 0
    for number, line in enumerate([*lines, ""]):
        if not line:
            if number > start:
                blocks.append((start + 1, lines[start:number]))
            start = number + 1
    if not blocks:
        raise DataError(f"{path} has no sentence, only blank lines")
    return blocks


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hexadecimal digits.

    Computed once until the file is written again, so asking again costs one `stat`.
    """
    try:
        return known_sha256(path)
    except OSError as e:
        raise DataError(f"cannot read {path}: {e.strerror}") from None


def fingerprint_all(paths: Iterable[Path], *, below: Path | None = None, read_as: str = "") -> str:
    """One SHA-256 over the names and contents of several files, whatever their order.

    A name is the path below the folder `below`, wherever that lies; without it the file's own.
    Files that may be read in several ways count as others where `read_as` tells another one.
    """
    names = {path: path.relative_to(below).as_posix() if below else path.name for path in paths}
    listing = sorted((name, fingerprint(path)) for path, name in names.items())
    listing += [("", read_as)] * bool(read_as)
    return hashlib.sha256(repr(listing).encode()).hexdigest()
