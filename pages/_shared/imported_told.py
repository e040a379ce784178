"""What is said of imported results, in words and in tables."""

from collections.abc import Sequence

import pandas as pd

from mslt_core import pipeline
from mslt_core.pipeline import OutsideGroup
from mslt_core.spec.evidence import IMPORTED_MARK
from mslt_core.spec.languages import label
from mslt_core.spec.outside import OutsideResult
from mslt_core.spec.results import GainResult, RunGroup
from pages._shared.context import Context
from pages._shared.messages import escape


def experiment_names(context: Context, groups: Sequence[OutsideGroup]) -> dict[str, str]:
    """Every imported experiment to its name; that of one's own runs is named as they are."""
    own = pipeline.experiment_labels(pipeline.run_groups(context.store))
    keys = dict.fromkeys(group.experiment for group in groups)
    return {key: f"With my runs: {own[key]}" if key in own else key for key in keys}


def listed(groups: Sequence[OutsideGroup]) -> pd.DataFrame:
    """One row a result: what it is, and where it came from."""
    return pd.DataFrame(
        [
            {
                "result": pipeline.shown_name(group),
                "sources": ", ".join(group.source_langs) or "not stated",
                "seed": info.spec.seed,
                "task": info.spec.task,
                "targets": len(info.targets),
                "scores": ", ".join(info.metrics),
                "item by item": all(of.items for of in info.targets.values()),
                "from": info.imported.source,
                "imported": info.imported.imported_utc[:10],
            }
            for group in groups
            for info in group.results
        ]
    )


def scores_table(groups: Sequence[OutsideGroup], metric: str) -> pd.DataFrame:
    """One row a target, one column a result and seed, in points; empty where there is no score."""
    columns = {
        f"{pipeline.shown_name(group)}, seed {info.spec.seed}": {
            lang: 100 * of.scores[metric]
            for lang, of in info.targets.items()
            if metric in of.scores
        }
        for group in groups
        for info in group.results
    }
    langs = sorted({lang for scores in columns.values() for lang in scores})
    rows = [
        {
            "lang": lang,
            "target": label(lang),
            **{name: of.get(lang) for name, of in columns.items()},
        }
        for lang in langs
    ]
    return pd.DataFrame(rows)


def read(results: Sequence[OutsideResult]) -> pd.DataFrame:
    """What a file holds, before it is kept."""
    return pd.DataFrame(
        [
            {
                "result": f"{result.name}{IMPORTED_MARK}",
                "sources": ", ".join(result.source_langs) or "not stated",
                "seed": result.seed,
                "targets": ", ".join(sorted(result.targets)),
                "scores": ", ".join(
                    dict.fromkeys(m for of in result.targets.values() for m in of.scores)
                ),
                "item by item": len(result.outcomes) == len(result.targets),
            }
            for result in results
        ]
    )


def unpaired(groups: Sequence[OutsideGroup | RunGroup], results: Sequence[GainResult]) -> str:
    """What a reader must know of a comparison across programs."""
    told = []
    across = [result for result in results if result.is_across]
    if any(_carries_items(result) for result in across):
        told.append(
            "Between imported results and runs made here test items are not paired, which makes "
            "intervals longer."
        )
    if across:
        told.append(
            "That imported results and runs made here were trained and tested alike is what you "
            "said."
        )
    if nameless := [group.name for group in groups if not group.source_langs]:
        told.append(
            f"Sources of {escape(', '.join(nameless))} are not stated: all targets count as unseen."
        )
    return " ".join(told)


def _carries_items(result: GainResult) -> bool:
    told = (*result.gains, *([result.mean] if result.mean else []))
    return any(one.low is not None and one.sd_items is not None for one in told)
