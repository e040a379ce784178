"""What somebody hostile may put into the imported results of a bundle, and why it is refused."""

import dataclasses
import hashlib
import json

import numpy as np

from mslt_core.spec.outside import OutsideResult, OutsideScores, OutsideSpec
from mslt_core.spec.results import Imported
from mslt_core.store import Store
from mslt_core.store.outside_rules import content_of
from mslt_core.store.spec_text import spec_to_text
from mslt_core.store.tensors import write_tensors
from tests.store.bundles import run_spec, sealed_anew, zipped
from tests.store.hostile import MANIFEST, edited, fields, manifest, put, with_member, without

NOTE = Imported(
    source="file 'scores.csv'",
    imported_utc="2026-11-02T10:00:00.000+00:00",
    made_utc="",
    sha256="0" * 64,
    product_version="0.1.0",
)
ITEMS = "1" * 16
OF_ITEMS = {"n_correct": np.array([1, 0, 1], np.uint8), "n_tokens": np.ones(3, np.uint8)}
SCORES = OutsideScores(scores={"item_accuracy": 2 / 3}, n_items=3, items=ITEMS)
ALONE = OutsideScores(scores={"item_accuracy": 0.8}, n_items=200)


def result_of(sources=("en",), seed=0, targets=None, outcomes=None, **stated):
    """A result, and what is stated of it; with outcomes on Swahili unless others are given."""
    targets = {"sw": SCORES} if targets is None else targets
    outcomes = {"sw": OF_ITEMS} if outcomes is None else outcomes
    told = {"experiment": "mine", "task": "xnli", "name": f"set of {len(sources)}", **stated}
    spec = OutsideSpec(
        source_langs=sources,
        target_langs=tuple(targets),
        seed=seed,
        **{"content": content_of(targets, sorted(outcomes.items())), **told},
    )
    return spec, OutsideResult(
        name=spec.name, source_langs=sources, seed=seed, targets=targets, outcomes=outcomes
    )


def with_outside(store: Store) -> tuple[str, ...]:
    """Three imported results: two with outcomes, one of an experiment of its own without."""
    alone = result_of(targets={"ar": ALONE}, outcomes={}, experiment="other")
    return store.outside.put_all([result_of(), result_of(("de", "en")), alone], NOTE)


PLAIN = result_of()[0].digest()
PLACE = f"outside/{PLAIN}"
SPEC, TOLD, SW = (
    f"{PLACE}/{name}" for name in ("spec.json", "scores.json", "outcomes/sw.safetensors")
)


def surplus(spec: OutsideSpec, result: OutsideResult, folder=None):
    """One more result, written as the store does, and named in the manifest."""

    def make(good, path):
        there = Store(path.with_suffix(".other"))
        there.outside.put_all([(spec, result)], NOTE)
        root = there.root / "outside" / spec.digest()
        name = folder or f"outside/{spec.digest()}"
        files = {
            f"{name}/{p.relative_to(root).as_posix()}": p.read_bytes()
            for p in root.rglob("*")
            if p.is_file() and p.name != "imported.json"
        }
        for part in sorted(there.root.rglob("*"), reverse=True):
            part.rmdir() if part.is_dir() else part.unlink()
        there.root.rmdir()
        named = sorted({*json.loads(good[MANIFEST])["outside"], name.split("/")[1]})
        return zipped(path, sealed_anew({**good, **files}, outside=named))

    return make


def outcomes_of(arrays, about=None):
    """Other outcomes in the place of the right ones, sealed."""

    def make(good, path):
        part = path.with_suffix(".part")
        write_tensors(part, arrays, about or {"result": PLAIN, "lang": "sw"})
        content = part.read_bytes()
        part.unlink()
        return put(SW, content)(good, path)

    return make


def fitting(targets=None, outcomes=None, **stated):
    """A result whose name fits what it holds, whatever that is."""
    return surplus(*result_of(("fr",), targets=targets, outcomes=outcomes, **stated))


def told(**changes):
    return {"sw": dataclasses.replace(SCORES, **changes)}


def raw_spec(**changes):
    """What is stated changed, and its place renamed to fit, as far as a digest can be made."""

    def make(good, path):
        content = json.loads(good[SPEC])
        content["fields"] |= changes
        return put(SPEC, json.dumps(content).encode())(good, path)

    return make


CASES = {
    # --- names
    "up": (with_member("outside/../../evil"), "leads out"),
    "page beside it": (with_member(f"{PLACE}/page.html"), "no bundle has"),
    "provenance": (with_member(f"{PLACE}/imported.json"), "no bundle has"),
    "lock": (with_member("outside/lock"), "no bundle has"),
    "staging": (with_member("outside/.staging/spec.json"), "no bundle has"),
    "outcomes up": (with_member(f"{PLACE}/outcomes/../x.safetensors"), "leads out"),
    "outcomes of no language": (with_member(f"{PLACE}/outcomes/qq.safetensors"), "qq"),
    "pickled outcomes": (with_member(f"{PLACE}/outcomes/sw.pkl"), "no bundle has"),
    "capitals": (with_member(SPEC.upper()), "no bundle has|differs in case"),
    # --- the manifest
    "denied": (manifest(fields(outside=[])), "does not name the outside"),
    "not there": (manifest(lambda m: {**m, "outside": [*m["outside"], "9" * 16]}), "does not name"),
    "in an old format": (manifest(fields(version=2)), "version 2 never has"),
    "elsewhere": (manifest(fields(outside=["../../etc"])), "outside.0: is not as it must be"),
    # --- what is stated
    "no statement": (without(SPEC), "spec.json is missing"),
    "no scores": (without(TOLD), "scores.json is missing"),
    "statement no JSON": (put(SPEC, b"\xff"), "is not JSON"),
    "statement deep": (put(SPEC, b"[" * 50_000), "nested too deep"),
    "statement a list": (put(SPEC, b"[]"), "valid dict"),
    "statement too large": (put(SPEC, b" " * 1_000_001), "more than the 1,000,000"),
    "statement's surplus": (edited(SPEC, fields(script="x")), "script: extra"),
    "a run": (put(SPEC, spec_to_text(run_spec()).encode()), "was edited"),
    "another name": (raw_spec(name="SSLT(zh)"), "was edited"),
    "script for a name": (raw_spec(name="=cmd()"), "formula"),
    "turned name": (raw_spec(name="a\u202eb"), "hidden"),
    "endless name": (raw_spec(name="x" * 81), "1 to 80"),
    "surplus field": (raw_spec(script="x"), "extra"),
    # --- scores
    "scores changed": (
        edited(TOLD, lambda t: {"sw": {**t["sw"], "scores": {"item_accuracy": 0.99}}}),
        "does not hold the scores",
    ),
    "scores deep": (put(TOLD, b"[" * 50_000), "nested too deep"),
    "scores a list": (put(TOLD, b"[]"), "valid dict"),
    "scores of text": (
        edited(TOLD, lambda t: {"sw": {**t["sw"], "scores": {"item_accuracy": "0.9"}}}),
        "valid number",
    ),
    "score above one": (fitting(told(scores={"item_accuracy": 1.5}), {}), "from 0 to 1"),
    "score NaN": (
        put(TOLD, b'{"sw": {"scores": {"item_accuracy": NaN}, "n_items": 3, "items": ""}}'),
        "from 0 to 1",
    ),
    "unknown score": (fitting(told(scores={"bleu": 0.5}), {}), "'bleu', which is none"),
    "no score": (fitting(told(scores={}), {}), "at least 1"),
    "no items": (fitting(told(n_items=0), {}), "greater than or equal to 1"),
    "items by halves": (fitting(told(n_items=2.5), {}), "valid integer"),
    "items' script": (fitting(told(items="<script>"), {}), "is not as it must be"),
    "score's surplus": (
        edited(TOLD, lambda t: {"sw": {**t["sw"], "script": "x"}}),
        "script: extra",
    ),
    "other targets": (edited(TOLD, lambda t: {"ar": t["sw"]}), "other targets"),
    # --- outcomes
    "outcomes gone": (without(SW), "does not hold the scores"),
    "outcomes changed": (
        outcomes_of({**OF_ITEMS, "n_correct": np.array([1, 1, 0], np.uint8)}),
        "does not hold the scores",
    ),
    "outcomes of no kind": (put(SW, b"\x80\x04\x95evil."), "sw.safetensors: "),
    "outcomes cut": (lambda good, path: put(SW, good[SW][:-3])(good, path), "sw.safetensors: "),
    "outcomes of another": (
        outcomes_of(OF_ITEMS, {"result": "9" * 16, "lang": "sw"}),
        "belongs to another",
    ),
    "outcomes of a target that is none": (
        lambda good, path: zipped(
            path, sealed_anew({**good, f"{PLACE}/outcomes/ar.safetensors": good[SW]})
        ),
        "belongs to another",
    ),
    "too many outcomes": (
        fitting(outcomes={"sw": {name: np.ones(4, np.uint8) for name in OF_ITEMS}}),
        "one outcome for each",
    ),
    "outcomes of unknown items": (fitting(told(items="")), "one outcome for each"),
    "surplus array": (
        fitting(outcomes={"sw": {**OF_ITEMS, "more": np.ones(3)}}),
        "one outcome for each",
    ),
    "right beyond all": (
        fitting(outcomes={"sw": {**OF_ITEMS, "n_correct": np.array([9, 0, 1])}}),
        "no item can have",
    ),
    "right by halves": (
        fitting(outcomes={"sw": {**OF_ITEMS, "n_correct": np.array([0.5, 0, 1])}}),
        "no item can have",
    ),
    # --- beside each other
    "two answers": (
        surplus(*result_of(targets={"sw": ALONE}, outcomes={}, name="set of 1")),
        "contradict each other.*with other scores",
    ),
    "a name of two sets": (
        surplus(*result_of(("zh",), seed=1, name="set of 1")),
        "contradict each other.*source languages",
    ),
    "other items": (
        fitting(told(items="2" * 16), seed=1, name="set of French"),
        "contradict each other.*differ in their items",
    ),
    "another task": (
        fitting(task="sib200", name="set of French"),
        "contradict each other.*differ in their task",
    ),
}
"""Name to how it is made, and what the refusal says."""


def shas(store: Store) -> dict[str, str]:
    """Every file of the imported results, to tell whether one changed."""
    root = store.root / "outside"
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in root.rglob("*")
        if p.is_file() and p.name != "lock"
    }
