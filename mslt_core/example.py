"""The shipped example: its base model, and the runs and maps that every page opens with."""

import datetime as dt
import importlib.metadata
import itertools
import json
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from mslt_core import jobs, pipeline
from mslt_core.data import cldr
from mslt_core.spec.measuring import MeasureSpec
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
        report("measures by layer")
        pipeline.measure(store, _measured(runs))
        report("language vectors and vocabularies")
        _for_choosing(store)
        kept = {runs[langs, 0] for langs in WITH_WEIGHTS}
        return _put_in_place(store, out_dir, list(runs.values()), kept)


def sweep_sets() -> tuple[tuple[str, ...], ...]:
    """Every subset of the seven sources, the small ones first: 127."""
    pool = pipeline.task_offer("cldr-ner", None).source_pool
    sizes = range(1, len(pool) + 1)
    return tuple(langs for k in sizes for langs in itertools.combinations(pool, k))


def build_sweep(
    out_dir: Path = pipeline.EXAMPLE,
    *,
    store: Store | None = None,
    seeds: Sequence[int] = SEEDS,
    limit: int | None = None,
    report: Say = print,
) -> dict[str, object]:
    """Train every set with every seed and ship what is complete, packed.

    It can be interrupted at any time: the runs are kept in `store` (by default the user's), those
    that are done are not done again, and a seed is shipped once all of its sets are done. With
    `limit` it stops after so many runs.
    """
    store = store or pipeline.open_store()
    todo = list(itertools.product(seeds, sweep_sets()))
    trained = 0
    for place, (seed, langs) in enumerate(todo):
        spec, where = example_spec(langs, seed)
        if limit is not None and trained >= limit:
            break
        if store.runs.create(spec, where):
            jobs.work(store, "runs", spec.digest(), pipeline.execute_training)
            # its scores are shipped, not its weights, which would fill gigabytes
            store.runs.drop_weights(spec.digest())
            state = store.runs.status(spec.digest()).state
            report(f"{place + 1} of {len(todo)}: {spec.name}, seed {seed}: {state}")
            trained += 1
    return _ship_sweep(store, out_dir, seeds)


def _ship_sweep(store: Store, out_dir: Path, seeds: Sequence[int]) -> dict[str, object]:
    """Pack the seeds that are whole into `out_dir`; runs that are there already stay."""
    shipped: dict[str, object] = {"command": f"{COMMAND} sweep", **_versions(), "seeds": []}
    whole = []
    for seed in seeds:
        runs = [example_spec(langs, seed)[0].digest() for langs in sweep_sets()]
        if all(store.runs.exists(r) and store.runs.status(r).state == "done" for r in runs):
            whole.append(seed)
            for run in runs:
                if not (out_dir / "runs" / run / "spec.json").exists():
                    store.runs.pack(run, out_dir / "runs" / run)
    shipped["seeds"], shipped["sets"] = whole, len(sweep_sets())
    if whole:
        text = json.dumps(shipped, indent=2, ensure_ascii=False)
        (out_dir / "sweep.json").write_text(text + "\n", encoding="utf-8")
    return shipped


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
    outcome.pop("n_sampled")
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


def _measured(runs: dict[tuple[tuple[str, ...], int], str]) -> MeasureSpec:
    """What the Mingling page tells of all layers: of the first seed, as more would be megabytes."""
    chosen = [run for (_, of_seed), run in runs.items() if of_seed == SEEDS[0]]
    return MeasureSpec(
        checkpoints=(pipeline.EXAMPLE_MODEL, *chosen),
        corpus=pipeline.EXAMPLE_CORPUS,
        langs=pipeline.LOOK_LANGS,
        parts=pipeline.MEASURED,
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
    shutil.rmtree(out_dir / "arrays", ignore_errors=True)
    for run in runs:
        shutil.rmtree(out_dir / "runs" / run, ignore_errors=True)  # the sweep's others stay
        leave = [
            "checkpoints",
            "worker.*",
            "lock",
            "stop",
            *(["model", "snapshots"] * (run not in with_weights)),
        ]
        shutil.copytree(
            store.runs.folder(run), out_dir / "runs" / run, ignore=shutil.ignore_patterns(*leave)
        )
    _copy_small_arrays(store, out_dir)
    provenance: dict[str, object] = {
        "command": f"{COMMAND} runs",
        **_versions(),
        "sources": [list(langs) for langs in source_sets()],
        "seeds": list(SEEDS),
        "weights": "seed 0 of the first two sets, rounded to half precision after scoring",
    }
    text = json.dumps(provenance, indent=2, ensure_ascii=False)
    (out_dir / "provenance.json").write_text(text + "\n", encoding="utf-8")
    return provenance


def _versions() -> dict[str, object]:
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "world": cldr.fingerprint(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


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
