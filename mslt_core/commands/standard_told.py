"""The standard story's sentences: each finding with its uncertainty."""

import collections
from collections.abc import Mapping, Sequence

from mslt_core.figures.text import count, gained, points, seeds
from mslt_core.pipeline import Measures, difference
from mslt_core.spec.evidence import Carried, GainResult, Ranking
from mslt_core.spec.languages import label
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult
from mslt_core.spec.views import PLATEAU, ByGroup, BySize

NOISE: dict[Carried, str] = {
    "both": ", beyond the noise of items and seeds on",
    "seeds": ", beyond the seeds' noise on",
    "items": ", beyond the items' noise (fewer than three seeds) on",
    "none": "",
}
NOT_ZERO_SHOT = "Every target was trained on by one of the sets: nothing here is zero-shot."


def gain(result: GainResult) -> str:
    """On how many unseen languages one set beats the other, and by how much."""
    unseen = [one for one in result.gains if one.lang in result.zero_shot]
    if result.mean is None or not unseen:
        return NOT_ZERO_SHOT
    up = sum(one.difference > 0 for one in unseen)
    beyond = sum(one.beyond_noise and one.difference > 0 for one in unseen)
    below = sum(one.beyond_noise and one.difference < 0 for one in unseen)
    noise = f"{NOISE[result.interval]} {beyond}" if NOISE[result.interval] else ""
    worse = f" (and below zero on {below})" if below else ""
    return (
        f"{result.name_b} scores higher than {result.name_a} on {up} of "
        f"{count(len(unseen), 'unseen language')}{noise}{worse}; on average by "
        f"{gained(result.mean)} points, {seeds(result.mean.n_seeds)}."
    )


def gains(results: Sequence[GainResult]) -> str:
    """The same of several sets against one, in short."""
    if len(results) == 1:
        return gain(results[0])
    if not any(result.zero_shot for result in results):
        return NOT_ZERO_SHOT
    told = []
    for result in results:
        unseen = [one for one in result.gains if one.lang in result.zero_shot]
        up = sum(one.difference > 0 for one in unseen)
        mean = f" ({gained(result.mean)} points)" if result.mean else ""
        told.append(f"{result.name_b} on {up} of {count(len(unseen), 'unseen language')}{mean}")
    return f"Higher than {results[0].name_a}: {'; '.join(told)}."


def means(by_name: Mapping[str, float], n: int) -> str:
    """Mean scores side by side; the differences and their intervals are told elsewhere."""
    told = ", ".join(f"{name} {points(mean)}" for name, mean in by_name.items())
    return f"Mean over the {n} languages that none of these trained on: {told}."


def groups(found: ByGroup) -> str:
    """Whether distant targets gain more."""
    first, last = found.groups[0], found.groups[-1]
    if len(found.groups) == 1:
        return f"{found.name_b} gains {gained(first.mean)} points over {found.name_a}."
    told = (
        f"{found.name_b} gains {gained(last.mean)} points on {last.name.lower()} targets "
        f"({len(last.langs)}) and {gained(first.mean)} on {first.name.lower()} ones "
        f"({len(first.langs)}) over {found.name_a}, by distance from {found.away_from}, "
        f"{seeds(found.n_seeds)}."
    )
    trend = found.trend
    if trend is None:
        return told
    slope, low, high = (10 * value for value in (trend.slope, trend.low, trend.high))
    numbers = f"{slope:+.1f} points [{low:.1f}, {high:.1f}]".replace("-", "−")
    says = "Whether distant targets gain more cannot be told"
    if trend.low > 0 or trend.high < 0:
        says = f"Distant targets gain {'more' if trend.slope > 0 else 'less'}"
    return f"{told} {says}: {numbers} for every 0.1 of distance, {trend.n} targets."


def sizes(found: BySize) -> str:
    """The mean by number of sources, and where it levels off."""
    first, last = found.sizes[0], found.sizes[-1]
    told = (
        f"The mean over all sets is {points(first.mean.estimate)} with {first.k} and "
        f"{points(last.mean.estimate)} with {last.k} source languages, "
        f"{seeds(len(found.seeds))}."
    )
    step, margin = found.gains[-1], points(PLATEAU)
    if step.low is None:
        return told
    if step.sd_seeds is None:
        return (
            f"{told} The last step brings {gained(step)} points; without the seeds' noise in its "
            "interval nothing can be said of a plateau."
        )
    if found.plateau is None:
        if step.low > 0:
            return f"{told} No plateau: even the last step brings {gained(step)} points."
        return f"{told} No plateau is shown: the last step brings {gained(step)} points."
    return (
        f"{told} After {found.plateau} each further step surely brings less than {margin} points."
    )


def best(ranking: Ranking) -> str:
    """How many sets may be the best, and what most of them have in common."""
    judged = [one for one in ranking.standings if one.may_be_best is not None]
    tied = ranking.tied
    if not tied:
        if ranking.alone:
            return f"Nothing can be ranked: {ranking.alone.name} alone has three seeds or more."
        return "Nothing can be ranked: no two sets have the same three seeds and an unseen target."
    first = next(one for one in judged if one.behind and one.behind.estimate == 0)
    top = f"the highest mean is {points(first.mean)}, of {first.name}, {seeds(first.n_seeds)}"
    if len(tied) == 1:
        return f"{first.name} is the best of {len(judged)} sets, beyond noise at 95 %: {top}."
    counts = collections.Counter(lang for one in tied for lang in one.source_langs)
    lang, n = min(counts.items(), key=lambda item: (-item[1], item[0]))
    among = sum(lang in one.source_langs for one in judged)
    return (
        f"{len(tied)} of {len(judged)} sets may be the best (95 %); {top}. {label(lang)} is in "
        f"{n} of {len(tied)} of them, and in {among} of all {len(judged)}."
    )


def mixed(result: MingleResult) -> str:
    """The mean CKA of each checkpoint."""
    cka = result.ckas[0]
    means = ", ".join(
        f"{matrix.mean_off_diagonal():.2f} in {ref.name}"
        for ref, matrix in zip(result.checkpoints, result.ckas, strict=True)
    )
    return (
        f"Mean CKA between {len(cka.langs)} languages ({cka.estimator}, {cka.n:,} sentences, "
        f"layer {cka.layer}): {means}."
    )


def measured(measures: Measures, name: str) -> str:
    """A measure at the last layer, and what changed from the base to the last checkpoint."""
    from mslt_core.pipeline import layer_curves

    lasts = [curve.points[-1] for curve in layer_curves(measures, name)]
    told = ", ".join(
        f"{_value(point)} in {ref.name}"
        for ref, point in zip(measures.checkpoints, lasts, strict=True)
    )
    said = f"{METRICS[name].label} at the last layer: {told}."
    if len(lasts) < 2 or len(set(measures.layers)) > 1:
        return said
    place = max(range(1, len(lasts)), key=lambda place: lasts[place].value)
    change = difference(measures, name, (0, place))
    one, base = measures.checkpoints[place].name, measures.checkpoints[0].name
    return f"{said} {one} against {base}: {_value(change, signed=True)}."


def _value(point: LayerPoint, *, signed: bool = False) -> str:
    value = f"{point.value:+.2f}" if signed else f"{point.value:.2f}"
    if point.low is not None and point.high is not None:
        value += f" [{point.low:.2f}, {point.high:.2f}]"
    return value.replace("-", "−")
