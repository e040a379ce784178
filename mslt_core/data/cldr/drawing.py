"""Drawing contents of the example world: which, how many of each kind, never one twice."""

import datetime as dt
import itertools
import random
from collections.abc import Callable
from decimal import Decimal
from typing import get_args

from mslt_core.data.cldr import names
from mslt_core.data.cldr.contents import (
    WORLD_VERSION,
    Atom,
    Content,
    Date,
    DateRange,
    DateStyle,
    Direction,
    Duration,
    DurationUnit,
    Join,
    Languages,
    Mix,
    Money,
    Number,
    NumberStyle,
    Places,
    Quantity,
    Split,
    split_of,
)

P_MIX = 0.6  # mixes of two or three items carry the unlabelled words, so they are the majority
FIRST_DAY = dt.date(1950, 1, 1)
N_DAYS = 30_000  # up to 2032


def draw(split: Split, n: int, stream: str) -> list[Content]:
    """`n` different contents of a split; a longer draw of a stream begins with the shorter."""
    rng = random.Random(f"world {WORLD_VERSION} {split} {stream}")
    found: dict[str, Content] = {}
    while len(found) < n:
        content = _mix(rng, split) if rng.random() < P_MIX else _alone(rng, split)
        found.setdefault(content.content_id, content)
    return list(found.values())


def _alone(rng: random.Random, split: Split) -> Atom:
    """One atom as a whole phrase; never a number, which has no label to learn from."""
    kind = rng.choice([kind for kind in MAKERS if kind != "number"])
    return _atom(rng, split, kind, 2, 4)


def _mix(rng: random.Random, split: Split) -> Mix:
    """Two or three atoms of different kinds, lists in it kept to one or two names."""
    kinds = rng.sample(list(MAKERS), rng.choice((2, 2, 3)))
    parts = tuple(_atom(rng, split, kind, 1, 2) for kind in kinds)
    return Mix(parts, rng.choice(get_args(Join)))


def _atom(rng: random.Random, split: Split, kind: str, shortest: int, longest: int) -> Atom:
    """Draw atoms of a kind until one belongs to the split."""
    drawn = (MAKERS[kind](rng, rng.randint(shortest, longest)) for _ in itertools.count())
    return next(atom for atom in drawn if split_of(atom) == split)


def _amount(rng: random.Random) -> int:
    """1 to 999, small ones more often: the rare plural forms live below ten."""
    return rng.randrange(1, rng.choice((10, 100, 1000)))


def _date(rng: random.Random, _: int) -> Date:
    return Date(
        FIRST_DAY + dt.timedelta(days=rng.randrange(N_DAYS)), rng.choice(get_args(DateStyle))
    )


def _date_range(rng: random.Random, _: int) -> DateRange:
    """Within one month, or into a later year.

    Never from month to month of one year: CLDR's Swahili leaves out the first of them, and says
    "13 - 27 Ago" for June to August.
    """
    first = FIRST_DAY + dt.timedelta(days=rng.randrange(N_DAYS))
    if rng.random() < 0.5:
        first = first.replace(day=rng.randrange(1, 28))
        return DateRange(first, first.replace(day=rng.randrange(first.day + 1, 29)))
    return DateRange(first, first + dt.timedelta(days=rng.randrange(366, 3000)))


def _duration(rng: random.Random, _: int) -> Duration:
    unit = rng.choice(get_args(DurationUnit))
    return Duration(_amount(rng), unit, rng.choice(get_args(Direction)))


def _quantity(rng: random.Random, _: int) -> Quantity:
    tenths = rng.random() < 0.25
    amount = (
        Decimal(_amount(rng) * 10 + rng.randrange(1, 10)) / 10 if tenths else Decimal(_amount(rng))
    )
    return Quantity(amount, rng.choice(names.UNITS))


def _money(rng: random.Random, _: int) -> Money:
    amount = rng.randrange(1, rng.choice((100, 10_000, 100_000)))
    return Money(amount, rng.choice(names.currencies()), rng.choice(("name", "name", "standard")))


def _places(rng: random.Random, n_names: int) -> Places:
    return Places(tuple(rng.sample(names.territories(), n_names)), rng.choice(get_args(Join)))


def _languages(rng: random.Random, n_names: int) -> Languages:
    return Languages(tuple(rng.sample(names.languages(), n_names)), rng.choice(get_args(Join)))


def _number(rng: random.Random, _: int) -> Number:
    return Number(rng.randrange(1, rng.choice((100, 10_000))), rng.choice(get_args(NumberStyle)))


MAKERS: dict[str, Callable[[random.Random, int], Atom]] = {
    "date": _date,
    "range": _date_range,
    "duration": _duration,
    "quantity": _quantity,
    "money": _money,
    "places": _places,
    "languages": _languages,
    "number": _number,
}
