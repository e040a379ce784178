"""What is fetched from the hub, and how much of it; nothing here has a network."""

import pytest

from mslt_core.data import hub, pud, tasks
from mslt_core.pipeline import fetch, fetchable, fetching, places
from mslt_core.spec.errors import BadInputError, DataError, SpecError


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Calls of `hub.dataset_files`; the answer is a folder of six languages."""
    folder, calls = tmp_path / "snapshot", []
    for lang in ("ar", "de", "en", "es", "sw", "zh"):
        (folder / lang).mkdir(parents=True)
        (folder / lang / "test-00000-of-00001.parquet").write_text(lang)
    (folder / "README.md").write_text("words")

    def files(ref, configs=(), *_, **__):
        calls.append((ref, tuple(configs)))
        return folder

    monkeypatch.setattr(hub, "dataset_files", files)
    return calls


def test_only_the_proposed_languages_are_fetched_the_same_each_time(asked):
    for data in ("hub", "hub", "somebody/xnli"):
        places.data_folder("xnli", data)
    pool = ("ar", "de", "en", "es", "fr", "ru", "zh")
    targets = ("bg", "el", "hi", "sw", "th", "tr", "ur", "vi")
    assert [configs for _, configs in asked] == [pool + targets] * 3
    assert [ref for ref, _ in asked] == [tasks.TASKS["xnli"].hub] * 2 + ["somebody/xnli"]


def test_folders_are_named_once_and_as_the_hub_has_them(asked):
    assert places.proposed_folders("tydiqa") == ("secondary_task",)
    assert places.proposed_folders("sib200")[:3] == ("arb_Arab", "deu_Latn", "eng_Latn")
    assert "en" not in places.proposed_folders("xcopa"), "English COPA is not there"


@pytest.mark.parametrize("task", [name for name, info in tasks.TASKS.items() if info.hub])
def test_every_task_on_the_hub_names_its_folders(task):
    assert places.proposed_folders(task), "none would mean all languages"


def test_of_the_users_own_data_everything_is_fetched(asked):
    places.data_folder("own", "somebody/reviews")
    assert asked == [("somebody/reviews", ())]


def test_a_task_lies_in_the_cache_or_where_it_is_told(asked, tmp_path):
    found = fetch("xnli")
    assert (found.folder, found.option) == (tmp_path / "snapshot", "--task xnli --data")
    to = tmp_path / "xnli"
    copied = fetch("xnli", to, ["en", "sw"])
    assert asked[-1] == (tasks.TASKS["xnli"].hub, ("en", "sw"))
    assert (copied.folder, copied.n_files, copied.note) == (to, 2, "")
    assert sorted(p.relative_to(to).as_posix() for p in to.rglob("*.*")) == [
        "en/test-00000-of-00001.parquet",
        "sw/test-00000-of-00001.parquet",
    ]


def test_a_copy_that_is_cut_short_is_made_again(asked, tmp_path):
    fetch("xnli", tmp_path / "to")
    broken = tmp_path / "to" / "en" / "test-00000-of-00001.parquet"
    broken.write_text("e")
    fetch("xnli", tmp_path / "to")
    assert broken.read_text() == "en"
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot write"):
        fetch("xnli", tmp_path / "file")


def test_languages_beyond_the_proposed_ones_come_with_a_word(asked, tmp_path):
    note = fetch("wikiann", tmp_path / "to", ["en", "sw"]).note
    assert note.startswith("sw lie in the hub's cache now, too")


def test_treebanks_go_where_they_are_told(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(pud, "fetch_pud", lambda *args, **_: calls.append(args))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert fetch("pud", tmp_path / "x", ["en", "ar"]).n_files == 2
    assert fetch("pud").folder == tmp_path.resolve() / "data" / "pud"
    assert calls == [
        (tmp_path / "x", ("ar", "en")),
        (tmp_path.resolve() / "data" / "pud", pud.PUD_LANGS),
    ]


def test_a_release_is_one_of_the_treebanks(monkeypatch, tmp_path):
    tags = []
    monkeypatch.setattr(pud, "fetch_pud", lambda *_, tag, **__: tags.append(tag))
    fetch("pud", tmp_path)
    fetch("pud", tmp_path, tag="r2.15")
    assert tags == ["r2.14", "r2.15"]
    for name, tag in (("xnli", "r2.15"), ("pud", "../r2.15")):
        with pytest.raises(SpecError, match="--tag is a release of the treebanks"):
            fetch(name, tmp_path, tag=tag)


def test_a_model_is_fetched_by_its_hub_id(monkeypatch, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(fetching, "model_folder", lambda _: tmp_path)
    found = fetch("some/model", tmp_path / "to")
    assert (found.what, found.option) == ("model", "--model")
    assert (tmp_path / "to" / "config.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (("nothing",), BadInputError, "nothing to fetch is called 'nothing'. There are pud, wiki"),
        (("udpos",), BadInputError, "udpos is not on the hub. It reads UD_"),
        (("cldr-ner",), BadInputError, "It comes with the program"),
        (("xnli", None, ["en"]), SpecError, "--langs of xnli need --to"),
        (("a/b", None, ["en"]), SpecError, "a model has none"),
        (("pud", None, ["sw"]), DataError, "PUD has no Swahili"),
    ],
)
def test_what_cannot_be_fetched_is_a_sentence(args, error, message):
    with pytest.raises(error) as raised:
        fetch(*args)
    assert message in str(raised.value)


def test_data_of_a_language_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"paws-x@\w+ has no Arabic \(ar\)"):
        fetch("pawsx", tmp_path, ["ar"])


def test_all_names_are_known():
    assert fetchable() == ("pud", "wikiann", "xnli", "pawsx", "sib200", "tydiqa", "xcopa")
