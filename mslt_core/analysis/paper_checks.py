"""The paper's tables in themselves: their words, and what does not fit together in them."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, Protocol

from mslt_core.spec.errors import SpecError
from mslt_core.spec.rankings import TASKS, PaperTask
from mslt_core.spec.selecting import PAPER_POOL

Langs = tuple[str, ...]
Group = Literal["all", "xlmr", "bloom", "wikiann", "xnli", "bactrian_x"]
"""Tasks for which a criterion picks one and the same set."""

Side = Literal["max", "min"]
"""The most or the least diverse set: Table 6's least and most similar one."""
Key = tuple[str, Side, Group]
Picks = Mapping[Key, tuple[Langs, ...]]
"""The best sets by this project's own figures; several where they tie."""

POOL: Langs = PAPER_POOL
SETS: tuple[Langs, ...] = tuple(itertools.combinations(POOL, 3))
N_ENGLISH = math.comb(len(POOL) - 1, 2)

_XLMR: tuple[PaperTask, ...] = ("wikiann", "xnli")
_BLOOM: tuple[PaperTask, ...] = ("xcopa", "xwinograd", "xstorycloze")
_BY_MODEL: Mapping[Group, tuple[PaperTask, ...]] = {"xlmr": _XLMR, "bloom": _BLOOM}
_ONE: Mapping[Group, tuple[PaperTask, ...]] = {"all": (*_XLMR, *_BLOOM)}

GROUPS: Mapping[str, Mapping[Group, tuple[PaperTask, ...]]] = MappingProxyType(
    {
        "pretraining_size": _BY_MODEL,
        "vocabulary_coverage": {"wikiann": ("wikiann",), "xnli": ("xnli",), "bactrian_x": _BLOOM},
        # one set for both tasks of XLM-R would contradict Tables 1 and 2: by the text, it seems
        "embedding": {"wikiann": ("wikiann",), "xnli": ("xnli",), "bloom": _BLOOM},
        **dict.fromkeys(("syntax", "phonology", "inventory", "family", "geography"), _ONE),
    }
)
"""What a criterion's pick depends on: nothing, the model, or the text that is trained on."""


class Tables(Protocol):
    """The paper's tables as `mslt_core.data.paper` reads them, which says what each one holds."""

    @property
    def criteria(self) -> Mapping[tuple[str, PaperTask], tuple[float, int]]: ...
    @property
    def english_fixed(self) -> Mapping[tuple[str, PaperTask], int]: ...
    @property
    def top_sets(self) -> Mapping[tuple[PaperTask, int], Langs]: ...
    @property
    def writing_systems(self) -> Mapping[PaperTask, tuple[float, float, float]]: ...
    @property
    def similarity(self) -> Mapping[tuple[str, PaperTask], tuple[float, float]]: ...


def words(criterion: str) -> str:
    """A row's name in a sentence."""
    return criterion.upper() if criterion in ("min", "max") else criterion.replace("_", " ")


def check_picks(picks: Picks, must_have: str = "") -> None:
    """Refuse keys that would be passed over silently, and sets that cannot be meant."""
    for key, sets in picks.items():
        criterion, side, group = key
        if side not in ("max", "min") or group not in GROUPS.get(criterion, {}):
            allowed = "; ".join(f"{name}: {', '.join(groups)}" for name, groups in GROUPS.items())
            raise SpecError(f"no such pick: {key}", hint=f"Sides max, min; groups {allowed}.")
        for langs in sets or ((),):
            if tuple(sorted(langs)) not in SETS or must_have not in ("", *langs):
                wanted = f"three of {', '.join(POOL)}" + (f" with {must_have}" if must_have else "")
                raise SpecError(f"picks of {criterion} must be sets of {wanted}, got {langs}")


def anchors(tables: Tables, task: PaperTask) -> tuple[tuple[float, int], ...]:
    """Scores and ranks of one task that agree on the order of its sets.

    Parameters
    ----------
    tables : Tables
        The paper's tables as printed.
    task : str
        One of the five.

    Returns
    -------
    tuple
        (score in points, rank of 35) of Table 1, without figures that contradict another one.
    """
    wrong = {row for pair in _inversions(tables, task) for row in pair}
    return tuple(
        figure for (row, t), figure in tables.criteria.items() if t == task and row not in wrong
    )


def table_remarks(tables: Tables) -> tuple[str, ...]:
    """What does not fit together in the tables, in words.

    Parameters
    ----------
    tables : Tables
        The paper's tables as printed.

    Returns
    -------
    tuple of str
        Empty where all fits.

    Notes
    -----
    A better rank needs a score at least as high (Table 1). No set lies outside Table 1's MIN
    and MAX, nor does a mean over sets (Tables 6 and 4). The most and the least similar set are
    two sets, so equal scores are at least odd (Table 6). Criteria that pick one set for several
    tasks have there all ranks in common, or none (Table 2; ties aside).

    References
    ----------
    Lim et al. (2024). Analysis of Multi-Source Language Training in Cross-Lingual Transfer.
    ACL. Tables 1, 2, 4 and 6.
    """
    checks = (_wrong_order, _means_outside, _scores_outside, _most_is_least, _ranks_half_shared)
    return tuple(itertools.chain.from_iterable(check(tables) for check in checks))


def _inversions(tables: Tables, task: PaperTask) -> Iterator[tuple[str, str]]:
    """Rows of Table 1, better rank first, whose ranks and scores contradict each other."""
    rows = sorted((rank, row) for (row, t), (_, rank) in tables.criteria.items() if t == task)
    for (rank_a, a), (rank_b, b) in itertools.combinations(rows, 2):
        score_a, score_b = tables.criteria[a, task][0], tables.criteria[b, task][0]
        if score_a < score_b or (rank_a == rank_b and score_a != score_b):
            yield a, b


def _wrong_order(tables: Tables) -> Iterator[str]:
    for task, name in TASKS.items():
        for pair in _inversions(tables, task):
            a, b = (
                f"{words(row)} has {score:.2f} at rank {rank}"
                for row in pair
                for score, rank in [tables.criteria[row, task]]
            )
            yield f"Table 1, {name}: {a}, but {b}"


def _outside(tables: Tables, task: PaperTask, *scores: float) -> str:
    """How scores leave the range of Table 1; empty where they do not, or where it has none."""
    if not {("min", task), ("max", task)} <= tables.criteria.keys():
        return ""
    low, high = (tables.criteria[row, task][0] for row in ("min", "max"))
    below = f"below Table 1's MIN ({low:.2f})" if min(scores) < low else ""
    above = f"above Table 1's MAX ({high:.2f})" if max(scores) > high else ""
    return " and ".join(filter(None, (below, above)))


def _means_outside(tables: Tables) -> Iterator[str]:
    rows = tables.writing_systems
    outside = [task for task in TASKS if task in rows and _outside(tables, task, *rows[task])]
    for a, b in itertools.combinations(tuple(outside), 2):
        if not _outside(tables, a, *rows[b]) and not _outside(tables, b, *rows[a]):
            outside = [task for task in outside if task not in (a, b)]
            yield (
                f"Table 4 seems to have the rows {TASKS[a]} and {TASKS[b]} exchanged: both lie "
                "outside Table 1's MIN and MAX of their task, and within those of the other one"
            )
    for task in outside:
        means = ", ".join(f"{mean:.2f}" for mean in rows[task])
        where = _outside(tables, task, *rows[task])
        yield f"Table 4, {TASKS[task]}: the means ({means}) lie {where}; no mean over sets can"


def _scores_outside(tables: Tables) -> Iterator[str]:
    for (criterion, task), scores in tables.similarity.items():
        for side, score in zip(("most", "least"), scores, strict=True):
            if where := _outside(tables, task, score):
                row = f"{words(criterion)}, {side} similar"
                yield f"Table 6, {row}, {TASKS[task]}: {score:.2f} lies {where}"


def _most_is_least(tables: Tables) -> Iterator[str]:
    for (criterion, task), (most, least) in tables.similarity.items():
        if most == least:
            yield (
                f"Table 6, {words(criterion)}, {TASKS[task]}: the most and the least similar set "
                f"have the same score, {most:.2f}"
            )


def _ranks_half_shared(tables: Tables) -> Iterator[str]:
    """Two criteria with a common rank on one task pick one set there, so in all of the group."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for a, b in itertools.combinations(GROUPS, 2):
        for tasks_a, tasks_b in itertools.product(GROUPS[a].values(), GROUPS[b].values()):
            ranks = {
                task: (tables.english_fixed[a, task], tables.english_fixed[b, task])
                for task in tasks_a
                if task in tasks_b and {(a, task), (b, task)} <= tables.english_fixed.keys()
            }
            same = [f"{r} on {TASKS[t]}" for t, (r, other) in ranks.items() if r == other]
            differ = [f"{r} and {o} on {TASKS[t]}" for t, (r, o) in ranks.items() if r != o]
            if same and differ:
                found[a, f"rank {', '.join(same)}, but ranks {', '.join(differ)}"].append(b)
    for (a, how), others in found.items():
        yield (
            f"Table 2: {words(a)} shares with {', '.join(map(words, others))} {how}, though each "
            "is taken to pick one set for these tasks"
        )
