"""What a text that people write may hold.

Owns: the rule for one text, how long names and the like may be, and how a text stands in a cell of a CSV file. Does
not own: which texts a thing has (the
packages), or what no column could hold, in any input (`schema.scalars`).
"""

from __future__ import annotations

from unicodedata import category

from bss.refusal import Problem

MOST_NAME = 200
MOST_EMAIL = 254
MOST_NUMBER = 60
MOST_ADDRESS_LINE, MOST_ADDRESS_LINES = 100, 10
"""Characters, and lines of an address: what fits on a printed document."""

# Controls, invisible format characters (they turn the direction of what stands beside them), halves of characters,
# and the separators that some readers take for a new line.
_UNWRITTEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def text_problems(path: str, value: str, most: int, lines: int = 1) -> tuple[Problem, ...]:
    """What is wrong with a text of at most `lines` lines with at most `most` characters each."""
    found = value.split("\n") if lines > 1 else [value]
    if len(found) > lines or any(len(line) > most for line in found):
        size = f"{most} characters" if lines == 1 else f"{lines} lines of {most} characters"
        return (Problem((path,), f"This text has more than {size}."),)
    if any(category(letter) in _UNWRITTEN for line in found for letter in line):
        return (Problem((path,), "This text has control or format characters."),)
    return ()


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"
_MARKED = (*_FORMULA, _MARK)


def cell_of(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that looks like it begins with an apostrophe.

    A text that begins with an apostrophe gets one too, so that `text_of_cell` finds every text again.
    """
    return f"{_MARK}{text}" if text.startswith(_MARKED) else text


def text_of_cell(cell: str) -> str:
    """The text behind `cell_of`. An apostrophe that somebody wrote before an ordinary letter stays."""
    return cell[1:] if cell.startswith(_MARK) and cell[1:].startswith(_MARKED) else cell
