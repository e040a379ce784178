"""Whether this machine has a font for every script that a picture is to show.

Pictures and PDF are drawn here, with this machine's fonts; HTML and PPTX take the reader's.
"""

import shutil
import subprocess
import unicodedata
from collections.abc import Iterable

CORE, CJK = "fonts-noto-core", "fonts-noto-cjk"

SCRIPTS: dict[str, tuple[str, str]] = {
    "ARABIC": ("ar", CORE),
    "HEBREW": ("he", CORE),
    "THAI": ("th", CORE),
    "DEVANAGARI": ("hi", CORE),
    "BENGALI": ("bn", CORE),
    "TAMIL": ("ta", CORE),
    "TELUGU": ("te", CORE),
    "MYANMAR": ("my", CORE),
    "GEORGIAN": ("ka", CORE),
    "ARMENIAN": ("hy", CORE),
    "ETHIOPIC": ("am", CORE),
    "CJK": ("zh", CJK),
    "HIRAGANA": ("ja", CJK),
    "KATAKANA": ("ja", CJK),
    "HANGUL": ("ko", CJK),
}
"""How the names of a script's letters begin, to a language that fontconfig knows and the Debian
package with a font for it."""


def missing_fonts(texts: Iterable[str]) -> tuple[str, ...]:
    """A warning for every script of `texts` that no font on this machine has.

    Empty where the system does not list its fonts by fontconfig, as macOS, which has them all.
    """
    if shutil.which("fc-list") is None:
        return ()
    return tuple(
        f"no font on this machine has {script.title()}: its letters come out as boxes in pictures "
        f"and PDF. Install one (Debian, Ubuntu: apt install {SCRIPTS[script][1]})"
        for script in sorted(scripts_of(texts))
        if not _has_font(SCRIPTS[script][0])
    )


def scripts_of(texts: Iterable[str]) -> set[str]:
    """The scripts of `SCRIPTS` that occur."""
    letters = {char for text in texts for char in text if ord(char) > 0x500}
    return {unicodedata.name(char, "").partition(" ")[0] for char in letters} & set(SCRIPTS)


def _has_font(lang: str) -> bool:
    listed = subprocess.run(
        ["fc-list", f":lang={lang}", "family"],  # noqa: S607 - the system's own, found by PATH
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return listed.returncode != 0 or bool(listed.stdout.strip())
