"""How slides and their list look. Streamlit has no setting for these sizes of type."""

import streamlit as st

from mslt_core import figures
from pages._shared.browser import current_theme

MARGIN = 4.5
"""Hundredths of the screen's width at each side of the stage."""
HEADING, TOLD, TOLD_LONG, SUBTITLE, NOTE, PROVENANCE = 4.4, 2.8, 2.3, 2.0, 2.6, 1.7
"""Sizes of type on the stage, in hundredths of the screen's height."""
LINE = 1.35

_CSS = f"""
:is(.st-key-slides, .st-key-slide, .st-key-stage) p {{{{ unicode-bidi: plaintext; }}}}
.st-key-slides {{{{ gap: 0.15rem; }}}}
.st-key-slides button {{{{ justify-content: flex-start; text-align: left; }}}}
.st-key-slides button div {{{{ justify-content: flex-start; text-align: left; }}}}
.st-key-slide {{{{ gap: 0.4rem; padding: 1.2rem 1.4rem; }}}}
.st-key-slide_heading p {{{{ font-size: 1.35rem; font-weight: 650; line-height: 1.25; }}}}
.st-key-slide_subtitle p, .st-key-slide_provenance p {{{{ font-size: 0.8rem; color: {{muted}}; }}}}
.st-key-slide_note p {{{{ border-left: 3px solid {{accent}}; padding-left: 0.8rem; }}}}
:is(.st-key-slide, .st-key-stage) .modebar-container {{{{ display: none; }}}}
.st-key-slide_number p {{{{ font-size: 1.3rem; line-height: 1.5; padding: 2rem 0; }}}}
.st-key-stage {{{{ position: fixed; inset: 0; z-index: 1000000; overflow: auto;
  background: {{background}}; padding: 3.5vh {MARGIN}vw 8vh; gap: 1vh; }}}}
.st-key-stage_heading p {{{{ font-size: {HEADING}vh; font-weight: 650; line-height: 1.2; }}}}
.st-key-stage_told p {{{{ font-size: {TOLD}vh; line-height: {LINE}; }}}}
.st-key-stage_told_long p {{{{ font-size: {TOLD_LONG}vh; line-height: {LINE}; }}}}
.st-key-stage_subtitle p {{{{ font-size: {SUBTITLE}vh; color: {{muted}}; }}}}
.st-key-stage_note p {{{{ font-size: {NOTE}vh; line-height: {LINE};
  border-left: 0.4vh solid {{accent}}; padding-left: 1.2vw; }}}}
.st-key-stage_provenance {{{{ position: fixed; bottom: 2.2vh; left: {MARGIN}vw;
  right: calc({MARGIN}vw + 28vh); width: auto; background: {{background}}; }}}}
.st-key-stage_bar {{{{ position: fixed; bottom: 1.4vh; right: {MARGIN}vw; width: auto; }}}}
.st-key-stage_provenance p {{{{ font-size: {PROVENANCE}vh; color: {{muted}}; }}}}
.st-key-stage > div:has(.st-key-stage_number), .st-key-stage > .st-key-stage_number {{{{
  margin: auto 0; }}}}
.st-key-stage_number p {{{{ font-size: 5.4vh; line-height: 1.45; }}}}
.st-key-stage_below p {{{{ font-size: 4vh; color: {{muted}}; }}}}
.st-key-stage_table :is(td, th), .st-key-stage_table :is(td, th) p {{{{
  font-size: min(2.7vh, 1.75vw); padding: 0.5vh 1vw; }}}}
.st-key-stage_table_wide :is(td, th), .st-key-stage_table_wide :is(td, th) p {{{{
  font-size: 1.55vh; line-height: 1.25; padding: 0.25vh 0.3vw; }}}}
"""


def style_slides() -> None:
    """Call it once on a page with slides."""
    look = figures.PALETTES[current_theme()]
    css = _CSS.format(background=look.background, muted=look.muted, accent=look.accent)
    st.html(f"<style>{css}</style>")
