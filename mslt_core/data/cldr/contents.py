"""What the example world talks about: contents without a language, and the split of each."""

import datetime as dt
import hashlib
import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

WORLD_VERSION = 1  # raise it when any content, rendering or split changes: every digest hangs on it

Split = Literal["train", "dev", "test", "parallel", "pretrain"]
Join = Literal["standard", "or"]
DateStyle = Literal["full", "long", "medium", "MMMMd", "yMMMM"]
DurationUnit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
Direction = Literal["future", "past", "plain"]
MoneyStyle = Literal["name", "standard"]
NumberStyle = Literal["decimal", "percent"]

# percent of all atoms; pretraining gets most, since it needs many rows in every language
SHARES: dict[Split, int] = {"train": 30, "dev": 10, "test": 10, "parallel": 10, "pretrain": 40}


@dataclass(frozen=True)
class Date:
    """One day, its month, or its day of the year: "Saturday, October 4, 2025"."""

    day: dt.date
    style: DateStyle

    @property
    def key(self) -> str:
        """What is told of it, in any style that tells it: this decides the split."""
        told = {"MMMMd": f"{self.day:%m-%d}", "yMMMM": f"{self.day:%Y-%m}"}
        return f"date:{told.get(self.style, self.day)}"

    @property
    def content_id(self) -> str:
        """Key and style: two contents with one id render alike in every language."""
        return f"{self.key}:{self.style}"


@dataclass(frozen=True)
class DateRange:
    """From one day to a later one: "Oct 4 - 9, 2025"."""

    first: dt.date
    last: dt.date

    @property
    def key(self) -> str:
        """Both ends."""
        return f"range:{self.first}:{self.last}"

    @property
    def content_id(self) -> str:
        """Same as the key: there is one style."""
        return self.key


@dataclass(frozen=True)
class Duration:
    """A stretch of time, or one counted from now: "12 days", "in 12 days", "12 days ago"."""

    amount: int
    unit: DurationUnit
    direction: Direction

    @property
    def key(self) -> str:
        """Amount and unit."""
        return f"duration:{self.amount}:{self.unit}"

    @property
    def content_id(self) -> str:
        """Key and direction."""
        return f"{self.key}:{self.direction}"


@dataclass(frozen=True)
class Quantity:
    """An amount of a CLDR unit: "3.5 kilometers"."""

    amount: Decimal
    unit: str

    @property
    def key(self) -> str:
        """Amount and unit."""
        return f"quantity:{self.amount}:{self.unit}"

    @property
    def content_id(self) -> str:
        """Same as the key: there is one style."""
        return self.key


@dataclass(frozen=True)
class Money:
    """An amount of a currency: "36,943 Japanese yen", "$12.00"."""

    amount: int
    currency: str
    style: MoneyStyle

    @property
    def key(self) -> str:
        """Amount and currency."""
        return f"money:{self.amount}:{self.currency}"

    @property
    def content_id(self) -> str:
        """Key and style."""
        return f"{self.key}:{self.style}"


@dataclass(frozen=True)
class Places:
    """Countries and territories, joined by "and" or "or"; each name is a span of its own."""

    codes: tuple[str, ...]
    join: Join

    @property
    def key(self) -> str:
        """The set of places: their order does not make another content."""
        return "places:" + "+".join(sorted(self.codes))

    @property
    def content_id(self) -> str:
        """The places in order, and the conjunction."""
        return f"places:{'+'.join(self.codes)}:{self.join}"


@dataclass(frozen=True)
class Languages:
    """Languages, joined by "and" or "or"; each name is a span of its own."""

    codes: tuple[str, ...]
    join: Join

    @property
    def key(self) -> str:
        """The set of languages: their order does not make another content."""
        return "languages:" + "+".join(sorted(self.codes))

    @property
    def content_id(self) -> str:
        """The languages in order, and the conjunction."""
        return f"languages:{'+'.join(self.codes)}:{self.join}"


@dataclass(frozen=True)
class Number:
    """A bare number or percentage: unlabelled, so that digits alone give no label away."""

    amount: int
    style: NumberStyle

    @property
    def key(self) -> str:
        """The amount."""
        return f"number:{self.amount}"

    @property
    def content_id(self) -> str:
        """Key and style."""
        return f"{self.key}:{self.style}"


Atom = Date | DateRange | Duration | Quantity | Money | Places | Languages | Number


@dataclass(frozen=True)
class Mix:
    """Two or three atoms of different kinds in one phrase, joined by "and" or "or"."""

    parts: tuple[Atom, ...]
    join: Join

    @property
    def content_id(self) -> str:
        """The parts in order, and the conjunction."""
        return f"mix:({')('.join(part.content_id for part in self.parts)}):{self.join}"


Content = Atom | Mix


def split_of(content: Content) -> Split:
    """The one split a content belongs to, decided by a hash of what it is about.

    A mix belongs where all its parts belong, so no date, amount or list of the test rows occurs
    in a training row in any style.

    Raises
    ------
    ValueError
        If the parts of a mix belong to different splits: such a mix is in no split.
    """
    if isinstance(content, Mix):
        splits = {split_of(part) for part in content.parts}
        if len(splits) > 1:
            raise ValueError(f"a mix must stay within one split, got parts of {sorted(splits)}")
        return splits.pop()
    bucket = int.from_bytes(hashlib.sha256(content.key.encode()).digest()[:8], "big") % 100
    for split, upper in zip(SHARES, itertools.accumulate(SHARES.values()), strict=True):
        if bucket < upper:
            return split
    raise AssertionError("the shares add up to 100")
