"""Markers that tell languages apart."""

import pytest

from mslt_core.figures import markers
from mslt_core.spec.languages import LANGUAGES, languages


@pytest.mark.parametrize("group", ["family", "script", "language"])
def test_21_languages_look_different(group):
    langs = languages("ar,bg,cs,de,el,en,es,fi,fr,he,hi,id,it,ja,ko,pl,pt,ru,th,tr,zh")
    assert len(langs) == 21
    looks = markers.language_styles(langs, group)
    assert len({(look.colour, look.symbol) for look in looks.values()}) == 21


def test_a_family_has_one_hue_and_three_shapes():
    looks = markers.language_styles(["de", "en", "es", "ar", "zh"])
    assert len({looks[lang].colour for lang in ("de", "en", "es")}) == 1
    assert {looks[lang].symbol for lang in ("de", "en", "es")} == {"circle", "diamond", "square"}
    assert len({looks[lang].colour for lang in ("de", "ar", "zh")}) == 3


def test_the_user_may_group_by_script_or_not_at_all():
    by_script = markers.language_styles(["de", "fi", "tr", "ru"], "script")
    assert by_script["de"].colour == by_script["fi"].colour == by_script["tr"].colour
    assert by_script["ru"].colour != by_script["de"].colour
    alone = markers.language_styles(["de", "en", "es"], "language")
    assert len({look.colour for look in alone.values()}) == 3


def test_styles_do_not_depend_on_the_order_of_the_languages():
    langs = ["de", "en", "ar", "zh", "fi"]
    assert markers.language_styles(langs) == markers.language_styles(langs[::-1])


def test_more_languages_than_looks_still_have_a_shape():
    langs = list(LANGUAGES)[:60]
    assert set(markers.language_styles(langs)) == set(langs)


def test_order_puts_families_side_by_side():
    order = markers.language_order(["zh", "de", "ar", "en", "he"])
    assert order == ["ar", "he", "de", "en", "zh"]


def test_pale_yellow_has_a_darker_outline():
    langs = [lang for lang in LANGUAGES if LANGUAGES[lang].family == "Indo-European"]
    looks = markers.language_styles(langs)
    assert {look.outline for look in looks.values() if look.colour == "#F0E442"} == {"#8F8400"}
