"""Do the languages mix inside the model? Maps of parallel sentences, one panel a checkpoint."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import markers, style, text
from mslt_core.figures.markers import Category, Grouping, LanguageStyle
from mslt_core.figures.style import Theme
from mslt_core.spec.results import CheckpointRef, MapResult, MingleResult

SVG_UP_TO = 3000
"""Points in a figure; above, SVG gets slow and WebGL draws (bitmaps in vector exports)."""

# A language is drawn in so many turns, fewer where many languages and panels make many traces.
_SHARES, _IN_A_SHARE, _MAX_TRACES = 6, 10, 240

METHODS = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}

# Plot height by number of panels, so that panels are square in a page of about 1,100 px.
_PANEL_HEIGHT = {1: 440, 2: 400, 3: 340, 4: 256}
_ABOVE, _LEGEND_ROW, _LEGEND_TEXT, _LEGEND_PER_ROW = 130, 24, 108, 6


def language_maps(
    result: MingleResult,
    *,
    group: Grouping = "family",
    hidden: Collection[str] = (),
    category: Category | None = None,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """One map a checkpoint over the same sentences, on the same axes, with one legend.

    A point's `customdata` is its row in the map. Languages in `hidden` are left out. With a
    `category` points have its colours, and their language's shape.
    """
    n_panels = len(result.checkpoints)
    fig = make_subplots(rows=1, cols=n_panels, horizontal_spacing=0.03)
    styles = markers.language_styles(result.maps[0].langs, group)
    langs = [lang for lang in result.maps[0].langs if lang not in hidden]
    order = [lang for lang in markers.language_order(result.maps[0].langs, group) if lang in langs]
    panels = zip(result.checkpoints, result.maps, result.ckas, strict=True)
    colours = style.set_colours((ref.name for ref in result.checkpoints), colours)
    for col, (ref, drawn, cka) in enumerate(panels, start=1):
        hovers = _hovers(drawn, result.texts, ref)
        for lang, share in _interleaved(order, len(drawn.ids), n_panels):
            seen = lang in ref.seen_langs
            trace = _points(drawn, lang, share, styles[lang], hovers[lang], seen=seen)
            if category is not None:
                _recolour(trace, category, category.of_panel(col - 1))
            fig.add_trace(_renderer(result)(trace), row=1, col=col)
        mean = f"mean CKA {cka.mean_off_diagonal():.2f}"
        style.panel_title(
            fig, col, name=ref.name, below=mean, colour=colours[ref.name], theme=theme
        )
    entries = _entries(order, styles, category)
    fig.add_traces(entries)
    _same_square_axes(fig, result.maps)
    legend_height = _legend(fig, len(entries))
    style.dress(
        fig,
        title="Where does each checkpoint put sentences and their translations?",
        subtitle=f"{maps_rest_on(result, hidden).replace('. ', '.<br>', 1)} {style.SEEN_KEY}",
        alt=maps_told(result),
        height=_ABOVE + _PANEL_HEIGHT.get(n_panels, 256) + legend_height,
        theme=theme,
    )
    return fig


def _renderer(result: MingleResult) -> type[go.Scatter] | type[go.Scattergl]:
    n_points = sum(len(drawn.coords) for drawn in result.maps)
    return go.Scatter if n_points <= SVG_UP_TO else go.Scattergl


def _interleaved(order: Sequence[str], n: int, n_panels: int) -> list[tuple[str, slice]]:
    """Every language's n sentences in several shares, in turn: so that none covers all others."""
    most = _MAX_TRACES // max(1, len(order) * n_panels)
    n_shares = max(1, min(_SHARES, n // _IN_A_SHARE, most))
    return [(lang, slice(share, None, n_shares)) for share in range(n_shares) for lang in order]


def _points(
    drawn: MapResult, lang: str, share: slice, look: LanguageStyle, hovers: list[str], *, seen: bool
) -> dict[str, Any]:
    """Some of a language's sentences in a panel: filled where the checkpoint was trained on it."""
    n = len(drawn.ids)
    first = drawn.langs.index(lang) * n
    rows = range(first, first + n)[share]
    coords = drawn.coords[rows.start : rows.stop : rows.step]
    return {
        "x": coords[:, 0],
        "y": coords[:, 1],
        "mode": "markers",
        "name": text.language_label(lang),
        "legendgroup": lang,
        "showlegend": False,
        "customdata": list(rows),
        "hovertext": hovers[share],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": _marker(look, _size(len(drawn.coords)), seen=seen),
        "opacity": 0.85,
        # what is selected with Plotly's own tools does not fade the others
        "unselected": {"marker": {"opacity": 1}},
    }


def _size(n_points: int) -> float:
    """Smaller markers where a panel is fuller, in pixels."""
    return 7 if n_points <= 600 else 5.5 if n_points <= 1200 else 4.5


def _marker(look: LanguageStyle, size: float, *, seen: bool) -> dict[str, object]:
    if seen:
        line = {"width": 0.8 if look.outline != look.colour else 0, "color": look.outline}
        return {"symbol": look.symbol, "color": look.colour, "size": size, "line": line}
    return {
        "symbol": f"{look.symbol}-open",
        "color": look.outline,
        "size": size,
        "line": {"width": 1.2, "color": look.outline},
    }


def _recolour(trace: dict[str, Any], category: Category, codes: npt.NDArray[np.uint8]) -> None:
    """Give the points of one language the colours of their category, in its shape."""
    colours = [category.colours[codes[row]] for row in trace["customdata"]]
    marker = trace["marker"]
    marker.update(color=colours, line={**marker["line"], "color": colours})


def _entries(
    order: Sequence[str], styles: Mapping[str, LanguageStyle], category: Category | None
) -> list[go.Scatter]:
    """The legend: languages, or the names of what the points are coloured by."""
    if category is None:
        return [_legend_entry(lang, styles[lang]) for lang in order]
    return [
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=text.escape(name),
            marker={"symbol": "circle", "color": colour, "size": 9},
            hoverinfo="skip",
        )
        for name, colour in zip(category.names, category.colours, strict=True)
    ]


def _legend_entry(lang: str, look: LanguageStyle) -> go.Scatter:
    """A point that is nowhere: clicking its legend entry hides the language in every panel."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=text.language_label(lang),
        legendgroup=lang,
        marker=_marker(look, 9, seen=True),
        hoverinfo="skip",
    )


def _hovers(
    drawn: MapResult, texts: Mapping[str, tuple[str, ...]], ref: CheckpointRef
) -> dict[str, list[str]]:
    """Per language what the hover box says of each sentence."""
    name = text.escape(ref.name)
    hovers = {}
    for lang in drawn.langs:
        seen = "trained on" if lang in ref.seen_langs else "not trained on"
        head = f"<b>{text.language_label(lang)}</b> · {seen}<br>"
        hovers[lang] = [
            f"{head}{text.sentence(said, lang)}<br><i>{text.escape(sent_id)} · {name}</i>"
            for sent_id, said in zip(drawn.ids, texts[lang], strict=True)
        ]
    return hovers


def _same_square_axes(fig: go.Figure, maps: tuple[MapResult, ...]) -> None:
    """The same square in every panel; zooming one zooms all."""
    low, high = _square([drawn.coords for drawn in maps])
    bare = {
        "showticklabels": False,
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
        "showline": True,
        "mirror": True,
    }
    fig.update_xaxes(range=[low[0], high[0]], matches="x", **bare)
    fig.update_yaxes(
        range=[low[1], high[1]], matches="y", constraintoward="top", scaleanchor="x", **bare
    )


def _square(
    coords: list[npt.NDArray[np.float32]],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Corners of the smallest square, with a margin, that holds every point."""
    every = np.concatenate(coords).astype(np.float64)
    low, high = every.min(axis=0), every.max(axis=0)
    half = 0.53 * max((high - low).max(), 1e-6)
    middle = (low + high) / 2
    return middle - half, middle + half


def _legend(fig: go.Figure, n_entries: int) -> int:
    """Rows of equal columns under the panels; their height."""
    height = _LEGEND_ROW * -(-n_entries // _LEGEND_PER_ROW) + 10
    fig.update_layout(
        margin={"l": 2, "r": 2, "t": _ABOVE, "b": height},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "entrywidth": _LEGEND_TEXT,
            "entrywidthmode": "pixels",
        },
    )
    return height


def maps_rest_on(result: MingleResult, hidden: Collection[str] = ()) -> str:
    """What was drawn and what the numbers are of, for a caption; `hidden` languages are named."""
    drawn, ckas = result.maps[0], result.ckas
    sentences = text.count(len(drawn.ids), "sentence")
    told = text.taken(ckas[0].pooling, result.original)
    corpus = f" of {result.corpus}" if result.corpus else ""
    n = len(drawn.langs)
    n_shown = len(set(drawn.langs).difference(hidden))
    filtered = f" Shown are {n_shown} of {n} languages; the numbers are of all." * (n_shown < n)
    return (
        f"{METHODS[drawn.method]} of {sentences}{corpus} in each of {n} languages, "
        f"{text.layers(cka.layer for cka in ckas)}{told}. "
        f"CKA between languages: {ckas[0].estimator}, n = {ckas[0].n:,}.{filtered}"
    )


def maps_told(result: MingleResult) -> str:
    """Which checkpoints, how many points, and how alike the languages are in each."""
    means = ", ".join(
        f"{ref.name} {cka.mean_off_diagonal():.2f}"
        for ref, cka in zip(result.checkpoints, result.ckas, strict=True)
    )
    drawn = result.maps[0]
    return (
        f"{METHODS[drawn.method]} maps of {len(drawn.ids)} parallel sentences in "
        f"{len(drawn.langs)} languages. Mean CKA between languages: {means}."
    )
