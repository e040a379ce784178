"""What is kept of a finding that was pinned, and the stories that pins are put into."""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mslt_core.spec.base import Later, Seed, Spec
from mslt_core.spec.results import Imported

PinKind = Literal["figure", "table", "number"]

Pair = tuple[str, str]

FRONT_PAGE = "overview"
"""The page that the dashboard's address itself opens: its name leads nowhere."""


class OutsideShown(Spec):
    """An imported result that a finding shows: what was stated of it, and where it came from."""

    result: str = Field(description="its digest")
    experiment: str = Field(description="the name under which it was imported")
    task: str
    name: str = Field(description="SSLT(en), or what its maker calls it")
    seed: Seed
    source: str = Field(description="file 'scores.csv', or bundle")
    sha256: str = Field(description="of the file, or of the bundle's manifest")
    imported_utc: str


class Origin(Spec):
    """What a pinned finding was computed from, so that it can be told, cited and asked again."""

    page: str = Field(description="the page that showed it, as links name it")
    query: tuple[Pair, ...] = Field(default=(), description="the link's parameters")
    experiment: str = Field(default="", description="the label of an experiment of runs made here")
    task: str = ""
    data: str = Field(default="", description="fingerprint of the task's data")
    model: str = ""
    model_fingerprint: str = ""
    runs: tuple[str, ...] = Field(default=(), description="digests of the runs shown, sorted")
    sets: tuple[str, ...] = Field(default=(), description="SSLT(en), MSLT(de, en, es)")
    seeds: tuple[Seed, ...] = ()
    sizes: str = Field(default="", description="15 unseen languages, 300 items each")
    versions: tuple[Pair, ...] = Field(default=(), description="package and version")
    known: Annotated[tuple[str, ...], Later] = Field(
        default=(), description="digests of finished runs of the same sets that were not shown"
    )
    doubt: Annotated[str, Later] = Field(
        default="", description="runs shown that may have learnt nothing, in a sentence"
    )
    outside: Annotated[tuple[OutsideShown, ...], Later] = Field(
        default=(), description="imported results shown"
    )

    @property
    def path(self) -> str:
        """Where its page stands behind the dashboard's address."""
        return "/" if self.page == FRONT_PAGE else f"/{self.page}"


class Pin(Spec):
    """One finding as it was shown. Its content is kept beside it and never computed again."""

    kind: PinKind
    title: str = Field(description="the question it answers")
    told: str = Field(default="", description="the answer in a sentence, with its uncertainty")
    subtitle: str = Field(default="", description="what is compared, and n")
    alt: str = Field(default="", description="the figure in words")
    origin: Origin
    content: str = Field(description="fingerprint of the figure, the table or the number")

    @property
    def said(self) -> str:
        """The answer, and what makes one doubt the runs behind it."""
        return f"{self.told} {self.origin.doubt}".strip()


@dataclasses.dataclass(frozen=True, kw_only=True)
class FigureContent:
    """A figure in Plotly's JSON, drawn for both themes."""

    light: Mapping[str, Any]
    dark: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableContent:
    """A table as it was shown; a cell is text, a number, or None where a value is missing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumberContent:
    """A headline number with its unit, and what stands under it."""

    value: str
    below: str = ""


PinContent = FigureContent | TableContent | NumberContent


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pinned:
    """A pin as the store knows it."""

    digest: str
    pin: Pin
    created_utc: str
    imported: Imported | None = None
    """Where it came from, if it was not pinned in this store."""


class Slide(Spec):
    """A pin's place in a story."""

    pin: str = Field(description="digest of the pin")
    heading: str = Field(default="", max_length=200, description="empty: the pin's title")
    note: str = Field(default="", max_length=2000, description="what its teller says to it")


class Story(Spec):
    """Findings in the order in which they are told, one a slide."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    slides: tuple[Slide, ...] = ()
