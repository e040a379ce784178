"""Trackers: none by default, by name where they are there, a sentence where they are not."""

import os
import sys
from types import SimpleNamespace

import pytest
from transformers import TrainerCallback, integrations

from mslt_core.models.finetune import finetune
from mslt_core.models.trackers import TENSORBOARD, VARIABLE, trackers
from mslt_core.spec.errors import BadInputError
from tests.models.toy import SPEC


def test_none_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert trackers(tmp_path) == []


def test_the_trainers_word_for_none(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, "none")
    assert trackers(tmp_path) == []


def test_every_run_of_a_worker_has_its_own_tensorboard(monkeypatch, tmp_path):
    monkeypatch.setattr(
        integrations, "get_available_reporting_integrations", lambda: ["tensorboard"]
    )
    monkeypatch.setenv(VARIABLE, "tensorboard")
    monkeypatch.setenv(TENSORBOARD, "x")  # so that what is set below is undone
    monkeypatch.delenv(TENSORBOARD)
    for run in ("a", "b"):
        trackers(tmp_path / run)
        assert os.environ[TENSORBOARD] == str(tmp_path / run / "tensorboard")
    monkeypatch.setenv(TENSORBOARD, "/my/own/tensorboard")
    trackers(tmp_path / "c")
    assert os.environ[TENSORBOARD] == "/my/own/tensorboard"


def test_one_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, "nonesuch")
    with pytest.raises(BadInputError, match="MSLT_REPORT_TO names 'nonesuch'"):
        trackers(tmp_path)


@pytest.fixture
def told(monkeypatch, tmp_path):
    """``told("wandb")``: step, run's name and numbers that a tracker of ours in its place gets."""
    from transformers.integrations import integration_utils

    def make(name):
        logged = []

        class Tracker(TrainerCallback):
            def on_log(self, args, state, *_, logs=None, **__):
                logged.append((state.global_step, args.run_name, logs))

        monkeypatch.setitem(integration_utils.INTEGRATION_TO_CALLBACK, name, Tracker)
        monkeypatch.setattr(integrations, "get_available_reporting_integrations", lambda: [name])
        monkeypatch.setenv(VARIABLE, name)
        monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path))
        return logged

    return make


@pytest.fixture
def train(tmp_path, tiny_checkpoint, labels, tagged_rows):
    """``train(budget=16)``: its points."""

    def run(**changes):
        points = []
        finetune(
            spec := SPEC.but(target_langs=("ru",), steps=4, **{"budget": 16, **changes}),
            checkpoint=tiny_checkpoint,
            kind="tagging",
            labels=labels,
            rows={"en": tagged_rows("en", spec.budget)},
            folder=tmp_path / spec.digest(),
            report=points.append,
            should_stop=lambda: False,
        )
        return points

    return run


def test_it_gets_the_numbers_of_the_run(told, train):
    logged = told("ours")
    points = train()
    losses = [(step, logs["loss"]) for step, _, logs in logged if "loss" in logs]
    assert losses == [(p.step, pytest.approx(p.loss, abs=1e-3)) for p in points]
    assert logged[0][1].startswith("SSLT(en), seed 0, ")


def test_other_runs_of_a_set_and_seed_have_other_names(told, train):
    """Trackio takes the same name for the same run, and adds what comes to what was there."""
    logged = told("ours")
    train()
    train(budget=8)
    assert len({name for _, name, _ in logged}) == 2


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_ends_in_the_tracker_too(told, train, monkeypatch, fails):
    """W&B writes the next run of a worker into the one that is open; what fails there harms none"""
    ends = []

    def finish():
        ends.append("end")
        if fails:
            raise OSError("no space")

    told("wandb")
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(finish=finish))
    assert len(train()) == 4
    assert ends == ["end"]
