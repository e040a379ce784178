"""lang2vec's numbers, read without lang2vec's code."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from mslt_core.data import typology
from mslt_core.data.typology import vectors
from mslt_core.spec.errors import DataError, DegenerateInputError, UnknownLanguageError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.specs import Criterion

ROOT = Path(__file__).parents[2]
POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")
SETS = {
    "syntax": ("feature_predictions", "S_", 103),
    "phonology": ("feature_predictions", "P_", 28),
    "inventory": ("feature_predictions", "INV_", 158),
    "family": ("family_features", "F_", 3718),
    "geography": ("geocoord_features", "GC_", 299),
}


def from_the_file(criterion: str, code: str) -> dict[str, float]:
    """One language's features by name, cell by cell."""
    kind, prefix, _ = SETS[criterion]
    found = importlib.util.find_spec("lang2vec")
    folder = Path(next(iter(found.submodule_search_locations))) / "data"
    with np.load(folder / f"{kind}.npz", allow_pickle=False) as z:
        row = z["langs"].tolist().index(code)
        cells = z["data"][row, :, 0].tolist()
        features = dict(zip(z["feats"].tolist(), cells, strict=True))
    return {name: cell for name, cell in features.items() if name.startswith(prefix)}


@pytest.mark.parametrize("criterion", get_args(Criterion))
def test_equals_the_file_cell_by_cell(criterion):
    found = vectors(criterion, ["zh", "ar"])
    assert found.shape == (2, SETS[criterion][2])
    assert found.dtype == np.float64
    assert found[0].tolist() == list(from_the_file(criterion, "zho").values())
    assert found[1].tolist() == list(from_the_file(criterion, "ara").values())


def test_known_word_orders():
    names = list(from_the_file("syntax", "eng"))
    order = {
        lang: {name for name, cell in zip(names, row, strict=True) if cell == 1}
        & {"S_SVO", "S_SOV", "S_VSO"}
        for lang, row in zip(["en", "ja"], vectors("syntax", ["en", "ja"]), strict=True)
    }
    assert order == {"en": {"S_SVO"}, "ja": {"S_SOV"}}


@pytest.mark.parametrize("criterion", ["syntax", "phonology", "inventory", "geography"])
def test_every_language_of_the_registry_has_a_vector(criterion):
    assert vectors(criterion, tuple(LANGUAGES)).any(axis=1).all()


def test_a_caller_cannot_change_what_the_next_one_gets():
    first = vectors("syntax", POOL)
    first[:] = -1
    assert vectors("syntax", POOL).min() == 0


def test_a_language_without_relatives_is_refused_by_name():
    with pytest.raises(DegenerateInputError, match=r"no family features of Basque \(eu\), so no"):
        vectors("family", ["en", "eu"])
    assert vectors("syntax", ["en", "eu"]).shape == (2, 103)


def test_other_codes_are_refused():
    with pytest.raises(UnknownLanguageError, match="use en"):
        vectors("syntax", ["eng"])


def test_a_language_that_lang2vec_lacks_is_refused(monkeypatch):
    rows, data = typology._table("syntax")
    fewer = {code: row for code, row in rows.items() if code != "zho"}
    monkeypatch.setattr(typology, "_table", lambda _: (fewer, data))
    with pytest.raises(DataError, match=r"lang2vec has no features of Chinese \(zh\)"):
        vectors("syntax", ["ar", "zh"])


def test_lang2vec_s_own_code_is_not_run():
    code = (
        "import sys; from mslt_core.data.typology import vectors; vectors('syntax', ['en']);"
        "print([m for m in ('lang2vec.lang2vec', 'pkg_resources', 'torch') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.strip() == "[]"
