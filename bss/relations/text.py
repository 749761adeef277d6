"""The texts that the records about an account have in common.

Owns: what must not be empty, what an address looks like, and what a body may hold. Does not own: the rule for a
single line (`bss.text`).
"""

from __future__ import annotations

from unicodedata import category

from bss.refusal import Problem
from bss.text import MOST_EMAIL, text_problems

MOST_SUBJECT = 300
MOST_BODY = 100_000
"""Characters."""


def required_text(path: str, value: str, most: int) -> tuple[Problem, ...]:
    """What is wrong with a single line that must not be empty."""
    if not value.strip():
        return (Problem((path,), "This must not be empty."),)
    return text_problems(path, value, most)


def address_problems(path: tuple[str, ...], value: str) -> tuple[Problem, ...]:
    """What is wrong with an e-mail address."""
    local, _, domain = value.rpartition("@")
    if not local or not domain or any(letter.isspace() for letter in value):
        return (Problem(path, "This is not an e-mail address."),)
    return tuple(Problem(path, problem.message) for problem in text_problems("", value, MOST_EMAIL))


def unified(body: str) -> str:
    """The body with one kind of line end."""
    return body.replace("\r\n", "\n").replace("\r", "\n")


def body_problems(path: str, value: str) -> tuple[Problem, ...]:
    """What is wrong with a text of many lines, its line ends unified.

    Unlike a name it may have tabs and format characters: it is what somebody wrote, and is shown as it is.
    """
    if len(value) > MOST_BODY:
        return (Problem((path,), f"This text has more than {MOST_BODY} characters."),)
    if any(category(letter) in ("Cc", "Cs") for letter in value if letter not in "\n\t"):
        return (Problem((path,), "This text has control characters."),)
    return ()
