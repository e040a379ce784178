"""Scores of extracted answers, as SQuAD 1.1 has them."""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def exact_matches(predicted: Sequence[str], gold: Sequence[Sequence[str]]) -> npt.NDArray[np.bool_]:
    """Whether each predicted answer equals a gold one after normalising.

    Parameters
    ----------
    predicted : sequence of str
        One answer a question.
    gold : sequence of sequence of str
        The accepted answers of each question, one at least.

    Returns
    -------
    ndarray of shape (n_questions,)

    Raises
    ------
    ValueError
        If the numbers of questions differ, or a question has no gold answer.

    Notes
    -----
    Normalising: lower case, without ASCII punctuation, without the English articles, white space
    as one space. So are the TyDi QA gold passages scored in every language.

    References
    ----------
    Rajpurkar et al. (2016). SQuAD: 100,000+ Questions for Machine Comprehension of Text. EMNLP.

    Examples
    --------
    >>> exact_matches(["the Nile.", "Cairo"], [["Nile"], ["Giza", "cairo"]]).tolist()
    [True, True]
    """
    return _best(predicted, gold, lambda one, other: float(one == other)).astype(np.bool_)


def answer_f1(predicted: Sequence[str], gold: Sequence[Sequence[str]]) -> npt.NDArray[np.float64]:
    """F1 of the words that each predicted answer shares with its best gold answer.

    Parameters
    ----------
    predicted, gold
        As for `exact_matches`.

    Returns
    -------
    ndarray of shape (n_questions,)
        In [0, 1]. 1: the same words; 0: none in common. Two answers of which nothing is left
        after normalising are equal.

    Raises
    ------
    ValueError
        As for `exact_matches`.

    Notes
    -----
    Words are what white space divides, counted as often as they occur; so in a language that
    writes none between words it is little more than exact match.

    Examples
    --------
    Two of three predicted words are right, and two of two gold ones: precision 2/3, recall 1.

    >>> answer_f1(["in March 2011"], [["March 2011"]]).round(2).tolist()
    [0.8]
    """
    return _best(predicted, gold, _word_f1)


def _best(
    predicted: Sequence[str], gold: Sequence[Sequence[str]], score: Callable[[str, str], float]
) -> npt.NDArray[np.float64]:
    if len(predicted) != len(gold):
        raise ValueError(f"{len(predicted)} predicted answers for {len(gold)} questions")
    if not all(gold):
        raise ValueError(f"question {[bool(g) for g in gold].index(False)} has no gold answer")
    return np.array(
        [
            max(score(_normal(answer), _normal(right)) for right in accepted)
            for answer, accepted in zip(predicted, gold, strict=True)
        ],
        dtype=np.float64,
    )


def _word_f1(predicted: str, gold: str) -> float:
    one, other = Counter(predicted.split()), Counter(gold.split())
    if not one or not other:
        return float(one == other)
    return 2 * (one & other).total() / (one.total() + other.total())


def _normal(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())
