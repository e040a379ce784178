"""What the intervals of differences carry, and of which sets that is so."""

from collections.abc import Callable, Sequence

from mslt_core.pipeline.noise import carried_by
from mslt_core.spec.evidence import Carried, Difference
from mslt_core.spec.results import GainResult
from pages._shared.messages import escape

INTERVALS: dict[Carried, str] = {
    "both": "Intervals: 95 %, Student's t; test items and seeds are both samples, and both are "
    "in them.",
    "seeds": "Intervals: 95 % Student's t over the seeds, which are paired; outcomes of single "
    "test items are not stored, so the items' noise is in none of them.",
    "items": "Fewer than three seeds, so intervals (95 %, paired test items) and p carry the "
    "items' sampling only. Another seed may move every point further than that.",
    "none": "Fewer than three seeds, and no outcomes of single test items: no interval.",
}
PARTS: dict[Carried, str] = {
    "both": "test items and seeds",
    "seeds": "the seeds' noise alone",
    "items": "the items' sampling alone",
    "none": "nothing",
}


def intervals_told(results: Sequence[GainResult]) -> str:
    """What the intervals carry, whose seeds stand behind them, and what is called a difference.

    Each kind of interval is told once, and of which sets it is where there are several kinds.
    """
    told = [*_each(results, _carrying), *_leaning(results), *_each(results, _apart)]
    if any(gain.p_holm is not None for result in results for gain in result.gains):
        told.append("Bold, and counted as beyond the noise: 5 % after Holm's correction.")
    return " ".join(filter(None, told))


def _each(results: Sequence[GainResult], tell: Callable[[GainResult], str]) -> list[str]:
    """What is told of every result, once; with the names of its sets where it is not of all."""
    sets: dict[str, list[str]] = {}
    for result in results:
        sets.setdefault(tell(result), []).append(escape(result.name_b))
    if len(sets) == 1:
        return [*sets]
    short = {told: told.removeprefix("Intervals: ") for told in sets if told}
    return [
        f"{' and '.join(sets[told])}: {words[0].lower()}{words[1:]}"
        for told, words in short.items()
    ]


def _carrying(result: GainResult) -> str:
    told = INTERVALS[_kind(result)]
    return told.replace("paired test items", "test items") if result.is_across else told


def _kind(result: GainResult) -> Carried:
    """What the interval of the mean carries; of a result without a mean, what all carry."""
    return result.interval if result.mean is None else _carried(result.mean)


def _carried(one: Difference) -> Carried:
    return carried_by(items=one.sd_items is not None, seeds=one.sd_seeds is not None)


def _leaning(results: Sequence[GainResult]) -> list[str]:
    """On whose seeds the seeds' noise leans."""
    by_pool: dict[tuple[int, int], list[int]] = {}
    for result in results:
        mean = result.mean
        if result.pool and mean and mean.df and mean.sd_seeds is not None:
            pool = (result.pool.n_sets, result.pool.n_runs)
            by_pool.setdefault(pool, []).append(round(mean.df))
    return [
        f"The seeds' noise leans on all {n_sets} sets ({n_runs} runs): "
        f"{' to '.join(map(str, sorted({min(dfs), max(dfs)})))} degrees of freedom for the "
        f"mean{'s' * (len(dfs) > 1)}."
        for (n_sets, n_runs), dfs in by_pool.items()
    ]


def _apart(result: GainResult) -> str:
    """The targets whose intervals carry something else than the mean's."""
    kind, told = _kind(result), []
    langs: dict[Carried, list[str]] = {}
    for gain in result.gains:
        if gain.low is not None and _carried(gain) != kind:
            langs.setdefault(_carried(gain), []).append(gain.lang)
    for other, found in langs.items():
        if result.pool and (kind, other) == ("both", "items"):
            told.append(
                f"Of {', '.join(found)} too few sets tell the seeds' noise: test items alone."
            )
        else:
            told.append(f"On {', '.join(found)} they carry {PARTS[other]}.")
    return " ".join(told)
