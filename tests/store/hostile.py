"""What somebody hostile may send in place of a bundle: a name, and how it is made of a good one."""

import hashlib
import json
import os
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from mslt_core.spec.base import Spec
from mslt_core.spec.specs import EmbedSpec
from mslt_core.store.spec_text import spec_to_text
from mslt_core.store.tensors import write_packed, write_tensors
from tests.store.bundles import as_bytes, contents, run_spec, sealed_anew, zipped

RUN = run_spec().digest()
SPEC, STATE, SCORES = (f"runs/{RUN}/{name}.json" for name in ("spec", "state", "scores"))
HISTORY, CURVE = (f"runs/{RUN}/{name}.jsonl" for name in ("history", "curve"))
AR = f"runs/{RUN}/predictions/ar.safetensors"
MANIFEST = "manifest.json"
DEEP = "a/" * 2000
"""Longer than PATH_MAX when resolved, where some unpackers stop to resolve links."""


def with_member(name, content=b"evil"):
    """A surplus member, listed in the manifest as if all were well."""
    return lambda good, path: zipped(path, sealed_anew({**good, name: content}))


def with_unlisted(name, content=b"evil"):
    return lambda good, path: zipped(path, {**good, name: content})


def entry(**changes):
    """One member's entry altered."""

    def change(info):
        if info.filename == STATE:
            for name, value in changes.items():
                setattr(info, name, value)

    return lambda good, path: zipped(path, good, change)


def without(name):
    return lambda good, path: zipped(
        path, sealed_anew({k: v for k, v in good.items() if k != name})
    )


def edited(name, change):
    """A member's JSON changed, and the manifest made to fit."""

    def make(good, path):
        content = change(json.loads(good[name]))
        return zipped(path, sealed_anew({**good, name: json.dumps(content).encode()}))

    return make


def put(name, content):
    return lambda good, path: zipped(path, sealed_anew({**good, name: content}))


def manifest(change):
    """The manifest changed and nothing made to fit."""

    def make(good, path):
        content = change(json.loads(good[MANIFEST]))
        return zipped(path, {**good, MANIFEST: json.dumps(content).encode()})

    return make


def bytewise(change):
    def make(good, path):
        path.write_bytes(change(bytearray(as_bytes(good))))
        return path

    return make


def patched(at_end, form, *values):
    """Some fields of the file's last 22 bytes overwritten."""

    def change(raw):
        struct.pack_into(form, raw, len(raw) - at_end, *values)
        return raw

    return bytewise(change)


def listed(field, form, value):
    """A field of the second member's entry in the list of members overwritten."""

    def change(raw):
        at = raw.index(b"PK\1\2", raw.index(b"PK\1\2") + 1)
        struct.pack_into(form, raw, at + field, value)
        return raw

    return bytewise(change)


def tensors(name, arrays, about, tmp, write=write_tensors):
    """A member of arrays with a right inner hash."""

    def make(good, path):
        part = path.with_suffix(".part")
        write(part, arrays, about)
        content = part.read_bytes()
        part.unlink()
        return zipped(path, sealed_anew({**good, name: content}))

    return make


def link(target, name="runs/link"):
    def make(good, path):
        def change(info):
            if info.filename == name:
                info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16

        return zipped(path, sealed_anew({**good, name: target}), change)

    return make


def of_kind(kind):
    return entry(create_system=3, external_attr=(kind | 0o644) << 16)


def bomb(good, path):
    """20 kB that unpack to 20 MB, as a member that a bundle may have."""
    name = f"runs/{RUN}/sampled.json"
    content = b"{" + b" " * 20_000_000 + b"}"
    members = sealed_anew({**good, name: content})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def lying_bomb(good, path):
    """Its list and its manifest say 100 bytes; its content is 50 MB."""
    name = f"runs/{RUN}/sampled.json"
    members = sealed_anew({**good, name: b" " * 100})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, b" " * 50_000_000 if member == name else data)
    raw = bytearray(path.read_bytes())
    at = raw.rindex(name.encode()) - 46
    struct.pack_into("<L", raw, at + 24, 100)
    path.write_bytes(raw)
    return path


def overlapping(good, path):
    """Every member of the list leads to the same bytes, as in Fifield's bomb."""
    raw = bytearray(as_bytes(good))
    at = raw.index(b"PK\1\2")
    first = True
    while at >= 0:
        if not first:
            struct.pack_into("<L", raw, at + 42, 0)
        first = False
        at = raw.find(b"PK\1\2", at + 4)
    path.write_bytes(raw)
    return path


def quoted(good, path):
    """A member whose content is another member, header and all."""
    inner = as_bytes({STATE: b"{}"})
    return zipped(path, {**good, f"runs/{RUN}/sampled.json": inner})


def twice_packed_bomb(good, path):
    name = f"runs/{RUN}/predictions.safetensors.zlib"
    content = zlib.compress(bytes(100_000_000), 1)
    return zipped(path, sealed_anew({**good, name: content}))


def too_many(good, path):
    """A large file's end, whose counts go beyond 65,535."""
    raw = as_bytes(good)
    body, (size, at) = raw[:-22], struct.unpack("<LL", raw[-10:-2])
    record = struct.pack("<4sQHHLL4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, size, at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    end = struct.pack("<4s4HLLH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(body + record + locator + end)
    return path


def twice(name):
    def make(good, path):
        zipped(path, good)
        with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what is meant here
            archive.writestr(zipfile.ZipInfo(name), b"evil")
        return path

    return make


def hidden_between(good, path):
    """Bytes between the last member and the list, the list's place told rightly."""
    raw = as_bytes(good)
    at = raw.index(b"PK\1\2")
    end = bytearray(raw[at:] + b"")
    struct.pack_into("<L", end, len(end) - 6, at + 4)
    path.write_bytes(raw[:at] + b"evil" + end)
    return path


def other_local_name(raw):
    at = raw.rindex(STATE.encode(), 0, raw.index(b"PK\1\2"))
    raw[at : at + 4] = b"runz"
    return raw


def reversed_order(good, path):
    return zipped(path, dict(reversed(good.items())))


def spec_of(spec: Spec):
    return put(SPEC, spec_to_text(spec).encode())


def named(model: str):
    """A run whose base has this name, in its own right place with a right digest."""

    def make(good, path):
        spec = run_spec().but(model=model)
        # which name the run inside
        left_out = ("sweeps/", "stories/", f"runs/{RUN}/predictions/")
        moved = {
            k.replace(RUN, spec.digest()): v for k, v in good.items() if not k.startswith(left_out)
        }
        moved[f"runs/{spec.digest()}/spec.json"] = spec_to_text(spec).encode()
        told = json.loads(moved[MANIFEST])
        runs = [r if r != RUN else spec.digest() for r in told["runs"]]
        return zipped(
            path, sealed_anew(moved, runs=runs, sweeps=[], stories=[], pins=[], absent=[])
        )

    return make


def plan(change):
    def make(good, path):
        name = next(name for name in good if name.startswith("sweeps/"))
        content = json.loads(good[name])
        change(content)
        return zipped(path, sealed_anew({**good, name: json.dumps(content).encode()}))

    return make


def array_renamed(good, path):
    name = next(name for name in good if name.startswith("arrays/"))
    digest = "0" * 16
    moved = {k if k != name else f"arrays/00/{digest}.safetensors": v for k, v in good.items()}
    told = json.loads(good[MANIFEST])["arrays"]
    arrays = [a if a != name[-28:-12] else digest for a in told]
    return zipped(path, sealed_anew(moved, arrays=arrays))


def model_with(name, content):
    """A file of the model changed, and its seal and the manifest made to fit."""

    def make(good, path):
        folder = f"runs/{RUN}/model/"
        data = content(good[folder + name]) if callable(content) else content
        seal = json.loads(good[folder + MANIFEST])
        seal["files"][name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        changed = {folder + name: data, folder + MANIFEST: json.dumps(seal).encode()}
        return zipped(path, sealed_anew({**good, **changed}))

    return make


def weights_swapped(good, path):
    name = f"runs/{RUN}/model/model.safetensors"
    return put(name, save({"w": load(good[name])["w"] + 1}))(good, path)


def a_folder(good, path):
    path.mkdir()
    return path


def a_pipe(good, path):
    os.mkfifo(path)
    return path


def raw(content):
    def make(good, path):
        path.write_bytes(content)
        return path

    return make


def score_of(**fields):
    def change(record):
        record["scores"]["ar"] |= fields
        return record

    return edited(SCORES, change)


def lines(name, change):
    """A member's lines of JSON changed in place."""

    def make(good, path):
        found = [json.loads(line) for line in good[name].splitlines()]
        change(found)
        content = b"".join(json.dumps(line).encode() + b"\n" for line in found)
        return zipped(path, sealed_anew({**good, name: content}))

    return make


def curve(change):
    return lines(CURVE, change)


def curve_of(point, **fields):
    return curve(lambda points: points[point]["scores"]["ar"].update(fields))


def fields(**changes):
    return lambda record: {**record, **changes}


def deep(depth):
    return b'{"scores":' + b"[" * depth + b"]" * depth + b"}"


def outcomes(**changed):
    """Outcomes on Arabic of the right run, but for these arrays."""
    return tensors(AR, {**ITEMS, **changed}, {"run": RUN, "lang": "ar"}, None)


ITEMS = {"n_correct": np.array([1, 3]), "n_tokens": np.array([3, 4])}

CASES = {
    # --- names that lead elsewhere
    "dotdot": with_member("../evil"),
    "dotdot inside": with_member("runs/../../evil"),
    "dotdot in a run": with_member(f"runs/{RUN}/../../../evil"),
    "dotdot unlisted": with_unlisted("../../evil"),
    "absolute": with_member("/tmp/mslt-evil"),
    "absolute twice": with_member("//tmp/mslt-evil"),
    "backslash": with_member("..\\evil"),
    "backslash in a run": with_member(f"runs\\{RUN}\\spec.json"),
    "drive": with_member("C:/evil"),
    "drive relative": with_member("C:evil"),
    "home": with_member("~/evil"),
    "dot": with_member("./runs/evil"),
    "empty part": with_member(f"runs//{RUN}/spec.json"),
    "path longer than any": with_member(DEEP + "evil"),
    "long name": with_member("a" * 60_000),
    "percent": with_member("%2e%2e/evil"),
    "fullwidth dots": with_member("\uff0e\uff0e/evil"),
    "control": with_member("runs/\x1b[31mevil"),
    "line feed": with_member(f"runs/{RUN}/spec.json\n"),
    "bidi": with_member("runs/\u202egnp.exe"),
    "zero width": with_member(f"runs/{RUN}/spec\u200b.json"),
    "NUL": bytewise(lambda raw: raw.replace(STATE.encode(), STATE.encode()[:-5] + b"\0json")),
    "empty name": with_member(""),
    # --- links and special members
    "link up": link(b"../.."),
    "link to root": link(b"/"),
    "link under a known name": link(b"/etc/passwd", STATE),
    "link chain": link(DEEP.encode(), "runs/" + "0" * 16),
    "pipe member": of_kind(stat.S_IFIFO),
    "device": of_kind(stat.S_IFCHR),
    "socket": of_kind(stat.S_IFSOCK),
    "folder member": with_member(f"runs/{RUN}/"),
    "folder by its bits": of_kind(stat.S_IFDIR),
    # --- collisions
    "twice": twice(STATE),
    "manifest twice": twice(MANIFEST),
    "other case": with_member(STATE.replace("state", "STATE")),
    "fullwidth twin": with_member(STATE.replace("state", "\uff53tate")),
    "other local name": bytewise(other_local_name),
    # --- what no bundle has
    "code": with_member(f"runs/{RUN}/model/modeling_evil.py"),
    "pickle": with_member(f"runs/{RUN}/model/pytorch_model.bin"),
    "training arguments": with_member(f"runs/{RUN}/model/training_args.bin"),
    "worker": with_member(f"runs/{RUN}/worker.json"),
    "where": with_member(f"runs/{RUN}/where.json", b'{"data": "/etc"}'),
    "provenance": with_member(f"runs/{RUN}/imported.json", b"{}"),
    "stop": with_member(f"runs/{RUN}/stop"),
    "index": with_member("index.sqlite"),
    "order": with_member(f"sweeps/{RUN}/order"),
    "unknown language": with_member(f"runs/{RUN}/predictions/qq.safetensors"),
    "device name": with_member(f"runs/{RUN}/predictions/con.safetensors"),
    # --- bombs and lies about sizes
    "bomb": bomb,
    "lying bomb": lying_bomb,
    "overlapping": overlapping,
    "quoted": quoted,
    "twice packed bomb": twice_packed_bomb,
    "bomb of lists": put(f"runs/{RUN}/sampled.json", b"[" + b"[]," * 5_000_000 + b"[]]"),
    "bomb of lines": put(HISTORY, b"ab\n" * 5_000_000),
    "more than it says": listed(24, "<L", 5),
    "less than it says": listed(20, "<L", 5),
    "petabyte": listed(24, "<L", 0xFFFFFFFE),
    "fewer than it says": patched(14, "<HH", 0xFFFE, 0xFFFE),
    "too many": too_many,
    "large list": patched(10, "<L", 0xFFFFFFF0),
    "list elsewhere": patched(6, "<L", 0),
    "parts": patched(18, "<HH", 1, 1),
    "hidden between": hidden_between,
    "hidden before": bytewise(lambda raw: b"#!/bin/sh\n" + raw),
    "hidden after": bytewise(lambda raw: raw + b"evil"),
    "comment": bytewise(lambda raw: raw[:-2] + b"\4\0evil"),
    # --- odd zips
    "encrypted": listed(8, "<H", 1),
    "patch": listed(8, "<H", 0x20),
    "size afterwards": listed(8, "<H", 8),
    "bzip2": entry(compress_type=zipfile.ZIP_BZIP2),
    "lzma": entry(compress_type=zipfile.ZIP_LZMA),
    "unknown packing": listed(10, "<H", 97),
    "member's comment": entry(comment=b"evil"),
    "second name": entry(extra=struct.pack("<HHBL", 0x7075, 9, 1, 0) + b"evil"),
    "header elsewhere": listed(42, "<L", 7),
    # --- no bundle at all
    "empty": raw(b""),
    "text": raw(b"hello"),
    "tar": raw(b"evil".ljust(100, b"\0") + b"ustar".rjust(162, b"\0") + bytes(2000)),
    "empty zip": raw(b"PK\5\6" + bytes(18)),
    "only an end": raw(b"PK\5\6" + bytes(8) + b"\1\0\1\0" + bytes(8) + b"\0\0"),
    "folder": a_folder,
    "pipe": a_pipe,
    "cut": bytewise(lambda raw: raw[: len(raw) // 2]),
    "cut by one": bytewise(lambda raw: raw[:-1]),
    "another zip": lambda _, path: zipped(path, {"readme.txt": b"hello"}),
    # --- manifests
    "no manifest": lambda good, path: zipped(path, dict(list(good.items())[1:])),
    "manifest last": reversed_order,
    "manifest no JSON": lambda good, path: zipped(path, {**good, MANIFEST: b"\xff\xfe"}),
    "manifest deep": lambda good, path: zipped(path, {**good, MANIFEST: b"[" * 50_000}),
    "manifest list": manifest(lambda m: [m]),
    "foreign format": manifest(fields(format="mlflow")),
    "newer": manifest(fields(version=4)),
    "older": manifest(fields(version=0)),
    "version of text": manifest(fields(version="1")),
    "version true": manifest(fields(version=True)),
    "surplus key": manifest(fields(command="rm")),
    "wrong hash": lambda good, path: zipped(
        path, {**good, STATE: good[STATE].replace(b"done", b"lost")}
    ),
    "no members": manifest(fields(members=[])),
    "member twice in manifest": manifest(lambda m: {**m, "members": m["members"] * 2}),
    "runs elsewhere": manifest(fields(runs=["../../etc"])),
    "runs not there": manifest(lambda m: {**m, "runs": [*m["runs"], "0" * 16]}),
    "weights denied": manifest(fields(with_weights=False)),
    "arrays denied": manifest(fields(with_arrays=False)),
    "turned version": manifest(fields(product_version="1\u202e")),
    "date of nonsense": manifest(fields(created_utc="<script>")),
    # --- contents, the manifest made to fit
    "no spec": without(SPEC),
    "no state": without(STATE),
    "no scores": without(SCORES),
    "other spec": spec_of(run_spec(("fr",))),
    "no run's spec": spec_of(EmbedSpec(checkpoint="c", corpus="0", lang="en", layer=1)),
    "unknown kind": put(SPEC, b'{"kind": "os.system", "fields": {}}'),
    "spec a list": put(SPEC, b"[1, 2]"),
    "spec not UTF-8": put(SPEC, b"\xff\xff"),
    "spec deep": put(SPEC, deep(900)),
    "spec deeper": put(SPEC, deep(100_000)),
    "turned name": named("base\u202ekcart"),
    "name with control": named("base\x1b[2J"),
    "formula as a name": named("=HYPERLINK(1)"),
    "endless name": named("x" * 5000),
    "half a character": edited(SCORES, fields(device="\ud83d")),
    "not done": edited(STATE, fields(state="running")),
    "unknown state": edited(STATE, fields(state="best")),
    "reason": edited(STATE, fields(reason="[click](http://evil)")),
    "state of lists": edited(STATE, fields(created_utc=[])),
    "score above one": score_of(accuracy=1.5),
    "score below zero": score_of(accuracy=-0.1),
    "score NaN": score_of(accuracy=float("nan")),
    "score of text": score_of(accuracy="0.9"),
    "score of nothing": score_of(accuracy=None),
    "unknown score": score_of(bleu=0.3),
    "items below one": score_of(n_items=0),
    "items by halves": score_of(n_items=2.5),
    "strange target": edited(SCORES, lambda r: {**r, "scores": {"fi": r["scores"]["ar"]}}),
    "target of no name": edited(SCORES, lambda r: {**r, "scores": {"../x": r["scores"]["ar"]}}),
    "scores deep": put(SCORES, deep(5000)),
    "scores surplus": edited(SCORES, fields(more=1)),
    "endless number": put(SCORES, b'{"scores": ' + b"9" * 10_000 + b"}"),
    "progress of text": put(f"runs/{RUN}/progress.json", b'{"done": "x"}'),
    "progress surplus": put(f"runs/{RUN}/progress.json", b'{"evil": 1}'),
    "history of text": put(HISTORY, b'{"step": "<b>"}\n'),
    "history of lists": put(HISTORY, b"[]\n"),
    "history backwards": lines(HISTORY, lambda points: points.reverse()),
    "history beyond the run": lines(HISTORY, lambda points: points[-1].update(step=11)),
    "history with an endless step": lines(HISTORY, lambda points: points[-1].update(step=10**4000)),
    "curve of nonsense": put(CURVE, b'{"step": 4, "scores": {"ar": {}}}\n'),
    "curve above one": curve_of(1, accuracy=4.83),
    "curve NaN": curve_of(1, accuracy=float("nan")),
    "curve above all numbers": curve_of(1, accuracy=10**400),
    "curve of nothing": curve_of(1, accuracy=None),
    "curve's end another than the score": curve_of(-1, accuracy=0.966),
    "curve's end without the score": curve_of(-1, accuracy=None, span_f1=0.5),
    "curve of other items": curve_of(0, n_items=3),
    "curve of other words": curve_of(0, n_tokens=8),
    "curve beyond the run": curve(lambda points: points[1].update(step=2000)),
    "curve with an endless step": curve(lambda points: points[1].update(step=10**4000)),
    "curve backwards": curve(lambda points: points.reverse()),
    "curve between its points": curve(lambda points: points[0].update(step=3)),
    "curve without a point": curve(lambda points: points.pop(0)),
    "curve without its end": curve(lambda points: points.pop()),
    "curve with a point twice": curve(lambda points: points.insert(0, points[0])),
    "curve of a strange target": curve(
        lambda points: points[0]["scores"].update(fi=points[0]["scores"]["ar"])
    ),
    "curve without a target": curve(lambda points: points[0]["scores"].pop("ar")),
    "curve held out above one": curve(lambda points: points[0].update(held_out=10**400)),
    "chosen step in a run that takes its last": edited(
        SCORES, lambda r: {**r, "step_scored": 4, "last_scores": r["scores"]}
    ),
    "chosen step without the last": edited(SCORES, fields(step_scored=4)),
    "last scores beside last scores": edited(SCORES, lambda r: {**r, "last_scores": r["scores"]}),
    "sampled of numbers": put(f"runs/{RUN}/sampled.json", b'{"en": [1]}'),
    "outcomes cut": lambda good, path: put(AR, good[AR][:-3])(good, path),
    "outcomes of no kind": put(AR, b"evil"),
    "pickled outcomes": put(AR, b"\x80\x04\x95evil."),
    "outcomes of another run": tensors(AR, ITEMS, {"run": "0" * 16, "lang": "ar"}, None),
    "outcomes in another language": tensors(AR, ITEMS, {"run": RUN, "lang": "sw"}, None),
    "too few outcomes": tensors(AR, {"n_tokens": np.array([7])}, {"run": RUN, "lang": "ar"}, None),
    "other words": tensors(
        AR, {**ITEMS, "n_tokens": np.array([3, 3])}, {"run": RUN, "lang": "ar"}, None
    ),
    "right beyond all": outcomes(n_correct=np.array([3, 5])),
    "right below none": outcomes(n_correct=np.array([-1, 5])),
    "right of other items": outcomes(n_correct=np.array([1, 2, 1])),
    "right by halves": outcomes(n_correct=np.array([1.5, 2.5])),
    "right in a table": outcomes(n_correct=np.array([[1, 3]])),
    "words below none": outcomes(n_tokens=np.array([-1, 8])),
    "another score than that told": outcomes(n_correct=np.array([1, 2])),
    "labels without end": outcomes(gold=np.array([1, 2**60])),
    "answers' ends beyond them": outcomes(
        predicted=np.zeros(3, np.uint8), predicted_ends=np.array([1, 2**40])
    ),
    "answers of numbers": outcomes(predicted=np.array([0.5, np.nan])),
    "packed for another run": tensors(
        f"runs/{RUN}/predictions.safetensors.zlib",
        {f"ar/{name}": array for name, array in ITEMS.items()},
        {"run": "0" * 16},
        None,
        write_packed,
    ),
    "packed no zlib": put(f"runs/{RUN}/predictions.safetensors.zlib", b"evil"),
    "weights no safetensors": model_with("model.safetensors", b"\x80\x04evil"),
    "weights with a huge header": model_with(
        "model.safetensors", lambda good: struct.pack("<Q", 2**40) + good[8:]
    ),
    "weights swapped": weights_swapped,
    "weights without a seal": without(f"runs/{RUN}/model/manifest.json"),
    "weights without a configuration": without(f"runs/{RUN}/model/config.json"),
    "configuration no JSON": model_with("config.json", b"import os"),
    "configuration changed": put(f"runs/{RUN}/model/config.json", b'{"auto_map": {"x": "y"}}'),
    "array elsewhere": array_renamed,
    "array without a question": lambda good, path: put(
        next(name for name in good if name.startswith("arrays/")), save({"a": np.zeros(3)})
    )(good, path),
    "plan with a cluster": plan(lambda p: p["engine"].update(name="ray", address="ray://evil")),
    "plan with folders": plan(lambda p: p["runs"][0]["where"].update(data="/etc")),
    "plan with a model to fetch": plan(lambda p: p["runs"][0]["where"].update(model="evil/x")),
    "plan of other runs": plan(lambda p: p["runs"].pop()),
    "plan of nonsense": plan(lambda p: p.update(runs=7)),
    "plan's date": plan(lambda p: p.update(created_utc="<script>")),
}


def make(name: str, bundle: Path, path: Path) -> Path:
    """The hostile file of this name."""
    return CASES[name](contents(bundle), path)
