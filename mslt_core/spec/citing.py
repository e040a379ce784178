"""How a pinned finding is cited, and what stands under it, in every medium alike."""

import datetime
from collections.abc import Sequence

from mslt_core.spec.stories import Origin, Pinned

PAPER = "Lim et al. (2024)"
BETWEEN = ", "
NO_RUNS = "No training run stands behind it."
MAX_NAMED = 8
"""Sets; of a whole sweep only their number is told, and the runs are in the pin."""


def provenance(pinned: Pinned) -> str:
    """One line under a slide: data, model, seeds, n, version and date."""
    origin = pinned.pin.origin
    if origin.runs:
        data, model = (_short(t) for t in (origin.data, origin.model_fingerprint))
        parts = [
            f"{origin.task} (data {data})",
            f"{origin.model} ({model})",
            seeds_told(origin.seeds),
        ]
    else:
        parts = [NO_RUNS.rstrip(".")]
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
    else:
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


def _short(fingerprints: str) -> str:
    return BETWEEN.join(one[:8] for one in fingerprints.split(BETWEEN))


def _sets(names: Sequence[str]) -> str:
    return f"{len(names)} sets" if len(names) > MAX_NAMED else ", ".join(names)


def seeds_told(seeds: Sequence[int]) -> str:
    """Seeds 0, 1 and 2."""
    if not seeds:
        return "no seed"
    *first, last = map(str, dict.fromkeys(seeds))
    return f"seeds {', '.join(first)} and {last}" if first else f"seed {last}"
