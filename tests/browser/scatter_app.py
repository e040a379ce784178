"""A page with nothing but the WebGL view over made-up sentences; its address says how many.

`?sentences=1000&langs=21&panels=3&frames=4`; `wait=1` shows it after a button is pressed.
"""

import numpy as np
import streamlit as st

from mslt_core.figures import markers
from mslt_core.spec.languages import LANGUAGES
from pages._shared.scatter import Category, Panel, ScatterView, language_looks, rows_of, scatter

LANGS = [language.code for language in LANGUAGES.values() if language.pud]
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
SAID = {
    "ar": "ذهبت ليلى إلى المدينة في الصباح",
    "en": "Mary went to the city in the morning",
    "hi": "मैरी सुबह शहर गई",
    "ja": "マリーは朝、街へ行きました",
    "th": "แมรี่ไปในเมืองตอนเช้า",
    "zh": "玛丽早上去了城里",
}
CHECKPOINTS = (
    ("Base", "#6B7280", frozenset[str]()),
    ("SSLT(en)", "#E69F00", frozenset({"en"})),
    ("MSLT(de, en, es)", "#0072B2", frozenset({"de", "en", "es"})),
    ("MSLT(ar, zh)", "#009E73", frozenset({"ar", "zh"})),
)


def asked(name: str, default: int) -> int:
    return int(st.query_params.get(name, default))


def islands(n_langs: int, n: int, apart: float, seed: int) -> np.ndarray:
    """Topics that all languages share, plus a place of each language, `apart` from the others."""
    rng = np.random.default_rng(7)
    topic = rng.normal(size=(9, 2))[rng.integers(0, 9, n)] + 0.25 * rng.normal(size=(n, 2))
    angle = np.linspace(0, 2 * np.pi, n_langs, endpoint=False)
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1) * apart
    own = np.random.default_rng(seed).normal(scale=0.12, size=(n_langs, n, 2))
    shrunk = topic * (0.35 if apart > 1 else 0.8)
    return (place[:, None] + shrunk[None] + own).reshape(-1, 2).astype(np.float32)


st.set_page_config(layout="wide")
n_langs, n, n_panels = asked("langs", 21), asked("sentences", 300), asked("panels", 3)
n_frames, hostile = asked("frames", 4), asked("hostile", 0)
st.title("Do the languages mix inside the model?")
if asked("wait", 0) and not st.toggle("Show"):
    st.stop()
moved = st.toggle("Another map") if asked("wait", 0) else False
langs = LANGS[:n_langs]
lang_index, sentence_index = rows_of(n_langs, n)
k = min(10, n - 1)
near = (np.arange(n_langs * n)[:, None] + np.r_[1:6, n : n * 6 : n][:k]) % (n_langs * n)
panels = tuple(
    Panel(
        name=name + (HOSTILE if hostile else ""),
        colour=colour,
        seen=(seen,),
        below=tuple(f"mean CKA {0.3 + 0.1 * p + 0.05 * f:.2f}" for f in range(n_frames)),
        coords=tuple(
            islands(n_langs, n, 3.2 - p - 1.6 * f / max(1, n_frames - 1) - moved, f)
            for f in range(n_frames)
        ),
        neighbours=(near,),
    )
    for p, (name, colour, seen) in enumerate(CHECKPOINTS[:n_panels])
)
names = ("Base", "SSLT(en)", "MSLT(de, en, es)")
if n_frames != 3:
    names = tuple(f"layer {4 * f} of {4 * n_frames - 4}" for f in range(n_frames))
category = None
if asked("category", 0):
    category = Category(
        names=("cluster 1", "cluster 2", "cluster 3"),
        colours=("#0072B2", "#D55E00", "#009E73"),
        codes=((sentence_index % 3).astype(np.uint8),),
    )
if asked("empty", 0):
    nobody = np.zeros((0, 2), np.float32)
    lang_index, sentence_index = lang_index[:0], sentence_index[:0]
    panels = tuple(Panel(name=p.name, coords=(nobody,) * n_frames, seen=p.seen) for p in panels)
view = ScatterView(
    panels=panels,
    ids=tuple(f"n01{s:03}" for s in range(n)),
    languages=language_looks(langs),
    lang_index=lang_index,
    sentence_index=sentence_index,
    texts={
        lang: [
            f"{SAID.get(lang, f'{lang} sentence')} {s}{HOSTILE if hostile else ''}"
            for s in range(n)
        ]
        for lang in langs
    },
    frames=names,
    legend=tuple(markers.language_order(langs)),
    frame_noun="Layer",
    start=asked("start", 0),
    category=category,
    hidden=frozenset(st.query_params.get("hide", "").split()),
    alt=f"Maps of {n} sentences in {n_langs} languages.",
)
selection = scatter(view, key="scatter")
st.text(
    f"told: {selection.sentence_id} {selection.lang} {len(selection.rows)} "
    f"{'draws' if selection.draws else 'does not draw'}, sum of rows {selection.rows.sum()}"
)
