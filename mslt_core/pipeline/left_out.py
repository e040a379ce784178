"""Why rows that lie in evaluation files are not scored, in words."""

from collections.abc import Mapping

from mslt_core.data import tasks
from mslt_core.data.tasks.splits import IDS_RESTART, TRANSLATED
from mslt_core.pipeline.drawing import evaluation_items
from mslt_core.pipeline.training import as_asked_for
from mslt_core.spec.languages import label
from mslt_core.spec.naming import first_few
from mslt_core.spec.specs import OWN_TOLD, TrainSpec, Where

Reasons = Mapping[str, Mapping[str, int]]
"""Language to reason to rows."""

MOST_LANGS = 5
LARGE_SHARE = 0.2
"""Of a language's rows: where so many are translations of training rows, their ids may be none."""


def not_scored(spec: TrainSpec, where: Where) -> list[str]:
    """What to tell of a run's evaluation files, one sentence each; nothing where all is scored."""
    trained, scored, _ = as_asked_for(spec, where)
    if not isinstance(scored, tasks.SplitTask):
        return []
    out = {lang: dict(scored.left_out(lang)) for lang in spec.target_langs}
    n_left = {lang: len(scored.evaluation(lang)) for lang in spec.target_langs}
    if spec.eval_task:
        whole = spec.model_copy(update={"eval_limit": None})
        for lang, rows in evaluation_items(scored, whole, trained=trained).items():
            if known := n_left[lang] - len(rows):
                out[lang][f"in what {OWN_TOLD.get(trained.name, trained.name)} trains on"] = known
    return told_of(scored, out, n_left)


def told_of(task: tasks.Task, out: Reasons, n_left: Mapping[str, int]) -> list[str]:
    """One sentence for all reasons, and one where meanings seem to be none.

    `n_left` are the rows of every language that are scored.
    """
    totals: dict[str, dict[str, int]] = {}
    for lang, reasons in out.items():
        for reason, n in reasons.items():
            totals.setdefault(reason, {})[lang] = n
    told = [
        f"{sum(by_lang.values()):,} {why} ({_by_lang(by_lang)})" for why, by_lang in totals.items()
    ]
    if not told:
        return []
    sentences = [f"Not scored of the test rows: {', '.join(told)}."]
    shares = {
        lang: n / (n_left[lang] + sum(out[lang].values()))
        for lang, n in totals.get(TRANSLATED, {}).items()
    }
    most = max(shares, key=shares.__getitem__, default="")
    if task.name in OWN_TOLD and shares.get(most, 0.0) >= LARGE_SHARE:
        known = f"{100 * shares[most]:.0f} % of the test rows in {label(most)}"
        sentences.append(f"{known} have the meaning of a training row. {IDS_RESTART}")
    return sentences


def _by_lang(rows: Mapping[str, int]) -> str:
    """de 12, en 3 and 2 more."""
    ordered = sorted(rows.items(), key=lambda one: (-one[1], one[0]))
    return first_few([f"{lang} {n:,}" for lang, n in ordered], MOST_LANGS)
