"""The button that starts full screen, and the keys that go through the slides."""

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent / "browser"
KEY = "presenter"
AT = "slide"
"""Where in the session the place of the slide is kept that is shown."""
_ON, _SIZE = "presenting", "stage_size"
USUAL_SIZE = (1440, 900)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "mslt_presenter",
    html=_read("presenter.html"),
    css=_read("presenter.css"),
    js=_read("presenter.js"),
)


def is_on() -> bool:
    """Whether slides fill the screen."""
    return bool(st.session_state.get(_ON))


def stage_size() -> tuple[int, int]:
    """Width and height of the screen in pixels, as the browser told it last."""
    width, height = st.session_state.get(_SIZE, USUAL_SIZE)
    return width, height


def presenter(n: int) -> None:
    """The button, or on the stage the keys and a small bar."""
    at = min(st.session_state.get(AT, 0), n - 1)
    on = is_on()
    key = f"{KEY}_{'on' if on else 'off'}"

    def acted() -> None:
        told = st.session_state[key].get("act")
        if told in {"start", "leave"}:
            st.session_state[_ON] = told == "start"
        elif isinstance(told, int):
            st.session_state[AT] = min(max(told, 0), n - 1)

    def resized() -> None:
        told = st.session_state[key].get("size")
        if _is_size(told):
            st.session_state[_SIZE] = (int(told[0]), int(told[1]))

    _component(
        key=key,
        data={"on": on, "at": at, "n": n, "size": list(stage_size())},
        on_act_change=acted,
        on_size_change=resized,
        width="stretch" if on else "content",
    )


def _is_size(told: object) -> bool:
    """What the browser sends is not ours: two lengths that a screen can have."""
    return (
        isinstance(told, list)
        and len(told) == 2
        and all(isinstance(length, int | float) and 200 <= length <= 20_000 for length in told)
    )
