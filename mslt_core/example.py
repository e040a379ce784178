"""The shipped example: its base model, and the runs and maps that every page opens with."""

import datetime as dt
import importlib.metadata
import itertools
import json
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np

from mslt_core import jobs, pipeline
from mslt_core.data import cldr
from mslt_core.spec.selecting import Criterion, SelectSpec
from mslt_core.spec.specs import Estimator, MingleSpec, Projection, TrainSpec, Where
from mslt_core.store import Store

COMMAND = "python -m mslt_core example"
BASE_DIR = pipeline.EXAMPLE / pipeline.EXAMPLE_MODEL
BASE_STEPS = 12_000  # about 30 minutes on one core
LINES_PER_LANG = 12_000
HELD_OUT_PER_LANG = 200

SEEDS = (0, 1, 2)
WITH_WEIGHTS = (("en",), ("de", "en", "es"))
"""Source languages of the runs whose weights are shipped, for seed 0; the rest is remade."""

LIBRARIES = ("torch", "transformers", "tokenizers", "Babel", "openTSNE", "umap-learn")

Say = Callable[[str], None]


def build_base(
    out_dir: Path = BASE_DIR,
    *,
    steps: int = BASE_STEPS,
    seed: int = 0,
    lines_per_lang: int = LINES_PER_LANG,
    report: Say | None = None,
) -> dict[str, object]:
    """Pretrain the example's base on the world's monolingual text, all languages in equal shares.

    Returns
    -------
    dict
        The provenance that is saved beside the weights.
    """
    from mslt_core.models.pretrain import BaseSpec, pretrain_base

    n_lines = lines_per_lang + HELD_OUT_PER_LANG
    lines: dict[str, list[str]] = {}
    for lang in cldr.LANGS:
        lines[lang] = cldr.pretraining_lines(lang, n_lines, seed)
        if report is not None:
            report(f"{lang}: {n_lines} lines of text")
    return pretrain_base(
        out_dir,
        {lang: found[:lines_per_lang] for lang, found in lines.items()},
        BaseSpec(steps=steps, seed=seed),
        held_out={lang: found[lines_per_lang:] for lang, found in lines.items()},
        made_by={
            "command": f"{COMMAND} base --steps {steps} --seed {seed}",
            "world_version": cldr.WORLD_VERSION,
            "world_fingerprint": cldr.fingerprint(),
        },
        report=report,
    )


def source_sets() -> tuple[tuple[str, ...], ...]:
    """SSLT(en), the paper's MSLT(de, en, es), and the set with English most diverse in syntax."""
    pool = pipeline.task_offer("cldr-ner", None).source_pool
    spec = SelectSpec(pool=pool, k=3, criterion="syntax", include=("en",))
    diverse = pipeline.select(pipeline.Access(store=pipeline.open_store()), spec)
    return (*WITH_WEIGHTS, diverse.sets.best(1)[0].source_langs)


def example_spec(source_langs: tuple[str, ...], seed: int) -> tuple[TrainSpec, Where]:
    """One of the shipped runs."""
    return pipeline.make_train_spec(
        task="cldr-ner",
        data=None,
        model=pipeline.EXAMPLE_MODEL,
        source_langs=source_langs,
        budget=pipeline.BUDGET,
        seed=seed,
    )


def build_runs(out_dir: Path = pipeline.EXAMPLE, *, report: Say = print) -> dict[str, object]:
    """Train the example's runs, draw their maps, and put what is shipped in place of the old.

    All is made in a store of its own first, so that a failure leaves the shipped one as it is.
    """
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(scratch)
        runs = {
            (langs, seed): _trained(store, langs, seed, report)
            for langs, seed in itertools.product(source_sets(), SEEDS)
        }
        for langs in WITH_WEIGHTS:
            _halve(store, runs[langs, 0])
        looks = list(_looks(runs))
        for place, look in enumerate(looks):
            report(f"map {place + 1} of {len(looks)}: {look.method}, {look.estimator}")
            pipeline.mingle(store, look)
        report("language vectors and vocabularies")
        _for_choosing(store)
        kept = {runs[langs, 0] for langs in WITH_WEIGHTS}
        return _put_in_place(store, out_dir, list(runs.values()), kept)


def _trained(store: Store, langs: tuple[str, ...], seed: int, report: Say) -> str:
    spec, where = example_spec(langs, seed)
    store.runs.create(spec, where)
    state = jobs.work(store, "runs", spec.digest(), pipeline.execute_training)
    info = store.runs.info(spec.digest())
    report(f"{spec.name}, seed {seed}: {state} in {info.elapsed_s:.0f} s {info.reason}")
    if state != "done":
        raise RuntimeError(f"run {spec.digest()} is {state}: {info.reason}")
    return spec.digest()


def _halve(store: Store, run: str) -> None:
    """Round the run's weights to half precision, so that they are small enough to ship."""
    from safetensors.numpy import load_file, save_file

    from mslt_core.models import checkpoints

    folder = store.runs.folder(run) / "model"
    with checkpoints.sealed(folder) as staging:
        shutil.copytree(folder, staging, dirs_exist_ok=True)
        weights = load_file(staging / "model.safetensors")
        halved = {name: array.astype(np.float16) for name, array in weights.items()}
        save_file(halved, staging / "model.safetensors", metadata={"format": "pt"})
        config = json.loads((staging / "config.json").read_text(encoding="utf-8"))
        config["dtype"] = "float16"
        (staging / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
        (staging / checkpoints.MANIFEST).unlink()
    outcome: dict[str, Any] = {**store.runs.outcome(run)}
    outcome.pop("sampled_hash")
    outcome["weights"] = checkpoints.fingerprint(folder)
    store.runs.write_outcome(run, predictions={}, **outcome)


def _looks(runs: dict[tuple[tuple[str, ...], int], str]) -> Iterator[MingleSpec]:
    """What the Mingling page can show of the shipped runs without computing anything."""
    for seed, method, estimator in itertools.product(
        SEEDS, get_args(Projection), get_args(Estimator)
    ):
        chosen = [run for (_, of_seed), run in runs.items() if of_seed == seed]
        yield MingleSpec(
            checkpoints=(pipeline.EXAMPLE_MODEL, *chosen),
            corpus=pipeline.EXAMPLE_CORPUS,
            langs=pipeline.LOOK_LANGS,
            method=method,
            estimator=estimator,
        )


def _for_choosing(store: Store) -> None:
    """What the criteria of source selection need of the base: vectors and vocabularies."""
    access = pipeline.Access(store=store)
    criteria: tuple[Criterion, ...] = ("embedding", "vocabulary_coverage")
    for criterion in criteria:
        pipeline.select(access, SelectSpec(pool=cldr.LANGS, k=2, criterion=criterion))


def _put_in_place(
    store: Store, out_dir: Path, runs: list[str], with_weights: set[str]
) -> dict[str, object]:
    """Copy runs, maps and CKA, without what a finished run needs no more."""
    for name in ("runs", "arrays"):
        shutil.rmtree(out_dir / name, ignore_errors=True)
    for run in runs:
        leave = [
            "checkpoints",
            "worker.*",
            "lock",
            "stop",
            *(["model"] * (run not in with_weights)),
        ]
        shutil.copytree(
            store.runs.folder(run), out_dir / "runs" / run, ignore=shutil.ignore_patterns(*leave)
        )
    _copy_small_arrays(store, out_dir)
    provenance: dict[str, object] = {
        "command": f"{COMMAND} runs",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "world": cldr.fingerprint(),
        "sources": [list(langs) for langs in source_sets()],
        "seeds": list(SEEDS),
        "weights": "seed 0 of the first two sets, rounded to half precision after scoring",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }
    text = json.dumps(provenance, indent=2, ensure_ascii=False)
    (out_dir / "provenance.json").write_text(text + "\n", encoding="utf-8")
    return provenance


def _copy_small_arrays(store: Store, out_dir: Path) -> None:
    for path in sorted((store.root / "arrays").glob("*/*.safetensors")):
        if _is_small(path):
            place = out_dir / "arrays" / path.parent.name / path.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


def _is_small(path: Path) -> bool:
    """Maps, CKA matrices, language vectors and vocabularies are; embeddings are megabytes, and
    are made again when needed."""
    return path.stat().st_size < 60_000  # a map of 8 languages x 200 sentences has 13 kB
