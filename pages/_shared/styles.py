"""What Streamlit has no setting for: margins, words that are cut off, colours of what is chosen."""

from mslt_core import figures
from mslt_core.figures import Theme

_SMALL_WINDOWS = """
@media (max-width: 1150px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1.5rem; padding-right: 1.5rem; }
  [data-testid="stSidebar"][data-collapsed="false"] {
    width: 270px !important; min-width: 270px !important;
  }
  [data-testid="stSidebarContent"] { padding-left: 0.75rem; padding-right: 0.75rem; }
  [data-testid="stSidebar"] input { font-size: 0.78rem; }
  [role="radiogroup"]:has(> :nth-child(3)) > [data-variant="segmented_control"] {
    padding-left: 0.4rem; padding-right: 0.4rem;
  }
}
"""

_WHOLE_WORDS = """
[data-testid="stPageLink-NavLink"] :is(span, p) {
  white-space: normal; overflow: visible; line-height: 1.3; }
input { text-overflow: ellipsis; }
[role="group"]:has(> [data-testid="stMultiSelectTagsContainer"]) { max-height: 16rem; }
[data-testid="stSidebar"] [data-tag] { height: auto; min-height: 1.6rem; }
[data-testid="stSidebar"] [data-tag] > span {
  white-space: normal; overflow: visible; line-height: 1.3; padding-block: 0.15rem; }
.st-key-sets_by [role="radiogroup"] { gap: 0.25rem; }
.st-key-sets_by [data-variant="segmented_control"] {
  margin: 0; border-radius: 0.4rem; padding-left: 0.6rem; padding-right: 0.6rem;
}
"""
"""Links take a second line in a narrow column, what a box cuts off ends in dots, the paper's seven
languages are seen at once, and options on more than one line are one by one, not a torn bar."""

_FOCUS = """
.stApp a:focus-visible {{ outline: 2px solid {accent}; outline-offset: 2px; }}
"""
"""Links say where the keyboard is, as buttons do."""

_APART = """
.st-key-sets_by [data-variant="segmented_control"]:not([data-selected="true"]) {{
  border: 1px solid {grid} !important; }}
"""
"""Streamlit leaves out a border beside what is chosen, for options that touch."""

_CHOSEN = """
:is(.stApp, [data-testid="stPopoverBody"]) :is(
  [data-variant="segmented_control"][data-selected="true"],
  [data-variant="pills"][data-selected="true"],
  button[role="radio"][aria-checked="true"],
  [data-testid="stSliderThumbValue"],
  [role="tab"][aria-selected="true"] p,
  button[kind="tertiary"]:is(:hover, :focus-visible, :active, [aria-expanded="true"])
) { color: %s !important; }
"""
"""What is chosen must carry white text too, so its own colour is too dim for words in the dark."""

_NOTIFIER = """
.plotly-notifier .notifier-note {{
  background: {surface} !important; color: {text} !important; opacity: 1 !important;
  border: 1px solid {grid} !important; border-radius: 0.4rem; font-size: 0.8rem !important;
}}
.plotly-notifier .notifier-close {{ color: {muted} !important; }}
"""
"""What Plotly says while it makes a picture, in the colours of the page."""


def sheet(theme: Theme) -> str:
    """All of it, in the colours of a theme."""
    look = figures.PALETTES[theme]
    chosen = _CHOSEN % look.accent if theme == "dark" else ""
    notifier = _NOTIFIER.format(
        surface=look.surface, text=look.text, grid=look.grid, muted=look.muted
    )
    focus = _FOCUS.format(accent=look.accent) + _APART.format(grid=look.grid)
    return f"{_SMALL_WINDOWS}{_WHOLE_WORDS}{focus}{chosen}{notifier}"
