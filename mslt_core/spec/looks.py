"""Further questions about the maps of a look, each asked for by itself: they take a while."""

from typing import Literal

from pydantic import Field

from mslt_core.spec.base import Spec
from mslt_core.spec.maps import Metric
from mslt_core.spec.specs import EmbedSpec, MingleSpec

ClusterMethod = Literal["kmeans", "hdbscan"]
NOISE = -1
"""The label of a point that HDBSCAN puts in no cluster."""


class NeighbourSpec(Spec):
    """Nearest neighbours of the sentences on t-SNE maps: the same for all perplexities, seeds and
    starts, kept for the largest perplexity so far."""

    embeds: tuple[EmbedSpec, ...] = Field(min_length=1)
    ids: str = Field(description="fingerprint of the sentence ids shown, in order")
    n: int = Field(ge=4, description="sentences per language")
    metric: Metric = "euclidean"
    principal: int = Field(description="first principal components that are looked at")


class FramesSpec(Spec):
    """The maps of a look at several layers, for a picture that moves from layer to layer.

    The layer of the look is the one that the others are laid out from.
    """

    look: MingleSpec
    layers: tuple[int, ...] = Field(default=(), description="-1 for the last one; () for all")


class StabilitySpec(Spec):
    """The maps of a look drawn anew from random starts, to see what they agree on."""

    look: MingleSpec
    n_seeds: int = Field(default=3, ge=2, le=10)


class ClustersSpec(Spec):
    """Clusters of the sentence vectors behind the maps of a look, in every checkpoint."""

    look: MingleSpec
    method: ClusterMethod = "kmeans"
    n_clusters: int = Field(default=7, ge=2, le=50, description="of k-means")
    min_cluster_size: int = Field(default=15, ge=2, description="of HDBSCAN")


class ClusterSpec(Spec):
    """The clusters of one checkpoint: what the store keeps."""

    embeds: tuple[EmbedSpec, ...] = Field(min_length=1)
    ids: str = Field(description="fingerprint of the sentence ids, in order")
    method: ClusterMethod
    size: int = Field(ge=2, description="clusters of k-means, or the smallest one of HDBSCAN")
    seed: int = 0
    library: str = Field(description="name and version of the library")
