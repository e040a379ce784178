"""Languages: one code each, and what every resource calls them.

The table is `languages.tsv` beside this file; ``-`` marks a resource without the language.
Names are those of Unicode CLDR. Families are the top level of the tree that URIEL (lang2vec)
uses; *Isolate* and *Constructed* stand for no family. `lang2vec` is the code that lang2vec
gives for the ISO 639-1 code (macro-languages: ``ara``, ``zho``), except Quechua, whose
macro-language has no family in URIEL: there it is Cusco Quechua, ``quz``.
"""

import dataclasses
import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from mslt_core.spec.errors import UnknownLanguageError

Direction = Literal["ltr", "rtl"]

RTL_SCRIPTS = frozenset({"Arab", "Hebr", "Nkoo", "Syrc", "Thaa"})

# codes in common use that neither the table nor CLDR's aliases lead to a language here
_SCRIPTS = {"Hang": "Kore"}  # Korean's own letters, and these with Han
_COUNTRY = re.compile(r"(?P<word>[a-z]{2,3})[-_][A-Z]{2}")
_HANT = ("zh-TW", "zh_TW", "zh-HK", "zh_HK", "zh-MO", "zh_MO")
_ALSO_CALLED = {"fil": "tl", "nb": "no", "nob": "no", "pbt": "ps", "quy": "qu"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Language:
    """One language: its code here, its names, and its code in each resource (None: not there)."""

    code: str
    """ISO 639-1, or ISO 639-3 where there is no ISO 639-1 code."""
    iso639_3: str
    name: str
    own_name: str
    script: str
    """ISO 15924 code of the script it is usually written in."""
    family: str
    lang2vec: str | None
    wikiann: str | None
    xnli: str | None
    pud: str | None
    """Folder of its Parallel Universal Dependencies treebank."""
    xwinograd: str | None

    @property
    def direction(self) -> Direction:
        """Which way its script runs."""
        return "rtl" if self.script in RTL_SCRIPTS else "ltr"


def _read_table() -> Mapping[str, Language]:
    text = Path(__file__).with_name("languages.tsv").read_text(encoding="utf-8")
    fields, *rows = [line.split("\t") for line in text.splitlines()]
    table = {}
    for row in rows:
        values = {f: None if v == "-" else v for f, v in zip(fields, row, strict=True)}
        table[row[0]] = Language(**values)  # type: ignore[arg-type]  # a "-" only in resources
    return MappingProxyType(table)


LANGUAGES: Mapping[str, Language] = _read_table()
"""Every known language by its code, in the order of the codes."""


def language(code: str) -> Language:
    """The language of `code`; any other spelling is refused with the nearest known codes."""
    if not isinstance(code, str):
        raise UnknownLanguageError(
            f"a language code must be text, got {code!r}",
            hint="Some readers turn the codes no, nan and null into False, a number and nothing: "
            "put codes in quotes.",
        )
    if code not in LANGUAGES:
        raise _unknown(code)
    return LANGUAGES[code]


def languages(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes checked, sorted, without repeats; one string is split at its commas."""
    if isinstance(codes, str):
        codes = [part.strip() for part in codes.split(",") if part.strip()]
    elif not isinstance(codes, Iterable):
        raise UnknownLanguageError(f"language codes must be a list of text, got {codes!r}")
    return tuple(sorted({language(code).code for code in codes}))


@functools.cache
def by_any_code(code: str) -> str | None:
    """Our code for a code in any resource's spelling (``eng``, ``jp``, ``eng_Latn``), or None.

    A script that is named must be the one in which the language is usually written: FLORES'
    ``zho_Hant`` is not our Chinese, nor is ``zh-TW``. Other countries are of no account: ``pt-BR``.
    """
    if (country := _COUNTRY.fullmatch(code)) and not code.endswith(_HANT):
        code = country["word"]
    if whole := _same_code(code.casefold()):
        return whole  # some have a hyphen that parts no script from them: zh-yue
    word, _, script = code.replace("-", "_").partition("_")
    found = _same_code(word.casefold())
    if found is None or (script and _SCRIPTS.get(script, script) != LANGUAGES[found].script):
        return None
    return found


def label(code: str) -> str:
    """How a language is written for people: ``Arabic (ar)``."""
    return f"{language(code).name} ({code})"


def _unknown(code: str) -> UnknownLanguageError:
    """The error for an unknown code, with what was probably meant."""
    word = code.strip().casefold()
    if same := _same_code(word):
        return UnknownLanguageError(f"unknown language code {code!r}; use {_entry(same)}")
    if near := _nearest(word):
        return UnknownLanguageError(
            f"unknown language code {code!r}; did you mean {' or '.join(map(_entry, near))}?"
        )
    return UnknownLanguageError(
        f"unknown language code {code!r}",
        hint=f"{len(LANGUAGES)} are known, by ISO 639-1 code: ar, de, en, sw, zh, ...",
    )


def _entry(code: str) -> str:
    """The code to type first, then whose it is: ``ar (Arabic)``."""
    return f"{code} ({LANGUAGES[code].name})"


def _same_code(word: str) -> str | None:
    """The code of the language that `word` is another code for (eng, arb, jp, zh-min-nan)."""
    from babel.core import get_global

    for lang in LANGUAGES.values():
        if word in {lang.code, lang.iso639_3, lang.lang2vec, lang.wikiann, lang.xwinograd}:
            return lang.code
    other = _ALSO_CALLED.get(word) or get_global("language_aliases").get(word)
    return other if other in LANGUAGES else None


def _nearest(word: str) -> list[str]:
    """Up to three codes, nearest first: by name, or by code where `word` is as short as one."""
    named = {lang.own_name.casefold(): lang.code for lang in LANGUAGES.values()}
    named |= {lang.name.casefold(): lang.code for lang in LANGUAGES.values()}
    if word in named:
        return [named[word]]
    spellings = {code: code for code in LANGUAGES} if len(word) <= 3 else named
    # two letters of which one is right are alike by a half
    cutoff = 0.5 if len(word) <= 2 else 0.6
    close = difflib.get_close_matches(word, spellings, n=3, cutoff=cutoff)
    return list(dict.fromkeys(spellings[spelling] for spelling in close))
