"""Typological vectors of languages: URIEL's features, from the data files of lang2vec.

The files are read directly. ``import lang2vec.lang2vec`` needs pkg_resources, which newer
versions of setuptools lack, and takes seconds; the numbers are the same.
"""

import functools
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DataError, DegenerateInputError
from mslt_core.spec.languages import LANGUAGES, label, language
from mslt_core.spec.specs import Criterion


class _FeatureSet(NamedTuple):
    """Where lang2vec keeps a feature set."""

    name: str
    file: str
    prefix: str


_FEATURE_SETS: dict[Criterion, _FeatureSet] = {
    "syntax": _FeatureSet("syntax_knn", "feature_predictions.npz", "S_"),
    "phonology": _FeatureSet("phonology_knn", "feature_predictions.npz", "P_"),
    "inventory": _FeatureSet("inventory_knn", "feature_predictions.npz", "INV_"),
    "family": _FeatureSet("fam", "family_features.npz", "F_"),
    "geography": _FeatureSet("geo", "geocoord_features.npz", "GC_"),
}


def vectors(criterion: Criterion, langs: Sequence[str]) -> npt.NDArray[np.float64]:
    """URIEL feature vectors of the languages under one criterion.

    Parameters
    ----------
    criterion : {"syntax", "phonology", "inventory", "family", "geography"}
        lang2vec's ``syntax_knn`` (103 features), ``phonology_knn`` (28), ``inventory_knn``
        (158), ``fam`` (3718) or ``geo`` (299).
    langs : sequence of str
        Languages, at least one.

    Returns
    -------
    ndarray of shape (n_langs, n_features)
        Rows in the order of `langs`. 0 or 1 for all but ``geo``: there, distance to 299 points
        on the globe, between 0 and 1.

    Raises
    ------
    DataError
        If lang2vec has no such language.
    DegenerateInputError
        If a language has no feature at all under the criterion, as Basque, which has no known
        relatives, has under "family": its similarity to others is then undefined.

    Notes
    -----
    Macro-languages stand for themselves (``ara``, ``zho``); see `Language.lang2vec`. In the
    ``knn`` sets unknown values are filled in from near languages, so none is missing.

    References
    ----------
    Littell et al. (2017). URIEL and lang2vec: Representing languages as typological,
    geographical, and phylogenetic vectors. EACL.

    Examples
    --------
    >>> vectors("syntax", ["en", "ja"]).shape
    (2, 103)
    """
    rows, data = _table(criterion)
    codes = {lang: language(lang).lang2vec for lang in langs}
    if missing := [lang for lang, code in codes.items() if code not in rows]:
        raise DataError(
            f"lang2vec has no features of {', '.join(map(label, missing))}",
            hint="Take these languages out.",
        )
    chosen = data[[rows[str(codes[lang])] for lang in langs]]
    if empty := [lang for lang, row in zip(langs, chosen, strict=True) if not row.any()]:
        raise DegenerateInputError(
            f"URIEL has no {criterion} features of {', '.join(map(label, empty))}, "
            "so no similarity to other languages",
            hint="Take these languages out or choose another criterion.",
        )
    return chosen


@functools.cache
def _table(criterion: Criterion) -> tuple[dict[str, int], npt.NDArray[np.float64]]:
    """Feature values of every language of the registry, and the row of each lang2vec code.

    The files hold 7970 languages: the whole family table would fill 240 MB.
    """
    feature_set = _FEATURE_SETS[criterion]
    with np.load(_data_folder() / feature_set.file, allow_pickle=False) as file:
        known = np.flatnonzero(np.isin(file["langs"], _known_codes()))
        columns = np.flatnonzero(np.char.startswith(file["feats"], feature_set.prefix))
        rows = {str(code): i for i, code in enumerate(file["langs"][known])}
        data = file["data"][known][:, columns, 0]
    return rows, data.astype(np.float64)


def _known_codes() -> list[str]:
    return [lang.lang2vec for lang in LANGUAGES.values() if lang.lang2vec is not None]


def _data_folder() -> Path:
    """The data folder of the installed lang2vec, found without running its code.

    Not by its import name: lang2vec installs a script ``bin/lang2vec.py``, which hides the package
    from every program that is started from ``bin``, as ``streamlit`` is.
    """
    try:
        found = importlib.metadata.distribution("lang2vec")
    except importlib.metadata.PackageNotFoundError:
        raise DataError(
            "lang2vec is not installed", hint="Run pip install lang2vec==1.1.2."
        ) from None
    return Path(str(found.locate_file("lang2vec/data")))
