"""The shape of the house: who may import whom, what is never called, how big things get."""

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
CODE = sorted(
    path.relative_to(PROJECT).as_posix()
    for top in ("app.py", "pages", "mslt_core")
    for path in ([PROJECT / top] if top.endswith(".py") else (PROJECT / top).rglob("*.py"))
    if path.is_file()
)

MAY_IMPORT = {
    "spec": set(),
    "data": {"spec"},
    "store": {"spec"},
    "models": {"spec"},
    "analysis": {"spec"},
    "figures": {"spec"},
    "pipeline": {"spec", "data", "store", "models", "analysis"},
    "machine": {"spec", "store"},
    "jobs": {"spec", "store", "pipeline", "machine"},
    "sweep": {"spec", "store", "pipeline", "machine", "jobs"},
    # makes what is shipped under cache/example: its base is pretrained on data by models
    "example": {"spec", "data", "store", "models", "pipeline", "jobs"},
    # what leaves the dashboard is made of pins alone, and in the figures' colours
    "exports": {"spec", "figures"},
    # the command line's parts; __main__ only joins them; `report` draws what it tells
    "commands": {
        *("spec", "store", "pipeline", "machine", "jobs", "sweep", "example", "figures", "exports")
    },
    "__main__": {"spec", "commands"},
    "pages": {"spec", "store", "pipeline", "jobs", "sweep", "figures", "exports"},
}

ONLY_IN = {
    "streamlit": {"pages"},
    "torch": {"models"},
    "transformers": {"models"},
    "accelerate": {"models"},
    "tokenizers": {"models"},
}

BY_NAME = {"import_module", "__import__"}
NEVER_IMPORTED = {"pickle", "cPickle", "dill", "joblib", "tarfile", "diskcache"}
NEVER_CALLED = {"os.system", "yaml.load", "st.iframe", "components.html", "components.iframe"}
NEVER_PASSED = {
    ("allow_pickle", True),
    ("weights_only", False),
    ("trust_remote_code", True),
    ("shell", True),
    ("unsafe_allow_html", True),
    ("unsafe_allow_javascript", True),
}

MAX_LINES = {"mslt_core": 300, "pages": 120, "app.py": 120}
MAX_BODY = 40
LARGER: dict[str, tuple[int, str]] = {
    "mslt_core/store/runs.py": (
        320,
        "all that a run's folder holds is written and read in one place",
    ),
    "mslt_core/jobs.py": (340, "the side that asks and the side that works are read together"),
    "mslt_core/pipeline/__init__.py": (370, "the names that others may use, a line each"),
    "pages/_shared/cached.py": (320, "all caches are in one file, a few lines each"),
}
"""File, or file::function, to the lines it may have and why."""


# --- who imports whom


def room_of(path: str) -> str:
    """The room that a file belongs to; files straight in mslt_core are rooms of their own."""
    parts = path.split("/")
    return parts[1].removesuffix(".py") if parts[0] == "mslt_core" else "pages"


@functools.cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((PROJECT / path).read_text(encoding="utf-8"), path)


def imported(path: str) -> Iterator[str]:
    """Every module that a file imports anywhere in it, functions and strings included."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in BY_NAME:
            yield from (str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))


def dotted(node: ast.expr) -> str:
    """``os.system`` of the expression that says so; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_a_room_imports_only_what_the_table_allows():
    assert not list(imported("mslt_core/__init__.py"))
    rooms = {path: room_of(path) for path in CODE if path != "mslt_core/__init__.py"}
    assert not set(rooms.values()) - MAY_IMPORT.keys(), "give them a row in MAY_IMPORT"
    # `python -m mslt_core.pages` would be no room: a package's own name is not a neighbour
    strangers = {
        path: {m.split(".")[1] for m in imported(path) if m.startswith("mslt_core.")}
        - {room, *MAY_IMPORT[room]}
        for path, room in rooms.items()
    }
    assert not {path: found for path, found in strangers.items() if found}


def test_heavy_libraries_stay_in_their_room():
    assert not [
        f"{path} imports {module}"
        for path in CODE
        for module in imported(path)
        if room_of(path) not in ONLY_IN.get(module.split(".")[0], {room_of(path)})
    ]


def test_pages_enter_the_store_at_its_root():
    for path in CODE:
        if room_of(path) == "pages":
            inner = [m for m in imported(path) if re.match(r"mslt_core\.store\.[a-z_]+\.", m)]
            assert not inner, f"{path} imports {inner}"


@pytest.mark.parametrize(
    "module", ["mslt_core.pipeline", "mslt_core.jobs", "mslt_core.sweep", "mslt_core.__main__"]
)
def test_a_light_import_loads_nothing_heavy(module):
    heavy = ["torch", "transformers", "umap", "openTSNE", "numba", "streamlit", "datasets"]
    program = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# --- what is never done


def test_nothing_that_runs_foreign_code():
    assert not [found for path in CODE for found in runs_foreign_code(path)]


def runs_foreign_code(path: str) -> Iterator[str]:
    loaded = {part for module in imported(path) for part in module.split(".")}
    yield from (f"{path} imports {name}" for name in loaded & NEVER_IMPORTED)
    for call in (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)):
        name = dotted(call.func)
        if any(name == bad or name.endswith(f".{bad}") for bad in NEVER_CALLED):
            yield f"{path}:{call.lineno} calls {name}"
        for keyword in call.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if (keyword.arg, value) in NEVER_PASSED:
                yield f"{path}:{call.lineno} passes {keyword.arg}={value}"


@pytest.mark.parametrize(
    ("attribute", "only_in"),
    [
        ("from_pretrained", "mslt_core/models/load.py"),
        ("cache_data", "pages/_shared/cached.py"),
        ("cache_resource", "pages/_shared/cached.py"),
        # text from outside must not become a formula in somebody's spreadsheet
        ("to_csv", "mslt_core/pipeline/tables.py"),
        ("writer", "mslt_core/pipeline/tables.py"),
    ],
)
def test_one_place_for(attribute, only_in):
    users = {
        path
        for path in CODE
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Attribute) and node.attr == attribute)
        or (isinstance(node, ast.Name) and node.id == attribute)
    }
    assert users <= {only_in}


def test_no_work_is_left_as_a_word():
    # put together here, so that this file does not find itself
    words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", "coming" + " soon"]
    pattern = re.compile(rf"\b({'|'.join(words)})\b")
    texts = [
        path
        for pattern_ in ("*.py", "mslt_core/**/*.py", "pages/**/*.py", "tests/**/*.py", "*.md")
        for path in PROJECT.glob(pattern_)
    ]
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in [*texts, PROJECT / "Makefile", PROJECT / ".ci" / "run"]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


# --- how big things get


def test_files_and_functions_stay_small():
    assert not [found for path in CODE for found in too_large(path)]


def too_large(path: str) -> Iterator[str]:
    n_lines = len((PROJECT / path).read_text(encoding="utf-8").splitlines())
    if n_lines > LARGER.get(path, (MAX_LINES[path.split("/", maxsplit=1)[0]], ""))[0]:
        yield f"{path} has {n_lines} lines"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{path}::{node.name}"
            if body_lines(node) > LARGER.get(name, (MAX_BODY, ""))[0]:
                yield f"{name} has {body_lines(node)} lines of body"


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the end."""
    first = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0]
    return (function.end_lineno or first.lineno) - first.lineno + 1


def test_exceptions_are_still_needed_and_have_a_reason():
    for name, (_, reason) in LARGER.items():
        assert reason, name
        assert name.split("::")[0] in CODE, f"{name} is gone: take it out"


# --- the dashboard's own settings


def test_the_dashboard_listens_to_this_machine_alone():
    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    server = config["server"]
    assert server["address"] == "127.0.0.1"
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert server["maxUploadSize"] <= 50  # megabytes
    assert config["client"]["showErrorDetails"] in {"none", False}
    assert config["browser"]["gatherUsageStats"] is False


def test_a_page_shows_only_what_it_says():
    """With Streamlit's magic on, a docstring under a constant of a page is printed on it."""
    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["runner"]["magicEnabled"] is False
