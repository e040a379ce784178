"""The same question asked of another base model: experiments that differ in it alone."""

import functools
from collections import Counter
from collections.abc import Sequence

from mslt_core.pipeline.grouping import ASIDE, main_metric
from mslt_core.pipeline.sizes import by_size
from mslt_core.pipeline.swept import swept
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.results import RunGroup
from mslt_core.spec.set_views import ModelSizes
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store


@functools.lru_cache(maxsize=4096)
def _but_the_model(spec: TrainSpec) -> str:
    """Larger models are trained with smaller learning rates, as in the paper's Table 5."""
    return spec.but(
        seed=0,
        source_langs=("en",),
        shots=0,
        shot_langs=(),
        model="any",
        model_fingerprint="0" * 16,
        learning_rate=1e-5,
        **ASIDE,
    ).digest()


def sizes_of_sisters(
    store: Store,
    everything: Sequence[RunGroup],
    groups: Sequence[RunGroup],
    metric: str | None = None,
) -> tuple[ModelSizes, ...]:
    """Scores by number of sources of the other models that were asked the same.

    Task, data, budget, targets and recipe are equal to those of `groups`; the model, and perhaps
    its learning rate, are not. No two have one name, nor that of the model of `groups`.
    """
    if not groups:
        return ()
    metric, ours = metric or main_metric(groups), groups[0].runs[0].spec
    found: dict[str, list[RunGroup]] = {}
    for group in everything:
        theirs = group.runs[0].spec
        other = theirs.model_fingerprint != ours.model_fingerprint
        if other and _but_the_model(theirs) == _but_the_model(ours) and metric in group.metrics:
            found.setdefault(group.experiment, []).append(group)
    specs = [sister[0].runs[0].spec for sister in found.values()]
    bases = {(spec.model, spec.model_fingerprint) for spec in (ours, *specs)}
    times = Counter(model for model, _ in bases)  # the folders of all runs' own weights have one
    return tuple(
        _told(store, sister, _name(spec, ours, alike=times[spec.model] > 1), metric)
        for spec, sister in zip(specs, found.values(), strict=True)
    )


def _name(spec: TrainSpec, ours: TrainSpec, *, alike: bool) -> str:
    """With the first digits of what is in the model where another one is called like it."""
    told = f" ({spec.model_fingerprint[:4]})" if alike else ""
    rate = "" if spec.learning_rate == ours.learning_rate else f", rate {spec.learning_rate:g}"
    return f"{spec.model}{told}{rate}"


def _told(store: Store, groups: Sequence[RunGroup], name: str, metric: str) -> ModelSizes:
    try:
        result = by_size(store, swept(groups), metric)
        reason = "" if result else "no two sizes of its sets are all there"
    except BadInputError as e:
        result, reason = None, e.message
    return ModelSizes(
        name=name,
        experiment=groups[0].experiment,
        result=result,
        reason=reason,
    )
