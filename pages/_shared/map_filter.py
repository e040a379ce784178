"""Which languages the maps show: by whether they were trained on, by script, by family."""

from collections.abc import Sequence

import streamlit as st

from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.results import MingleResult
from pages._shared.map_colours import seen_by_any


def hidden_languages(result: MingleResult) -> frozenset[str]:
    """The control, and the languages that it leaves out: none where nothing is chosen."""
    langs = result.maps[0].langs
    options = _options(langs, seen_by_any(result))
    chosen = st.multiselect(
        "Show only",
        list(options),
        key="show",
        bind="query-params",
        placeholder="all languages",
        help="Of one kind any, of different kinds all: Latn, Arab and unseen.",
    )
    shown = passing(langs, [options[name] for name in chosen])
    if not shown:
        st.caption("No language is all of these, so all are shown.")
    return frozenset(langs) - shown if shown else frozenset()


def _options(langs: Sequence[str], seen: frozenset[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """What can be chosen, by how it is called: its kind, and its languages."""
    kinds = {
        "seen": {lang: "seen" if lang in seen else "unseen" for lang in langs},
        "script": {lang: LANGUAGES[lang].script for lang in langs},
        "family": {lang: LANGUAGES[lang].family for lang in langs},
    }
    options = {}
    for kind, of_lang in kinds.items():
        names = sorted(set(of_lang.values()))
        if len(names) < 2:
            continue
        for name in names:
            members = frozenset(lang for lang in langs if of_lang[lang] == name)
            options[name if kind == "seen" else f"{kind}: {name}"] = (kind, members)
    return options


def passing(langs: Sequence[str], chosen: Sequence[tuple[str, frozenset[str]]]) -> frozenset[str]:
    """Languages of any choice of a kind, and of every kind that something was chosen of."""
    of_kind: dict[str, frozenset[str]] = {}
    for kind, members in chosen:
        of_kind[kind] = of_kind.get(kind, frozenset()) | members
    return frozenset(langs).intersection(*of_kind.values())
