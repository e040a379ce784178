"""Answers of the further views of results: by number of sources, and by group of targets."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from mslt_core.spec.evidence import Carried, Difference
from mslt_core.spec.selecting import FeatureSet

GroupBy = Literal["family", "script", "english", "nearest"]
"""What puts targets together: kinship, writing, or how far they are from English or from the
nearest source of the set."""

AWAY_FROM: Mapping[GroupBy, str] = MappingProxyType(
    {"english": "English", "nearest": "the nearest source"}
)
"""What distances are from, inside a sentence."""

PLATEAU = 0.005
"""A ratio: where all later gains are surely smaller than half a point, nothing more is gained."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SizeMean:
    """All sets of one size out of a pool."""

    k: int
    sets: tuple[tuple[str, ...], ...]
    """The highest mean first."""
    means: tuple[float, ...]
    """Of every set, over its seeds and the shared targets; a ratio."""
    mean: Difference
    """Over all these sets: the estimate is the mean itself."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class BySize:
    """The mean score by number of sources, all over the same targets."""

    metric: str
    pool: tuple[str, ...]
    targets: tuple[str, ...]
    """Languages of no set."""
    seeds: tuple[int, ...]
    sizes: tuple[SizeMean, ...]
    """The smallest first."""
    gains: tuple[Difference, ...]
    """Of each size over the one before it: one fewer than sizes."""
    plateau: int | None
    """The smallest size after which every gain surely stays below half a point; None: none."""
    carried: Carried

    @property
    def english(self) -> float | None:
        """The score of English alone; None where it was not trained."""
        for size in self.sizes:
            if ("en",) in size.sets:
                return size.means[size.sets.index(("en",))]
        return None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScriptMean:
    """The sets of one size whose languages are written in so many scripts."""

    n_scripts: int
    n_sets: int
    n_targets: int
    """That none of the sweep's sets trained on."""
    mean: Difference
    gain: Difference | None
    """Over the sets with the fewest scripts; None for these."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetGroup:
    """Some zero-shot targets, and what is gained on them on average."""

    name: str
    langs: tuple[str, ...]
    """The largest gain first."""
    gains: tuple[float, ...]
    mean: Difference
    nearest: float | None = None
    """Of the targets' distances, where they were put together by distance."""
    farthest: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trend:
    """How the gain goes with the distance, over targets."""

    slope: float
    """The gain's change, a ratio, for a distance larger by 1; the median over pairs of targets."""
    low: float
    """95 % interval over targets."""
    high: float
    tau: float
    """Kendall's rank correlation."""
    p: float
    """Two-sided."""
    n: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class ByGroup:
    """One set minus the baseline, by group of targets."""

    metric: str
    name_a: str
    name_b: str
    by: GroupBy
    features: FeatureSet | None
    """What distances are in; None for family and script."""
    groups: tuple[TargetGroup, ...]
    """The largest gain first; by distance the closest first."""
    trend: Trend | None
    """None without distances, or where fewer than five targets have one."""
    without: tuple[str, ...]
    """Targets without a distance, which are in no group."""
    carried: Carried
    n_seeds: int

    @property
    def away_from(self) -> str:
        """What distances are from, inside a sentence; empty where there are none."""
        return AWAY_FROM.get(self.by, "")

    @property
    def by_distance(self) -> bool:
        """Whether the groups are thirds of the targets by distance."""
        return self.features is not None
