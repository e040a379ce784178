"""Several processes train what one would: the same rows a step, the same weights; nobody hangs."""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file

from mslt_core.models import distributed, saving
from mslt_core.models.finetune import finetune
from mslt_core.spec import room
from mslt_core.spec.errors import BadInputError, SpecError, TrainingError
from mslt_core.spec.sentences import LabelledText
from mslt_core.spec.specs import TrainSpec

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))  # as the other processes have it
import conftest  # noqa: E402

SPEC = TrainSpec(
    task="toy",
    data="d",
    model="tiny",
    model_fingerprint="m",
    source_langs=("de", "en", "zh"),
    target_langs=("ru",),
    budget=48,
    steps=10,
    batch_size=8,
    learning_rate=1e-3,
    max_length=64,
    group_by_length=False,
)
ATOL = 1e-4  # sums in another order, which Adam makes larger where a gradient is nearly zero

HELPER = "import sys; sys.path.insert(0, 'tests/models'); import test_distributed as t; t.assist()"
AGAINST_STATES = HELPER.replace("t.assist", "t.oppose(); t.assist")

no_gpu = pytest.mark.skipif(
    torch.accelerator.is_available(), reason="two processes need two GPUs where there is one"
)


def rows_of(kind, lang):
    rows = conftest._tagged_rows(lang, SPEC.budget // 3)
    if kind == "tagging":
        return rows
    return [
        LabelledText(row_id=row.row_id, text=" ".join(row.tokens), label=int(3 in row.labels))
        for row in rows
    ]


def train(checkpoint, kind, folder, team, **options):
    return finetune(
        SPEC,
        checkpoint=Path(checkpoint),
        kind=kind,
        labels=conftest.LABELS if kind == "tagging" else ("person", "place"),
        rows={lang: rows_of(kind, lang) for lang in SPEC.source_langs},
        folder=Path(folder),
        team=team,
        **options,
    )


def assist():
    """What the other processes do."""
    with distributed.helper() as team:
        asked = json.loads(sys.argv[1])
        train(**asked, team=team, report=lambda _: None, should_stop=lambda: False)


def oppose():
    """Let this process think that no state is worth its time."""
    room.save_every, saving.SHARE = lambda _: 4, 0.0


def helpers():
    """The processes that `together` started here; others may have children of this one, too."""
    return [
        child for child in psutil.Process().children() if distributed.MEETING in environment(child)
    ]


def environment(process):
    try:
        return process.environ()
    except psutil.NoSuchProcess:  # a zombie too: some of those that are not ours are
        return {}


class Run:
    """A run of as many processes as `start` says; `on_report` gets the step."""

    def __init__(
        self,
        checkpoint,
        kind,
        folder,
        *,
        on_report=lambda _: None,
        stop_at=None,
        helper=HELPER,
    ):
        self.points, self.resumed_at, self.folder = [], [], folder
        folder.mkdir(exist_ok=True)
        asked = {"checkpoint": str(checkpoint), "kind": kind, "folder": str(folder)}

        def report(point):
            self.points.append(point)
            on_report(point.step)

        command = [sys.executable, "-c", helper, json.dumps(asked)]
        with distributed.together(command, SPEC.batch_size) as team:
            self.tuned = train(
                **asked,
                team=team,
                report=report,
                should_stop=lambda: len(self.points) + sum(self.resumed_at) == stop_at,
                on_resume=self.resumed_at.append,
            )

    def curve(self):
        return [(p.step, p.loss, p.grad_norm, p.learning_rate) for p in self.points]

    def weights(self):
        return self.tuned.model.state_dict()


@pytest.fixture
def start(tiny_checkpoint, tmp_path, monkeypatch):
    def start(n, kind="tagging", folder="run", checkpoint=tiny_checkpoint, **options):
        monkeypatch.setenv("MSLT_PROCESSES", str(n))
        return Run(checkpoint, kind, tmp_path / folder, **options)

    return start


@pytest.fixture
def without_dropout(tiny_checkpoint, tmp_path):
    """Every process draws its own dropout, so only without it all is the same."""
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "without-dropout")
    config = json.loads((folder / "config.json").read_text())
    none = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config | none))
    return folder


@no_gpu
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tagging", "classification"])
def test_two_processes_train_what_one_does(kind, start, without_dropout):
    one = start(1, kind, "one", without_dropout)
    two = start(2, kind, "two", without_dropout)
    assert [point.step for point in two.points] == list(range(1, 11))
    np.testing.assert_allclose(two.curve(), one.curve(), rtol=1e-3)
    for name, tensor in one.weights().items():
        # a bias of all keys cancels in the softmax: its gradient is rounding alone, and Adam
        # makes steps of any size
        if not name.endswith("key.bias"):
            torch.testing.assert_close(two.weights()[name], tensor, rtol=0, atol=ATOL, msg=name)
    assert two.tuned.tokens_seen == one.tuned.tokens_seen
    assert (one.tuned.device, two.tuned.device) == ("cpu", "cpu, 2 processes")


@no_gpu
@pytest.mark.slow
def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(start):
    """With dropout: each process takes up its own random numbers."""
    whole = start(2, folder="whole")
    cut = start(2, stop_at=4)
    assert (cut.tuned.stopped, cut.tuned.step) == (True, 4)
    kept = cut.folder / "checkpoints" / "step-000004"
    assert sorted(kept.glob("rng_state*")) == [kept / "rng_state_0.pth", kept / "rng_state_1.pth"]
    rest = start(2)
    assert rest.resumed_at == [4]
    assert cut.curve() + rest.curve() == whole.curve()
    for name, tensor in whole.weights().items():
        assert torch.equal(rest.weights()[name], tensor), name
    # another number of processes may go on, too
    shutil.rmtree(kept.parent)
    start(2, stop_at=4)
    assert start(1).resumed_at == [4]


@no_gpu
@pytest.mark.slow
def test_all_write_the_states_that_the_first_process_thinks_worth_it(start, monkeypatch):
    """Each by its own clock would end with some waiting for the others."""
    monkeypatch.setattr(room, "save_every", lambda _: 4)
    monkeypatch.setattr(saving, "SHARE", float("inf"))
    run = start(2, helper=AGAINST_STATES)
    kept = sorted((run.folder / "checkpoints").glob("step-*"))
    assert [path.name for path in kept] == ["step-000008", "step-000010"]
    for path in kept:
        assert len(list(path.glob("rng_state_*.pth"))) == 2


@no_gpu
@pytest.mark.slow
def test_a_killed_process_ends_the_run_with_its_reason(start):
    killed_s = []

    def kill(step):
        if step == 3:
            (helper,) = helpers()
            os.kill(helper.pid, signal.SIGKILL)
            killed_s.append(time.monotonic())

    with pytest.raises(TrainingError, match=r"process 2 of 2 was killed \(SIGKILL\)\. Started ag"):
        start(2, on_report=kill)
    assert time.monotonic() - killed_s[0] < 10
    assert not torch.distributed.is_initialized()
    assert not {"RANK", "WORLD_SIZE", "LOCAL_RANK"} & set(os.environ)


@no_gpu
@pytest.mark.slow
def test_a_fault_of_the_first_process_alone_is_told_as_it_is(start):
    def fail(step):
        if step == 3:
            raise ZeroDivisionError("a bug")  # the other one waits in an exchange meanwhile

    with pytest.raises(ZeroDivisionError, match="a bug"):
        start(2, on_report=fail)
    assert not helpers()


@no_gpu
@pytest.mark.slow
def test_a_loss_that_is_not_finite_is_told_as_by_one_process(start, without_dropout):
    path = without_dropout / "model.safetensors"
    weights = load_file(path)
    weights["roberta.embeddings.LayerNorm.weight"][:] = 3e38  # overflows
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(TrainingError, match="loss became NaN at step 1"):
        start(2, checkpoint=without_dropout)
    assert not helpers()


@no_gpu
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit('error: the data changed. Restore it.')", "the data changed. Res"),
        ("import sys; sys.exit(3)", "exit status 3"),
        ("", "exit status 0"),
    ],
)
def test_a_process_that_fails_before_the_others_are_there(program, said, monkeypatch, capsys):
    monkeypatch.setenv("MSLT_PROCESSES", "3")
    command = [sys.executable, "-c", program]
    with (
        pytest.raises(TrainingError, match=f"process [23] of 3 failed: {said}"),
        distributed.together(command, 6) as team,
    ):
        team.meet()
    assert not helpers()
    assert said.startswith("exit") or said in capsys.readouterr().err  # the log has all of it


def test_of_several_that_ended_the_one_that_took_the_others_along_is_named(monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "3")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    program = (
        "import os, sys, time\n"
        "if os.environ['RANK'] == '2': os.kill(os.getpid(), 9)\n"
        "sys.exit('RuntimeError: connection closed by peer')"
    )
    with distributed.together([sys.executable, "-c", program], 6) as team:
        for helper in team._helpers:
            helper.process.wait()
        with pytest.raises(TrainingError, match=r"process 3 of 3 was killed \(SIGKILL\)"):
            team.require_others()


class Exchange:
    """One that ends after so many looks, or never."""

    def __init__(self, ends_at=10**6, fails=False):
        self.looks, self.ends_at, self.fails = 0, ends_at, fails

    def wait(self, _):
        self.looks += 1
        if self.fails or not self.is_completed():
            raise RuntimeError("it says nothing of use")

    def is_completed(self):
        return self.looks >= self.ends_at


def test_an_exchange_is_waited_for_until_a_process_is_gone(monkeypatch):
    def require_others():
        if exchange.looks == 5:
            raise TrainingError("process 2 of 2 was killed")

    team = distributed.Team(0, 2)
    monkeypatch.setattr(team, "require_others", require_others)
    exchange = Exchange()  # gloo forgot it
    with pytest.raises(TrainingError, match="was killed"):
        team._await(exchange)
    exchange = Exchange(ends_at=3)
    team._await(exchange)
    assert exchange.looks == 3
    exchange = Exchange(ends_at=3, fails=True)
    with pytest.raises(RuntimeError, match="nothing of use"):
        team._await(exchange)


@no_gpu
def test_who_never_comes_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "2")
    monkeypatch.setattr("mslt_core.models.team.MEET_S", 0.5)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        pytest.raises(TrainingError, match="not all 2 processes were ready"),
        distributed.together(command, 6) as team,
    ):
        team.meet()
    assert not helpers()


def test_an_error_of_the_first_process_is_its_own(monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "2")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(TrainingError, match="loss became NaN"), distributed.together(command, 6):
        raise TrainingError("loss became NaN")
    assert not helpers()


def test_what_is_refused(monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "3")
    with pytest.raises(SpecError, match="a batch of 8 cannot be shared evenly by 3 processes"):
        distributed.require_possible(8)
    with pytest.raises(SpecError, match="multiple of 3"), distributed.together(["no"], 8):
        pass
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(SpecError, match="3 processes need a GPU each, 2 can be used here"):
        distributed.require_possible(9)
    monkeypatch.setenv("MSLT_PROCESSES", "some")
    with pytest.raises(BadInputError, match="MSLT_PROCESSES must be a whole number"):
        distributed.processes()


def test_alone_nothing_is_started(monkeypatch):
    monkeypatch.delenv("MSLT_PROCESSES", raising=False)
    with distributed.together(["no such command"], 7) as team:
        assert (team.rank, team.size, team.agreed(5)) == (0, 1, 5)


def test_every_process_drops_other_units():
    with torch.random.fork_rng():
        drawn = []
        for rank in range(3):
            torch.manual_seed(7)  # as the Trainer does
            distributed.Team(rank, 3).own_dropout(7)
            drawn.append(torch.rand(4).tolist())
        torch.manual_seed(7)
        assert drawn[0] == torch.rand(4).tolist()  # the first as a run of one process
    assert drawn[0] != drawn[1] != drawn[2] != drawn[0]


@pytest.mark.parametrize("direct", [True, False])
def test_gpus_that_cannot_reach_each_other_go_round(direct, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("accelerate.utils.check_cuda_p2p_ib_support", lambda: direct)
    said = distributed._environment(2)
    assert said.get("NCCL_P2P_DISABLE") == said.get("NCCL_IB_DISABLE") == (None if direct else "1")
    assert (said["RANK"], said["WORLD_SIZE"]) == ("0", "2")
