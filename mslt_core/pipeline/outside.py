"""Results that other programs made: taken in as what they are."""

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

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
    def seen_langs(self) -> tuple[str, ...]:
        """Languages that it was trained on, as far as they were stated."""
        return self.source_langs

    @property
    def metrics(self) -> tuple[str, ...]:
        """What all of them are scored by."""
        first, *others = (info.metrics for info in self.results)
        return tuple(name for name in first if all(name in metrics for metrics in others))


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
            "the file does not say what was trained", hint="Give a name, the sources or both."
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
    _require_one_set_a_name(store, specs)
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


def _require_one_set_a_name(store: Store, specs: Sequence[OutsideSpec]) -> None:
    """Results are compared and listed by their names: one name is one set of sources."""
    names, experiment = {spec.name for spec in specs}, specs[0].experiment
    kept = [i.spec for i in store.outside.list() if i.spec.experiment == experiment]
    sources: dict[str, tuple[str, ...]] = {}
    # of the names that come alone: earlier versions kept two sets of one name
    for spec in (one for one in (*kept, *specs) if one.name in names):
        first = sources.setdefault(spec.name, spec.source_langs)
        if first != spec.source_langs:
            one, other = (" ".join(langs) or "none stated" for langs in (first, spec.source_langs))
            raise BadInputError(
                f"{spec.name} has the source languages {one} and {other} in the experiment "
                f"{spec.experiment!r}",
                hint="Give other sources another name.",
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
                    hint="Give the experiment another name (--experiment).",
                )
