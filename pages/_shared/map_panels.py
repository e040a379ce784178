"""What the WebGL view is given: a panel a checkpoint, with frames where something moves."""

import dataclasses
from collections.abc import Mapping, Sequence

from mslt_core import figures
from mslt_core.spec.results import MapResult, MingleResult
from pages._shared.map_colours import Colouring
from pages._shared.scatter import Panel, ScatterView, language_looks, rows_of


def side_by_side(
    result: MingleResult, look: Colouring, colours: dict[str, str], hidden: frozenset[str]
) -> ScatterView:
    """A panel a checkpoint."""
    return view_of(
        result.maps[0],
        _panels(result, colours),
        look,
        hidden=hidden,
        texts=result.texts,
        alt=figures.maps_told(result),
    )


def through_checkpoints(
    result: MingleResult, look: Colouring, colours: dict[str, str], hidden: frozenset[str]
) -> ScatterView:
    """One panel whose frames are the checkpoints."""
    panels = _panels(result, colours)
    near = tuple(panel.neighbours[0] for panel in panels if panel.neighbours)
    one = Panel(
        name="All checkpoints",
        coords=tuple(panel.coords[0] for panel in panels),
        below=tuple(f"{panel.name}, {panel.below[0]}" for panel in panels),
        seen=tuple(panel.seen[0] for panel in panels),
        neighbours=near if len(near) == len(panels) else (),
    )
    names = tuple(panel.name for panel in panels)
    return view_of(
        result.maps[0],
        (one,),
        look,
        hidden=hidden,
        texts=result.texts,
        alt=figures.maps_told(result),
        frames=names,
        noun="Checkpoint",
    )


def mixing(drawn: MapResult) -> str:
    """Mingling of the sentences shown, in the model and on the map."""
    told = drawn.quality
    if "mingling" not in told:
        return ""
    return f"mingling {told['mingling']:.2f}, map {told['mingling_in_map']:.2f}"


def _panels(result: MingleResult, colours: dict[str, str]) -> tuple[Panel, ...]:
    of_set = figures.set_colours((ref.name for ref in result.checkpoints), colours)
    return tuple(
        Panel(
            name=ref.name,
            coords=(drawn.coords,),
            colour=of_set[ref.name],
            below=(", ".join(filter(None, [mixing(drawn), f"CKA {cka.mean_off_diagonal():.2f}"])),),
            seen=(frozenset(ref.seen_langs),),
            neighbours=() if drawn.neighbours is None else (drawn.neighbours,),
        )
        for ref, drawn, cka in zip(result.checkpoints, result.maps, result.ckas, strict=True)
    )


def view_of(
    first: MapResult,
    panels: tuple[Panel, ...],
    look: Colouring,
    *,
    hidden: frozenset[str],
    texts: Mapping[str, Sequence[str]],
    alt: str,
    frames: tuple[str, ...] = ("",),
    noun: str = "Frame",
    start: int = 0,
) -> ScatterView:
    """What is shown; one panel for all checkpoints has the first one's clusters."""
    langs, sentences = rows_of(len(first.langs), len(first.ids))
    category = look.category
    if category is not None and len(category.codes) not in {1, len(panels)}:
        category = dataclasses.replace(category, codes=category.codes[:1])
    return ScatterView(
        panels=panels,
        frames=frames,
        frame_noun=noun,
        start=start,
        ids=first.ids,
        languages=language_looks(first.langs, look.group),
        legend=tuple(figures.language_order(first.langs, look.group)),
        hidden=hidden,
        category=category,
        lang_index=langs,
        sentence_index=sentences,
        texts=texts,
        alt=alt,
    )
