"""The WebGL view's Python side: what is sent, what is refused, what is believed of the answer."""

import base64
import dataclasses
import json
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.figures import markers
from mslt_core.spec.errors import SpecError
from pages._shared.scatter import (
    Category,
    Panel,
    ScatterView,
    Selection,
    language_looks,
    rows_of,
    view,
)
from pages._shared.scatter.described import described
from pages._shared.scatter.packing import digest_of, parts
from pages._shared.scatter.selection import read_selection

PROJECT = Path(__file__).parents[2]
BROWSER = PROJECT / "pages/_shared/scatter/browser"
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e{{}}${x}\ud800"
N_LANGS, N_SENTENCES = 2, 5
N = N_LANGS * N_SENTENCES


def panel(**changed):
    coords = np.arange(2 * N, dtype=np.float32).reshape(N, 2)
    near = (np.arange(N)[:, None] + [1, 2, 5]) % N
    given = {"name": "Base", "coords": (coords, coords + 1), "neighbours": (near,)}
    return Panel(**{**given, **changed})


def made(**changed):
    langs, sentences = rows_of(N_LANGS, N_SENTENCES)
    given = {
        "panels": (panel(), panel(name="SSLT(en)", seen=(frozenset({"en"}),))),
        "ids": tuple(f"n{i}" for i in range(N_SENTENCES)),
        "languages": language_looks(["en", "ar"]),
        "lang_index": langs,
        "sentence_index": sentences,
        "texts": {"en": ["a", "b", "c", "d", HOSTILE], "ar": ["أ", "ب", "ت", "ث", "ج"]},
        "alt": "Two maps.",
        "frames": ("layer 0", "layer 1"),
    }
    return ScatterView(**{**given, **changed})


def unpacked(part):
    """Header and arrays of a part, read as the browser does."""
    (length,) = struct.unpack("<I", part[32:36])
    start = 36 + length
    header = json.loads(part[36:start].decode("utf-8", "surrogatepass"))
    arrays = {}
    for name, told in header["arrays"].items():
        dtype, n = np.dtype("<" + told["dtype"]), int(np.prod(told["shape"]))
        at = start + told["at"]
        assert at % dtype.itemsize == 0  # else a typed array cannot be made there
        arrays[name] = np.frombuffer(part, dtype, n, at).reshape(told["shape"])
    return header, arrays


def told(view, **selection):
    return {"points": digest_of(parts(view)["points"]), **selection}


def read(view, answer):
    return read_selection(answer, view, digest_of(parts(view)["points"]))


def test_what_is_sent_can_be_read_back():
    view = made()
    packed = parts(view)
    header, points = unpacked(packed["points"])
    assert header["codes"] == ["en", "ar"]
    assert header["texts"][0][4] == HOSTILE  # whatever it is, it arrives as it is
    assert points["lang"].tolist() == [0] * 5 + [1] * 5
    assert points["sentence"].tolist() == [0, 1, 2, 3, 4] * 2
    _, frames = unpacked(packed["frames"])
    np.testing.assert_array_equal(frames["1"], np.stack(view.panels[1].coords))
    _, near = unpacked(packed["neighbours"])
    assert near["0"].dtype == np.uint16
    np.testing.assert_array_equal(near["0"][0], view.panels[0].neighbours[0])


def test_a_part_is_sent_again_only_when_it_changes():
    before = {name: digest_of(part) for name, part in parts(made()).items()}
    moved = tuple(panel(coords=tuple(c + 1 for c in p.coords)) for p in made().panels)
    after = {name: digest_of(part) for name, part in parts(made(panels=moved)).items()}
    assert {name for name in before if before[name] != after[name]} == {"frames"}
    recoloured = made(languages=language_looks(["en", "ar"], "language"))
    assert {name: digest_of(part) for name, part in parts(recoloured).items()} == before


def test_more_points_than_two_bytes_can_count_have_wide_neighbours():
    n = (1 << 16) + 1
    coords, sentences = np.zeros((n, 2), np.float32), np.arange(n)
    one = Panel(name="Base", coords=(coords,), neighbours=(np.roll(sentences, 1)[:, None],))
    wide = made(
        panels=(one,),
        ids=tuple(map(str, range(n))),
        languages=language_looks(["en"]),
        lang_index=np.zeros(n, int),
        sentence_index=sentences,
        texts={"en": ["a"] * n},
        frames=("",),
    )
    _, near = unpacked(parts(wide)["neighbours"])
    assert near["0"][0, 0, 0] == n - 1


def test_data_is_never_part_of_the_page_or_its_script():
    script = "".join(path.read_text(encoding="utf-8") for path in BROWSER.iterdir())
    ways_in = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc"
    assert not re.search(ways_in, script)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|fetch\(|XMLHttp|import\(", script)
    named = json.dumps(described(made(alt=HOSTILE, panels=(panel(name=HOSTILE),))))
    assert json.loads(named)["alt"] == HOSTILE


def test_every_script_is_sent_and_knows_the_same_shapes():
    assert {path.stem for path in BROWSER.glob("*.js")} == set(view._SCRIPTS)
    shapes = re.search(r"SHAPES = \[(.*?)\]", (BROWSER / "shapes.js").read_text(encoding="utf-8"))
    assert tuple(re.findall(r"'([a-z-]+)'", shapes[1])) == markers.SHAPES


def test_languages_look_as_in_every_figure():
    looks = language_looks(["ar", "en"])
    assert [look.direction for look in looks] == ["rtl", "ltr"]
    assert looks[0].label == "Arabic (ar)"
    styles = markers.language_styles(["ar", "en"])
    assert [look.colour for look in looks] == [styles["ar"].colour, styles["en"].colour]


def test_filled_by_what_each_panel_was_trained_on():
    small = described(made())
    assert [p["seen"] for p in small["panels"]] == [[[False, False]], [[True, False]]]
    assert small["legend"] == [0, 1]
    assert described(made(legend=("ar", "en")))["legend"] == [1, 0]


def test_hidden_languages_leave_the_legend_and_nothing_is_sent_again():
    view = made(hidden=frozenset({"en"}))
    small = described(view)
    assert small["hidden"] == [True, False]
    assert small["legend"] == [1]
    assert {n: digest_of(p) for n, p in parts(view).items()} == {
        n: digest_of(p) for n, p in parts(made()).items()
    }


def some_nan():
    coords = np.zeros((N, 2), np.float32)
    coords[3, 1] = np.nan
    return coords


FLAT, ITSELF = np.zeros((N, 2), np.float32), np.arange(N)[:, None]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"panels": ()}, "1 to 4 panels, got 0"),
        ({"panels": (panel(),) * 5}, "1 to 4 panels, got 5"),
        ({"frames": ()}, "at least one frame"),
        ({"start": 2}, "one of 2 frames, got 2"),
        ({"frames": ("a",)}, "coords for 1 frames, got 2 in 'Base'"),
        ({"panels": (panel(coords=(FLAT, FLAT[:3])),)}, r"must be \(10, 2\), got \(3, 2\)"),
        ({"panels": (panel(coords=(FLAT, some_nan())),)}, "coords must be finite"),
        ({"panels": (panel(seen=()),)}, "seen: give one, or one for each of 2, got 0"),
        ({"panels": (panel(below=("a",) * 3),)}, "below: give one, or one for each of 2, got 3"),
        ({"panels": (panel(colour="red; x"),)}, "written as #0072B2, got 'red; x'"),
        ({"panels": (panel(neighbours=(ITSELF,)),)}, "no neighbour of itself"),
        (
            {"panels": (panel(neighbours=(ITSELF + 1,)),)},
            "neighbours must be from 0 to 9, got 1 to",
        ),
        ({"panels": (panel(neighbours=(ITSELF[:3],)),)}, r"must be \(10, k\)"),
        ({"lang_index": np.full(N, 2)}, "lang_index must be from 0 to 1, got 2 to 2"),
        ({"lang_index": np.zeros(N)}, "lang_index must be 10 whole numbers, got float64"),
        ({"lang_index": np.zeros(N, int)}, "one point in a language, got some twice"),
        ({"ids": ("n0",) * 5}, "sentence ids must differ"),
        ({"texts": {"en": ["a"] * 5}}, "for each of 5 sentences, got 0 for ar"),
        ({"languages": language_looks(["en"]) * 2}, "languages must differ"),
        ({"legend": ("en",)}, "every language once"),
        ({"hidden": frozenset({"fi"})}, r"hidden languages are some of .*, got \['fi'\]"),
    ],
)
def test_says_what_does_not_fit(changed, message):
    with pytest.raises(SpecError, match=message):
        made(**changed)


def test_says_what_does_not_fit_in_a_look_or_a_category():
    look = language_looks(["en"])[0]
    for bad, message in (({"symbol": "heart"}, "got 'heart'"), ({"outline": "#FFF"}, "got '#FFF'")):
        with pytest.raises(SpecError, match=message):
            made(languages=(dataclasses.replace(look, **bad), language_looks(["ar"])[0]))
    codes = np.zeros(N, np.uint8)
    for names, colours, given, message in (
        (("a",), (), (codes,), "1 names and 0 colours"),
        (("a",), ("#000000",), (codes + 1,), "from 0 to 0, got 1 to 1"),
        (("a",), ("#000000",), (), "one for each of 2, got 0"),
    ):
        with pytest.raises(SpecError, match=message):
            made(category=Category(names=names, colours=colours, codes=given))


def test_no_points_are_an_empty_view_not_an_error():
    nobody = Panel(name="Base", coords=(np.zeros((0, 2), np.float32),))
    none = np.zeros(0, int)
    empty = made(panels=(nobody,), frames=("",), lang_index=none, sentence_index=none)
    assert described(empty)["n_points"] == 0


def bits(*raw):
    return base64.b64encode(bytes(raw)).decode()


def test_rows_are_bits_worked_by_hand():
    # rows 0 and 9 of 10: bytes 0b00000001 and 0b00000010
    chosen = read(made(), told(made(), rows=bits(1, 2)))
    assert chosen.rows.tolist() == [0, 9]
    assert chosen.sentence_id is None
    assert chosen


def test_a_sentence_comes_back_by_its_id():
    chosen = read(made(), told(made(), sentence=3, lang=1))
    assert (chosen.sentence_id, chosen.lang) == ("n3", "ar")
    assert len(chosen.rows) == 0
    assert read(made(), told(made(), sentence=3, lang=None)).lang is None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        {"sentence": 1},
        {"points": "another", "sentence": 1},
        told(made(), sentence=5),
        told(made(), sentence=-1),
        told(made(), sentence=True),
        told(made(), sentence="1"),
        told(made(), rows="not base64!"),
        told(made(), rows=bits(2, *[0] * 99)),
        told(made(), rows=[1, 2]),
    ],
)
def test_what_does_not_fit_these_points_is_no_selection(answer):
    chosen = read(made(), answer)
    assert not chosen
    assert isinstance(chosen, Selection)


def test_a_page_mounts_it():
    at = AppTest.from_file(str(PROJECT / "tests/browser/scatter_app.py"), default_timeout=60)
    at.query_params["sentences"] = "20"
    at.run()
    assert not at.exception
    assert at.text[0].value == "told: None None 0 draws, sum of rows 0"
