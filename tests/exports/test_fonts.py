"""A missing font is said before boxes are printed."""

import shutil
import subprocess

import pytest

from mslt_core.exports import fonts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Arabic (ar) é ß Ελλάδα Русский", set()),
        ("العربية", {"ARABIC"}),
        ("עברית ไทย हिन्दी", {"HEBREW", "THAI", "DEVANAGARI"}),
        ("漢字", {"CJK"}),
        ("ひらがな カタカナ 한국어", {"HIRAGANA", "KATAKANA", "HANGUL"}),
        ("\U0001f600 ● ≤", set()),
    ],
)
def test_scripts_by_their_letters(text, expected):
    assert fonts.scripts_of(["x", text]) == expected


def test_only_what_is_missing_is_said(monkeypatch):
    def listed(command, **_):
        has = command[1] != ":lang=th"
        return subprocess.CompletedProcess(command, 0, stdout="Noto Sans\n" if has else "")

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", listed)
    assert fonts.missing_fonts(["ไทย", "العربية"]) == (
        "no font on this machine has Thai: its letters come out as boxes in pictures and PDF. "
        "Install one (Debian, Ubuntu: apt install fonts-noto-core)",
    )


def test_where_fonts_are_not_listed_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert fonts.missing_fonts(["ไทย"]) == ()
