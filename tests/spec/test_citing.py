"""Where a finding comes from, in a line and in a paragraph."""

import pytest

from mslt_core.spec.citing import cite_text, day, provenance
from mslt_core.spec.stories import Origin, OutsideShown, Pin, Pinned

UTC = "2026-11-21T10:00:00+00:00"
ORIGIN = Origin(
    page="results",
    experiment="wikiann, xlm-r, 3,000 in 300 steps",
    task="wikiann",
    data="d" * 16,
    model="xlm-r",
    model_fingerprint="f" * 16,
    runs=("a" * 16, "b" * 16),
    sets=("SSLT(en)", "MSLT(de, en, es)"),
    seeds=(0, 1, 2),
    sizes="15 languages scored, 300 items each",
    versions=(("mslt-lab", "0.1.0"), ("numpy", "2.4.6")),
)


def test_a_line_names_data_model_seeds_n_version_and_day():
    pin = Pin(kind="number", title="How much?", origin=ORIGIN, content="")
    assert provenance(Pinned(digest="0" * 16, pin=pin, created_utc=UTC)) == (
        "wikiann (data dddddddd), xlm-r (ffffffff), seeds 0, 1 and 2, 15 languages scored, 300 "
        "items each, MSLT Lab 0.1.0, 21 November 2026"
    )


def test_a_paragraph_says_it_in_full():
    assert cite_text("How much.", ORIGIN, UTC) == (
        '"How much". MSLT Lab 0.1.0, 21 November 2026. Task: wikiann (data fingerprint '
        "dddddddddddddddd). Model: xlm-r (weights fingerprint ffffffffffffffff). Sets: SSLT(en), "
        "MSLT(de, en, es); seeds 0, 1 and 2; 2 runs. Recipe: wikiann, xlm-r, 3,000 in 300 steps. "
        "Size: 15 languages scored, 300 items each. Software: numpy 2.4.6. Terms and procedure "
        "follow Lim et al. (2024)."
    )


def test_runs_that_may_have_learnt_nothing_are_cited_as_such():
    doubt = "They seem to have learnt nothing."
    told = cite_text("x", ORIGIN.but(doubt=doubt), UTC)
    assert f"300 items each. {doubt} Software" in told
    assert ORIGIN.but(doubt="").digest() == ORIGIN.digest(), "earlier pins keep their names"


def test_a_whole_sweep_is_counted():
    many = ORIGIN.but(sets=tuple(f"SSLT({i})" for i in range(9)))
    assert "Sets: 9 sets; seeds" in cite_text("x", many, UTC)


def test_oracles_are_no_sets():
    sets = ("SSLT(en)", "MSLT(de, en, es)")
    few = ORIGIN.but(sets=(*sets, "Oracle(sw)"))
    assert "Sets: SSLT(en), MSLT(de, en, es), Oracle(sw); seeds" in cite_text("x", few, UTC)
    many = ORIGIN.but(sets=(*sets, *(f"Oracle({i})" for i in range(9))))
    assert "Sets: SSLT(en), MSLT(de, en, es), 9 oracles; seeds" in cite_text("x", many, UTC)


def test_without_runs_it_says_so():
    told = cite_text("x", Origin(page="languages"), UTC)
    assert told.startswith('"x". MSLT Lab, 21 November 2026. No training run stands behind it.')


def came(name="theirs", seed=0, file="own.csv"):
    """One imported result, a file to each name of a file."""
    return OutsideShown(
        result="0" * 16, experiment="XLM-R, 3k", task="xnli", name=name, seed=seed,
        source=f"file '{file}'", sha256=f"{len(file):064d}", imported_utc=UTC,
    )  # fmt: skip


def line(origin):
    pin = Pin(kind="number", title="How much?", origin=origin, content="")
    return provenance(Pinned(digest="0" * 16, pin=pin, created_utc=UTC))


def test_imported_results_are_cited_as_such():
    origin = Origin(page="results", outside=(came(), came(seed=1), came("A", 1)), sizes="2 langs")
    assert cite_text("x", origin, UTC) == (
        '"x". MSLT Lab, 21 November 2026. Task: xnli. Imported: theirs, A; seeds 0 and 1; 3 '
        f"results of the experiment XLM-R, 3k. They are from file 'own.csv' (SHA-256 {7:064d}), "
        "imported on 21 November 2026. That these were trained and tested alike is what their "
        "importer stated. Size: 2 langs. Terms and procedure follow Lim et al. (2024)."
    )
    assert line(origin) == (
        "xnli, imported as XLM-R, 3k: theirs, A (file 'own.csv', 00000000), seeds 0 and 1, 2 "
        "langs, 21 November 2026"
    )
    assert origin.but(outside=()).digest() == Origin(page="results", sizes="2 langs").digest()


def test_beside_runs_both_are_cited():
    both = ORIGIN.but(outside=(came(),))
    assert "Imported beside them: theirs; seed 0; 1 result. They are from file" in (
        told := cite_text("x", both, UTC)
    )
    assert "Sets: SSLT(en), MSLT(de, en, es); seeds 0, 1 and 2; 2 runs." in told
    assert "seeds 0, 1 and 2, imported: theirs (file 'own.csv', 00000000), seed 0, 15" in line(both)
    named = Origin(page="results", experiment="wikiann, xlm-r", outside=(came(),))
    assert line(named).startswith("imported with runs of wikiann, xlm-r: theirs (file")


def test_many_files_are_counted_and_a_long_name_is_cut_in_the_line_alone():
    many = Origin(page="results", outside=tuple(came(f"S{i}", 0, "x" * (i + 1)) for i in range(9)))
    told = cite_text("x", many, UTC)
    assert "9 sets; seed 0; 9 results" in told
    assert "They are from 9 files, the last imported on 21 November 2026." in told
    assert "S0, S1, S2 and 6 more (9 files), seed 0" in line(many)
    long = Origin(page="results", outside=(came(file="x" * 90 + ".csv"),))
    assert f"file '{'x' * 90}.csv' (SHA" in cite_text("x", long, UTC)
    assert len(line(long)) < 130


@pytest.mark.parametrize(("utc", "told"), [(UTC, "21 November 2026"), ("soon", "soon")])
def test_days(utc, told):
    assert day(utc) == told
