"""Many names in one sentence."""

from collections.abc import Sequence


def first_few(names: Sequence[str], most: int, joint: str = ", ") -> str:
    """All of a few names; of many the first `most`, and how many there are beside them.

    >>> first_few(["de", "en", "es"], 3), first_few(["de", "en", "es"], 2)
    ('de, en, es', 'de, en and 1 more')
    """
    more = len(names) - most
    return joint.join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
