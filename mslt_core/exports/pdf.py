"""A story as PDF, one finding a page: its HTML, printed, so figures stay drawings and text text."""

from collections.abc import Sequence

from mslt_core.exports.browser import print_page
from mslt_core.exports.html import story_html
from mslt_core.exports.slides import Report, quiet
from mslt_core.figures.style import Theme
from mslt_core.spec.stories import PinContent, Pinned, Story


def story_pdf(
    story: Story,
    slides: Sequence[tuple[Pinned, PinContent]],
    *,
    theme: Theme = "light",
    report: Report = quiet,
) -> bytes:
    """The story as PDF, pages of 16 : 9. Needs Chromium or Chrome; ExportError where there is none.

    `slides` are its pins with their contents, in its order.
    """
    n = len(slides)
    page = story_html(story, slides, theme=theme, report=lambda done, _: report(done, 2 * n))
    report(n, 2 * n)
    printed = print_page(page)
    report(2 * n, 2 * n)
    return printed
