"""Which names CLDR really gives in every language of the example world."""

import functools

from babel import localedata

LANGS = (
    "ar", "bg", "de", "el", "en", "es", "fi", "fr", "he", "hi", "id", "it",
    "ja", "ko", "pl", "pt", "ru", "sv", "sw", "th", "tr", "ur", "vi", "zh",
)  # fmt: skip

# CLDR writes these without spaces between words
UNSPACED_LANGS = frozenset({"ja", "th", "zh"})

# everyday units; durations are left out, since they carry a label of their own
UNITS = (
    "angle-degree", "area-hectare", "area-square-kilometer", "area-square-meter",
    "digital-gigabyte", "digital-megabyte", "electric-volt", "energy-kilocalorie",
    "energy-kilowatt-hour", "graphics-pixel", "length-centimeter", "length-foot",
    "length-kilometer", "length-light-year", "length-meter", "length-mile", "length-millimeter",
    "mass-gram", "mass-kilogram", "mass-pound", "mass-tonne", "power-horsepower",
    "power-kilowatt", "power-watt", "speed-kilometer-per-hour", "speed-meter-per-second",
    "temperature-celsius", "temperature-fahrenheit", "volume-cubic-meter", "volume-liter",
    "volume-milliliter",
)  # fmt: skip

_CURRENCIES = (
    "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "EUR", "GBP", "HUF",
    "IDR", "ILS", "INR", "JPY", "KES", "KRW", "MXN", "NOK", "NZD", "PKR", "PLN", "RON",
    "RUB", "SAR", "SEK", "THB", "TRY", "TZS", "UAH", "USD", "VND", "ZAR",
)  # fmt: skip
# unions, pseudo-locales and "unknown" are not places one could list beside countries
_NOT_PLACES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@functools.cache
def territories() -> tuple[str, ...]:
    """Codes of the countries and territories that every language names itself."""
    codes = _common("territories")
    return tuple(
        code for code in codes if len(code) == 2 and code.isalpha() and code not in _NOT_PLACES
    )


@functools.cache
def languages() -> tuple[str, ...]:
    """Two-letter codes of the languages that every language names itself.

    Three-letter codes are left out: their names are mostly the same letters in all Latin scripts.
    """
    return tuple(code for code in _common("languages") if len(code) == 2)


@functools.cache
def currencies() -> tuple[str, ...]:
    """Common currencies that every language names itself."""
    named = set(_common("currency_names"))
    return tuple(code for code in _CURRENCIES if code in named)


def _common(field: str) -> list[str]:
    """The keys of a CLDR field that every language has a word for, sorted.

    CLDR's root names nothing here, so what a language's data holds is its own and not inherited
    (``load(merge_inherited=False)`` would say the same, but leave Babel's own cache unusable).
    """
    return sorted(set.intersection(*(set(localedata.load(lang)[field]) for lang in LANGS)))
