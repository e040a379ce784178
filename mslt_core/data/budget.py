"""One total of training examples, whatever the number of source languages."""

import functools
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import label


def equal_budget(source_langs: Sequence[str], n_examples: int) -> dict[str, int]:
    """Split `n_examples` over the languages as evenly as whole numbers allow.

    The total is the same for one source language and for many, so a gain from MSLT over SSLT
    cannot come from more data. Left-over examples go to the first languages in alphabetical
    order, so the order in which they were named is of no account.

    Parameters
    ----------
    source_langs : sequence of str
        At least one language.
    n_examples : int
        The total, at least one for every language.

    Returns
    -------
    dict
        Language to number of examples; shares differ by one at most and sum to `n_examples`.

    Raises
    ------
    SpecError
        If there is no language, or fewer examples than languages.

    Examples
    --------
    >>> equal_budget(["en", "de", "es"], 4000)
    {'de': 1334, 'en': 1333, 'es': 1333}
    """
    langs = sorted(set(source_langs))
    if not langs:
        raise SpecError("no source language chosen", hint="Choose at least one.")
    if n_examples < len(langs):
        raise SpecError(
            f"a budget of {n_examples} examples does not reach {len(langs)} source languages",
            hint="Raise the budget or choose fewer languages.",
        )
    share, rest = divmod(n_examples, len(langs))
    return {lang: share + (i < rest) for i, lang in enumerate(langs)}


def tempered_budget(sizes: Mapping[str, int], n_examples: int, alpha: float) -> dict[str, int]:
    """Split `n_examples` in proportion to ``size ** alpha``.

    Parameters
    ----------
    sizes : mapping of str to int
        Language to number of its training examples, at least 1.
    n_examples : int
        The total, at least one for every language.
    alpha : float
        In [0, 1]: 0 gives equal shares, as `equal_budget` does; 1 proportional ones; between the
        two small languages get more than their part (0.3 in XLM-R's pretraining).

    Returns
    -------
    dict
        Language to number of examples, at least 1 each, with the sum `n_examples`.

    Raises
    ------
    SpecError
        If there is no language, fewer examples than languages, or a language without examples.

    Notes
    -----
    One example each is set aside, the rest is shared by largest remainders (Hamilton's method).
    Where that asks a language for more than it has, the whole budget is shared so, and who would
    get nothing takes one from the largest share.

    References
    ----------
    Devlin et al. (2019), multilingual BERT's README; Conneau et al. (2020), section 3.1.

    Examples
    --------
    >>> tempered_budget({"de": 1000, "en": 9000}, 1000, alpha=1.0)
    {'de': 101, 'en': 899}
    >>> tempered_budget({"de": 1000, "en": 9000}, 1000, alpha=0.5)
    {'de': 251, 'en': 749}
    """
    equal = equal_budget(list(sizes), n_examples)
    if alpha == 0:
        return equal
    langs = list(equal)
    if empty := [lang for lang in langs if sizes[lang] < 1]:
        raise SpecError(f"{label(empty[0])} has no training examples to take a share of")
    weights = np.array([sizes[lang] for lang in langs], dtype=np.float64) ** alpha
    shares = 1 + _by_remainders(weights, n_examples - len(langs))
    if any(share > sizes[lang] for lang, share in zip(langs, shares.tolist(), strict=True)):
        shares = _by_remainders(weights, n_examples)
        while not shares.all():
            shares[np.argmin(shares)] += 1
            shares[np.argmax(shares)] -= 1
    return dict(zip(langs, shares.tolist(), strict=True))


def _by_remainders(weights: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.int64]:
    """Whole numbers in proportion to the weights, with the sum n."""
    exact = n * weights / weights.sum()
    shares = np.floor(exact).astype(np.int64)
    shares[np.argsort(shares - exact, kind="stable")[: n - shares.sum()]] += 1
    return shares


def sample_meanings(
    meanings: Mapping[str, Sequence[str]],
    shares: Mapping[str, int],
    *,
    how: Literal["parallel", "disjoint"],
    seed: int,
) -> dict[str, npt.NDArray[np.int64]]:
    """Draw rows of parallel data so that languages share their meanings, or share none.

    Parameters
    ----------
    meanings : mapping of str to sequence of str
        Language to the meaning of each of its rows; several rows may have one.
    shares : mapping of str to int
        Language to number of rows to draw.
    how : {"parallel", "disjoint"}
        ``parallel``: all languages go through the meanings in the same order, so 500 rows each of
        two languages are about 500 meanings. ``disjoint``: no meaning is drawn in two languages,
        so they are 1,000 rows of different meanings.
    seed : int
        0 or more. The order of the meanings depends on it alone, so a smaller draw of one
        language begins a larger one.

    Returns
    -------
    dict
        Language to ndarray of shape (share,): distinct row indices.

    Raises
    ------
    DataError
        If a language has too few rows.

    Examples
    --------
    >>> rows = {"de": ["a", "b", "c", "d"], "en": ["a", "b", "c", "d"]}
    >>> drawn = sample_meanings(rows, {"de": 2, "en": 2}, how="disjoint", seed=0)
    >>> len({*drawn["de"].tolist(), *drawn["en"].tolist()})
    4
    """
    known = {lang: frozenset(of_lang) for lang, of_lang in meanings.items()}
    every = _sorted(frozenset().union(*known.values()))
    order = np.random.default_rng(seed).permutation(len(every)).tolist()
    taken: set[str] = set()
    drawn = {}
    # who has the fewest meanings takes its share first, or others might leave it too few
    for lang in sorted(shares, key=lambda lang: (len(known[lang]), lang)):
        free = (every[i] for i in order if every[i] in known[lang] and every[i] not in taken)
        picked = _rows_of(free, meanings[lang], shares[lang])
        if len(picked) < shares[lang]:
            left = " that no other language has taken" if taken else ""
            # sharing gives a language no more rows than it has
            enough = how == "disjoint" and len(meanings[lang]) >= shares[lang]
            instead = (
                "let the languages share meanings (rows: parallel)"
                if enough
                else "add source languages to share it"
            )
            raise DataError(
                f"{label(lang)} has {len(picked):,} training examples{left}, "
                f"{shares[lang]:,} are wanted",
                hint=f"Lower the budget, or {instead}.",
            )
        drawn[lang] = np.array(picked, dtype=np.int64)
        if how == "disjoint":
            taken |= {meanings[lang][row] for row in picked}
    return drawn


def _rows_of(wanted: Iterator[str], meanings: Sequence[str], n: int) -> list[int]:
    """The first `n` rows, fewer if there are no more, that say what is wanted, in its order."""
    found: list[int] = []
    while n > len(found) and (some := list(itertools.islice(wanted, n - len(found)))):
        # of large data a draw takes few rows, so most need no place in a table
        rows: dict[str, list[int]] = {meaning: [] for meaning in some}
        for row, meaning in enumerate(meanings):
            if meaning in rows:
                rows[meaning].append(row)
        found.extend(row for meaning in some for row in rows[meaning])
    return found[:n]


@functools.lru_cache(maxsize=2)
def _sorted(meanings: frozenset[str]) -> Sequence[str]:
    """Sorting hundreds of thousands takes longer than the draw, and many sets share them."""
    return sorted(meanings)


def sample(n_rows: int, n_wanted: int, *, lang: str, seed: int) -> npt.NDArray[np.int64]:
    """Draw `n_wanted` of `n_rows` rows without repeats; a smaller draw begins a larger one.

    The draw depends on the language and the seed alone, not on the other languages of a set:
    the examples of ``de`` in MSLT(de, en) are among those of SSLT(de).

    Parameters
    ----------
    n_rows : int
        Rows that there are.
    n_wanted : int
        Rows to draw, from 0 to `n_rows`.
    lang : str
        Language of the rows.
    seed : int
        0 or more.

    Returns
    -------
    ndarray of shape (n_wanted,)
        Distinct row indices from 0 to n_rows - 1, in random order.

    Raises
    ------
    DataError
        If more rows are wanted than there are.

    Examples
    --------
    >>> larger = sample(1000, 9, lang="de", seed=0)
    >>> (sample(1000, 3, lang="de", seed=0) == larger[:3]).all().item()
    True
    """
    if n_wanted > n_rows:
        raise DataError(
            f"{label(lang)} has {n_rows:,} training examples, {n_wanted:,} are wanted",
            hint="Lower the budget, or add source languages to share it.",
        )
    # the built-in hash of a string changes from process to process
    lang_number = int.from_bytes(hashlib.sha256(lang.encode()).digest()[:8], "big")
    generator = np.random.default_rng([seed, lang_number])
    return generator.permutation(n_rows)[:n_wanted].astype(np.int64)
