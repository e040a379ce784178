"""Maps: sentence vectors in two dimensions, and maps that can be compared."""

from mslt_core.analysis.projection.align import Coords, aligned
from mslt_core.analysis.projection.joint import project_jointly
from mslt_core.analysis.projection.neighbours import N_PRINCIPAL, Neighbours, tsne_neighbours
from mslt_core.analysis.projection.pca import PrincipalComponents, principal_components
from mslt_core.analysis.projection.project import library, project
from mslt_core.analysis.projection.tsne import n_neighbours

__all__ = [
    "N_PRINCIPAL",
    "Coords",
    "Neighbours",
    "PrincipalComponents",
    "aligned",
    "library",
    "n_neighbours",
    "principal_components",
    "project",
    "project_jointly",
    "tsne_neighbours",
]
