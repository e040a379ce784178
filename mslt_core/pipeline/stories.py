"""What a pinned finding rests on, its link, and whether there are newer results."""

import functools
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from mslt_core.pipeline.grouping import group_key, run_groups
from mslt_core.pipeline.learnt import nothing_learnt
from mslt_core.pipeline.outcomes import scores_of
from mslt_core.spec.citing import BETWEEN, seeds_told
from mslt_core.spec.errors import NotComputedError, StoreError
from mslt_core.spec.outside import OutsideInfo, OutsideScores
from mslt_core.spec.results import RunGroup, RunInfo, TargetScores
from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.stories import Origin, OutsideShown, Pair, Pinned
from mslt_core.spec.version import PRODUCT_VERSION
from mslt_core.store import Store

LIBRARIES = ("numpy", "scipy", "scikit-learn", "plotly", "torch", "transformers")
"""Those whose version may change a number or how it is drawn."""


def find_story(store: Store, name: str) -> str:
    """The id of the one story with this id or title."""
    ids = store.stories.story_ids()
    if name in ids:
        return name
    found = [story_id for story_id in ids if _title(store, story_id) == name]
    if len(found) != 1:
        raise NotComputedError(
            f"there is no one story {name!r}",
            hint=f"Stories here: {', '.join(ids) or 'none; pin findings on the pages'}.",
        )
    return found[0]


def _title(store: Store, story_id: str) -> str | None:
    """None where it is damaged."""
    try:
        return store.stories.story(story_id).title
    except StoreError:
        return None


def origin_of(
    store: Store,
    infos: Sequence[RunInfo],
    *,
    page: str,
    query: Iterable[Pair] = (),
    experiment: str = "",
    sizes: str | None = None,
    outside: Sequence[OutsideInfo] = (),
) -> Origin:
    """What a finding on `page` was computed from.

    `infos` are the runs that it shows, `outside` the imported results; `sizes` says how much was
    looked at, if not their own test items.
    """
    origin = Origin(
        page=page,
        query=tuple(query),
        experiment=experiment,
        sizes=items_told(store, infos, outside) if sizes is None else sizes,
        versions=software(),
        outside=tuple(map(_shown, outside)),
    )
    if not infos:
        return origin
    shown = {info.run for info in infos}
    specs = [info.spec for info in infos]
    compared = [spec for spec in specs if not spec.oracle]  # an oracle may have other seeds
    return origin.but(
        task=_all(spec.task_told for spec in specs),
        data=_all(data for spec in specs for data in (spec.data, spec.eval_data) if data),
        model=_all(spec.model for spec in specs),
        model_fingerprint=_all(spec.model_fingerprint for spec in specs),
        runs=tuple(sorted(shown)),
        sets=tuple(dict.fromkeys(info.name for info in infos)),
        seeds=tuple(sorted({spec.seed for spec in compared or specs})),
        known=tuple(sorted(info.run for info in _akin(store, infos) if info.run not in shown)),
        doubt=nothing_learnt((info, scores_of(store, info)) for info in infos if info.has_scores),
    )


def software() -> tuple[Pair, ...]:
    """The product, Python, and the libraries that are installed, with their versions."""
    found: list[Pair] = [("mslt-lab", PRODUCT_VERSION), ("python", platform.python_version())]
    for name in LIBRARIES:
        try:
            found.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            continue  # what is not there has computed nothing
    return tuple(found)


def items_told(store: Store, infos: Sequence[RunInfo], outside: Sequence[OutsideInfo] = ()) -> str:
    """4 languages scored, 200 to 300 items each."""
    scored: list[Mapping[str, TargetScores | OutsideScores]] = [
        store.runs.outcome(info.run, rows=False)["scores"] for info in infos if info.has_scores
    ]
    scored += [info.targets for info in outside]
    langs = {lang for scores in scored for lang in scores}
    found = [of_lang.n_items for scores in scored for of_lang in scores.values()]
    if not found:
        return ""
    several = len(langs) > 1
    told = f"{len(langs)} language{'s' * several} scored"
    n_items = sorted({n for n in found if n is not None})
    if not n_items:  # a file need not state them
        return told
    items = f"{n_items[0]:,}" + (f" to {n_items[-1]:,}" if len(n_items) > 1 else "")
    return f"{told}, {items} items{' each' * several}"


def _shown(info: OutsideInfo) -> OutsideShown:
    spec, came = info.spec, info.imported
    return OutsideShown(
        result=info.result,
        experiment=spec.experiment,
        task=spec.task,
        name=spec.name,
        seed=spec.seed,
        source=came.source,
        sha256=came.sha256,
        imported_utc=came.imported_utc,
    )


def newer_than(store: Store, pinned: Pinned) -> tuple[str, ...]:
    """What has changed since: newer runs of the same sets, and runs that are gone.

    A newer run has scores, was neither shown nor there when the finding was pinned, and asks the
    same of the same set, be it on another state of the data or of the model.
    """
    origin = pinned.pin.origin
    return (*_newer_runs(store, origin), *_gone_results(store, origin))


def _newer_runs(store: Store, origin: Origin) -> tuple[str, ...]:
    if not origin.runs:
        return ()
    by_run = {info.run: info for info in store.runs.list() if info.has_scores}
    shown = [by_run[run] for run in origin.runs if run in by_run]
    told = []
    old = {*origin.runs, *origin.known}
    # what is kept beside a run makes another run of it, and no newer result
    asked = {_asked(by_run[run].spec) for run in old if run in by_run}
    new = [info for info in _akin(store, shown) if _asked(info.spec) not in asked]
    same = [info for info in new if not (_other_data(info, origin) or _other_model(info, origin))]
    other = [info for info in new if info not in same]
    if same:
        told.append(f"Newer results exist: {_runs_told(same)}.")
    if other:
        data = "on other data" if any(_other_data(info, origin) for info in other) else ""
        model = "from other weights" if any(_other_model(info, origin) for info in other) else ""
        what = " and ".join(filter(None, [data, model]))
        told.append(f"Newer results {what} exist: {_runs_told(other)}.")
    if gone := len(origin.runs) - len(shown):
        n = len(origin.runs)
        told.append(f"{gone} of its {n} run{'s' * (n > 1)} can no longer be read in this store.")
    return tuple(told)


def _gone_results(store: Store, origin: Origin) -> tuple[str, ...]:
    if not origin.outside:
        return ()
    n = len(origin.outside)
    gone = {one.result for one in origin.outside} - {*store.outside.digests()}
    if not gone:
        return ()
    verb = "are" if len(gone) > 1 else "is"
    return (f"{len(gone)} of its {n} imported result{'s' * (n > 1)} {verb} not in this store.",)


def link_to(origin: Origin, address: str) -> str:
    """The link that reopens a view; `address` is the dashboard's own, up to its pages."""
    # brackets and commas may stand in a query as they are, and are easier to read
    query = f"?{urlencode(origin.query, safe='(),')}" if origin.query else ""
    return f"{address.rstrip('/')}{origin.path}{query}"


def groups_here(store: Store, origin: Origin) -> tuple[RunGroup, ...]:
    """The experiment of a pin's runs in this store; () where none of them is there.

    By its runs, since what an experiment is called depends on what else lies in a store.
    """
    infos = store.runs.list()
    groups, shown = run_groups(store, infos), {*origin.runs}
    # a run may stand in its group for another one that has the same scores
    sets = {group_key(info.spec) for info in infos if info.run in shown and info.has_scores}
    mine = {group.experiment for group in groups if group.key in sets}
    return tuple(group for group in groups if group.experiment in mine) if len(mine) == 1 else ()


def _akin(store: Store, infos: Iterable[RunInfo]) -> list[RunInfo]:
    """Finished runs of the same sets by the same recipe, whatever data and weights it met."""
    wanted = {_loosely(info.spec) for info in infos}
    done = (info for info in store.runs.list() if info.has_scores and not info.spec.oracle)
    return [info for info in done if _loosely(info.spec) in wanted]


@functools.lru_cache(maxsize=4096)  # a story asks for all runs at every slide
def _loosely(spec: TrainSpec) -> str:
    return group_key(spec.but(data="any", model_fingerprint="any"))


def _asked(spec: TrainSpec) -> tuple[str, int]:
    return group_key(spec), spec.seed


def _other_data(info: RunInfo, origin: Origin) -> bool:
    return info.spec.data not in origin.data.split(BETWEEN)


def _other_model(info: RunInfo, origin: Origin) -> bool:
    return info.spec.model_fingerprint not in origin.model_fingerprint.split(BETWEEN)


def _all(names: Iterable[str]) -> str:
    """One name, or all where runs of several experiments are shown."""
    return BETWEEN.join(dict.fromkeys(names))


def _runs_told(infos: Sequence[RunInfo]) -> str:
    """MSLT(de, en, es) with seeds 3 and 4, SSLT(en) with seed 3."""
    by_set: dict[str, list[int]] = {}
    for info in infos:
        by_set.setdefault(info.name, []).append(info.spec.seed)
    return ", ".join(f"{name} with {seeds_told(sorted(seeds))}" for name, seeds in by_set.items())
