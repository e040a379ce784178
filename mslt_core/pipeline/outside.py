"""Results that other programs made: taken in as what they are, and compared among themselves."""

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mslt_core.analysis.statistics import ratio_bootstrap, t_interval
from mslt_core.data import files
from mslt_core.data.outside import Unit, read_lm_eval, read_predictions, read_scores
from mslt_core.spec.errors import BadInputError, SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.outside import OutsideInfo, OutsideResult, OutsideSpec, display_name
from mslt_core.spec.results import Imported
from mslt_core.spec.specs import set_name
from mslt_core.spec.version import PRODUCT_VERSION
from mslt_core.store import Store
from mslt_core.store.process import utc_now

MIN_SEEDS = 3

BY_ITEM = frozenset({"accuracy", "item_accuracy", "exact_match"})
"""Scores that n_correct and n_tokens of every item give again."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutsideGroup:
    """Results of one experiment that differ in their seed alone."""

    experiment: str
    task: str
    name: str
    source_langs: tuple[str, ...]
    results: tuple[OutsideInfo, ...]
    """By seed."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """What all of them are scored by."""
        first, *others = (info.metrics for info in self.results)
        return tuple(name for name in first if all(name in metrics for metrics in others))


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutsideGain:
    """One group minus another on one target. Ratios, not points."""

    lang: str
    score_a: float
    score_b: float
    difference: float
    low: float | None
    """95 % interval: Student's t over three or more common seeds, else paired bootstrap over the
    items where both know them; None where neither is possible."""
    high: float | None
    n_items: int | None
    n_seeds: int
    is_source: bool


def read_outside(
    path: Path,
    form: str,
    *,
    unit: Unit | None = None,
    name: str = "",
    source_langs: Sequence[str] | str = (),
    seed: int = 0,
) -> list[OutsideResult]:
    """The results in a file of another program: csv, lm-eval or trainer."""
    sources = languages(source_langs)
    if form == "csv":
        if unit is None:
            raise SpecError(
                "a table of scores needs their unit", hint="Give --unit ratio or --unit points."
            )
        if name or sources:
            raise SpecError("a table of scores names its results itself")
        return read_scores(path, unit)
    if unit is not None:
        raise SpecError(f"{form} has a unit of its own: --unit is for csv")
    if not (name or sources):
        raise SpecError(
            "the file does not say what was trained", hint="Give --name, --sources or both."
        )
    name = display_name(name or set_name(sources))
    if form == "lm-eval":
        return [read_lm_eval(path, name=name, source_langs=sources, seed=seed)]
    if form == "trainer":
        return [read_predictions(path, name=name, source_langs=sources, seed=seed)]
    raise SpecError(f"unknown format {form!r}; known are csv, lm-eval, trainer")


def import_outside(
    store: Store, results: Sequence[OutsideResult], *, path: Path, task: str, experiment: str
) -> tuple[str, ...]:
    """Keep the results that were read from `path`; the digests of those that are new.

    Whoever names the `experiment` states that task, test items and training but for the sources
    are the same in all results of that name.
    """
    specs = [_spec(result, task, experiment) for result in results]
    _require_same_items(store, specs, results)
    imported = Imported(
        source=f"file {path.name[:100]!r}",
        imported_utc=utc_now(),
        made_utc="",
        sha256=files.fingerprint(path),
        product_version=PRODUCT_VERSION,
    )
    return store.outside.put_all(list(zip(specs, results, strict=True)), imported)


def outside_groups(store: Store) -> list[OutsideGroup]:
    """All stored results from elsewhere, over seeds."""

    def key(info: OutsideInfo) -> tuple[str, str, tuple[str, ...]]:
        return info.spec.experiment, info.spec.name, info.spec.source_langs

    groups = []
    for (experiment, name, sources), found in itertools.groupby(
        sorted(store.outside.list(), key=lambda info: (*key(info), info.spec.seed)), key=key
    ):
        infos = tuple(found)
        groups.append(
            OutsideGroup(
                experiment=experiment,
                task=infos[0].spec.task,
                name=name,
                source_langs=sources,
                results=infos,
            )
        )
    return groups


def outside_gains(
    store: Store, a: OutsideGroup, b: OutsideGroup, metric: str
) -> tuple[OutsideGain, ...]:
    """Group `b` minus group `a` on every target that both are scored on by `metric`, by target.

    Only seeds that both have are used. BadInputError if they were not stated to be comparable.
    """
    if a.experiment != b.experiment:
        raise BadInputError(
            f"{a.name} and {b.name} were imported under different experiments",
            hint="Import both under one --experiment if they were trained and tested alike.",
        )
    of_a = {info.spec.seed: info for info in a.results}
    pairs = [(of_a[i.spec.seed], i) for i in b.results if i.spec.seed in of_a]
    if not pairs:
        raise BadInputError(f"{a.name} and {b.name} have no seed in common")
    scored = [
        {lang for lang, of in info.targets.items() if metric in of.scores}
        for pair in pairs
        for info in pair
    ]
    sources = {*a.source_langs, *b.source_langs}
    return tuple(
        _gain(store, pairs, lang, metric, is_source=lang in sources)
        for lang in sorted(set.intersection(*scored))
    )


def _gain(
    store: Store,
    pairs: list[tuple[OutsideInfo, OutsideInfo]],
    lang: str,
    metric: str,
    *,
    is_source: bool,
) -> OutsideGain:
    scores = np.array([[info.targets[lang].scores[metric] for info in pair] for pair in pairs])
    differences = scores[:, 1] - scores[:, 0]
    low: float | None = None
    high: float | None = None
    if len(pairs) >= MIN_SEEDS:
        low, high = t_interval(differences)
    elif metric in BY_ITEM and len({i.targets[lang].items for p in pairs for i in p} - {""}) == 1:
        found = [[store.outside.outcomes(i.result, lang) for i in pair] for pair in pairs]
        known = [(x, y) for x, y in found if x is not None and y is not None]
        if len(known) == len(pairs):
            hits_a, hits_b = (np.sum([p[i]["n_correct"] for p in known], axis=0) for i in (0, 1))
            sizes = np.sum([p[0]["n_tokens"] for p in known], axis=0)
            low, high = ratio_bootstrap(hits_a, hits_b, sizes, seed=0)
    score_a, score_b = scores.mean(axis=0)
    sizes_stated = {i.targets[lang].n_items for pair in pairs for i in pair} - {None}
    return OutsideGain(
        lang=lang,
        score_a=float(score_a),
        score_b=float(score_b),
        difference=float(differences.mean()),
        low=low,
        high=high,
        n_items=sizes_stated.pop() if sizes_stated else None,
        n_seeds=len(pairs),
        is_source=is_source,
    )


def _spec(result: OutsideResult, task: str, experiment: str) -> OutsideSpec:
    described = {lang: dataclasses.asdict(scores) for lang, scores in result.targets.items()}
    content = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for lang, arrays in sorted(result.outcomes.items()):
        for name, array in sorted(arrays.items()):
            content.update(f"{lang} {name} {array.tolist()}".encode())
    return OutsideSpec(
        experiment=experiment,
        task=task,
        name=result.name,
        source_langs=result.source_langs,
        target_langs=tuple(result.targets),
        seed=result.seed,
        content=content.hexdigest()[:16],
    )


def _require_same_items(
    store: Store, specs: Sequence[OutsideSpec], results: Sequence[OutsideResult]
) -> None:
    """What an experiment's results are scored on is the same, as far as they tell."""
    experiment = specs[0].experiment
    kept = [i for i in store.outside.list() if i.spec.experiment == experiment]
    seen = [(i.spec.name, i.spec.task, i.targets) for i in kept]
    seen += [(s.name, s.task, r.targets) for s, r in zip(specs, results, strict=True)]
    told: dict[tuple[str, str], tuple[object, str]] = {}
    for name, task, targets in seen:
        facts: dict[tuple[str, str], object] = {("task", ""): task}
        for lang, scores in targets.items():
            facts["number of items", lang] = scores.n_items
            facts["items", lang] = scores.items or None
        for fact, value in facts.items():
            if value is None:
                continue
            first, by = told.setdefault(fact, (value, name))
            if first != value:
                raise BadInputError(
                    f"{by} and {name} differ in their {' of '.join(filter(None, fact))} "
                    f"({first} and {value}), so they are no one experiment",
                    hint="Give another --experiment.",
                )
