"""The language table against CLDR, against lang2vec, and against the resources' own lists."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from babel import Locale, localedata
from babel.core import get_global

from mslt_core.spec.errors import SpecError, UnknownLanguageError
from mslt_core.spec.languages import LANGUAGES, by_any_code, label, language, languages
from mslt_core.spec.selecting import SelectSpec

SHARED = Path(__file__).parents[2].parent / "shared"


def _codes(text: str) -> set[str]:
    return set(text.split())


# Conneau et al. 2020, Table 6; romanised and second-script rows share their language's code
XLM_R = _codes(
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he "
    "hi hr hu hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om "
    "or pa pl ps pt ro ru sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi "
    "zh"
)
PUD = _codes("ar cs de en es fi fr gl hi id is it ja ko pl pt ru sv th tr zh")
PAN_X = _codes(
    "af ar az bg bn de el en es et eu fa fi fr gu he hi hu id it ja jv ka kk ko lt ml mr ms my nl "
    "pa pl pt qu ro ru sw ta te th tl tr uk ur vi yo zh"
)
XNLI = _codes("ar bg de el en es fr hi ru sw th tr ur vi zh")
XCOPA = _codes("et ht id it qu sw ta th tr vi zh")
XSTORYCLOZE = _codes("ar en es eu hi id my ru sw te zh")
XWINOGRAD = {"en": "en", "fr": "fr", "ja": "jp", "pt": "pt", "ru": "ru", "zh": "zh"}


def with_code_in(resource: str) -> set[str]:
    return {code for code, lang in LANGUAGES.items() if getattr(lang, resource) is not None}


def family_features() -> dict[str, set[str]]:
    """lang2vec code -> names of its family and subfamilies, read as lang2vec would."""
    found = importlib.util.find_spec("lang2vec")
    folder = Path(next(iter(found.submodule_search_locations))) / "data"
    with np.load(folder / "family_features.npz", allow_pickle=False) as z:
        feats = [str(feat).removeprefix("F_") for feat in z["feats"]]
        langs, data = z["langs"], z["data"][:, :, 0]
    wanted = {lang.lang2vec for lang in LANGUAGES.values()}
    return {
        str(code): {feats[j] for j in np.flatnonzero(row == 1)}
        for code, row in zip(langs, data, strict=True)
        if str(code) in wanted
    }


def test_holds_every_language_of_the_paper_and_its_resources():
    assert len(LANGUAGES) >= 110
    assert list(LANGUAGES) == sorted(LANGUAGES)
    assert (XLM_R | PUD | PAN_X | XNLI | XCOPA | XSTORYCLOZE | {"no", "nan"}) <= set(LANGUAGES)
    assert with_code_in("xnli") == XNLI
    assert with_code_in("pud") == PUD
    assert with_code_in("wikiann") >= PAN_X
    assert {c: LANGUAGES[c].xwinograd for c in with_code_in("xwinograd")} == XWINOGRAD


def test_no_code_leads_to_two_languages():
    for field in ("iso639_3", "name", "own_name", "lang2vec", "wikiann", "pud", "xwinograd"):
        values = [v for lang in LANGUAGES.values() if (v := getattr(lang, field)) is not None]
        assert len(values) == len(set(values)), field


def test_two_letter_codes_are_used_where_iso_639_1_has_one():
    aliases = get_global("language_aliases")
    # CLDR counts Tagalog under Filipino, which has no ISO 639-1 code; Tagalog has
    for lang in (lang for lang in LANGUAGES.values() if lang.code != "tl"):
        assert aliases.get(lang.iso639_3, lang.code) == lang.code
        assert len(lang.code) == 2 or lang.code == lang.iso639_3


@pytest.mark.parametrize("code", LANGUAGES)
def test_names_and_script_are_those_of_cldr(code):
    lang = LANGUAGES[code]
    assert lang.script == get_global("likely_subtags")[code].split("_")[1]
    # CLDR says Bangla; the papers and the corpora of this field say Bengali
    assert code == "bn" or lang.name == Locale("en").languages[code]
    if localedata.exists(code) and code in (own := Locale(code).languages):
        assert lang.own_name == own[code]


@pytest.mark.parametrize(
    ("code", "script", "direction"),
    [
        ("zh", "Hans", "ltr"),
        ("sr", "Cyrl", "ltr"),
        ("pa", "Guru", "ltr"),
        ("ur", "Arab", "rtl"),
        ("he", "Hebr", "rtl"),
        ("dv", "Thaa", "rtl"),
    ],
)
def test_direction_follows_script(code, script, direction):
    assert (LANGUAGES[code].script, LANGUAGES[code].direction) == (script, direction)


def test_lang2vec_knows_every_code_and_agrees_on_the_family():
    features = family_features()
    for lang in LANGUAGES.values():
        families = features[lang.lang2vec]
        if lang.family == "Constructed":
            assert families == {"Artificial Language"}
        elif lang.code == "nn":
            assert not families  # URIEL has no tree for Nynorsk; Norwegian (no) has one
        elif lang.family == "Isolate":
            assert not families
        else:
            assert lang.family in families


def test_macro_languages_keep_their_macro_code_in_lang2vec():
    assert LANGUAGES["ar"].lang2vec == "ara"
    assert LANGUAGES["zh"].lang2vec == "zho"


@pytest.mark.realdata
def test_pud_folders_are_named_as_the_treebanks():
    if not (SHARED / "data/pud").is_dir():
        pytest.skip("the PUD treebanks are not beside the project")
    for code in PUD:
        assert (SHARED / "data/pud" / LANGUAGES[code].pud).is_dir()


@pytest.mark.realdata
def test_every_language_of_xlmr_s_corpus_is_known():
    table = SHARED / "data/pretraining/cc100_xlmr.csv"
    if not table.is_file():
        pytest.skip("the corpus sizes are not beside the project")
    codes = {line.split(",")[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]}
    assert codes - {"-"} <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("english", r"unknown language code 'english'; did you mean en \(English\)\?"),
        ("中文", r"did you mean zh \(Chinese\)\?"),
        ("germn", r"did you mean de \(German\)"),
        ("zhh", r"did you mean zh \(Chinese\)\?"),
        ("eng", r"unknown language code 'eng'; use en \(English\)"),
        ("DE", r"unknown language code 'DE'; use de \(German\)"),
        ("arb", r"use ar \(Arabic\)"),
        ("nb", r"use no \(Norwegian\)"),
        ("jp", r"use ja \(Japanese\)"),
        ("zh-min-nan", r"use nan \(Min Nan Chinese\)"),
        ("null", r"unknown language code 'null'\. \d+ are known, by ISO 639-1 code"),
        ("", r"unknown language code ''\. \d+ are known"),
        (None, r"must be text, got None.*put codes in quotes"),
        (False, r"must be text, got False.*put codes in quotes"),
        (math.nan, r"must be text, got nan.*put codes in quotes"),
    ],
)
def test_unknown_codes_are_refused_with_the_nearest(code, message):
    with pytest.raises(UnknownLanguageError, match=message):
        language(code)


def test_codes_that_readers_mistake_for_missing_survive():
    assert language("no").name == "Norwegian"
    assert language("nan").name == "Min Nan Chinese"
    spec = SelectSpec(pool=["no", "nan", "de"], k=2)
    assert spec.pool == ("de", "nan", "no")
    assert SelectSpec.model_validate_json(spec.model_dump_json()) == spec
    with pytest.raises(SpecError, match="unknown language code 'null'"):
        SelectSpec(pool=["no", "null"], k=2)


def test_lists_come_back_sorted_without_repeats():
    assert languages(["ru", "ar", "ru"]) == ("ar", "ru")
    assert languages("ru, ar,ru") == ("ar", "ru")
    assert languages(lang for lang in ("zh", "en")) == ("en", "zh")
    assert languages("") == ()
    with pytest.raises(UnknownLanguageError, match="use en"):
        languages(["de", "eng"])
    with pytest.raises(UnknownLanguageError, match="must be a list of text, got 5"):
        languages(5)


def test_label():
    assert label("ar") == "Arabic (ar)"


@pytest.mark.parametrize(
    ("code", "lang"),
    [
        *(("zh-CN", "zh"), ("pt_BR", "pt"), ("eng-US", "en"), ("zh-TW", None), ("zh_HK", None)),
        *(("zho_Hant", None), ("xx-CN", None), ("zh-Hans", "zh"), ("en-Latn", "en")),
        *(("zh-Hant", None), ("en-de", None), ("en_de", None)),
    ],
)
def test_a_country_is_of_no_account_but_where_another_script_is_written(code, lang):
    assert by_any_code(code) == lang


def test_every_resource_is_understood_in_its_own_codes():
    for lang in LANGUAGES.values():
        own = {lang.code, lang.iso639_3, lang.lang2vec, lang.wikiann, lang.xwinograd} - {None}
        assert {by_any_code(code) for code in own} == {lang.code}
    assert LANGUAGES["yue"].wikiann == "zh-yue"  # a hyphen, and no script behind it
