"""Stories that leave the dashboard: HTML, PowerPoint, PDF and single pictures."""

from mslt_core.exports.browser import PictureFormat
from mslt_core.exports.fonts import missing_fonts
from mslt_core.exports.html import HtmlTheme, story_html
from mslt_core.exports.pdf import story_pdf
from mslt_core.exports.pictures import figure_pictures
from mslt_core.exports.pptx import story_pptx
from mslt_core.exports.slides import Report, figure_title, quiet, shown_slides, words_of

__all__ = [
    "HtmlTheme",
    "PictureFormat",
    "Report",
    "figure_pictures",
    "figure_title",
    "missing_fonts",
    "quiet",
    "shown_slides",
    "story_html",
    "story_pdf",
    "story_pptx",
    "words_of",
]
