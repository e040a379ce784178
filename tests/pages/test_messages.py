"""What pages say: errors as sentences, bugs as bugs, other people's text literally."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.messages import _sentence, escape, time_left

JOINER = "\u2060"

FOREIGN = [
    "![x](http://evil.example/x.png)",
    "[x](http://evil.example)",
    "<img src=http://evil.example>",
    "http://evil.example www.evil.example me@evil.example",
    "$x^2$ :red[x] :material/add: :smile:",
    "# x\n\n- y\n1. z\n\n    code\n\n> q | a | b",
    "`x` **b** _i_ ~~s~~ -> <- -- &lt; [^1]",
]


def unescaped(shown: str) -> str:
    """What a markdown reader makes of it: backslashes gone, the invisible joiner unseen."""
    return re.sub(r"\\(.)", r"\1", shown).replace(JOINER, "")


@pytest.mark.parametrize("text", FOREIGN)
def test_escaped_text_reads_as_it_was_on_one_line(text):
    assert unescaped(escape(text)) == " ".join(text.split())


@pytest.mark.parametrize("text", FOREIGN)
def test_no_sign_that_markdown_reads_is_left_bare(text):
    assert not re.search(r"(?<!\\)[`*_\[\]<$:@!|#]", re.sub(r"\\\\", "", escape(text)))


@pytest.mark.parametrize("link", ["https://x.example", "www.x.example", "me@x.example", "HTTP://x"])
def test_nothing_is_left_that_streamlit_would_make_a_link_of(link):
    # streamlit looks for these after it has taken the backslashes away
    read = re.sub(r"\\(.)", r"\1", escape(link))
    assert not re.search(r"https?://|www\.|@[-\w]+\.", read, re.IGNORECASE)


def test_names_and_scores_stay_readable():
    assert unescaped(escape("MSLT(de, en, es): 71.2 [70.1, 72.3]")) == (
        "MSLT(de, en, es): 71.2 [70.1, 72.3]"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.2, "about 1 s left"),
        (89, "about 89 s left"),
        (90, "about 2 min left"),
        (5400, "about 1.5 h left"),
    ],
)
def test_time_left(seconds, said):
    assert time_left(seconds) == said


def app(kind: str) -> AppTest:
    def page(kind: str) -> None:
        import streamlit as st

        from mslt_core.spec.errors import NotComputedError, SpecError
        from pages._shared.messages import empty_state, explain_errors, show_progress

        with explain_errors():
            if kind == "error":
                raise SpecError("k must be from 2 to 7, got 9", hint="Lower k.")
            if kind == "missing":
                raise NotComputedError("the CKA of Base is not computed yet")
            if kind == "bug":
                raise KeyError("secret/path")
            if kind == "stop":
                st.stop()
            if kind == "empty" and empty_state("No runs yet.", button="Train", key="go"):
                st.write("pressed")
            if kind == "progress":
                show_progress("Embedding Arabic (ar)", 3, 12, 40.0)
                show_progress("scoring fr, 7 of 14 languages", 60, 60, None)
        st.write("after")

    return AppTest.from_function(page, args=(kind,), default_timeout=60).run()


def test_an_error_is_a_sentence_with_its_hint_and_the_page_goes_on():
    at = app("error")
    (card,) = at.warning
    assert unescaped(card.proto.title) == "k must be from 2 to 7, got 9."
    assert unescaped(card.value) == "Lower k."
    assert at.markdown[-1].value == "after"
    assert not at.exception


def test_a_question_ends_as_it_is():
    assert _sentence("unknown code 'qq'; did you mean sq?") == "Unknown code 'qq'; did you mean sq?"


def test_a_field_is_told_in_words():
    told = _sentence("learning_rate: input should be greater than 0, got 0.0")
    assert told == "Learning rate: input should be greater than 0, got 0.0."


def test_an_article_has_a_capital_and_a_letter_has_none():
    assert _sentence("a budget of 2 examples is too small") == (
        "A budget of 2 examples is too small."
    )
    assert _sentence("k must be 2") == "k must be 2."


def test_what_is_not_computed_is_no_warning():
    at = app("missing")
    assert unescaped(at.info[0].proto.title) == "The CKA of Base is not computed yet."
    assert not at.warning


def test_a_bug_is_logged_under_the_number_that_is_shown(caplog):
    at = app("bug")
    (card,) = at.error
    number = re.search(r"bug ([0-9a-f]{6})", card.value)[1]
    assert number in caplog.text
    assert "KeyError" in caplog.text
    assert "secret" not in card.value + card.proto.title
    assert not at.exception


def test_stopping_a_page_is_no_bug():
    at = app("stop")
    assert not at.error
    assert not at.markdown


def test_an_empty_state_says_what_is_missing_and_offers_to_make_it():
    at = app("empty")
    assert unescaped(at.markdown[0].value) == "No runs yet."
    assert "pressed" not in [shown.value for shown in at.markdown]
    at.button(key="go").click().run()
    assert "pressed" in [shown.value for shown in at.markdown]


def test_progress_says_how_far_and_how_long():
    bar, whole = app("progress").get("progress")
    assert bar.proto.value == 25
    assert unescaped(bar.proto.text) == "Embedding Arabic (ar), 3 of 12, about 40 s left"
    assert unescaped(whole.proto.text) == "scoring fr, 7 of 14 languages"
