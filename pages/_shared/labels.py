"""Names that people read, many in a sentence or one that is very long."""

from collections import Counter
from collections.abc import Mapping

from mslt_core.spec.naming import first_few

MAX_NAMED = 3


def joined(names: list[str]) -> str:
    """A and B; A, B, C and 9 more."""
    if len(names) > MAX_NAMED:
        return first_few(names, MAX_NAMED)
    return " and ".join(names)


def shortened(name: str, longest: int = 60) -> str:
    """A name that may be very long; dots say where it was cut."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Digest to title, with the first digits where several share one.

    A box finds its choice by the words that it shows: of one title it would take the first.
    """
    times = Counter(titles.values())
    return {d: f"{t} ({d[:4]})" if times[t] > 1 else t for d, t in titles.items()}
