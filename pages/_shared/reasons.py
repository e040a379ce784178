"""Why a set ranks where it does, in words."""

import math

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.languages import LANGUAGES, label
from mslt_core.spec.naming import first_few
from mslt_core.spec.rankings import FeatureContrast, SelectionResult, SetExplained
from mslt_core.spec.selecting import Criterion, SelectSpec
from mslt_core.spec.specs import set_name
from pages._shared.chosen_set import choose
from pages._shared.messages import escape
from pages._shared.theme import show_figure

MAX_UNCOVERED = 8

PREDICTED = "°"
"""Stands behind values that no source reports."""


def reasons(spec: SelectSpec, result: SelectionResult, chosen: tuple[str, ...]) -> None:
    """Features in words at the left, the pairs' shares at the right."""
    told = pipeline.explain(spec, result, chosen)
    st.subheader(f"Why does {set_name(chosen)} rank there?")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _features(told, _where(told.features, spec), chosen)
        _better(told)
    if told.contributions:
        with right:
            show_figure(
                lambda theme: figures.contributions(told, criterion=result.criterion, theme=theme),
                key="contributions",
            )
    elif result.values:
        with right:
            _shares(result, chosen)


def _where(features: Criterion, spec: SelectSpec) -> str:
    """In which features the languages differ, where it is not what the sets are ranked by."""
    if features == spec.criterion:
        return ""
    if features in {name for name, _ in spec.weights}:
        return f"In {CRITERIA[features].name}, a part of the {CRITERIA[spec.criterion].name}, "
    return f"In {CRITERIA[features].name}, which {CRITERIA[spec.criterion].name} ignores, "


def _features(told: SetExplained, where: str, chosen: tuple[str, ...]) -> None:
    if len(chosen) > 1 and told.differ:
        lines = "\n".join(f"- {_contrast(contrast)}" for contrast in told.differ)
        st.markdown(f"{where}{'they' if where else 'They'} differ most in\n{lines}")
    if len(chosen) > 1 and told.agree:
        st.markdown(f"All have {', '.join(map(_shared, told.agree))}.")
    if any(contrast.predicted for contrast in (*told.differ, *told.agree)):
        st.caption(f"{PREDICTED} Reported by no source here: predicted from near languages.")
    scripts = sorted({LANGUAGES[lang].script for lang in chosen})
    families = sorted({LANGUAGES[lang].family for lang in chosen})
    said = (_listed("Script", "Scripts", scripts), _listed("Family", "Families", families))
    st.markdown(". ".join(said) + ".")
    if told.uncovered:
        shown = first_few(told.uncovered, MAX_UNCOVERED)
        st.markdown(
            f"In the pool, but not in this set: {escape(shown)}.",
            help="Values of word order, morphology and case that another language has. "
            + ", ".join(told.uncovered),
        )


def _listed(one: str, many: str, names: list[str]) -> str:
    return f"{one if len(names) == 1 else many}: {', '.join(names)}"


def _contrast(contrast: FeatureContrast) -> str:
    """SVO order: yes in ar, en; no in tr. Values that sources disagree on are numbers."""
    words: dict[str, list[str]] = {}
    for lang, value in contrast.values.items():
        said = {0.0: "no", 1.0: "yes"}.get(round(value, 2), f"{value:.2f}")
        words.setdefault(said, []).append(f"{lang}{PREDICTED * (lang in contrast.predicted)}")
    told = "; ".join(f"{said} in {', '.join(words[said])}" for said in sorted(words, reverse=True))
    return f"**{escape(contrast.name)}**: {told}"


def _shared(contrast: FeatureContrast) -> str:
    return f"{escape(contrast.name)}{PREDICTED * bool(contrast.predicted)}"


def _better(told: SetExplained) -> None:
    if told.better is None:
        st.markdown("No set that differs in one language ranks higher.")
        return
    mine, other = set(told.place.source_langs), set(told.better.source_langs)
    out, in_ = label((mine - other).pop()), label((other - mine).pop())
    st.markdown(f"One swap better: {escape(in_)} for {escape(out)} has rank {told.better.rank:,}.")
    if st.button(f"Look at {set_name(told.better.source_langs)}", key="look_at_better"):
        choose(told.better.source_langs)
        st.rerun()


def _shares(result: SelectionResult, chosen: tuple[str, ...]) -> None:
    """Each language's own figure, where a criterion has one."""
    assert result.values is not None
    info = CRITERIA[result.criterion]
    values = {lang: result.values[lang] for lang in chosen if lang in result.values}
    st.markdown("Each language by itself")
    known = sorted(
        (lang for lang in values if not math.isnan(values[lang])), key=lambda x: -values[x]
    )
    for lang in known:
        st.markdown(f"- {escape(label(lang))}: {values[lang]:,.{max(info.decimals, 1)}f}")
    for lang in sorted(values.keys() - set(known)):
        st.markdown(f"- {escape(label(lang))}: no figure")
