"""What of the hub is on this machine already."""

from collections.abc import Sequence

from mslt_core.data.hub import HUB_ID, Kind, cached_folder, is_hub_id


def is_here(ref: str, *, kind: Kind, patterns: Sequence[str]) -> bool:
    """Whether `hub.fetch` would find all of it in the local cache; nobody is asked."""
    found = HUB_ID.fullmatch(ref)
    if found is None or not is_hub_id(ref):
        return False
    where = {"repo_id": found["id"], "repo_type": kind}
    revision = found["revision"] or "main"
    return cached_folder(ref, where, revision, patterns, lambda *_: None) is not None
