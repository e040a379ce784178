"""What is cached is used without the hub; what goes wrong is one sentence and leaves no trace."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mslt_core.data import hub as of_ours
from mslt_core.spec.errors import HubError
from tests.hub.fake_hub import FakeHub, commit_of

ROOT = Path(__file__).parents[2]
WITHIN_S = 5.0  # what the docstring promises, the hub client's import included

FETCH = """
import json, time
from mslt_core.data.hub import dataset_files
from mslt_core.pipeline.checkpoints import model_folder
from mslt_core.spec.errors import MsltError
start = time.monotonic()
try:
    told = ["fetched", str({call})]
except MsltError as e:
    told = [type(e).__name__, str(e)]
print(json.dumps([*told, time.monotonic() - start]))
"""
MODEL = FETCH.format(call='model_folder("tiny/model")')
# what is cut off before its first 10 MB is not resumed: the hub client begins again
IN_SMALL_PARTS = "from huggingface_hub import constants\nconstants.DOWNLOAD_CHUNK_SIZE = 100\n"


def dataset(ref, *configs):
    return FETCH.format(call=f"dataset_files({ref!r}, {configs!r})")


@pytest.fixture
def not_cached(tmp_path, monkeypatch):
    """Asserts that, whatever was left behind, nobody takes it for the whole; gives what was."""
    from huggingface_hub import constants

    def _not_cached(*, killed=False):
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
        with pytest.raises(HubError, match="HF_HUB_OFFLINE is set and it is not in the local"):
            of_ours.fetch("tiny/model", kind="model", patterns=["*.safetensors", "config.json"])
        left = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert killed or not [path for path in left if path.suffix == ".incomplete"]
        return left

    return _not_cached


@pytest.fixture
def works(hub, elsewhere):
    """Asserts that a good attempt gives the model's files, whatever was before."""

    def _works():
        kind, folder, _ = elsewhere(MODEL, hub.url)
        assert kind == "fetched", folder
        stored = hub.repos["models", "tiny/model"]["main"]
        found = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        extra = {"README.md", "pytorch_model.bin", "onnx/model.safetensors"}
        assert found == {name: data for name, data in stored.items() if name not in extra}
        return folder

    return _works


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("FacebookAI/xlm-roberta-base", True),
        ("a/b@main", True),
        ("a/b@refs/pr/4", True),
        ("a/b@0123abc", True),
        ("xlm-roberta-base", False),
        ("/etc/passwd", False),
        ("a/b/c", False),
        ("../b", False),
        ("a/..", False),
        ("a/b@../../x", False),
        ("a/b@", False),
        ("a /b", False),
        ("a--b/c", False),
        ("", False),
    ],
)
def test_what_reads_as_a_hub_id(ref, expected):
    assert of_ours.is_hub_id(ref) is expected


def test_a_path_or_a_bare_name_is_no_hub_id():
    with pytest.raises(HubError, match=r"'/etc/passwd' is not a model id\. Write namespace/name"):
        of_ours.fetch("/etc/passwd", kind="model", patterns=["*"])
    with pytest.raises(HubError, match=r"'xnli' is not a data set id\. Write namespace/name"):
        of_ours.dataset_files("xnli")
    with pytest.raises(HubError, match=r"a/b- could not be fetched: Repo id must use"):
        of_ours.dataset_files("a/b-")


def test_offline_and_not_cached_is_one_sentence():
    with pytest.raises(HubError, match=r"a/b could not be fetched: HF_HUB_OFFLINE is set") as e:
        of_ours.fetch("a/b", kind="model", patterns=["*"])
    assert "\n" not in str(e.value)


# --- what is cached


def test_a_model_is_fetched_once_and_then_found_without_the_hub(hub, elsewhere, works):
    folder = works()
    hub.asked.clear()
    at_main = FETCH.format(call='model_folder("tiny/model@main")')
    assert elsewhere(at_main, hub.url)[:2] == ["fetched", folder]
    commit = commit_of(hub.repos["models", "tiny/model"]["main"])
    pinned = FETCH.format(call=f'model_folder("tiny/model@{commit}")')
    assert elsewhere(pinned, hub.url)[:2] == ["fetched", folder]
    assert hub.asked == []


def test_pickled_weights_are_not_even_downloaded(hub, elsewhere):
    kind, told, _ = elsewhere(FETCH.format(call='model_folder("tiny/pickled")'), hub.url)
    assert kind == "CheckpointError"
    assert told.startswith("tiny/pickled has no model.safetensors, only pytorch_model.bin")
    assert not any("resolve" in path for path in hub.asked)


@pytest.mark.slow
def test_another_configuration_is_fetched_when_it_is_asked_for(hub, elsewhere):
    _, first, _ = elsewhere(dataset("facebook/xnli", "de"), hub.url)
    hub.asked.clear()
    kind, folder, _ = elsewhere(dataset("facebook/xnli", "ar", "de"), hub.url)
    assert (kind, folder) == ("fetched", first)
    assert sorted(path.name for path in Path(folder).iterdir()) == ["ar", "de"]
    assert sum("resolve" in path and path.startswith("HEAD") for path in hub.asked) == 3
    hub.stop()
    assert elsewhere(dataset("facebook/xnli", "ar"), hub.url)[:2] == ["fetched", folder]
    kind, told, _ = elsewhere(dataset("facebook/xnli", "en"), hub.url)
    assert told.startswith("the data set facebook/xnli could not be fetched: http")
    kind, told, _ = elsewhere(dataset("facebook/xnli", "xx"), hub.url)
    assert (kind, told) == ("DataError", "facebook/xnli has no files of 'xx'; it has ar, de, en")


def test_a_script_is_refused_and_the_hub_s_conversion_is_read(hub, elsewhere):
    ref = "juletxara/xstory_cloze"
    kind, told, _ = elsewhere(dataset(ref, "en"), hub.url)
    assert kind == "DataError"
    assert told == (
        f"{ref} has no data files, only the script xstory_cloze.py, which is never run. "
        f"Write {ref}@refs/convert/parquet: the hub's own conversion."
    )
    assert not any("resolve" in path for path in hub.asked)
    kind, folder, _ = elsewhere(dataset(f"{ref}@refs/convert/parquet", "en"), hub.url)
    assert kind == "fetched"
    assert (Path(folder) / "en" / "eval" / "0000.parquet").is_file()


# --- what goes wrong


def test_a_hub_that_refuses_is_one_sentence(elsewhere, not_cached):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, but nobody listens
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        kind, told, seconds = elsewhere(MODEL, endpoint)
    assert kind == "HubError"
    assert told.startswith(f"the model tiny/model could not be fetched: {endpoint} cannot be reach")
    assert told.endswith("Or give a local folder.")
    assert told.count("\n") == 0
    assert seconds < WITHIN_S
    not_cached()


@pytest.mark.slow
def test_a_hub_that_is_too_slow_is_one_sentence(hub, elsewhere, not_cached, works):
    hub.slow_s = 30.0
    kind, told, seconds = elsewhere(MODEL, hub.url, HF_HUB_DOWNLOAD_TIMEOUT="10")
    assert kind == "HubError"
    assert f"could not be fetched: {hub.url} cannot be reached in time (timed out)" in told
    assert seconds < WITHIN_S
    not_cached()
    hub.slow_s = 0.0
    works()


def test_a_download_that_is_cut_off_is_resumed(hub, elsewhere, works):
    hub.cuts = 2
    kind, told, _ = elsewhere(IN_SMALL_PARTS + MODEL, hub.url)
    assert kind == "fetched", told
    first, second, third = hub.starts
    assert first == 0 < second < third
    works()


@pytest.mark.parametrize("ranges", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_download_that_never_ends_is_given_up(hub, elsewhere, not_cached, works, ranges):
    hub.stops_at, hub.ranges = 1000, ranges
    kind, told, _ = elsewhere(IN_SMALL_PARTS + MODEL, hub.url)
    assert kind == "HubError"
    assert told.startswith("the model tiny/model could not be fetched: an answer was cut off")
    not_cached()
    hub.stops_at = None
    works()


@pytest.mark.slow
def test_a_download_that_stalls_is_given_up(hub, elsewhere, not_cached, works):
    hub.stops_at, hub.stalls_s = 2, 30.0
    kind, told, _ = elsewhere(MODEL, hub.url)
    assert kind == "HubError"
    assert "an answer was cut off or did not come, 4 times at the same place" in told
    not_cached()
    hub.stops_at, hub.stalls_s = None, 0.0
    works()


def test_a_killed_download_is_not_taken_for_the_whole(hub, tmp_path, not_cached, works):
    hub.stalls_s = 30.0
    env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf")}
    env["HF_HUB_OFFLINE"] = "0"
    command = [sys.executable, "-c", MODEL]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=-1, stderr=-1) as process:
        deadline = time.monotonic() + 30
        while not list(tmp_path.rglob("*.incomplete")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()
    not_cached(killed=True)
    hub.stalls_s = 0.0
    works()


@pytest.mark.parametrize("status", [401, pytest.param(403, marks=pytest.mark.slow)])
def test_a_gated_model_says_what_to_do(hub, elsewhere, not_cached, works, status):
    hub.gated["tiny/model"] = status
    kind, told, _ = elsewhere(MODEL, hub.url)
    assert kind == "HubError"
    assert told == (
        "the model tiny/model could not be fetched: it is gated; accept its terms on the hub and "
        "log in with `hf auth login`. Or give a local folder."
    )
    not_cached()
    hub.gated.clear()
    works()


@pytest.mark.parametrize("status", [301, pytest.param(307, marks=pytest.mark.slow)])
def test_what_has_moved_is_found_under_its_old_name(hub, elsewhere, status):
    hub.moved, hub.moved_status = {"old/xnli": "facebook/xnli"}, status
    kind, folder, _ = elsewhere(dataset("old/xnli", "en"), hub.url)
    assert kind == "fetched", folder
    assert len(list(Path(folder).rglob("*.parquet"))) == 3
    hub.stop()
    assert elsewhere(dataset("old/xnli", "en"), hub.url)[:2] == [kind, folder]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_with_another_hash_is_refused_and_removed(hub, elsewhere, not_cached, works, name):
    hub.flips = name
    kind, told, _ = elsewhere(MODEL, hub.url)
    assert kind == "HubError"
    assert told.startswith(f"{name} of tiny/model arrived with another content than the hub states")
    left = not_cached()
    assert not [path for path in left if path.name == name]
    hub.flips = None
    works()


def test_equal_files_that_are_wrong_are_removed_together(tmp_path):
    """The cache keeps the bytes of equal files once."""
    kept = tmp_path / "blob"
    kept.write_text("other bytes")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    stated = {}
    for name in ("dev.tsv", "test.tsv"):
        (folder / name).symlink_to(kept)
        stated[name] = SimpleNamespace(size=5, lfs=None, blob_id=None)
    with pytest.raises(HubError, match=r"dev\.tsv of tiny/data arrived with another content"):
        of_ours._refuse_wrong("tiny/data", folder, stated)
    assert not kept.exists()
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("tiny/none", "the hub has no such model, or it is private"),
        ("tiny/model@none", "the hub has no such revision of it"),
    ],
)
def test_what_is_not_there_is_one_sentence(hub: FakeHub, elsewhere, ref, reason):
    kind, told, _ = elsewhere(FETCH.format(call=f"model_folder({ref!r})"), hub.url)
    assert kind == "HubError"
    assert told == f"the model {ref} could not be fetched: {reason}. Or give a local folder."


HERE = """
import json
from pathlib import Path
from mslt_core.pipeline import execute_fetching, is_fetched
from mslt_core.spec.fetching import FetchSpec
from mslt_core.spec.specs import Where
told = [is_fetched("tiny/model"), is_fetched("tiny/pickled")]
spec, quiet = FetchSpec(model="tiny/model"), lambda *_: None
told.append(execute_fetching(None, spec, Where(), report=quiet, should_stop=lambda: False))
print(json.dumps([*told, is_fetched("tiny/model"), is_fetched("base")]))
"""


def test_a_page_knows_without_asking_whether_a_model_is_here(hub, elsewhere):
    assert elsewhere(HERE, hub.url) == [False, False, True, True, True]
    asked = len(hub.asked)
    assert elsewhere(HERE, hub.url) == [True, False, True, True, True]
    assert len(hub.asked) == asked, "nobody is asked for what is here"


ONE_FILE = """
import json
from huggingface_hub import hf_hub_download
name = "en/test-00000-of-00001.parquet"
print(json.dumps(hf_hub_download("facebook/xnli", name, repo_type="dataset")))
"""
FULL = """
import errno, huggingface_hub
def full(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")
huggingface_hub.snapshot_download = full
"""


def test_what_another_program_fetched_in_part_is_not_taken_for_the_whole(hub, elsewhere):
    """Test alone would be trained on, as if there were no training set."""
    elsewhere(ONE_FILE, hub.url)
    offline = elsewhere(dataset("facebook/xnli", "en"), hub.url, HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE is set and it is not in the local cache" in offline[1]
    kind, folder, _ = elsewhere(dataset("facebook/xnli", "en"), hub.url)
    assert kind == "fetched"
    assert len(list(Path(folder).rglob("*.parquet"))) == 3


def test_a_full_disk_is_not_called_a_hub_that_is_away(hub, elsewhere, not_cached):
    kind, told, _ = elsewhere(MODEL.replace("start =", f"{FULL}\nstart =", 1), hub.url)
    assert kind == "HubError"
    assert "hub cannot be written to (No space left on device); HF_HOME names" in told
    not_cached()
