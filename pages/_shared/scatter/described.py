"""All of the WebGL view that is small, as JSON; shown as text there, never as markup."""

import base64
from typing import Any

import numpy as np

from pages._shared.scatter.contract import Panel, ScatterView


def described(view: ScatterView) -> dict[str, Any]:
    """All that is small, as JSON."""
    codes = [look.code for look in view.languages]
    return {
        "panels": [_panel(panel, view) for panel in view.panels],
        "frames": list(view.frames),
        "frame_noun": view.frame_noun,
        "start": view.start,
        "languages": [
            {
                "code": look.code,
                "label": look.label,
                "colour": look.colour,
                "outline": look.outline,
                "symbol": look.symbol,
                "direction": look.direction,
                "font": look.font,
            }
            for look in view.languages
        ],
        "legend": [codes.index(code) for code in view.legend or codes if code not in view.hidden],
        "hidden": [code in view.hidden for code in codes],
        "category": _category(view),
        "alt": view.alt,
        "height": view.height,
        "n_points": view.n_points,
    }


def _panel(panel: Panel, view: ScatterView) -> dict[str, Any]:
    codes = [look.code for look in view.languages]
    return {
        "name": panel.name,
        "colour": panel.colour,
        "below": list(panel.below),
        "seen": [[code in seen for code in codes] for seen in panel.seen],
    }


def _category(view: ScatterView) -> dict[str, Any] | None:
    if view.category is None:
        return None
    return {
        "names": list(view.category.names),
        "colours": list(view.category.colours),
        "codes": [
            base64.b64encode(codes.astype(np.uint8).tobytes()).decode("ascii")
            for codes in view.category.codes
        ],
    }
