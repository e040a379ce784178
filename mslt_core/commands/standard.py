"""The standard story: what a store knows, finding by finding, without a pin that anyone set."""

import dataclasses
import datetime
import itertools
from collections.abc import Callable, Iterator

from mslt_core import figures
from mslt_core.commands import standard_told as told
from mslt_core.commands.findings import Compared, Finding, figure, finding
from mslt_core.figures import judged_text
from mslt_core.figures.text import count, gained, maps_size, sentences_told
from mslt_core.pipeline import (
    EXAMPLE_CORPUS,
    LOOK_LANGS,
    MEASURED,
    Access,
    Measures,
    Report,
    base_of,
    by_size,
    corpus_langs,
    gains_by_group,
    gains_over,
    judge_criteria,
    layer_curves,
    measure,
    mingle,
    oracle_scores,
    paired,
    ranking,
    run_result,
    swept,
    zero_shot,
    zero_shot_means,
)
from mslt_core.pipeline.experiment_labels import task_label
from mslt_core.pipeline.oracles import oracle_runs
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.evidence import GainResult
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import MingleSpec
from mslt_core.spec.stories import (
    NumberContent,
    Origin,
    PinContent,
    Pinned,
    Slide,
    Story,
    TableContent,
)

SETS_IN_TABLE = 12


def standard_story(
    compared: Compared, report: Report
) -> tuple[Story, list[tuple[Pinned, PinContent]], list[str]]:
    """Gain, targets, sizes, ties, criteria and mixing; and why what is missing is left out."""
    made: list[tuple[Pinned, PinContent]] = []
    left_out = []
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for place, (part, needs) in enumerate(PARTS.items()):
        report(place, len(PARTS), "collecting findings")
        try:
            found = list(part(compared))
        except (NotComputedError, BadInputError) as e:
            left_out.append(f"{needs} ({e})")
            continue
        if not found:
            left_out.append(needs)
        made += [(Pinned(digest=pin.digest(), pin=pin, created_utc=now), c) for pin, c in found]
    one = compared.baseline.runs[0]
    story = Story(
        title=f"Does MSLT beat SSLT on {task_label(one.spec, one.where)}?",
        slides=tuple(Slide(pin=pinned.digest) for pinned, _ in made),
    )
    return story, made, left_out


def _gains(compared: Compared) -> Iterator[Finding]:
    """The headline, then every target."""
    shared, means = zero_shot_means(compared.store, compared.groups, compared.metric)
    results = gains_over(
        compared.store,
        compared.baseline,
        compared.others,
        compared.metric,
        mean_over=shared,
        pool=compared.pool,
    )
    sizes = count(len(shared), "unseen language")
    for result, group in zip(results, compared.others, strict=True):
        if result.mean is not None:
            pair = paired(compared.baseline, (group,))
            yield _number(result, compared.origin("results", pair, sizes))
    origin = compared.origin("results", paired(compared.baseline, compared.others), sizes)
    colours = compared.colours()
    yield figure(
        lambda theme: figures.target_gains(results, colours=colours, theme=theme),
        told.gains(results),
        origin,
    )
    by_name = {group.name: means[group.key] for group in compared.groups if group.key in means}
    runs = [
        run_result(compared.store, info.run) for group in compared.groups for info in group.runs
    ]
    oracles = oracle_scores(compared.store, compared.baseline, compared.metric)
    own = oracle_runs(compared.store.runs.list(), compared.baseline)
    yield figure(
        lambda theme: figures.target_scores(
            runs, metric=compared.metric, oracles=oracles, colours=colours, theme=theme
        ),
        told.means(by_name, len(shared)) if by_name else "",
        compared.origin("results", compared.groups, sizes, beside=itertools.chain(*own.values())),
    )


def _number(result: GainResult, origin: Origin) -> Finding:
    assert result.mean is not None
    unseen = [one for one in result.gains if one.lang in result.zero_shot]
    return finding(
        "number",
        NumberContent(
            value=f"{gained(result.mean)} points",
            below=f"{METRICS[result.metric].label}, mean over "
            f"{count(len(unseen), 'unseen language')}",
        ),
        title=f"What does {result.name_b} gain over {result.name_a}?",
        told=told.gain(result),
        origin=origin,
    )


def _groups(compared: Compared) -> Iterator[Finding]:
    group = compared.others[0]
    found = gains_by_group(
        compared.store, compared.baseline, group, compared.metric, by="english", pool=compared.pool
    )
    if found.groups:
        sizes = count(sum(len(one.langs) for one in found.groups), "unseen language")
        origin = compared.origin("results", paired(compared.baseline, (group,)), sizes)
        colour = compared.colours()[group.name]
        yield figure(
            lambda theme: figures.group_gains(found, colour=colour, theme=theme),
            told.groups(found),
            origin,
        )


def _sizes(compared: Compared) -> Iterator[Finding]:
    found = by_size(compared.store, swept(compared.pool), compared.metric)
    if found is not None:
        n_sets = sum(len(size.sets) for size in found.sizes)
        sizes = f"{n_sets} sets, {count(len(found.targets), 'unseen language')}"
        origin = compared.origin("results", compared.pool, sizes)
        yield figure(
            lambda theme: figures.scores_by_size(found, theme=theme), told.sizes(found), origin
        )


def _best(compared: Compared) -> Iterator[Finding]:
    groups = zero_shot(compared.pool)
    found = ranking(compared.store, groups, compared.metric)
    if not any(standing.behind for standing in found.standings):
        return
    sizes = f"{len(found.standings)} sets, {count(len(found.targets), 'unseen language')}"
    origin = compared.origin("results", groups, sizes)
    yield figure(lambda theme: figures.best_sets(found, theme=theme), told.best(found), origin)
    rows = tuple(
        (
            one.name,
            round(100 * one.mean, 1),
            gained(one.behind) if one.behind else None,
            one.n_seeds,
            {True: "yes", False: "no", None: "not judged"}[one.may_be_best],
        )
        for one in found.standings[:SETS_IN_TABLE]
    )
    yield finding(
        "table",
        TableContent(
            columns=("Set", "Mean", "Minus the highest (95 %)", "Seeds", "May be the best"),
            rows=rows,
        ),
        title="Which sets score highest?",
        told=told.best(found),
        subtitle=f"{METRICS[found.metric].label} in points, the first {len(rows)} of {sizes}",
        origin=origin,
    )


def _criteria(compared: Compared) -> Iterator[Finding]:
    """Of the sets of three, as in the paper, where they are there."""
    if sweeps := swept(compared.pool):
        sweep = sweeps[0]
        access = Access(store=compared.store, compute=False)
        judged = judge_criteria(access, sweep, metric=compared.metric)
        whole = sweep.whole if judged.everything else None
        sizes = f"{len(judged.sets)} sets of {judged.k}, {len(judged.targets)} targets"
        origin = compared.origin("criteria", (*sweep.groups, *filter(None, [whole])), sizes)
        yield figure(
            lambda theme: figures.criteria_picks(judged, theme=theme),
            judged_text.answer(judged),
            origin,
        )


def _mixing(compared: Compared) -> Iterator[Finding]:
    """Maps, CKA and mingling of the first look, as far as they are stored."""
    known = corpus_langs(EXAMPLE_CORPUS)
    look = MingleSpec(
        checkpoints=(base_of(compared.groups), *(g.runs[0].run for g in compared.groups)),
        corpus=EXAMPLE_CORPUS,
        langs=tuple(lang for lang in LOOK_LANGS if lang in known),
    )
    maps = mingle(compared.store, look, compute=False)
    looked_at = [dataclasses.replace(group, runs=group.runs[:1]) for group in compared.groups]
    colours = compared.colours()
    yield figure(
        lambda theme: figures.language_maps(maps, colours=colours, theme=theme),
        told.mixed(maps),
        compared.origin("mingling", looked_at, maps_size(maps)),
    )
    asked = MeasureSpec(
        checkpoints=look.checkpoints, corpus=look.corpus, langs=look.langs, parts=MEASURED
    )
    try:
        measures = measure(compared.store, asked, compute=False)
    except NotComputedError:  # the maps stand for themselves
        return
    sizes = sentences_told(measures.langs, measures.n)
    origin = compared.origin("mingling", looked_at, sizes)
    for name in ("linear_cka", "mingling"):
        yield _layers(measures, name, colours, origin)


def _layers(measures: Measures, name: str, colours: dict[str, str], origin: Origin) -> Finding:
    """A measure by layer; with the effective rank below, since a collapse raises both."""
    curves = layer_curves(measures, name)
    has_rank = "effective_rank" in measures.names
    rank = layer_curves(measures, "effective_rank") if has_rank else ()
    return figure(
        lambda theme: figures.layer_curves(
            curves,
            title=f"{METRICS[name].label} by layer",
            over=f"mean over all pairs, n = {measures.n:,} sentences of {len(measures.langs)} "
            "languages",
            companion=rank,
            difference=False,
            colours=colours,
            theme=theme,
        ),
        told.measured(measures, name),
        origin,
    )


PARTS: dict[Callable[[Compared], Iterator[Finding]], str] = {
    _gains: "gains are left out: there is nothing to compare",
    _groups: "gains by distance are left out: no unseen target has a distance",
    _sizes: "score by number of sources is left out: it needs every set of two sizes",
    _best: "the best sets are left out: they need three seeds each and a target unseen by all",
    _criteria: "criteria are left out: they need every set of a size",
    _mixing: "mixing is left out: open the Mingling page with its defaults to compute it",
}
"""What is told, and what is missing where it cannot be."""
