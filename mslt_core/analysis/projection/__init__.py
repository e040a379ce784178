"""Maps: sentence vectors in two dimensions, and maps that can be compared."""

from mslt_core.analysis.projection.align import Coords, aligned
from mslt_core.analysis.projection.joint import project_jointly
from mslt_core.analysis.projection.neighbours import Neighbours, tsne_neighbours
from mslt_core.analysis.projection.pca import PrincipalComponents, principal_components
from mslt_core.analysis.projection.project import library, project

__all__ = [
    "Coords",
    "Neighbours",
    "PrincipalComponents",
    "aligned",
    "library",
    "principal_components",
    "project",
    "project_jointly",
    "tsne_neighbours",
]
