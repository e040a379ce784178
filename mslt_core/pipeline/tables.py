"""Tables as text: LaTeX for papers, and CSV that a spreadsheet shows and does not execute."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mslt_core.spec.cells import neutralised

if TYPE_CHECKING:
    import pandas as pd


def as_csv(frame: "pd.DataFrame") -> str:
    """The table as CSV without its index; text that a spreadsheet would execute is marked as text.

    Numbers are written as they are, negative ones too.
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    safe = frame.rename(columns=_shown_cell)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if not (is_numeric_dtype(column) or is_bool_dtype(column)):
            cells = column.astype(object).map(_shown_cell, na_action="ignore")
            safe.isetitem(place, cells)
    # with this line end pandas quotes a carriage return inside a cell, too
    text = str(safe.to_csv(index=False, lineterminator="\r\n"))
    return _written(csv.reader(io.StringIO(text, newline="")))


def rows_as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The same for rows that are in no frame."""
    return _written([_shown_cell(cell) for cell in row] for row in (columns, *rows))


def _written(rows: Iterable[Iterable[object]]) -> str:
    """Lines that end in a line feed alone, with every line end inside a cell quoted."""
    lines = []
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\r\n").writerow(row)
        lines.append(line.getvalue().removesuffix("\r\n"))
    return "".join(f"{line}\n" for line in lines)


def _shown_cell(value: Any) -> Any:
    return neutralised(value) if isinstance(value, str) else value


# not known to LaTeX, another character in its first font encoding, or not seen to be unbreakable
IN_LATEX = {"\u2212": "$-$", "<": "$<$", ">": "$>$", "\u00a0": "~"}


def as_latex(frame: "pd.DataFrame") -> str:
    """The table in the style of booktabs, every column with as many decimals as it needs."""
    import pandas as pd

    text = pd.DataFrame({name: _as_text(frame[name]) for name in frame.columns})
    styled = text.style.format(escape="latex").hide(axis="index")
    styled = styled.format_index(escape="latex", axis="columns")
    latex = str(styled.to_latex(hrules=True)).strip()
    for character, said in IN_LATEX.items():
        latex = latex.replace(character, said)
    return latex


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
