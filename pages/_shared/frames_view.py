"""The maps of every layer: what they cost, and the view that moves through them."""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.looks import FramesSpec
from mslt_core.spec.results import FramesResult
from mslt_core.spec.specs import MingleSpec
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.looks import weights_missing
from pages._shared.map_colours import Colouring
from pages._shared.map_panels import mixing, view_of
from pages._shared.messages import about
from pages._shared.scatter import Panel, ScatterView
from pages._shared.waiting import offer

LAYERS_MEAN = (
    "Every layer's map starts from its neighbour's and is turned onto it, from {home} outwards; "
    "other checkpoints start from Base at the same layer. From frame to frame {moved} of the "
    "picture is new arrangement (mean Procrustes disparity)."
)


def layer_frames(context: Context, look: MingleSpec) -> FramesResult | None:
    """The maps of all layers; where they are missing, what they cost and the button."""
    asked = FramesSpec(look=look.but(fit="aligned"))
    try:
        frames = cached.frames(context.root, asked)
    except NotComputedError:
        cost = pipeline.frames_cost(context.store, asked, roots=pipeline.allowed_roots())
        offer(
            context,
            asked,
            weights_missing(context, look),
            missing=f"{cost.n_missing} of {cost.n_maps} maps of {cost.n_points:,} points are to be "
            f"drawn: {about(cost.seconds)} of a processor core that is free, after the model has "
            "read the sentences once. It goes on in the background and is kept.",
            button="Draw all layers",
        )
        return None
    moved = [value for of_one in frames.moved for value in of_one]
    share = f"{100 * sum(moved) / len(moved):.0f} %" if moved else "nothing"
    home = frames.maps[0][frames.layers.index(result_layer(frames, look))].layer
    st.caption(LAYERS_MEAN.format(home=f"layer {home}", moved=share))
    return frames


def result_layer(frames: FramesResult, look: MingleSpec) -> int:
    """The layer that the others are laid out from, counted from the front."""
    return look.layer if look.layer >= 0 else frames.checkpoints[0].n_layers + 1 + look.layer


def through_layers(
    frames: FramesResult, look: Colouring, colours: dict[str, str], hidden: frozenset[str]
) -> ScatterView:
    """A panel a checkpoint, whose frames are its layers."""
    of_set = figures.set_colours((ref.name for ref in frames.checkpoints), colours)
    panels = []
    for ref, maps in zip(frames.checkpoints, frames.maps, strict=True):
        near = tuple(drawn.neighbours for drawn in maps if drawn.neighbours is not None)
        panels.append(
            Panel(
                name=ref.name,
                coords=tuple(drawn.coords for drawn in maps),
                colour=of_set[ref.name],
                below=tuple(mixing(drawn) for drawn in maps),
                seen=(frozenset(ref.seen_langs),),
                neighbours=near if len(near) == len(maps) else (),
            )
        )
    names = tuple(f"layer {layer}" for layer in frames.layers)
    alt = (
        f"Maps of {len(frames.maps[0][0].ids)} parallel sentences in "
        f"{len(frames.maps[0][0].langs)} languages at layers {frames.layers[0]} to "
        f"{frames.layers[-1]} of {', '.join(ref.name for ref in frames.checkpoints)}."
    )
    return view_of(
        frames.maps[0][0],
        tuple(panels),
        look,
        hidden=hidden,
        texts=frames.texts,
        alt=alt,
        frames=names,
        noun="Layer",
        start=len(names) - 1,
    )
