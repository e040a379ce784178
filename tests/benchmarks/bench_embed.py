"""Sentence vectors: all layers in one pass against the last one alone, and sentence-transformers.

The second needs that library, which is no requirement of the project. Install it elsewhere with
``pip install --target DIR --no-deps sentence-transformers``, then ``PYTHONPATH=DIR pytest ...``.
Turns alternate, and CPU seconds are counted, so that other work on the machine matters little.
"""

import os
import time
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(os.environ.get("MSLT_SHARED", Path(__file__).parents[3] / "shared"))
MODEL = Path(os.environ.get("MSLT_BENCH_MODEL", SHARED / "models" / "mini"))
N_SENTENCES = int(os.environ.get("MSLT_BENCH_SENTENCES", "500"))  # a language
LANGS, TURNS = ("ar", "en", "zh"), 3

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.realdata,
    pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of real data"),
]


@pytest.fixture(scope="module")
def texts():
    from mslt_core.data.parallel import open_corpus

    corpus = open_corpus(SHARED / "data" / "pud")
    return [t for lang in LANGS for t in list(corpus.sentences(lang).values())[:N_SENTENCES]]


@pytest.fixture(scope="module")
def ours():
    from mslt_core.models.load import load_encoder, load_tokenizer

    return load_encoder(MODEL), load_tokenizer(MODEL)


def cpu_seconds(*works) -> list[float]:
    """The least CPU seconds of each, over alternating turns after a warm-up."""
    seconds = [[] for _ in works]
    for turn in range(TURNS + 1):
        for work, taken in zip(works, seconds, strict=True):
            start = time.process_time()
            work()
            if turn:
                taken.append(time.process_time() - start)
    return [min(taken) for taken in seconds]


def test_all_layers_against_the_last_alone(ours, texts):
    from mslt_core.models import config
    from mslt_core.models.embed import embed

    n_layers = config.n_layers(MODEL)
    for pooling in ("mean", "max"):
        last, every = cpu_seconds(
            lambda p=pooling: embed(*ours, texts, layers=[n_layers], pooling=p),
            lambda p=pooling: embed(*ours, texts, layers=range(n_layers + 1), pooling=p),
        )
        print(
            f"\n{len(texts)} sentences, {pooling}: last layer {last:.2f} s, all {n_layers + 1} "
            f"layers {every:.2f} s of CPU, ratio {every / last:.3f}"
        )


def test_against_sentence_transformers(ours, texts):
    library = pytest.importorskip(
        "sentence_transformers", reason="see the first lines of this file for how to install it"
    )
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    from mslt_core.models import config
    from mslt_core.models.embed import embed

    n_layers, max_length = config.n_layers(MODEL), min(128, config.max_length(MODEL))
    transformer = Transformer(str(MODEL), max_seq_length=max_length)
    pooling = Pooling(config.hidden_size(MODEL), pooling_mode="mean")
    theirs = library.SentenceTransformer(modules=[transformer, pooling], device="cpu")
    found = {}

    def stock():
        found["theirs"] = theirs.encode(texts, batch_size=32, show_progress_bar=False)

    def embedded():
        found["ours"] = embed(*ours, texts, layers=[n_layers], max_length=max_length)

    stock_s, embedded_s = cpu_seconds(stock, embedded)
    difference = np.abs(found["theirs"] - found["ours"].layers[n_layers]).max()
    print(
        f"\n{len(texts)} sentences: sentence-transformers {library.__version__} {stock_s:.2f} s, "
        f"ours {embedded_s:.2f} s of CPU, ratio {stock_s / embedded_s:.2f}, "
        f"largest difference {difference:.1e}"
    )
    assert difference < 1e-5  # float32: batches of other widths sum in another order
