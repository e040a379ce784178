"""Imported results compared with each other, and with runs made here of the same experiment."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.item_noise import item_variance, ratio_influence
from mslt_core.analysis.paired import judged
from mslt_core.analysis.seed_noise import difference_variance
from mslt_core.pipeline.comparing import corrected, gains
from mslt_core.pipeline.noise import carried_by, mcnemar
from mslt_core.pipeline.outcomes import BINARY, influences_of, scores_of
from mslt_core.pipeline.outside import OutsideGroup
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import IMPORTED_MARK, MIN_SEEDS
from mslt_core.spec.outside import OutsideInfo
from mslt_core.spec.results import GainResult, RunGroup, RunInfo, TargetGain
from mslt_core.store import Store

Group = OutsideGroup | RunGroup
Info = OutsideInfo | RunInfo
Pairs = Sequence[tuple[Info, Info]]
Influence = npt.NDArray[np.float32]

BY_ITEM = frozenset({"accuracy", "item_accuracy", "exact_match"})
"""Scores that n_correct and n_tokens of every item give again."""
SAME_SCORE = 1e-6  # the digits that files carry


def shown_name(group: Group) -> str:
    """The name with a mark where it is of an imported result."""
    return f"{group.name}{IMPORTED_MARK}" if isinstance(group, OutsideGroup) else group.name


def outside_gains(
    store: Store,
    a: Group,
    b: Group,
    metric: str,
    *,
    mean_over: Sequence[str] | None = None,
    pool: Sequence[RunGroup] = (),
) -> GainResult:
    """Group `b` minus group `a` on every target that both are scored on by `metric`.

    Either may be imported. An imported result is compared with runs made here if it was imported
    under the name of their experiment. Seeds that both have are paired. From three of them on the
    interval carries the seeds; where outcomes on the items are known it carries the items too,
    paired if both were imported with the same items, else as if each had items of its own, which
    makes it longer. Two groups of runs made here are compared by `gains`, with its `pool`.
    BadInputError where they cannot be compared.
    """
    if isinstance(a, RunGroup) and isinstance(b, RunGroup):
        return gains(store, a, b, metric, mean_over=mean_over, pool=pool)
    pairs = _pairs(a, b)
    langs = _langs(store, pairs, metric)
    _require_same_number(store, pairs, langs)
    scores = np.array([[_scores(store, i, metric, langs) for i in pair] for pair in pairs])
    found = _Blocks(store, pairs, metric, langs)
    seen = {*a.seen_langs, *b.seen_langs}
    rows = [
        _gain(scores, found, np.eye(len(langs))[i], lang=lang, trained_on=lang in seen)
        for i, lang in enumerate(langs)
    ]
    unseen = [lang not in seen and (mean_over is None or lang in mean_over) for lang in langs]
    mean = None
    if any(unseen):
        mean = _gain(scores, found, np.array(unseen) / sum(unseen), lang="", trained_on=False)
    told = [*rows, *([mean] if mean else [])]
    return GainResult(
        metric=metric,
        name_a=shown_name(a),
        name_b=shown_name(b),
        gains=corrected(rows),
        mean=mean,
        zero_shot=tuple(lang for lang, free in zip(langs, unseen, strict=True) if free),
        interval=carried_by(
            items=all(row.sd_items is not None for row in told),
            seeds=all(row.sd_seeds is not None for row in told),
        ),
    )


def shared_targets(store: Store, groups: Sequence[Group], metric: str) -> tuple[str, ...]:
    """Targets that all groups have a score on and none trained on."""
    runs = [info for group in groups for info in infos(group)]
    seen = {lang for group in groups for lang in group.seen_langs}
    return tuple(lang for lang in _common(store, runs, metric) if lang not in seen)


def infos(group: Group) -> tuple[Info, ...]:
    """Its results, by seed."""
    return group.results if isinstance(group, OutsideGroup) else group.runs


class _Blocks:
    """Influences of the items on every target, where every result's outcomes are known."""

    def __init__(self, store: Store, pairs: Pairs, metric: str, langs: Sequence[str]) -> None:
        self.paired = [_same_items(pairs, lang) for lang in langs]
        self.of: list[tuple[Influence, Influence] | None] = []
        for lang in langs:
            of_a, of_b = (
                [_influence(store, pair[side], lang, metric) for pair in pairs] for side in (0, 1)
            )
            self.of.append(_stacked(of_a, of_b))
        self.binary = metric in BINARY
        self._sizes = [_size(store, pairs, lang) for lang in langs]

    def n_items(self, weights: npt.NDArray[np.float64]) -> int | None:
        """Of all targets in a mean; None where a number is not known."""
        sizes = [self._sizes[i] for i in np.flatnonzero(weights)]
        known = [n for n in sizes if n is not None]
        return sum(known) if len(known) == len(sizes) else None

    def variance(self, weights: npt.NDArray[np.float64], var_seeds: float) -> tuple[float, float]:
        """Variance over items of a weighted mean and its degrees of freedom; NaN: not known.

        Targets with equally many items are joined item by item, as for runs made here.
        """
        used = np.flatnonzero(weights)
        if any(self.of[i] is None for i in used):
            return float("nan"), 1.0
        joined: dict[tuple[int, str], npt.NDArray[np.float64]] = {}
        for i in used.tolist():
            of_a, of_b = self.of[i]  # type: ignore[misc]  # none of them is None
            n = of_a.shape[1]
            parts = {"both": of_b - of_a} if self.paired[i] else {"a": of_a, "b": of_b}
            for name, part in parts.items():
                block = joined.setdefault((n, name), np.zeros(part.shape))
                block += weights[i] * part
        variances = [float(item_variance(block, var_seeds)) for block in joined.values()]
        total = sum(variances)
        spread = sum(v**2 / (n - 1) for v, (n, _) in zip(variances, joined, strict=True))
        return total, total**2 / spread if spread else 1.0

    def mcnemar(self, weights: npt.NDArray[np.float64], estimate: float) -> float | None:
        """p of two single results with one answer an item, on one target; None elsewhere."""
        used = np.flatnonzero(weights)
        found = self.of[int(used[0])]
        if len(used) > 1 or found is None or not self.binary or not self.paired[int(used[0])]:
            return None
        return mcnemar(found[1][0] - found[0][0], estimate) if len(found[0]) == 1 else None


def _gain(
    scores: npt.NDArray[np.float64],
    blocks: _Blocks,
    weights: npt.NDArray[np.float64],
    *,
    lang: str,
    trained_on: bool,
) -> TargetGain:
    """One target's difference, or a mean's; `scores` is (n_seeds, 2, n_langs)."""
    means = scores @ weights
    by_seed = means[:, 1] - means[:, 0]
    n, estimate = len(by_seed), float(by_seed.mean())
    seeds_known = n >= MIN_SEEDS
    var_seeds = float(difference_variance(by_seed)) if seeds_known else 0.0
    var_items, df_items = blocks.variance(weights, var_seeds)
    items_known = not np.isnan(var_items)
    fields: dict[str, float | None] = dict.fromkeys(("low", "high", "df", "p"))
    test: Literal["t", "mcnemar", "none"] = "none"
    if seeds_known or items_known:
        found = judged(
            np.array(estimate),
            np.array(var_items if items_known else 0.0),
            np.array(var_seeds),
            df_items=df_items,
            df_seeds=float(max(n - 1, 1)),
        )
        # without any variance there is neither interval nor p
        fields = {name: _or_none(float(getattr(found, name))) for name in fields}
        test = "none" if fields["p"] is None else "t"
        exact = blocks.mcnemar(weights, estimate) if not seeds_known else None
        if exact is not None:
            fields["p"], test = exact, "mcnemar"
    score_a, score_b = means.mean(axis=0).tolist()
    return TargetGain(
        estimate=estimate,
        sd_items=float(np.sqrt(var_items)) if items_known else None,
        sd_seeds=float(np.sqrt(var_seeds)) if seeds_known else None,
        test=test,
        n_items=blocks.n_items(weights),
        n_seeds=n,
        lang=lang,
        score_a=score_a,
        score_b=score_b,
        trained_on=trained_on,
        majority_accuracy=None,
        **fields,
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _pairs(a: Group, b: Group) -> list[tuple[Info, Info]]:
    """Results with a common seed, refused where nobody said that the groups are comparable."""
    if a.experiment != b.experiment:
        both = isinstance(a, OutsideGroup) and isinstance(b, OutsideGroup)
        raise BadInputError(
            f"{a.name} and {b.name} "
            + ("were imported under different experiments" if both else "are of two experiments"),
            hint="Import under one experiment what was trained and tested alike.",
        )
    of_a = {info.spec.seed: info for info in infos(a)}
    pairs = [(of_a[i.spec.seed], i) for i in infos(b) if i.spec.seed in of_a]
    if not pairs:
        raise BadInputError(
            f"{a.name} and {b.name} have no seed in common",
            hint="Results are paired by their seeds: import one under a seed of the other.",
        )
    return pairs


def _langs(store: Store, pairs: Pairs, metric: str) -> list[str]:
    langs = _common(store, [info for pair in pairs for info in pair], metric)
    if not langs:
        raise BadInputError(f"there is no target that both have a score by {metric} on")
    return langs


def _common(store: Store, runs: Sequence[Info], metric: str) -> list[str]:
    found = [
        {k for k, v in _by_lang(store, info, metric).items() if v is not None} for info in runs
    ]
    return sorted(set.intersection(*found)) if found else []


def _by_lang(store: Store, info: Info, metric: str) -> Mapping[str, float | None]:
    if isinstance(info, OutsideInfo):
        return {lang: of.scores.get(metric) for lang, of in info.targets.items()}
    return {lang: getattr(of, metric) for lang, of in scores_of(store, info).items()}


def _scores(store: Store, info: Info, metric: str, langs: Sequence[str]) -> list[float]:
    found = _by_lang(store, info, metric)
    return [float(found[lang] or 0.0) for lang in langs]


def _n_items(store: Store, info: Info, lang: str) -> int | None:
    if isinstance(info, OutsideInfo):
        return info.targets[lang].n_items
    return scores_of(store, info)[lang].n_items


def _size(store: Store, pairs: Pairs, lang: str) -> int | None:
    """The number of items that any of them states."""
    told = (_n_items(store, info, lang) for pair in pairs for info in pair)
    return next((n for n in told if n is not None), None)


def _require_same_number(store: Store, pairs: Pairs, langs: Sequence[str]) -> None:
    for lang in langs:
        told = {n for pair in pairs for i in pair if (n := _n_items(store, i, lang)) is not None}
        if len(told) > 1:
            counts = " and on ".join(map(str, sorted(told)))
            raise BadInputError(
                f"they were scored on {counts} test items of {lang}",
                hint="Compare results that were scored on the same items.",
            )


def _same_items(pairs: Pairs, lang: str) -> bool:
    """Whether all are known to be outcomes of the same items in the same order."""
    everything = [info for pair in pairs for info in pair]
    if any(isinstance(info, OutsideInfo) for info in everything):
        named = {
            info.targets[lang].items if isinstance(info, OutsideInfo) else "" for info in everything
        }
        return len(named) == 1 and named != {""}
    return True


def _influence(store: Store, info: Info, lang: str, metric: str) -> Influence | None:
    if isinstance(info, RunInfo):
        return influences_of(store, info, metric).get(lang)
    counts = store.outside.outcomes(info.result, lang) if metric in BY_ITEM else None
    if counts is None or len(counts["n_tokens"]) < 2 or not counts["n_tokens"].sum():
        return None
    right, of = counts["n_correct"], counts["n_tokens"]
    # a file may hold several scores, and the outcomes are of one
    if abs(float(right.sum()) / float(of.sum()) - info.targets[lang].scores[metric]) > SAME_SCORE:
        return None
    return ratio_influence(right, of)


def _stacked(
    of_a: Sequence[Influence | None], of_b: Sequence[Influence | None]
) -> tuple[Influence, Influence] | None:
    """(n_seeds, n_items) of each, where all are known and alike in number."""
    known = [x for x in (*of_a, *of_b) if x is not None]
    if len(known) < len(of_a) + len(of_b) or len({len(x) for x in known}) > 1:
        return None
    n = len(of_a)
    return np.stack(known[:n]), np.stack(known[n:])
