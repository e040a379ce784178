"""One total of training examples, whatever the number of source languages."""

import hashlib
from collections.abc import Sequence

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
            f"{label(lang)} has {n_rows} training examples, {n_wanted} are wanted",
            hint="Lower the budget, or add source languages to share it.",
        )
    # the built-in hash of a string changes from process to process
    lang_number = int.from_bytes(hashlib.sha256(lang.encode()).digest()[:8], "big")
    generator = np.random.default_rng([seed, lang_number])
    return generator.permutation(n_rows)[:n_wanted].astype(np.int64)
