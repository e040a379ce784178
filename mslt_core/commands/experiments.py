"""Which experiment a command is about, and which of its sets."""

import argparse
from collections import Counter
from collections.abc import Sequence

from mslt_core.pipeline import experiment_labels, experiments
from mslt_core.spec.errors import NotComputedError, SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import set_name


def add_experiment(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add ``--experiment``."""
    parser.add_argument(
        "--experiment",
        metavar="DIGEST",
        help="of runs that may be compared, or its beginning (default: yours with most sets, or "
        "the example's until two sets of one are yours)",
    )


def experiment_of(groups: Sequence[RunGroup], wanted: str | None) -> str:
    """The experiment that is named, or the one that is meant where none is."""
    if not groups:
        raise NotComputedError("no finished run to compare", hint="`python -m mslt_core train`.")
    if wanted is None:
        return experiments(groups)[0]
    sizes = Counter(group.experiment for group in groups)
    found = [key for key in sizes if key.startswith(wanted)]
    if len(found) != 1:
        labels = experiment_labels(groups)
        known = "; ".join(
            f"{key} ({labels[key]}: {n} set{'s' * (n > 1)})" for key, n in sizes.most_common()
        )
        raise SpecError(f"there is no one experiment {wanted!r}", hint=f"There are {known}.")
    return found[0]


def baseline_of(groups: Sequence[RunGroup], text: str | None) -> RunGroup:
    """The set that is named, or English, or else the first."""
    if text is not None:
        return set_of(groups, text)
    english = [group for group in groups if group.source_langs == ("en",)]
    return (english or list(groups))[0]  # singles come first


def chosen_sets(groups: Sequence[RunGroup], text: str | None, baseline: RunGroup) -> list[RunGroup]:
    """The sets that are named, or all, without the baseline."""
    if text is None:
        named = list(groups)
    else:
        named = [set_of(groups, part) for part in text.split(";") if part.strip()]
    chosen = [group for group in named if group.key != baseline.key]
    if not chosen:
        raise SpecError(f"no set to compare with {baseline.name}", hint="Name others by --sets.")
    return list({group.key: group for group in chosen}.values())


def set_of(groups: Sequence[RunGroup], text: str) -> RunGroup:
    """The set of these languages, without shots if it is there, or of this name.

    Few-shot sets are told apart by their names: MSLT(de, en) + 10 th.
    """
    if named := [group for group in groups if group.name == text.strip()]:
        return named[0]
    langs = languages(text)
    found = [group for group in groups if group.source_langs == langs]
    if not found:
        raise SpecError(
            f"there is no finished run of {set_name(langs)} in this experiment",
            hint="`python -m mslt_core runs` lists what there is; --experiment names another.",
        )
    return found[0]
