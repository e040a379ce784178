"""Two runs item by item: on which test items they differ, and how."""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.paired import mid_p_mcnemar
from mslt_core.pipeline.grouping import why_apart
from mslt_core.pipeline.item_errors import errors_by_label
from mslt_core.pipeline.item_names import ITEM
from mslt_core.pipeline.item_outcomes import (
    answers_differ,
    any_of,
    belongs,
    outcomes,
    predictions,
    wholly_right,
    worth,
)
from mslt_core.pipeline.item_rows import ScoredItems, gold_of, scored_items
from mslt_core.pipeline.item_text import label_names, text_of
from mslt_core.spec.errors import BadInputError, NotComputedError, SpecError
from mslt_core.spec.items import DifferBy, ItemKind, ItemsCompared, SeedCells
from mslt_core.spec.languages import label as language_label
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.store import Arrays, Store

BY_COUNTS = "Items of which both get equally much right count as alike."
"""Said where predictions cannot be compared."""


def item_seeds(a: RunGroup, b: RunGroup) -> tuple[tuple[int, int], ...]:
    """The pairs of seeds that are compared: those in common, or each group's first."""
    of_a, of_b = ([info.spec.seed for info in group.runs] for group in (a, b))
    return tuple((s, s) for s in of_a if s in of_b) or ((of_a[0], of_b[0]),)


def compare_items(
    store: Store,
    a: RunGroup,
    b: RunGroup,
    lang: str,
    metric: str | None = None,
    *,
    seeds: tuple[int, int] | None = None,
    data: str | None = None,
    roots: tuple[Path, ...] | None = None,
) -> ItemsCompared:
    """Group `b` against group `a` on the test items of `lang`, one run of each in detail.

    By default the first seeds that both have. BadInputError if the groups are of different
    experiments, NotComputedError where outcomes of single items are not stored. The items are
    read again from the data that the runs were scored on; where it is gone or has changed, there
    is no text. Where predictions are not kept, counts are compared. `missing` says so.
    """
    if reason := why_apart(a, b):
        raise BadInputError(
            f"{a.name} and {b.name} were not trained alike: {reason}",
            hint="Compare runs of one experiment.",
        )
    metric = metric or a.metrics[0]
    pairs = item_seeds(a, b)
    chosen = seeds or pairs[0]
    runs = [{info.spec.seed: info for info in group.runs} for group in (a, b)]
    if chosen[0] not in runs[0] or chosen[1] not in runs[1]:
        known = "; ".join(
            f"{g.name}: {', '.join(map(str, r))}" for g, r in zip((a, b), runs, strict=True)
        )
        raise SpecError(f"there are no runs with the seeds {chosen}", hint=f"There are {known}.")
    compared = tuple(
        (runs[0][one], runs[1][other]) for one, other in dict.fromkeys((*pairs, chosen))
    )
    if lang not in a.runs[0].spec.target_langs:
        raise BadInputError(
            f"{language_label(lang)} is no target of these runs",
            hint=f"Their targets are {', '.join(a.runs[0].spec.target_langs)}.",
        )
    items = scored_items(runs[1][chosen[1]], lang, data=data, roots=roots)
    stamps = tuple((i.run, store.runs.scored_stamp(i.run)) for pair in compared for i in pair)
    return _compared(
        _Question(
            (str(store.root), stamps, lang, metric, chosen, items.missing, bool(items.rows)),
            store,
            (a.name, b.name),
            compared,
            items,
        )
    )


@dataclasses.dataclass(frozen=True)
class _Question:
    """A comparison; its key changes with all that can change the answer."""

    key: tuple[Any, ...]
    store: Store = dataclasses.field(compare=False)
    names: tuple[str, str] = dataclasses.field(compare=False)
    pairs: tuple[tuple[RunInfo, RunInfo], ...] = dataclasses.field(compare=False)
    items: ScoredItems = dataclasses.field(compare=False)


@functools.lru_cache(maxsize=8)  # a page asks again at every turn of a page of cards
def _compared(question: _Question) -> ItemsCompared:
    lang, metric, chosen = question.key[2:5]
    pairs, found = _stored(question)
    right = np.array([[wholly_right(one, metric) for one in pair] for pair in found])
    place = [(a.spec.seed, b.spec.seed) for a, b in pairs].index(chosen)
    a, b = found[place]
    items, missing = _checked(question.items, (a, b))
    predicted = [predictions(arrays, items) for arrays in (a, b)]
    kept = [
        p is not None if items.rows else "predicted" in of
        for p, of in zip(predicted, (a, b), strict=True)
    ]
    belied = bool(question.items.rows) and not items.rows
    changed, differ_by = _changed(a, b, usable=all(kept) and not belied)
    missing += _untold(question.names, kept, differ_by)
    right_a, right_b = right[place]
    counts = (items.rows, items.labels, items.kind, predicted[0], predicted[1])
    return ItemsCompared(
        lang=lang,
        kind=items.kind,
        metric=metric,
        labels=items.labels,
        name_a=question.names[0],
        name_b=question.names[1],
        seeds=chosen,
        right_a=right_a,
        right_b=right_b,
        worth_a=worth(a, metric),
        worth_b=worth(b, metric),
        sizes=a["n_tokens"].astype(np.int64),
        differ=changed & ~(right_a & right_b),
        differ_by=differ_by,
        only_a_seeds=(right[:, 0] & ~right[:, 1]).sum(axis=0),
        only_b_seeds=(right[:, 1] & ~right[:, 0]).sum(axis=0),
        cells=tuple(_cells(pair, *of_pair) for pair, of_pair in zip(pairs, right, strict=True)),
        rows=items.rows,
        predicted_a=predicted[0],
        predicted_b=predicted[1],
        by_label=errors_by_label(*counts),
        missing=tuple(missing),
    )


def _stored(
    question: _Question,
) -> tuple[list[tuple[RunInfo, RunInfo]], list[tuple[Arrays, Arrays]]]:
    """The pairs of runs whose outcomes are stored; without those that are asked for, an error."""
    lang, metric, chosen = question.key[2:5]
    pairs: list[tuple[RunInfo, RunInfo]] = []
    found: list[tuple[Arrays, Arrays]] = []
    for a, b in sorted(question.pairs, key=lambda p: (p[0].spec.seed, p[1].spec.seed) != chosen):
        try:
            of_a, of_b = (outcomes(question.store, info, lang, metric) for info in (a, b))
        except NotComputedError:
            if not pairs:  # the first one is the chosen one
                raise
            continue
        first = found[0][0] if found else of_a
        if not all(np.array_equal(x["n_tokens"], first["n_tokens"]) for x in (of_a, of_b)):
            raise BadInputError(f"the runs were scored on other test items of {lang}")
        pairs.append((a, b))
        found.append((of_a, of_b))
    return pairs, found


def _untold(names: Sequence[str], kept: Sequence[bool], differ_by: DifferBy) -> list[str]:
    """What is said of runs whose predictions are not stored, and of comparing without them."""
    told = [
        f"Predictions of {name} are not kept, only how much of each item is right."
        for name, known in zip(names, kept, strict=True)
        if not known
    ]
    return [*told, BY_COUNTS] if differ_by == "counts" else told


def select_items(
    found: ItemsCompared,
    *,
    kind: ItemKind = "all",
    label: str = "",
    search: str = "",
    every_seed: bool = False,
) -> npt.NDArray[np.intp]:
    """The items on which the runs differ, those with the largest difference first.

    `label` keeps items that are of this gold label, or differ on a word of it; `search` those with
    this text, whatever its case; `every_seed` those that one and the same run alone gets right
    with every seed.
    """
    only_a, only_b = found.right_a & ~found.right_b, found.right_b & ~found.right_a
    by_kind = {
        "all": found.differ,
        "only_a": only_a,
        "only_b": only_b,
        "both_wrong": found.differ & ~only_a & ~only_b,
    }
    keep = by_kind[kind].copy()
    if every_seed:
        n = len(found.cells)
        keep &= (found.only_a_seeds == n) | (found.only_b_seeds == n)
    if label:
        keep &= _about(found, label)
    if wanted := " ".join(search.split()).casefold():
        texts = _texts(found) if found.rows else [""] * found.n
        keep &= np.array([wanted in text for text in texts], dtype=np.bool_)
    places = np.flatnonzero(keep)
    return places[np.argsort(-np.abs(found.gain[places]), kind="stable")]


def _texts(found: ItemsCompared) -> list[str]:
    return [" ".join(text_of(row).split()).casefold() for row in found.rows]


def _about(found: ItemsCompared, label: str) -> npt.NDArray[np.bool_]:
    """Items of a gold label; of sentences those that differ on such a word, where that is known."""
    names = label_names(found.labels)
    gold = gold_of(found.rows)
    wanted = np.array([name == label for name in names])
    if not gold or not wanted.any():
        return np.zeros(found.n, dtype=np.bool_)
    flat = np.concatenate(gold)
    hit = wanted[flat]
    if found.kind == "tagging" and found.predicted_a and found.predicted_b:
        hit &= np.concatenate(found.predicted_a) != np.concatenate(found.predicted_b)
    return any_of(hit, found.sizes)


def _cells(
    pair: tuple[RunInfo, RunInfo], a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]
) -> SeedCells:
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    return SeedCells(
        seed_a=pair[0].spec.seed,
        seed_b=pair[1].spec.seed,
        both=int((a & b).sum()),
        only_a=only_a,
        only_b=only_b,
        neither=int((~a & ~b).sum()),
        p=float(mid_p_mcnemar(np.array(only_a), np.array(only_b))),
    )


def _checked(items: ScoredItems, pair: tuple[Arrays, Arrays]) -> tuple[ScoredItems, list[str]]:
    """The items, without rows that are not those that were scored; and what is missing."""
    if not items.rows:
        return items, [items.missing]
    if all(belongs(arrays, items) for arrays in pair):
        return items, []
    reason = "The text cannot be shown: the stored outcomes do not belong to the items in the data."
    return dataclasses.replace(items, rows=()), [reason]


def _changed(a: Arrays, b: Arrays, *, usable: bool) -> tuple[npt.NDArray[np.bool_], DifferBy]:
    """Whether the predictions differ; where those are not `usable`, whether a count does.

    Stored ones are compared as they are: whether the text can be read must not change the answer.
    """
    if usable and (found := answers_differ(a, b)) is not None:
        return found, "predictions"
    counts = (a.keys() & b.keys()) - {"predicted", "predicted_ends", "gold", ITEM}
    return np.any([a[name] != b[name] for name in sorted(counts)], axis=0), "counts"
