"""Trackers: none by default, by name where they are there, a sentence where they are not."""

import os

import pytest
from transformers import TrainerCallback, integrations

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


def test_it_gets_the_numbers_of_the_run(
    monkeypatch, tmp_path, tiny_checkpoint, labels, tagged_rows
):
    """A tracker of our own in the Trainer's table of them."""
    from transformers.integrations import integration_utils

    from mslt_core.models.finetune import finetune

    logged = []

    class Tracker(TrainerCallback):
        def on_log(self, args, state, *_, logs=None, **__):
            logged.append((state.global_step, args.run_name, logs))

    monkeypatch.setitem(integration_utils.INTEGRATION_TO_CALLBACK, "ours", Tracker)
    monkeypatch.setattr(integrations, "get_available_reporting_integrations", lambda: ["ours"])
    monkeypatch.setenv(VARIABLE, "ours")
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path))
    points = []
    finetune(
        SPEC.but(target_langs=("ru",), budget=16, steps=4),
        checkpoint=tiny_checkpoint,
        kind="tagging",
        labels=labels,
        rows={"en": tagged_rows("en", 16)},
        folder=tmp_path / "run",
        report=points.append,
        should_stop=lambda: False,
    )
    losses = [(step, logs["loss"]) for step, _, logs in logged if "loss" in logs]
    assert losses == [(p.step, pytest.approx(p.loss, abs=1e-3)) for p in points]
    assert logged[0][1] == "SSLT(en), seed 0"
