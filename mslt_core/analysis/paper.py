"""Which set of source languages each figure in the paper's tables belongs to."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mslt_core.analysis.paper_checks import (
    GROUPS,
    SETS,
    Group,
    Key,
    Langs,
    Picks,
    Side,
    Tables,
    anchors,
    check_picks,
    table_remarks,
    words,
)
from mslt_core.spec.rankings import TASKS, PaperOverlay, PaperScore, PaperTask
from mslt_core.spec.specs import set_name

ASSUMED: Mapping[tuple[str, Group], str] = MappingProxyType(
    {
        ("vocabulary_coverage", "bactrian_x"): "one set for the three tasks trained on Bactrian-X",
        ("embedding", "bloom"): "one set for the three tasks of BLOOM",
    }
)
"""Groups that the paper does not state; evidence that rests on one says so."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Figure:
    """One printed figure."""

    source: str
    task: PaperTask
    score: float | None
    rank: int | None

    def __str__(self) -> str:
        score = [] if self.score is None else [f"{self.score:.2f}"]
        rank = [] if self.rank is None else [f"rank {self.rank}"]
        return f"{self.source}, {TASKS[self.task]}: {', '.join(score + rank)}"


Claims = dict[tuple[PaperTask, Langs], list[_Figure]]


def overlay(tables: Tables, picks: Picks) -> PaperOverlay:
    """Find the sets that the paper's scores and ranks belong to, where its tables determine them.

    Parameters
    ----------
    tables : Tables
        The paper's tables as printed: pool of seven, k = 3, scores in points, ranks of 35.
    picks : mapping
        (criterion, "max" or "min", group) to the tied best sets by one's own figures, at least
        one. A criterion that cannot be computed is left out: then all 35 sets are candidates.

    Returns
    -------
    PaperOverlay
        Scores by task, then rank; figures without a known set, each with the reason; what does
        not fit together in the tables.

    Raises
    ------
    SpecError
        If a key of `picks` is none of `GROUPS`, or its sets are not sets of three of the pool.

    Notes
    -----
    The candidates of a criterion within a group are its picks. A figure with rank r leaves the
    set that is known to have rank r, by Table 3 or by a criterion that is settled, or else those
    without a known rank: no two sets share one. Where
    no rank is given (the most similar sets of Table 6), a score leaves those whose rank may lie
    between the ranks of Table 1's next higher and next lower scores. One candidate left: all
    figures of the group are its own. Nothing is matched by an equal score. Where figures of one
    set on one task contradict each other, none of them is used.

    References
    ----------
    Lim et al. (2024). Analysis of Multi-Source Language Training in Cross-Lingual Transfer.
    ACL. Tables 1 to 4 and 6.
    """
    check_picks(picks)
    claims, unknown = _named_sets(tables)
    remarks: list[str] = []
    by_key, in_print = _figures(tables), _ranks_known(claims)
    open_ = {key: picks.get(key, SETS) for key in by_key}
    settled = True
    while settled:  # a set found for one criterion takes its ranks away from the others
        known, settled = _ranks_known(claims), False
        for key, candidates in list(open_.items()):
            figures = by_key[key]
            left = _left(tables, candidates, figures, known)
            if len(left) == 1:
                for figure in figures:
                    claims[figure.task, left[0]].append(_with_assumption(tables, figure, key))
                del open_[key]
                settled = True
            elif left:
                open_[key] = tuple(left)
    for key, candidates in open_.items():
        figures = by_key[key]
        fits = bool(_left(tables, candidates, figures, in_print))
        unknown += [f"{figure}; {_reason(candidates if fits else ())}" for figure in figures]
        if not fits:
            tried = " or ".join(map(set_name, picks[key])) if key in picks else "no set"
            remarks.append(
                f"{tried} fits neither Table 3 nor the order of scores: {_listed(figures)}"
            )
    merged = _merged(claims)
    return PaperOverlay(
        scores=merged.scores,
        unknown=(*unknown, *merged.unknown),
        remarks=(*remarks, *merged.remarks, *table_remarks(tables)),
    )


def _named_sets(tables: Tables) -> tuple[Claims, list[str]]:
    """Table 3's sets with their ranks, the first with Table 1's MAX; and what names no set."""
    claims: Claims = defaultdict(list)
    unknown = []
    for (task, rank), langs in tables.top_sets.items():
        claims[task, langs].append(_Figure(source="Table 3", task=task, score=None, rank=rank))
    for row in ("max", "min"):
        for task in TASKS:
            if (row, task) in tables.criteria:
                score, rank = tables.criteria[row, task]
                figure = _Figure(source=f"Table 1, {words(row)}", task=task, score=score, rank=rank)
                if (task, rank) in tables.top_sets:
                    claims[task, tables.top_sets[task, rank]].append(figure)
                else:
                    unknown.append(f"{figure}; no table names the set at this rank")
    return claims, unknown


def _figures(tables: Tables) -> dict[Key, list[_Figure]]:
    """All figures of Tables 1 and 6 that one and the same set must account for."""
    figures: dict[Key, list[_Figure]] = defaultdict(list)
    for criterion, groups in GROUPS.items():
        name = words(criterion)
        for group, task in ((g, t) for g, tasks in groups.items() for t in tasks):
            most, least = tables.similarity.get((criterion, task), (None, None))
            score, rank = tables.criteria.get((criterion, task), (None, None))
            rows: tuple[tuple[Side, str, float | None, int | None], ...] = (
                ("max", f"Table 1, {name}", score, rank),
                ("max", f"Table 6, {name}, least similar", least, None),
                ("min", f"Table 6, {name}, most similar", most, None),
            )
            for side, source, points, place in rows:
                if points is not None:
                    figure = _Figure(source=source, task=task, score=points, rank=place)
                    figures[criterion, side, group].append(figure)
    return figures


def _ranks_known(claims: Claims) -> dict[tuple[PaperTask, Langs], int]:
    """Ranks that are settled: no two sets share one, so it belongs to no other set."""
    return {
        place: figure.rank
        for place, figures in claims.items()
        for figure in figures
        if figure.rank is not None
    }


def _left(
    tables: Tables,
    candidates: Sequence[Langs],
    figures: Sequence[_Figure],
    known: Mapping[tuple[PaperTask, Langs], int],
) -> list[Langs]:
    """The candidates whose known ranks, or the ranks that are free, fit what the figures allow."""
    left = [tuple(sorted(langs)) for langs in candidates]
    # where ranks are known scores add nothing, and a misprinted one would rule out the right set
    for figure in [f for f in figures if f.rank is not None] or figures:
        ranks = {langs: rank for (task, langs), rank in known.items() if task == figure.task}
        low, high = _ranks_allowed(tables, figure)
        allowed = set(range(low, high + 1))
        some_free = bool(allowed - set(ranks.values()))
        left = [
            langs for langs in left if (ranks[langs] in allowed if langs in ranks else some_free)
        ]
    return left


def _ranks_allowed(tables: Tables, figure: _Figure) -> tuple[int, int]:
    """Lowest and highest rank; an equal score says nothing, as ranks are of unrounded scores."""
    if figure.rank is not None or figure.score is None:
        return figure.rank or 1, figure.rank or len(SETS)
    known = anchors(tables, figure.task)
    better = [rank for score, rank in known if score > figure.score]
    worse = [rank for score, rank in known if score < figure.score]
    return max(better, default=0) + 1, min(worse, default=len(SETS) + 1) - 1


def _with_assumption(tables: Tables, figure: _Figure, key: Key) -> _Figure:
    """The figure as evidence, naming what it rests on unless Table 3 has its set."""
    criterion, side, group = key
    _, rank = tables.criteria.get((criterion, figure.task), (None, None))
    if (criterion, group) not in ASSUMED or (
        side == "max" and rank is not None and (figure.task, rank) in tables.top_sets
    ):
        return figure
    source = f"{figure.source} (assuming {ASSUMED[criterion, group]})"
    return dataclasses.replace(figure, source=source)


def _reason(left: Sequence[Langs]) -> str:
    if not left:
        return "no candidate fits"
    if len(left) > 5:
        return f"{len(left)} of {len(SETS)} sets remain"
    return f"may be {' or '.join(map(set_name, left))}"


def _merged(claims: Claims) -> PaperOverlay:
    """One score and one rank a set and task, or none where its figures contradict each other."""
    scores, unknown, remarks = [], [], []
    for (task, langs), figures in claims.items():
        agreed = figures
        if not _agree(figures):
            # Table 3 names its sets in print, so its ranks do not rest on what went wrong here
            agreed = [figure for figure in figures if figure.score is None]
            printed = [figure for figure in figures if figure not in agreed] or figures
            where = f"{set_name(langs)} on {TASKS[task]}"
            remarks.append(f"Contradictory for {where}, so none is used: {_listed(printed)}")
            unknown += [
                f"{figure}; contradicted by other figures for {where}" for figure in printed
            ]
        if agreed and _agree(agreed):
            scores.append(_paper_score(task, langs, agreed))
    order = {task: i for i, task in enumerate(TASKS)}
    scores.sort(key=lambda s: (order[s.task], s.rank or len(SETS) + 1, s.source_langs))
    return PaperOverlay(scores=tuple(scores), unknown=tuple(unknown), remarks=tuple(remarks))


def _agree(figures: Sequence[_Figure]) -> bool:
    """Whether no two figures give different scores or different ranks."""
    scores = {figure.score for figure in figures} - {None}
    ranks = {figure.rank for figure in figures} - {None}
    return len(scores) <= 1 and len(ranks) <= 1


def _listed(figures: Sequence[_Figure]) -> str:
    return "; ".join(map(str, figures))


def _paper_score(task: PaperTask, langs: Langs, figures: Sequence[_Figure]) -> PaperScore:
    evidence = {f"{f.source}, rank {f.rank}" if f.score is None else f.source for f in figures}
    return PaperScore(
        task=task,
        source_langs=langs,
        score=next((f.score for f in figures if f.score is not None), None),
        rank=next((f.rank for f in figures if f.rank is not None), None),
        evidence=tuple(sorted(evidence)),
    )
