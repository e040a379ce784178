"""What of the hub is on this machine already; nobody is asked."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from mslt_core.spec.errors import MsltError

CARD = "README.md"
_SHARD = re.compile(r"(?P<start>.*)-\d{5}-of-(?P<n>\d{5})\..*")


def cached_folder(
    ref: str,
    where: Any,
    revision: str,
    patterns: Sequence[str],
    check: Callable[[str, Sequence[str]], None] | None,
) -> Path | None:
    """The folder, if all of the files are known to be there; for what is here `check` is asked."""
    from huggingface_hub import get_cached_repo_tree, snapshot_download
    from huggingface_hub.errors import CachedRepoTreeNotFoundError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            **where, revision=revision, allow_patterns=list(patterns), local_files_only=True
        )
        names = [file.path for file in get_cached_repo_tree(**where, revision=revision)]
    except LocalEntryNotFoundError:
        return None
    except CachedRepoTreeNotFoundError:
        # another program fetched it, perhaps in part: then only the check can vouch for it
        names = [p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file()]
        try:
            if check is None or (where["repo_type"] == "dataset" and not _by_card(names)):
                return None
            check(ref, names)
        except MsltError:
            return None
        return Path(folder)
    if check is not None:
        check(ref, names)
    return Path(folder)


def _by_card(names: Iterable[str]) -> bool:
    """Whether a data set's files were fetched by what its card says, with all of their parts.

    Who fetches them one by one does not fetch the card: test alone may be here, and would then be
    trained on.
    """
    found = [match for name in names if (match := _SHARD.fullmatch(name))]
    parts = Counter((match["start"], int(match["n"])) for match in found)
    return CARD in names and all(there == n for (_, n), there in parts.items())
