"""Results that other programs made: taken in as what they are."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from mslt_core.data import files
from mslt_core.data.outside import Unit, read_lm_eval, read_predictions, read_scores
from mslt_core.pipeline.grouping import experiments_before, shared_seeds
from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.outside import OutsideInfo, OutsideResult, OutsideSpec, display_name
from mslt_core.spec.results import Imported, RunGroup
from mslt_core.spec.specs import set_name
from mslt_core.spec.version import PRODUCT_VERSION
from mslt_core.store import Store
from mslt_core.store.outside_rules import Experiments, content_of
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
    def imported_under(self) -> frozenset[str]:
        """The experiments that its importers named; see `outside_groups` for where it is now."""
        return frozenset(info.spec.experiment for info in self.results)

    @property
    def imported_utc(self) -> str:
        """When the last of them came in, ISO 8601."""
        return max(info.imported.imported_utc for info in self.results)

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
    known = Experiments()
    for info in store.outside.list():
        known.know(info.spec, info.targets)
    for spec, result in zip(specs, results, strict=True):
        known.add(spec, result.targets)
    imported = Imported(
        source=f"file {path.name[:100]!r}",
        imported_utc=utc_now(),
        made_utc="",
        sha256=files.fingerprint(path),
        product_version=PRODUCT_VERSION,
    )
    return store.outside.put_all(list(zip(specs, results, strict=True)), imported)


def _experiments(infos: Sequence[OutsideInfo], present: Mapping[str, str]) -> dict[str, str]:
    """Every result to the experiment that it is compared in, by former keys' `present` ones.

    Where a result of its name and seed is there already, all of its name stay apart.
    """
    taken = {(i.spec.experiment, i.spec.name, i.spec.seed): i.spec.experiment for i in infos}
    twice = set()
    for info in infos:
        spec = info.spec
        now = present.get(spec.experiment, spec.experiment)
        if taken.setdefault((now, spec.name, spec.seed), spec.experiment) != spec.experiment:
            twice.add((spec.experiment, spec.name))
    return {
        info.result: info.spec.experiment
        if (info.spec.experiment, info.spec.name) in twice
        else present.get(info.spec.experiment, info.spec.experiment)
        for info in infos
    }


def outside_groups(store: Store) -> list[OutsideGroup]:
    """All stored results from elsewhere, over seeds, in the experiment that they are compared in.

    That is what their importer named, or the present key of one's own runs under whose former key
    they were imported.
    """
    infos = store.outside.list()
    experiments = _experiments(infos, experiments_before(store.runs.list()) if infos else {})

    def key(info: OutsideInfo) -> tuple[str, str, tuple[str, ...]]:
        return experiments[info.result], info.spec.name, info.spec.source_langs

    groups = []
    for (experiment, name, sources), found in itertools.groupby(
        sorted(infos, key=lambda info: (*key(info), info.spec.seed)), key=key
    ):
        results = tuple(found)
        groups.append(
            OutsideGroup(
                experiment=experiment,
                task=results[0].spec.task,
                name=name,
                source_langs=sources,
                results=results,
            )
        )
    return groups


def results_paired(
    baseline: OutsideGroup | RunGroup, others: Sequence[OutsideGroup | RunGroup]
) -> tuple[OutsideGroup | RunGroup, ...]:
    """The groups with those alone of a seed that the baseline and a set both have, as `paired`."""
    groups = (baseline, *others)
    of_groups = [g.results if isinstance(g, OutsideGroup) else g.runs for g in groups]
    kept = shared_seeds([{info.spec.seed for info in infos} for infos in of_groups])
    return tuple(
        dataclasses.replace(group, results=tuple(i for i in group.results if i.spec.seed in some))
        if isinstance(group, OutsideGroup)
        else dataclasses.replace(group, runs=tuple(r for r in group.runs if r.spec.seed in some))
        for group, some in zip(groups, kept, strict=True)
    )


def _spec(result: OutsideResult, task: str, experiment: str) -> OutsideSpec:
    return OutsideSpec(
        experiment=experiment,
        task=task,
        name=result.name,
        source_langs=result.source_langs,
        target_langs=tuple(result.targets),
        seed=result.seed,
        content=content_of(result.targets, sorted(result.outcomes.items())),
    )
