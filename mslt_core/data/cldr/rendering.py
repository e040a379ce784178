"""Contents in words: what Babel says for one content in one language."""

import functools
from decimal import Decimal

from babel import Locale
from babel.dates import (
    TIMEDELTA_UNITS,
    format_date,
    format_interval,
    format_skeleton,
    format_timedelta,
)
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from mslt_core.data.cldr.contents import (
    Content,
    Date,
    DateRange,
    Duration,
    Languages,
    Mix,
    Money,
    Number,
    Places,
    Quantity,
)
from mslt_core.data.cldr.words import mark

_SECONDS = dict(TIMEDELTA_UNITS)
_NEVER = float("inf")  # a threshold no value reaches: format_timedelta keeps the unit it is given


def render_marked(content: Content, lang: str) -> str:  # noqa: PLR0911 - one return a kind
    """The phrase, with every labelled item marked: one mark around the item's whole rendering.

    A relative duration is marked with its "in" or "ago": in many languages these are endings or
    part of the noun phrase ("خلال يومين"), and CLDR gives them as one pattern.
    """
    locale = _locale(lang)
    match content:
        case Mix(parts, join):
            return format_list(
                [render_marked(part, lang) for part in parts], style=join, locale=locale
            )
        case Places(codes, join):
            return format_list(
                [mark("LOC", locale.territories[code]) for code in codes], join, locale
            )
        case Languages(codes, join):
            return format_list(
                [mark("LANG", locale.languages[code]) for code in codes], join, locale
            )
        case Date() | DateRange():
            return mark("DATE", _date(content, locale))
        case Duration():
            return mark("DUR", _duration(content, locale))
        case Quantity(amount, unit):
            return mark("QTY", _unit(amount, unit, locale))
        case Money(amount, currency, style):
            whole = style == "name"  # "12 US dollars", but "$12.00"
            money = format_currency(
                amount, currency, locale=locale, format_type=style, currency_digits=not whole
            )
            return mark("MON", money)
        case Number(amount, "percent"):
            return format_percent(Decimal(amount) / 100, locale=locale)
        case Number(amount, _):
            return format_decimal(amount, locale=locale)


@functools.cache
def _locale(lang: str) -> Locale:
    return Locale.parse(lang)


def _date(content: Date | DateRange, locale: Locale) -> str:
    if isinstance(content, DateRange):
        return format_interval(content.first, content.last, "yMMMd", locale=locale)
    if content.style in ("MMMMd", "yMMMM"):
        return format_skeleton(content.style, content.day, locale=locale)
    return format_date(content.day, content.style, locale=locale)


def _duration(content: Duration, locale: Locale) -> str:
    if content.direction == "plain":
        return _unit(Decimal(content.amount), f"duration-{content.unit}", locale)
    seconds = content.amount * _SECONDS[content.unit] * (1 if content.direction == "future" else -1)
    return format_timedelta(
        seconds, granularity=content.unit, threshold=_NEVER, add_direction=True, locale=locale
    )


def _unit(amount: Decimal, unit: str, locale: Locale) -> str:
    """An amount with its unit in words, in the plural form the amount asks for.

    Not ``format_unit``: CLDR's root says "long" is "short" where a language has no long pattern
    (Chinese, Japanese), Babel does not follow that, and would print "12 length-kilometer".
    """
    # Babel has no public way to ask for one length
    lengths = locale._data["unit_patterns"].get(unit) or {}
    form = locale.plural_form(amount)
    for length in ("long", "short"):
        patterns = lengths.get(length) or {}
        pattern = patterns.get(form) or patterns.get("other")
        if pattern:
            return str(pattern).format(format_decimal(amount, locale=locale))
    raise LookupError(f"CLDR has no pattern for the unit {unit!r} in {locale}")
