"""Where a finding comes from, in a line and in a paragraph."""

import pytest

from mslt_core.spec.citing import cite_text, day, provenance
from mslt_core.spec.stories import Origin, Pin, Pinned

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


def test_without_runs_it_says_so():
    told = cite_text("x", Origin(page="languages"), UTC)
    assert told.startswith('"x". MSLT Lab, 21 November 2026. No training run stands behind it.')


@pytest.mark.parametrize(("utc", "told"), [(UTC, "21 November 2026"), ("soon", "soon")])
def test_days(utc, told):
    assert day(utc) == told
