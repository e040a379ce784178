"""The offline example world: renderings, labels, splits."""

import datetime as dt
import itertools
import re
import unicodedata
from collections import Counter
from decimal import Decimal

import pytest
from babel import localedata

from mslt_core.data import cldr
from mslt_core.data.cldr import (
    LABELS,
    LANGS,
    SHARES,
    Date,
    DateRange,
    Duration,
    Languages,
    Mix,
    Money,
    Number,
    Places,
    Quantity,
)

WANTED = {
    "ar", "de", "en", "es", "fr", "ru", "zh", "id", "el", "he", "fi", "th",
    "tr", "ja", "ko", "hi", "sw", "vi", "bg", "ur", "pt", "it", "pl", "sv",
}  # fmt: skip
N = 250  # contents a language: enough for every label in every language, rendered in about 2 s

IN_12_DAYS = Duration(12, "day", "future")
JAPAN_KENYA = Places(("JP", "KE"), "standard")
SATURDAY = Date(dt.date(2025, 10, 4), "full")
FIRST_IDS = [
    "quantity:4:length-millimeter",
    "money:9702:DKK:name",
    "mix:(range:1967-02-06:1967-02-16)(date:03-14:MMMMd):or",
]
FIRST_LINES = [
    "14 – 18 Nov 1963, Kibaski na Juni 1992",
    "7,591, 9 Feb 1956 – 14 Apr 1964 na kilogramu 5.8",
]
KM_267 = Quantity(Decimal(267), "length-kilometer")


@pytest.fixture(scope="module")
def rows():
    """The same contents in every language."""
    found = cldr.contents("train", N)
    return {lang: [(content, cldr.render(content, lang)) for content in found] for lang in LANGS}


def labelled(phrase):
    """The phrase with each span in brackets: ``[LOC Japan] and [LOC Kenya]``."""
    spans = []
    for token, label in zip(phrase.tokens, phrase.labels, strict=True):
        if label.startswith("I-"):
            assert spans[-1][0] == label[2:], "I- must follow its own kind"
            spans[-1][1].append(token)
        else:
            spans.append((label.removeprefix("B-"), [token]))
    return [(kind, " ".join(tokens)) for kind, tokens in spans]


def items(phrase):
    """The spans that are items, as (kind, text)."""
    return [span for span in labelled(phrase) if span[0] != "O"]


def n_spans(content):
    """How many items of each kind a content has, counted from the content alone."""
    match content:
        case Mix(parts, _):
            return sum((n_spans(part) for part in parts), Counter())
        case Places(codes, _):
            return Counter(LOC=len(codes))
        case Languages(codes, _):
            return Counter(LANG=len(codes))
        case Number():
            return Counter()
    kinds = {Date: "DATE", DateRange: "DATE", Duration: "DUR", Quantity: "QTY", Money: "MON"}
    return Counter([kinds[type(content)]])


def test_speaks_the_languages_of_the_example():
    assert set(LANGS) >= WANTED
    assert list(LANGS) == sorted(LANGS)


@pytest.mark.parametrize(
    ("content", "lang", "text"),
    [
        (IN_12_DAYS, "en", "in 12 days"),
        (IN_12_DAYS, "ar", "خلال 12 يومًا"),
        (IN_12_DAYS, "sw", "baada ya siku 12"),
        (IN_12_DAYS, "ko", "12일 후"),
        (Duration(2, "day", "past"), "ar", "قبل يومين"),  # the dual has no number at all
        (Duration(3, "day", "plain"), "ru", "3 дня"),
        (Duration(5, "day", "plain"), "ru", "5 дней"),
        (SATURDAY, "ar", "السبت، 4 أكتوبر 2025"),
        (SATURDAY, "zh", "2025年10月4日星期六"),
        (KM_267, "zh", "267公里"),  # no long pattern in CLDR: the short one
        (KM_267, "sw", "kilomita 267"),
        (Money(36_943, "JPY", "name"), "ru", "36 943 японские иены"),  # CLDR has U+00A0 there
        (Money(36_943, "JPY", "name"), "ar", "36,943 ين ياباني"),
        (JAPAN_KENYA, "fi", "Japani ja Kenia"),
        (Languages(("de", "sw"), "or"), "es", "alemán o suajili"),
        (Number(45, "percent"), "tr", "%45"),
    ],
)
def test_known_renderings(content, lang, text):
    assert cldr.render(content, lang).text == text


@pytest.mark.parametrize(
    ("content", "lang", "spans"),
    [
        (JAPAN_KENYA, "en", [("LOC", "Japan"), ("O", "and"), ("LOC", "Kenya")]),
        # "and" is written onto Kenya: one token, and it is Kenya's
        (JAPAN_KENYA, "ar", [("LOC", "اليابان"), ("LOC", "وكينيا")]),
        (JAPAN_KENYA, "zh", [("LOC", "日 本"), ("O", "和"), ("LOC", "肯 尼 亚")]),
        (IN_12_DAYS, "sw", [("DUR", "baada ya siku 12")]),
        (
            Mix((KM_267, JAPAN_KENYA, Number(7, "decimal")), "standard"),
            "de",
            [
                *(("QTY", "267 Kilometer"), ("O", ","), ("LOC", "Japan"), ("O", "und")),
                *(("LOC", "Kenia"), ("O", "und"), ("O", "7")),
            ],
        ),
        # a thousands separator that is a space makes two tokens of one span
        (Money(1234, "EUR", "name"), "fr", [("MON", "1 234 euros")]),
        # Thai lists have only a space between the first names: still two spans
        (
            Places(("PY", "MZ", "MX"), "standard"),
            "th",
            [
                *(("LOC", " ".join(name)) for name in ("ปารากวัย", "โมซัมบิก")),
                *(("O", char) for char in "และ"),
                ("LOC", " ".join("เม็กซิโก")),
            ],
        ),
    ],
)
def test_known_spans(content, lang, spans):
    assert labelled(cldr.render(content, lang)) == spans


def test_punctuation_is_split_off_at_the_ends_of_words_only():
    phrase = cldr.render(Places(("HK", "CI", "GW"), "or"), "de")
    assert phrase.text == "Sonderverwaltungsregion Hongkong, Côte d’Ivoire oder Guinea-Bissau"
    assert phrase.tokens == (
        *("Sonderverwaltungsregion", "Hongkong", ",", "Côte", "d’Ivoire", "oder", "Guinea-Bissau"),
    )


def test_normalise_by_hand():
    # right-to-left mark, no-break space, narrow no-break space, zero-width joiner, e + accent
    assert cldr.normalise("\u200f12\u00a0km\u202f,  a\u200db\u2011e\u0301 ") == "12 km , ab-é"


@pytest.mark.parametrize("lang", LANGS)
def test_no_invisible_or_no_break_characters(rows, lang):
    for _, phrase in rows[lang]:
        odd = [c for c in phrase.text if unicodedata.category(c) in {"Cf", "Cc", "Co", "Cn"}]
        assert not odd, phrase
        assert re.fullmatch(r"\S+( \S+)*", phrase.text), "one plain space between words"
        assert set(filter(str.isspace, phrase.text)) <= {" "}
        assert "\u2011" not in phrase.text
        assert unicodedata.is_normalized("NFC", phrase.text)
        assert cldr.normalise(phrase.text) == phrase.text


@pytest.mark.parametrize("lang", LANGS)
def test_tokens_are_the_text(rows, lang):
    for _, phrase in rows[lang]:
        assert "".join(phrase.tokens) == phrase.text.replace(" ", "")
        assert all(token and " " not in token for token in phrase.tokens)
        if lang in cldr.UNSPACED_LANGS:
            assert all(len(token) == 1 for token in phrase.tokens)


@pytest.mark.parametrize("lang", LANGS)
def test_labels_name_every_item_and_nothing_else(rows, lang):
    for content, phrase in rows[lang]:
        assert len(phrase.labels) == len(phrase.tokens)
        assert Counter(kind for kind, _ in items(phrase)) == n_spans(content), phrase


@pytest.mark.parametrize("lang", LANGS)
def test_spans_hold_the_item_as_it_reads_alone(rows, lang):
    """Each item of a mix reads as it does alone, whatever conjunction is written onto it."""
    clitic = 1 if lang in {"ar", "he"} else 0  # "and" is one letter there, written onto the word
    for content, phrase in rows[lang]:
        if isinstance(content, Mix):
            alone = [span for part in content.parts for span in items(cldr.render(part, lang))]
            inside = items(phrase)
            assert [kind for kind, _ in inside] == [kind for kind, _ in alone]
            for (_, found), (_, item) in zip(inside, alone, strict=True):
                assert found.endswith(item)
                assert len(found) - len(item) <= clitic


@pytest.mark.parametrize("lang", LANGS)
def test_every_label_occurs(rows, lang):
    found = Counter(label for _, phrase in rows[lang] for label in phrase.labels)
    assert set(found) == set(LABELS)


@pytest.mark.parametrize("lang", sorted(set(LANGS) - {"en"}))
def test_says_it_in_its_own_words(rows, lang):
    """Hardly any phrase reads as in English: nothing falls back to the root or to a raw key."""
    same = [
        p.text for (_, p), (_, en) in zip(rows[lang], rows["en"], strict=True) if p.text == en.text
    ]
    assert len(same) <= 0.05 * N, same
    assert not any("length-" in p.text or "duration-" in p.text for _, p in rows[lang])


def test_splits_are_disjoint_down_to_the_atoms():
    atoms = {}
    for split in SHARES:
        parts = [c.parts if isinstance(c, Mix) else (c,) for c in cldr.contents(split, 600)]
        atoms[split] = {part.key for part in itertools.chain.from_iterable(parts)}
    for one, other in itertools.combinations(atoms, 2):
        assert not atoms[one] & atoms[other]


@pytest.mark.parametrize("lang", ["ar", "id", "th"])  # id, th: a country and its language agree
def test_no_text_is_in_two_splits(lang):
    texts = {split: {p.text for p in cldr.phrases(split, lang, 250)} for split in SHARES}
    texts["pretrain"] |= set(cldr.pretraining_lines(lang, 600))
    for one, other in itertools.combinations(texts, 2):
        assert not texts[one] & texts[other]


def test_style_and_order_do_not_change_the_split():
    day = dt.date(2025, 10, 4)
    assert cldr.split_of(Date(day, "full")) == cldr.split_of(Date(day, "medium"))
    orders = itertools.permutations(("JP", "KE", "BR"))
    assert (
        len({cldr.split_of(Places(codes, join)) for codes in orders for join in ("standard", "or")})
        == 1
    )
    # the fourth of October of any year is one content, since the year is not told
    years = [Date(dt.date(year, 10, 4), "MMMMd") for year in (1999, 2025)]
    assert years[0].content_id == years[1].content_id


def test_a_mix_over_two_splits_is_refused():
    parts = (cldr.contents("train", 50), cldr.contents("test", 50))
    one, other = (next(c for c in found if isinstance(c, Money)) for found in parts)
    with pytest.raises(
        ValueError, match=r"a mix must stay within one split, got parts of \['test', 'train'\]"
    ):
        cldr.split_of(Mix((one, other), "or"))


def test_longer_draws_begin_with_shorter_ones():
    assert cldr.contents("dev", 80)[:30] == cldr.contents("dev", 30)
    assert cldr.phrases("dev", "hi", 40)[:10] == cldr.phrases("dev", "hi", 10)


def test_same_seed_same_contents_another_seed_others():
    assert cldr.contents("test", 50) == cldr.contents("test", 50)
    ids = [{c.content_id for c in cldr.contents("test", 50, seed)} for seed in (0, 1)]
    assert len(ids[0] & ids[1]) < 5


def test_contents_do_not_repeat():
    found = cldr.contents("parallel", 1000)
    assert len({content.content_id for content in found}) == 1000


def test_ranges_stay_in_a_month_or_leave_the_year():
    """CLDR's Swahili says "13 – 27 Ago" for June to August: other ranges would read alike."""
    bad = DateRange(dt.date(2001, 6, 13), dt.date(2001, 8, 27))
    assert cldr.render(bad, "sw").text == "13 – 27 Ago 2001"  # once it is right, draw these too
    ranges = [c for c in cldr.contents("pretrain", 1500) if isinstance(c, DateRange)]
    assert {r.first.year == r.last.year for r in ranges} == {True, False}
    for r in ranges:
        assert r.first < r.last
        assert r.first.year < r.last.year or r.first.month == r.last.month


def test_rows_are_parallel():
    ids = {lang: [p.content_id for p in cldr.phrases("parallel", lang, 20)] for lang in LANGS}
    assert len({tuple(found) for found in ids.values()}) == 1


def test_the_world_stays_as_it_was():
    """The shipped base was trained on this world: a change here needs another WORLD_VERSION."""
    ids = [content.content_id for content in cldr.contents("train", 3)]
    assert cldr.WORLD_VERSION == 1
    assert ids == FIRST_IDS
    assert cldr.pretraining_lines("sw", 2) == FIRST_LINES


def test_pretraining_lines_differ_and_are_not_parallel():
    lines = {lang: cldr.pretraining_lines(lang, 300) for lang in ("en", "de")}
    assert [len(set(found)) for found in lines.values()] == [300, 300]
    english = {p.text for p in cldr.phrases("pretrain", "en", 300)}
    assert len(english & set(lines["en"])) < 15
    assert cldr.pretraining_lines("en", 100) == lines["en"][:100]


def test_fingerprint_tells_babel_and_languages(monkeypatch):
    before = cldr.fingerprint()
    assert re.fullmatch(r"[0-9a-f]{16}", before)
    monkeypatch.setattr(cldr, "LANGS", LANGS[:-1])
    fewer = cldr.fingerprint()
    monkeypatch.setattr(cldr, "LANGS", LANGS)
    monkeypatch.setattr("babel.__version__", "0.0")
    assert len({before, fewer, cldr.fingerprint()}) == 3


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match=r"the example world speaks ar, bg, .*, zh, got 'xx'"):
        cldr.render(IN_12_DAYS, "xx")
    with pytest.raises(ValueError, match=r"split must be one of train, dev, .*, got 'valid'"):
        cldr.contents("valid", 3)
    with pytest.raises(ValueError, match=r"n must be 0 or more, got -1"):
        cldr.contents("dev", -1)
    with pytest.raises(LookupError, match=r"no pattern for the unit 'length-ell' in en"):
        cldr.render(Quantity(Decimal(2), "length-ell"), "en")


@pytest.mark.parametrize("field", ["territories", "languages", "currency_names"])
def test_names_are_the_languages_own(field):
    """Names are taken from merged data: that is right as long as CLDR's root names nothing."""
    assert not localedata.load("root").get(field)
