"""Ranked sets of languages in one sentence."""

from mslt_core.figures import text
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.languages import label
from mslt_core.spec.rankings import RankedSet, SelectionResult
from mslt_core.spec.specs import set_name
from pages._shared.messages import escape


def answer(result: SelectionResult) -> str:
    """The finding: the best set, or how many share the first place."""
    sets, info = result.sets, CRITERIA[result.criterion]
    first = "lowest" if sets.minimise else "highest"
    n = f"{len(sets):,} set{'s' * (len(sets) != 1)} of {sets.k}"
    if 0 < sets.n_ranked < len(sets):
        n = f"{sets.n_ranked:,} ranked sets of {sets.k}"
    if not sets.n_ranked:
        return f"By {escape(info.name)}, none of {n} can be ranked."
    best = sets.best(1)[0]
    assert best.score is not None
    score = text.score(best.score, result.criterion)
    name = escape(set_name(best.source_langs))
    if sets.heuristic:
        return (
            f"By {escape(info.name)}, **{name}** scores {first} among the {len(sets):,} sets that "
            f"a heuristic found, with {score}: there are too many sets to look at all."
        )
    n_best = int((sets.ranks == 1).sum())
    if n_best > 1:
        return (
            f"By {escape(info.name)}, **{n_best:,} sets share** the first place of {n}, with "
            f"{score}. {name} is the first of them in the alphabet."
        )
    after = ""
    if sets.n_ranked > 1:
        second = sets.ranked(int(sets.order[1]))
        assert second.score is not None
        after = f"; the next has {text.score(second.score, result.criterion)}"
    return f"By {escape(info.name)}, **{name}** scores {first} of {n}, with {score}{after}."


def place_told(result: SelectionResult, ranked: RankedSet) -> str:
    """Score and rank of one set."""
    names = ", ".join(label(lang) for lang in ranked.source_langs)
    if ranked.rank is None or ranked.score is None:
        return f"{escape(names)}: not ranked, since a score is undefined."
    pair = (
        f" ({text.score(ranked.mean_pair, result.criterion)} a pair on average)"
        if ranked.mean_pair is not None
        else ""
    )
    n, n_ranked = len(result.sets), result.sets.n_ranked
    of = f"of {n_ranked:,}{' ranked ones' if n_ranked < n else ''}"
    if result.sets.heuristic:
        of = "among the sets found"
    tied = ", shared" if ranked.tied else ""
    unit, score = result.sets.unit, text.score(ranked.score, result.criterion)
    if score == "1":  # 1 different script
        unit = unit.removesuffix("s")
    return f"{escape(names)}: **{score}** {escape(unit)}{pair}. Rank {ranked.rank:,} {of}{tied}."
