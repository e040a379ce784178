"""Which items of different targets are one: translations of each other, told by their meaning."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.data.tasks.splits import digests
from mslt_core.spec.sentences import Row, said

ITEM = "item"
"""What the names are called among an item's outcomes."""

Names = npt.NDArray[np.uint32]
"""Of a target's items, in their order."""


def item_names(rows: Sequence[Row]) -> Names | None:
    """Four bytes that name each item as its translations are named; None for data without any.

    Items of one meaning, such as the three hypotheses to a premise, are told apart by their order.
    Among a thousand items two share a name once in 10^4 times, and then count as one.
    """
    if not any(row.meaning for row in rows):
        return None
    seen: Counter[str] = Counter()
    texts = []
    for text in map(said, rows):
        texts.append(f"{text}\x1f{seen[text]}")
        seen[text] += 1
    return digests(texts).astype(np.uint32)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Block:
    """Targets whose items are looked at together."""

    n: int
    """Items of all of them, each counted once."""
    places: Mapping[str, npt.NDArray[np.intp] | None]
    """Target to the places of its items among these; None where they are these."""

    def spread(self, lang: str, influence: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Influences on the target's own score, (..., n of it), as those of the block's items.

        An item that the target lacks has none. Influences go with a mean over the items, so they
        are larger among more.
        """
        if (places := self.places[lang]) is None:
            return influence
        found = np.zeros((*influence.shape[:-1], self.n), dtype=np.float32)
        np.add.at(found.T, places, (influence * np.float32(self.n / influence.shape[-1])).T)
        return found


def blocks_of(sizes: Mapping[str, int], names: Mapping[str, Names]) -> list[Block]:
    """Which targets' items to join.

    Parameters
    ----------
    sizes : mapping of str to int
        Target to its number of items.
    names : mapping of str to ndarray of shape (n_items,)
        Of the items, where they are known.

    Returns
    -------
    list of Block
        Every target is in one. Items of the same name are one. Where names do not tell, targets
        with equally many items are joined item by item: those of parallel test sets are the same,
        and of others it is right on average, too.
    """
    named = [lang for lang in sizes if lang in names]
    first = names[named[0]] if named else None
    if all(np.array_equal(names[lang], first) for lang in named):  # type: ignore[arg-type]
        named = []
    blocks = [_by_name({lang: names[lang] for lang in named})] if named else []
    by_size: dict[int, list[str]] = {}
    for lang in sizes:
        if lang not in named:
            by_size.setdefault(sizes[lang], []).append(lang)
    return blocks + [Block(n=n, places=dict.fromkeys(langs)) for n, langs in by_size.items()]


def _by_name(names: Mapping[str, Names]) -> Block:
    whole, places = np.unique(np.concatenate(list(names.values())), return_inverse=True)
    ends = np.cumsum([len(of_lang) for of_lang in names.values()])[:-1]
    return Block(n=len(whole), places=dict(zip(names, np.split(places, ends), strict=True)))
