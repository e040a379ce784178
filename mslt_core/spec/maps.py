"""How a map is drawn: the parameters of its method, as the libraries name them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mslt_core.spec.base import Later, Spec
from mslt_core.spec.errors import SpecError

Projection = Literal["pca", "tsne", "umap"]
Metric = Literal["euclidean", "cosine"]
Preset = Literal["local detail", "balanced", "global shape"]
Fit = Literal["aligned", "joint"]
"""How maps of several checkpoints come to be comparable: each starts from the first one's map and
is turned onto it, or all are fitted as one."""

Auto = Literal["auto"]


class MapParameters(Spec):
    """What PCA (scikit-learn), t-SNE (openTSNE) and UMAP (umap-learn) can be told.

    A method takes its own and leaves the others alone. The defaults are the libraries' own.
    """

    # t-SNE
    perplexity: float = Field(default=30.0, gt=1)
    early_exaggeration: Annotated[float | Auto, Later] = Field(
        default="auto", description="auto: 12, and 2 where the map starts from another one"
    )
    early_exaggeration_iter: Annotated[int, Later] = Field(default=250, ge=0, le=10_000)
    exaggeration: Annotated[float, Later] = Field(
        default=1.0, ge=1, le=32, description="above 1: tighter, more separate clusters"
    )
    learning_rate: Annotated[float | Auto, Later] = Field(
        default="auto", description="auto: n_samples / exaggeration"
    )
    n_iter: Annotated[int, Later] = Field(default=500, ge=1, le=10_000)
    initialization: Annotated[Literal["pca", "spectral", "random"], Later] = Field(
        default="pca", description="of UMAP: random, or else spectral"
    )
    # UMAP
    n_neighbors: int = Field(default=15, ge=2)
    min_dist: float = Field(default=0.1, ge=0, le=1)
    n_epochs: Annotated[int | None, Later] = Field(
        default=None, ge=1, le=10_000, description="None: 500 up to 10,000 points, 200 above"
    )
    # t-SNE and UMAP
    metric: Annotated[Metric, Later] = "euclidean"
    # PCA
    components: Annotated[tuple[int, int], Later] = Field(
        default=(1, 2), description="shown along x and along y, counted from 1"
    )
    whiten: Annotated[bool, Later] = Field(
        default=False, description="both components with the same variance, 1"
    )

    @model_validator(mode="after")
    def _check_parameters(self) -> Self:
        if self.early_exaggeration != "auto" and not 1 <= self.early_exaggeration <= 100:
            raise SpecError(
                f"early_exaggeration must be from 1 to 100, got {self.early_exaggeration:g}"
            )
        if self.learning_rate != "auto" and not 0 < self.learning_rate < float("inf"):
            raise SpecError(
                f"learning_rate must be above 0 and finite, got {self.learning_rate:g}",
                hint="auto is n_samples / exaggeration.",
            )
        if min(self.components) < 1 or self.components[0] == self.components[1]:
            raise SpecError(
                f"components must be two different numbers from 1 on, got {self.components}"
            )
        return self

    def check_fit(self, method: Projection, n_samples: int) -> None:
        """Refuse parameters that do not fit the number of points."""
        if method == "tsne" and self.perplexity >= n_samples / 3:
            raise SpecError(
                f"perplexity must be below n_samples / 3 = {n_samples / 3:.1f}, "
                f"got {self.perplexity:g}"
            )
        if method == "umap" and self.n_neighbors >= n_samples:
            raise SpecError(
                f"n_neighbors must be below n_samples = {n_samples}, got {self.n_neighbors}"
            )


N_LARGE = 100_000
"""Points from which Kobak & Berens (2019) exaggerate to the end: without, all is one disc."""
LATE_EXAGGERATION = 4.0


def preset(name: Preset, n_samples: int) -> MapParameters:
    """Parameters that suit so many points, for all methods at once.

    "local detail": few neighbours count, so that small groups show (perplexity 10; 5 neighbours).
    "balanced": the libraries' defaults. "global shape": a hundredth of the points counts, at least
    30 and at most 100 (Kobak & Berens 2019, Nature Communications 10; above 100 a map of 21,000
    points takes minutes), for UMAP 50. Fewer points than that take what they have room for.
    """
    perplexities = {
        "local detail": 10.0,
        "balanced": 30.0,
        "global shape": min(max(n_samples / 100, 30.0), 100.0),
    }
    neighbours = {"local detail": 5, "balanced": 15, "global shape": 50}
    room = 3 * n_samples // 10 if n_samples >= 7 else 0.3 * n_samples  # below n_samples / 3
    if room <= 1:
        raise SpecError(f"a map needs at least 4 points, got {n_samples}")
    return MapParameters(
        perplexity=float(min(round(perplexities[name]), room)),
        n_neighbors=min(neighbours[name], n_samples - 1),
        min_dist={"local detail": 0.0, "balanced": 0.1, "global shape": 0.5}[name],
        exaggeration=LATE_EXAGGERATION if n_samples >= N_LARGE else 1.0,
    )
