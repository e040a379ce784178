"""The libraries' own loaders and ours read the same from the hub, and again without it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mslt_core.models.load import load_encoder, load_tokenizer
from tests.hub.repositories import DATASETS, N_ROWS, NER_TAGS

LOAD = """
import json
from datasets import load_dataset
told = {{}}
for name, config in {wanted}:
    data = load_dataset(name, config, revision="main")
    columns = next(iter(data.values())).features
    told[name] = {{
        "rows": {{split: list(rows) for split, rows in data.items()}},
        "columns": {{
            name: getattr(getattr(column, "feature", column), "names", None)
            for name, column in columns.items()
        }},
    }}
print(json.dumps(told))
"""

FETCH = """
import json
from mslt_core.data.hub import dataset_files
print(json.dumps([str(dataset_files(name, [config])) for name, config in {wanted}]))
"""

FROM_PRETRAINED = """
import json
from transformers import AutoModel, AutoTokenizer
model = AutoModel.from_pretrained("tiny/model", use_safetensors=True)
tokenizer = AutoTokenizer.from_pretrained("tiny/model")
print(json.dumps([model.num_parameters(), tokenizer("London York")["input_ids"]]))
"""

WANTED = [
    ("facebook/xnli", "en"),
    ("google-research-datasets/paws-x", "de"),
    ("unimelb-nlp/wikiann", "zh-min-nan"),
    ("cambridgeltl/xcopa", "sw"),
    ("google-research-datasets/tydiqa", "secondary_task"),
    ("Davlan/sib200", "eng_Latn"),
]


def test_every_data_set_is_tried():
    assert {name for name, _ in WANTED} == set(DATASETS)


def test_datasets_loads_them_and_again_without_the_hub(hub, elsewhere):
    code = LOAD.format(wanted=WANTED)
    told = elsewhere(code, hub.url)
    xnli = told["facebook/xnli"]
    assert set(xnli["rows"]) == {"train", "test", "validation"}
    assert xnli["rows"]["test"][1]["premise"] == "en test premise 1"
    assert xnli["columns"]["label"] == ["entailment", "neutral", "contradiction"]
    assert told["google-research-datasets/paws-x"]["columns"]["label"] == ["0", "1"]
    assert told["unimelb-nlp/wikiann"]["columns"]["ner_tags"] == list(NER_TAGS)
    assert told["cambridgeltl/xcopa"]["rows"]["validation"][2]["changed"] is True
    answers = told["google-research-datasets/tydiqa"]["rows"]["train"][0]["answers"]
    assert answers == {"text": ["Rome"], "answer_start": [9]}
    sib = told["Davlan/sib200"]["rows"]["validation"]
    assert sib[1] == {"index_id": 1, "category": "science/technology", "text": "eng_Latn dev 1"}
    assert all(len(rows) == N_ROWS for one in told.values() for rows in one["rows"].values())
    hub.stop()
    # without this word, it and transformers try for most of a minute before they use their cache
    assert elsewhere(code, hub.url, HF_HUB_OFFLINE="1") == told


def test_ours_fetches_the_same_files_and_finds_them_without_the_hub(hub, elsewhere):
    code = FETCH.format(wanted=WANTED)
    folders = elsewhere(code, hub.url, HF_HUB_DISABLE_TELEMETRY="0")
    for folder, (name, config) in zip(map(Path, folders), WANTED, strict=True):
        stored = hub.repos["datasets", name]["main"]
        expected = {path: data for path, data in stored.items() if f"{config}/" in path}
        found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
        assert {path: file.read_bytes() for path, file in found.items()} == expected
    # the hub client would ask what it calls agents, and whether this is one
    assert not any("agent" in path or "README" in path for path in hub.asked)
    table = pq.read_table(Path(folders[0]) / "en" / "train-00000-of-00001.parquet")
    assert table.column_names == ["premise", "hypothesis", "label"]
    hub.stop()
    assert elsewhere(code, hub.url) == folders


@pytest.mark.slow
def test_transformers_loads_the_model_and_again_without_the_hub(hub, elsewhere, tiny_checkpoint):
    told = elsewhere(FROM_PRETRAINED, hub.url)
    hub.stop()
    assert elsewhere(FROM_PRETRAINED, hub.url, HF_HUB_OFFLINE="1") == told
    ids = load_tokenizer(tiny_checkpoint)("London York")["input_ids"]
    assert told[1] == ids
    assert told[0] >= load_encoder(tiny_checkpoint).num_parameters()
