"""Vectors of parallel sentences: computed once, kept per language, joined by sentence id."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.data import parallel
from mslt_core.pipeline.checkpoints import require_weights
from mslt_core.pipeline.places import existing_folder
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.languages import languages
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import EmbedSpec, Pooling
from mslt_core.store import Arrays, Store

Report = Callable[[int, int, str], None]
Embeddings = npt.NDArray[np.float32]

EXAMPLE_CORPUS = "cldr-parallel"


def quiet(done: int, total: int, message: str) -> None:
    """A `Report` that says nothing."""


def open_corpus(ref: str, *, roots: tuple[Path, ...] | None = None) -> parallel.ParallelCorpus:
    """The example's parallel phrases, or a folder of PUD treebanks; parsed until it changes."""
    folder = ref if ref == EXAMPLE_CORPUS else str(existing_folder(ref, roots=roots))
    return _corpus(folder, corpus_stamp(folder))


def corpus_stamp(ref: str) -> str:
    """Changes with the files of a corpus's folder; empty for the example, which never changes."""
    if ref == EXAMPLE_CORPUS:
        return ""
    files = sorted(Path(ref).expanduser().glob("**/*.conllu"))
    return " ".join(f"{p.name}:{p.stat().st_mtime_ns}:{p.stat().st_size}" for p in files)


@functools.lru_cache(maxsize=8)
def _corpus(ref: str, stamp: str) -> parallel.ParallelCorpus:  # noqa: ARG001
    return parallel.open_corpus(ref)


class Question:
    """What several answers share: one corpus, its languages, one layer, one pooling."""

    def __init__(
        self,
        corpus: str,
        langs: Sequence[str],
        layer: int,
        pooling: Pooling = "mean",
        *,
        roots: tuple[Path, ...] | None = None,
    ) -> None:
        self.corpus = open_corpus(corpus, roots=roots)
        self.langs = languages(langs or self.corpus.langs)
        if not self.langs:
            raise BadInputError("no language chosen", hint="Give some, for instance en,ar,id.")
        self.layer = layer
        self.pooling = pooling
        self.ids = parallel.common_ids(self.corpus, self.langs)

    def embed_specs(self, ref: CheckpointRef) -> tuple[EmbedSpec, ...]:
        """One spec a language, with the layer counted from the front."""
        layer = self.layer + ref.n_layers + 1 if self.layer < 0 else self.layer
        if not 0 <= layer <= ref.n_layers:
            raise BadInputError(
                f"{ref.name} has layers 0 to {ref.n_layers}, got {self.layer}",
                hint="-1 is the last one.",
            )
        return tuple(
            EmbedSpec(
                checkpoint=ref.fingerprint,
                corpus=self.corpus.fingerprint(lang),
                lang=lang,
                layer=layer,
                pooling=self.pooling,
            )
            for lang in self.langs
        )

    def n_unpaired(self) -> dict[str, int]:
        """Per language how many sentences some other language lacks; languages without any left
        out."""
        missing = {lang: len(self.corpus.sentences(lang)) - len(self.ids) for lang in self.langs}
        return {lang: n for lang, n in missing.items() if n}

    def shown_ids(self, n: int, seed: int) -> tuple[str, ...]:
        """`n` of the common ids, drawn once for all checkpoints, in the corpus's order."""
        if n >= len(self.ids):
            return self.ids
        picked = np.random.default_rng(seed).permutation(len(self.ids))[:n]
        return tuple(self.ids[i] for i in np.sort(picked))


def embeddings(
    store: Store, question: Question, ref: CheckpointRef, report: Report = quiet
) -> dict[str, Embeddings]:
    """Per language (n_sentences, hidden_size), rows in the corpus's order for that language."""
    specs = question.embed_specs(ref)
    found = {spec.lang: store.arrays.peek(spec) for spec in specs}
    missing = [spec for spec in specs if found[spec.lang] is None]
    if missing:
        from mslt_core.models import devices, embed, load

        folder = require_weights(ref)
        model: Any = load.load_encoder(folder)
        model.to(devices.best_device())
        tokenizer = load.load_tokenizer(folder)
        for done, spec in enumerate(missing):
            report(done, len(missing), f"{ref.name}: embedding {spec.lang}")
            texts = list(question.corpus.sentences(spec.lang).values())
            got = embed.embed(
                model,
                tokenizer,
                texts,
                layers=[spec.layer],
                pooling=spec.pooling,
                max_length=spec.max_length,
            )
            arrays: Arrays = {
                "embeddings": got.layers[spec.layer],
                "n_truncated": np.array([got.n_truncated], dtype=np.int64),
            }
            store.arrays.put(spec, arrays)
            found[spec.lang] = arrays
    return {lang: arrays["embeddings"] for lang, arrays in found.items() if arrays}


def n_truncated(store: Store, question: Question, ref: CheckpointRef) -> dict[str, int]:
    """Per embedded language how many sentences were longer than the model's share of them."""
    found = {spec.lang: store.arrays.peek(spec) for spec in question.embed_specs(ref)}
    return {lang: int(arrays["n_truncated"][0]) for lang, arrays in found.items() if arrays}


def joined_rows(
    question: Question, vectors: dict[str, Embeddings], ids: Sequence[str]
) -> list[Embeddings]:
    """Per language the rows of `ids`, in that order: joined by sentence id, never by position."""
    joined = []
    for lang in question.langs:
        row_of = {sent_id: row for row, sent_id in enumerate(question.corpus.sentences(lang))}
        joined.append(vectors[lang][[row_of[sent_id] for sent_id in ids]])
    return joined
