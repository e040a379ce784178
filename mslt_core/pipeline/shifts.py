"""Do the lines of a corpus belong together? Looked at when it is first measured."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.jackknife import LEVEL
from mslt_core.analysis.retrieval import nearest_hits
from mslt_core.analysis.shifts import MIN_LINES, LineShift, line_shift
from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.embedding import (
    Embeddings,
    Question,
    Report,
    layer_rows,
    layers_of,
    n_truncated,
    quiet,
)
from mslt_core.pipeline.looking import ids_fingerprint
from mslt_core.pipeline.measured import Measures
from mslt_core.spec.corpora import CorpusKind
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.measuring import CorpusTold, MeasureSpec, Misaligned, ShiftSpec
from mslt_core.spec.results import CheckpointRef
from mslt_core.store import Arrays, Store

BY_LINE: frozenset[CorpusKind] = frozenset({"lines", "table", "conllu"})
"""Corpora that a person has put together; the others are joined by ids that can be trusted."""
MAX_SHIFT = 3


def misaligned(
    store: Store,
    look: MeasureSpec,
    report: Report = quiet,
    *,
    compute: bool = True,
    roots: tuple[Path, ...] | None = None,
    vectors: Store | None = None,
) -> tuple[Misaligned, ...]:
    """The languages whose lines seem shifted, judged by a look's first checkpoint.

    Sentence vectors are kept in `vectors`, by default the store itself.

    NotComputedError where that is not stored and ``compute`` is False.
    """
    question = Question(
        look.corpus,
        look.langs,
        layers=look.layers or "all",
        pooling=look.pooling,
        original=look.original,
        roots=roots,
    )
    if question.corpus.kind not in BY_LINE or len(question.ids) < MIN_LINES + MAX_SHIFT:
        return ()
    ref = checkpoint(store, look.checkpoints[0], roots=roots)
    layers = layers_of(ref, look.layers or "all")
    there = set(question.ids)
    in_order = [i for i in question.corpus.sentences(question.langs[0]) if i in there]
    spec = ShiftSpec(
        embeds=question.embed_specs(ref, layers[0]), layers=layers, ids=ids_fingerprint(in_order)
    )
    stored = store.arrays.peek(spec)
    if stored is None:
        if not compute:
            raise NotComputedError("whether the corpus is aligned is not known yet")
        report(0, 0, f"{ref.name}: do the lines belong together?")
        stored = _found(vectors or store, question, ref, layers, in_order)
        store.arrays.put(spec, stored)
    return tuple(_told(row, question.langs, in_order) for row in stored["shifts"])


def _found(
    store: Store,
    question: Question,
    ref: CheckpointRef,
    layers: tuple[int, ...],
    ids: list[str],
) -> Arrays:
    """At the layer that finds most lines, whether paired or not."""
    best: tuple[float, list[Embeddings]] = (-1.0, [])
    for layer in layers:
        rows = layer_rows(store, question, ref, layer, ids=ids)
        shares = [_most_found(nearest_hits(rows[0], other)) for other in rows[1:]]
        if np.mean(shares) > best[0]:
            best = (float(np.mean(shares)), rows)
    found = {
        (a, b): line_shift(best[1][a], best[1][b], MAX_SHIFT)
        for a, b in itertools.permutations(range(len(best[1])), 2)
    }
    return {"shifts": _against_anchor(found, question.langs)}


def _most_found(hits: npt.NDArray[np.float64]) -> float:
    """Share of the lines that are nearest to the one so many lines off, where it is largest."""
    offsets = range(-MAX_SHIFT, MAX_SHIFT + 1)
    return max(float(np.diagonal(hits, offset).mean()) for offset in offsets)


def _against_anchor(
    found: Mapping[tuple[int, int], LineShift | None], langs: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    """The shifts against the language that fits most of the others; English among equals.

    Where that one finds too few lines of a language to tell, the next one does that is not
    shifted itself.
    """
    order = sorted(
        range(len(langs)),
        key=lambda a: (sum(shift is not None for pair, shift in found.items() if pair[0] == a),
                       langs[a] != "en"),
    )  # fmt: skip
    rows, in_place = [], list[int]()
    for b in order:
        told = ((a, found[a, b]) for a in in_place)
        anchor, shift = next(((a, one) for a, one in told if one is not None), (b, None))
        if shift is None:
            in_place.append(b)
        else:
            rows.append((anchor, b, shift.offset, shift.start, shift.share, shift.share_paired))
    return np.array(sorted(rows), dtype=np.float64).reshape(-1, 6)


def _told(row: npt.NDArray[np.float64], langs: tuple[str, ...], ids: list[str]) -> Misaligned:
    anchor, lang, offset, start = (int(value) for value in row[:4])
    return Misaligned(
        lang=langs[lang],
        anchor=langs[anchor],
        offset=offset,
        start=ids[start],
        all_along=start <= abs(offset),
        share=float(row[4]),
        share_paired=float(row[5]),
    )


def at_chance(measures: Measures) -> tuple[str, ...]:
    """Languages whose translations the first checkpoint finds in no other language, at no layer,
    more often than by guessing: its file may be another text's, or the encoder does not read it.
    """
    found = [at["retrieval_p1"] for at in measures.found[0] if "retrieval_p1" in at]
    if not found:
        return ()
    low = np.max([one.interval(LEVEL)[0] for one in found], axis=0)
    np.fill_diagonal(low, 0.0)
    either = np.maximum(low, low.T) > 1 / measures.n
    return tuple(
        lang for lang, any_ in zip(measures.langs, either.any(axis=1), strict=True) if not any_
    )


def corpus_notes(
    store: Store, look: MeasureSpec, *, roots: tuple[Path, ...] | None = None
) -> tuple[str, ...]:
    """What is left out of a corpus or twice in it, and how many sentences were cut, if any."""
    question = Question(
        look.corpus, look.langs, pooling=look.pooling, original=look.original, roots=roots
    )
    notes = list(question.told().notes())
    for key in look.checkpoints:
        ref = checkpoint(store, key, roots=roots)
        cut = {lang: n for lang, n in n_truncated(store, question, ref).items() if n}
        if cut:
            told = ", ".join(f"{lang} {n:,}" for lang, n in cut.items())
            notes.append(f"sentences longer than {ref.name} reads, so cut off: {told}")
    return tuple(notes)


def corpus_told(
    store: Store,
    look: MeasureSpec,
    *,
    compute: bool = False,
    roots: tuple[Path, ...] | None = None,
) -> CorpusTold:
    """The notes and the shifts, these as far as they are known unless they are computed."""
    notes = corpus_notes(store, look, roots=roots)
    try:
        return CorpusTold(notes, misaligned(store, look, compute=compute, roots=roots))
    except NotComputedError:  # measured before this was looked at
        return CorpusTold(notes, ())
