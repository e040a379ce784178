"""Long names on pages."""

from pages._shared.labels import shortened


def test_a_long_name_says_that_it_was_cut():
    assert shortened("a" * 60) == "a" * 60
    assert shortened("a" * 61) == "a" * 59 + "…"
