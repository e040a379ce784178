"""What the paper's Table 2 says of the sets with English, and whether it fits the other tables."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from mslt_core.analysis.paper_checks import (
    GROUPS,
    N_ENGLISH,
    SETS,
    Langs,
    Picks,
    Tables,
    check_picks,
    words,
)
from mslt_core.spec.rankings import TASKS, EnglishFixed, PaperScore, PaperTask
from mslt_core.spec.specs import set_name


def english_fixed(tables: Tables, picks: Picks, scores: Sequence[PaperScore]) -> EnglishFixed:
    """Ranks among the 15 sets with English, and whether they fit the ranks among all 35.

    Parameters
    ----------
    tables : Tables
        The paper's tables as printed.
    picks : mapping
        As for `overlay`, with English fixed; only "max" and single best sets are used.
    scores : sequence of PaperScore
        What `overlay` found.

    Returns
    -------
    EnglishFixed
        Ranks from 1 (best) to 15, without those that contradict each other.

    Raises
    ------
    SpecError
        As for `overlay`, and if a set of `picks` lacks English.

    Notes
    -----
    Of two sets with English, the better one among 35 is the better one among 15, and no more
    sets lie between the two among 15 than among 35.

    References
    ----------
    Lim et al. (2024). Analysis of Multi-Source Language Training in Cross-Lingual Transfer.
    ACL. Section 5.5, Table 2.
    """
    check_picks(picks, must_have="en")
    claims: dict[tuple[PaperTask, Langs], dict[int, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for task in TASKS:
        named = [langs for (t, _), langs in sorted(tables.top_sets.items()) if t == task]
        for rank, langs in enumerate((langs for langs in named if "en" in langs), 1):
            claims[task, langs][rank].append("Table 3")
    for (criterion, side, group), sets in picks.items():
        for task in GROUPS[criterion][group] if side == "max" and len(sets) == 1 else ():
            if (criterion, task) in tables.english_fixed:
                rank = tables.english_fixed[criterion, task]
                claims[task, tuple(sorted(sets[0]))][rank].append(f"Table 2, {words(criterion)}")
    ranks = {place: next(iter(found)) for place, found in claims.items() if len(found) == 1}
    remarks = [
        f"{TASKS[task]}, {set_name(langs)} with English fixed: "
        + "; ".join(f"rank {rank} by {', '.join(found[rank])}" for rank in sorted(found))
        for (task, langs), found in claims.items()
        if len(found) > 1
    ]
    remarks += _order_with_english(ranks, scores)
    return EnglishFixed(ranks=MappingProxyType(ranks), remarks=tuple(remarks))


def _order_with_english(
    ranks: Mapping[tuple[PaperTask, Langs], int], scores: Sequence[PaperScore]
) -> Iterator[str]:
    """Where the ranks among 15 and among 35 cannot both be right."""
    for task, name in TASKS.items():
        both = [
            (s.rank, ranks[task, s.source_langs])
            for s in scores
            if s.task == task and s.rank is not None and (task, s.source_langs) in ranks
        ]
        # a place before the first and one after the last hold the ends to the same rule
        ends = [(0, 0), *sorted(both), (len(SETS) + 1, N_ENGLISH + 1)]
        for (all_a, en_a), (all_b, en_b) in itertools.pairwise(ends):
            if not 1 <= en_b - en_a <= all_b - all_a:
                named = [(a, e) for a, e in ((all_a, en_a), (all_b, en_b)) if (a, e) in both]
                ranks_all, ranks_en = (" and ".join(map(str, r)) for r in zip(*named, strict=True))
                yield (
                    f"{name}: rank {ranks_all} of {len(SETS)} cannot be rank {ranks_en} of the "
                    f"{N_ENGLISH} sets with English"
                )
