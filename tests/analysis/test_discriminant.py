"""The discriminant against scikit-learn, and cross-fitting against leaving out by hand."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mslt_core.analysis.discriminant import cross_fitted, discriminant, fold_of, moments
from mslt_core.spec.errors import DegenerateInputError, SpecError


def classes(n=200, d=8, n_classes=4, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.choice(n_classes, n, p=[0.4, 0.3, 0.2, 0.1])
    scales = np.logspace(-2, 2, d)
    return (rng.normal(size=(n_classes, d))[labels] + rng.normal(size=(n, d))) * scales, labels


def test_worked_by_hand():
    # means -1 and 1 with 3 and 1 examples, variance within 0 0 1 1 .. (0.5): see below
    # class 0: -2, -1, 0 (mean -1, squares 1 + 0 + 1), class 1: 3 (0): W = 2/4 = 0.5, in one
    # dimension shrinkage changes nothing. Scores 2 x mean - mean^2 + ln share:
    # class 0: -2 x - 1 + ln 0.75; class 1: 6 x - 9 + ln 0.25
    weights, biases = discriminant(
        moments(np.array([[-2.0], [-1.0], [0.0], [3.0]]), np.array([0, 0, 0, 1]), 2)
    )
    np.testing.assert_allclose(weights, [[-2, 6]])
    np.testing.assert_allclose(biases, [-1 + np.log(0.75), -9 + np.log(0.25)])


@pytest.mark.parametrize("shrinkage", [1e-6, 0.1, 1.0])
@pytest.mark.parametrize("n", [30, 200])
def test_equals_scikit_learn(shrinkage, n):
    X, labels = classes(n)
    within = np.concatenate([X[labels == c] - X[labels == c].mean(axis=0) for c in range(4)])
    # scikit-learn shrinks towards the mean variance: the same where all variances are 1
    scaled = X / within.std(axis=0)
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(scaled, labels)
    weights, biases = discriminant(moments(X, labels, 4), shrinkage=shrinkage)
    np.testing.assert_allclose(X @ weights + biases, lda.decision_function(scaled), rtol=1e-6)


def test_cross_fitting_equals_training_anew_without_each_fold():
    X, labels = classes()
    fold = fold_of(200, 5, seed=1)
    trained = np.arange(200) < 120
    guesses = cross_fitted(X, labels, fold, trained=trained)
    for f in range(5):
        kept = trained & (fold != f)
        weights, biases = discriminant(moments(X[kept], labels[kept], 4))
        expected = (X[fold == f] @ weights + biases).argmax(axis=1)
        np.testing.assert_array_equal(guesses[fold == f], expected)


def test_a_class_without_examples_is_never_guessed():
    X, labels = classes()
    known = labels != 3
    weights, biases = discriminant(moments(X[known], labels[known], 4))
    assert not ((X @ weights + biases).argmax(axis=1) == 3).any()


def test_few_examples_of_many_features_generalise():
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 2
    X = rng.normal(size=(120, 100)) + 0.5 * labels[:, None]
    # about as many examples as features, where an unshrunk covariance guesses nearly at chance
    fold = fold_of(120, 5, seed=0)
    assert (cross_fitted(X, labels, fold) == labels).mean() > 0.9
    assert (cross_fitted(X, labels, fold, shrinkage=1e-9) == labels).mean() < 0.8


def test_a_constant_feature_does_no_harm():
    X, labels = classes()
    wider = np.hstack([X, np.zeros((200, 2))])
    fold = fold_of(200, 5, seed=0)
    np.testing.assert_array_equal(cross_fitted(wider, labels, fold), cross_fitted(X, labels, fold))


def test_folds_are_even_and_depend_on_the_seed_alone():
    folds = fold_of(103, 5, seed=0)
    assert sorted(np.bincount(folds)) == [20, 20, 21, 21, 21]
    np.testing.assert_array_equal(folds, fold_of(103, 5, seed=0))
    assert (folds != fold_of(103, 5, seed=1)).any()


def test_says_what_is_wrong():
    X, labels = classes()
    with pytest.raises(SpecError, match="shrinkage must be above 0 and at most 1, got 0"):
        discriminant(moments(X, labels, 4), shrinkage=0)
    with pytest.raises(DegenerateInputError, match="examples of at least 2 classes"):
        discriminant(moments(X, np.zeros(200, int), 4))
    with pytest.raises(DegenerateInputError, match="examples that differ within a class"):
        discriminant(moments(labels[:, None] * 0.1, labels, 4))
    for n_folds in (1, 8):
        with pytest.raises(SpecError, match=f"n_folds must be from 2 to 7, .* got {n_folds}"):
            fold_of(7, n_folds, seed=0)
