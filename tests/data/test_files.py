"""Text is read whole and literally, or refused with file and line."""

import os

import pytest

from mslt_core.data import files
from mslt_core.data.files import fingerprint, fingerprint_all, read_blocks, read_lines, read_text
from mslt_core.spec.errors import DataError


@pytest.fixture
def write(tmp_path):
    def _write(content: bytes, name: str = "a.tsv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return _write


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
        (b"a\n\n\nb\n", ["a", "", "", "b"]),
        (b'say "a\nb\n', ['say "a', "b"]),
        (b"nan\nnull\nNA\nno\n", ["nan", "null", "NA", "no"]),
        (b" a \t\n", [" a \t"]),
    ],
)
def test_lines_are_taken_literally(write, content, lines):
    assert read_lines(write(content)) == lines


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_line(write, char):
    assert read_lines(write(f"a{char}b\n".encode())) == [f"a{char}b"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_that_are_not_utf8_are_named_with_their_line(write, mark):
    path = write(mark + b"a\nb\nc\xff\nd\n")
    with pytest.raises(DataError, match=r"a\.tsv, line 3: not UTF-8 \(byte 0xff\)"):
        read_lines(path)


def test_a_character_cut_in_two_is_refused(write):
    with pytest.raises(DataError, match=r"a\.tsv, line 2: not UTF-8 \(byte 0xd9\)"):
        read_lines(write("a\nم".encode()[:-1]))


def test_a_zero_byte_is_refused_with_its_line(write):
    """So looks UTF-16 without a mark, and the hole that a crash leaves in a file."""
    with pytest.raises(DataError, match=r"line 1: a zero byte.*UTF-16"):
        read_lines(write("a\tb\n".encode("utf-16-be")))
    with pytest.raises(DataError, match="line 2: a zero byte"):
        read_lines(write(b"a\nb\0\0\0c\n"))


def test_a_file_cut_in_mid_line_is_refused(write):
    with pytest.raises(DataError, match=r"a\.tsv, line 2: the last line has no line end"):
        read_lines(write(b"a\tO\nb\tB-OR"))


def test_missing_and_empty_files_are_refused(write, tmp_path):
    with pytest.raises(DataError, match="is empty"):
        read_lines(write(b""))
    with pytest.raises(DataError, match="is empty"):
        read_lines(write(b"\xef\xbb\xbf"))
    with pytest.raises(DataError, match=r"cannot read .*none\.tsv: No such file"):
        read_lines(tmp_path / "none.tsv")
    with pytest.raises(DataError, match=r"cannot read .*: Is a directory"):
        read_lines(tmp_path)


def test_a_text_is_taken_as_it_is(write):
    assert read_text(write(b"\xef\xbb\xbfa\r\nb")) == "a\r\nb"


def test_blocks_stand_between_blank_lines(write):
    path = write(b"\n\na\nb\n\n\nc\n")
    assert read_blocks(path) == [(3, ["a", "b"]), (7, ["c"])]
    with pytest.raises(DataError, match=r"line 7: no blank line after the last sentence"):
        read_blocks(path, closed=True)
    assert read_blocks(write(b"a\n\n"), closed=True) == [(1, ["a"])]
    with pytest.raises(DataError, match="has no sentence, only blank lines"):
        read_blocks(write(b"\n\n"))


def test_the_fingerprint_is_that_of_the_content(write):
    # printf abc | sha256sum
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fingerprint(write(b"abc", "a")) == digest
    assert fingerprint(write(b"abc", "b")) == digest


def test_the_fingerprint_follows_a_change_of_the_same_size(write):
    path = write(b"abc")
    before = fingerprint(path)
    path.write_bytes(b"abd")
    # a clock that is too coarse to tell the two writes apart must not fail the test
    os.utime(path, ns=(0, 1))
    assert fingerprint(path) != before


def test_a_file_is_hashed_once(write, monkeypatch):
    path = write(b"abc")
    first = fingerprint(path)
    monkeypatch.setattr(files.hashlib, "file_digest", None)
    assert fingerprint(path) == first


def test_a_missing_file_has_no_fingerprint(tmp_path):
    with pytest.raises(DataError, match=r"cannot read .*gone: No such file"):
        fingerprint(tmp_path / "gone")


def test_several_files_are_named_by_names_and_contents(write):
    a, b = write(b"1", "a"), write(b"2", "b")
    together = fingerprint_all([a, b])
    assert fingerprint_all([b, a]) == together
    assert fingerprint_all([a]) != together
    # a file's place below a folder is part of its name
    below = fingerprint_all([a, b], below=a.parent)
    assert below == together
    inner = a.parent / "inner"
    inner.mkdir()
    (inner / "a").write_bytes(b"1")
    assert fingerprint_all([inner / "a"], below=a.parent) != fingerprint_all([a])
    assert fingerprint_all([inner / "a"], below=inner) == fingerprint_all([a])
    # the same contents under exchanged names are other data
    assert fingerprint_all([write(b"2", "a"), write(b"1", "b")]) != together
