"""Which source languages are most diverse?"""

from mslt_core.analysis import selection
from mslt_core.data import typology
from mslt_core.spec.results import SelectionResult
from mslt_core.spec.specs import SelectSpec


def select(spec: SelectSpec) -> SelectionResult:
    """All sets of the spec's pool, ranked by the paper's diversity score."""
    distances = selection.distances(typology.vectors(spec.criterion, spec.pool))
    return SelectionResult(
        criterion=spec.criterion,
        k=spec.k,
        pool=spec.pool,
        sets=selection.rank_sets(distances, spec.pool, spec.k, include=spec.include),
        distances=distances,
    )
