"""How far each language has moved: a dot with its interval, seen ones filled."""

import numpy as np

from mslt_core.figures import alt_text, moved_languages
from mslt_core.spec.measuring import Moved
from mslt_core.spec.results import CheckpointRef

LANGS = ("ar", "de", "en")


def moved(name, *sources):
    ref = CheckpointRef(
        key=name, name=name, kind="sslt", seen_langs=sources, path="", fingerprint="0" * 16,
        n_layers=4,
    )  # fmt: skip
    values = np.array([0.5, 0.6, 0.7])
    return Moved(
        measure="checkpoint_cka", checkpoint=ref, layer=4, langs=LANGS, values=values,
        low=values - 0.1, high=values + 0.05,
    )  # fmt: skip


def drawn(*some, theme="light"):
    return moved_languages(some, base="Base", over="n = 40 sentences", theme=theme)


def test_rows_are_languages_those_trained_on_first_and_filled():
    fig = drawn(moved("SSLT(en)", "en"))
    (dots,) = [trace for trace in fig.data if trace.error_x.array is not None]
    assert fig.layout.yaxis.ticktext[0] == "English (en)"
    order = [text.split("(")[1].split(")")[0] for text in fig.layout.yaxis.ticktext]
    value_of = dict(zip(LANGS, (0.5, 0.6, 0.7), strict=True))
    assert list(dots.x) == [value_of[lang] for lang in order]
    assert list(dots.marker.symbol) == ["circle", "circle-open", "circle-open"]
    np.testing.assert_allclose(dots.error_x.arrayminus, 0.1)
    assert "trained on" in dots.hovertext[0]
    assert "[0.600, 0.750]" in dots.hovertext[0]


def test_checkpoints_lie_beside_one_another_and_are_named():
    fig = drawn(moved("SSLT(en)", "en"), moved("MSLT(de, en)", "de", "en"), theme="dark")
    dots = [trace for trace in fig.data if trace.error_x.array is not None]
    assert dots[0].y[0] > dots[1].y[0]
    assert fig.layout.title.text == "How far has training moved each language from Base?"
    assert "SSLT(en): mean 0.600; MSLT(de, en): mean 0.600" in alt_text(fig)


def test_the_subtitle_fits_a_small_window():
    fig = drawn(moved("SSLT(en)", "en"))
    first, second = fig.layout.title.subtitle.text.split("<br>")
    assert first.endswith("n = 40 sentences.")
    assert second.startswith("Filled: trained on")
