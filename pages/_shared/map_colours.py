"""What the points of the maps are coloured by, and which of them are shown."""

import dataclasses
from typing import Literal

import numpy as np
import streamlit as st

from mslt_core.figures import Grouping, markers
from mslt_core.pipeline import Clusters
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.looks import ClusterMethod, ClustersSpec
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import MingleSpec
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.looks import weights_missing
from pages._shared.messages import escape
from pages._shared.scatter import Category
from pages._shared.waiting import offer

ColourBy = Literal["family", "script", "language", "seen", "cluster"]
CHOICES: dict[ColourBy, str] = {
    "family": "family",
    "script": "script",
    "language": "language",
    "seen": "seen",
    "cluster": "cluster",
}
SEEN, UNSEEN, QUIET, OTHERS = "#1B8A9E", "#9AA5B1", "#9AA5B1", "#6B7683"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Colouring:
    """What is coloured by what."""

    group: Grouping
    """Of the languages' own hues."""
    category: Category | None = None
    """One a panel, or the same for all."""
    told: str = ""


def colouring(context: Context, look: MingleSpec, result: MingleResult, by: ColourBy) -> Colouring:
    """The colours that were asked for; by family while clusters are not there yet."""
    if by == "seen":
        return Colouring(group="family", category=_seen(result), told=SEEN_MEANS)
    if by == "cluster":
        return _clusters(context, look, result)
    return Colouring(group=by)


SEEN_MEANS = "Seen: trained on by at least one of the checkpoints that are compared."


def seen_by_any(result: MingleResult) -> frozenset[str]:
    """Languages that at least one of the checkpoints was trained on."""
    return frozenset(lang for ref in result.checkpoints for lang in ref.seen_langs)


def _seen(result: MingleResult) -> Category:
    first, seen = result.maps[0], seen_by_any(result)
    unseen = np.array([lang not in seen for lang in first.langs], dtype=np.uint8)
    return Category(
        names=("seen", "unseen"),
        colours=(SEEN, UNSEEN),
        codes=(np.repeat(unseen, len(first.ids)),),
    )


def _clusters(context: Context, look: MingleSpec, result: MingleResult) -> Colouring:
    asked = _asked_clusters(look)
    try:
        found: tuple[Clusters, ...] = cached.look(context.root, "map_clusters", asked)
    except NotComputedError:
        lost, missing = weights_missing(context, look), "The clusters are not there yet."
        offer(context, asked, lost, missing=missing, button="Find clusters")
        return Colouring(group="family")
    n_hues = len(markers.HUES)
    n = min(max(int(of_one.labels.max(initial=0)) + 1 for of_one in found), n_hues)
    names = (*(f"cluster {i + 1}" for i in range(n)), "further clusters", "in no cluster")
    codes = tuple(
        np.where(of_one.labels < 0, n + 1, np.minimum(of_one.labels, n)).astype(np.uint8)
        for of_one in found
    )
    n_used = max(int(of_one.max(initial=0)) for of_one in codes) + 1
    hues = (*markers.HUES[:n], OTHERS, QUIET)
    told = ", ".join(
        f"{escape(ref.name)} **{of_one.language_ami:.2f}** ({of_one.n_clusters} clusters"
        + (f", {of_one.n_noise:,} points in none" if of_one.n_noise else "")
        + ")"
        for ref, of_one in zip(result.checkpoints, found, strict=True)
    )
    return Colouring(
        group="family",
        category=Category(names=names[:n_used], colours=hues[:n_used], codes=codes),
        told=f"Clusters of the vectors in the original space, each checkpoint's own. Adjusted "
        f"mutual information with the language: {told}. {METRICS['language_ami'].meaning}",
    )


def _asked_clusters(look: MingleSpec) -> ClustersSpec:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method: ClusterMethod = st.segmented_control(
            "Clusters by",
            ["kmeans", "hdbscan"],
            default="kmeans",
            required=True,
            format_func=lambda name: {"kmeans": "k-means", "hdbscan": "HDBSCAN"}[name],
            key="clusters_by",
            bind="query-params",
        )
        if method == "kmeans":
            n = st.number_input("n_clusters", 2, 7, 7, key="n_clusters", bind="query-params")
            return ClustersSpec(look=look, method=method, n_clusters=n)
        least = st.number_input(
            "min_cluster_size", 2, 1000, 15, key="min_cluster_size", bind="query-params"
        )
        return ClustersSpec(look=look, method=method, min_cluster_size=least)
