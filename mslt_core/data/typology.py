"""Typological vectors of languages: URIEL's features, from the data files of lang2vec.

The files are read directly. ``import lang2vec.lang2vec`` needs pkg_resources, which newer
versions of setuptools lack, and takes seconds; the numbers are the same.

`typology.tsv` beside this file says every feature of syntax, phonology and inventory in words, and
which features of syntax typological coverage counts (`coverage_values`).
"""

import dataclasses
import functools
import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import LANGUAGES, label, language
from mslt_core.spec.selecting import Codes, FeatureSet

Kind = Literal["order", "morphology", "case"]

INDIVIDUAL: Mapping[str, str] = MappingProxyType(
    {
        "ar": "arb", "ay": "ayr", "az": "azj", "et": "ekk", "fa": "pes", "gn": "gug",
        "ku": "kmr", "lv": "lvs", "mg": "plt", "mn": "khk", "ms": "zsm", "ne": "npi",
        "no": "nob", "om": "gaz", "or": "ory", "ps": "pbt", "qu": "quz", "sq": "als",
        "sw": "swh", "uz": "uzn", "yi": "ydd", "zh": "cmn",
    }
)  # fmt: skip
"""The standard individual language of each ISO 639-3 macro-language, where lang2vec has it.

The members are those of ISO 639-3's macro-language mappings. Which member is the standard is what
CLDR's language aliases say (``cmn`` is written ``zh``), but for Norwegian (Bokmål) and Pashto
(Southern, as in FLORES-200). Akan (Twi and Fante) and Sardinian have no one standard and stay.
"""


class _Source(NamedTuple):
    """Where lang2vec keeps a feature set."""

    file: str
    prefix: str


_SOURCES: dict[FeatureSet, _Source] = {
    "syntax": _Source("feature_predictions.npz", "S_"),
    "phonology": _Source("feature_predictions.npz", "P_"),
    "inventory": _Source("feature_predictions.npz", "INV_"),
    "family": _Source("family_features.npz", "F_"),
    "geography": _Source("geocoord_features.npz", "GC_"),
    "syntax_average": _Source("feature_averages.npz", "S_"),
    "phonology_average": _Source("feature_averages.npz", "P_"),
    "inventory_average": _Source("feature_averages.npz", "INV_"),
}


class _Table(NamedTuple):
    """Features of every known language: the row of each lang2vec code, the columns' names."""

    rows: dict[str, int]
    features: tuple[str, ...]
    data: npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class CoverageValues:
    """The features of ``syntax`` that typological coverage counts, in column order."""

    names: tuple[str, ...]
    columns: tuple[int, ...]
    kinds: tuple[Kind, ...]


def vectors(
    feature_set: FeatureSet, langs: Sequence[str], codes: Codes = "macro"
) -> npt.NDArray[np.float64]:
    """URIEL feature vectors of the languages, missing values NaN.

    Parameters
    ----------
    feature_set : str
        "syntax", "phonology", "inventory": lang2vec's ``syntax_knn`` (103 features),
        ``phonology_knn`` (28), ``inventory_knn`` (158). "family", "geography": ``fam`` (3718),
        ``geo`` (299). "syntax_average" and so on: ``syntax_average``, only what sources report.
    langs : sequence of str
        Languages.
    codes : {"macro", "individual"}
        Macro-languages stand for themselves (``ara``, ``zho``; see `Language.lang2vec`), or
        their standard languages stand for them (``arb``, ``cmn``; see `INDIVIDUAL`).

    Returns
    -------
    ndarray of shape (n_langs, n_features)
        Rows in the order of `langs`. 0 or 1; for averages, the share of sources that say 1; for
        geography, the distance to 299 points on the globe, between 0 and 1. A row is all NaN if
        URIEL says nothing: it lacks the language, no source reports a feature, or no family is
        known (Basque, and the individual codes of Estonian, Latvian and Norwegian).

    Notes
    -----
    In the ``knn`` sets unknown values are predicted from near languages, so none is missing.
    Nothing is filled in here. A row of an average may be all 0 where it is known, as in
    phonology Irish's is: a vector without direction, whose cosine is undefined.

    References
    ----------
    Littell et al. (2017). URIEL and lang2vec: Representing languages as typological,
    geographical, and phylogenetic vectors. EACL.

    Examples
    --------
    >>> vectors("syntax", ["en", "ja"]).shape
    (2, 103)
    """
    table = _table(feature_set)
    found = np.full((len(langs), len(table.features)), np.nan)
    for i, lang in enumerate(langs):
        row = table.rows.get(_code(lang, codes))
        if row is not None:
            found[i] = table.data[row]
    return found


def feature_names(feature_set: FeatureSet) -> tuple[str, ...]:
    """The features of a set in words, in the order of the columns of `vectors`.

    Parameters
    ----------
    feature_set : str
        As for `vectors`; an average has the names of its plain set.

    Returns
    -------
    tuple of str
        No two alike. For family the nodes of Glottolog's tree, for geography the points that
        distances are to.

    Examples
    --------
    >>> feature_names("syntax")[:2]
    ('SVO order', 'SOV order')
    """
    features = _table(feature_set).features
    if feature_set == "family":
        return tuple(feature.removeprefix("F_") for feature in features)
    if feature_set == "geography":
        return tuple(map(_point, features))
    words = _words()
    return tuple(words[feature][0] for feature in features)


def coverage_values() -> CoverageValues:
    """Which values of word order, morphology and case typological coverage counts.

    Returns
    -------
    CoverageValues
        72 of the 103 features of ``syntax``: 30 orders, 34 of morphology, 8 of case.

    Notes
    -----
    A value is a feature that a language has; not to have it is no value of its own. Orders: the
    six of subject, object and verb, the five of object, oblique (X) and verb, and those of noun
    or adjective, adposition or modifier; subordinator and clause; negative word and verb.
    Morphology: where affixes and marks stand, and what is marked by affix, clitic or word.

    Left out: what counted features imply (``S_SUBJECT_BEFORE_VERB``, ``S_OBLIQUE_*``,
    ``S_NEGATIVE_AFFIX``); finer positions of negative words and question markers, which would
    weigh one construction many times; the order of articles, which was predicted even for
    languages that have none; complementizers, which go with subordinators; and meanings rather
    than forms (``S_SEX_MARK``, ``S_DEFINITE_WORD``, ``S_ADJECTIVE_WITHOUT_NOUN``).
    """
    words = _words()
    counted = [
        (name, column, kind)
        for column, feature in enumerate(_table("syntax").features)
        for name, kind in [words[feature]]
        if kind is not None
    ]
    names, columns, kinds = zip(*counted, strict=True)
    return CoverageValues(names, columns, kinds)


def typological_values(
    langs: Sequence[str], codes: Codes = "macro"
) -> tuple[tuple[str, ...], npt.NDArray[np.bool_]]:
    """Which values of word order, morphology and case each language has.

    Parameters
    ----------
    langs : sequence of str
        Languages.
    codes : {"macro", "individual"}
        As for `vectors`.

    Returns
    -------
    names : tuple of str
        The values in words: `coverage_values`.
    has : ndarray of bool, shape (n_langs, n_values)
        Rows in the order of `langs`. Some values, such as OVX order, no language here has.

    Raises
    ------
    DataError
        If lang2vec lacks a language: that it has no value would be an invention.
    """
    counted = coverage_values()
    found = vectors("syntax", langs, codes)[:, list(counted.columns)]
    missing = [label(lang) for lang, row in zip(langs, found, strict=True) if np.isnan(row).any()]
    if missing:
        raise DataError(
            f"lang2vec has no syntax features of {', '.join(missing)}",
            hint="Take these languages out.",
        )
    return counted.names, found == 1


def _code(lang: str, codes: Codes) -> str:
    """What lang2vec calls the language; empty if it does not know it."""
    macro = language(lang).lang2vec or ""
    return INDIVIDUAL.get(lang, macro) if codes == "individual" else macro


def _point(feature: str) -> str:
    """``GC_-83_42`` in words."""
    latitude, longitude = map(int, feature.removeprefix("GC_").split("_"))
    north, east = "S" if latitude < 0 else "N", "W" if longitude < 0 else "E"
    return f"distance to {abs(latitude)}° {north}, {abs(longitude)}° {east}"


@functools.cache
def _words() -> dict[str, tuple[str, Kind | None]]:
    """Every feature's name in words, and as what typological coverage counts it."""
    text = Path(__file__).with_name("typology.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    kinds: dict[str, Kind | None] = {kind: kind for kind in get_args(Kind)} | {"-": None}
    return {feature: (name, kinds[kind]) for feature, name, kind in rows}


@functools.cache
def _table(feature_set: FeatureSet) -> _Table:
    """The features of every language of the registry, under both codes.

    The files hold 7970 languages: the whole family table would fill 240 MB.
    """
    source = _SOURCES[feature_set]
    macro = [lang.lang2vec for lang in LANGUAGES.values() if lang.lang2vec is not None]
    with np.load(_data_folder() / source.file, allow_pickle=False) as file:
        known = np.flatnonzero(np.isin(file["langs"], [*macro, *INDIVIDUAL.values()]))
        columns = np.flatnonzero(np.char.startswith(file["feats"], source.prefix))
        rows = {str(code): i for i, code in enumerate(file["langs"][known])}
        features = tuple(map(str, file["feats"][columns]))
        data = file["data"][known][:, columns, 0].astype(np.float64)
    # -1 is what lang2vec's own code writes as "--"
    data[data == -1] = np.nan
    # a row of zeros says nothing: no family is known. NaN counts as true here, so the absences
    # that sources report in an average stay
    data[~data.any(axis=1)] = np.nan
    return _Table(rows, features, data)


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
