"""Results in files that came by a browser: read as files of a folder that is gone afterwards."""

import contextlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from mslt_core.data.outside import Unit
from mslt_core.pipeline.outside import import_outside, read_outside
from mslt_core.spec.errors import DataError, MsltError, SpecError
from mslt_core.spec.outside import OutsideResult
from mslt_core.store import Store

MAX_MEGABYTES = 20
"""Of all files together: a million predictions have about as much."""

_NAME = re.compile(r"[\w.+@, ()-]{1,180}")


def read_uploaded(
    files: Mapping[str, bytes],
    form: str,
    *,
    unit: Unit | None = None,
    name: str = "",
    source_langs: tuple[str, ...] = (),
    seed: int = 0,
) -> list[OutsideResult]:
    """The results in these files, by name; as `read_outside` for files on disk.

    csv and trainer take one file; lm-eval takes its ``results_DATE.json`` and, beside it, any of
    its samples.
    """
    with _on_disk(files, form) as path:
        return read_outside(path, form, unit=unit, name=name, source_langs=source_langs, seed=seed)


def import_uploaded(
    store: Store,
    results: list[OutsideResult],
    files: Mapping[str, bytes],
    form: str,
    *,
    task: str,
    experiment: str,
) -> tuple[str, ...]:
    """Keep what `read_uploaded` gave; the digests of those that are new."""
    with _on_disk(files, form) as path:
        return import_outside(store, results, path=path, task=task, experiment=experiment)


@contextlib.contextmanager
def _on_disk(files: Mapping[str, bytes], form: str) -> Iterator[Path]:
    """The main file, in a folder with the others; messages name files and not that folder."""
    main = _main(files, form)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            yield Path(folder) / main
        except MsltError as e:
            # a sentence begins with a capital, the name of a file as it is
            first, _, _ = e.message.partition(" ")
            begins = "in " if first.endswith((",", ":")) else "the file "
            told = e.message.replace(f"{folder}/", "")
            e.message = begins * first.startswith(folder) + told
            e.hint = e.hint.replace(f"{folder}/", "")
            e.args = (e.message,)
            raise


def _main(files: Mapping[str, bytes], form: str) -> str:
    """The file that is read; refused where the files do not fit the form."""
    size = sum(map(len, files.values()))
    if size > MAX_MEGABYTES * 1_000_000:
        raise DataError(
            f"the files have {size / 1e6:.1f} MB, {MAX_MEGABYTES} are the limit here",
            hint="`python -m mslt_core import` takes larger ones.",
        )
    for name in files:
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise DataError(f"{name[:80]!r} is no name of a file here", hint="Rename it.")
    if form != "lm-eval":
        if len(files) != 1:
            raise SpecError(
                f"one file at a time, got {len(files)}", hint="Take the other files away."
            )
        return next(iter(files))
    mains = [name for name in files if name.endswith(".json")]
    if len(mains) != 1:
        raise SpecError(
            f"one results_DATE.json is needed, got {', '.join(sorted(mains)) or 'none'}",
            hint="Its samples_TASK_DATE.jsonl may come with it.",
        )
    return mains[0]
