"""The usual case: languages as in every figure, rows one language after the other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.figures import Grouping, markers
from mslt_core.spec.languages import LANGUAGES, label
from pages._shared.scatter.contract import LanguageLook

_NOTO = {
    "Arab": "Noto Sans Arabic",
    "Hebr": "Noto Sans Hebrew",
    "Deva": "Noto Sans Devanagari",
    "Beng": "Noto Sans Bengali",
    "Thai": "Noto Sans Thai",
    "Hans": "Noto Sans CJK SC",
    "Hant": "Noto Sans CJK TC",
    "Jpan": "Noto Sans CJK JP",
    "Kore": "Noto Sans CJK KR",
}
"""Fonts by script, tried before the page's own: Chinese, Japanese and Korean share characters."""


def language_looks(langs: Sequence[str], group: Grouping = "family") -> tuple[LanguageLook, ...]:
    """The languages in the order of `langs`, with the markers that they have in every figure."""
    styles = markers.language_styles(langs, group)
    return tuple(
        LanguageLook(
            code=lang,
            label=label(lang),
            colour=styles[lang].colour,
            outline=styles[lang].outline,
            symbol=styles[lang].symbol,
            direction=LANGUAGES[lang].direction,
            font=_NOTO.get(LANGUAGES[lang].script, ""),
        )
        for lang in langs
    )


def rows_of(
    n_langs: int, n_sentences: int
) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]:
    """`lang_index` and `sentence_index` of maps whose languages come one after the other."""
    langs = np.repeat(np.arange(n_langs), n_sentences)
    return langs, np.tile(np.arange(n_sentences), n_langs)
