"""Scores and single items' outcomes of many runs as arrays, read once a process."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.item_noise import item_covariance, macro_f1_influence, ratio_influence
from mslt_core.pipeline.item_names import ITEM, Names, blocks_of
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.results import RunGroup, RunInfo, TargetScores
from mslt_core.store import Arrays, Store


class Influences(dict[str, npt.NDArray[np.float32]]):
    """Target to what each of its items adds to a run's score."""

    def __init__(
        self, found: Mapping[str, npt.NDArray[np.float32]], names: Mapping[str, Names]
    ) -> None:
        super().__init__(found)
        self.names = names
        """Target to the names of its items, where they are stored."""


BINARY = frozenset({"item_accuracy", "exact_match"})
"""Scores with one right or wrong answer an item."""


@dataclasses.dataclass(frozen=True)
class _Asked:
    """A run as it was when its files were read; a run that is done again has another stamp."""

    root: str
    run: str
    stamp: str
    store: Store = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """The scores of several groups of one experiment, by one metric."""

    groups: tuple[RunGroup, ...]
    seeds: tuple[int, ...]
    langs: tuple[str, ...]
    scores: npt.NDArray[np.float64]
    """(n_groups, n_seeds, n_langs); NaN where a group lacks the seed or its score is undefined."""
    has_seed: npt.NDArray[np.bool_]
    """(n_groups, n_seeds)."""
    seen: npt.NDArray[np.bool_]
    """(n_groups, n_langs): trained on."""

    @property
    def defined(self) -> npt.NDArray[np.bool_]:
        """(n_groups, n_langs): where every run of the group has a score."""
        missing = np.isnan(self.scores) & self.has_seed[:, :, None]
        return ~np.any(missing, axis=1)

    def named(self, mask: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """The targets of a mask of shape (n_langs,)."""
        return tuple(self.langs[i] for i in np.flatnonzero(mask))

    def place(self, group: RunGroup) -> int:
        """The group's row."""
        return next(i for i, one in enumerate(self.groups) if one.key == group.key)

    def own_means(self) -> npt.NDArray[np.float64]:
        """(n_groups, n_langs): weights of the paper's average, each group's own unseen targets."""
        used = ~self.seen & self.defined
        weights: npt.NDArray[np.float64] = used / np.maximum(used.sum(axis=1, keepdims=True), 1)
        return weights

    def mean(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """(n, n_seeds): scores of the first n groups, averaged with weights (n, n_langs)."""
        shares, first = weights[:, None, :], slice(len(weights))
        # an undefined score that is not asked for must not make the mean undefined
        used = shares * np.where(shares > 0, self.scores[first], 0.0)
        return np.where(self.has_seed[first], used.sum(axis=2), np.nan)


def averaged(
    scores: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(n_columns, n_seeds) of (n_seeds, n_langs); undefined scores that have no weight are no
    matter."""
    used = (weights > 0).any(axis=0)
    means: npt.NDArray[np.float64] = weights[:, used] @ scores[:, used].T
    return means


def scored(store: Store, groups: Sequence[RunGroup], metric: str) -> Field:
    """The groups' scores on every target that any of them has."""
    unique = tuple({group.key: group for group in groups}.values())
    found = [[scores_of(store, info) for info in group.runs] for group in unique]
    seeds = tuple(sorted({info.spec.seed for group in unique for info in group.runs}))
    langs = tuple(sorted({lang for group in found for scores in group for lang in scores}))
    scores = np.full((len(unique), len(seeds), len(langs)), np.nan)
    has_seed = np.zeros((len(unique), len(seeds)), dtype=np.bool_)
    for row, (group, of_group) in enumerate(zip(unique, found, strict=True)):
        for info, of_run in zip(group.runs, of_group, strict=True):
            column = seeds.index(info.spec.seed)
            has_seed[row, column] = True
            # None becomes NaN
            scores[row, column] = [getattr(of_run.get(lang), metric, None) for lang in langs]
    seen = np.array([[lang in group.seen_langs for lang in langs] for group in unique])
    return Field(
        groups=unique, seeds=seeds, langs=langs, scores=scores, has_seed=has_seed, seen=seen
    )


def scores_of(store: Store, info: RunInfo) -> Mapping[str, TargetScores]:
    """The scores of a finished run by target."""
    return _scores(_asked(store, info))


@functools.lru_cache(maxsize=1 << 14)  # 2 kB a run of 15 targets
def _scores(asked: _Asked) -> Mapping[str, TargetScores]:
    return asked.store.runs.outcome(asked.run, rows=False)["scores"]


def influences_of(
    store: Store, info: RunInfo, metric: str, langs: Sequence[str] | None = None
) -> Influences:
    """What each test item adds to a run's score, of targets whose outcomes are stored.

    Of `langs` alone, where they are given: a target is a file, and most means are over a few.
    """
    known = _influences(_asked(store, info), metric)
    wanted = info.spec.target_langs if langs is None else langs
    if fresh := [lang for lang in wanted if lang not in known]:
        stored = store.runs.all_predictions(info.run, fresh)
        known |= {
            lang: _Known.of(stored[lang], metric) if lang in stored else _Known() for lang in fresh
        }
    found = {lang: known[lang] for lang in wanted}
    return Influences(
        {lang: one.influence for lang, one in found.items() if one.influence is not None},
        {lang: one.names for lang, one in found.items() if one.names is not None},
    )


@dataclasses.dataclass(frozen=True)
class _Known:
    """What is stored of a run's items on one target."""

    influence: npt.NDArray[np.float32] | None = None
    """None where what the score is made of was not stored, or where it is undefined."""
    names: Names | None = None

    @classmethod
    def of(cls, arrays: Arrays, metric: str) -> "_Known":
        return cls(_influence(arrays, metric), arrays.get(ITEM))


@functools.lru_cache(maxsize=2048)  # 1,000 items in 24 languages are 100 kB a run
def _influences(
    asked: _Asked,  # noqa: ARG001
    metric: str,  # noqa: ARG001
) -> dict[str, _Known]:
    """What was read of the run so far, filled by `influences_of`."""
    return {}


def _influence(arrays: Arrays, metric: str) -> npt.NDArray[np.float32] | None:
    if metric == "macro_f1":
        if not {"predicted", "gold"} <= arrays.keys():
            return None
        return macro_f1_influence(arrays["predicted"], arrays["gold"])
    if metric == "span_f1":
        if not {"true_positives", "n_predicted", "n_gold"} <= arrays.keys():
            return None
        # counts are stored in single bytes, and these sums may not fit
        above = 2 * arrays["true_positives"].astype(np.int64)
        below = arrays["n_predicted"].astype(np.int64) + arrays["n_gold"]
    else:
        name = {"answer_f1": "answer_f1", "exact_match": "n_exact"}.get(metric, "n_correct")
        if name not in arrays:
            return None
        above, below = arrays[name], arrays["n_tokens"]
    return ratio_influence(above, below) if below.sum() > 0 and len(below) > 1 else None


def _asked(store: Store, info: RunInfo) -> _Asked:
    return _Asked(str(store.root), info.run, store.runs.scored_stamp(info.run), store)


def weighted_blocks(
    of_runs: Sequence[Influences], weights: Sequence[Mapping[str, float]]
) -> list[npt.NDArray[np.float32]] | None:
    """Influences on weighted means over targets, in blocks of targets that are joined.

    Parameters and result go run by run: each block is (n_runs, n_items). Targets of one block are
    joined item by item (see `item_names.blocks_of`); different blocks are taken as independent.
    None where a run lacks a target that its weights name.
    """
    sizes: dict[str, int] = {}
    names: dict[str, Names] = {}
    for of_run, weight in zip(of_runs, weights, strict=True):
        for lang in weight:
            if lang not in of_run:
                return None
            n = sizes.setdefault(lang, len(of_run[lang]))
            if n != len(of_run[lang]):
                raise BadInputError(
                    f"runs were scored on {n} and on {len(of_run[lang])} test items of {lang}",
                    hint="Compare runs that were scored on the same items.",
                )
        names |= of_run.names
    found = []
    for block in blocks_of(sizes, names):
        joined = np.zeros((len(of_runs), block.n), dtype=np.float32)
        for row, (of_run, weight) in enumerate(zip(of_runs, weights, strict=True)):
            # in the weights' order: in float32 a sum's last digits depend on it
            for lang in [lang for lang in weight if lang in block.places]:
                joined[row] += np.float32(weight[lang]) * block.spread(lang, of_run[lang])
        found.append(joined)
    return found


@dataclasses.dataclass(frozen=True, kw_only=True)
class OverItems:
    """How far several sets' means hang on the test items; covariances are (n_sets, n_sets)."""

    apart: npt.NDArray[np.float64]
    """Beside what seeds bring."""
    whole: npt.NDArray[np.float64]
    """All of it, of means over the seeds."""
    df: float


def over_items(
    store: Store,
    runs: Sequence[Sequence[RunInfo]],
    shares: Sequence[Mapping[str, float]],
    metric: str,
) -> OverItems | None:
    """Covariance of the sets' means over items; None where outcomes are not stored.

    `runs` has a row a set with its seeds, `shares` each set's targets with their weights.
    """
    n_seeds = len(runs[0])
    blocks = weighted_blocks(
        [
            influences_of(store, run, metric, tuple(share))
            for of_set, share in zip(runs, shares, strict=True)
            for run in of_set
        ],
        [share for share in shares for _ in range(n_seeds)],
    )
    if blocks is None:
        return None
    of_sets = [block.reshape((len(runs), n_seeds, -1)) for block in blocks]
    over_seeds = [block.mean(axis=1, keepdims=True) for block in of_sets]
    return OverItems(
        apart=np.sum([item_covariance(block) for block in of_sets], axis=0),
        whole=np.sum([item_covariance(block) for block in over_seeds], axis=0),
        df=float(min(block.shape[1] for block in blocks) - 1),
    )
