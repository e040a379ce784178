"""What looks at maps and at measures share: their stamp, their names, how they are stopped."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.corpora import corpus_place, corpus_stamp
from mslt_core.pipeline.embedding import Question, Report
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.specs import MingleSpec
from mslt_core.store import Store


def look_stamp(
    store: Store, look: MingleSpec | MeasureSpec, *, roots: tuple[Path, ...] | None = None
) -> str:
    """Changes with what a look is made of: its corpus and the weights of its checkpoints."""
    refs = [checkpoint(store, key, roots=roots) for key in look.checkpoints]
    place = corpus_place(look.corpus, roots=roots)
    return " ".join([corpus_stamp(place), *(ref.fingerprint for ref in refs)])


class _StopRequestedError(Exception):
    """Ends a look between two of its parts."""


def finished(
    look_at: Callable[[Report], object], report: Report, should_stop: Callable[[], bool]
) -> bool:
    """Have `look_at` compute and keep all that it needs. False if it was asked to stop."""

    def told(done: int, total: int, message: str) -> None:
        report(done, total, message)
        if should_stop():
            raise _StopRequestedError

    try:
        look_at(told)
    except _StopRequestedError:
        return False
    return True


def shown_texts(question: Question, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Per language the sentences of some ids, in their order."""
    texts = {lang: question.corpus.sentences(lang) for lang in question.langs}
    return {lang: tuple(text[i] for i in ids) for lang, text in texts.items()}


def ids_fingerprint(ids: Sequence[str]) -> str:
    """Names sentence ids in their order."""
    return fingerprint("\n".join(ids).encode())


def fingerprint(content: bytes) -> str:
    """16 hexadecimal digits that name some bytes."""
    return hashlib.sha256(content).hexdigest()[:16]
