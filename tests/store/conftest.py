"""A store in an empty folder, and real questions to put into it."""

import pytest

from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import EmbedSpec, TrainSpec
from mslt_core.store import Store

DEFAULTS = {
    "task": "wikiann",
    "data": "d" * 16,
    "model": "base",
    "model_fingerprint": "f" * 16,
    "source_langs": ("de", "en"),
    "target_langs": ("ar", "de", "en", "sw"),
    "budget": 100,
    "steps": 10,
    "learning_rate": 3e-4,
}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def train_spec():
    """Makes a training run's spec, some fields changed."""

    def make(**changes):
        return TrainSpec(**{**DEFAULTS, **changes})

    return make


@pytest.fixture(scope="session")
def embed_spec():
    """Makes an embedding's spec, some fields changed."""

    def make(**changes):
        fields = {"checkpoint": "c" * 16, "corpus": "0" * 16, "lang": "en", "layer": 2}
        return EmbedSpec(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def outcome():
    """Makes the arguments of `Runs.write_outcome` for runs of `train_spec`."""

    def make(accuracy=0.5, predictions=None, **more):
        scores = TargetScores(
            accuracy=accuracy, span_f1=0.4, majority_accuracy=0.3, n_items=2, n_tokens=7
        )
        return {
            "scores": dict.fromkeys(DEFAULTS["target_langs"], scores),
            "predictions": predictions or {},
            "sampled": {"de": ["train-de.tsv:4"], "en": ["train-en.tsv:17", "train-en.tsv:2"]},
            "tokens_seen": {"de": 40, "en": 60},
            "device": "cpu",
            "weights": "a" * 16,
            "n_layers": 4,
            **more,
        }

    return make
