"""Ranked sets of languages in words."""

from mslt_core.spec.results import SelectionResult
from mslt_core.spec.specs import Criterion, set_name
from pages._shared.messages import escape

WORDS: dict[Criterion, tuple[str, str]] = {
    "syntax": ("Syntax", "word order and other grammatical features (syntax_knn)"),
    "phonology": ("Phonology", "sound patterns (phonology_knn)"),
    "inventory": ("Inventory", "which sounds a language has (inventory_knn)"),
    "family": ("Family", "place in the family tree (fam)"),
    "geography": ("Geography", "where the language is spoken (geo)"),
}


def answer(result: SelectionResult) -> str:
    """The finding in one sentence."""
    best = [ranked for ranked in result.sets if ranked.rank == 1]
    what = WORDS[result.criterion][0].lower()
    n = f"{len(result.sets):,} set{'s' if len(result.sets) > 1 else ''} of {result.k}"
    if len(best) > 1:
        return (
            f"By {what}, **{len(best)} sets tie** for the most diverse of {n}, "
            f"with diversity {best[0].score:.2f}. {escape(set_name(best[0].source_langs))} "
            "is the first of them in alphabetical order."
        )
    second = next((r for r in result.sets if r.rank > 1), None)
    ahead = f"; the next set has {second.score:.2f}" if second else ""
    return (
        f"By {what}, **{escape(set_name(best[0].source_langs))}** is the most diverse of {n}, "
        f"with diversity {best[0].score:.2f}{ahead}."
    )
