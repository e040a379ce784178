"""lang2vec's numbers, read without lang2vec's code."""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from babel.core import get_global

from mslt_core.data import typology
from mslt_core.data.typology import (
    INDIVIDUAL,
    coverage_values,
    feature_names,
    typological_values,
    vectors,
)
from mslt_core.spec.errors import DataError, UnknownLanguageError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.selecting import FeatureSet

ROOT = Path(__file__).parents[2]
POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")
SETS = {
    "syntax": ("feature_predictions", "S_", 103, "syntax_knn"),
    "phonology": ("feature_predictions", "P_", 28, "phonology_knn"),
    "inventory": ("feature_predictions", "INV_", 158, "inventory_knn"),
    "family": ("family_features", "F_", 3718, "fam"),
    "geography": ("geocoord_features", "GC_", 299, "geo"),
    "syntax_average": ("feature_averages", "S_", 103, "syntax_average"),
    "phonology_average": ("feature_averages", "P_", 28, "phonology_average"),
    "inventory_average": ("feature_averages", "INV_", 158, "inventory_average"),
}
COMPLETE = ("syntax", "phonology", "inventory", "geography")
# lang2vec's own code with a stand-in for the one function of pkg_resources that it calls
ASK_LANG2VEC = """
import json, pathlib, sys, types
home = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(home.parent))
sys.modules["pkg_resources"] = types.SimpleNamespace(
    resource_filename=lambda module, path: str(home / path))
import lang2vec.lang2vec as l2v
codes, sets = json.loads(sys.argv[2])
print(json.dumps({name: l2v.get_features(codes, name, header=True) for name in sets},
                 default=lambda number: number.item()))
"""


def from_the_file(feature_set: str, code: str) -> dict[str, float]:
    """One language's features by name, cell by cell."""
    kind, prefix, *_ = SETS[feature_set]
    folder = importlib.metadata.distribution("lang2vec").locate_file("lang2vec/data")
    with np.load(Path(str(folder)) / f"{kind}.npz", allow_pickle=False) as z:
        row = z["langs"].tolist().index(code)
        cells = z["data"][row, :, 0].tolist()
        features = dict(zip(z["feats"].tolist(), cells, strict=True))
    return {name: cell for name, cell in features.items() if name.startswith(prefix)}


def features_that(lang: str) -> set[str]:
    """The names of the syntax features that the language has."""
    row = vectors("syntax", [lang])[0]
    return {name for name, cell in zip(feature_names("syntax"), row, strict=True) if cell}


@pytest.fixture(scope="module")
def told_by_lang2vec() -> dict[str, dict[str, list[float | str]]]:
    """What lang2vec's own code says, by its name of the set and its code of the language."""
    home = importlib.metadata.distribution("lang2vec").locate_file("lang2vec")
    asked = [["zho", "ara", "eus", "sqi", "swh", "arb"], [name for *_, name in SETS.values()]]
    told = subprocess.run(
        [sys.executable, "-c", ASK_LANG2VEC, str(home), json.dumps(asked)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return json.loads(told.stdout)


def test_the_sets_are_those_of_the_specs():
    assert tuple(SETS) == get_args(FeatureSet)


@pytest.mark.slow
@pytest.mark.parametrize("feature_set", SETS)
@pytest.mark.parametrize(
    ("lang", "codes", "code"),
    [
        ("zh", "macro", "zho"),
        ("eu", "macro", "eus"),
        ("sq", "macro", "sqi"),
        ("sw", "individual", "swh"),
        ("ar", "individual", "arb"),
    ],
)
def test_equals_what_lang2vec_s_own_code_says(told_by_lang2vec, feature_set, lang, codes, code):
    told = told_by_lang2vec[SETS[feature_set][3]][code]
    expected = np.array([np.nan if cell == "--" else cell for cell in told])
    if not expected.any():
        expected[:] = np.nan  # Basque's families
    np.testing.assert_array_equal(vectors(feature_set, [lang], codes)[0], expected)


@pytest.mark.slow
@pytest.mark.parametrize("feature_set", SETS)
def test_the_columns_are_lang2vec_s(told_by_lang2vec, feature_set):
    header = told_by_lang2vec[SETS[feature_set][3]]["CODE"]
    features = typology._table(feature_set).features
    assert [feature.replace(" ", "_") for feature in features] == header


@pytest.mark.parametrize("feature_set", SETS)
def test_equals_the_file_cell_by_cell(feature_set):
    found = vectors(feature_set, ["zh", "ar"])
    assert found.shape == (2, SETS[feature_set][2])
    assert found.dtype == np.float64
    for row, code in zip(found, ("zho", "ara"), strict=True):
        cells = list(from_the_file(feature_set, code).values())
        np.testing.assert_array_equal(np.where(np.isnan(row), -1, row), cells)


def test_known_word_orders():
    orders = {"SVO order", "SOV order", "VSO order"}
    assert features_that("en") & orders == {"SVO order"}
    assert features_that("ja") & orders == {"SOV order"}
    assert features_that("ga") & orders == {"VSO order"}


@pytest.mark.parametrize("codes", ["macro", "individual"])
@pytest.mark.parametrize("feature_set", COMPLETE)
def test_every_language_of_the_registry_has_a_full_vector(feature_set, codes):
    found = vectors(feature_set, tuple(LANGUAGES), codes)
    assert not np.isnan(found).any()
    assert found.any(axis=1).all()


def test_a_language_without_known_relatives_has_no_family():
    def without(codes):
        gaps = np.isnan(vectors("family", tuple(LANGUAGES), codes))
        assert (gaps.any(axis=1) == gaps.all(axis=1)).all()
        return {lang for lang, row in zip(LANGUAGES, gaps, strict=True) if row.any()}

    assert without("macro") == {"eu", "nn"}
    assert without("individual") == {"et", "eu", "lv", "nn", "no"}


def test_what_no_source_reports_stays_missing():
    # Albanian: 75 of 103 features of syntax; Slovak: none
    found = vectors("syntax_average", ["sq", "sk"])
    assert np.isfinite(found).sum(axis=1).tolist() == [75, 0]
    assert np.nanmin(found) == 0
    assert np.nanmax(found) == 1


def test_sources_that_disagree_give_their_share():
    found = vectors("syntax_average", ["en"])[0]
    assert ((found > 0) & (found < 1)).any()


def test_a_reported_absence_is_not_missing():
    # Irish: nothing but absences reported in phonology
    known = vectors("phonology_average", ["ga"])[0]
    assert np.isfinite(known).any()
    assert not np.nansum(known)


def test_individual_codes_change_only_macro_languages():
    macro, individual = (vectors("geography", tuple(LANGUAGES), codes) for codes in
                         ("macro", "individual"))  # fmt: skip
    same = (macro == individual).all(axis=1)
    changed = {lang for lang, unchanged in zip(LANGUAGES, same, strict=True) if not unchanged}
    assert changed <= set(INDIVIDUAL)
    assert {"ar", "fa", "ms", "sw", "uz", "zh"} <= changed


def test_individual_codes_are_cldr_s_for_the_language():
    aliases = get_global("language_aliases")
    found = {lang: aliases.get(code) for lang, code in INDIVIDUAL.items()}
    # not by CLDR: Bokmål has a code of its own there, and for Pashto it takes the Northern one
    assert found.pop("no") == "nb"
    assert found.pop("ps") is None
    assert found == {lang: lang for lang in found}


def test_individual_codes_are_known_to_lang2vec():
    assert set(INDIVIDUAL) <= set(LANGUAGES)
    assert list(INDIVIDUAL) == sorted(INDIVIDUAL)
    for feature_set in SETS:
        assert set(INDIVIDUAL.values()) <= set(typology._table(feature_set).rows)


def test_no_language_at_all_is_no_row():
    assert vectors("syntax", []).shape == (0, 103)


def test_a_caller_cannot_change_what_the_next_one_gets():
    first = vectors("syntax", POOL)
    first[:] = -1
    assert vectors("syntax", POOL).min() == 0


def test_other_codes_are_refused():
    with pytest.raises(UnknownLanguageError, match="use en"):
        vectors("syntax", ["eng"])


def without_chinese(monkeypatch):
    """Let lang2vec lack a language: at present it has all of the registry."""
    table = typology._table("syntax")
    fewer = {code: row for code, row in table.rows.items() if code != "zho"}
    monkeypatch.setattr(typology, "_table", lambda _: table._replace(rows=fewer))


def test_a_language_that_lang2vec_lacks_is_all_missing(monkeypatch):
    without_chinese(monkeypatch)
    assert np.isnan(vectors("syntax", ["ar", "zh"])).all(axis=1).tolist() == [False, True]


@pytest.mark.parametrize("feature_set", SETS)
def test_every_column_has_a_name_of_its_own(feature_set):
    names = feature_names(feature_set)
    assert len(names) == len(set(names)) == vectors(feature_set, ["en"]).shape[1]
    if feature_set not in ("family", "geography"):
        plain = re.compile(r"([SVOX]{3} order( \(X: oblique\))?)|[a-z0-9(][a-z0-9 ()–-]+[a-z)]")
        assert [name for name in names if not plain.fullmatch(name)] == []


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ("S_SVO", "SVO order"),
        ("S_SUBJECT_BEFORE_VERB", "subject before verb"),
        ("S_CASE_SUFFIX", "case suffixes"),
        ("S_CASE_ENCLITIC", "case enclitics"),
        ("S_TEND_SUFFIX", "mostly suffixing"),
        ("S_RELATIVE_AROUND_NOUN", "relative clause around noun"),
        ("S_POLARQ_MARK_SECOND", "second-position polar question marker"),
        ("P_TONE", "tone"),
        ("P_TH", "dental fricatives (th)"),
        ("INV_VOICED_BILABIAL_PLOSIVE", "voiced bilabial plosive"),
        ("INV_OPEN_OPEN_MID_FRONT_UNROUNDED_VOWEL", "near-open front unrounded vowel"),
        ("INV_VOW_10_MORE", "10 or more vowels"),
        ("F_Austronesian", "Austronesian"),
        ("GC_-83_42", "distance to 83° S, 42° E"),
        ("GC_83_-117", "distance to 83° N, 117° W"),
    ],
)
def test_names_are_words(feature, words):
    feature_set = next(name for name, (_, p, *_) in SETS.items() if feature.startswith(p))
    column = typology._table(feature_set).features.index(feature)
    assert feature_names(feature_set)[column] == words


def test_averages_have_the_names_of_their_plain_sets():
    for plain in ("syntax", "phonology", "inventory"):
        assert feature_names(f"{plain}_average") == feature_names(plain)


def test_coverage_counts_orders_morphology_and_case():
    counted = coverage_values()
    assert counted.names == tuple(feature_names("syntax")[column] for column in counted.columns)
    assert list(counted.columns) == sorted(set(counted.columns))
    assert [counted.kinds.count(kind) for kind in ("order", "morphology", "case")] == [30, 34, 8]
    kind = dict(zip(counted.names, counted.kinds, strict=True))
    assert kind["SOV order"] == kind["adposition after noun"] == "order"
    assert kind["mostly suffixing"] == kind["negative prefixes"] == "morphology"
    assert kind["case suffixes"] == "case"
    # implied by the six orders
    assert "subject before verb" not in kind


def test_typological_values_of_known_languages():
    names, has = typological_values(["ja", "en"])
    assert has.dtype == bool
    assert has.shape == (2, len(names))
    japanese, english = ({n for n, cell in zip(names, row, strict=True) if cell} for row in has)
    # WALS: Japanese is SOV with postpositions and case enclitics, English SVO with prepositions
    assert {"SOV order", "adposition after noun", "case enclitics"} <= japanese - english
    assert {"SVO order", "adposition before noun"} <= english - japanese
    assert "plural suffixes" in english


def test_typological_values_know_individual_codes():
    _, macro = typological_values(["ar"])
    _, individual = typological_values(["ar"], "individual")
    assert (macro != individual).any()


def test_no_value_is_made_up_for_a_language_that_lang2vec_lacks(monkeypatch):
    without_chinese(monkeypatch)
    with pytest.raises(DataError, match=r"lang2vec has no syntax features of Chinese \(zh\)"):
        typological_values(["ar", "zh"])


def test_lang2vec_s_own_code_is_not_run():
    code = (
        "import sys; from mslt_core.data.typology import vectors; vectors('syntax', ['en']);"
        "print([m for m in ('lang2vec.lang2vec', 'pkg_resources', 'torch') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.strip() == "[]"
