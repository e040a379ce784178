"""Files that came by a browser: read as files on disk, and nothing of their folder is told."""

import tempfile
from pathlib import Path

import pytest

from mslt_core.pipeline import import_uploaded, outside_groups, read_uploaded
from mslt_core.spec.errors import DataError, MsltError, SpecError
from mslt_core.store import Store

HEADER = "source_langs,seed,target_lang,metric,score\n"
GOOD = {"mine.csv": f"{HEADER}en,0,sw,accuracy,81.5\n".encode()}


def test_what_is_read_is_kept(tmp_path):
    store = Store(tmp_path / "store")
    results = read_uploaded(GOOD, "csv", unit="points")
    new = import_uploaded(store, results, GOOD, "csv", task="xnli", experiment="X")
    (group,) = outside_groups(store)
    assert [info.result for info in group.results] == list(new)
    assert group.results[0].imported.source == "file 'mine.csv'"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("en,0,xq,accuracy,81.5", r"mine\.csv, line 2: unknown language code 'xq'"),
        ("en,0,sw,accuracy,181.5", r"mine\.csv, line 2: score must be from 0 to 100, got 181\.5"),
        ("en,0,sw,accuracy,8\nen,0,sw,accuracy,9", r"line 3: accuracy of SSLT\(en\) on sw is in"),
        ("en,0,sw,wer,8", r"line 2: unknown metric 'wer'"),
    ],
)
def test_errors_have_file_and_line_and_no_folder(row, message):
    with pytest.raises(DataError, match=message) as caught:
        read_uploaded({"mine.csv": f"{HEADER}{row}\n".encode()}, "csv", unit="points")
    assert tempfile.gettempdir() not in str(caught.value)


@pytest.mark.parametrize(
    ("files", "form", "message"),
    [
        ({**GOOD, "b.csv": b""}, "csv", "one file at a time, got 2"),
        ({"../x.csv": b""}, "csv", "is no name of a file here"),
        ({"/etc/x.csv": b""}, "csv", "is no name of a file here"),
        ({".x.csv": b""}, "csv", "is no name of a file here"),
        ({"a.csv": bytes(20_000_001)}, "csv", "the files have 20.0 MB, 20 are the limit"),
        ({"samples_x.jsonl": b""}, "lm-eval", "one results_DATE.json is needed, got none"),
        ({"a.csv": b""}, "csv", r"^the file a\.csv is empty"),
        ({"a.csv": b"a,b\n1,2\n"}, "csv", r"^in a\.csv, line 1: no column seed"),
    ],
)
def test_files_that_are_refused(files, form, message):
    with pytest.raises((DataError, SpecError), match=message):
        read_uploaded(files, form, **({"unit": "points"} if form == "csv" else {"name": "x"}))


def test_nothing_stays_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read_uploaded(GOOD, "csv", unit="points")
    with pytest.raises(MsltError):
        read_uploaded({"mine.csv": b"\xff"}, "csv", unit="points")
    assert not list(Path(tmp_path).iterdir())
