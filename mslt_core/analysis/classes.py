"""Scores of one label an item."""

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError


def item_accuracy(predicted: npt.NDArray[np.integer], gold: npt.NDArray[np.integer]) -> float:
    """Share of items whose predicted label is the gold one.

    Parameters
    ----------
    predicted, gold : ndarray of shape (n_items,)
        Label ids; at least one item.

    Returns
    -------
    float
        In [0, 1], without unit.

    Raises
    ------
    DegenerateInputError
        If there is no item.

    Examples
    --------
    >>> item_accuracy(np.array([0, 1, 1]), np.array([0, 1, 2])).__round__(3)
    0.667
    """
    if not len(gold):
        raise DegenerateInputError("accuracy is undefined: there is no item to score")
    return float(np.mean(predicted == gold))


def macro_f1(predicted: npt.NDArray[np.integer], gold: npt.NDArray[np.integer]) -> float:
    """Mean of the labels' F1, each label with the same weight.

    Parameters
    ----------
    predicted, gold : ndarray of shape (n_items,)
        Label ids; at least one item.

    Returns
    -------
    float
        In [0, 1], without unit. Always answering one of two equally frequent labels gives 1/3.

    Raises
    ------
    DegenerateInputError
        If there is no item.

    Notes
    -----
    Over the labels that occur, gold or predicted; one that does not has no F1 (0/0).

    References
    ----------
    scikit-learn, ``f1_score(average="macro")``.

    Examples
    --------
    Label 0: precision 1/2, recall 1, F1 2/3. Label 1 is never predicted: F1 0.

    >>> round(macro_f1(np.array([0, 0]), np.array([0, 1])), 3)
    0.333
    """
    if not len(gold):
        raise DegenerateInputError("macro F1 is undefined: there is no item to score")
    from sklearn.metrics import f1_score

    return float(f1_score(gold, predicted, average="macro", zero_division=0.0))
