"""What a pin from elsewhere may try, before anything is written."""

import pytest

from mslt_core.exports.safe import plain, safe_figure
from mslt_core.spec.errors import SpecError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**MSLT\\(de, en\\)** gains 2.1", "MSLT(de, en) gains 2.1"),
        ("a\x00b\x1bc", "abc"),
        ("a\tb\n\u2028c", "a b c"),
        ("half \ud83d of an emoji", "half of an emoji"),
        ("\u202eturned\u202c", "turned"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that Persian needs
        ("2 * 3 * 4 \\ 5", "2 * 3 * 4 \\ 5"),
    ],
)
def test_words_are_made_plain(text, expected):
    assert plain(text) == expected


def test_notes_keep_their_lines():
    assert plain(" one\r\ntwo  words\n", lines=True) == "one\ntwo words"


def figure(text="", **layout):
    return {"data": [{"type": "scatter", "x": [1], "text": text}], "layout": layout}


def shown(text):
    return safe_figure(figure(text), "slide 1")["data"][0]["text"]


@pytest.mark.parametrize(
    "text",
    [
        "<b>Arabic</b><br>(ar)<br/><i>x</i><sub>2</sub>",
        '<span style="color:#0072B2; font-size:12px">■</span>',
        "%{x:.1f}<extra></extra>",
        "a &lt; b",
    ],
)
def test_the_marks_of_our_figures_stay(text):
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<a href="https://x.example">y</a>', '&lt;a href="https://x.example">y&lt;/a>'),
        ("<script>x</script>", "&lt;script>x&lt;/script>"),
        ('<b onclick="x">y</b>', '&lt;b onclick="x">y</b>'),
        (
            '<span style="background:url(https://x.example)">y</span>',
            '&lt;span style="background: https://x.example)">y</span>',
        ),
        ("<b>ururl(l(x.example)</b>", "<b>ur l(x.example)</b>"),
        ("@im@importport x", "@im port x"),
        ("<B>y</B>", "&lt;B>y&lt;/B>"),
    ],
)
def test_other_marks_become_text(text, expected):
    assert shown(text) == expected


def test_whatever_loads_or_acts_is_left_out():
    outside = {"source": "https://x.example/a.png"}
    layout = figure(
        images=[outside], geo={}, geo2={}, map={}, updatemenus=[{}], sliders=[{}], width=5
    )["layout"]
    made = safe_figure({"data": [], "layout": layout, "frames": [{}]}, "slide 1")
    assert made == {"data": [], "layout": {"width": 5}}


def test_points_are_drawings():
    made = safe_figure({"data": [{"type": "scattergl", "x": [1]}], "layout": {}}, "slide 1")
    assert made["data"] == [{"type": "scatter", "x": [1]}]


@pytest.mark.parametrize("kind", ["scattergeo", "choropleth", "image", "scattermap", "x", None])
def test_kinds_that_ask_the_network_are_refused(kind):
    with pytest.raises(SpecError, match=f"slide 3 holds a trace of type {kind!r}.*Take it out"):
        safe_figure({"data": [{"type": kind}], "layout": {}}, "slide 3")


@pytest.mark.parametrize("drawn", [{}, {"data": "x"}, {"data": [], "layout": 3}])
def test_no_figure_at_all(drawn):
    with pytest.raises(SpecError, match="the figure of slide 1 is damaged"):
        safe_figure(drawn, "slide 1")
