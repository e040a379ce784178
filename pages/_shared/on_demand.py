"""Which measure is looked at; one that is not there yet is offered."""

from typing import NamedTuple

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.measuring import ON_DEMAND, P_BY_CHANCE, MeasureSpec, Pairs, Part
from mslt_core.spec.metrics import METRICS
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.looks import weights_missing
from pages._shared.measure_controls import CHANCE_MEANS, SEEN_MEANS, SPREAD
from pages._shared.waiting import offer

PAIRS: dict[Pairs, str] = {
    "all": "all pairs",
    "seen": "pairs of seen languages",
    "across": "a seen and an unseen one",
    "unseen": "pairs of unseen languages",
}
OF_LANGUAGES = frozenset({"ilisi", "mean_cosine"})
"""Measures on demand that are one number for all languages."""


class Asked(NamedTuple):
    """A measure, over which pairs, less the base or not; with what chance gives, with intervals."""

    name: str
    pairs: Pairs
    minus: int | None
    chance: bool
    intervals: bool


class Looked(NamedTuple):
    """What is measured already, and how more is asked for."""

    context: Context
    asked: MeasureSpec
    measures: Measures
    colours: dict[str, str]

    def fetched(self, part: Part, layers: tuple[int, ...] = ()) -> Measures | None:
        """One part more; None where it has to be computed first, which is offered then."""
        spec = self.asked.but(parts=(part,), layers=layers)
        try:
            return cached.measures(self.context.root, spec)
        except NotComputedError:
            where = "at this layer" if layers else "layer by layer"
            missing = f"{LONG.get(part, 'This')} is not measured {where} yet."
            lost = weights_missing(self.context, spec)
            offer(self.context, spec, lost, missing=missing, button="Measure it")
            return None

    def having(self, asked: Asked, layers: tuple[int, ...] = ()) -> Measures | None:
        """Measures that have the one that is asked for."""
        name = asked.name
        if asked.intervals:
            return self.fetched("spread", layers)
        if name in self.measures.names:
            return self.measures
        return self.fetched(ON_DEMAND[name], layers)


LONG: dict[Part, str] = {
    "rbf": "RBF CKA",
    "null": "What chance gives",
    "procrustes": "The Procrustes residual (a second or more a pair and layer)",
    "gromov": "The Gromov-Wasserstein distance (seconds a pair and layer)",
    "ilisi": "iLISI",
    "cosines": "The alignment error by cosine",
    "csls": "The MRR of translations with CSLS",
    "cosine": "The mean cosine of sentences",
    "spread": "How sure effective rank, silhouette and biased CKA are",
    "moved": "How far training has moved each language",
}


def ask(looked: Looked, key: str, *, of_pairs: bool) -> Asked:
    """The controls over a figure of one measure."""
    measures = looked.measures
    words = pipeline.has_words(looked.asked.corpus, roots=pipeline.allowed_roots())
    here = [n for n in measures.names if not of_pairs or measures.is_of_pairs(n)]
    more = [n for n in ON_DEMAND if n not in measures.names and (words or n != "pos_transfer")]
    more = [n for n in more if not (of_pairs and n in OF_LANGUAGES)]
    one, other, third = st.columns([3, 3, 2], vertical_alignment="bottom")
    name = one.selectbox(
        "Measure",
        [*here, *more],
        format_func=lambda name: METRICS[name].label + " (on demand)" * (name in more),
        key=f"{key}_measure",
        bind="query-params",
    )
    pairs: Pairs = "all"
    if not of_pairs and name not in OF_LANGUAGES and (name in more or measures.is_of_pairs(name)):
        pairs = other.selectbox(
            "Over",
            pipeline.pairs_there(measures),
            format_func=lambda pairs: PAIRS[pairs],
            key=f"{key}_over",
            bind="query-params",
            help=SEEN_MEANS,
        )
    minus = None
    if len(measures.checkpoints) > 1 and third.toggle(
        "Minus the base", key=f"{key}_minus", bind="query-params"
    ):
        minus = 0
    chance = False
    if name in P_BY_CHANCE and minus is None:
        chance = third.toggle(
            "Tell from chance", key=f"{key}_chance", bind="query-params", help=CHANCE_MEANS
        )
    intervals = name in SPREAD and third.toggle(
        "With intervals", key=f"{key}_intervals", bind="query-params"
    )
    return Asked(name, pairs, minus, chance, intervals)
