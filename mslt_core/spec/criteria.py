"""Every way of choosing source languages, declared once: formula, source, what it ignores."""

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from mslt_core.spec.selecting import Criterion, PretrainingFigures, SelectSpec

PRETRAINING_OF: Mapping[PretrainingFigures, str] = MappingProxyType(
    {
        "xlmr_gib": "XLM-R, GiB",
        "xlmr_tokens": "XLM-R, tokens",
        "mbert": "mBERT, Wikipedia",
        "mt5": "mT5, tokens",
        "bloom": "BLOOM, bytes",
    }
)
"""Whose text is counted, and in what."""

LIM = "Lim et al. 2024"
URIEL = "URIEL via lang2vec, Littell et al. 2017"


@dataclasses.dataclass(frozen=True, kw_only=True)
class CriterionInfo:
    """What a criterion is. Pages, figures and the command line take their words from here."""

    label: str
    what: str
    """In half a sentence, after "by"."""
    unit: str
    """What a score counts, for axes: "sum of 1 - cosine"."""
    formula: str
    source: str
    ignores: str
    decimals: int = 3

    @property
    def name(self) -> str:
        """The label inside a sentence: syntax, LM embedding."""
        return self.label if self.label[1].isupper() else self.label[0].lower() + self.label[1:]


_SUM = "Sum over all pairs in the set of 1 - cosine similarity of their vectors"
_PAIRS = "sum of 1 − cosine"
_KNN = "missing values were predicted from near languages"
_AVERAGE = (
    "only features that sources report for both languages are compared; a pair with too few of "
    "them has no distance, and sets with such a pair are not ranked"
)


def _lang2vec(label: str, what: str, name: str, ignores: str) -> CriterionInfo:
    return CriterionInfo(
        label=label,
        what=f"{what} ({name})",
        unit=_PAIRS,
        formula=f"{_SUM}: {name}.",
        source=f"{LIM}, section 5.3.3; {URIEL}",
        ignores=ignores,
    )


CRITERIA: Mapping[Criterion, CriterionInfo] = MappingProxyType(
    {
        "syntax": _lang2vec(
            "Syntax",
            "word order and other grammatical features",
            "syntax_knn",
            f"Sounds, words, relatedness, script. {_KNN.capitalize()}.",
        ),
        "phonology": _lang2vec(
            "Phonology",
            "sound patterns",
            "phonology_knn",
            f"Grammar, words, relatedness, script. {_KNN.capitalize()}.",
        ),
        "inventory": _lang2vec(
            "Inventory",
            "which sounds a language has",
            "inventory_knn",
            f"Grammar, words, relatedness, script. {_KNN.capitalize()}.",
        ),
        "family": _lang2vec(
            "Family",
            "place in the family tree",
            "fam",
            "Everything but descent: contact, script, typology. Coarse, so ties are many.",
        ),
        "geography": _lang2vec(
            "Geography",
            "where the language is spoken",
            "geo",
            "Everything but one point on the map per language.",
        ),
        "syntax_average": _lang2vec(
            "Syntax, reported only",
            "reported grammatical features",
            "syntax_average",
            f"What no source reports: {_AVERAGE}.",
        ),
        "phonology_average": _lang2vec(
            "Phonology, reported only",
            "reported sound patterns",
            "phonology_average",
            f"What no source reports: {_AVERAGE}.",
        ),
        "inventory_average": _lang2vec(
            "Inventory, reported only",
            "reported sounds",
            "inventory_average",
            f"What no source reports: {_AVERAGE}.",
        ),
        "pretraining_size": CriterionInfo(
            label="Pretraining size",
            what="how much text the base model saw",
            unit="summed size",
            formula="Sum over the set of each language's share of the pretraining text.",
            source=f"{LIM}, section 5.3.1",
            ignores="How languages differ. Whitespace token counts say nothing for Chinese, "
            "Japanese and Thai.",
            decimals=2,
        ),
        "vocabulary_coverage": CriterionInfo(
            label="Vocabulary coverage",
            what="how much of the pool's sub-word vocabulary the set uses",
            unit="share of the pool's vocabulary",
            formula="Size of the union of the set's vocabularies, divided by that of all "
            "languages that a set may hold.",
            source=f"{LIM}, section 5.3.2, after Pires et al. 2019",
            ignores="How often a sub-word occurs, and what it means in a language.",
        ),
        "embedding": CriterionInfo(
            label="LM embedding",
            what="mean sentence embeddings in the model",
            unit=_PAIRS,
            formula=f"{_SUM}: a language's mean sentence embedding, as it is.",
            source=f"{LIM}, section 5.3.3",
            ignores="All but the mean. Raw embeddings share a large common direction, so the "
            "distances are small.",
            decimals=4,
        ),
        "embedding_centred": CriterionInfo(
            label="LM embedding, centred",
            what="mean sentence embeddings less the pool's mean",
            unit=_PAIRS,
            formula=f"{_SUM}: a language's mean sentence embedding minus the mean over all "
            "languages that a set may hold.",
            source=f"{LIM}, section 5.3.3; centring after Libovický et al. 2020",
            ignores="All but the mean; depends on the pool, which decides the centre.",
        ),
        "script": CriterionInfo(
            label="Writing systems",
            what="number of different scripts",
            unit="different scripts",
            formula="Number of different ISO 15924 scripts in the set.",
            source=f"{LIM}, section 6.1 and Table 4",
            ignores="Everything but the usual script; ties are the rule. Simplified and "
            "traditional Chinese characters count as two.",
            decimals=0,
        ),
        "typology": CriterionInfo(
            label="Typological coverage",
            what="how many word orders, morphological and case types the set covers",
            unit="values covered",
            formula="Number of values of word order, morphology and case features that at least "
            "one language of the set has.",
            source=f"{URIEL}; typological coverage as in the practice of sampling 3 to 5 "
            "languages over word orders, morphology, families and scripts",
            ignores="How many languages have a value, sounds, words.",
            decimals=0,
        ),
        "targets": CriterionInfo(
            label="Close to the targets",
            what="similarity to the chosen target languages",
            unit="mean cosine",
            formula="Mean over the set and the targets of the cosine similarity of their vectors.",
            source="the opposite school: Lin et al. 2019 (LangRank) and kin",
            ignores="Diversity: the best set may be three sisters.",
        ),
        "blend": CriterionInfo(
            label="Blend",
            what="your own weights",
            unit="blended score",
            formula="Weighted mean of the criteria's normalised ranks or z-scores; or reciprocal "
            "rank fusion, the sum of 1 / (60 + rank) with equal weights.",
            source="Cormack et al. 2009 for reciprocal rank fusion",
            ignores="What its parts ignore.",
        ),
    }
)


def made_of(criteria: Collection[Criterion], asked: SelectSpec, model: str) -> str:
    """Whose vocabulary, embeddings and pretraining text some criteria are made of.

    Such as: Vocabulary and embeddings: base on cldr-parallel, last layer. Empty where none of
    them is.
    """
    read = {"vocabulary": "vocabulary_coverage", "embeddings": "embedding"}
    there = [what for what, criterion in read.items() if criterion in criteria]
    told = []
    if there:
        layer = "last layer" if asked.layer == -1 else f"layer {asked.layer}"
        corpus = Path(asked.corpus.partition(":")[0]).name
        read_by = f"{' and '.join(there)}: {model} on {corpus}"
        told.append(f"{read_by}, {layer}" if "embeddings" in there else read_by)
    if "pretraining_size" in criteria:
        told.append(f"pretraining size: {PRETRAINING_OF[asked.pretraining]}")
    words = "; ".join(told)
    return f"{words[0].upper()}{words[1:]}." if words else ""
