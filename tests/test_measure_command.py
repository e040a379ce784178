"""``measure`` on the command line: what machines get, what people get, and what it refuses."""

import json

import pytest

from mslt_core import pipeline
from mslt_core.__main__ import main
from mslt_core.spec.measuring import MeasureSpec

LANGS = ("de", "en", "ru")
N = 24


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("MSLT_DEBUG", raising=False)


@pytest.fixture
def corpus(aligned_texts):
    return aligned_texts(LANGS, N)


@pytest.fixture
def ask(capsys):
    def run(*args):
        status = main([*map(str, args), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return run


def test_gives_what_the_pipeline_gives(ask, corpus, pair):
    at = [part for key in pair for part in ("--checkpoint", key)]
    status, answer, _ = ask(
        "measure", *at, "--corpus", corpus, "--layers", "0,-1", "--parts", "pairs,mixing", "--k", 4
    )
    look = MeasureSpec(
        checkpoints=pair, corpus=str(corpus), langs=LANGS, layers=(0, 2), parts=("pairs", "mixing"),
        k=4,
    )  # fmt: skip
    measures = pipeline.measure(pipeline.open_store(), look, compute=False)
    assert (status, answer["n"], answer["langs"], answer["k"]) == (0, N, list(LANGS), 4)
    places = [(one["checkpoint"], one["layer"]) for one in answer["layers"]]
    assert places == [(ref.key, layer) for ref in measures.checkpoints for layer in (0, 2)]
    for name in measures.names:
        curves = pipeline.layer_curves(measures, name)
        points = [point for curve in curves for point in curve.points]
        for one, point in zip(answer["layers"], points, strict=True):
            told = one["measures"][name]
            assert (told["value"], told["low"], told["high"]) == (
                point.value,
                point.low,
                point.high,
            )
    for place, (of, layer) in ((2, (1, 0)), (3, (1, 1))):
        matrix = answer["layers"][place]["measures"]["retrieval_mrr"]["matrix"]
        assert matrix[0][0] is None, "no language is searched in itself"
        assert matrix[0][1] == measures.found[of][layer]["retrieval_mrr"].value[0, 1]
    (change,) = answer["differences"]
    point = pipeline.difference(measures, "mingling", (0, 1))
    assert (change["minus"], change["layer"]) == (measures.checkpoints[0].key, 2)
    assert change["measures"]["mingling"] == {
        "value": point.value, "low": point.low, "high": point.high,
    }  # fmt: skip
    assert change["measures"]["mingling"]["value"] != 0


def test_tells_dimensions_that_dominate_the_cosine(ask, corpus, pair, capsys):
    question = ["measure", "--checkpoint", pair[0], "--corpus", corpus, "--parts", "cosine"]
    status, answer, _ = ask(*question)
    look = MeasureSpec(
        checkpoints=pair[:1], corpus=str(corpus), langs=LANGS, layers=(), parts=("cosine",)
    )
    measures = pipeline.measure(pipeline.open_store(), look, compute=False)
    expected = [
        (one.layer, list(one.dimensions), one.share) for one in pipeline.dominated_layers(measures)
    ]
    assert expected, "some layer of the tiny encoder is dominated"
    told = [(one["layer"], one["dimensions"], one["share"]) for one in answer["dominated"]]
    assert (status, told) == (0, expected)
    assert set(answer["layers"][0]["measures"]) == {"mean_cosine", "mean_cosine_rest"}
    assert main([*map(str, question)]) == 0
    assert "Dimensions that make up the mean cosine" in capsys.readouterr().out


def test_measures_pairs_in_the_space_that_is_asked_for(ask, corpus, pair):
    at = [
        "--checkpoint",
        pair[0],
        "--corpus",
        corpus,
        "--layers",
        "-1",
        "--parts",
        "alignment",
    ]
    errors = []
    for space in ("raw", "centred_by_language"):
        _, answer, _ = ask("measure", *at, "--space", space)
        assert answer["space"] == space
        errors.append(answer["layers"][0]["measures"]["relative_alignment_error"]["value"])
    assert errors[0] != errors[1]


def test_tells_what_has_moved_and_no_mean_of_p(ask, corpus, pair):
    at = [part for key in pair for part in ("--checkpoint", key)]
    rest = ["--corpus", corpus, "--layers", "-1", "--k", 4, "--parts", "moved,null"]
    status, answer, _ = ask("measure", *at, *rest)
    assert status == 0
    told = {(one["measure"], one["lang"]): one for one in answer["moved"]}
    assert len(told) == 2 * len(LANGS)
    assert {one["checkpoint"] for one in answer["moved"]} == {answer["layers"][1]["checkpoint"]}
    one = told["checkpoint_cka", "de"]
    assert one["low"] < one["value"] < one["high"] < 1
    p = answer["layers"][0]["measures"]["cka_p"]
    assert p["value"] is None
    assert 0 <= p["matrix"][0][1] <= 1
    assert "cka_p" not in answer["differences"][0]["measures"]
    assert answer["misaligned"] == []


def test_people_get_a_table_with_intervals(capsys, corpus, pair, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    at = [part for key in pair for part in ("--checkpoint", key)]
    assert main(["measure", *at, "--corpus", str(corpus), "--layers", "-1", "--parts", "cka"]) == 0
    shown = capsys.readouterr().out
    assert "24 sentences of 3 languages in 24 blocks" in shown
    assert shown.count("Linear CKA, biased") == 3  # of two checkpoints and of their difference
    assert "More than in" in shown


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--parts", "cka,magic"], "parts are some of cka, pairs, mixing, identity, alignment"),
        (["--parts", "words"], "own has no parts of speech"),
        (["--pairs", "seen"], "there is no such pair among de, en, ru"),
        (["--langs", "en"], "choose at least two"),
        (["--k", "24"], "k must be below the number of sentences, 24, got 24"),
        (["--k", "1"], "k: input should be greater than or equal to 2, got 1"),
        (["--layers", "7"], "has layers 0 to 2, got 7"),
    ],
)
def test_says_what_is_wrong(args, message, ask, corpus, pair):
    at = ["--checkpoint", pair[0], "--corpus", corpus, "--layers", "0"]
    status, _, said = ask("measure", *at, *args)
    assert status == 2
    assert message in said
