"""What the standard story is about, and how a finding of it is put down as a pin."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mslt_core import figures
from mslt_core.exports import figure_title
from mslt_core.figures import Theme
from mslt_core.pipeline import experiment_label
from mslt_core.pipeline.stories import origin_of
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.stories import FigureContent, Origin, Pin, PinContent, PinKind
from mslt_core.store import Store
from mslt_core.store.pin_content import content_fingerprint

Finding = tuple[Pin, PinContent]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compared:
    """What the standard story is about: some sets against one, among all that may be compared."""

    store: Store
    pool: tuple[RunGroup, ...]
    baseline: RunGroup
    others: tuple[RunGroup, ...]
    metric: str

    @property
    def groups(self) -> tuple[RunGroup, ...]:
        """The baseline and the others."""
        return (self.baseline, *self.others)

    def colours(self) -> dict[str, str]:
        """As on the pages: the compared sets come first."""
        return figures.set_colours(group.name for group in (*self.groups, *self.pool))

    def origin(
        self, page: str, groups: Sequence[RunGroup], sizes: str, beside: Iterable[RunInfo] = ()
    ) -> Origin:
        """What a finding about `groups` was computed from, with runs that are marks beside them."""
        return origin_of(
            self.store,
            [*(info for group in groups for info in group.runs), *beside],
            page=page,
            experiment=experiment_label(self.baseline.runs[0]),
            sizes=sizes,
        )


def figure(draw: Callable[[Theme], Any], sentence: str, origin: Origin) -> Finding:
    """A figure, drawn for both themes; its title is its question."""
    light, dark = draw("light"), draw("dark")
    content = FigureContent(light=json.loads(light.to_json()), dark=json.loads(dark.to_json()))
    title, subtitle = figure_title(content.light)
    return finding(
        "figure",
        content,
        title=title,
        told=sentence,
        subtitle=subtitle,
        alt=figures.alt_text(light),
        origin=origin,
    )


def finding(kind: PinKind, content: PinContent, *, origin: Origin, **words: str) -> Finding:
    """A pin with its content; `words` are its title, sentence, subtitle and alternative text."""
    return Pin(kind=kind, origin=origin, content=content_fingerprint(content), **words), content
