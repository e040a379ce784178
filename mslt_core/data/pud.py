"""Parallel Universal Dependencies treebanks, fetched from where they are published."""

import contextlib
import os
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from mslt_core.data.parallel import read_treebank, treebank_file
from mslt_core.spec.errors import DataError, HubError
from mslt_core.spec.languages import LANGUAGES, label

PUD_LANGS = tuple(code for code, lang in LANGUAGES.items() if lang.pud is not None)
UD_URL = "https://raw.githubusercontent.com/UniversalDependencies"
UD_TAG = "r2.14"  # the first release in which all of `PUD_LANGS` are
UD_TIMEOUT_S = 10.0  # to connect, and again for every part of the answer


def fetch_pud(
    folder: Path,
    langs: Sequence[str] = PUD_LANGS,
    *,
    tag: str = UD_TAG,
    base_url: str | None = None,
    report: Callable[[int, int, str], None] | None = None,
) -> Path:
    """Fetch Parallel Universal Dependencies treebanks from where they are published.

    A file that is there and can be read is not fetched again, whatever its release, so after an
    error or a break the same call goes on. A file is whole or not there.

    Parameters
    ----------
    folder : Path
        Made if it is missing; the files go to ``UD_English-PUD/en_pud-ud-test.conllu`` in it.
    langs : sequence of str
        ISO 639-1 codes; all 21 languages by default, about 40 MB.
    tag : str
        Release of Universal Dependencies.
    base_url : str, optional
        What holds ``UD_English-PUD/<tag>/en_pud-ud-test.conllu``; otherwise ``MSLT_UD_URL`` in
        the environment, otherwise GitHub.
    report : callable, optional
        Called with how many treebanks are there, how many are wanted, and the next one's name.

    Returns
    -------
    Path
        `folder`, for `parallel.open_corpus`.

    Raises
    ------
    HubError
        With the address that could not be fetched or gave no treebank. Where the release lacks a
        treebank, the others are fetched before.
    DataError
        If a language has no PUD treebank, or the folder cannot be written.

    References
    ----------
    Zeman et al. (2017). CoNLL 2017 Shared Task: Multilingual Parsing from Raw Text to UD.
    """
    start = (base_url or os.environ.get("MSLT_UD_URL") or UD_URL).rstrip("/")
    for lang in langs:
        if lang not in PUD_LANGS:
            raise DataError(f"PUD has no {label(lang)}; it has {', '.join(PUD_LANGS)}")
    absent: _AbsentError | None = None
    for done, lang in enumerate(langs):
        treebank = str(LANGUAGES[lang].pud)
        if report is not None:
            report(done, len(langs), treebank)
        path = folder / treebank / treebank_file(lang)
        if not _is_readable(path):
            url = f"{start}/{treebank}/{tag}/{path.name}"
            try:
                _put(path, url, _downloaded(url))
            except _AbsentError as e:
                absent = absent or e
    if absent is not None:
        raise absent
    if report is not None:
        report(len(langs), len(langs), "all there")
    return folder


class _AbsentError(HubError):
    """The release has no such file."""


def _is_readable(path: Path) -> bool:
    try:
        return bool(read_treebank(path))
    except DataError:
        return False


def _downloaded(url: str) -> bytes:
    """What is at `url`: all of it, or an error."""
    # of the standard library: enough for a few plain files, and no further requirement
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        if not url.startswith(("https://", "http://")):
            raise ValueError("not an http address")
        with urlopen(url, timeout=UD_TIMEOUT_S) as answer:  # noqa: S310  looked at above
            return answer.read()
    except (OSError, HTTPException, ValueError) as e:
        told = f"{url} could not be fetched: {getattr(e, 'reason', None) or e or type(e).__name__}"
        if isinstance(e, HTTPError) and e.code == 404:
            hint = "The release may lack this treebank; give another tag (`fetch pud --tag`)."
            raise _AbsentError(told, hint=hint) from e
        hint = "Try again: what is there is kept. Or copy the treebanks into the folder."
        raise HubError(told, hint=hint) from e


def _put(path: Path, url: str, content: bytes) -> None:
    """Write a treebank so that `path` holds all of it or is not there."""
    top = path.parent.parent
    # beside the treebank's folder, which counts as damaged as long as it is empty
    temporary = top / f".{path.name}.{uuid.uuid4().hex}.tmp"
    try:
        top.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            read_treebank(temporary)
        except DataError as e:
            reason = e.message.replace(str(temporary), "it")
            raise HubError(f"{url} gave no treebank: {reason}", hint="Try again.") from e
        path.parent.mkdir(exist_ok=True)
        os.replace(temporary, path)
    except OSError as e:
        raise DataError(f"cannot write {path}: {e.strerror or e}") from e
    finally:
        with contextlib.suppress(OSError):  # where it could not even be made
            temporary.unlink()
