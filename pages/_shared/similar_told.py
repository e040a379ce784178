"""Most against least similar sets, in words and as a table."""

import pandas as pd

from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.rankings import TASKS
from mslt_core.spec.set_views import Contrast, Similarity
from mslt_core.spec.specs import set_name
from pages._shared.decimals import table_points
from pages._shared.gains_told import ITEMS_ALONE, in_points, told_seeds
from pages._shared.messages import escape


def answer(found: Similarity) -> str:
    """By how many criteria less similar sets do better, and how surely."""
    if not found.contrasts:
        return "No criterion tells these sets apart by how similar their languages are."
    n, seeds = len(found.contrasts), told_seeds(len(found.seeds))
    higher = sum(one.difference.estimate > 0 for one in found.contrasts)
    beyond = [one for one in found.contrasts if one.difference.beyond_noise]
    up = sum(one.difference.estimate > 0 for one in beyond)
    told = (
        f"The least similar sets of {found.k} score higher than the most similar ones by "
        f"**{higher} of {n}** criteria, beyond noise by **{up}**"
    )
    if len(beyond) > up:
        told += f" (and lower beyond noise by {len(beyond) - up})"
    first = found.contrasts[0]
    return (
        f"{told}, {seeds}; most by {escape(CRITERIA[first.criterion].name)}: "
        f"**{in_points(first.difference)}** points.{ITEMS_ALONE * (found.carried == 'items')}"
    )


def table(found: Similarity) -> pd.DataFrame:
    """One row a criterion; the paper's scores of both ends beside, as printed."""
    rows = []
    for one in found.contrasts:
        paper = {
            f"paper, {TASKS[task]}: most, least": f"{most:.2f}, {least:.2f}"
            for task, (most, least) in one.paper.items()
        }
        rows.append(
            {
                "criterion": CRITERIA[one.criterion].label,
                "least similar": _ties(one, least=True),
                "most similar": _ties(one, least=False),
                "least": table_points(one.score_diverse),
                "most": table_points(one.score_similar),
                "difference": table_points(one.difference.estimate),
                "low": table_points(one.difference.low),
                "high": table_points(one.difference.high),
                "p (Holm)": one.difference.p_holm,
                **paper,
            }
        )
    return pd.DataFrame(rows)


def _ties(one: Contrast, *, least: bool) -> str:
    sets = one.diverse if least else one.similar
    return set_name(sets[0]) if len(sets) == 1 else f"{len(sets)} sets that tie"
