"""The base checkpoint that runs began from: its name here, and the criteria that read it."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from mslt_core.pipeline.checkpoints import checkpoint
from mslt_core.pipeline.choosing import COMPARED, compare
from mslt_core.pipeline.ingredients import Access
from mslt_core.pipeline.places import EXAMPLE_MODEL
from mslt_core.spec.errors import BadInputError, HubError, NotComputedError
from mslt_core.spec.rankings import CriteriaResult
from mslt_core.spec.results import CheckpointRef, RunGroup, RunInfo
from mslt_core.spec.selecting import TEXT_CRITERIA, SelectSpec


def base_of(groups: Sequence[RunGroup]) -> str:
    """What `checkpoint` finds the base of an experiment's runs by.

    The example's is ``base``, any other its folder. Where that is not on this machine, as with
    runs that a bundle brought, it is ``RUN@0``: what was computed of it is found all the same.
    """
    return _ref(groups[0].runs[0]) if groups else EXAMPLE_MODEL


def compare_by_own_base(
    access: Access, groups: Sequence[RunGroup], spec: SelectSpec
) -> CriteriaResult:
    """All criteria of `spec`, with the base of these runs for those that read a model."""
    try:
        base = _own_base(access, groups[0].runs[0])
    except (BadInputError, NotComputedError, HubError) as e:
        told = compare(access, spec, [one for one in COMPARED if one not in TEXT_CRITERIA])
        missing = {**told.missing, **dict.fromkeys(TEXT_CRITERIA, str(e))}
        return dataclasses.replace(told, missing=missing)
    return compare(access, spec.but(model=base.key))


def _own_base(access: Access, info: RunInfo) -> CheckpointRef:
    """The base of a run, which must be there as it was."""
    found = checkpoint(access.store, _ref(info), roots=access.roots)
    if not found.path:
        raise BadInputError(f"the model {info.spec.model} of these runs is not on this machine")
    if found.fingerprint != info.spec.model_fingerprint:
        raise BadInputError(
            f"{found.path} no longer holds the model that these runs began from",
            hint="Put it back, or train the sets again.",
        )
    return found


def _ref(info: RunInfo) -> str:
    named = info.where.model
    here = named is not None and (named == EXAMPLE_MODEL or Path(named).is_dir())
    return named if named is not None and here else f"{info.run}@0"
