"""What is kept in memory between reruns. A key names its whole question, so nothing expires.

Arguments that a function seems not to use (a digest, a stamp) are part of its key.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Access, Measures, Swept, TaskOffer
from mslt_core.spec.coverage import CoverageResult
from mslt_core.spec.evidence import Average, Ranking
from mslt_core.spec.judging import Judged, SearchCurve
from mslt_core.spec.looks import ClustersSpec, FramesSpec, StabilitySpec
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.rankings import CriteriaResult, EnglishFixed, PaperOverlay, SelectionResult
from mslt_core.spec.results import (
    FramesResult,
    GainResult,
    MingleResult,
    RunGroup,
    RunInfo,
    RunResult,
)
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import MingleSpec

Looked = MingleSpec | MeasureSpec | FramesSpec | StabilitySpec | ClustersSpec


@st.cache_resource(max_entries=16, show_spinner=False)  # up to a million sets: never copied
def _selection(root: str, digest: str, stamp: str, _spec: SelectSpec) -> SelectionResult:  # noqa: ARG001
    return pipeline.select(_access(root), _spec)


def selection(root: str, spec: SelectSpec) -> SelectionResult:
    """All sets, ranked; NotComputedError where embeddings are missing."""
    stamp = pipeline.choosing_stamp(_access(root), spec)
    return _selection(root, spec.digest(), stamp, spec)


@st.cache_resource(max_entries=3, show_spinner=False)
def _comparison(root: str, digest: str, stamp: str, _spec: SelectSpec) -> CriteriaResult:  # noqa: ARG001
    return pipeline.compare(_access(root), _spec)


def comparison(root: str, spec: SelectSpec) -> CriteriaResult:
    """The same sets under all criteria."""
    if not spec.minimise or spec.criterion == "blend":  # then the criterion is of no account
        spec = spec.but(criterion="script", minimise=False, weights=())
    stamp = pipeline.choosing_stamp(_access(root), spec, everything=True)
    return _comparison(root, spec.digest(), stamp, spec)


@st.cache_resource(max_entries=4, show_spinner=False)
def paper_overlay(root: str) -> tuple[PaperOverlay, EnglishFixed]:
    """What the paper reports of which set."""
    return pipeline.paper_overlay(_access(root))


@st.cache_resource(max_entries=64, show_spinner=False)
def _judged(
    root: str,
    fixed: str | None,
    metric: str,
    average: Average,
    stamp: str,  # noqa: ARG001
    _sweep: Swept,
    _asked: SelectSpec,
) -> Judged:
    return pipeline.judge_criteria(
        _access(root), _sweep, fixed=fixed, metric=metric, average=average, asked=_asked
    )


def judged(
    root: str,
    sweep: Swept,
    *,
    fixed: str | None,
    metric: str,
    average: Average,
    asked: SelectSpec | None = None,
) -> Judged:
    """Every criterion's pick among the sets of a finished sweep."""
    asked = asked or sweep.question()
    embedded = pipeline.choosing_stamp(_access(root), asked, everything=True)
    stamp = f"{_swept_stamp(sweep)} {asked.digest()}"
    found = _judged(root, fixed, metric, average, f"{stamp} {embedded}", sweep, asked)
    _were_judged().add((root, fixed, metric, average, stamp))
    return found


@st.cache_resource(max_entries=1, show_spinner=False)
def _were_judged() -> set[tuple[str, str | None, str, Average, str]]:
    return set()


def judged_before(root: str, sweep: Swept, metric: str) -> Judged | None:
    """Every criterion's pick, if that was asked since the start: at first it takes seconds."""
    stamp = f"{_swept_stamp(sweep)} {sweep.question().digest()}"
    if (root, None, metric, "shared", stamp) not in _were_judged():
        return None
    return judged(root, sweep, fixed=None, metric=metric, average="shared")


@st.cache_resource(max_entries=64, show_spinner=False)
def _search_curves(scores: bytes, _judged: Judged) -> tuple[SearchCurve, ...]:  # noqa: ARG001
    return pipeline.search_curves(_judged)


def search_curves(judged: Judged) -> tuple[SearchCurve, ...]:
    """Every way of choosing the next set, replayed."""
    goodness = [scores.tobytes() for scores in judged.goodness.values()]
    return _search_curves(b"".join([judged.scores.tobytes(), *goodness]), judged)


def _access(root: str) -> Access:
    return Access(store=pipeline.open_store(root), compute=False, roots=pipeline.allowed_roots())


@st.cache_data(max_entries=4096, show_spinner=False)
def _run_result(root: str, run: str, stamp: str) -> RunResult:  # noqa: ARG001
    return pipeline.run_result(pipeline.open_store(root), run)


def run_results(root: str, group: RunGroup) -> list[RunResult]:
    """The scores of a group's runs, one a seed."""
    return [_run_result(root, info.run, _stamp(group)) for info in group.runs]


@st.cache_data(max_entries=64, show_spinner=False)
def _gains(
    root: str,
    metric: str | None,
    average: Average,
    stamp: str,  # noqa: ARG001
    _baseline: RunGroup,
    _others: tuple[RunGroup, ...],
    _beside: tuple[RunGroup, ...],
    _pool: tuple[RunGroup, ...],
) -> tuple[GainResult, ...]:
    store = pipeline.open_store(root)
    shared, _ = pipeline.zero_shot_means(store, (_baseline, *_others, *_beside), metric)
    return pipeline.gains_over(
        store, _baseline, _others, metric, mean_over=shared, average=average, pool=_pool
    )


def gains(
    root: str,
    baseline: RunGroup,
    others: tuple[RunGroup, ...],
    metric: str | None = None,
    *,
    average: Average = "shared",
    beside: tuple[RunGroup, ...] = (),
    pool: tuple[RunGroup, ...] = (),
) -> tuple[GainResult, ...]:
    """Each group minus the baseline; the means are over targets that none of them trained on.

    Nor did the groups that stand `beside` them elsewhere; those of `pool` lend their seeds' noise.
    """
    stamp = _stamps((baseline, *others), beside, pool)
    return _gains(root, metric, average, stamp, baseline, others, beside, pool)


@st.cache_data(max_entries=64, show_spinner=False)
def _oracle_scores(root: str, metric: str, stamp: str, _group: RunGroup) -> dict[str, float]:  # noqa: ARG001
    return pipeline.oracle_scores(pipeline.open_store(root), _group, metric)


def oracle_scores(
    root: str, runs: Sequence[RunInfo], group: RunGroup, metric: str
) -> dict[str, float]:
    """Target to the score of training on its own data; empty without oracles."""
    oracles = sorted(_run_stamp(info) for info in runs if info.spec.oracle and info.has_scores)
    stamp = " ".join([_stamp(group), *oracles])
    return _oracle_scores(root, metric, stamp, group) if oracles else {}


@st.cache_data(max_entries=64, show_spinner=False)
def _zero_shot_means(
    root: str,
    stamp: str,  # noqa: ARG001
    _groups: tuple[RunGroup, ...],
) -> tuple[tuple[str, ...], dict[str, float]]:
    return pipeline.zero_shot_means(pipeline.open_store(root), _groups)


def zero_shot_means(
    root: str, groups: tuple[RunGroup, ...]
) -> tuple[tuple[str, ...], dict[str, float]]:
    """The targets that none of the groups trained on, and each group's mean main score there."""
    return _zero_shot_means(root, " ".join(map(_stamp, groups)), groups)


@st.cache_data(max_entries=64, show_spinner=False)
def _ranking(
    root: str,
    metric: str | None,
    average: Average,
    stamp: str,  # noqa: ARG001
    _groups: tuple[RunGroup, ...],
    _pool: tuple[RunGroup, ...],
) -> Ranking:
    store = pipeline.open_store(root)
    return pipeline.ranking(store, _groups, metric, average=average, pool=_pool)


def ranking(
    root: str,
    groups: tuple[RunGroup, ...],
    metric: str | None = None,
    *,
    average: Average = "shared",
    pool: tuple[RunGroup, ...] = (),
) -> Ranking:
    """The groups by their mean, and those that may be the best."""
    return _ranking(root, metric, average, _stamps(groups, pool), groups, pool)


@st.cache_data(max_entries=64, show_spinner=False)
def keep(question: str, _compute: Callable[[], Any]) -> Any:  # noqa: ARG001
    """What is computed, under a key that names its whole question."""
    return _compute()


def groups_stamp(groups: tuple[RunGroup, ...], pool: tuple[RunGroup, ...] = ()) -> str:
    """Changes when a run of the groups is trained again."""
    return _stamps(groups, pool)


def sweep_stamp(sweep: Swept, more: tuple[RunGroup, ...], pool: tuple[RunGroup, ...]) -> str:
    """Changes when a run of the sweep or of the groups is trained again."""
    return f"{_swept_stamp(sweep)} / {_stamps(more, pool)}"


@st.cache_resource(max_entries=24, show_spinner=False)  # arrays that nobody changes
def _looked(root: str, name: str, digest: str, stamp: str, _spec: Looked) -> Any:  # noqa: ARG001
    look_at = getattr(pipeline, name)
    return look_at(pipeline.open_store(root), _spec, compute=False, roots=pipeline.allowed_roots())


def look(root: str, name: str, spec: Looked) -> Any:
    """What the pipeline's function of that name has stored; NotComputedError where a part is
    missing. Errors are not kept."""
    look = spec if isinstance(spec, MingleSpec | MeasureSpec) else spec.look
    stamp = pipeline.look_stamp(pipeline.open_store(root), look, roots=pipeline.allowed_roots())
    return _looked(root, name, spec.digest(), stamp, spec)


def mingle(root: str, spec: MingleSpec) -> MingleResult:
    """Stored maps and CKA."""
    return look(root, "mingle", spec)


def frames(root: str, spec: FramesSpec) -> FramesResult:
    """Stored maps of every layer."""
    return look(root, "layer_frames", spec)


def measures(root: str, spec: MeasureSpec) -> Measures:
    """Stored measures of every layer."""
    return look(root, "measure", spec)


@st.cache_data(max_entries=8, show_spinner=False)
def _task_offer(task: str, data: str | None, stamp: str) -> TaskOffer:  # noqa: ARG001
    return pipeline.task_offer(task, data, roots=pipeline.allowed_roots())


def task_offer(task: str, data: str | None) -> TaskOffer:
    """The languages that a task has here; looked at again when the folder changes."""
    return _task_offer(task, data, _data_stamp(data))


@st.cache_data(max_entries=256, show_spinner=False)
def _expected_shares(question: str, stamps: str, _asked: Mapping[str, Any]) -> dict[str, int]:  # noqa: ARG001
    return pipeline.expected_shares(**_asked, roots=pipeline.allowed_roots())


def expected_shares(asked: Mapping[str, Any]) -> dict[str, int]:
    """What each language of a run would get; refused where the data has too little of one."""
    stamps = " ".join(_data_stamp(asked[name]) for name in ("data", "eval_data"))
    return _expected_shares(repr(sorted(asked.items())), stamps, asked)


@st.cache_data(max_entries=8, show_spinner=False)
def _data_coverage(task: str, data: str | None, stamp: str) -> CoverageResult:  # noqa: ARG001
    return pipeline.data_coverage(task, data, roots=pipeline.allowed_roots())


def data_coverage(task: str, data: str | None) -> CoverageResult:
    """What there is for each language; counted again when the folder changes."""
    return _data_coverage(task, data, _data_stamp(data))


def _data_stamp(data: str | None) -> str:
    return pipeline.data_stamp(data, roots=pipeline.allowed_roots())


def _stamps(*parts: tuple[RunGroup, ...]) -> str:
    """Which groups, in which part of the question."""
    return " / ".join(" ".join(map(_stamp, some)) for some in parts)


def _swept_stamp(sweep: Swept) -> str:
    return " ".join(map(_stamp, (*sweep.groups, *filter(None, [sweep.whole]))))


def _stamp(group: RunGroup) -> str:
    """Changes when a run of the group is trained again."""
    return " ".join(map(_run_stamp, group.runs))


def _run_stamp(info: RunInfo) -> str:
    return f"{info.run}:{info.created_utc}:{info.elapsed_s}"
