"""Finished runs on small data of one's own: what they predicted is known item by item."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from mslt_core.data.tasks import open_task
from mslt_core.pipeline.scoring import score
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'

NER = "kind: tagging\ntitle: Names\nlabels: [O, B-PER, I-PER, B-LOC, I-LOC]\n"
SENTENCES = (
    ("Ada Lovelace saw Paris", (1, 2, 0, 3)),
    ("nobody came", (0, 0)),
    (f"Oslo {HOSTILE.replace(' ', '_')}", (3, 1)),
    ("=cmd() Ada", (0, 1)),
)
AS_GOLD = [labels for _, labels in SENTENCES]
"""What a run says that is always right."""


def own_folder(
    folder: Path, told: str, rows: Sequence[Mapping[str, Any]], lang: str = "tr"
) -> Path:
    """A folder of own data with test items in one language."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "task.yaml").write_text(told, encoding="utf-8")
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / f"test-{lang}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def ner_folder(folder: Path, lang: str = "tr") -> Path:
    """Four sentences: two with a name, one without, one with hostile text."""
    names = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
    rows = [
        {"tokens": text.split(), "tags": [names[i] for i in labels]} for text, labels in SENTENCES
    ]
    return own_folder(folder, NER, rows, lang)


def finish(
    store: Store,
    folder: Path,
    source_langs: tuple[str, ...],
    predicted: Any,
    *,
    seed: int = 0,
    lang: str = "tr",
    where: Where | None = None,
) -> str:
    """Put a finished run into the store that said this of the folder's items."""
    task = open_task("own", folder)
    spec = TrainSpec(
        task="own",
        data=task.fingerprint(),
        model="base",
        model_fingerprint="f" * 16,
        source_langs=source_langs,
        target_langs=(lang,),
        budget=100,
        steps=10,
        learning_rate=3e-4,
        eval_limit=None,
        seed=seed,
    )
    if task.kind == "tagging":
        # what models.heads.tagging gives, without loading torch for it
        tags = [np.array(ids, dtype=np.int64) for ids in predicted]
        predicted = SimpleNamespace(tags=tags, n_unseen=0)
    elif task.kind != "questions":
        predicted = np.array(predicted, dtype=np.int64)
    rows = task.evaluation(lang)
    scores, kept = score(task.kind, task.labels, rows, predicted)
    return put(store, spec, {lang: scores}, {lang: kept}, where or Where(data=str(folder)))


def put(store, spec, scores, predictions=None, where=None):
    """Leave in the store what a finished run leaves, these scores among it; its name."""
    run = spec.digest()
    store.runs.create(spec, where or Where())
    with store.runs.claim(run):
        store.runs.set_state(run, "running")
        store.runs.write_outcome(
            run,
            scores=scores,
            predictions=predictions or {},
            sampled={lang: [f"{lang}:1"] for lang in spec.source_langs},
            tokens_seen=dict.fromkeys(spec.source_langs, 7),
            device="cpu",
            weights="a" * 16,
            n_layers=4,
        )
        store.runs.set_state(run, "done")
    return run
