"""What pages say when there is nothing to show, when it takes a while, and when it goes wrong."""

import contextlib
import logging
import re
import secrets
from collections.abc import Iterator

import streamlit as st

from mslt_core.spec.errors import MsltError, NotComputedError

logger = logging.getLogger(__name__)

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@=^\"'])")
# Streamlit makes links, icons and arrows out of text that is escaped; an invisible word joiner
# after these keeps it from recognising them.
_RECOGNISED = re.compile(r"([:@](?=\S)|www(?=\.)|[-<>~](?=[-=>]))", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def escape(text: str) -> str:
    """Text that st.markdown and labels show literally: no images, links, colours or formulas."""
    parted = _RECOGNISED.sub(rf"\1{_WORD_JOINER}", " ".join(text.split()))
    return _MARKDOWN.sub(r"\\\1", parted)


def unescaped(text: str) -> str:
    """What a sentence of ours says without its Markdown: bold is not bold, `escape` is undone."""
    plain = re.sub(r"(?<!\\)\*\*", "", text).replace(_WORD_JOINER, "")
    return re.sub(r"\\(.)", r"\1", plain)


@contextlib.contextmanager
def explain_errors() -> Iterator[None]:
    """Show an error that a person can act on as a sentence; log anything else as a bug.

    What comes after the ``with`` still runs: put inside it all that needs the result.
    """
    try:
        yield
    except NotComputedError as e:
        st.info(escape(e.hint), title=escape(_sentence(e.message)))
    except MsltError as e:
        st.warning(escape(e.hint), title=escape(_sentence(e.message)))
    except Exception:
        reference = secrets.token_hex(3)
        logger.exception("bug %s", reference)
        st.error(
            f"The rest of the page still works. The log has the details under bug {reference}; "
            "please report them.",
            title="This part of the page failed: a bug, not something you did.",
        )


def _sentence(message: str) -> str:
    """With a full stop and a capital, but k stays k, unlike a; a field in front as words."""
    stop = "" if message.endswith("?") else "."
    field, colon, rest = message.partition(": ")
    if field.isidentifier():
        message = f"{field.replace('_', ' ')}{colon}{rest}"
    is_word = message[1:2].isalpha() or message.startswith("a ")
    return f"{message[:1].upper() if is_word else message[:1]}{message[1:]}{stop}"


def empty_state(missing: str, *, button: str = "", key: str = "") -> bool:
    """What is missing, and the button that makes it; True when it is pressed."""
    with st.container(horizontal_alignment="center", gap="small"):
        st.space("medium")
        st.markdown(escape(missing), text_alignment="center", width="stretch")
        pressed = bool(button) and st.button(button, key=key or f"make_{button}", type="primary")
        st.space("medium")
    return pressed


def time_left(seconds: float | None) -> str:
    """about 2 min left; nothing where nobody knows."""
    return "" if seconds is None else f"{about(seconds)} left"


def about(seconds: float) -> str:
    """about 2 min."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def show_progress(message: str, done: int, total: int, eta_s: float | None) -> None:
    """How far something is, and how long it will still take."""
    steps = f"{done:,} of {total:,}" if done < total else ""  # then it is the message that tells
    told = [message or "starting", steps, time_left(eta_s)]
    share = min(done / total, 1.0) if total else 0.0
    st.progress(share, text=escape(", ".join(filter(None, told))))
