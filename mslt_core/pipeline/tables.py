"""Tables as text that goes into a paper."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def as_latex(frame: "pd.DataFrame") -> str:
    """The table in the style of booktabs, every column with as many decimals as it needs."""
    import pandas as pd

    text = pd.DataFrame({name: _as_text(frame[name]) for name in frame.columns})
    styled = text.style.format(escape="latex").hide(axis="index")
    styled = styled.format_index(escape="latex", axis="columns")
    # a minus sign of its own is a character that LaTeX does not know
    return str(styled.to_latex(hrules=True)).strip().replace("\u2212", "$-$")


def _as_text(column: "pd.Series") -> list[str]:
    """Numbers with the decimals of the longest one (six at most); -- where there is none."""
    import pandas as pd

    numbers = [value for value in column if isinstance(value, float) and not pd.isna(value)]
    decimals = max((len(_digits(value)) for value in numbers), default=0)
    return [
        "--"
        if pd.isna(value)
        else f"{value:.{decimals}f}"
        if isinstance(value, float)
        else str(value)
        for value in column
    ]


def _digits(value: float) -> str:
    """What stands behind the point, without zeros at the end."""
    return f"{value:.6f}".partition(".")[2].rstrip("0")
