"""How much text of each language the base models were pretrained on, as published.

`pretraining.tsv` beside this file holds the figures of every language of the registry: ``0`` for
a language that the model never saw, ``-`` where no figure is published. Their sources:

- ``xlmr_gib``, ``xlmr_tokens``: CC-100, Table 6 of Conneau et al. (2020), Unsupervised
  Cross-lingual Representation Learning at Scale, ACL (arXiv 1911.02116); uk and sv corrected by
  its authors.
- ``mt5``: mC4, Table 6 of Xue et al. (2021), mT5: A massively multilingual pre-trained
  text-to-text transformer, NAACL (arXiv 2010.11934).
- ``mbert``: uncompressed sizes of Wikipedias with the languages that mBERT has.
- These by way of github.com/mayhewsw/multilingual-data-stats at f91a379.
- ``bloom``: ROOTS, Laurençon et al. (2022), NeurIPS; the larger languages only. de, et, ht, it, ja,
  ko, my, qu, ru, th and tr are known not to be in it; any other is unknown.

Parts of a language are added up where they are one language in usual writing: Chinese in
simplified and in traditional characters (CC-100, ROOTS), Burmese in Unicode and in Zawgyi (two rows
of CC-100). Romanised text (Hindi in CC-100, Japanese in mC4 ...) is left out: it is another script,
and at most a tenth of a language's GiB in CC-100.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mslt_core.spec.languages import label, language
from mslt_core.spec.selecting import PretrainingFigures

NO_SPACES = frozenset({"ja", "km", "lo", "my", "th", "zh"})
"""Languages written without spaces between words, of those that XLM-R or mT5 saw."""

_UNITS: Mapping[PretrainingFigures, str] = MappingProxyType(
    {
        "xlmr_gib": "GiB",
        "xlmr_tokens": "million tokens",
        "mbert": "bytes",
        "mt5": "billion tokens",
        "bloom": "bytes",
    }
)
_XLMR = "CC-100 for XLM-R: Conneau et al. 2020, Table 6; uk and sv corrected by its authors"
_SOURCES: Mapping[PretrainingFigures, str] = MappingProxyType(
    {
        "xlmr_gib": _XLMR,
        "xlmr_tokens": _XLMR,
        "mbert": "Wikipedia, uncompressed, for mBERT: mayhewsw/multilingual-data-stats at f91a379",
        "mt5": "mC4 for mT5: Xue et al. 2021, Table 6",
        "bloom": "ROOTS for BLOOM: Laurençon et al. 2022, the larger languages",
    }
)


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Published pretraining sizes of some languages."""

    values: dict[str, float | None]
    """By language: None where no size is published, 0 where the model never saw the language."""
    unit: str
    source: str
    never_seen: tuple[str, ...]
    caveats: tuple[str, ...]
    """What to mind about the figures of just these languages, as sentences."""


def sizes(figures: PretrainingFigures, langs: Sequence[str]) -> Sizes:
    """Published sizes of the base model's pretraining text in each language.

    Parameters
    ----------
    figures : {"xlmr_gib", "xlmr_tokens", "mbert", "mt5", "bloom"}
        Which base model, and for XLM-R which of its two figures.
    langs : sequence of str
        Languages.

    Returns
    -------
    Sizes
        Values in the order of `langs`, at least 0, in GiB, in 10^6 (XLM-R) or 10^9 (mT5) tokens,
        or in bytes. What the corpus holds: XLM-R, mBERT and mT5 drew small languages from it
        more often than in proportion.

    Examples
    --------
    >>> sizes("xlmr_gib", ["en", "ak"]).values
    {'en': 300.8, 'ak': 0.0}
    """
    table = _table()
    values = {lang: table[language(lang).code][figures] for lang in langs}
    return Sizes(
        values=values,
        unit=_UNITS[figures],
        source=_SOURCES[figures],
        never_seen=tuple(lang for lang, size in values.items() if size == 0),
        caveats=tuple(_caveats(figures, values)),
    )


def _caveats(figures: PretrainingFigures, values: Mapping[str, float | None]) -> list[str]:
    """What to mind about these figures of these languages."""
    found = []
    uncounted = [lang for lang, size in values.items() if lang in NO_SPACES and size]
    if figures == "xlmr_tokens" and uncounted:
        found.append(
            f"Tokens were counted at spaces, so they are meaningless for {_list(uncounted)}, "
            "written without spaces between words."
        )
    if figures == "mt5" and uncounted:
        found.append(
            f"Token counts of {_list(uncounted)}, written without spaces between words, "
            "cannot be compared with those of other languages."
        )
    if figures == "mbert":
        found.append("Wikipedias are larger than they were when mBERT was trained, in 2018.")
    if figures == "mbert" and "mn" in values:
        found.append(
            "Mongolian (mn) counts as seen: by Google's list it is in the cased model, and not in "
            "the uncased one; the source of the sizes marks it as not in mBERT."
        )
    if unknown := [lang for lang, size in values.items() if size is None]:
        found.append(f"No size is published here for {_list(unknown)}.")
    return found


def _list(langs: Sequence[str]) -> str:
    return ", ".join(map(label, langs))


@functools.cache
def _table() -> dict[str, dict[str, float | None]]:
    """The figures of every language of the registry."""
    text = Path(__file__).with_name("pretraining.tsv").read_text(encoding="utf-8")
    (_, *columns), *rows = [line.split("\t") for line in text.splitlines()]
    return {
        lang: {
            column: None if cell == "-" else float(cell)
            for column, cell in zip(columns, cells, strict=True)
        }
        for lang, *cells in rows
    }
