"""Criteria that read a model read the one that the runs began from, or none."""

import dataclasses

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.models import checkpoints
from mslt_core.pipeline import checkpoints as found_by
from mslt_core.pipeline.judging import judge_criteria
from mslt_core.pipeline.own_base import base_of
from mslt_core.pipeline.searching import propose
from mslt_core.pipeline.swept import swept
from mslt_core.spec.selecting import TEXT_CRITERIA, SelectSpec


@pytest.fixture
def store(tmp_path):
    return pipeline.open_store(tmp_path / "store")


@pytest.fixture
def began_from(store):
    """The example's triples, as if they had begun from the model in a folder."""

    def groups(folder, fingerprint=None):
        fields = {"model": "another"}
        fields |= {"model_fingerprint": fingerprint} if fingerprint else {}
        triples = [g for g in pipeline.run_groups(store) if len(g.source_langs) == 3]
        return tuple(
            dataclasses.replace(
                group,
                runs=tuple(
                    dataclasses.replace(
                        info,
                        spec=info.spec.but(**fields),
                        where=info.where.model_copy(update={"model": folder}),
                    )
                    for info in group.runs
                ),
            )
            for group in triples
        )

    return groups


def test_the_model_is_the_runs_own(store, began_from, tiny_checkpoint):
    groups = began_from(str(tiny_checkpoint), checkpoints.fingerprint(tiny_checkpoint))
    access = pipeline.Access(store=store)
    (sweep,) = swept(groups)
    judged = judge_criteria(access, sweep)
    asked = SelectSpec(pool=sweep.pool, k=3, criterion="embedding", model=str(tiny_checkpoint))
    for criterion in TEXT_CRITERIA:
        found = pipeline.select(access, asked.but(criterion=criterion)).sets
        good = {found.langs(i): found.scores[i] for i in range(len(found))}
        assert judged.goodness[criterion].tolist() == [good[langs] for langs in judged.sets]
    (examples,) = swept([g for g in pipeline.run_groups(store) if len(g.source_langs) == 3])
    of_example = judge_criteria(access, examples).goodness["embedding"]
    assert not np.allclose(judged.goodness["embedding"], of_example)
    assert judged.made_of.startswith("Vocabulary and embeddings: another on cldr-parallel, last")


def require_left_out(access, groups, why):
    (sweep,) = swept(groups)
    judged = judge_criteria(access, sweep)
    assert all(why in judged.missing[name] for name in TEXT_CRITERIA)
    assert judged.made_of == "Pretraining size: XLM-R, GiB."
    assert len(judged.criteria) == 11
    assert propose(access, groups[1:], SelectSpec(pool=sweep.pool, k=3, criterion="script"))


def test_a_model_that_has_changed_since_is_not_asked(store, began_from):
    groups = began_from("base", "0" * 16)
    assert base_of(groups) == "base"
    access = pipeline.Access(store=store, compute=False)
    require_left_out(access, groups, "no longer holds the model that these runs began from")


@pytest.mark.parametrize("folder", ["/nowhere/base", None])
def test_a_model_of_another_machine_is_not_asked(store, began_from, folder, monkeypatch):
    """And none of its name here: what a bundle brings tells no folder."""
    groups = began_from(folder)
    by_run = {info.run: info for group in groups for info in group.runs}
    monkeypatch.setattr(found_by, "require_run", lambda _, run: by_run[run])
    assert base_of(groups) == f"{groups[0].runs[0].run}@0"
    access = pipeline.Access(store=store, compute=False)
    require_left_out(access, groups, "the model another of these runs is not on this machine")
