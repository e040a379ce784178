"""The registry of tasks."""

import re

import pytest

from mslt_core.data.tasks import TASKS, open_task
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import LANGUAGES, languages


@pytest.mark.parametrize("name", TASKS)
def test_what_the_registry_says_makes_sense(name):
    info = TASKS[name]
    assert info.name == name
    assert info.source_pool == languages(info.source_pool)
    assert info.target_langs == languages(info.target_langs)
    assert not set(info.source_pool) & set(info.target_langs)
    assert info.needs_folder == (info.open is not None)
    assert bool(info.layout) == info.needs_folder


@pytest.mark.parametrize("name", [name for name in TASKS if TASKS[name].hub])
def test_data_on_the_hub_is_named_with_its_commit(name):
    assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", TASKS[name].hub)


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("wikiann", {"zh": "zh", "nan": "zh-min-nan", "st": None}),
        ("xnli", {"zh": "zh", "ko": None}),
        ("pawsx", {"ko": "ko", "ar": None}),
        ("sib200", {"ar": "arb_Arab", "zh": "zho_Hans", "ko": "kor_Hang", "rm": None}),
        ("tydiqa", {"ar": "secondary_task", "de": None}),
        ("xcopa", {"qu": "qu", "en": None}),
    ],
)
def test_a_language_has_its_folder_on_the_hub(name, folders):
    info = TASKS[name]
    assert {lang: info.hub_folder(lang) for lang in folders} == folders
    for lang in {*info.source_pool, *info.target_langs} - {"en"}:
        assert info.hub_folder(lang), lang


def test_sib200_has_all_its_languages_for_targets():
    info = TASKS["sib200"]
    langs = {lang for lang in LANGUAGES if info.hub_folder(lang)}
    assert langs == {*info.source_pool, *info.target_langs}


@pytest.mark.parametrize("name", [name for name in TASKS if TASKS[name].needs_folder])
def test_a_folder_without_anything_is_refused_by_every_task(name, tmp_path):
    with pytest.raises(DataError, match=r"holds no file of|has no task\.yaml"):
        open_task(name, tmp_path)
    with pytest.raises(DataError, match=r"there is no folder|has no task"):
        open_task(name, tmp_path / "none")


def test_tasks_open_by_name(tmp_path):
    assert open_task("cldr-ner").name == "cldr-ner"
    (tmp_path / "train-en.tsv").write_text("a\tO\n", encoding="utf-8")
    assert open_task("wikiann", str(tmp_path)).train_langs == ("en",)
    assert open_task("wikiann", tmp_path).labels[0] == "O"


def test_the_example_task_can_do_what_the_registry_promises():
    task, info = open_task("cldr-ner"), TASKS["cldr-ner"]
    assert set(info.source_pool) <= set(task.train_langs)
    assert set(info.target_langs) <= set(task.eval_langs)


def test_says_what_is_wrong(tmp_path):
    with pytest.raises(SpecError, match=r"unknown task 'ner'\. Known are cldr-ner, wikiann"):
        open_task("ner")
    with pytest.raises(DataError, match="wikiann needs a folder"):
        open_task("wikiann")
    with pytest.raises(DataError, match="cldr-ner reads no folder, got"):
        open_task("cldr-ner", tmp_path)
