"""What a task and the command line fetch from a hub: the languages that are wanted, no others."""

from mslt_core.pipeline.places import proposed_folders

XNLI = """
import json
from mslt_core.pipeline.places import data_folder
folder = data_folder("xnli", "facebook/xnli")
print(json.dumps(sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet"))))
"""
OWN = """
import json
from mslt_core.data import tasks
from mslt_core.pipeline.places import data_folder
task = tasks.open_task("own", data_folder("own", "me/reviews"))
print(json.dumps([task.labels, [row.text for row in task.train("en")], task.eval_langs]))
"""
COMMAND = """
import json, sys
from mslt_core.__main__ import main
status = main({args!r})
"""


def test_a_task_fetches_the_languages_that_it_proposes(hub, elsewhere):
    proposed = proposed_folders("xnli")
    names = [f"{lang}/test-00000-of-00001.parquet" for lang in (*proposed, "all_languages", "nl")]
    hub.add("datasets", "facebook/xnli", {name: name.encode() for name in names})
    assert elsewhere(XNLI, hub.url) == sorted(names[:-2])
    assert not [path for path in hub.asked if "all_languages/" in path]
    hub.asked.clear()
    assert elsewhere(XNLI, hub.url) == sorted(names[:-2])
    assert hub.asked == [], "the second time nobody is asked"


def test_data_of_one_s_own_may_lie_on_the_hub(hub, elsewhere):
    """With what says what it is, and in any format that is read from a folder."""
    files = {
        "task.yaml": b"kind: classification\ntitle: x\nlabels: [bad, good]\n",
        "data/train-en.csv": b"text,label\na,good\nb,bad\n",
        "data/test-de.tsv": b"text\tlabel\nc\tgood\n",
        "make.py": b"raise SystemExit\n",
    }
    hub.add("datasets", "me/reviews", files)
    assert elsewhere(OWN, hub.url) == [["bad", "good"], ["a", "b"], ["de"]]
    assert not [path for path in hub.asked if "resolve" in path and "make.py" in path]
    hub.stop()
    assert elsewhere(OWN, hub.url, HF_HUB_OFFLINE="1") == [["bad", "good"], ["a", "b"], ["de"]]


def test_the_command_puts_a_model_where_it_is_told(hub, elsewhere, tmp_path):
    to = tmp_path / "model"
    code = COMMAND.format(args=["fetch", "tiny/model", "--to", str(to), "--json"])
    told = elsewhere(code, hub.url)
    assert (told["what"], told["folder"], told["option"]) == ("model", str(to), "--model")
    assert (to / "config.json").is_file()
    assert not (to / "pytorch_model.bin").exists()
    assert not list(to.rglob("*.tmp"))
