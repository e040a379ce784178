"""Does more mingling go with better transfer, over the runs of an experiment that are measured?"""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.mechanism import association, language_p, within
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.closeness import Roots, closeness, of_base, of_run, plain
from mslt_core.pipeline.embedding import layer_of
from mslt_core.pipeline.grouping import main_metric
from mslt_core.pipeline.outcomes import scores_of
from mslt_core.spec.errors import DegenerateInputError, NotComputedError
from mslt_core.spec.mechanism import (
    Association,
    Cells,
    Mechanism,
    MechanismSpec,
    Unknown,
)
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]


def mechanism(
    store: Store,
    groups: Sequence[RunGroup],
    asked: MechanismSpec,
    metric: str | None = None,
    *,
    reference: RunGroup | None = None,
    roots: Roots = None,
) -> Mechanism:
    """Change of closeness against change of score over the sets of one experiment.

    A base has no task head and so no score: scores are told against a reference set (by default
    the first). Within a target neither reference matters, for it is taken off with the target's
    mean; only closeness to a set's own sources needs the base, and then it is required.
    """
    sets = plain(groups)
    metric, reference = metric or main_metric(sets), reference or groups[0]
    base = of_base(store, groups, asked, roots)
    if base is None and asked.partners == "sources":
        raise NotComputedError("the base is not measured: closeness to sources is told from it")
    rows = _rows(store, _measured(store, sets, asked, roots), asked, metric, base)
    table = _Table(rows, reference=_scores(store, reference.runs, metric))
    if not len(table.better):
        raise NotComputedError(
            "no measured run has such a target",
            hint="Choose other targets, or measure runs with `python -m mslt_core mechanism`.",
        )
    x, y, (set_of, target_of, size_of) = table.closer, table.better, table.codes
    left = within([target_of, size_of], x, y)
    first = checkpoint(store, next(row.run for row in rows if row.run), roots=roots)
    return Mechanism(
        asked=asked,
        metric=metric,
        reference=reference.name,
        layer=layer_of(first, asked.layer),
        cells=table.cells(*left),
        adjusted=_told(lambda: association(x, y, set_of, target_of, sizes=size_of)),
        unadjusted=_told(lambda: association(x, y, set_of, target_of)),
        within_sets=_told(
            lambda: association(x, y, set_of, target_of, sizes=size_of, within_sets=True)
        ),
        between=_between(table) if asked.which == "shared" else Unknown(reason=_SHARED_ONLY),
        p_languages=_p(table) if asked.which == "shared" else Unknown(reason=_SHARED_ONLY),
        base_change=float(x.mean()) if base is not None else None,
        sizes=tuple(np.unique(size_of).tolist()),
    )


_SHARED_ONLY = "it needs targets that every set has"


def _told(ask: Callable[[], Association]) -> Association | Unknown:
    try:
        return ask()
    except DegenerateInputError as e:
        return Unknown(reason=e.message)


# --- one row a set and target


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Row:
    """A set on a target: means over its measured seeds."""

    run: str
    langs: tuple[str, ...]
    target: str
    closer: float
    score: float
    n_seeds: int


class _Table:
    """Rows as columns; those without both changes are left out."""

    def __init__(self, rows: Sequence[_Row], reference: dict[str, float]) -> None:
        self.rows = [
            row
            for row in rows
            if np.isfinite([row.closer, row.score, reference.get(row.target, np.nan)]).all()
        ]
        self.closer = np.array([row.closer for row in self.rows])
        self.better = np.array([row.score - reference[row.target] for row in self.rows])
        self.sets = tuple(dict.fromkeys(row.langs for row in self.rows))
        self.targets = tuple(sorted({row.target for row in self.rows}))

    @property
    def codes(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """(n,) each: place of the set, place of the target, size of the set."""
        place = {langs: i for i, langs in enumerate(self.sets)}
        return (
            np.array([place[row.langs] for row in self.rows], dtype=np.intp),
            np.array([self.targets.index(row.target) for row in self.rows], dtype=np.intp),
            np.array([len(row.langs) for row in self.rows], dtype=np.intp),
        )

    def rectangle(self) -> tuple[Floats, Floats]:
        """(n_sets, n_targets) of both changes; refused where a set lacks a target."""
        shape = (len(self.sets), len(self.targets))
        if len(self.rows) != shape[0] * shape[1]:
            raise DegenerateInputError("some sets lack a score or a measure of some targets")
        grids = np.empty((2, *shape))
        set_of, target_of, _ = self.codes
        grids[:, set_of, target_of] = self.closer, self.better
        return grids[0], grids[1]

    def cells(self, closer_within: Floats, better_within: Floats) -> Cells:
        """What a figure draws and a table lists."""
        return Cells(
            sets=self.sets,
            set_of=self.codes[0],
            targets=tuple(row.target for row in self.rows),
            closer=self.closer,
            better=self.better,
            closer_within=closer_within,
            better_within=better_within,
            n_seeds=np.array([row.n_seeds for row in self.rows], dtype=np.intp),
        )


_Kept = Sequence[tuple[RunGroup, Sequence[tuple[RunInfo, Floats]]]]
"""Sets with their measured runs."""


def _measured(store: Store, sets: Sequence[RunGroup], asked: MechanismSpec, roots: Roots) -> _Kept:
    measured = []
    for group in sets:
        of_runs = [(info, of_run(store, info, asked, roots)) for info in group.runs]
        kept = [(info, found) for info, found in of_runs if found is not None]
        if kept:
            measured.append((group, kept))
    return measured


def _rows(
    store: Store, measured: _Kept, asked: MechanismSpec, metric: str, base: Floats | None
) -> list[_Row]:
    trained = {lang for group, _ in measured for lang in group.seen_langs}
    rows = []
    for group, kept in measured:
        infos = [info for info, _ in kept]
        change = np.mean([found for _, found in kept], axis=0) - (0.0 if base is None else base)
        scores = _scores(store, infos, metric)
        for lang in sorted(set(asked.langs) & set(scores)):
            seen = lang in group.seen_langs
            if {"shared": lang in trained, "unseen": seen, "seen": not seen}[asked.which]:
                continue
            rows.append(
                _Row(
                    run=infos[0].run,
                    langs=group.source_langs,
                    target=lang,
                    closer=closeness(change, asked, lang, group.source_langs),
                    score=scores[lang],
                    n_seeds=len(infos),
                )
            )
    return rows


def _scores(store: Store, infos: Sequence[RunInfo], metric: str) -> dict[str, float]:
    """Mean score over the runs by target; only targets that all of them have a score on."""
    found = [scores_of(store, info) for info in infos]
    langs = set.intersection(*(set(one) for one in found))
    values = {lang: [getattr(one[lang], metric) for one in found] for lang in langs}
    return {lang: float(np.mean(of)) for lang, of in values.items() if None not in of}


def _between(table: _Table) -> Association | Unknown:
    def ask() -> Association:
        x, y = (grid.mean(axis=1) for grid in table.rectangle())
        sizes = np.array([len(langs) for langs in table.sets])
        return association(x, y, np.arange(len(x)), np.zeros(len(x), np.intp), sizes=sizes)

    return _told(ask)


def _p(table: _Table) -> float | Unknown:
    """Over the sizes of which all sets are there: in the others sets cannot be exchanged."""
    pool = sorted({lang for langs in table.sets for lang in langs})
    sizes = Counter(len(langs) for langs in table.sets)
    whole = [k for k, n in sizes.items() if n == math.comb(len(pool), k) and n > 1]
    rows = [i for i, langs in enumerate(table.sets) if len(langs) in whole]
    if not rows:
        return Unknown(reason="it needs all sets of a size to be measured")
    members = [[pool.index(lang) for lang in table.sets[i]] for i in rows]
    try:
        x, y = table.rectangle()
        return language_p(x[rows], y[rows], members)
    except DegenerateInputError as e:
        return Unknown(reason=e.message)
