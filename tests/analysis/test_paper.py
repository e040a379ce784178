"""Whose figures the paper's tables hold: determined, unknown, contradictory."""

import dataclasses
import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_distances

from mslt_core.analysis.paper import overlay
from mslt_core.analysis.paper_checks import GROUPS, POOL, SETS, TASKS, anchors, table_remarks
from mslt_core.analysis.paper_english import english_fixed
from mslt_core.data.paper import PaperTables, paper_tables
from mslt_core.spec.errors import SpecError

ATOL = 1e-9  # of tied sums of float64; sets that differ do so by 1e-3 or more


def sets(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(text.split()) for text in texts)


FAMILY_TIE = sets("ar de zh", "ar en zh", "ar es zh", "ar fr zh", "ar ru zh")
PICKS = {
    ("syntax", "max", "all"): sets("ar de zh"),
    ("phonology", "max", "all"): sets("ar en zh"),
    ("inventory", "max", "all"): sets("de es zh"),
    ("family", "max", "all"): FAMILY_TIE,
    ("geography", "max", "all"): sets("ar es zh"),
    ("syntax", "min", "all"): sets("de en ru"),
    ("phonology", "min", "all"): sets("en es ru"),
    ("inventory", "min", "all"): sets("de en fr"),
    ("family", "min", "all"): sets("es fr ru"),
    ("geography", "min", "all"): sets("de en fr"),
    ("pretraining_size", "max", "xlmr"): sets("de en ru"),
    ("pretraining_size", "max", "bloom"): sets("en fr zh"),
}
WITH_ENGLISH = {
    **dict.fromkeys(
        [(c, "max", "all") for c in ("syntax", "phonology", "family")], sets("ar en zh")
    ),
    **dict.fromkeys([(c, "max", "all") for c in ("inventory", "geography")], sets("en es zh")),
    ("pretraining_size", "max", "xlmr"): sets("de en ru"),
    ("pretraining_size", "max", "bloom"): sets("en fr zh"),
    ("vocabulary_coverage", "max", "bactrian_x"): sets("de en ru"),
}
NO_TABLES = PaperTables(
    criteria={}, english_fixed={}, top_sets={}, writing_systems={}, similarity={}
)


def but(tables: PaperTables, **changes) -> PaperTables:
    """The tables with some cells changed."""
    fields = {name: {**getattr(tables, name), **cells} for name, cells in changes.items()}
    return dataclasses.replace(tables, **fields)


def found(result, task, langs):
    """(score, rank) of one set; None where nothing is known."""
    hits = [s for s in result.scores if (s.task, s.source_langs) == (task, tuple(langs.split()))]
    return (hits[0].score, hits[0].rank) if hits else None


def evidence(result, task, langs):
    (hit,) = (s for s in result.scores if (s.task, " ".join(s.source_langs)) == (task, langs))
    return hit.evidence


def saying(lines, *parts):
    return [line for line in lines if all(part in line for part in parts)]


@pytest.fixture(scope="module")
def real():
    return overlay(paper_tables(), PICKS)


# by hand, on tables small enough to see through


def test_worked_by_hand():
    # one figure at rank 2, and Table 3 says which set is second: that set, whatever was computed
    tables = but(
        NO_TABLES,
        criteria={("embedding", "xnli"): (60.0, 2)},
        top_sets={("xnli", 1): ("ar", "de", "en"), ("xnli", 2): ("ar", "de", "es")},
    )
    result = overlay(tables, {})
    assert found(result, "xnli", "ar de es") == (60.0, 2)
    assert evidence(result, "xnli", "ar de es") == ("Table 1, embedding", "Table 3, rank 2")
    assert found(result, "xnli", "ar de en") == (None, 1)
    assert result.unknown == result.remarks == ()


def test_a_set_found_on_one_task_holds_for_the_group_and_no_further():
    tables = but(
        NO_TABLES,
        criteria={
            ("embedding", "xwinograd"): (60.0, 1),
            ("embedding", "xstorycloze"): (70.0, 9),
            ("embedding", "xnli"): (50.0, 9),
        },
        top_sets={("xwinograd", 1): ("ar", "de", "en")},
    )
    result = overlay(tables, {})
    assert found(result, "xstorycloze", "ar de en") == (70.0, 9)
    assert evidence(result, "xstorycloze", "ar de en") == (
        "Table 1, embedding (assuming one set for the three tasks of BLOOM)",
    )
    assert result.unknown == ("Table 1, embedding, XNLI: 50.00, rank 9; 35 of 35 sets remain",)


def test_a_score_without_a_rank_is_bounded_by_its_neighbours():
    # 55 lies between 56 at rank 2 and 54 at rank 4: of the two tied sets only the third fits
    tables = but(
        NO_TABLES,
        criteria={("min", "xnli"): (54.0, 4), ("max", "xnli"): (56.0, 2)},
        top_sets={("xnli", 3): ("ar", "de", "en"), ("xnli", 5): ("ar", "de", "es")},
        similarity={("syntax", "xnli"): (55.0, 55.0)},
    )
    tie = sets("ar de en", "ar de es")
    result = overlay(tables, {("syntax", "min", "all"): tie})
    assert found(result, "xnli", "ar de en") == (55.0, 3)
    assert found(result, "xnli", "ar de es") == (None, 5)


def test_equal_scores_do_not_bound():
    tables = but(
        NO_TABLES,
        criteria={("embedding", "xnli"): (55.0, 1)},
        top_sets={("xnli", 1): ("ar", "de", "en"), ("xnli", 2): ("ar", "de", "es")},
        similarity={("syntax", "xnli"): (55.0, 50.0)},
    )
    tie = sets("ar de en", "ar de es")
    result = overlay(tables, {("syntax", "min", "all"): tie})
    reason = "may be MSLT(ar, de, en) or MSLT(ar, de, es)"
    assert saying(result.unknown, "most similar, XNLI: 55.00", reason)


def test_the_order_of_picks_and_languages_is_of_no_account(real):
    turned = {key: tuple(s[::-1] for s in tied[::-1]) for key, tied in reversed(PICKS.items())}
    assert overlay(paper_tables(), turned) == real


# the paper


def test_family_is_settled_by_the_first_place_on_xwinograd(real):
    # five sets tie; rank 1 on XWinograd is Table 3's (ar, en, zh)
    assert "Table 1, family" in evidence(real, "wikiann", "ar en zh")
    assert found(real, "wikiann", "ar en zh") == (84.82, 8)
    assert not saying(real.unknown, "family")


def test_embedding_is_settled_on_wikiann_and_not_carried_over_to_xnli(real):
    # rank 4 on WikiAnn is Table 3's (ar, es, zh). Were it the pick on XNLI too, its rank 31 there
    # would contradict geography's rank 9 of the same set.
    assert "Table 1, embedding" in evidence(real, "wikiann", "ar es zh")
    assert found(real, "wikiann", "ar es zh") == (85.58, 4)
    assert found(real, "xnli", "ar es zh") == (73.24, 9)
    assert saying(real.unknown, "Table 1, embedding, XNLI: 72.26, rank 31", "27 of 35 sets remain")
    assert not saying(real.remarks, "Contradictory")


def test_vocabulary_is_settled_under_bloom_alone(real):
    assert found(real, "xcopa", "de en ru") == (50.32, 22)
    assert evidence(real, "xcopa", "de en ru")[0] == (
        "Table 1, vocabulary coverage (assuming one set for the three tasks trained on Bactrian-X)"
    )
    # Table 3 has the set at its rank, so nothing is assumed
    assert "Table 1, vocabulary coverage" in evidence(real, "xwinograd", "de en ru")
    # on WikiAnn it has rank 31, which the largest languages have: no two sets share a rank
    assert "Table 1, vocabulary coverage" in evidence(real, "wikiann", "de en ru")
    # on XNLI rank 26 is nobody's yet
    assert saying(real.unknown, "vocabulary coverage, XNLI", "27 of 35 sets remain")


def test_a_rank_that_is_settled_belongs_to_no_other_set():
    tables = but(
        NO_TABLES,
        criteria={("syntax", "xnli"): (60.0, 9), ("vocabulary_coverage", "xnli"): (60.0, 9)},
    )
    picks = {("syntax", "max", "all"): sets("ar de en")}
    assert evidence(overlay(tables, picks), "xnli", "ar de en") == (
        "Table 1, syntax",
        "Table 1, vocabulary coverage",
    )
    # the same score at another rank is another set
    tables = but(tables, criteria={("vocabulary_coverage", "xnli"): (60.0, 10)})
    assert saying(overlay(tables, picks).unknown, "vocabulary", "34 of 35 sets remain")


def test_equal_scores_are_not_taken_for_equal_sets(real):
    # 58.21 stands at ranks 1 and 2, 58.20 at ranks 3, 4 and 5
    scores = {s.rank: (s.score, s.source_langs) for s in real.scores if s.task == "xwinograd"}
    assert scores[1] == (58.21, ("ar", "en", "zh"))
    assert scores[2] == (58.21, ("de", "en", "ru"))
    assert scores[3] == (58.20, ("de", "es", "zh"))
    assert scores[4] == (58.20, ("en", "es", "ru"))
    assert scores[5] == (58.20, ("es", "fr", "ru"))
    # without a pick of one's own, Table 6's 58.21 might be either; on WikiAnn the first is too good
    unpicked = {key: tied for key, tied in PICKS.items() if key != ("syntax", "min", "all")}
    result = overlay(paper_tables(), unpicked)
    assert "Table 6, syntax, most similar" in evidence(result, "xwinograd", "de en ru")


def test_every_figure_is_either_used_or_unknown(real):
    tables = paper_tables()
    n_figures = len(tables.criteria) + 2 * sum(row in GROUPS for row, _ in tables.similarity)
    used = [text for s in real.scores for text in s.evidence if not text.startswith("Table 3")]
    assert len(used) + len(real.unknown) == n_figures == 110
    assert len(real.unknown) == 19


def test_a_set_has_one_score_and_a_rank_one_set(real):
    assert len({(s.task, s.source_langs) for s in real.scores}) == len(real.scores) == 55
    ranked = [(s.task, s.rank) for s in real.scores if s.rank]
    assert len(set(ranked)) == len(ranked)
    for task in TASKS:
        scores = [s.score for s in real.scores if s.task == task and s.score and s.rank]
        assert scores == sorted(scores, reverse=True)


def test_remarks_say_what_does_not_fit(real):
    remarks = real.remarks
    assert saying(remarks, "Table 4", "rows WikiAnn and XNLI exchanged")
    assert saying(remarks, "Table 4, XCOPA", "(52.82, 53.06, 53.10) lie above", "(51.76)")
    assert saying(remarks, "Table 1, XCOPA: embedding has 48.85 at rank 34", "MIN has 48.87")
    assert len(saying(remarks, "Table 6", "48.85 lies below Table 1's MIN (48.87)")) == 2
    assert len(saying(remarks, "most and the least similar set have the same score")) == 2
    assert not saying(remarks, "Table 2"), "it fits Tables 1 and 3"
    assert len(remarks) == 7


# contradictions made on purpose


def test_two_scores_for_one_set_are_dropped():
    tables = but(paper_tables(), similarity={("syntax", "wikiann"): (78.52, 85.60)})
    result = overlay(tables, PICKS)
    # Table 3 still says that the set is third
    assert found(result, "wikiann", "ar de zh") == (None, 3)
    (remark,) = saying(result.remarks, "Contradictory for MSLT(ar, de, zh) on WikiAnn")
    assert "Table 1, syntax, WikiAnn: 85.69, rank 3" in remark
    assert "Table 6, syntax, least similar, WikiAnn: 85.60" in remark
    assert len(saying(result.unknown, "contradicted", "MSLT(ar, de, zh)")) == 2


def test_one_set_at_two_ranks_of_table_3():
    tables = but(NO_TABLES, top_sets=dict.fromkeys([("xnli", 1), ("xnli", 2)], ("ar", "de", "en")))
    result = overlay(tables, {})
    assert result.scores == ()
    assert saying(result.remarks, "Table 3, XNLI: rank 1; Table 3, XNLI: rank 2")


def test_a_pick_that_table_3_refutes_is_not_used():
    # the paper's syntax figures belong to (ar, de, zh)
    result = overlay(paper_tables(), {**PICKS, ("syntax", "max", "all"): sets("ar en zh")})
    assert found(result, "xnli", "ar de zh") == (None, 3)
    assert saying(result.remarks, "MSLT(ar, en, zh) fits neither Table 3", "73.76, rank 3")
    assert len(saying(result.unknown, "syntax", "no candidate fits")) == 10


def test_remarks_follow_the_numbers():
    tables = paper_tables()
    exchanged = {
        "wikiann": tables.writing_systems["xnli"],
        "xnli": tables.writing_systems["wikiann"],
        "xcopa": (50.0, 50.5, 51.0),
    }
    mended = but(
        tables,
        writing_systems=exchanged,
        criteria={("embedding", "xcopa"): (48.90, 34)},
        similarity={("embedding", "xcopa"): (48.88, 48.90), ("phonology", "xcopa"): (49.8, 49.88)},
        english_fixed={("embedding", "xnli"): 2},
    )
    assert table_remarks(mended) == ()
    one_row = but(tables, writing_systems={"xnli": (71.0, 72.0, 73.0)})
    assert saying(table_remarks(one_row), "Table 4, WikiAnn", "lie below Table 1's MIN (76.30)")


def test_one_rank_has_one_score():
    criteria = {("family", "xnli"): (73.0, 7), ("phonology", "xnli"): (72.0, 7)}
    assert table_remarks(but(NO_TABLES, criteria=criteria)) == (
        "Table 1, XNLI: family has 73.00 at rank 7, but phonology has 72.00 at rank 7",
    )


def test_figures_that_contradict_each_other_bound_nothing():
    # embedding's 48.85 at rank 34 lies below MIN's 48.87 at rank 35
    ranks = [rank for _, rank in anchors(paper_tables(), "xcopa")]
    assert sorted(ranks) == [1, 2, 4, 11, 17, 22, 27, 27]


# English fixed


def test_english_fixed_fits_the_other_tables(real):
    result = english_fixed(paper_tables(), WITH_ENGLISH, real.scores)
    assert result.remarks == ()
    assert [result.ranks[task, ("ar", "en", "zh")] for task in TASKS] == [1, 2, 11, 1, 6]
    assert [result.ranks[task, ("en", "es", "zh")] for task in TASKS] == [6, 12, 8, 5, 8]
    # Table 3 counts too: (en, es, ru) is fourth of all and third of those with English
    assert result.ranks["xwinograd", ("en", "es", "ru")] == 3


def test_english_fixed_notices_two_ranks_for_one_set(real):
    # vocabulary coverage holds rank 9 on XNLI, phonology rank 2
    picks = {**WITH_ENGLISH, ("vocabulary_coverage", "max", "xnli"): sets("ar en zh")}
    result = english_fixed(paper_tables(), picks, real.scores)
    (remark,) = result.remarks
    assert remark == (
        "XNLI, MSLT(ar, en, zh) with English fixed: rank 2 by Table 2, syntax, "
        "Table 2, phonology, Table 2, family; rank 9 by Table 2, vocabulary coverage"
    )
    assert ("xnli", ("ar", "en", "zh")) not in result.ranks


@pytest.mark.parametrize("rank", [10, 11, 13])
def test_english_fixed_notices_an_impossible_order(real, rank):
    # of 35: pretraining 17, vocabulary 22, phonology 27; of 15: 5, 10, 11, with 8 sets after 27
    tables = but(
        paper_tables(),
        english_fixed={(c, "xcopa"): rank for c in ("syntax", "phonology", "family")},
    )
    remarks = english_fixed(tables, WITH_ENGLISH, real.scores).remarks
    if rank == 10:  # already held by the set at rank 22
        (remark,) = remarks
        assert remark == (
            "XCOPA: rank 22 and 27 of 35 cannot be rank 10 and 10 of the 15 sets with English"
        )
    else:
        assert remarks == ()


@pytest.mark.parametrize(
    ("task", "rank", "said"),
    [
        # eight places apart among all, so not twelve among those with English
        ("xwinograd", 15, "rank 4 and 12 of 35 cannot be rank 3 and 15 of the 15 sets"),
        # four sets are worse than the 31st, so not six of those with English
        ("wikiann", 9, "rank 31 of 35 cannot be rank 9 of the 15 sets"),
    ],
)
def test_english_fixed_notices_too_many_sets_between(real, task, rank, said):
    tables = but(paper_tables(), english_fixed={("pretraining_size", task): rank})
    remarks = english_fixed(tables, WITH_ENGLISH, real.scores).remarks
    assert saying(remarks, said)


# what may be asked


def test_says_what_is_wrong():
    tables = paper_tables()
    with pytest.raises(SpecError, match=r"no such pick: \('syntax', 'max', 'xlmr'\).*syntax: all"):
        overlay(tables, {("syntax", "max", "xlmr"): sets("ar de zh")})
    with pytest.raises(SpecError, match=r"no such pick: \('syntax', 'least', 'all'\)"):
        overlay(tables, {("syntax", "least", "all"): sets("ar de zh")})
    with pytest.raises(SpecError, match=r"sets of three of ar, .* zh, got \('ar', 'ja', 'zh'\)"):
        overlay(tables, {("syntax", "max", "all"): sets("ar ja zh")})
    with pytest.raises(SpecError, match=r"picks of syntax must be sets of three of .* got \(\)"):
        overlay(tables, {("syntax", "max", "all"): ()})
    with pytest.raises(SpecError, match=r"with en, got \('ar', 'de', 'zh'\)"):
        english_fixed(tables, {("syntax", "max", "all"): sets("ar de zh")}, ())


# the picks above are URIEL's


URIEL_CODES = ("ara", "deu", "eng", "spa", "fra", "rus", "zho")
FEATURES = {
    "syntax": ("feature_predictions", "S_"),
    "phonology": ("feature_predictions", "P_"),
    "inventory": ("feature_predictions", "INV_"),
    "family": ("family_features", ""),
    "geography": ("geocoord_features", ""),
}


def diversities(criterion: str) -> dict[tuple[str, ...], float]:
    """Sum of pairwise cosine distances of every set, straight from lang2vec's files."""
    file, prefix = FEATURES[criterion]
    folder = Path(next(iter(importlib.util.find_spec("lang2vec").submodule_search_locations)))
    with np.load(folder / "data" / f"{file}.npz", allow_pickle=False) as npz:
        rows = [npz["langs"].tolist().index(code) for code in URIEL_CODES]
        columns = [i for i, name in enumerate(npz["feats"]) if str(name).startswith(prefix)]
        vectors = npz["data"][rows][:, columns, 0].astype(np.float64)
    between = cosine_distances(vectors)
    return {
        tuple(POOL[i] for i in members): sum(
            between[pair] for pair in itertools.combinations(members, 2)
        )
        for members in itertools.combinations(range(7), 3)
    }


@pytest.mark.parametrize("criterion", FEATURES)
@pytest.mark.parametrize(("side", "best"), [("max", max), ("min", min)])
def test_picks_are_those_of_lang2vec(criterion, side, best):
    scores = diversities(criterion)
    assert tuple(scores) == SETS
    picks = tuple(s for s in SETS if abs(scores[s] - best(scores.values())) < ATOL)
    assert picks == PICKS[criterion, side, "all"]
    if side == "max":
        english = {s: score for s, score in scores.items() if "en" in s}
        assert (max(english, key=english.get),) == WITH_ENGLISH[criterion, side, "all"]
