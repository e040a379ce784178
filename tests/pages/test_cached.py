"""What is kept between reruns is asked anew when what it is made of changes."""

import dataclasses

import pytest

from mslt_core import pipeline
from mslt_core.pipeline import EXAMPLE, open_store, run_groups, swept
from pages._shared import cached


def test_criteria_are_judged_anew_when_embeddings_or_texts_change(monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline, "judge_criteria", lambda *_, **given: asked.append(given))
    sweep = next(one for one in swept(run_groups(open_store(EXAMPLE))) if one.k == 2)

    def judged():
        cached.judged(str(EXAMPLE), sweep, fixed=None, metric="accuracy", average="shared")
        return len(asked)

    cached._judged.clear()
    assert [judged(), judged()] == [1, 1]
    monkeypatch.setattr(pipeline, "choosing_stamp", lambda *_, **__: "another")
    assert [judged(), judged()] == [2, 2]
    cached._judged.clear()


def test_upper_bounds_are_read_anew_when_they_are_trained_again(monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline, "oracle_scores", lambda *_: asked.append(1) or {})
    store = open_store(EXAMPLE)
    group = run_groups(store)[0]
    oracle = group.runs[0].spec.but(oracle=True, target_langs=group.source_langs)
    info = dataclasses.replace(group.runs[0], spec=oracle)

    def scores(info):
        cached.oracle_scores(str(EXAMPLE), [info], group, "accuracy")
        return len(asked)

    cached._oracle_scores.clear()
    assert [scores(info), scores(info)] == [1, 1]
    again = dataclasses.replace(info, created_utc="2030-01-01T00:00:00Z")
    assert [scores(again), scores(again)] == [2, 2]
    cached._oracle_scores.clear()


@pytest.mark.parametrize("place", ["train-en.tsv", "en/train-00000.parquet"])
def test_data_is_counted_anew_when_a_file_changes_in_its_place(tmp_path, monkeypatch, place):
    """That leaves the time of the folder's own change as it was."""
    asked = []
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))
    monkeypatch.setattr(pipeline, "data_coverage", lambda *_, **__: asked.append(1))
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("some")

    def counted():
        cached.data_coverage("wikiann", str(tmp_path))
        return len(asked)

    cached._data_coverage.clear()
    assert [counted(), counted()] == [1, 1]
    with file.open("a") as more:
        more.write(" and more")
    assert [counted(), counted()] == [2, 2]
    cached._data_coverage.clear()
