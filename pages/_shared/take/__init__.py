"""What stands under every figure, table and answer: the ways to take it along."""

from pages._shared.take.files import files_of_pin, files_row
from pages._shared.take.origins import answer_before, begin, chosen_here, goes_with, rest_on
from pages._shared.take.row import take_along, tell
from pages._shared.take.things import Answer, Figure, Table

__all__ = [
    "Answer",
    "Figure",
    "Table",
    "answer_before",
    "begin",
    "chosen_here",
    "files_of_pin",
    "files_row",
    "goes_with",
    "rest_on",
    "take_along",
    "tell",
]
