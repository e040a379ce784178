"""Published pretraining sizes: the right figures, and what they do not say."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import get_args

import pytest

from mslt_core.data.pretraining import NO_SPACES, _table, sizes
from mslt_core.spec.errors import UnknownLanguageError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.selecting import PretrainingFigures

FIGURES = get_args(PretrainingFigures)
POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")
PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "pretraining"
NOT_IN_ROOTS = ("de", "et", "ht", "it", "ja", "ko", "my", "qu", "ru", "th", "tr")
OWN_WIKI_CODES = {"nan": "zh-min-nan", "yue": "zh-yue"}
OWN_MC4_CODES = {"he": "iw", "tl": "fil"}


def largest(figures: str, k: int = 3) -> set[str]:
    values = sizes(figures, POOL).values
    return set(sorted(POOL, key=lambda lang: -values[lang])[:k])


@pytest.mark.parametrize(
    ("figures", "lang", "size", "unit"),
    [
        ("xlmr_gib", "en", 300.8, "GiB"),
        ("xlmr_gib", "uk", 84.6, "GiB"),
        ("xlmr_tokens", "ru", 23408, "million tokens"),
        ("mbert", "de", 5_985_880_517, "bytes"),
        ("mt5", "he", 17, "billion tokens"),
        ("bloom", "fr", 208_242_620_434, "bytes"),
    ],
)
def test_figures_as_published(figures, lang, size, unit):
    found = sizes(figures, [lang])
    assert found.values == {lang: size}
    assert found.unit == unit


def test_scripts_of_one_language_are_added_up():
    assert sizes("xlmr_gib", ["zh"]).values["zh"] == 63.5  # 46.9 simplified, 16.6 traditional
    assert sizes("xlmr_tokens", ["zh"]).values["zh"] == 435  # 259 + 176
    assert sizes("xlmr_gib", ["my"]).values["my"] == 2  # 1.6 Unicode, 0.4 Zawgyi
    assert sizes("bloom", ["zh"]).values["zh"] == 261_019_433_892 + 762_489_150


def test_romanised_text_is_left_out():
    assert sizes("xlmr_gib", ["hi"]).values["hi"] == 20.2  # 0.5 more romanised
    assert sizes("mt5", ["ru"]).values["ru"] == 713  # 0.9 more romanised


def test_the_papers_picks():
    # section 5.3.1: English, Russian, German for XLM-R; English, Chinese, French for BLOOM
    assert largest("xlmr_gib") == {"en", "ru", "de"}
    assert largest("bloom") == {"en", "zh", "fr"}


def test_never_seen_is_zero_and_unknown_is_none():
    found = sizes("bloom", ["de", "en", "fi"])
    assert found.values["de"] == 0.0
    assert found.values["fi"] is None
    assert found.never_seen == ("de",)
    assert found.caveats == ("No size is published here for Finnish (fi).",)
    assert sizes("bloom", NOT_IN_ROOTS).never_seen == NOT_IN_ROOTS


@pytest.mark.parametrize("figures", ["xlmr_gib", "xlmr_tokens", "mbert", "mt5"])
def test_only_roots_has_unknown_sizes(figures):
    values = sizes(figures, tuple(LANGUAGES)).values
    assert None not in values.values()


@pytest.mark.parametrize(
    ("figures", "lang"),
    [("xlmr_gib", "ak"), ("mbert", "km"), ("mt5", "hr"), ("xlmr_tokens", "yue")],
)
def test_what_a_model_never_saw(figures, lang):
    found = sizes(figures, [lang, "en"])
    assert found.values[lang] == 0.0
    assert found.never_seen == (lang,)


@pytest.mark.parametrize("lang", sorted(NO_SPACES))
def test_token_counts_without_spaces_are_marked(lang):
    (caveat,) = sizes("xlmr_tokens", ["de", lang]).caveats
    assert "meaningless" in caveat
    assert f"({lang})" in caveat
    assert "(de)" not in caveat
    assert f"({lang})" in sizes("mt5", [lang]).caveats[0]
    assert sizes("xlmr_gib", [lang]).caveats == ()


def test_no_caveat_where_none_is_due():
    assert sizes("xlmr_tokens", ["ar", "de"]).caveats == ()
    assert sizes("mt5", ["ar", "de"]).caveats == ()


def test_mongolian_is_in_the_cased_mbert():
    found = sizes("mbert", ["en", "mn"])
    assert found.values["mn"] == 57_902_868
    assert "Mongolian (mn) counts as seen" in found.caveats[1]
    assert len(sizes("mbert", ["en"]).caveats) == 1


def test_values_come_in_the_order_asked():
    assert list(sizes("mt5", ["zh", "ar"]).values) == ["zh", "ar"]


@pytest.mark.parametrize("figures", FIGURES)
def test_every_figure_says_where_it_is_from(figures):
    assert sizes(figures, ["en"]).source


def test_other_codes_are_refused():
    with pytest.raises(UnknownLanguageError, match="use he"):
        sizes("mt5", ["iw"])


def test_the_table_has_every_language_and_figure():
    assert list(_table()) == list(LANGUAGES)
    for row in _table().values():
        assert tuple(row) == FIGURES
        assert all(size is None or size >= 0 for size in row.values())


def published(name: str) -> list[dict[str, str]]:
    """The rows of one file, as text."""
    if not PUBLISHED.is_dir():
        pytest.skip(f"no published figures in {PUBLISHED}")
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(figures: str) -> dict[str, float | None]:
    return {lang: row[figures] for lang, row in _table().items()}


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("figures", "field"), [("xlmr_gib", "Size (GiB)"), ("xlmr_tokens", "Tokens (M)")]
)
def test_equals_the_published_cc100(figures, field):
    summed = defaultdict(float)
    for row in published("cc100_xlmr.csv"):
        summed[row["ISO code"]] += float(row[field])
    assert set(summed) - set(LANGUAGES) == {"-"}  # the romanised rows
    for lang, size in column(figures).items():
        assert size == pytest.approx(summed[lang], abs=1e-9)  # figures have one decimal


@pytest.mark.realdata
def test_equals_the_published_mc4():
    given = {row["Language"]: row["Tokens (Billions)"] for row in published("mc4_mt5.csv")}
    # mT5's 101 languages, six romanised ones, and text of unknown language
    assert len(given) == 101 + 6 + 1
    expected = {code: float(given.get(OWN_MC4_CODES.get(code, code)) or 0) for code in LANGUAGES}
    assert column("mt5") == expected


@pytest.mark.realdata
def test_equals_the_published_wikipedia_sizes():
    rows = {row["Wiki"]: row for row in published("wikipedia_mbert.csv")}
    seen = {code for code, row in rows.items() if row["In mBERT?"] == "y"}
    # Google lists 104 languages, with Chinese twice: the file lacks one, Mongolian
    assert len(seen) == 102
    seen.add("mn")
    for lang, size in column("mbert").items():
        wiki = OWN_WIKI_CODES.get(lang, lang)
        field = rows[wiki]["Uncompressed Wiki Size (bytes)"] if wiki in seen else "0"
        assert size == int(field.replace(",", ""))


@pytest.mark.realdata
def test_equals_the_published_roots():
    summed = defaultdict(int)
    for row in published("roots_bloom.csv"):
        summed[row["lang"].split("-")[0]] += int(row["bytes"])
    del summed["code"]  # programs
    expected = dict.fromkeys(LANGUAGES) | dict.fromkeys(NOT_IN_ROOTS, 0) | summed
    assert column("bloom") == expected
