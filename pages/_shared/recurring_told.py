"""Which languages recur in the best sets, in words and as tables."""

from collections.abc import Sequence

import pandas as pd

from mslt_core import figures
from mslt_core.spec.languages import label
from mslt_core.spec.rankings import TASKS
from mslt_core.spec.set_views import LanguageRecurs, Recurring
from pages._shared.decimals import table_points
from pages._shared.gains_told import ITEMS_ALONE, in_points, told_seeds
from pages._shared.messages import escape


def answer(found: Recurring) -> str:
    """Which languages make a set better or worse beyond the noise, and what is most often there."""
    up = [one for one in found.languages if one.effect.beyond_noise and one.effect.estimate > 0]
    down = [one for one in found.languages if one.effect.beyond_noise and one.effect.estimate < 0]
    seeds = told_seeds(len(found.seeds))
    if all(one.effect.p is None for one in found.languages):
        told = f"With {seeds} the effect of a language has no interval: nothing can be ranked."
    elif not up and not down:
        told = f"**No language** makes sets of {found.k} better or worse beyond the noise, {seeds}."
    else:
        parts = [
            f"{'better' if better else 'worse'} with {', '.join(map(_effect, some))}"
            for better, some in ((True, up), (False, down[::-1]))
            if some
        ]
        told = f"Sets of {found.k} score {'; '.join(parts)} points, {seeds}."
        told += ITEMS_ALONE * (found.carried == "items")
    most = max(found.languages, key=lambda one: one.n_top)
    luck = "beyond" if most.p_holm <= 0.05 else "not beyond"
    return (
        f"{told} {escape(label(most.lang))} is in **{most.n_top} of the top {len(found.top)}** "
        f"sets, {luck} what drawing sets by lot would bring "
        f"({figures.p_told(most.p_holm)} after Holm)."
    )


def _effect(one: LanguageRecurs) -> str:
    return f"**{escape(label(one.lang))}** {in_points(one.effect)}"


def basis(found: Recurring) -> str:
    tied = "With fewer than three seeds no set can be said to be among the best. "
    if found.n_tied:
        tied = f"{found.n_tied} of {found.n_sets} sets of {found.k} may be the best. "
    return (
        f"{tied}An effect is the mean of all sets with a language minus the mean of all sets "
        "without it: at one size a language takes another's place, so effects add up to 0, and "
        "one that is rare on top may only have been pushed out. Beside the count, in brackets, "
        "its share of the truly best sets as far as the noise leaves it open. Effects and "
        "counts are each corrected after Holm over the languages."
    )


def table(found: Recurring) -> pd.DataFrame:
    """One row a language."""
    n_top = len(found.top)
    return pd.DataFrame(
        [
            {
                "language": label(one.lang),
                "effect": table_points(one.effect.estimate),
                "low": table_points(one.effect.low),
                "high": table_points(one.effect.high),
                "p (Holm)": one.effect.p_holm,
                f"in the top {n_top}": one.n_top,
                "by lot": round(n_top * found.expected, 1),
                "by lot, p (Holm)": one.p_holm,
                "in those that may be best": one.n_tied if found.n_tied else None,
            }
            for one in found.languages
        ]
    )


def top_table(found: Recurring) -> pd.DataFrame:
    """The top sets here, and the paper's where it is about the same ones."""
    rows: list[dict[str, object]] = [
        {"sets": "here", **{str(i): _set(langs) for i, (langs, _) in enumerate(found.top, 1)}}
    ]
    for task, sets in found.paper.items():
        paper = {str(i): _set(langs) for i, langs in enumerate(sets, 1)}
        rows.append({"sets": f"the paper: {TASKS[task]}", **paper})
    return pd.DataFrame(rows)


def _set(langs: Sequence[str]) -> str:
    return ", ".join(langs)
