"""How a language's marker looks: a hue for its group, a shape within it."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.languages import LANGUAGES

Grouping = Literal["family", "script", "language"]
"""What gets a hue: a family, a script, or every language by itself."""

# Okabe-Ito without black. Yellow comes last: on white it needs a darker outline.
HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
YELLOW_OUTLINE = "#8F8400"
SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "star", "triangle-down", "hexagon")
SHAPES_PER_HUE = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageStyle:
    """How a language's marker looks in every panel."""

    colour: str
    outline: str
    """The colour to draw it in where it is not filled; darker than a pale `colour`."""
    symbol: str


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Category:
    """Colours by something else than the language, such as clusters."""

    names: tuple[str, ...]
    colours: tuple[str, ...]
    codes: tuple[npt.NDArray[np.uint8], ...]
    """(n_points,) places in `names`: once for all panels, or one a panel."""

    def of_panel(self, panel: int) -> npt.NDArray[np.uint8]:
        """The codes that hold in a panel."""
        return self.codes[panel if len(self.codes) > 1 else 0]


def language_order(langs: Sequence[str], group: Grouping = "family") -> list[str]:
    """Languages of one group side by side, the largest group first."""
    groups = _groups(langs, group)
    return [lang for members in groups for lang in members]


def language_styles(langs: Sequence[str], group: Grouping = "family") -> dict[str, LanguageStyle]:
    """A hue for each group of languages and a shape within it: 7 x 3 before any shape repeats.

    Groups of more than three take several hues; where the hues run out, small groups share one.
    """
    members: list[list[str]] = [[] for _ in HUES]
    threes = [
        languages[i : i + SHAPES_PER_HUE]
        for languages in _groups(langs, group)
        for i in range(0, len(languages), SHAPES_PER_HUE)
    ]
    for three in sorted(threes, key=len, reverse=True):
        min(members, key=len).extend(three)
    return {
        lang: LanguageStyle(
            colour=hue,
            outline=YELLOW_OUTLINE if hue == "#F0E442" else hue,
            symbol=SHAPES[i % len(SHAPES)],
        )
        for hue, sharing in zip(HUES, members, strict=True)
        for i, lang in enumerate(sharing)
    }


def _groups(langs: Sequence[str], group: Grouping) -> list[list[str]]:
    """Languages by what shares a hue, large groups first, equal ones by name."""
    field = "code" if group == "language" else group
    groups: dict[str, list[str]] = {}
    for lang in sorted(langs, key=lambda lang: (LANGUAGES[lang].script != "Latn", lang)):
        groups.setdefault(getattr(LANGUAGES[lang], field), []).append(lang)
    return [groups[name] for name in sorted(groups, key=lambda name: (-len(groups[name]), name))]
