"""Parallel corpora by what a person calls them: opened once, read again when their files change."""

import functools
from pathlib import Path

from mslt_core.data import parallel
from mslt_core.pipeline.places import existing_place

EXAMPLE_CORPUS = "cldr-parallel"


def corpus_place(ref: str, *, roots: tuple[Path, ...] | None = None) -> str:
    """The example's name, or the resolved path of a folder or table; refused outside `roots`."""
    return ref if ref == EXAMPLE_CORPUS else str(existing_place(ref, roots=roots))


def open_corpus(ref: str, *, roots: tuple[Path, ...] | None = None) -> parallel.ParallelCorpus:
    """The example's parallel phrases, PUD treebanks, or a user's own; parsed until it changes."""
    place = corpus_place(ref, roots=roots)
    return _corpus(place, corpus_stamp(place))


def corpus_stamp(ref: str) -> str:
    """Changes with the files of a corpus; empty for the example, which never changes."""
    if ref == EXAMPLE_CORPUS:
        return ""
    files = parallel.corpus_files(Path(ref).expanduser())
    return " ".join(f"{p.name}:{p.stat().st_mtime_ns}:{p.stat().st_size}" for p in files)


@functools.lru_cache(maxsize=8)
def _corpus(place: str, stamp: str) -> parallel.ParallelCorpus:  # noqa: ARG001
    return parallel.open_corpus(place)
