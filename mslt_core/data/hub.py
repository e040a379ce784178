"""The Hugging Face hub, and the only place that decides about it.

What lies in the local cache is used without asking anybody. Otherwise the files are fetched once,
compared with the hashes that the hub states, and only then found under their revision's name.
"""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import hashlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mslt_core.data import hub_cache
from mslt_core.spec.digests import sha256_of
from mslt_core.spec.errors import DataError, HubError, MsltError

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

Kind = Literal["model", "dataset"]
Check = Callable[[str, Sequence[str]], None]
"""Given the id and the names of all files there; raises a `MsltError` to refuse them."""

HUB_ID = re.compile(r"(?P<id>\w[\w.-]*/\w[\w.-]*)(@(?P<revision>\w[\w./-]*))?", re.ASCII)
HUB_TIMEOUT_S = 2.4  # to connect, and again for the answer: under 5 s in all
MAX_ATTEMPTS = 4  # for the same bytes; the hub client alone would begin again for ever
DATA_FILES = ("*.parquet", "*.jsonl", "*.tsv")
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
"""What the system says of a place that is full or not to be written to."""
CONVERTED = "refs/convert/parquet"
"""The branch on which the hub keeps its own conversion of a data set that came as a script."""

_CALLED = {"model": "model", "dataset": "data set"}
_ONE_AT_A_TIME = threading.Lock()


class _AskedTooOftenError(Exception):
    """The same bytes were asked for again and again."""


def is_hub_id(ref: str) -> bool:
    """Whether `ref` reads ``namespace/name`` or ``namespace/name@revision``."""
    return HUB_ID.fullmatch(ref) is not None and ".." not in ref and "--" not in ref


def fetch(ref: str, *, kind: Kind, patterns: Sequence[str], check: Check | None = None) -> Path:
    """The local folder of a model or data set on the hub: fetched once, and not asked for again.

    Parameters
    ----------
    ref : str
        ``namespace/name``, or ``namespace/name@revision`` with a branch, tag or commit.
    kind : {"model", "dataset"}
        The hub keeps the two apart; the same id can name one of each.
    patterns : sequence of str
        Names of the files to fetch, as for `fnmatch`; ``*`` matches ``/`` too.
    check : callable, optional
        Called with `ref` and the names of all files there before anything is fetched.

    Returns
    -------
    Path
        Holds at least the files that match `patterns`, under their names on the hub.

    Raises
    ------
    HubError
        If the hub cannot be reached (known within 5 s), does not give the files, or gives others
        than it states by size and SHA-256 (such files are removed again).
    MsltError
        What `check` raises.
    """
    found = HUB_ID.fullmatch(ref)
    if found is None or not is_hub_id(ref):
        raise HubError(
            f"{ref!r} is not a {_CALLED[kind]} id", hint="Write namespace/name, or a path."
        )
    where = {"repo_id": found["id"], "repo_type": kind}
    revision = found["revision"] or "main"
    try:
        cached = hub_cache.cached_folder(ref, where, revision, patterns, check)
        if cached is not None:
            return cached
        with _impatient():
            return _download(ref, where, revision, patterns, check)
    except MsltError:
        raise
    except Exception as e:  # the hub client's own errors and those of its network libraries
        raise HubError(_message(ref, kind, e), hint="Or give a local folder.") from e


def is_here(ref: str, *, kind: Kind, patterns: Sequence[str]) -> bool:
    """Whether `fetch` would find all of it in the local cache; nobody is asked."""
    found = HUB_ID.fullmatch(ref)
    if found is None or not is_hub_id(ref):
        return False
    where = {"repo_id": found["id"], "repo_type": kind}
    revision = found["revision"] or "main"
    return hub_cache.cached_folder(ref, where, revision, patterns, lambda *_: None) is not None


def dataset_files(
    ref: str, configs: Sequence[str] = (), patterns: Sequence[str] = DATA_FILES
) -> Path:
    """The local folder of a data set's files, of which none is a script.

    Parameters
    ----------
    ref : str
        As for `fetch`. With ``@refs/convert/parquet`` it is the hub's own conversion.
    configs : sequence of str
        Names of the configurations, often languages: folders there, at the top or inside
        another one. All files if empty.
    patterns : sequence of str
        Names of the files in those folders.

    Returns
    -------
    Path
        Laid out as on the hub: ``en/train-00000-of-00001.parquet``, or
        ``data/eng_Latn/train.tsv``, or ``en/train/0000.parquet`` in the hub's conversion.

    Raises
    ------
    HubError
        As for `fetch`.
    DataError
        If the data set has only a script, or has no such configuration.
    """

    def check(ref: str, names: Sequence[str]) -> None:
        data = _matching(names, patterns)
        scripts = _matching(names, ["*.py"])
        if not data and scripts:
            raise DataError(
                f"{ref} has no data files, only the script {scripts[0]}, which is never run",
                hint=f"Write {ref.partition('@')[0]}@{CONVERTED}: the hub's own conversion.",
            )
        if not data:
            raise DataError(f"{ref} has no files {', '.join(patterns)}")
        for config in configs:
            if not _matching(names, _in_folder(config, patterns)):
                known = sorted({name.removeprefix("data/").split("/")[0] for name in data})
                raise DataError(
                    f"{ref} has no files of {config!r}; it has {', '.join(known[:20])}"
                    + (", ..." if len(known) > 20 else "")
                )

    wanted = [p for config in configs for p in _in_folder(config, patterns)] or patterns
    return fetch(ref, kind="dataset", patterns=wanted, check=check)


def _in_folder(config: str, patterns: Sequence[str]) -> list[str]:
    return [f"{start}{config}/{pattern}" for start in ("", "*/") for pattern in patterns]


def _matching(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    return [name for name in names if any(fnmatch.fnmatchcase(name, p) for p in patterns)]


def _download(
    ref: str, where: Any, revision: str, patterns: Sequence[str], check: Check | None
) -> Path:
    """Fetch what is not there yet, compare it, and only then note what `revision` stands for."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, RevisionResolutionError

    api = HfApi()
    # asked first, with a short patience: the download itself would try again and again
    info: Any = api.repo_info(**where, revision=revision, timeout=HUB_TIMEOUT_S)
    if check is not None:
        check(ref, [file.rfilename for file in info.siblings or ()])
    stated: Any = api.repo_info(**where, revision=info.sha, files_metadata=True)
    folder = Path(snapshot_download(**where, revision=info.sha, allow_patterns=list(patterns)))
    siblings = {file.rfilename: file for file in stated.siblings or ()}
    _refuse_wrong(ref, folder, {name: siblings[name] for name in _matching(siblings, patterns)})
    # a process killed before this line leaves a cache that does not answer to `revision` yet
    with contextlib.suppress(RevisionResolutionError, HfHubHTTPError):  # then it is asked again
        api.resolve_revision(**where, revision=revision)
    return folder


def _refuse_wrong(ref: str, folder: Path, stated: Mapping[str, RepoSibling]) -> None:
    """Remove the files that are not what the hub states; the hub client compares sizes alone."""
    # the folder is walked, not the listing: a name there could lead out of the folder
    present = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    both = sorted(present.keys() & stated.keys())
    wrong = [name for name in both if not _as_stated(present[name], stated[name])]
    for name in wrong:
        # the folder holds links to where the bytes are; equal files have one place
        present[name].resolve().unlink(missing_ok=True)
        present[name].unlink(missing_ok=True)
    if wrong:
        raise HubError(
            f"{wrong[0]} of {ref} arrived with another content than the hub states "
            "(size or SHA-256); it was removed",
            hint="Try again. If it stays so, something between here and the hub changes files.",
        )


def _as_stated(path: Path, stated: RepoSibling) -> bool:
    """Whether size and hash are the hub's: SHA-256 of large files, git's own hash of small ones."""
    size = path.stat().st_size
    if stated.size is not None and size != stated.size:
        return False
    if stated.lfs is not None:
        return sha256_of(path) == stated.lfs.sha256
    if stated.blob_id is not None:
        git = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
        git.update(path.read_bytes())
        return git.hexdigest() == stated.blob_id
    return True


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """The hub client with a time limit on every request, none repeated for ever, no telemetry."""
    import httpx2  # the hub client's network library
    from huggingface_hub import constants, set_client_factory
    from huggingface_hub.utils._http import default_client_factory

    asked: Counter[tuple[str, str, str | None]] = Counter()
    patience = float(constants.HF_HUB_DOWNLOAD_TIMEOUT)

    def limit(request: httpx2.Request) -> None:
        limits = request.extensions["timeout"]
        limits = {name: min(s or patience, patience) for name, s in limits.items()}
        request.extensions["timeout"] = limits
        same = (request.method, str(request.url), request.headers.get("Range"))
        asked[same] += 1
        if asked[same] > MAX_ATTEMPTS:
            raise _AskedTooOftenError

    def client() -> httpx2.Client:
        made = default_client_factory()
        hooks = made.event_hooks
        made.event_hooks = {**hooks, "request": [*hooks["request"], limit]}
        return made

    constants.HF_HUB_DISABLE_TELEMETRY = True  # read whenever a request is made
    with _ONE_AT_A_TIME:  # the hub client is one for the whole process
        set_client_factory(client)
        try:
            yield
        finally:
            set_client_factory(default_client_factory)


def _message(ref: str, kind: Kind, error: BaseException) -> str:
    """One sentence for what went wrong with the hub."""
    import httpx2  # the hub client's network library
    from huggingface_hub import constants, errors

    while isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__  # the hub client adds that it is not in the cache either
    what, lines = _CALLED[kind], str(error).strip().splitlines()
    told = (lines or [type(error).__name__])[0].rstrip(".")
    status = error.response.status_code if isinstance(error, errors.HfHubHTTPError) else None
    gated = "it is gated; accept its terms on the hub and log in with `hf auth login`"
    cut_off = f"the download was cut off ({told})"
    reasons: dict[type[BaseException], str] = {  # from the special to the general
        errors.OfflineModeIsEnabled: "HF_HUB_OFFLINE is set and it is not in the local cache",
        errors.HFValidationError: told,
        errors.GatedRepoError: gated,
        errors.RevisionNotFoundError: "the hub has no such revision of it",
        errors.RepositoryNotFoundError: f"the hub has no such {what}, or it is private",
        errors.HfHubHTTPError: gated if status in {401, 403} else f"the hub refuses: {told}",
        httpx2.TimeoutException: f"{constants.ENDPOINT} cannot be reached in time ({told})",
        httpx2.RemoteProtocolError: cut_off,
        httpx2.ReadError: cut_off,
        _AskedTooOftenError: "an answer was cut off or did not come, "
        f"{MAX_ATTEMPTS} times at the same place",
        Exception: f"{constants.ENDPOINT} cannot be reached ({told})",
    }
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        why = f"{constants.HF_HUB_CACHE} cannot be written to ({error.strerror})"
        reasons = {OSError: f"{why}; HF_HOME names another place"}
    reason = next(why for kind_, why in reasons.items() if isinstance(error, kind_))
    return f"the {what} {ref} could not be fetched: {reason}"
