"""One map of several checkpoints' vectors of the same sentences."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.projection.align import Coords
from mslt_core.analysis.projection.pca import check_vectors
from mslt_core.analysis.projection.project import project
from mslt_core.spec.errors import SpecError
from mslt_core.spec.maps import MapParameters, Projection


def project_jointly(
    Xs: Sequence[npt.NDArray[np.floating]],
    *,
    method: Projection,
    seed: int,
    parameters: MapParameters | None = None,
) -> list[Coords]:
    """One map of the same sentences in several checkpoints, cut into one part a checkpoint.

    Parameters
    ----------
    Xs : sequence of ndarrays of shape (n_samples, n_features)
        Row i is the same sentence in all of them; the widths are equal.
    method, seed, parameters
        As for `project`; perplexity and n_neighbors count among the points of all checkpoints.

    Returns
    -------
    list of ndarrays of shape (n_samples, 2)
        Float32, all in one frame: a point's place means the same in each.

    Raises
    ------
    SpecError
        If there is none, or the checkpoints differ in width: a joint map needs one space.
    ValueError
        If the numbers of rows differ.
    DegenerateInputError
        If one checkpoint's vectors are not finite or all equal; and as `project`.

    Notes
    -----
    Each checkpoint's vectors are centred and divided by their mean norm (`common_scale`), then
    stacked and mapped as one set. Directions are not matched: checkpoints tuned from one base
    share its directions to begin with, two unrelated encoders do not.

    What it costs. Neighbours are sought among all checkpoints' points. Where training moved a
    checkpoint as a whole, its points are each other's nearest and form an island: that shows that
    checkpoints differ, and leaves each island little room to show how its languages lie. Where it
    moved little, a sentence's nearest neighbours are its own copies, which pull every checkpoint's
    points together and take up most of a small perplexity. c checkpoints take c times a map's
    iterations and c^2 times its search for neighbours.

    The other way, `project` with `init` and then `aligned`, fits each checkpoint to its own
    neighbours alone, but favours the first one: the others start from its arrangement and keep of
    it what their own neighbours leave open.
    """
    shapes = [X.shape for X in Xs]
    if not shapes:
        raise SpecError("a joint map needs at least one checkpoint")
    if len({shape[0] for shape in shapes}) != 1:
        raise ValueError(
            f"row i must be the same sentence in every checkpoint, got shapes "
            f"{' and '.join(map(str, shapes))}"
        )
    if len({shape[1:] for shape in shapes}) != 1:
        raise SpecError(
            f"a joint map needs checkpoints of one width, got widths "
            f"{' and '.join(str(shape[-1]) for shape in shapes)}",
            hint="Draw one map each, aligned to the first.",
        )
    stacked = np.concatenate([common_scale(X) for X in Xs])
    coords = project(stacked, method=method, seed=seed, parameters=parameters)
    return np.split(coords, len(Xs))


def common_scale(X: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Vectors of shape (n_samples, n_features) with mean 0 and mean norm 1, float64."""
    check_vectors(X)
    centred = X.astype(np.float64)
    centred -= centred.mean(axis=0)
    return centred / np.linalg.norm(centred, axis=1).mean()
