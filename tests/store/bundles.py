"""Bundles for the tests: a store to export, and writers of files that no honest program makes."""

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from mslt_core.spec.results import CurvePoint, TargetScores, TrainingPoint
from mslt_core.spec.specs import EmbedSpec, TrainSpec, Where
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    Pin,
    PinContent,
    Slide,
    Story,
    TableContent,
)
from mslt_core.spec.sweeps import Engine, PlannedRun, Sweep
from mslt_core.store import Progress, Store, content_fingerprint
from mslt_core.store.bundle import Wanted, export_bundle

FIELDS = {
    "task": "wikiann",
    "data": "d" * 16,
    "model": "base",
    "model_fingerprint": "f" * 16,
    "target_langs": ("ar", "en", "sw"),
    "budget": 100,
    "steps": 10,
    "learning_rate": 3e-4,
    "eval_every": 4,
}
WEIGHTS = "a" * 16

PINNED_UTC = "2026-11-02T10:00:00.000+00:00"
GONE = "0" * 16
"""A run that a pin rests on, and that no store has."""
DRAWN = {
    "data": [{"type": "bar", "x": ["ar", "sw"], "y": [0.5, 0.25]}],
    "layout": {"title": {"text": "How far?"}},
}
FIGURE = FigureContent(light=DRAWN, dark=DRAWN)
TABLE = TableContent(columns=("lang", "points"), rows=(("ar", 61.25), ("sw", None)))
NUMBER = NumberContent(value="2.1 points", below="[1.4, 2.9]")


def run_spec(source_langs=("en",), seed=0) -> TrainSpec:
    return TrainSpec(source_langs=source_langs, seed=seed, **FIELDS)


def scores(accuracy=4 / 7) -> TargetScores:
    return TargetScores(accuracy=accuracy, majority_accuracy=0.3, n_items=2, n_tokens=7)


def finished(store: Store, spec: TrainSpec, n_correct=(1, 3), snapshots=None) -> str:
    """A run with everything that a run can leave."""
    run = spec.digest()
    store.runs.create(spec, Where(data="/home/somebody/data", model="base"))
    with store.runs.claim(run):
        store.runs.set_state(run, "running")
        for step in (1, 2):
            store.runs.append_history(
                run,
                TrainingPoint(
                    step=step,
                    loss=2.0 / step,
                    learning_rate=1e-4,
                    grad_norm=1.0,
                    elapsed_s=0.5,
                    samples_per_s=9.0,
                ),
            )
        found = scores(sum(n_correct) / 7)
        for step in (4, 8, 10):
            now = found if step == 10 else scores(step / 20)
            point = CurvePoint(step=step, scores=dict.fromkeys(spec.target_langs, now))
            store.runs.append_curve(run, point)
        items = {"n_correct": np.array(n_correct), "n_tokens": np.array([3, 4])}
        store.runs.write_outcome(
            run,
            scores=dict.fromkeys(spec.target_langs, found),
            predictions=dict.fromkeys(spec.target_langs, items),
            sampled={"en": ["train-en.tsv:17"]},
            tokens_seen={"en": 60},
            device="cpu",
            weights=WEIGHTS,
            n_layers=2,
            snapshots=snapshots,
        )
        store.runs.report(run, Progress(done=10, total=10, message="scoring sw", elapsed_s=3.5))
        store.runs.set_state(run, "done")
    return run


def give_weights(store: Store, run: str, place: str = "model") -> None:
    """A sealed folder that is a checkpoint by its names, listed as `models.checkpoints` does."""
    folder = store.runs.folder(run) / place
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "xlm-roberta"}')
    save_file({"w": np.zeros(2000, np.float32)}, folder / "model.safetensors")
    files = {
        path.name: {
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in folder.iterdir()
    }
    (folder / "manifest.json").write_text(json.dumps({"about": {}, "files": files}))


def pin_of(content: PinContent, specs=(), title="Does MSLT beat SSLT?", gone=()) -> Pin:
    """A pin that rests on runs of these specs, and on some that are not here."""
    kind = {FigureContent: "figure", TableContent: "table", NumberContent: "number"}
    origin = Origin(
        page="results",
        query=(("view", "gains"),),
        task=FIELDS["task"],
        data=FIELDS["data"],
        model=FIELDS["model"],
        model_fingerprint=FIELDS["model_fingerprint"],
        runs=tuple(sorted((*(spec.digest() for spec in specs), *gone))),
        seeds=tuple(sorted({spec.seed for spec in specs})),
    )
    return Pin(
        kind=kind[type(content)], title=title, origin=origin, content=content_fingerprint(content)
    )


def tell(store: Store, title="For Monday") -> str:
    """A story of a figure of two runs, and a number of nobody's; and a pin that is in no story."""
    pins = [
        store.stories.put_pin(pin_of(FIGURE, [run_spec(), run_spec(seed=1)]), FIGURE, PINNED_UTC),
        store.stories.put_pin(pin_of(NUMBER, title="How much?"), NUMBER, PINNED_UTC),
    ]
    store.stories.put_pin(pin_of(TABLE, [run_spec()], gone=[GONE]), TABLE, PINNED_UTC)
    slides = Slide(pin=pins[0], heading="It does", note="Slowly"), Slide(pin=pins[1])
    return store.stories.add_story("for-monday", Story(title=title, slides=slides))


def filled(root: Path) -> Store:
    """Three runs, weights, arrays, a story, and a sweep of two of the runs and one to come."""
    store = Store(root)
    specs = [run_spec(seed=seed) for seed in (0, 1)]
    runs = [finished(store, spec) for spec in specs]
    finished(store, run_spec(("de", "en")), n_correct=(2, 4))
    give_weights(store, runs[0])
    for checkpoint in (WEIGHTS, "f" * 16, "9" * 16):
        embed = EmbedSpec(checkpoint=checkpoint, corpus="0" * 16, lang="en", layer=1)
        store.arrays.put(embed, {"embeddings": np.ones((4, 3), np.float32)})
    planned = tuple(
        PlannedRun(spec=spec, where=Where(data="/home/somebody/data", model="base"))
        for spec in (*specs, run_spec(seed=2))
    )
    engine = Engine(name="ray", address="ray://10.0.0.1:10001")
    store.sweeps.save(Sweep(runs=planned, keep_weights=False, engine=engine))
    tell(store)
    return store


def good_bundle(folder: Path) -> Path:
    """All of a filled store."""
    path = folder / "good.zip"
    wanted = Wanted(everything=True)
    export_bundle(filled(folder / "source"), path, wanted, weights=True, arrays=True)
    shutil.rmtree(folder / "source")
    return path


def small_bundle(folder: Path) -> Path:
    """One run, packed: few files, so that it can be damaged often."""
    store = Store(folder / "source")
    run = finished(store, run_spec())
    store.runs.pack(run, folder / "packed" / "runs" / run)
    path = folder / "small.zip"
    export_bundle(Store(folder / "packed"), path, Wanted(everything=True))
    return path


def contents(path: Path) -> dict[str, bytes]:
    """Member to content, the manifest among them."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sealed_anew(members: dict[str, bytes], **changes) -> dict[str, bytes]:
    """The manifest made to fit what the members now are, as somebody hostile would."""
    manifest = json.loads(members["manifest.json"])
    rest = {name: content for name, content in members.items() if name != "manifest.json"}
    manifest["members"] = [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in rest.items()
    ]
    content = json.dumps({**manifest, **changes}).encode()
    return {"manifest.json": content, **rest}


def zipped(path: Path, members: dict[str, bytes], change=None) -> Path:
    """A zip of the members; `change` may alter the entry of each before it is written."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100644 << 16
            if change:
                change(info)
            archive.writestr(info, content)
    return path


def as_bytes(members: dict[str, bytes]) -> bytes:
    """The zip of the members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()
