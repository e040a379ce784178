"""The command line: what machines get, what people get, and how it ends."""

import argparse
import errno
import functools
import http.server
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from mslt_core import jobs
from mslt_core.__main__ import _explained, main, parser
from mslt_core.commands import train_question, training, upkeep
from mslt_core.pipeline import EXAMPLE, Access, corpus_langs, open_store, select
from mslt_core.spec.errors import TrainingError
from mslt_core.spec.fetching import FetchSpec
from mslt_core.spec.results import TargetScores
from mslt_core.spec.selecting import Criterion, SelectSpec
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store
from mslt_core.store.tensors import read_tensors
from mslt_core.sweep import workers
from tests.pipeline.made import put

PROJECT = Path(__file__).resolve().parents[1]
COMMANDS = (
    "select", "train", "runs", "compare", "criteria", "embed", "cka", "map", "fetch",
    "example", "doctor",
)  # fmt: skip
COMMANDS += ("import", "measure")
NOT_SCORED = r"Not scored of the test rows: .*\d repeated \(.*ru \d"


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    """Every test has a store of its own, and says nothing of a user's settings."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("MSLT_DEBUG", raising=False)
    return tmp_path / "store"


@pytest.fixture(scope="session")
def panx(tmp_path_factory, tagged_rows) -> Path:
    """A WikiANN folder: 40 training sentences in de and en, 12 labelled ones in de, en and ru."""
    folder = tmp_path_factory.mktemp("panx")
    names = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
    for split, langs, n, seed in (
        ("train", ("de", "en"), 40, 0),
        ("dev", ("de", "en", "ru"), 12, 1),
    ):
        for lang in langs:
            blocks = [
                "".join(f"{t}\t{names[i]}\n" for t, i in zip(row.tokens, row.labels, strict=True))
                for row in tagged_rows(lang, n, seed)
            ]
            text = "\n".join(blocks) + "\n"
            (folder / f"{split}-{lang}.tsv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def pud(tmp_path_factory) -> Path:
    """Treebanks of six sentences in en, de and ru; the Russian one is in another order."""
    folder = tmp_path_factory.mktemp("pud")
    sentences = {
        "en": ["went home", "the old house", "Mary went to London", "to see", "York", "the house"],
        "de": ["ging nach Hause", "das alte Haus", "Anna ging nach Berlin", "und", "Köln", "Haus"],
        "ru": ["пошёл домой", "вчера", "Иван пошёл в город", "и", "Тверь", "в Москва"],
    }
    for lang, texts in sentences.items():
        numbered = list(enumerate(texts, 1))
        blocks = [
            f"# sent_id = n{i}\n# text = {text}\n" + "\t".join(["1", text, *"_" * 8]) + "\n\n"
            for i, text in (numbered[::-1] if lang == "ru" else numbered)
        ]
        (folder / f"{lang}_pud-ud-test.conllu").write_text("".join(blocks), encoding="utf-8")
    return folder


@pytest.fixture
def train_args(panx, tiny_checkpoint):
    """MSLT(de, en) in three steps."""
    args = ["train", "--task", "wikiann", "--data", str(panx), "--model", str(tiny_checkpoint)]
    return [*args, "--sources", "de,en", "--budget", "15", "--steps", "3", "--batch-size", "4"]


@pytest.fixture
def ask(capsys):
    """``ask(...)``: the exit status, the JSON object on standard output, and standard error."""

    def run(*args):
        status = main([*map(str, args), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return run


# --- for machines


def test_select_says_what_the_pipeline_says(ask):
    status, answer, _ = ask("select", "--k", 3, "--criterion", "syntax", "--top", 5)
    access = Access(store=open_store())
    best = select(access, SelectSpec(pool="ar,de,en,es,fr,ru,zh", k=3)).sets.best(5)
    assert status == 0
    assert answer["criterion"] == "syntax"
    assert answer["k"] == 3
    assert [s["rank"] for s in answer["sets"]] == [1, 2, 3, 4, 5]
    assert [tuple(s["source_langs"]) for s in answer["sets"]] == [s.source_langs for s in best]
    assert [s["score"] for s in answer["sets"]] == [s.score for s in best]


def test_select_shows_all_that_tie_with_the_last(ask):
    # in family every set of Arabic, Chinese and one Indo-European language scores 3 * (1 - 0)
    _, answer, _ = ask("select", "--criterion", "family", "--top", 2)
    assert [s["rank"] for s in answer["sets"]] == [1] * 5
    assert all({"ar", "zh"} < set(s["source_langs"]) for s in answer["sets"])


SELECTIONS = [
    {"criterion": criterion}
    for criterion in get_args(Criterion)
    if criterion not in {"targets", "blend"}
]
SELECTIONS += [
    {"criterion": "targets", "targets": "ja,sw", "target_by": "phonology"},
    {"criterion": "blend", "weights": "syntax:1,pretraining_size:-0.5", "normalise": "zscore"},
    {"criterion": "syntax", "minimise": True, "include": "en", "exclude": "ar"},
    {"criterion": "inventory", "codes": "individual"},
    {"criterion": "pretraining_size", "pretraining": "bloom", "k": 1},
]


@pytest.mark.parametrize("options", SELECTIONS, ids=lambda o: " ".join(map(str, o.values())))
def test_every_selection_says_what_the_pipeline_says(ask, options):
    args = [
        part
        for name, value in options.items()
        for part in (f"--{name.replace('_', '-')}", *([] if value is True else [value]))
    ]
    status, answer, err = ask("select", *args, "--top", 1000)
    assert status == 0, err
    fields = {"pool": "ar,de,en,es,fr,ru,zh", "k": 3, **options}
    if "weights" in fields:
        fields["weights"] = (("syntax", 1.0), ("pretraining_size", -0.5))
    result = select(Access(store=open_store()), SelectSpec(**fields))
    assert [(s["rank"], tuple(s["source_langs"]), s["score"]) for s in answer["sets"]] == [
        (s.rank, s.source_langs, s.score) for s in result.sets.best(1000)
    ]
    assert answer["n_sets"] == len(result.sets)
    assert tuple(answer["notes"]) == result.notes


def test_select_is_a_table_for_papers_too(capsys):
    assert main(["select", "--top", "1", "--format", "csv"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head == "rank,source languages,sum of 1 − cosine,mean over pairs"
    assert re.fullmatch(r'1,"ar, de, zh",1\.196,0\.3987\d+', row)
    assert main(["select", "--top", "1", "--format", "latex"]) == 0
    latex = capsys.readouterr().out
    assert "\\toprule" in latex
    assert "ar, de, zh" in latex


def test_train_answers_with_scores_and_trains_once(ask, train_args, own_store, monkeypatch):
    status, answer, _ = ask(*train_args)
    assert (status, answer["state"], answer["source_langs"]) == (0, "done", ["de", "en"])
    assert (answer["budget"], answer["steps"], answer["seed"]) == (15, 3, 0)
    assert answer["sampled"] == {"de": 8, "en": 7}
    assert answer["device"]
    assert set(answer["scores"]) == {"de", "en", "ru"}
    assert 0 <= answer["scores"]["ru"]["accuracy"] <= 1
    assert answer["scores"]["ru"].keys() >= {"span_f1", "majority_accuracy", "n_items"}

    def not_again(*args, **kwargs):
        raise AssertionError("it was trained a second time")

    monkeypatch.setattr(training, "execute_training", not_again)
    assert ask(*train_args)[1] == answer
    _, listed, _ = ask("runs")
    own = [run["run"] for run in listed["runs"] if not run["read_only"]]
    assert own == [answer["run"]]
    assert ask("runs", answer["run"][:6])[1] == answer


def test_again_brings_weights_back_and_the_same_scores(ask, train_args, own_store):
    _, first, _ = ask(*train_args)
    model = own_store / "runs" / first["run"] / "model"
    for path in model.iterdir():
        path.unlink()
    assert ask("runs", first["run"])[1]["has_weights"] is False
    status, again, _ = ask("train", "--again", first["run"])
    assert (status, again["has_weights"]) == (0, True)
    assert again["scores"] == first["scores"]


def test_a_worker_and_a_second_launch_make_one_run(ask, train_args, own_store):
    _, started, _ = ask(*train_args, "--detach")
    assert started["state"] in {"queued", "running"}
    status, waited, _ = ask(*train_args)
    assert (status, waited["state"], waited["run"]) == (0, "done", started["run"])
    assert len(list((own_store / "runs").iterdir())) == 1
    # the worker wrote it, not the second launch: a process started by `--detach` has a log
    log = own_store / "runs" / started["run"] / "worker.log"
    assert json.loads(log.read_text().splitlines()[-1])["state"] == "done"


def test_a_run_can_be_stopped(ask, train_args):
    long = [*train_args, "--steps", "100000", "--seed", "1"]
    _, started, _ = ask(*long, "--detach")
    status, stopped, _ = ask("runs", started["run"], "--stop")
    assert (status, stopped["state"]) == (0, "stopped")


def test_embed_stores_what_cka_and_map_use(ask, pud, tiny_checkpoint, tmp_path, own_store):
    at = ["--checkpoint", tiny_checkpoint, "--corpus", pud]
    out = tmp_path / "rows.safetensors"
    status, answer, _ = ask("embed", *at, "--out", out)
    assert status == 0
    assert answer["layer"] == 2
    assert [e["lang"] for e in answer["embeddings"]] == ["de", "en", "ru"]
    assert {(e["n"], e["hidden_size"], e["n_truncated"]) for e in answer["embeddings"]} == {
        (6, 32, 0)
    }
    for e in answer["embeddings"]:
        assert (own_store / "arrays" / e["digest"][:2] / f"{e['digest']}.safetensors").exists()

    arrays, metadata = read_tensors(out)
    assert json.loads(metadata["sent_ids"]) == [f"n{i}" for i in range(1, 7)]
    _, cka, _ = ask("cka", *at, "--langs", "ru,en", "--estimator", "biased")
    assert (cka["langs"], cka["n"], cka["estimator"]) == (["en", "ru"], 6, "biased")
    # the definition, on the rows that were written: they are joined by sentence id
    X, Y = (arrays[lang] - arrays[lang].mean(axis=0) for lang in ("en", "ru"))
    norms = np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y)
    assert cka["matrix"][0][1] == pytest.approx(np.linalg.norm(Y.T @ X) ** 2 / norms, rel=1e-5)


def test_embed_takes_all_layers_of_own_sentences_and_tells_what_it_left_out(
    ask, tiny_checkpoint, tmp_path
):
    for lang, first in (("de", "Berlin " * 200), ("en", "York")):
        lines = [first, "a", "b", "b", "" if lang == "de" else "c", "d"]
        (tmp_path / f"{lang}.txt").write_text("\n".join(lines) + "\n")
    at = ["--checkpoint", tiny_checkpoint, "--corpus", tmp_path]
    status, answer, said = ask("embed", *at, "--layers", "0,-1", "--pooling", "max")
    assert (status, answer["layers"], answer["pooling"]) == (0, [0, 2], "max")
    rows = [(e["lang"], e["layer"], e["n"], e["n_truncated"]) for e in answer["embeddings"]]
    assert rows == [("de", 0, 5, 1), ("de", 2, 5, 1), ("en", 0, 6, 0), ("en", 2, 6, 0)]
    assert (answer["n_common"], answer["n_documents"]) == (5, None)
    assert answer["n_unpaired"] == {"en": 1}
    assert answer["n_empty"] == {"de": 1, "en": 0}
    assert answer["n_duplicates"] == {"de": 1, "en": 1}
    for told in ("left out in all languages: de 1", "de: 1 sentences are too long", "kept): de 1"):
        assert told in said
    status, _, said = ask("embed", *at, "--original", "en")
    assert status == 2
    assert "does not tell in which language its sentences were first written" in said
    with pytest.raises(SystemExit, match="2"):
        ask("embed", *at, "--layers", "0,x")


def test_map_gives_each_language_the_same_sentences(ask, pud, tiny_checkpoint, tmp_path):
    at = ["--checkpoint", tiny_checkpoint, "--corpus", pud, "--method", "pca"]
    out = tmp_path / "map.csv"
    status, answer, _ = ask("map", *at, "--n", 4, "--out", out)
    assert (status, answer["method"], answer["n"]) == (0, "pca", 4)
    assert len(answer["sent_ids"]) == 4
    assert {lang: np.shape(xy) for lang, xy in answer["coords"].items()} == {
        "de": (4, 2),
        "en": (4, 2),
        "ru": (4, 2),
    }
    tsne = [*at[:-1], "tsne", "--perplexity", 3, "--n-iter", 20]
    maps = [
        ask("map", *tsne, *more)[1]["coords"]["de"]
        for more in ([], ["--metric", "cosine"], ["--early-exaggeration", 4, "--learning-rate", 9])
    ]
    assert maps[0] != maps[1] != maps[2] != maps[0]
    header, first, *rest = out.read_text().splitlines()
    assert header == "lang,sent_id,x,y"
    assert len(rest) == 11
    lang, sent_id, x, y = first.split(",")
    assert (lang, sent_id) == ("de", answer["sent_ids"][0])
    assert [float(x), float(y)] == pytest.approx(answer["coords"]["de"][0])


def test_a_map_of_few_sentences_is_judged_by_fewer_neighbours(ask, pud, tiny_checkpoint):
    # 8 points: fewer than half of them, 3, are the most that trust in a map is defined for
    at = ["--checkpoint", tiny_checkpoint, "--corpus", pud, "--method", "pca", "--langs", "de,en"]
    assert ask("map", *at, "--n", 4)[0] == 0


def test_doctor_reads_everything_and_names_what_is_damaged(ask, pud, panx, tmp_path, own_store):
    here = os.path.commonpath([pud, panx])
    pairs = panx.parent / "xtreme"  # XNLI's files have the names of WikiANN's
    pairs.mkdir()
    (pairs / "dev-en.tsv").write_text("It rains.\tIt is wet.\tentailment\n", encoding="utf-8")
    status, answer, _ = ask("doctor", "--roots", here)
    assert (status, answer["healthy"]) == (0, True)
    assert answer["hub"] == {"reachable": False, "problem": "HF_HUB_OFFLINE is set"}
    assert answer["device"]
    assert answer["packages"]["torch"]["installed"]
    found = {(Path(d["path"]).name, d["kind"], tuple(d["langs"])) for d in answer["data"]}
    assert (panx.name, "wikiann", ("de", "en")) in found
    assert pairs.name not in {name for name, *_ in found}

    damaged = own_store / "arrays" / "ab" / f"{'ab' * 8}.safetensors"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"not safetensors")
    status, answer, _ = ask("doctor", "--roots", here)
    assert (status, answer["healthy"]) == (1, False)
    assert "is damaged and will be computed again" in answer["problems"][0]


def test_example_base_goes_where_it_is_told(ask, tmp_path, monkeypatch):
    from mslt_core import example

    asked = {}

    def build_base(out_dir, *, steps, seed, report):
        asked.update(out_dir=out_dir, steps=steps, seed=seed)
        report("ar: 20 lines")
        return {"train_loss": 1.5}

    monkeypatch.setattr(example, "build_base", build_base)
    status, answer, _ = ask("example", "base", "--out", tmp_path, "--steps", 7, "--seed", 2)
    assert (status, answer) == (0, {"what": "base", "train_loss": 1.5})
    assert asked == {"out_dir": tmp_path, "steps": 7, "seed": 2}


def test_a_library_that_prints_does_not_get_into_the_json(ask, monkeypatch):
    def chatty():
        print("Some weights were not initialised")
        logging.getLogger("transformers").warning("and a warning")
        return []

    monkeypatch.setattr(upkeep.health, "packages", chatty)
    monkeypatch.setattr(upkeep.health, "found_folders", lambda _roots: [])
    status, answer, err = ask("doctor")
    assert (status, answer["packages"]) == (0, {})
    assert "Some weights" in err


def test_fetch_goes_on_where_it_was_stopped(ask, tmp_path, monkeypatch):
    word = "\t".join(["1", "Hej", *"_" * 8])
    given = "".join(f"# sent_id = n{i}\n# text = Hej\n{word}\n\n" for i in range(2)).encode()
    shelf, to = tmp_path / "shelf", tmp_path / "pud"
    for name, lang in (("UD_English-PUD", "en"), ("UD_Swedish-PUD", "sv")):
        file = shelf / name / "r2.14" / f"{lang}_pud-ud-test.conllu"
        file.parent.mkdir(parents=True)
        file.write_bytes(given)
    handler = functools.partial(QuietFiles, directory=str(shelf))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("MSLT_UD_URL", f"http://127.0.0.1:{server.server_address[1]}")
        status, answer, err = ask("fetch", "pud", "--langs", "en,sv,tr", "--to", to)
        assert (status, answer) == (1, None)
        assert "UD_Turkish-PUD/r2.14/tr_pud-ud-test.conllu could not be fetched" in err
        status, answer, _ = ask("fetch", "pud", "--langs", "en,sv", "--to", to)
        server.shutdown()
    assert (status, answer["folder"], answer["n_files"]) == (0, str(to.resolve()), 2)
    assert corpus_langs(answer["folder"]) == ("en", "sv")


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, without a word on standard error."""

    def log_message(self, *args):
        pass


# --- for people


def test_people_get_tables(train_args, capsys):
    assert main(train_args) == 0
    out, _ = capsys.readouterr()
    assert "MSLT(de, en), run" in out
    assert "zero-shot" in out
    shown = re.search(r"transfer\s+gap\s+(-?\d\.\d{3})", out)
    assert main([*train_args, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    means = [
        np.mean([answer["scores"][lang]["accuracy"] for lang in langs])
        for langs in (answer["source_langs"], answer["zero_shot_langs"])
    ]
    assert answer["transfer_gap"] == pytest.approx(means[0] - means[1])
    assert float(shown[1]) == pytest.approx(answer["transfer_gap"], abs=5e-4)
    assert main(["runs"]) == 0
    assert re.search(r"1 run in .*MSLT\(de, en\)", capsys.readouterr().out, flags=re.DOTALL)
    assert main(["select", "--top", "1"]) == 0
    assert "ar, de, zh" in capsys.readouterr().out


def test_ones_own_runs_are_listed_with_what_tells_them_apart(own_store, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["runs"]) == 0
    n = len([*(EXAMPLE / "runs").iterdir()])
    none = f"no runs in {own_store}; `runs --all` lists the shipped example's {n} as well"
    assert " ".join(capsys.readouterr().out.split()) == none
    spec = TrainSpec(
        task="cldr-ner",
        data="d0",
        model="base",
        model_fingerprint="m0",
        source_langs=("de", "en"),
        target_langs=("en", "ru"),
        budget=90,
        steps=10,
        learning_rate=3e-4,
    )
    scores = dict.fromkeys(
        spec.target_langs,
        TargetScores(accuracy=0.5, majority_accuracy=0.3, n_items=2, n_tokens=7),
    )
    for one in (spec, spec.but(tune="lora")):
        put(Store(own_store), one, scores)
    Store(own_store).runs.create(spec.but(tune="head"), Where())
    assert main(["runs"]) == 0
    title, *lines = capsys.readouterr().out.splitlines()
    assert title.startswith("3 runs in ")
    rows = [[cell.strip() for cell in line.split("│")[2:5]] for line in lines if "│" in line]
    recipe = "cldr-ner, base, 90 in 10 steps"
    assert sorted(rows) == [
        ["MSLT(de, en)", "done", recipe],
        ["MSLT(de, en)", "done", f"{recipe}, LoRA 8"],
        ["MSLT(de, en)", "queued", f"{recipe}, head only"],
    ]
    assert main(["runs", "--all"]) == 0
    everything = capsys.readouterr().out
    assert f"; below them the shipped example's {n}" in " ".join(everything.split())
    listed = [line.split("│")[1].strip() for line in everything.splitlines() if "│" in line]
    assert len(listed) == 3 + n
    assert {path.name for path in (own_store / "runs").iterdir()} == set(listed[:3])


def test_a_few_shot_target_is_no_source(own_store, capsys):
    spec = TrainSpec(
        task="cldr-ner",
        data="d0",
        model="base",
        model_fingerprint="m0",
        source_langs=("en",),
        target_langs=("en", "ru", "tr"),
        budget=90,
        steps=10,
        learning_rate=3e-4,
        shots=10,
        shot_langs=("ru",),
    )
    one = TargetScores(accuracy=0.5, majority_accuracy=0.3, n_items=2, n_tokens=7)
    run = put(Store(own_store), spec, dict.fromkeys(spec.target_langs, one))
    assert main(["runs", run]) == 0
    rows = [line.split("│")[1:3] for line in capsys.readouterr().out.splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["en", "trained on"],
        ["ru", "few-shot, 10"],
        ["tr", "zero-shot"],
    ]


def test_an_empty_store_is_no_error_and_is_not_made_by_looking(capsys, own_store):
    assert main(["runs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["runs"]
    assert all(run["read_only"] for run in listed)  # the shipped example's
    assert not own_store.exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "--json" in text
    assert "--store" in text
    example = text.split("example: python -m mslt_core ")[1].split("\n\n")[0]
    parser().parse_args(example.split())


def test_the_workers_command_is_not_offered_to_people(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out
    assert all(f"    {name} " in listed for name in COMMANDS)
    assert "    work " not in listed


# --- when it goes wrong


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["select", "--pool", "ar,xq"], "unknown language code 'xq'"),
        (["select", "--pool", "ar,de", "--k", "3"], "k = 3 is larger than the pool of 2"),
        (["select", "--top", "0"], "--top must be 1 or more, got 0"),
        (["select", "--k", "1"], "k must be 2 or more for syntax, got 1"),
        (
            ["select", "--include", "en", "--exclude", "en"],
            "included and excluded: en",
        ),
        (["select", "--criterion", "blend"], "a blend needs weights"),
        (["select", "--criterion", "blend", "--weights", "syntax:0"], "all weights are zero"),
        (["select", "--criterion", "blend", "--weights", "syntax"], "a weight is NAME:NUMBER"),
        (["select", "--weights", "syntax:1"], "--weights need --criterion blend"),
        (["select", "--criterion", "targets"], "no target language chosen"),
        (["select", "--criterion", "embedding", "--corpus", "cldr-ner"], "need parallel sentences"),
        (["runs", "beef"], "there is no run 'beef'"),
        (["cka", "--checkpoint", "deadbeef"], "there is no run 'deadbeef'"),
        (["cka", "--langs", ","], "no language chosen"),
        (["cka", "--checkpoint", ""], "no folder given"),
        (["map", "--seed", "-1"], "seed: input should be greater than or equal to 0, got -1"),
        (["map", "--method", "umap", "--min-dist", "5"], "min_dist: input should be less than"),
        (["map", "--learning-rate", "0"], "learning_rate must be above 0 and finite, got 0"),
        (["map", "--out", "/no/such/place.csv"], "lies in a folder that is not there"),
        (["train", "--sources", "en", "--seed", str(10**30)], "seed: input should be less than"),
        (["train", "--sources", "en", "--max-length", "4096"], "max_length must be at most 128"),
        (["example", "base", "--steps", "-1"], "--steps must be 1 or more, got -1"),
        (["runs", "--stop"], "--stop needs a run"),
        (["train"], "no source language chosen"),
        (["train", "--again", "beef", "--sources", "en"], "--sources would make it another one"),
        (["train", "--again", "beef", "--seed", "7"], "--seed would make it another one"),
        (["cka", "--checkpoint", "no/such/place"], "there is no folder"),
        (["cka", "--corpus", "/no/such/place"], "there is no folder /no/such/place"),
        (["fetch", "nothing"], "nothing to fetch is called 'nothing'"),
        (["fetch", "pud", "--langs", "sw"], "PUD has no Swahili (sw)"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(args, message, capsys, own_store):
    assert main([*args, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "Traceback" not in err
    assert not own_store.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--sources", "ru"], "wikiann has no training data for Russian (ru)"),
        (["--targets", "sw"], "wikiann has no labelled"),
        (
            ["--budget", "1"],
            "a budget of 1 examples is smaller than the number of source languages",
        ),
        (["--budget", "1000"], "has 40 training examples, 500 are wanted"),
        (["--task", "nonsense"], "unknown task 'nonsense'"),
        (["--data", "/no/such/place"], "there is no folder /no/such/place"),
    ],
)
def test_a_run_that_cannot_be_is_refused_before_it_exists(
    train_args, change, message, capsys, own_store
):
    assert main([*train_args, *change, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert not own_store.exists()


def test_a_damaged_test_file_is_refused_with_its_line(
    train_args, panx, tmp_path, capsys, own_store
):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in panx.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    lines = (copy / "dev-ru.tsv").read_text(encoding="utf-8").split("\n")
    (copy / "dev-ru.tsv").write_text("\n".join(["three\tcolumns\there", *lines]), encoding="utf-8")
    assert main([*train_args, "--data", str(copy), "--json"]) == 2
    assert "dev-ru.tsv, line 1" in capsys.readouterr().err
    assert not own_store.exists()


@pytest.fixture
def repeated(panx, tmp_path) -> Path:
    """A WikiANN folder whose Russian test rows all come twice."""
    copy = shutil.copytree(panx, tmp_path / "copy")
    twice = (copy / "dev-ru.tsv").read_text(encoding="utf-8")
    (copy / "dev-ru.tsv").write_text(twice + twice, encoding="utf-8")
    return copy


def test_rows_that_are_not_scored_are_told_beside_the_answer(train_args, repeated, ask):
    status, answer, err = ask(*train_args, "--data", repeated, "--steps", 1)
    assert (status, answer["state"]) == (0, "done")
    assert re.search(NOT_SCORED, err)


def test_rows_that_are_not_scored_are_told_before_a_sweep(
    repeated, tiny_checkpoint, ask, monkeypatch
):
    monkeypatch.setattr(workers, "_staff", lambda *_: None)
    read = ["--task", "wikiann", "--data", repeated, "--models", tiny_checkpoint]
    status, _, err = ask("sweep", "start", *read, "--sets", "de;de,en", "--budgets", 15)
    assert status == 0
    assert re.search(NOT_SCORED, err)


def test_everything_that_names_a_run_can_be_asked_of_the_command():
    of_train = argparse.ArgumentParser()
    train_question.add(of_train)
    options = {"source_langs": "sources", "target_langs": "targets"}
    asked = {options.get(name, name) for name in TrainSpec.model_fields}
    assert asked - set(vars(of_train.parse_args([]))) == {
        "model_fingerprint",
        "eval_draw",
    }  # not a choice
    spec, _ = train_question.asked(
        of_train.parse_args(["--sources", "en", "--weight-decay", "0", "--lr-warmup-ratio", "0.2"])
    )
    assert (spec.weight_decay, spec.lr_warmup_ratio, spec.group_by_length) == (0, 0.2, False)
    grouped, _ = train_question.asked(of_train.parse_args(["--sources=en", "--group-by-length"]))
    assert grouped.group_by_length


def test_options_that_make_no_sense_are_argparses(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["select", "--k", "three"])
    assert ended.value.code == 2
    assert "invalid int value: 'three'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        TrainingError("loss became NaN at step 2", hint="Lower the learning rate."),
        RuntimeError("nobody thought of this"),
    ],
)
def test_a_failure_ends_with_1_and_the_run_says_why(error, ask, train_args, monkeypatch, own_store):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(training, "execute_training", fail)
    status, answer, err = ask(*train_args)
    assert (status, answer) == (1, None)
    assert str(error) in err
    assert "Traceback" not in err
    _, listed, _ = ask("runs")
    assert listed["runs"][0]["state"] == "failed"
    assert str(error) in listed["runs"][0]["reason"]
    log = own_store / "runs" / listed["runs"][0]["run"] / "worker.log"
    assert "Traceback" in log.read_text()


def test_a_bug_shows_its_trace_when_asked(ask, monkeypatch):
    monkeypatch.setenv("MSLT_DEBUG", "1")
    monkeypatch.setattr(upkeep.health, "packages", lambda: 1 / 0)
    status, _, err = ask("doctor")
    assert status == 1
    assert "ZeroDivisionError" in err
    assert "Traceback" in err


@pytest.mark.parametrize("args", [["runs"], ["runs", "--json"]])
def test_a_reader_that_has_seen_enough_ends_it_quietly(args):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "mslt_core", *args]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, cwd=PROJECT, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(("closed", "status", "said"), [(">&-", 0, ""), (">/dev/full", 1, "space")])
def test_an_output_that_takes_nothing_leaves_no_trace_of_python(closed, status, said):
    command = f'"{sys.executable}" -m mslt_core runs --json {closed}'
    done = subprocess.run(command, shell=True, capture_output=True, cwd=PROJECT, check=False)
    assert (done.returncode, "Traceback" in done.stderr.decode()) == (status, False)
    assert said in done.stderr.decode() if said else not done.stderr


def test_ctrl_c_leaves_a_run_that_can_be_taken_up(ask, train_args, monkeypatch, capsys):
    real = training.execute_training

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "execute_training", interrupted)
    status, answer, err = ask(*train_args)
    assert (status, answer) == (130, None)
    assert "is stopped; the same command takes it up again" in err
    monkeypatch.setattr(training, "execute_training", real)
    assert ask(*train_args)[1]["state"] == "done"


def test_the_worker_command_does_what_it_was_started_for(train_args, own_store, ask, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda *_: None)  # queued, and nobody comes
    _, queued, _ = ask(*train_args, "--detach")
    assert main(["work", "--store", str(own_store), "runs", queued["run"]]) == 0
    assert Store(own_store).runs.status(queued["run"]).state == "done"


def test_a_wrong_number_of_slots_leaves_no_run_behind(ask, own_store, monkeypatch):
    monkeypatch.setenv("MSLT_SLOTS", "x")
    for more in ([], ["--detach"]):
        status, _, err = ask("train", "--sources", "en", *more)
        assert (status, "MSLT_SLOTS must be a whole number" in err) == (2, True)
    assert not own_store.exists()


def test_a_second_launch_says_who_is_at_it(ask, train_args, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda *_: None)  # this process answers for it
    _, first, err = ask(*train_args, "--detach")
    assert "already running" not in err
    _, second, err = ask(*train_args, "--detach")
    assert f"run {first['run']} is already running since" in err
    assert f"(pid {os.getpid()})" in err
    assert second["run"] == first["run"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_without_a_terminal_a_run_says_once_that_it_waits(
    form, train_args, own_store, monkeypatch, capsys
):
    monkeypatch.setenv("MSLT_SLOTS", "1")
    turns, waits = Store(own_store).turns, []
    other = FetchSpec(model="some/model")
    Store(own_store).jobs.create(other, Where())
    turns.enter("jobs", other.digest())  # this process answers for it, and lives

    def sleep(_):
        waits.append(1)
        if len(waits) == 3:
            turns.leave("jobs", other.digest())

    monkeypatch.setattr(jobs.time, "sleep", sleep)
    assert main([*train_args, *form]) == 0
    assert len(waits) == 3
    assert capsys.readouterr().err == "waiting for its turn, 1 ahead\n"


def test_pickled_weights_are_named_before_anything_else(ask, tmp_path, tiny_checkpoint, own_store):
    folder = tmp_path / "pickled"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_bytes((tiny_checkpoint / name).read_bytes())
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n")
    for args in (["cka", "--checkpoint", folder], ["train", "--sources", "en", "--model", folder]):
        status, _, err = ask(*args)
        assert status == 2
        assert "only pytorch_model.bin, which can run code when it is read" in err
    assert not own_store.exists()


def test_weights_with_nan_are_refused_before_a_run_exists(ask, train_args, own_store, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "broken"
    shutil.copytree(train_args[train_args.index("--model") + 1], folder)
    weights = load_file(folder / "model.safetensors")
    name = next(iter(weights))
    weights[name].flat[0] = np.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    status, _, err = ask(*train_args, "--model", folder, "--detach")
    assert status == 2
    assert f"model.safetensors holds NaN or infinity in {name}" in err
    assert not own_store.exists()


def test_weights_that_were_not_scored_are_not_looked_into(ask, train_args, own_store):
    """Another model in a run's folder must not be embedded under the run's name."""
    _, one, _ = ask(*train_args)
    _, other, _ = ask(*train_args, "--seed", 1)
    mine, theirs = (own_store / "runs" / answer["run"] / "model" for answer in (one, other))
    shutil.rmtree(mine)
    shutil.copytree(theirs, mine)
    status, _, err = ask("cka", "--checkpoint", one["run"], "--langs", "en,de")
    assert status == 2
    assert "are not those that were scored" in err


def test_sentences_without_a_partner_are_counted(ask, pud, tmp_path):
    folder = tmp_path / "pud"
    shutil.copytree(pud, folder)
    path = folder / "de_pud-ud-test.conllu"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: whole.index("# sent_id = n6")], encoding="utf-8")
    status, answer, err = ask("cka", "--corpus", folder, "--langs", "en,de")
    assert (status, answer["n"], answer["n_unpaired"]) == (0, 5, {"en": 1})
    assert "left out, since not every language has them: en 1" in err


# --- how it starts


@pytest.mark.parametrize("args", [["--help"], ["select", "--json"], ["select"], ["runs", "--json"]])
def test_it_starts_without_the_heavy_libraries(args):
    heavy = ["torch", "transformers", "pandas", "streamlit", "scipy", "sklearn", "plotly", "numba"]
    program = f"""
import atexit, sys
atexit.register(lambda: print([m for m in {heavy} if m in sys.modules], file=sys.stderr))
from mslt_core.__main__ import main
sys.exit(main({args}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_what_to_do(number, capsys):
    assert _explained(OSError(number, os.strerror(number), "/store/plan.json")) == 1
    told = "error: the disk is full at /store/plan.json. Free some space and start again; "
    assert capsys.readouterr().err == told + "what was stored before is untouched.\n"
