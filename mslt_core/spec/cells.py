"""Text that a spreadsheet would take for a formula: marked as text, and unmarked again."""

import re

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?")
_BEFORE = re.compile(r"['\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*")
_LEADS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a cell a formula; the wide ones do in Japanese and Chinese versions of Excel."""


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _is_formula(text) else text


def restored(text: str) -> str:
    """What `neutralised` made this of."""
    return text[1:] if text[:1] == "'" and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Apostrophes before a formula count as part of it, so that marking can be undone exactly."""
    if _NUMBER.fullmatch(text):
        return False
    before = _BEFORE.match(text)
    assert before is not None  # it matches nothing, too
    return text[before.end() :].startswith(_LEADS) or any(c in before[0] for c in "\t\r\n")
