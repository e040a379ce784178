"""On which targets is most gained: by family, by script, by distance?"""

from collections.abc import Mapping, Sequence

import numpy as np

from mslt_core.analysis.selection import MIN_SHARED, distances
from mslt_core.analysis.trend import terciles, trend
from mslt_core.data import typology
from mslt_core.pipeline.comparing import gains
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.results import GainResult, RunGroup
from mslt_core.spec.selecting import FeatureSet
from mslt_core.spec.views import ByGroup, GroupBy, TargetGroup, Trend
from mslt_core.store import Store

CLOSENESS = ("Close", "Moderate", "Distant")


def target_distances(
    langs: Sequence[str], sources: Sequence[str], features: FeatureSet
) -> dict[str, float]:
    """1 - cosine of each language to the nearest of the sources; undefined ones are left out."""
    everyone = (*langs, *sources)
    # averages hold only what sources report: a few shared features compare nothing
    least = MIN_SHARED if features.endswith("_average") else 1
    matrix, _ = distances(typology.vectors(features, everyone), min_shared=least)
    found = {}
    for i, lang in enumerate(langs):
        to_sources = matrix[i, len(langs) :]
        if not np.isnan(to_sources).all():
            found[lang] = float(np.nanmin(to_sources))
    return found


def gains_by_group(
    store: Store,
    a: RunGroup,
    b: RunGroup,
    metric: str | None = None,
    *,
    by: GroupBy,
    features: FeatureSet = "syntax",
    targets: Sequence[str] | None = None,
    pool: Sequence[RunGroup] = (),
) -> ByGroup:
    """Group `b` minus group `a`, averaged over each group of zero-shot targets.

    Of `targets`, by default those that neither trained on. The nearest source is one of `b`'s.
    """
    whole = gains(store, a, b, metric, mean_over=targets, pool=pool)
    by_lang = {gain.lang: gain.difference for gain in whole.gains if gain.lang in whole.zero_shot}
    apart: dict[str, float] = {}
    by_distance = by in ("english", "nearest")
    if by_distance:
        sources = ("en",) if by == "english" else b.source_langs
        apart = target_distances(tuple(by_lang), sources, features)
        members = _by_distance(apart)
    else:
        members = _by_field(tuple(by_lang), by)
    found = [
        _group(name, langs, by_lang, apart, gains(store, a, b, metric, mean_over=langs, pool=pool))
        for name, langs in members.items()
    ]
    if not by_distance:
        found.sort(key=lambda group: (-group.mean.estimate, group.name))
    return ByGroup(
        metric=whole.metric,
        name_a=whole.name_a,
        name_b=whole.name_b,
        by=by,
        features=features if by_distance else None,
        groups=tuple(found),
        trend=_trend(apart, by_lang),
        without=tuple(lang for lang in by_lang if by_distance and lang not in apart),
        carried=whole.interval,
        n_seeds=min((gain.n_seeds for gain in whole.gains), default=0),
    )


def _by_field(langs: Sequence[str], field: str) -> dict[str, tuple[str, ...]]:
    from babel import Locale

    # Latin, of Latn; CLDR says Simplified and leaves it at that
    scripts = {**Locale("en").scripts, "Hans": "Han, simplified", "Hant": "Han, traditional"}
    found: dict[str, tuple[str, ...]] = {}
    for lang in langs:
        name = getattr(LANGUAGES[lang], field)
        name = scripts.get(name, name) if field == "script" else name
        found[name] = (*found.get(name, ()), lang)
    return found


def _by_distance(apart: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    """Close, moderate, distant: thirds of the targets; a third that ties leave empty is not."""
    langs = np.array(list(apart))
    third = terciles(np.array(list(apart.values()), dtype=np.float64))
    return {
        name: tuple(langs[third == i].tolist())
        for i, name in enumerate(CLOSENESS)
        if (third == i).any()
    }


def _group(
    name: str,
    langs: tuple[str, ...],
    by_lang: Mapping[str, float],
    apart: Mapping[str, float],
    result: GainResult,
) -> TargetGroup:
    assert result.mean is not None  # these are zero-shot targets with a score
    ordered = sorted(langs, key=lambda lang: (-by_lang[lang], lang))
    away = [apart[lang] for lang in langs if lang in apart]
    return TargetGroup(
        name=name,
        langs=tuple(ordered),
        gains=tuple(by_lang[lang] for lang in ordered),
        mean=result.mean,
        nearest=min(away, default=None),
        farthest=max(away, default=None),
    )


def _trend(apart: Mapping[str, float], by_lang: Mapping[str, float]) -> Trend | None:
    try:
        return trend(
            np.array(list(apart.values()), dtype=np.float64),
            np.array([by_lang[lang] for lang in apart], dtype=np.float64),
        )
    except DegenerateInputError:
        return None
