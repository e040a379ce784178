"""``example`` and ``doctor``: make what is shipped, and see whether the machine is ready."""

import argparse
import dataclasses
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mslt_core.commands.answer import Answer, Subparsers, command, progress, table
from mslt_core.pipeline import EXAMPLE, EXAMPLE_MODEL, allowed_roots, health, open_store
from mslt_core.spec.errors import SpecError
from mslt_core.store import Store

if TYPE_CHECKING:
    from rich.console import RenderableType


def add(subparsers: Subparsers) -> None:
    """Add ``example`` and ``doctor``."""
    example = command(
        subparsers,
        "example",
        _example,
        describe="Remake a part of the shipped example",
        example="example base --out /tmp/base",
    )
    example.add_argument(
        "what",
        choices=sorted(REMAKE),
        help="base: pretrain the base encoder; runs: train the runs and draw the maps; sweep: "
        "train all 127 subsets of the sources with three seeds, and go on where it was stopped",
    )
    example.add_argument(
        "--out", type=Path, metavar="DIR", help="where to (default: in place of what is shipped)"
    )
    example.add_argument("--steps", type=int, help="default: as shipped, about 30 minutes")
    example.add_argument("--seed", type=int, default=0, help="default 0")
    example.add_argument("--limit", type=int, metavar="N", help="sweep: stop after N runs")
    doctor = command(
        subparsers,
        "doctor",
        _doctor,
        describe="Check versions, device, hub, data folders and store",
        example="doctor",
    )
    doctor.add_argument(
        "--roots",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="look for data under these folders (default: MSLT_ROOTS, else around the project)",
    )


def _base(args: argparse.Namespace) -> dict[str, Any]:
    from mslt_core import example

    steps = example.BASE_STEPS if args.steps is None else args.steps
    if steps < 1:
        raise SpecError(f"--steps must be 1 or more, got {steps}")
    with progress(args) as report:
        return example.build_base(
            args.out or EXAMPLE / EXAMPLE_MODEL,
            steps=steps,
            seed=args.seed,
            report=lambda line: report(0, 0, line),
        )


def _runs(args: argparse.Namespace) -> dict[str, Any]:
    from mslt_core import example

    with progress(args) as report:
        return example.build_runs(args.out or EXAMPLE, report=lambda line: report(0, 0, line))


def _sweep(args: argparse.Namespace) -> dict[str, Any]:
    from mslt_core import example

    with progress(args) as report:
        return example.build_sweep(
            args.out or EXAMPLE,
            store=open_store(args.store),
            limit=args.limit,
            report=lambda line: report(0, 0, line),
        )


REMAKE = {"base": _base, "runs": _runs, "sweep": _sweep}


def _example(args: argparse.Namespace) -> Answer:
    made = REMAKE[args.what](args)
    return Answer(
        payload={"what": args.what, **made},
        shown=lambda: table(
            f"example {args.what}", ("", ""), [(name, str(value)) for name, value in made.items()]
        ),
    )


def _doctor(args: argparse.Namespace) -> Answer:
    packages = health.packages()
    store = open_store(args.store)
    stores = [health.store_health(store)]
    if EXAMPLE.is_dir() and store.root != EXAMPLE:
        stores.append(health.store_health(Store(EXAMPLE, read_only=True)))
    missing = [p for p in packages if p.installed is None]
    problems = [f"{p.name} {p.pinned} is not installed" for p in missing]
    problems += [problem for one in stores for problem in one.problems]
    # without torch there is nothing to ask about the device
    device = None if any(p.name == "torch" for p in missing) else health.device()
    hub_problem = health.hub_problem()
    folders = health.found_folders(tuple(args.roots or allowed_roots()))
    payload = {
        "healthy": not problems,
        "problems": problems,
        "python": platform.python_version(),
        "packages": {p.name: {"pinned": p.pinned, "installed": p.installed} for p in packages},
        "device": device,
        "hub": {"reachable": not hub_problem, "problem": hub_problem},
        "example": {"base": (EXAMPLE / EXAMPLE_MODEL).is_dir(), "n_runs": stores[-1].n_runs},
        "data": [dataclasses.asdict(found) for found in folders],
        "stores": [dataclasses.asdict(one) for one in stores],
    }
    return Answer(
        payload=payload, shown=lambda: _shown(payload, packages), exit_code=1 if problems else 0
    )


def _shown(payload: dict[str, Any], packages: list[health.Package]) -> "RenderableType":
    other = [f"{p.name} {p.installed} (pinned {p.pinned})" for p in packages if not p.fits]
    hub, example = payload["hub"], payload["example"]
    rows = [
        ("Python", payload["python"]),
        ("packages", ", ".join(other) or f"all {len(packages)} as pinned"),
        ("device", payload["device"] or "unknown: torch is not installed"),
        ("hub", "reachable" if hub["reachable"] else f"not reachable: {hub['problem']}"),
        (
            "example",
            f"base {'there' if example['base'] else 'missing'}, {example['n_runs']} runs",
        ),
    ]
    rows += [
        (
            f"store {one['root']}",
            f"{one['n_runs']} runs, {one['n_arrays']} arrays, "
            f"{'writable' if one['writable'] else 'read-only'}, {one['free_gb']:.1f} GB free",
        )
        for one in payload["stores"]
    ]
    rows += [
        (f"{found['kind']} {found['path']}", found["problem"] or ", ".join(found["langs"]))
        for found in payload["data"]
    ]
    rows += [("PROBLEM", problem) for problem in payload["problems"]]
    return table("Healthy" if payload["healthy"] else "Not healthy", ("", ""), rows)
