"""Text inside figures: escaped, in its own direction, numbers as people read them."""

import html
import itertools
import math
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from mslt_core.spec.corpora import Original
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.evidence import Difference
from mslt_core.spec.languages import LANGUAGES, label
from mslt_core.spec.rankings import RankedSet
from mslt_core.spec.results import MingleResult
from mslt_core.spec.selecting import Criterion
from mslt_core.spec.specs import Pooling

_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
_ISOLATE = {"ltr": "\u2066", "rtl": "\u2067"}
_END_ISOLATE = "\u2069"


def escape(text: str) -> str:
    """Text that plotly shows literally: it reads tags as bold and links, ``%{x}`` as a value.

    Quotes stay as they are, since plotly does not know ``&quot;``; marks that turn the direction
    of what follows are taken out.
    """
    return html.escape(text.translate(_BIDI_CONTROLS), quote=False).replace("%{", "&#37;{")


def language_label(lang: str) -> str:
    """Arabic (ar), escaped."""
    return escape(label(lang))


def sentence(text: str, lang: str, *, max_lines: int = 5) -> str:
    """A sentence for a hover box: wrapped, escaped, each line in the language's direction."""
    start = _ISOLATE[LANGUAGES[lang].direction]
    lines = _wrapped(text, width=56)
    if len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], lines[max_lines - 1] + " …"]
    return "<br>".join(f"{start}{escape(line)}{_END_ISOLATE}" for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, ended at a space where one is near, else after a letter.

    Chinese, Japanese and Thai have no spaces between words.
    """
    lines, rest = [], " ".join(text.split())
    while rest:
        end = _fitting(rest, width)
        if end < len(rest):
            space = rest.rfind(" ", end // 2, end + 1)
            end = space if space > 0 else _letter_end(rest, end)
        lines.append(rest[:end])
        rest = rest[end:].lstrip()
    return lines


def _fitting(text: str, width: int) -> int:
    """How many characters fit into `width` columns: East Asian ones take two, marks none."""
    for end, columns in enumerate(itertools.accumulate(map(_columns, text))):
        if columns > width:
            return end
    return len(text)


def _letter_end(text: str, end: int) -> int:
    """The nearest place before `end` that does not part a letter from its marks."""
    while end > 1 and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return end


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


POOLED: Mapping[Pooling, str] = MappingProxyType(
    {
        "mean": "mean of all tokens",
        "mean_no_special": "mean without special tokens",
        "first": "first token",
        "max": "largest values",
    }
)
"""How a sentence became a vector, in captions."""


def taken(pooling: Pooling, original: Original, *more: str, corpus: str = "") -> str:
    """What a caption adds: whose sentences, how one became a vector, and which were taken."""
    told = [*([corpus] if corpus else []), POOLED[pooling], *more]
    if original != "any":
        told.append(f"first written in {label(original)}")
    return "".join(f", {part}" for part in told)


def measured(value: float) -> str:
    """Three digits that count, with a true minus: 0.304, −0.012, 12.7, 214."""
    decimals = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def points(ratio: float) -> str:
    """A ratio in points with one decimal: 0.7124 is 71.2, and a gap of -0.003 is −0.3."""
    return f"{100 * ratio:z.1f}".replace("-", "−")


def signed_points(ratio: float) -> str:
    """A difference of ratios in points, with its sign: +2.1, −0.4, 0.0."""
    shown = f"{100 * ratio:+.1f}".replace("-", "−")
    return "0.0" if shown[1:] == "0.0" else shown


def interval(low: float | None, high: float | None) -> str:
    """An interval in points, in brackets: [1.4, 2.9]; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"[{100 * low:z.1f}, {100 * high:z.1f}]".replace("-", "−")


def gained(found: Difference) -> str:
    """A difference in points with its interval: +2.1 [1.4, 2.9]."""
    return f"{signed_points(found.estimate)} {interval(found.low, found.high)}".strip()


def seeds(n: int) -> str:
    """How much stands behind a number: fewer than three seeds are no ranking."""
    return {1: "a single run", 2: "two runs each"}.get(n, f"{n} seeds")


def measured_within(value: float, low: float | None, high: float | None) -> str:
    """A measure in bold, with its interval where it has one."""
    interval = "" if low is None or high is None else f" [{measured(low)}, {measured(high)}]"
    return f"<b>{measured(value)}</b>{interval}"


def p_value(p: float) -> str:
    """A probability as papers write it: 0.03, 0.004, < 0.001."""
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}" if p < 0.01 else f"{p:.2f}"


def p_told(p: float) -> str:
    """A probability inside a sentence: p = 0.03, p = 0.004, p < 0.001."""
    if math.isnan(p):
        return "p undefined"
    told = p_value(p)
    return f"p {told}" if told.startswith("<") else f"p = {told}"


def count(n: int | None, singular: str, plural: str = "") -> str:
    """1 seed, 3 seeds, 1,000 sentences; a number that is not stated is said not to be."""
    if n is None:
        return f"number of {plural or singular + 's'} not stated"
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def sentences_told(langs: Sequence[str], n: int) -> str:
    """How much is looked at: 8 languages, 200 sentences each."""
    return f"{count(len(langs), 'language')}, {count(n, 'sentence')} each"


def maps_size(result: MingleResult) -> str:
    """What the maps show, and what the CKA above them is measured on where that is more."""
    drawn, cka = result.maps[0], result.ckas[0]
    told = sentences_told(drawn.langs, len(drawn.ids))
    return f"{told}; CKA of {cka.n:,}" if cka.n != len(drawn.ids) else told


def layers(numbers: Iterable[int]) -> str:
    """layer 4; layers 12 and 4 where checkpoints differ in depth."""
    different = list(dict.fromkeys(map(str, numbers)))
    return f"layer{'s' * (len(different) > 1)} {' and '.join(different)}"


def wrapped(words: str, width: int = 84) -> str:
    """Lines of at most `width` characters: plotly wraps no title. `words` holds no tags."""
    return "<br>".join(textwrap.wrap(words, width, break_on_hyphens=False))


def listed(langs: Iterable[str]) -> str:
    """A set by its codes: ar, de, zh."""
    return ", ".join(langs)


def criterion(name: Criterion) -> str:
    """A criterion inside a sentence: syntax, LM embedding."""
    return CRITERIA[name].name


def score(value: float, name: Criterion) -> str:
    """A score with as many decimals as its criterion has: 1.234, 455.3, 3."""
    decimals = CRITERIA[name].decimals
    # adding 0 turns the -0.0 of rounding into 0.0
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def rank(place: RankedSet) -> str:
    """2, or 2= for a shared second place; a dash where there is no score."""
    return "–" if place.rank is None else f"{place.rank:,}{'=' * place.tied}"


def place(ranked: RankedSet, n_ranked: int) -> str:
    """rank 2= of 35."""
    return "not ranked" if ranked.rank is None else f"rank {rank(ranked)} of {n_ranked:,}"
