"""Several values that are typed into one box, joined by commas."""

from mslt_core.spec.errors import SpecError


def parts(text: str) -> list[str]:
    """What stands between the commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def whole_number(text: str) -> int:
    """A budget, as it was typed."""
    try:
        return int(text)
    except ValueError:
        raise SpecError(
            f"budgets must be whole numbers joined by commas, got {text!r}",
            hint="Write 10000, without a point or a comma inside.",
        ) from None


def number(text: str) -> float:
    """A learning rate, as it was typed."""
    try:
        return float(text)
    except ValueError:
        raise SpecError(f"these must be numbers joined by commas, got {text!r}") from None
