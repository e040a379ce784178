"""How a pinned finding is cited, and what stands under it, in every medium alike."""

import datetime
from collections.abc import Sequence

from mslt_core.spec.naming import first_few
from mslt_core.spec.stories import Origin, OutsideShown, Pinned

PAPER = "Lim et al. (2024)"
BETWEEN = ", "
ORACLE = "Oracle("
"""What the names of a target's own runs begin with; see `TrainSpec.name`."""
NO_RUNS = "No training run stands behind it."
MAX_NAMED = 8
"""Sets, or files; of a whole sweep only their number is told, and the runs are in the pin."""
MAX_IN_A_LINE, MAX_SOURCE = 3, 40
"""Imported sets under a slide, and letters of a file's name there."""
STATED = "That these were trained and tested alike is what their importer stated."


def provenance(pinned: Pinned) -> str:
    """One line under a slide: data, model, seeds, n, version and date."""
    origin = pinned.pin.origin
    parts = []
    if origin.runs:
        data, model = (_short(t) for t in (origin.data, origin.model_fingerprint))
        parts = [
            f"{origin.task} (data {data})",
            f"{origin.model} ({model})",
            seeds_told(origin.seeds),
        ]
    if origin.outside:
        parts.append(_imported_line(origin))
    parts = parts or [NO_RUNS.rstrip(".")]
    version = dict(origin.versions).get("mslt-lab", "")
    parts += [origin.sizes, f"MSLT Lab {version}" if version else "", day(pinned.created_utc)]
    return BETWEEN.join(filter(None, parts))


def cite_text(title: str, origin: Origin, created_utc: str) -> str:
    """A paragraph for a paper or an appendix: model, data, seeds, sizes and versions."""
    version = dict(origin.versions).get("mslt-lab", "")
    lab = f"MSLT Lab {version}" if version else "MSLT Lab"
    told = [f'"{title.rstrip(".")}". {lab}, {day(created_utc)}.']
    if origin.runs:
        n = len(origin.runs)
        told += [
            f"Task: {origin.task} (data fingerprint {origin.data}).",
            f"Model: {origin.model} (weights fingerprint {origin.model_fingerprint}).",
            f"Sets: {_sets(origin.sets)}; {seeds_told(origin.seeds)}; {n} run{'s' * (n > 1)}.",
            f"Recipe: {origin.experiment}." if origin.experiment else "",
        ]
    if origin.outside:
        told += _imported_in_full(origin)
    if not (origin.runs or origin.outside):
        told.append(NO_RUNS)
    told.append(f"Size: {origin.sizes}." if origin.sizes else "")
    told.append(origin.doubt)
    software = ", ".join(f"{name} {v}" for name, v in origin.versions if name != "mslt-lab")
    told.append(f"Software: {software}." if software else "")
    told.append(f"Terms and procedure follow {PAPER}.")
    return " ".join(filter(None, told))


def day(utc: str) -> str:
    """22 November 2026; what was given where it is no date."""
    try:
        date = datetime.datetime.fromisoformat(utc)
    except ValueError:
        return utc
    return f"{date.day} {date:%B %Y}"


def files_told(shown: Sequence[OutsideShown]) -> list[str]:
    """Each file that imported results came in: file 'a.csv' (SHA-256 ...), imported on 1 May."""
    files = dict.fromkeys((one.source, one.sha256, day(one.imported_utc)) for one in shown)
    return [f"{source} (SHA-256 {sha}), imported on {on}" for source, sha, on in files]


def outside_sets(shown: Sequence[OutsideShown]) -> tuple[str, ...]:
    """The names of imported sets, as they are told beside those of runs."""
    return tuple(dict.fromkeys(one.name for one in shown))


def _imported_line(origin: Origin) -> str:
    """imported: theirs (file 'own.csv', 2d6ac1e7), seeds 0 and 1."""
    shown = origin.outside
    files = [
        f"{source[:MAX_SOURCE]}, {sha[:8]}"
        for source, sha in dict.fromkeys((one.source, one.sha256) for one in shown)
    ]
    came = files[0] if len(files) == 1 else f"{len(files)} files"
    where = f"{shown[0].task}, imported as {shown[0].experiment}"
    if origin.runs:  # of their experiment
        where = "imported"
    elif origin.experiment:
        where = f"imported with runs of {origin.experiment}"
    sets = first_few(outside_sets(shown), MAX_IN_A_LINE)
    return f"{where}: {sets} ({came}), {outside_seeds(shown)}"


def _imported_in_full(origin: Origin) -> list[str]:
    shown, n = origin.outside, len(origin.outside)
    where = f" of the experiment {origin.experiment or shown[0].experiment}"
    files = files_told(shown)
    came = f"They are from {', and from '.join(files)}."
    if len(files) > MAX_NAMED:
        last = max(one.imported_utc for one in shown)
        came = f"They are from {len(files)} files, the last imported on {day(last)}."
    return [
        "" if origin.runs else f"Task: {shown[0].task}.",
        f"Imported{' beside them' * bool(origin.runs)}: {_sets(outside_sets(shown))}; "
        f"{outside_seeds(shown)}; {n} result{'s' * (n > 1)}{where * (not origin.runs)}.",
        came,
        STATED,
    ]


def outside_seeds(shown: Sequence[OutsideShown]) -> str:
    """Seeds 0 and 1: of imported results."""
    return seeds_told(sorted({one.seed for one in shown}))


def _short(fingerprints: str) -> str:
    return BETWEEN.join(one[:8] for one in fingerprints.split(BETWEEN))


def _sets(names: Sequence[str]) -> str:
    """SSLT(en), MSLT(de, en), 14 oracles."""
    told = [
        f"{len(some)} {many}" if len(some) > MAX_NAMED else ", ".join(some)
        for some, many in zip(sets_and_oracles(names), ("sets", "oracles"), strict=True)
    ]
    return ", ".join(filter(None, told))


def sets_and_oracles(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is compared, and the targets' own runs that are marks beside it."""
    oracles = [name for name in names if name.startswith(ORACLE)]
    return [name for name in names if name not in oracles], oracles


def seeds_told(seeds: Sequence[int]) -> str:
    """Seeds 0, 1 and 2."""
    if not seeds:
        return "no seed"
    *first, last = map(str, dict.fromkeys(seeds))
    return f"seeds {', '.join(first)} and {last}" if first else f"seed {last}"
