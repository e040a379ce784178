"""Which sets may be the best, in words, and which languages recur in them."""

import collections

import pandas as pd

from mslt_core.figures import text
from mslt_core.spec.evidence import Ranking, Standing
from mslt_core.spec.languages import label
from pages._shared.decimals import table_points
from pages._shared.messages import escape

TOLD = {True: "yes", False: "no", None: "too few seeds"}


def answer(ranking: Ranking) -> str:
    """How many may be the best, and what most of them have in common."""
    judged = [s for s in ranking.standings if s.may_be_best is not None]
    tied = ranking.tied
    if not ranking.standings:
        return "Nothing can be ranked: there is no target that none of these sets trained on."
    if not tied:
        of = f"Nothing can be ranked: of {text.count(len(ranking.standings), 'set')}"
        if ranking.alone:
            return f"{of} {escape(ranking.alone.name)} alone has three seeds or more."
        return f"{of} no two have the same three seeds and a target that no set trained on."
    first = next(s for s in judged if s.behind and s.behind.estimate == 0)
    if len(tied) == 1:
        return (
            f"**{escape(first.name)}** is the best of {len(judged)} sets, beyond noise at 95 %, "
            f"with a mean of **{100 * first.mean:.1f}**, {first.n_seeds} seeds."
        )
    counts = collections.Counter(lang for s in tied for lang in s.source_langs)
    lang, n = min(counts.items(), key=lambda item: (-item[1], item[0]))
    among = sum(lang in s.source_langs for s in judged)
    return (
        f"**{len(tied)} of {len(judged)} sets** may be the best (the truly best is one of them "
        f"with 95 % confidence); the highest mean is {100 * first.mean:.1f}, "
        f"of {escape(first.name)}, {first.n_seeds} seeds. {escape(label(lang))} is in **{n} of "
        f"{len(tied)}** of them, and in {among} of all {len(judged)}."
    )


def recurring(ranking: Ranking) -> pd.DataFrame:
    """Every language with the number of tied sets that hold it, beside its number among all."""
    judged = [s for s in ranking.standings if s.may_be_best is not None]
    langs = sorted({lang for s in judged for lang in s.source_langs})
    counts = {lang: sum(lang in s.source_langs for s in ranking.tied) for lang in langs}
    rows = []
    for lang in sorted(langs, key=lambda lang: (-counts[lang], lang)):
        n, among = counts[lang], sum(lang in s.source_langs for s in judged)
        rows.append(
            {
                "language": label(lang),
                "tied sets": n,
                "of tied, %": round(100 * n / len(ranking.tied), 1),
                "of all, %": round(100 * among / len(judged), 1),
            }
        )
    return pd.DataFrame(rows)


def standings(ranking: Ranking) -> pd.DataFrame:
    """One row a set, the highest mean first, in points."""
    return pd.DataFrame(
        [
            {
                "set": one.name,
                "mean": table_points(one.mean),
                "minus the highest": one.behind and table_points(one.behind.estimate),
                **_interval(one),
                "may be the best": TOLD[one.may_be_best],
                "targets": one.n_targets,
                "seeds": one.n_seeds,
            }
            for one in ranking.standings
        ]
    )


def _interval(one: Standing) -> dict[str, float | None]:
    """None of the highest: it is no distance away from itself."""
    if one.behind is None or one.behind.estimate == 0:
        return {"low": None, "high": None}
    return {"low": table_points(one.behind.low), "high": table_points(one.behind.high)}
