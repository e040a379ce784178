"""Folders of small data files."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[[Mapping[str, Any]], Path]:
    """``write_files({"en/train.jsonl": [{...}], "dev-en.tsv": "a\\tb\\n"})``: the folder of these.

    Text and bytes are written as they are; rows become JSON Lines or Parquet, by the file's name.
    """

    def write(contents: Mapping[str, Any]) -> Path:
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif isinstance(content, str):
                path.write_bytes(content.encode())
            elif path.suffix == ".parquet":
                _write_parquet(path, content)
            elif path.suffix == ".jsonl":
                lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in content]
                path.write_bytes("".join(lines).encode())
            else:
                path.write_bytes(json.dumps(content, ensure_ascii=False).encode())
        return tmp_path

    return write


def _write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)
