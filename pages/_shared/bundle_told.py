"""What a bundle holds, and what of it is new, in sentences."""

from collections.abc import Sized

from mslt_core.pipeline.bundles import IMPORTED_RESULT, ExportedBundle, ImportedBundle
from mslt_core.store import told_size


def held(made: ExportedBundle) -> tuple[str, ...]:
    """What a story's bundle holds, and what stays at home."""
    manifest = made.manifest
    parts = [_number(manifest.pins, "pin"), _number(manifest.runs, "run")]
    if manifest.outside:
        parts.append(_number(manifest.outside, IMPORTED_RESULT))
    told = [f"The bundle holds the story with {_and(parts)}, without weights"]
    if lacking := [name for name in made.left_out if name.startswith(IMPORTED_RESULT)]:
        several = len(lacking) > 1
        told.append(
            f"{_number(lacking, IMPORTED_RESULT)} that its pins show {'are' if several else 'is'} "
            "not in it: no longer whole here"
        )
    if n := len(manifest.absent):
        told.append(
            f"{n:,} run{'s' * (n > 1)} that its pins rest on "
            f"{'are' if n > 1 else 'is'} not in it: of the shipped example, which is everywhere, "
            "or no longer readable here"
        )
    return tuple(told)


def would_come(found: ImportedBundle) -> list[str]:
    """What is in it, what of that is new, and what will be otherwise than its sender meant."""
    manifest, stories = found.manifest, found.stories
    inside = listed(
        manifest.stories, manifest.pins, manifest.runs, manifest.sweeps, manifest.outside
    )
    told = [f"Verified: {inside}, {told_size(sum(m.size for m in manifest.members))}."]
    if is_new(found):
        new = all_new(found)
        told.append("All of it is new here." if new == inside else f"New here: {new}.")
    elif not (found.refused or found.outside.refused):
        same = "with the same scores" if found.skipped else "the same"
        return [*told, f"All of it is here already, {same}."]
    if beside := [mine for theirs, mine in stories.new.items() if theirs != mine]:
        told.append(f"You have a story of that name: this one comes beside it, {_and(beside)}.")
    if n := len(found.refused):
        told.append(f"{_runs(n)} here with another result and stay{'s' * (n == 1)} yours.")
    if n := len(found.outside.refused):
        one = n == 1
        told.append(
            f"{n:,} imported result{'s' * (not one)} contradict{'s' * one} what is here and "
            f"stay{'s' * one} out."
        )
    if n := len(stories.missing):
        told.append(
            f"{_runs(n)} neither in it nor here: slides show what was pinned, but their views "
            "cannot be opened anew."
        )
    if n := len(found.outside.missing):
        told.append(
            f"{_number(found.outside.missing, IMPORTED_RESULT)} that its pins show "
            f"{'are' if n > 1 else 'is'} neither in it nor here."
        )
    return told


def is_new(found: ImportedBundle) -> bool:
    """Whether anything of it is not here yet."""
    stories = found.stories
    told = (stories.new, stories.pins, found.runs, found.sweeps, found.outside.new)
    return any(map(bool, told)) or found.n_arrays > 0


def all_new(found: ImportedBundle) -> str:
    """What of it came, or would come."""
    stories = found.stories
    return listed(stories.new, stories.pins, found.runs, found.sweeps, found.outside.new)


def listed(stories: Sized, pins: Sized, runs: Sized, sweeps: Sized, outside: Sized = ()) -> str:
    """1 story, 2 pins and 6 runs."""
    given = (
        *((stories, "story"), (pins, "pin"), (runs, "run"), (sweeps, "sweep")),
        (outside, IMPORTED_RESULT),
    )
    return _and(
        [_number(found, what) for found, what in given if len(found)] or ["vectors and maps"]
    )


def _and(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _runs(n: int) -> str:
    return f"{n:,} runs are" if n > 1 else "1 run is"


def _number(found: Sized, what: str) -> str:
    n = len(found)
    return f"{n:,} {what if n == 1 else what.replace('y', 'ie') + 's'}"
