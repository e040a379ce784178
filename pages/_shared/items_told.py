"""What the items on which two runs differ say, in words and in tables."""

import pandas as pd

from mslt_core import figures
from mslt_core.spec.items import ItemsCompared, SeedCells
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from pages._shared.messages import escape

WHOLE = {
    "accuracy": ("sentences", "wholly right"),
    "span_f1": ("sentences", "with every entity right and none too many"),
    "item_accuracy": ("items", "right"),
    "macro_f1": ("items", "right"),
    "answer_f1": ("questions", "with every word of the answer right"),
    "exact_match": ("questions", "exactly right"),
}
"""What is counted, and what it is to be right."""


def answer(found: ItemsCompared) -> str:
    """The finding in a sentence, and what other seeds say."""
    one, (things, right) = found.chosen, WHOLE[found.metric]
    name_a, name_b = escape(found.name_a), escape(found.name_b)
    told = (
        f"On {escape(label(found.lang))}, **{name_b}** gets **{one.only_b:,}** of {found.n:,} "
        f"{things} {right} that {name_a} does not, the other way round **{one.only_a:,}** "
        f"({_seed(one)}; mid-p McNemar, {figures.p_told(one.p)})."
    )
    others = [cells for cells in found.cells if cells is not one]
    if not others:
        return f"{told} Another seed may tell otherwise."
    counted = "; ".join(f"{c.only_b:,} against {c.only_a:,}" for c in others)
    return f"{told} With other seeds: {counted}."


def _seed(cells: SeedCells) -> str:
    if cells.seed_a == cells.seed_b:
        return f"seed {cells.seed_a}"
    return f"seeds {cells.seed_b} and {cells.seed_a}"


def errors_table(found: ItemsCompared) -> pd.DataFrame:
    """One row a label, in points."""
    a, b = found.name_a, found.name_b
    names = [METRICS[f"label_{name}"].label.lower() for name in ("precision", "recall", "f1")]
    rows = [
        {
            "label": row.label,
            "gold": row.n_gold,
            **{
                f"{a}, {names[0]}": row.precision_a,
                f"{a}, {names[1]}": row.recall_a,
                f"{a}, {names[2]}": row.f1_a,
                f"{b}, {names[0]}": row.precision_b,
                f"{b}, {names[1]}": row.recall_b,
                f"{b}, {names[2]}": row.f1_b,
                "F1, difference": row.difference,
                "low": row.low,
                "high": row.high,
            },
        }
        for row in found.by_label
    ]
    frame = pd.DataFrame(rows)
    shares = [name for name in frame.columns if name not in {"label", "gold"}]
    frame[shares] = (100 * frame[shares].astype(float)).round(1)
    return frame
