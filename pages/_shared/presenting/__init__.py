"""A story told full screen, one finding at a time."""

from pages._shared.presenting.look import style_slides
from pages._shared.presenting.presenter import is_on, presenter
from pages._shared.presenting.slide import show_slide
from pages._shared.presenting.stage import stage

__all__ = ["is_on", "presenter", "show_slide", "stage", "style_slides"]
