"""README.md and cache/README.md name only what is there."""

import re
import shlex
from pathlib import Path

import pytest

from mslt_core.__main__ import parser
from mslt_core.data import cldr
from mslt_core.spec.languages import languages
from pages._shared.results_controls import VIEWS

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
CACHE_README = (PROJECT / "cache" / "README.md").read_text(encoding="utf-8")

SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL))
CODE = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
LINES = [line.split("#")[0].strip() for line in SHELL.replace("\\\n", " ").splitlines()]
SOURCE = "".join(
    path.read_text(encoding="utf-8") for path in sorted((PROJECT / "mslt_core").rglob("*.py"))
)


def starting_with(program: str) -> list[str]:
    return [line for line in LINES if line.startswith(program)]


@pytest.mark.parametrize("line", starting_with("python -m mslt_core"))
def test_its_commands_have_the_options_it_gives_them(line):
    args = parser().parse_args(shlex.split(line)[3:])  # ends the program where they do not fit
    for langs in ("pool", "sources", "langs"):
        languages(getattr(args, langs, None) or ())


def test_it_shows_the_commands_that_people_need():
    shown = {shlex.split(line)[3] for line in starting_with("python -m mslt_core")}
    assert shown >= {"select", "train", "runs", "embed", "cka", "map", "doctor"}


def test_its_options_exist():
    options = {word for code in CODE for word in code.split() if word.startswith("--")}
    assert {"--json", "--detach", "--again"} <= options
    assert {f'"{option}"' for option in options - {"--help"}} <= set(
        re.findall(r'"--[a-z-]+"', SOURCE)
    )


def test_its_make_targets_exist():
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = {words[1] for words in re.findall(r"(^|`| )make ([a-z]+)", README, flags=re.M)}
    assert {"app", "test"} <= targets
    assert all(re.search(rf"^{target}:", makefile, flags=re.M) for target in targets)


def test_its_environment_variables_are_read():
    assert all(f'"{name}"' in SOURCE for name in set(re.findall(r"MSLT_[A-Z_]+", README)))


def test_the_pages_of_its_tour_are_the_pages():
    tour = re.findall(r"^\d\. \*\*(\w+)\*\*", README, flags=re.M)
    assert tour == ["Overview", "Languages", "Train", "Mingling", "Results", "Criteria", "Present"]
    assert all((PROJECT / "pages" / f"{title.lower()}.py").exists() for title in tour)


def test_its_files_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    named = [
        code for code in CODE if re.fullmatch(r"[.\w][\w./-]*\.(py|md|txt|toml)|\.ci/run", code)
    ]
    assert "mslt_core/spec/specs.py" in named
    for name in {*links, *named}:
        assert (PROJECT / name).exists(), name


def test_the_rooms_of_its_picture_exist():
    picture = re.search(r"## How it is built\n\n```\n(.*?)```", README, flags=re.DOTALL)[1]
    for room in set(re.findall(r"(\w+)/", picture)) - {"pages"}:
        assert (PROJECT / "mslt_core" / room / "__init__.py").exists(), room
    assert (PROJECT / "mslt_core" / "jobs.py").exists()


def test_the_pinned_torch_is_the_one_it_installs():
    pinned = re.search(r"^torch==\S+", (PROJECT / "requirements.txt").read_text(), flags=re.M)[0]
    assert f"pip install {pinned} " in README


def test_the_number_of_example_languages():
    n_langs = int(re.search(r"Unicode CLDR renders in (\d+) languages", README)[1])
    assert n_langs == len(cldr.LANGS)


def test_what_lies_in_the_cache_is_what_it_says():
    for name in ("runs", "jobs", "arrays", "turns", "model", "checkpoints", "index.sqlite"):
        assert name in CACHE_README
        assert re.search(rf'[/"]{re.escape(name)}["/]', SOURCE), name


def test_it_counts_the_views_of_results():
    number = {5: "five", 6: "six", 7: "seven", 8: "eight"}[len(VIEWS) - 1]
    assert f"{number} further views" in README
