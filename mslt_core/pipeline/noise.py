"""Both sources of error of differences between groups of runs, from what is stored of them."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.item_noise import item_variance
from mslt_core.analysis.multiple import holm
from mslt_core.analysis.paired import both_dfs, judged, mid_p_mcnemar
from mslt_core.analysis.seed_noise import SeedNoise, difference_variance, pooled_seed_noise
from mslt_core.pipeline.item_names import Block, Names, blocks_of
from mslt_core.pipeline.outcomes import BINARY, Field, averaged, influences_of
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import MIN_SEEDS, Carried, Difference, SeedPool
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]
Columns = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Noise:
    """What is known of one pair's differences, arrays of shape (n_columns,); NaN: not known."""

    score_a: Floats
    score_b: Floats
    estimate: Floats
    low: Floats
    high: Floats
    sd_items: Floats
    sd_seeds: Floats
    df: Floats
    p: Floats
    mcnemar: npt.NDArray[np.bool_]
    """Where p is of mid-p McNemar and not of Student's t."""

    def fields(self, column: int) -> dict[str, Any]:
        """One column as a `Difference` has it."""
        found: dict[str, Any] = {"estimate": float(self.estimate[column])}
        for name in ("low", "high", "sd_items", "sd_seeds", "df", "p"):
            value = float(getattr(self, name)[column])
            found[name] = None if math.isnan(value) else value
        known = "mcnemar" if self.mcnemar[column] else "t"
        return found | {"test": "none" if found["p"] is None else known}


def seed_noise_of(field: Field, weights: Floats) -> SeedNoise | None:
    """Seeds' variance of every group's mean under `weights` of shape (n_groups, n_langs).

    Groups lend each other theirs if both have one source or both several, and both were trained on
    most of the targets or neither was.
    """
    means = field.mean(weights)
    several = np.array([len(group.source_langs) > 1 for group in field.groups])
    trained_on = (weights * field.seen).sum(axis=1) > 0.5
    # a group of which one run has no score here lends nothing
    means[(np.isnan(means) & field.has_seed).any(axis=1)] = np.nan
    return pooled_seed_noise(means, several + 2 * trained_on)


class Differ:
    """Judges differences of two groups of a field, on many targets and means at once."""

    def __init__(self, store: Store, field: Field, metric: str) -> None:
        self._store, self._field, self._metric = store, field, metric
        self._items: dict[tuple[int, bytes], dict[int, npt.NDArray[np.float32]]] = {}
        self._names: dict[str, Names] = {}

    def judge(
        self,
        places: tuple[int, int],
        seeds: Columns,
        weights: tuple[Floats, Floats],
        noise: Sequence[SeedNoise | None],
    ) -> Noise:
        """The second of two groups minus the first, over seeds that both have.

        `weights` have shape (n_columns, n_langs): what is averaged, of either group; `noise` has
        the seeds' variance of all groups for every column.
        """
        one, other = (
            averaged(self._field.scores[place][seeds], weight)
            for place, weight in zip(places, weights, strict=True)
        )
        by_seed = other - one
        var_seeds, df_seeds = _over_seeds(by_seed, places, noise)
        var_items, df_items = self._over_items(places, seeds, weights, var_seeds)
        estimate = by_seed.mean(axis=1)
        found = judged(
            estimate,
            np.nan_to_num(var_items),
            np.nan_to_num(var_seeds),
            df_items=df_items,
            df_seeds=df_seeds,
        )
        known = ~np.isnan(var_items) | ~np.isnan(var_seeds)
        # between single runs on one target, each item right or wrong; a mean has no such items
        single = np.isnan(var_seeds) & (len(seeds) == 1) & ((weights[0] > 0).sum(axis=1) == 1)
        same = (weights[0] == weights[1]).all(axis=1)
        by_answer = single & same & known & (self._metric in BINARY)
        p = np.where(known, found.p, np.nan)
        for column in np.flatnonzero(by_answer).tolist():
            lang = int(np.argmax(weights[0][column]))
            a, b = (self._influences(place, seeds)[lang][0] for place in places)
            p[column] = mcnemar(b - a, estimate[column])
        return Noise(
            score_a=one.mean(axis=1),
            score_b=other.mean(axis=1),
            estimate=estimate,
            low=np.where(known, found.low, np.nan),
            high=np.where(known, found.high, np.nan),
            sd_items=np.sqrt(var_items),
            sd_seeds=np.sqrt(var_seeds),
            df=np.where(known, found.df, np.nan),
            p=p,
            mcnemar=by_answer,
        )

    def _over_items(
        self,
        places: tuple[int, int],
        seeds: Columns,
        weights: tuple[Floats, Floats],
        var_seeds: Floats,
    ) -> tuple[Floats, Floats]:
        """Variance over items and its degrees of freedom; see `item_names.blocks_of`."""
        of_a, of_b = (self._influences(place, seeds) for place in places)
        n_columns = len(var_seeds)
        total, squares = np.zeros(n_columns), np.zeros(n_columns)
        stored = np.zeros(weights[0].shape[1], dtype=np.bool_)
        for block in self._blocks(of_a, of_b):
            langs = [self._field.langs.index(lang) for lang in block.places]
            stored[langs] = True
            a, b = (
                np.stack([block.spread(self._field.langs[i], of_run[i]) for i in langs])
                for of_run in (of_a, of_b)
            )
            used = np.flatnonzero((weights[0][:, langs] > 0).any(axis=1))
            used = np.union1d(used, np.flatnonzero((weights[1][:, langs] > 0).any(axis=1)))
            difference = _weighted(weights[1][used][:, langs], b)
            difference -= _weighted(weights[0][used][:, langs], a)
            variance = item_variance(difference, np.nan_to_num(var_seeds[used]))
            total[used] += variance
            squares[used] += variance**2 / (block.n - 1)
        missing = (((weights[0] + weights[1]) > 0) & ~stored).any(axis=1)
        df = np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 1.0)
        return np.where(missing, np.nan, total), df

    def _blocks(
        self, of_a: dict[int, npt.NDArray[np.float32]], of_b: dict[int, npt.NDArray[np.float32]]
    ) -> list[Block]:
        """Of the targets whose items are stored in both groups."""
        langs = self._field.langs
        sizes = {
            langs[i]: _same_items([of_a[i][0], of_b[i][0]], langs[i]).shape[1]
            for i in sorted(of_a.keys() & of_b.keys())
        }
        return blocks_of(sizes, self._names)

    def _influences(self, place: int, seeds: Columns) -> dict[int, npt.NDArray[np.float32]]:
        """Column of a language to (n_seeds, n_items), where every seed's items are stored."""
        key = (place, seeds.tobytes())
        if key not in self._items:
            runs = {info.spec.seed: info for info in self._field.groups[place].runs}
            found = [
                influences_of(self._store, runs[self._field.seeds[i]], self._metric) for i in seeds
            ]
            for of_run in found:
                self._names |= of_run.names
            common = set.intersection(*(set(of_run) for of_run in found))
            self._items[key] = {
                i: _same_items([of_run[lang] for of_run in found], lang)
                for i, lang in enumerate(self._field.langs)
                if lang in common
            }
        return self._items[key]


def _same_items(of_runs: list[npt.NDArray[np.float32]], lang: str) -> npt.NDArray[np.float32]:
    """Stacked; runs that were scored on other test items cannot be compared."""
    sizes = sorted({len(of_run) for of_run in of_runs})
    if len(sizes) > 1:
        raise BadInputError(
            f"runs were scored on {' and on '.join(map(str, sizes))} test items of {lang}",
            hint="Compare runs that were scored on the same items.",
        )
    return np.stack(of_runs)


def _weighted(weights: Floats, influence: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(n_columns, n_seeds, n_items) of (n_columns, n_langs) and (n_langs, n_seeds, n_items)."""
    n_langs, n_seeds, n_items = influence.shape
    flat = weights.astype(np.float32) @ influence.reshape(n_langs, -1)
    return flat.reshape(len(weights), n_seeds, n_items)


def _over_seeds(
    by_seed: Floats, places: tuple[int, int], noise: Sequence[SeedNoise | None]
) -> tuple[Floats, Floats]:
    """Variance over seeds of a mean of paired differences (NaN: not known), and its df."""
    n_columns, n = by_seed.shape
    variance, df = np.full(n_columns, np.nan), np.ones(n_columns)
    if n >= MIN_SEEDS:
        variance, df = difference_variance(by_seed), np.full(n_columns, float(n - 1))
    pair = list(places)
    none = (np.nan, np.nan), (0.0, 0.0)
    lent = [none if one is None else (one.variance[pair], one.df[pair]) for one in noise]
    variances, dfs = (np.array(column) for column in zip(*lent, strict=True))
    pooled = (dfs > 0).all(axis=1)
    one, other = variances[pooled].T / n
    variance[pooled] = one + other
    df[pooled] = both_dfs(one, dfs[pooled, 0], other, dfs[pooled, 1])
    return variance, df


def mcnemar(difference: npt.NDArray[np.float32], estimate: float) -> float:
    """Of two runs with a right or a wrong answer an item: their influences differ by -1, 0 or 1
    less the difference of their scores."""
    answers = np.rint(difference + estimate)
    return float(mid_p_mcnemar(np.array((answers < 0).sum()), np.array((answers > 0).sum())))


def mean_difference(
    by_seed: Floats,
    influences: Sequence[npt.NDArray[np.float32]] | None,
    over_seeds: tuple[float, float],
    *,
    n_items: int,
) -> Difference:
    """The mean of one value a seed, with both sources of error.

    `influences` are blocks of (n_seeds, n_items) of what each test item adds to it, None where that
    is not stored; `over_seeds` is the mean's variance over seeds (NaN: not known) and its degrees
    of freedom.
    """
    var_seeds, df_seeds = over_seeds
    over_items = np.array(
        [
            (float(item_variance(block, np.nan_to_num(var_seeds))), block.shape[1] - 1)
            for block in influences or []
        ]
    ).reshape(-1, 2)
    var_items, squares = over_items[:, 0].sum(), (over_items[:, 0] ** 2 / over_items[:, 1]).sum()
    estimate = float(by_seed.mean())
    found = judged(
        np.array(estimate),
        np.array(var_items),
        np.array(np.nan_to_num(var_seeds)),
        df_items=float(var_items**2 / squares) if squares > 0 else 1.0,
        df_seeds=df_seeds,
    )
    # without any variance nothing is certain, and p is undefined
    known = not math.isnan(float(found.p)) and (bool(influences) or not math.isnan(var_seeds))
    return Difference(
        estimate=estimate,
        low=float(found.low) if known else None,
        high=float(found.high) if known else None,
        sd_items=math.sqrt(var_items) if influences else None,
        sd_seeds=None if math.isnan(var_seeds) else math.sqrt(var_seeds),
        df=float(found.df) if known else None,
        p=float(found.p) if known else None,
        test="t" if known else "none",
        n_items=n_items,
        n_seeds=len(by_seed),
    )


def corrected(family: Sequence[Difference]) -> list[Difference]:
    """With Holm's correction over those that have a p."""
    adjusted = iter(holm(np.array([d.p for d in family if d.p is not None], dtype=float)).tolist())
    return [
        d if d.p is None else dataclasses.replace(d, p_holm=float(next(adjusted))) for d in family
    ]


def own_seeds(by_seed: Floats) -> tuple[float, float]:
    """Variance over seeds of a mean by its own seeds alone, and its degrees of freedom."""
    n = len(by_seed)
    if n < MIN_SEEDS:
        return math.nan, 1.0
    return float(difference_variance(by_seed)), float(n - 1)


def pool_of(noise: SeedNoise | None, places: Sequence[int]) -> SeedPool | None:
    """What is told of the sets whose seeds were pooled; None where these had theirs alone."""
    if noise is None or not (noise.df[list(places)] > 0).all():
        return None
    return SeedPool(n_sets=noise.n_sets, n_runs=noise.n_runs, prior_df=noise.prior_df)


def carried_by(*, items: bool, seeds: bool) -> Carried:
    """What an interval carries."""
    if items and seeds:
        return "both"
    return "items" if items else "seeds" if seeds else "none"
