"""What the selection criteria are made of: vectors, sizes, vocabularies, by language."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import selection, sets
from mslt_core.data import pretraining, tasks, typology
from mslt_core.pipeline.checkpoints import checkpoint, model_folder
from mslt_core.pipeline.corpora import EXAMPLE_CORPUS, corpus_place, open_corpus
from mslt_core.pipeline.embedding import Question, Report, embeddings, quiet
from mslt_core.pipeline.places import data_folder
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.languages import LANGUAGES, label
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.selecting import Criterion, FeatureSet, SelectSpec
from mslt_core.spec.sentences import content
from mslt_core.spec.specs import LanguageVectorSpec, VocabularySpec
from mslt_core.store import Store

Score = Callable[[sets.Members], sets.Scores]
Matrix = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ingredients:
    """How one criterion scores sets, and what its scores are made of."""

    score: Score
    distances: Matrix | None = None
    values: dict[str, float] | None = None
    unit: str = ""
    """Of this answer, where the criterion's own is too general."""
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Access:
    """Where ingredients come from, and whether what is missing may be computed."""

    store: Store
    compute: bool = True
    report: Report = quiet
    roots: tuple[Path, ...] | None = None


def ingredients(access: Access, spec: SelectSpec, criterion: Criterion) -> Ingredients:
    """What `criterion` (any but a blend) makes of the languages that a set can hold."""
    if criterion in MAKERS:
        return MAKERS[criterion](access, spec)
    return _lang2vec(spec, criterion)  # type: ignore[arg-type]  # all others are feature sets


def feature_distances(
    feature_set: FeatureSet, langs: Sequence[str], spec: SelectSpec
) -> tuple[Matrix, tuple[str, ...]]:
    """Distances under one set of features, and what a reader must know of them."""
    vectors = typology.vectors(feature_set, langs, spec.codes)
    reported = feature_set.endswith("_average")
    least = selection.MIN_SHARED if reported else 1
    distances, n_shared = selection.distances(vectors, min_shared=least)
    notes = []
    empty = [lang for lang, row in zip(langs, vectors, strict=True) if np.isnan(row).all()]
    bare = [lang for lang, d in zip(langs, distances.diagonal(), strict=True) if np.isnan(d)]
    if bare:
        few = "too few reported features" if reported else "no features"
        notes.append(
            f"{_named(dict.fromkeys(bare))}: {few} of {feature_set} to compare, so no set with "
            "such a language is ranked."
        )
    if reported:
        there = [i for i, lang in enumerate(langs) if lang not in empty]
        pairs = n_shared[np.ix_(there, there)][np.triu_indices(len(there), 1)]
        if len(pairs):
            notes.append(
                f"Pairs share {pairs.min()} to {pairs.max()} of {vectors.shape[1]} features; "
                f"with fewer than {least} a pair has no distance."
            )
    return distances, tuple(notes)


def _lang2vec(spec: SelectSpec, criterion: FeatureSet) -> Ingredients:
    distances, notes = feature_distances(criterion, spec.free, spec)
    return _pairwise(distances, notes)


def _pairwise(distances: Matrix, notes: tuple[str, ...] = ()) -> Ingredients:
    return Ingredients(
        score=lambda members: selection.diversity(distances, members),
        distances=distances,
        notes=notes,
    )


def _pretraining(access: Access, spec: SelectSpec) -> Ingredients:  # noqa: ARG001
    sizes = pretraining.sizes(spec.pretraining, spec.free)
    unknown = [lang for lang, size in sizes.values.items() if size is None]
    notes = [f"{sizes.source}.", *sizes.caveats]
    if sizes.never_seen:
        notes.append(f"{_named(sizes.never_seen)}: never seen by the model, counted as 0.")
    if unknown:
        notes.append(f"Sets with {_named(unknown)} are not ranked.")
    values = np.array(
        [np.nan if (size := sizes.values[lang]) is None else size for lang in spec.free]
    )
    unit = sizes.unit
    if unit == "bytes":  # twelve digits that nobody reads
        values, unit = values / 1e9, "GB"
    return Ingredients(
        score=lambda members: sets.sum_over_members(values, members),
        values=dict(zip(spec.free, values.tolist(), strict=True)),
        unit=unit,
        notes=tuple(notes),
    )


def _targets(access: Access, spec: SelectSpec) -> Ingredients:  # noqa: ARG001
    langs = (*spec.free, *spec.targets)
    distances, notes = feature_distances(spec.target_by, langs, spec)
    own = distances.diagonal()[len(spec.free) :]
    if lost := [lang for lang, d in zip(spec.targets, own, strict=True) if np.isnan(d)]:
        raise BadInputError(
            f"{_named(lost)}: no {spec.target_by} features to be close to",
            hint="Take it out of the targets, or compare in something else.",
        )
    if both := [lang for lang in spec.targets if lang in spec.free]:
        notes += (f"{_named(both)}: a target itself, and so most similar to itself.",)
    values = selection.target_similarity(distances, len(spec.free))
    return Ingredients(
        score=lambda members: sets.sum_over_members(values, members) / members.shape[1],
        values=dict(zip(spec.free, values.tolist(), strict=True)),
        notes=(f"Similar in {spec.target_by}, to {_named(spec.targets)}.", *notes),
    )


def _script(access: Access, spec: SelectSpec) -> Ingredients:  # noqa: ARG001
    scripts = sorted({LANGUAGES[lang].script for lang in spec.free})
    has = np.array([[LANGUAGES[lang].script == s for s in scripts] for lang in spec.free])
    return _union(has)


def _typology(access: Access, spec: SelectSpec) -> Ingredients:  # noqa: ARG001
    names, has = typology.typological_values(spec.free, spec.codes)
    bare = [lang for lang, row in zip(spec.free, has, strict=True) if not row.any()]
    notes = (f"{_named(bare)}: no typological values known.",) if bare else ()
    return _union(has, (f"Of {len(names)} values.", *notes))


def _union(has: npt.NDArray[np.bool_], notes: tuple[str, ...] = ()) -> Ingredients:
    return Ingredients(score=lambda members: sets.union_sizes(has, members), notes=notes)


def _vocabulary(access: Access, spec: SelectSpec) -> Ingredients:
    from mslt_core.models import vocabulary

    folder = model_folder(spec.model, roots=access.roots)
    tokenizer, found, empty = vocabulary.tokenizer_fingerprint(folder), {}, []
    for lang in spec.free:
        texts, fingerprint = _texts(access, spec.corpus, lang)
        if not texts:
            empty.append(lang)
            continue
        asked = VocabularySpec(tokenizer=tokenizer, text=fingerprint, lang=lang)
        stored = access.store.arrays.peek(asked)
        if stored is None:
            stored = {"ids": vocabulary.vocabulary(folder, texts)}
            if not access.store.read_only:
                access.store.arrays.put(asked, stored)
        found[lang] = stored["ids"]
    if not found:
        raise BadInputError(f"{spec.corpus} has no text in any language of the pool")
    items = np.unique(np.concatenate(list(found.values())))
    has = np.zeros((len(spec.free), len(items)), dtype=bool)
    for row, lang in enumerate(spec.free):
        has[row, np.searchsorted(items, found.get(lang, np.empty(0, np.int32)))] = True
    bare = np.where([lang in empty for lang in spec.free], np.nan, 0.0)
    notes = [f"{len(items):,} sub-words in the pool, in the text of {spec.corpus}."]
    if empty:
        notes.append(f"{_named(empty)}: no text in {spec.corpus}, so sets with it are not ranked.")
    return Ingredients(
        score=lambda members: (
            sets.union_sizes(has, members) / len(items) + sets.sum_over_members(bare, members)
        ),
        values={lang: len(ids) / len(items) for lang, ids in found.items()},
        notes=tuple(notes),
    )


def text_folder(corpus: str, roots: tuple[Path, ...] | None) -> str:
    """The folder that a corpus is read from; empty for the example's own text."""
    name, _, folder = corpus.partition(":")
    if name in tasks.TASKS:
        return str(data_folder(name, folder, roots) or "")
    return "" if corpus == EXAMPLE_CORPUS else corpus_place(corpus, roots=roots)


def vocabulary_stamp(access: Access, spec: SelectSpec) -> str:
    """Changes with the tokenizer of the spec's model."""
    from mslt_core.models import vocabulary

    return vocabulary.tokenizer_fingerprint(model_folder(spec.model, roots=access.roots))


def _texts(access: Access, corpus: str, lang: str) -> tuple[list[str], str]:
    """A language's text and its fingerprint: of a parallel corpus, or of a task's training data."""
    name, _, folder = corpus.partition(":")
    if name in tasks.TASKS:
        place = data_folder(name, folder, access.roots)
        task = tasks.open_task(name, place)
        if lang not in task.train_langs:
            return [], ""
        return [" ".join(content(row)) for row in task.train(lang)], f"{task.fingerprint()}-{lang}"
    opened = open_corpus(corpus, roots=access.roots)
    if lang not in opened.langs:
        return [], ""
    return list(opened.sentences(lang).values()), opened.fingerprint(lang)


def _embedding(access: Access, spec: SelectSpec) -> Ingredients:
    vectors, notes = language_vectors(access, spec)
    return _pairwise(selection.distances(vectors)[0], notes)


def _embedding_centred(access: Access, spec: SelectSpec) -> Ingredients:
    vectors, notes = language_vectors(access, spec)
    centred = vectors - np.nanmean(vectors, axis=0)
    return _pairwise(selection.distances(centred)[0], notes)


def language_vectors(access: Access, spec: SelectSpec) -> tuple[Matrix, tuple[str, ...]]:
    """(n_langs, hidden_size): each language's mean sentence vector; NaN without sentences."""
    if spec.corpus != EXAMPLE_CORPUS and spec.corpus.partition(":")[0] in tasks.TASKS:
        raise BadInputError(
            f"embeddings need parallel sentences, got {spec.corpus}",
            hint=f"Give a folder of PUD treebanks, or {EXAMPLE_CORPUS}.",
        )
    ref = checkpoint(access.store, spec.model, roots=access.roots)
    known = open_corpus(spec.corpus, roots=access.roots).langs
    langs = [lang for lang in spec.free if lang in known]
    if len(langs) < 2:
        raise BadInputError(
            f"{spec.corpus} has sentences in fewer than two languages of the pool",
            hint=f"It has {', '.join(known)}.",
        )
    means = _means(access, spec, ref, langs)
    width = len(next(iter(means.values())))
    rows = [means.get(lang, np.full(width, np.nan)) for lang in spec.free]
    notes = [f"{ref.name}, {spec.corpus}, layer {spec.layer}."]
    if bare := [lang for lang in spec.free if lang not in known]:
        notes.append(f"{_named(bare)}: no text in {spec.corpus}, so sets with it are not ranked.")
    return np.array(rows), tuple(notes)


def _means(
    access: Access, spec: SelectSpec, ref: CheckpointRef, langs: Sequence[str]
) -> dict[str, Matrix]:
    question = Question(spec.corpus, langs, spec.layer, roots=access.roots)
    asked = {e.lang: LanguageVectorSpec(embed=e) for e in question.embed_specs(ref)}
    stored = {lang: access.store.arrays.peek(of_lang) for lang, of_lang in asked.items()}
    if any(arrays is None for arrays in stored.values()):
        if not access.compute:
            raise NotComputedError(f"the embeddings of {ref.name} are not computed yet")
        vectors = embeddings(access.store, question, ref, access.report)
        for lang, of_lang in asked.items():
            mean = vectors[lang].mean(axis=0, dtype=np.float64)
            stored[lang] = {"mean": mean}
            if not access.store.read_only:
                access.store.arrays.put(of_lang, {"mean": mean})
    return {lang: arrays["mean"] for lang, arrays in stored.items() if arrays is not None}


def _named(langs: Iterable[str]) -> str:
    return ", ".join(map(label, langs))


MAKERS: dict[Criterion, Callable[[Access, SelectSpec], Ingredients]] = {
    "pretraining_size": _pretraining,
    "vocabulary_coverage": _vocabulary,
    "embedding": _embedding,
    "embedding_centred": _embedding_centred,
    "script": _script,
    "typology": _typology,
    "targets": _targets,
}
