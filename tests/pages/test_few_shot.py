"""Sets with few-shot examples beside plain ones: what is compared first, and what is said."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.pipeline import PROJECT, places
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store


@pytest.fixture
def app(tmp_path, monkeypatch):
    """SSLT(en) and MSLT(de, en) with two seeds; each with 5, 10 and 20 Finnish examples once."""
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    store = Store(tmp_path / "store")
    scores = {
        lang: TargetScores(accuracy=0.5, n_items=2, n_tokens=10) for lang in ("en", "fi", "sw")
    }
    plain = [(langs, 0, seed) for langs in (("en",), ("de", "en")) for seed in (0, 1)]
    few = [(langs, n, 0) for langs in (("en",), ("de", "en")) for n in (5, 10, 20)]
    for langs, shots, seed in plain + few:
        spec = TrainSpec(
            task="wikiann", data="d" * 16, model="base", model_fingerprint="f" * 16,
            source_langs=langs, target_langs=tuple(scores), budget=100, steps=10, seed=seed,
            learning_rate=3e-4, shots=shots, shot_langs=("fi",) if shots else (),
        )  # fmt: skip
        run = spec.digest()
        store.runs.create(spec, Where())
        with store.runs.claim(run):
            store.runs.set_state(run, "running")
            store.runs.write_outcome(
                run, scores=scores, predictions={}, tokens_seen={}, device="cpu",
                sampled={lang: [f"{lang}:1"] for lang in langs}, weights="a" * 16, n_layers=4,
            )  # fmt: skip
            store.runs.set_state(run, "done")
    return AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()


def words(app: AppTest) -> str:
    assert not app.exception
    kinds = (app.markdown, app.caption)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


def test_plain_sets_are_compared_first_and_counted_by_their_own_runs(app):
    chosen = app.multiselect(key="compare")
    assert chosen.options[:2] == ["SSLT(en)", "SSLT(en) + 5 fi"]
    assert [chosen.options[i] for i in chosen.indices][:2] == ["SSLT(en)", "MSLT(de, en)"]
    assert "SSLT(en) has two runs; MSLT(de, en) has two runs:" in words(app)


def test_the_baseline_is_plain(app):
    app.switch_page("pages/results.py").run()
    assert "scores higher than SSLT(en) on" in words(app)
    assert "scores higher than SSLT(en) + " not in words(app)
