"""The language probe: chance, separation, leaks between folds; silhouettes against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_samples
from sklearn.model_selection import GroupKFold, cross_val_score

from mslt_core.analysis.documents import mean_over_documents
from mslt_core.analysis.identity import language_probe
from mslt_core.analysis.silhouette import language_silhouette
from mslt_core.spec.errors import DegenerateInputError, SpecError


def languages(n_langs=4, n=100, d=6, *, apart=0.0, shared=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return (
        shared * rng.normal(size=(1, n, d))
        + apart * rng.normal(size=(n_langs, 1, d))
        + rng.normal(size=(n_langs, n, d))
    )


def test_languages_apart_are_told_and_one_cloud_is_chance():
    # two languages at -10 and 10, a spread of 1: no sentence can be taken for the other's
    assert language_probe([languages(1)[0] - 10, languages(1, seed=1)[0] + 10]).accuracy == 1
    clouds = [language_probe(languages(seed=s)) for s in range(20)]
    # standard error sqrt(0.25 * 0.75 / 8000) = 0.005
    assert np.mean([c.accuracy for c in clouds]) == pytest.approx(clouds[0].chance, abs=0.02)
    scores = [language_probe(languages(apart=a)).accuracy for a in (0, 0.5, 1, 4)]
    assert scores == sorted(scores)


def test_is_about_what_logistic_regression_reaches():
    cube = languages(apart=0.6)
    sentences = np.tile(np.arange(100), 4)
    slow = cross_val_score(
        LogisticRegression(),
        cube.reshape(400, -1),
        np.repeat(np.arange(4), 100),
        groups=sentences,
        cv=GroupKFold(5, shuffle=True, random_state=0),
    )
    # both are linear and near the best that can be done; 400 guesses scatter by 0.02
    assert language_probe(cube).accuracy == pytest.approx(slow.mean(), abs=0.03)


def test_a_sentence_is_never_in_training_and_test_both():
    # every sentence sits in its own far corner in all languages: a probe that saw it in three
    # languages would never guess the fourth; one that did not see it can only guess
    cube = 100 * np.eye(40) + 1e-3 * languages(n=40, d=40)
    # standard error sqrt(0.25 * 0.75 / 160) = 0.034
    assert 0.15 < language_probe(cube).accuracy < 0.35


def test_ignores_shift_and_scale_of_features_and_the_order_of_languages():
    cube = languages(apart=0.6)
    found = language_probe(cube)
    moved = language_probe(cube * np.logspace(-3, 3, 6) + 1e4)
    # 1e4 beside 1e-3 leaves nine digits
    np.testing.assert_array_equal(moved.hits, found.hits)
    swapped = language_probe(cube[::-1])
    np.testing.assert_allclose(swapped.confusion, found.confusion[::-1, ::-1])


def test_confusion_names_who_is_taken_for_whom():
    cube = languages(3)
    cube[2] += 50
    found = language_probe(cube)
    np.testing.assert_allclose(found.confusion.sum(axis=1), 1)
    assert found.confusion[2].tolist() == [0, 0, 1]
    assert found.accuracy == pytest.approx(np.diagonal(found.confusion).mean())
    np.testing.assert_allclose(found.hits.mean(axis=1), np.diagonal(found.confusion), rtol=1e-6)
    interval = mean_over_documents(found.hits.mean(axis=0), np.arange(100) // 4)
    assert interval.low < found.accuracy < interval.high


def test_probe_says_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="at least 2 languages, got 1"):
        language_probe(languages(1))
    with pytest.raises(DegenerateInputError, match="a value is NaN or infinity"):
        language_probe(np.full((2, 5, 3), np.nan))
    with pytest.raises(DegenerateInputError, match="differ within a class"):
        language_probe(np.full((2, 5, 3), 0.1))
    with pytest.raises(SpecError, match=r"n_folds must be from 2 to 3, the groups, got 5"):
        language_probe(languages(n=6), np.arange(6) // 2)


# --- silhouettes

ATOL = 1e-5  # float32 products


def test_silhouette_worked_by_hand():
    # 0, 1 | 10, 11. 0: a = 1, b = 10.5; 1: a = 1, b = 9.5; 10: b = 9.5; 11: b = 10.5
    found = language_silhouette([np.array([[0.0], [1.0]]), np.array([[10.0], [11.0]])])
    expected = [[1 - 1 / 10.5, 1 - 1 / 9.5], [1 - 1 / 9.5, 1 - 1 / 10.5]]
    np.testing.assert_allclose(found.sentences, expected, atol=ATOL)
    assert found.score == pytest.approx(np.mean(expected), abs=ATOL)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize(("apart", "shared"), [(0.0, 0.0), (2.0, 0.0), (0.3, 3.0)], ids=str)
def test_silhouette_equals_scikit_learn(metric, apart, shared):
    cube = languages(apart=apart, shared=shared) + 2
    slow = silhouette_samples(cube.reshape(400, -1), np.repeat(np.arange(4), 100), metric=metric)
    found = language_silhouette(cube, metric)
    np.testing.assert_allclose(found.sentences.ravel(), slow, atol=ATOL)
    np.testing.assert_allclose(found.per_language, slow.reshape(4, 100).mean(axis=1), atol=ATOL)
    assert found.score == pytest.approx(slow.mean(), abs=ATOL)


@pytest.mark.parametrize("offset", [1e4, -1e6])
def test_silhouette_ignores_a_common_offset_and_scale(offset):
    cube = languages(apart=0.5)
    found = language_silhouette(3 * cube + offset)
    np.testing.assert_allclose(found.sentences, language_silhouette(cube).sentences, atol=ATOL)


def test_silhouette_falls_below_0_where_translations_stand_together():
    cube = languages(n=30, shared=20.0)
    assert language_silhouette(cube).score < 0
    assert language_silhouette(languages(apart=100.0)).score > 0.9


def test_silhouette_of_points_that_coincide_is_0():
    cube = np.tile(languages(1, n=2), (2, 1, 1))
    cube[:, 1] = cube[:, 0]
    cube[1, 1] += 1e-3  # not all are equal
    assert language_silhouette(cube).sentences[0, 0] == pytest.approx(1)
    both = np.stack([cube[0], cube[0], cube[1] + 1])
    np.testing.assert_array_equal(language_silhouette(both).sentences[:2], 0)


def test_silhouette_says_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="2 languages of 2 sentences, got 1 of 100"):
        language_silhouette(languages(1))
    with pytest.raises(DegenerateInputError, match="a value is NaN or infinity"):
        language_silhouette(np.full((2, 5, 3), np.inf))
    with pytest.raises(DegenerateInputError, match="all points are equal"):
        language_silhouette(np.full((2, 5, 3), 0.1))
    cube = languages()
    cube[1, 7] = 0
    with pytest.raises(DegenerateInputError, match="row 107 is 0"):
        language_silhouette(cube, "cosine")
