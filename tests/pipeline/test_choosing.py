"""Choosing source languages: every criterion against brute force, and what is said about gaps."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mslt_core.data import cldr, pretraining, typology
from mslt_core.pipeline import (
    COMPARED,
    EXAMPLE,
    Access,
    as_latex,
    choosing_stamp,
    compare,
    explain,
    is_heuristic,
    language_map,
    random_sets,
    select,
    selectable_langs,
)
from mslt_core.pipeline.ingredients import ingredients, language_vectors
from mslt_core.spec.errors import BadInputError, NotComputedError, SpecError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.selecting import PAIRWISE, SelectSpec
from mslt_core.store import Store

PAPER = ("ar", "de", "en", "es", "fr", "ru", "zh")


@pytest.fixture(scope="module")
def access(tmp_path_factory) -> Access:
    """A store of its own over the shipped example, where nothing may be computed by a model."""
    root = tmp_path_factory.mktemp("store")
    return Access(store=Store(root, example=EXAMPLE), compute=False)


def spec(**changes) -> SelectSpec:
    return SelectSpec(**{"pool": PAPER, "k": 3, **changes})


# every criterion, from its definition


def cosine(a, b, least=1):
    """NaN where fewer than `least` features are known of both, or one has none of them."""
    both = ~np.isnan(a) & ~np.isnan(b)
    if both.sum() < least or not (a[both].any() and b[both].any()):
        return math.nan
    norm = math.sqrt(float(a[both] @ a[both]) * float(b[both] @ b[both]))
    return float(a[both] @ b[both]) / norm


def slowly(criterion, access, asked):
    """Scores of all sets, by a loop over them straight from the definition."""
    pool = asked.free
    if criterion in PAIRWISE:
        if criterion.startswith("embedding"):
            vectors, _ = language_vectors(access, asked)
            if criterion == "embedding_centred":
                vectors = vectors - vectors.mean(axis=0)
        else:
            vectors = typology.vectors(criterion, pool, asked.codes)
        of = dict(zip(pool, vectors, strict=True))
        least = 10 if criterion.endswith("_average") else 1
        return lambda s: sum(
            1 - cosine(of[a], of[b], least) for a, b in itertools.combinations(s, 2)
        )
    if criterion == "pretraining_size":
        sizes = pretraining.sizes(asked.pretraining, pool).values
        return lambda s: sum(sizes[lang] for lang in s)
    if criterion == "script":
        return lambda s: len({LANGUAGES[lang].script for lang in s})
    if criterion == "typology":
        _, has = typology.typological_values(pool, asked.codes)
        of = dict(zip(pool, has, strict=True))
        return lambda s: int(np.any([of[lang] for lang in s], axis=0).sum())
    if criterion == "targets":
        of = dict(zip(LANGUAGES, typology.vectors("syntax", tuple(LANGUAGES)), strict=True))
        return lambda s: np.mean([cosine(of[a], of[t]) for a in s for t in asked.targets])
    raise AssertionError(criterion)


BRUTE = [c for c in COMPARED if c != "vocabulary_coverage"]
# languages with a figure under every criterion
KNOWN = ("ar", "bg", "de", "el", "en", "es", "fi", "fr", "he", "hi", "id", "it", "ja", "ko", "pl")


@settings(max_examples=8)
@given(st.sets(st.sampled_from(KNOWN), min_size=4, max_size=8), st.integers(2, 4), st.booleans())
@pytest.mark.parametrize("criterion", BRUTE)
def test_every_criterion_equals_brute_force(criterion, access, pool, k, minimise):
    asked = SelectSpec(pool=pool, k=k, criterion=criterion, minimise=minimise, targets=("ja", "sw"))
    score = slowly(criterion, access, asked)
    expected = {s: score(s) for s in itertools.combinations(sorted(pool), k)}
    found = select(access, asked).sets.best(1000)
    assert {s.source_langs for s in found} == set(expected)
    for s in found:
        by_hand = expected[s.source_langs]
        if s.rank is None:
            assert math.isnan(by_hand)
        else:
            assert s.score == pytest.approx(by_hand, rel=1e-6, abs=1e-6)
    places = [(s.rank or math.inf, s.source_langs) for s in found]
    assert places == sorted(places)


def test_vocabulary_coverage_is_the_ratio_of_unions(access):
    from tokenizers import Tokenizer

    pool = ("ar", "de", "en", "zh")
    tokenizer = Tokenizer.from_file(str(EXAMPLE / "base" / "tokenizer.json"))
    texts = {
        lang: [" ".join(cldr.render(c, lang).tokens) for c in cldr.contents("train", 40)]
        for lang in pool
    }
    del texts, tokenizer  # the corpus itself is read below, through the same door as the product
    result = select(access, spec(pool=pool, k=2, criterion="vocabulary_coverage"))
    made = ingredients(
        access, spec(pool=pool, k=4, criterion="vocabulary_coverage"), "vocabulary_coverage"
    )
    assert made.score(np.array([[0, 1, 2, 3]])).tolist() == [1.0], "the pool covers itself"
    single = made.values
    for s in result.sets.best(6):
        a, b = s.source_langs
        assert max(single[a], single[b]) <= s.score <= min(1, single[a] + single[b])
    assert all(0 < share < 1 for share in single.values())


def test_the_order_of_the_input_is_of_no_account(access):
    rng = np.random.default_rng(0)
    for criterion in ("syntax", "family", "script", "pretraining_size"):
        expected = select(access, spec(criterion=criterion)).sets
        for _ in range(25):
            shuffled = tuple(rng.permutation(PAPER).tolist())
            found = select(access, spec(criterion=criterion, pool=shuffled)).sets
            assert found.best(35) == expected.best(35)


# what must be in, what must not


def test_include_and_exclude_hold(access):
    result = select(access, spec(include=("en",), exclude=("zh", "ar"), k=3))
    assert len(result.sets) == math.comb(4, 2)
    for s in result.sets.best(100):
        assert "en" in s.source_langs
        assert not {"zh", "ar"} & set(s.source_langs)


def test_one_language_has_a_place_where_that_makes_sense(access):
    best = select(access, spec(k=1, criterion="pretraining_size")).sets.best(1)[0]
    assert (best.source_langs, best.mean_pair) == (("en",), None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 1}, "k must be 2 or more for syntax, got 1"),
        ({"k": 8}, "k: input should be less than or equal to 7, got 8"),
        ({"k": 4, "exclude": PAPER[:4]}, r"k = 4 is larger than the pool of 7 languages \(4 of it"),
        ({"include": ("sw",)}, "include: sw not in the pool"),
        ({"exclude": ("sw",)}, "exclude: sw not in the pool"),
        (
            {"include": ("en",), "exclude": ("en",)},
            "included and excluded: en",
        ),
        ({"include": PAPER[:4]}, r"4 languages must be in \(ar, de, en, es\), more than k = 3"),
        ({"criterion": "targets"}, "no target language chosen"),
        ({"criterion": "blend"}, "a blend needs weights"),
        ({"criterion": "blend", "weights": (("syntax", 0.0),)}, "all weights are zero"),
        ({"criterion": "blend", "weights": (("blend", 1.0),)}, "name each criterion once"),
        ({"criterion": "blend", "weights": (("targets", 1.0),)}, "no target language chosen"),
        ({"criterion": "blend", "weights": (("vowels", 1.0),)}, "weights.0.0: input should be"),
    ],
)
def test_contradictions_are_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        spec(**changes)


# what is missing


def test_a_language_without_vectors_leaves_its_sets_unranked(access):
    result = select(access, spec(pool=("de", "en", "eu", "fr"), k=2, criterion="family"))
    assert "Basque (eu): no features of family to compare" in result.notes[0]
    assert len(result.sets) == 6
    assert result.sets.n_ranked == 3
    last = result.sets.best(6)[3:]
    assert all(s.rank is None and s.score is None and "eu" in s.source_langs for s in last)


def test_languages_that_a_model_never_saw_count_nothing_and_are_named(access):
    asked = spec(pool=("de", "en", "fr"), k=2, criterion="pretraining_size", pretraining="bloom")
    result = select(access, asked)
    assert result.values["de"] == 0
    assert any("German (de): never seen by the model" in note for note in result.notes)


def test_a_text_that_is_empty_for_a_language_is_named(access):
    asked = spec(pool=("af", "de", "en"), k=2, criterion="vocabulary_coverage")
    result = select(access, asked)
    assert any("Afrikaans (af): no text in cldr-parallel" in note for note in result.notes)
    assert result.sets.n_ranked == 1
    with pytest.raises(BadInputError, match="has no text in any language of the pool"):
        select(access, spec(pool=("af", "sq"), k=2, criterion="vocabulary_coverage"))


def test_a_tokenizer_that_cannot_be_loaded_is_named(access, tmp_path):
    for content, message in (
        ("{", "cannot be read as a tokenizer"),
        (None, "has no tokenizer.json"),
    ):
        folder = tmp_path / str(content)
        folder.mkdir()
        if content:
            (folder / "tokenizer.json").write_text(content)
        with pytest.raises(BadInputError, match=message):
            select(access, spec(criterion="vocabulary_coverage", model=str(folder)))


def test_embeddings_are_not_computed_where_that_is_not_allowed(tiny_checkpoint, access):
    with pytest.raises(NotComputedError, match=r"the embeddings of .* are not computed yet"):
        select(access, spec(criterion="embedding", model=str(tiny_checkpoint)))


def test_embeddings_are_computed_once(tiny_checkpoint, tmp_path, monkeypatch):
    access = Access(store=Store(tmp_path))
    asked = spec(pool=("de", "en", "zh"), k=2, criterion="embedding", model=str(tiny_checkpoint))
    first = select(access, asked)
    monkeypatch.setattr("mslt_core.models.load.load_encoder", lambda _: pytest.fail("again"))
    again = select(access, asked.but(criterion="embedding_centred"))
    assert first.sets.best(3)[0].score != again.sets.best(3)[0].score


# too many


def test_beyond_a_million_sets_the_answer_is_called_heuristic(access):
    asked = spec(pool=selectable_langs(), k=6, include=("en",))
    assert is_heuristic(asked)
    result = select(access, asked)
    assert result.sets.heuristic
    assert all("en" in s.source_langs for s in result.sets.best(500))
    random = np.random.default_rng(0)
    for _ in range(200):
        drawn = ("en", *random.choice([x for x in asked.pool if x != "en"], 5, replace=False))
        places = [result.pool.index(lang) for lang in drawn]
        score = sum(result.distances[a, b] for a, b in itertools.combinations(places, 2))
        assert score < result.sets.best(1)[0].score or math.isnan(score)
    with pytest.raises(SpecError, match="these are too many"):
        compare(access, asked)
    with pytest.raises(SpecError, match="a blend ranks all sets"):
        select(access, asked.but(criterion="blend", weights=(("syntax", 1.0),)))


# several criteria, and reasons


def test_all_criteria_over_the_same_sets(access):
    result = compare(access, spec(targets=("ja",)))
    assert set(result.by_criterion) == set(COMPARED)
    assert result.missing == {}
    n = len(COMPARED)
    assert result.correlations.shape == (n, n)
    assert all(len(s) == 35 for s in result.by_criterion.values())


def test_what_cannot_be_compared_is_named(access):
    result = compare(access, spec(k=1, criterion="script"))
    assert "k must be 2 or more for syntax" in result.missing["syntax"]
    assert "no target language chosen" in result.missing["targets"]
    assert "pretraining_size" in result.by_criterion


def test_a_blend_is_ranked_like_the_one_criterion_it_holds(access):
    alone = select(access, spec()).sets
    blend = select(access, spec(criterion="blend", weights=(("syntax", 2.0), ("script", 0.0)))).sets
    assert blend.ranks.tolist() == alone.ranks.tolist()
    turned = select(access, spec(criterion="blend", weights=(("syntax", -1.0),))).sets
    assert (
        turned.best(1)[0].source_langs
        == select(access, spec(minimise=True)).sets.best(1)[0].source_langs
    )


def test_reasons_of_a_set(access):
    asked = spec()
    result = select(access, asked)
    told = explain(asked, result, ("zh", "ar", "en"))
    assert told.place.source_langs == ("ar", "en", "zh")
    assert sum(told.contributions.values()) == pytest.approx(told.place.score)
    assert told.better.source_langs == ("ar", "de", "zh")
    assert told.differ
    assert all(len(set(c.values.values())) > 1 for c in told.differ)
    assert all(min(c.values.values()) > 0.5 for c in told.agree)
    assert explain(asked, result, ("ar", "de", "zh")).better is None
    with pytest.raises(SpecError, match="the set en, sw is not among the 35 sets"):
        explain(asked, result, ("en", "sw"))


def test_random_sets_are_sets_and_always_the_same(access):
    sets = select(access, spec()).sets
    drawn = random_sets(sets, 5)
    assert len(set(drawn)) == 5
    assert drawn == random_sets(sets, 5)
    assert all(sets.find(langs) is not None for langs in drawn)


def test_the_map_has_the_pool_where_distances_are_known(access):
    langs, coords, kept = language_map(select(access, spec()))
    assert langs == PAPER
    assert coords.shape == (7, 2)
    assert 0 < kept <= 1
    assert language_map(select(access, spec(criterion="script"))) is None
    basque = select(access, spec(pool=(*PAPER, "eu"), criterion="family"))
    assert language_map(basque)[0] == PAPER


def test_a_hundred_languages_can_be_chosen_from():
    assert len(selectable_langs()) >= 100
    assert set(PAPER) <= set(selectable_langs("individual"))


def test_the_heuristic_starts_beside_what_must_be_in(access):
    asked = spec(pool=selectable_langs()[:60], k=6, include=("en",))
    result = select(access, asked)
    assert result.sets.heuristic
    assert explain(asked, result, result.sets.best(1)[0].source_langs).better is None
    with pytest.raises(SpecError, match="no set of 6 has a score under family"):
        select(access, asked.but(include=("eu",), criterion="family"))


def test_the_chosen_criterion_keeps_its_direction_among_all(access):
    result = compare(access, spec(minimise=True), ("syntax", "phonology", "typology"))
    lowest = result.by_criterion["syntax"]
    assert lowest.best(1)[0].source_langs == ("de", "en", "ru")
    assert result.by_criterion["phonology"].best(1)[0].source_langs == ("ar", "en", "zh")
    turned = compare(access, spec(), ("syntax", "phonology", "typology")).correlations
    assert result.correlations[0, 1] == pytest.approx(-turned[0, 1])
    assert result.correlations[1, 2] == pytest.approx(turned[1, 2])


def test_features_of_another_kind_are_called_so_and_predictions_marked(access):
    asked = spec(pool=(*PAPER, "yo", "sw"), criterion="script")
    told = explain(asked, select(access, asked), ("ar", "sw", "yo"))
    assert told.features == "syntax"
    reported = ~np.isnan(typology.vectors("syntax_average", ("ar", "sw", "yo")))
    names = typology.feature_names("syntax")
    for contrast in (*told.differ, *told.agree):
        column = reported[:, names.index(contrast.name)]
        assert contrast.predicted == tuple(
            lang for lang, there in zip(("ar", "sw", "yo"), column, strict=True) if not there
        )
    assert len(told.differ) == 6


def test_a_target_without_features_is_refused_and_one_in_the_pool_is_told(access):
    asked = spec(criterion="targets", targets=("eu",), target_by="family")
    with pytest.raises(BadInputError, match=r"Basque \(eu\): no family features to be close to"):
        select(access, asked)
    notes = select(access, spec(criterion="targets", targets=("en", "ja"))).notes
    assert any("English (en): a target itself" in note for note in notes)


def test_a_stamp_changes_when_embeddings_are_computed(tiny_checkpoint, tmp_path):
    asked = spec(pool=("de", "en", "zh"), k=2, criterion="embedding", model=str(tiny_checkpoint))
    look = Access(store=Store(tmp_path), compute=False)
    before = choosing_stamp(look, asked)
    assert "not computed yet" in compare(look, asked).missing["embedding"]
    select(Access(store=Store(tmp_path)), asked)
    assert choosing_stamp(look, asked) != before
    assert choosing_stamp(look, asked.but(criterion="script"), everything=True) != ""


def test_tables_for_papers_have_the_decimals_they_need():
    frame = pd.DataFrame({"set_a": ["ar, en", "x"], "sum − 1": [87.05, None], "rank": [1, None]})
    latex = as_latex(frame.convert_dtypes())
    assert r"set\_a & sum $-$ 1 & rank" in latex
    assert r"ar, en & 87.05 & 1 \\" in latex
    assert r"x & -- & -- \\" in latex
