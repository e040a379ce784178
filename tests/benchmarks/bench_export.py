"""A story of ten figures from the shipped example to HTML, PPTX and PDF: seconds and sizes.

The figures are the standard story's, the large map of sentences among them, and repeated until
they are ten. The load is printed too: a browser draws slowly on a busy machine.
"""

import itertools
import os
import shutil
import time

import pytest

from mslt_core.commands.findings import Compared
from mslt_core.commands.standard import standard_story
from mslt_core.exports import figure_pictures, story_html, story_pdf, story_pptx
from mslt_core.pipeline import open_store, quiet, run_groups
from mslt_core.spec.stories import FigureContent, Slide

N_FIGURES = 10
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def ten_figures():
    """The standard story with figures alone, ten of them."""
    pool = tuple(run_groups(open_store()))
    named = {group.source_langs: group for group in pool}
    others = (named["de", "en", "es"], named["ar", "en", "zh"])
    compared = Compared(
        store=open_store(),
        pool=pool,
        baseline=named[("en",)],
        others=others,
        metric=pool[0].metrics[0],
    )
    story, slides, _ = standard_story(compared, quiet)
    figures = [slide for slide in slides if isinstance(slide[1], FigureContent)]
    chosen = list(itertools.islice(itertools.cycle(figures), N_FIGURES))
    return story.but(slides=tuple(Slide(pin=pinned.digest) for pinned, _ in chosen)), chosen


@pytest.mark.benchmark
def test_a_story_of_ten_figures():
    story, slides = ten_figures()
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"\n{N_FIGURES} figures, {os.cpu_count()} cores, load {loads}")
    contents = [content for _, content in slides]
    made = {
        "HTML, goal 10 s": lambda report: story_html(story, slides, report=report),
        "PPTX, goal 40 s": lambda report: story_pptx(story, slides, report=report),
        "PDF": lambda report: story_pdf(story, slides, report=report),
        "single SVG": lambda report: b"".join(figure_pictures(contents, "svg", report=report)),
    }
    for name, make in made.items():
        if CHROMIUM is None and "HTML" not in name:
            continue
        steps = []
        started = time.perf_counter()
        data = make(lambda done, n, steps=steps: steps.append(done / n))
        elapsed_s = time.perf_counter() - started
        print(f"{name}: {elapsed_s:.1f} s, {len(data) / 1e6:.2f} MB, {len(steps)} steps told")
