"""What a run takes of a GPU at the most: its batches as wide as they may be.

A few steps tell little of it. A batch is padded to its longest row, and the one with the longest
rows of all may come at any time, in any language.
"""

import dataclasses
import math
from pathlib import Path

from mslt_core.pipeline.drawing import draw
from mslt_core.pipeline.training import as_asked_for, release_memory
from mslt_core.spec.errors import GpuFullError
from mslt_core.spec.sentences import ChoiceItem, LabelledText, QuestionItem, Row, TaggedSentence
from mslt_core.spec.specs import TrainSpec, Where

STEPS = 2
"""From the first one on AdamW has its numbers, which the second finds beside its gradients."""

LETTERS = 12
"""A sub-word has fewer, on average in any language."""


def gpu_memory(spec: TrainSpec, where: Where, folder: Path) -> tuple[int, int]:
    """Bytes of its GPU that the run takes at the most, and the GPU's own; 0 without one.

    Parameters
    ----------
    spec, where
        The run. Its data are read and its base is loaded.
    folder : Path
        An empty one, for what training leaves behind.

    Notes
    -----
    What this process holds of a run before is let go, and counts where it was more, as of one that
    several processes share. Where the widest batch finds no room on a GPU that nobody else uses,
    the answer is all of it: a run whose rows are shorter may still fit.

    Raises
    ------
    GpuFullError
        If others leave it too little room: asked again when they are gone, it may have an answer.
    """
    from mslt_core.models import memory

    before, total = memory.held()
    if not total:
        return 0, 0
    release_memory()
    try:
        run_widest(spec, where, folder)
    except GpuFullError:
        if memory.is_shared():
            raise
        return total, total
    return max(before, memory.held()[0]), total


def run_widest(spec: TrainSpec, where: Where, folder: Path) -> None:
    """Train two steps and score a full batch, all of rows that are cut at `max_length`."""
    from mslt_core.models import distributed, finetune, predict
    from mslt_core.models.heads.inputs import subwords_at_a_time

    task, _, base = as_asked_for(spec, where)
    drawn = draw(task, spec).rows
    wide = {
        lang: [widened(row, spec.max_length) for row in rows[: spec.batch_size]]
        for lang, rows in drawn.items()
    }
    tuned = finetune.finetune(
        spec.but(steps=STEPS, batch_size=max(1, spec.batch_size // distributed.processes())),
        checkpoint=base,
        kind=task.kind,
        labels=task.labels,
        rows=wide,
        folder=folder,
        report=lambda _: None,
        should_stop=lambda: False,
        save_every=0,
    )
    rows = [row for of_lang in wide.values() for row in of_lang]
    n_rows = math.ceil(subwords_at_a_time(tuned.model) / spec.max_length)
    predict.predict(
        task.kind,
        tuned.model,
        tuned.tokenizer,
        (rows * math.ceil(n_rows / len(rows)))[:n_rows],
        max_length=spec.max_length,
        precision=spec.precision,
    )


def widened(row: Row, length: int) -> Row:
    """The row with its words again and again, until they are `length` sub-words at least."""

    def again(text: str) -> str:
        return " ".join([text] * math.ceil(LETTERS * length / max(len(text), 1)))

    match row:
        case TaggedSentence():
            times = math.ceil(length / len(row.tokens))
            return dataclasses.replace(row, tokens=row.tokens * times, labels=row.labels * times)
        case LabelledText():
            pair = None if row.pair is None else again(row.pair)
            return dataclasses.replace(row, text=again(row.text), pair=pair)
        case ChoiceItem():
            choices = tuple(again(choice) for choice in row.choices)
            return dataclasses.replace(row, premise=again(row.premise), choices=choices)
        case QuestionItem():  # answers stay where they are; a long question would leave no window
            return dataclasses.replace(row, context=again(row.context))
