"""Data sets in the shapes that the real ones have on the hub, with three rows a file."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

NER_TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
N_ROWS = 3
Columns = dict[str, tuple[pa.DataType, list[Any]]]


def parquet(columns: Columns) -> bytes:
    """A parquet file of these columns."""
    schema = pa.schema([(name, kind) for name, (kind, _) in columns.items()])
    table = pa.table({name: values for name, (_, values) in columns.items()}, schema=schema)
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def card(features: str, splits: dict[str, tuple[str, ...]], path: str) -> bytes:
    """A README with the configurations and what their columns mean; `path` has both names."""
    lines = ["---"]
    if features:
        lines.append("dataset_info:")
        for config in splits:
            lines += [f"- config_name: {config}", "  features:", features.strip("\n")]
    lines.append("configs:")
    for config, of_config in splits.items():
        lines += [f"- config_name: {config}", "  data_files:"]
        for split in of_config:
            lines += [f"  - split: {split}", f"    path: {path.format(config=config, split=split)}"]
    return "\n".join([*lines, "---", "", "# A data set", ""]).encode()


def strings(*names: str) -> str:
    return "".join(f"  - name: {name}\n    dtype: string\n" for name in names)


def class_label(name: str, *labels: str) -> str:
    told = "".join(f"          '{i}': {label}\n" for i, label in enumerate(labels))
    return f"  - name: {name}\n    dtype:\n      class_label:\n        names:\n{told}"


def of_parquet(features: str, splits: dict[str, tuple[str, ...]], make: Any) -> dict[str, bytes]:
    """A repository of ``<config>/<split>-00000-of-00001.parquet``; `make` gives the columns."""
    files = {"README.md": card(features, splits, "{config}/{split}-*"), ".gitattributes": b"*\n"}
    for config, of_config in splits.items():
        for split in of_config:
            columns = make(config, split)
            files[f"{config}/{split}-00000-of-00001.parquet"] = parquet(columns)
    return files


def texts(what: str, config: str, split: str) -> tuple[pa.DataType, list[str]]:
    return pa.string(), [f"{config} {split} {what} {i}" for i in range(N_ROWS)]


def xnli() -> dict[str, bytes]:
    features = strings("premise", "hypothesis")
    features += class_label("label", "entailment", "neutral", "contradiction")
    return of_parquet(
        features,
        dict.fromkeys(["ar", "de", "en"], ("train", "test", "validation")),
        lambda config, split: {
            "premise": texts("premise", config, split),
            "hypothesis": texts("hypothesis", config, split),
            "label": (pa.int64(), [0, 1, 2]),
        },
    )


def paws_x() -> dict[str, bytes]:
    features = "  - name: id\n    dtype: int32\n" + strings("sentence1", "sentence2")
    features += class_label("label", "'0'", "'1'")
    return of_parquet(
        features,
        dict.fromkeys(["de", "en"], ("train", "test", "validation")),
        lambda config, split: {
            "id": (pa.int32(), [1, 2, 3]),
            "sentence1": texts("sentence1", config, split),
            "sentence2": texts("sentence2", config, split),
            "label": (pa.int64(), [0, 1, 0]),
        },
    )


def wikiann() -> dict[str, bytes]:
    names = "".join(f"            '{i}': {tag}\n" for i, tag in enumerate(NER_TAGS))
    features = "  - name: tokens\n    sequence: string\n"
    features += "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n" + names
    features += "  - name: langs\n    sequence: string\n  - name: spans\n    sequence: string\n"
    listed = pa.list_(pa.string())
    return of_parquet(
        features,
        dict.fromkeys(["en", "zh-min-nan"], ("validation", "test", "train")),
        lambda config, split: {
            "tokens": (listed, [[split, "Mary", "Smith"], ["in", "Rome"], ["nothing"]]),
            "ner_tags": (pa.list_(pa.int64()), [[0, 1, 2], [0, 5], [0]]),
            "langs": (listed, [[config] * 3, [config] * 2, [config]]),
            "spans": (listed, [["PER: Mary Smith"], ["LOC: Rome"], []]),
        },
    )


def xcopa() -> dict[str, bytes]:
    features = strings("premise", "choice1", "choice2", "question")
    features += "  - name: label\n    dtype: int32\n  - name: idx\n    dtype: int32\n"
    features += "  - name: changed\n    dtype: bool\n"
    return of_parquet(
        features,
        dict.fromkeys(["et", "sw"], ("validation", "test")),
        lambda config, split: {
            "premise": texts("premise", config, split),
            "choice1": texts("choice1", config, split),
            "choice2": texts("choice2", config, split),
            "question": (pa.string(), ["cause", "effect", "cause"]),
            "label": (pa.int32(), [0, 1, 1]),
            "idx": (pa.int32(), [0, 1, 2]),
            "changed": (pa.bool_(), [False, False, True]),
        },
    )


def tydiqa() -> dict[str, bytes]:
    features = strings("id", "title", "context", "question")
    features += "  - name: answers\n    sequence:\n"
    features += "    - name: text\n      dtype: string\n"
    features += "    - name: answer_start\n      dtype: int32\n"
    answer = pa.struct([("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))])
    langs = ("arabic", "english", "swahili")
    return of_parquet(
        features,
        {"secondary_task": ("train", "validation")},
        lambda config, split: {
            "id": (pa.string(), [f"{lang}-{split}-{i}" for i, lang in enumerate(langs)]),
            "title": texts("title", config, split),
            "context": (pa.string(), ["It is in Rome."] * N_ROWS),
            "question": (pa.string(), ["Where is it?"] * N_ROWS),
            "answers": (answer, [{"text": ["Rome"], "answer_start": [9]}] * N_ROWS),
        },
    )


def sib200() -> dict[str, bytes]:
    """Not parquet: ``data/<language>/{train,dev,test}.tsv``, and no word on its columns."""
    langs, categories = ("arb_Arab", "eng_Latn"), ("geography", "science/technology", "sports")
    splits = dict.fromkeys(langs, ("train", "validation", "test"))
    path = "data/{config}/{split}.tsv"
    readme = card("", splits, path).replace(b"validation.tsv", b"dev.tsv")
    files = {"README.md": readme}
    for lang in langs:
        for split in ("train", "dev", "test"):
            rows = [f"{i}\t{c}\t{lang} {split} {i}" for i, c in enumerate(categories)]
            table = "\n".join(["index_id\tcategory\ttext", *rows, ""])
            files[path.format(config=lang, split=split)] = table.encode()
    return files


def xstory_cloze() -> tuple[dict[str, bytes], dict[str, bytes]]:
    """A script, and what the hub converts it to on its own branch."""
    data = parquet({"input_sentence_1": texts("sentence", "en", "eval")})
    script = {"README.md": b"---\nlanguage: en\n---\n", "xstory_cloze.py": b"raise SystemExit\n"}
    return script, {"en/eval/0000.parquet": data}


DATASETS = {
    "facebook/xnli": xnli,
    "google-research-datasets/paws-x": paws_x,
    "unimelb-nlp/wikiann": wikiann,
    "cambridgeltl/xcopa": xcopa,
    "google-research-datasets/tydiqa": tydiqa,
    "Davlan/sib200": sib200,
}
