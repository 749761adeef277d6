"""What a text that people write may hold.

Owns: the rule for one text, and how long names and the like may be. Does not own: which texts a thing has (the
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
