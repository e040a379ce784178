"""What the WebGL view is given."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.figures.markers import Category
from mslt_core.spec.languages import Direction
from pages._shared.scatter.checks import check

Seen = frozenset[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageLook:
    """A language and how its points look in every panel."""

    code: str
    label: str
    colour: str
    outline: str
    symbol: str
    """One of `figures.markers.SHAPES`."""
    direction: Direction = "ltr"
    font: str = ""
    """CSS font family of its sentences; the page's own where empty."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One square of points, mostly a checkpoint; points are the same rows in every panel."""

    name: str
    coords: tuple[npt.NDArray[np.float32], ...]
    """One a frame, each (n_points, 2)."""
    colour: str = ""
    """The checkpoint's colour, shown beside its name."""
    below: tuple[str, ...] = ()
    """A line under the name: none, one for all frames, or one a frame."""
    seen: tuple[Seen, ...] = (frozenset(),)
    """Codes of the languages trained on, drawn filled: once for all frames, or one a frame."""
    neighbours: tuple[npt.NDArray[np.integer], ...] = ()
    """Rows of each point's nearest others in the original space, nearest first, (n_points, k):
    none, one for all frames, or one a frame. The point itself is not among them."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class ScatterView:
    """Everything that is shown; checked when made."""

    panels: tuple[Panel, ...]
    """1 to 4."""
    ids: tuple[str, ...]
    """The sentences."""
    languages: tuple[LanguageLook, ...]
    """At most 256."""
    lang_index: npt.NDArray[np.integer]
    """(n_points,) places in `languages`."""
    sentence_index: npt.NDArray[np.integer]
    """(n_points,) places in `ids`; points of one sentence are translations of each other."""
    texts: Mapping[str, Sequence[str]]
    """Per language code the sentences, in the order of `ids`."""
    alt: str
    """The whole picture in words."""
    frames: tuple[str, ...] = ("",)
    """Names of the states that every panel goes through: layers, steps, or checkpoints."""
    frame_noun: str = "Frame"
    """What a frame is, for the slider: Layer, Step, Checkpoint."""
    start: int = 0
    """The frame that is shown first."""
    legend: tuple[str, ...] = ()
    """Language codes in the legend's order; the order of `languages` where empty."""
    hidden: frozenset[str] = frozenset()
    """Codes of languages that the page leaves out, whatever the legend says."""
    category: Category | None = None
    """Colours points where given; languages then only tell by filled and outlined."""
    height: int = 520
    """The most that a panel is high, in pixels; it is square where there is room for less."""

    def __post_init__(self) -> None:
        check(self)

    @property
    def n_points(self) -> int:
        """Points in one panel."""
        return len(self.lang_index)
