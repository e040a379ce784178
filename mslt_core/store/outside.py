"""Results that other programs made: ``outside/<digest>/``, beside the runs and never among them.

``spec.json`` holds what was stated, ``scores.json`` the scores, ``imported.json`` where they came
from, ``outcomes/<lang>.safetensors`` the outcomes on the items, where they are known.
"""

import dataclasses
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from mslt_core.spec.errors import StoreError
from mslt_core.spec.outside import OutsideInfo, OutsideResult, OutsideScores, OutsideSpec
from mslt_core.spec.results import Imported
from mslt_core.store.atomic import (
    DamagedError,
    atomic_write,
    read_json,
    write_errors_explained,
    write_json,
)
from mslt_core.store.lock import locked
from mslt_core.store.records import IMPORTED
from mslt_core.store.spec_text import spec_from_text, spec_to_text
from mslt_core.store.tensors import Arrays, read_tensors, write_tensors
from mslt_core.store.work import is_digest

logger = logging.getLogger(__name__)


class OutsideResults:
    """Folders of results that were made elsewhere."""

    def __init__(self, root: Path, *, read_only: bool) -> None:
        self._root = root / "outside"
        self._read_only = read_only

    def digests(self) -> tuple[str, ...]:
        """All of them, whole or damaged."""
        return tuple(sorted(p.name for p in self._root.glob("*") if is_digest(p.name)))

    def folder(self, result: str) -> Path:
        """Where a result lies, or would."""
        return self._root / result

    def list(self) -> list[OutsideInfo]:
        """All of them, by experiment, name and seed. Damaged ones are left out with a warning."""
        found = []
        for folder in self._root.glob("*"):
            if is_digest(folder.name):
                try:
                    found.append(self._info(folder))
                except (DamagedError, OSError, ValueError, KeyError, TypeError) as e:
                    logger.warning("%s is left out: %s", folder, e)
        return sorted(found, key=lambda info: _who(info.spec))

    def outcomes(self, result: str, lang: str) -> Arrays | None:
        """n_correct and n_tokens of every item; None where there are none that can be read."""
        path = self._root / result / "outcomes" / f"{lang}.safetensors"
        try:
            return read_tensors(path)[0] if is_digest(result) else None
        except FileNotFoundError:
            return None
        except (DamagedError, OSError) as e:
            logger.warning("%s is damaged: %s", path, e)
            return None

    def put_all(
        self, results: Sequence[tuple[OutsideSpec, OutsideResult]], imported: Imported
    ) -> tuple[str, ...]:
        """Keep these, all or none; the new ones are returned, what is here already is left.

        A result that is here under the same experiment, name and seed with other scores is a
        StoreError, and so are two such results.
        """
        if self._read_only:
            raise StoreError(f"the store {self._root.parent} is read-only")
        staging = self._root / ".staging"
        with locked(self._root):
            new = self._new([spec for spec, _ in results])
            shutil.rmtree(staging, ignore_errors=True)  # left by a process that was killed
            try:
                for spec, result in results:
                    if spec.digest() in new:
                        _write(staging / spec.digest(), spec, result, imported)
                for digest in new:
                    with write_errors_explained(self._root / digest):
                        os.rename(staging / digest, self._root / digest)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return new

    def adopt(self, folders: Iterable[Path], imported: Imported) -> None:
        """Move whole folders here that were checked, each with a note where it came from."""
        with locked(self._root):
            for folder in folders:
                write_json(folder / IMPORTED, dataclasses.asdict(imported))
                with write_errors_explained(self._root / folder.name):
                    os.rename(folder, self._root / folder.name)

    def _new(self, specs: Sequence[OutsideSpec]) -> tuple[str, ...]:
        """The specs that are not here; StoreError where one contradicts another."""
        known = {_who(info.spec): info.result for info in self.list()}
        new = []
        for spec in specs:
            digest = spec.digest()
            if known.setdefault(_who(spec), digest) != digest:
                raise StoreError(
                    f"{spec.name}, seed {spec.seed}, is in the experiment {spec.experiment!r} "
                    "already, with other scores. Nothing was imported",
                    hint=f"Give another --experiment, or delete {self._root / known[_who(spec)]}.",
                )
            if not (self._root / digest).exists():
                new.append(digest)
        return tuple(dict.fromkeys(new))

    def _info(self, folder: Path) -> OutsideInfo:
        spec = spec_from_text((folder / "spec.json").read_text(encoding="utf-8"), folder.name)
        if not isinstance(spec, OutsideSpec):
            raise DamagedError(f"it holds a {type(spec).__name__}")
        targets = read_json(folder / "scores.json")
        return OutsideInfo(
            result=folder.name,
            spec=spec,
            targets={lang: OutsideScores(**fields) for lang, fields in targets.items()},
            imported=Imported(**read_json(folder / IMPORTED)),
        )


def _who(spec: OutsideSpec) -> tuple[str, str, int]:
    return spec.experiment, spec.name, spec.seed


def _write(folder: Path, spec: OutsideSpec, result: OutsideResult, imported: Imported) -> None:
    atomic_write(folder / "spec.json", spec_to_text(spec).encode())
    write_json(
        folder / "scores.json",
        {lang: dataclasses.asdict(scores) for lang, scores in result.targets.items()},
    )
    write_json(folder / IMPORTED, dataclasses.asdict(imported))
    for lang, arrays in result.outcomes.items():
        # the codes are those of the table of languages, so they are safe as names of files
        path = folder / "outcomes" / f"{lang}.safetensors"
        write_tensors(path, arrays, {"result": spec.digest(), "lang": lang})
