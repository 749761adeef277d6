"""A host: the name in a browser's address line by which somebody's people come in. Pure.

Owns: which names are hosts. Does not own: whose a name is: that is approved by the installation's operator
(`bss.brands.add_host`), because nothing here can prove it.
"""

from __future__ import annotations

import re

MOST_LETTERS = 253
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def host_problem(name: str) -> str | None:
    """What keeps a name from being a host; None when nothing does."""
    labels = name.split(".")
    if len(name) > MOST_LETTERS or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return "A host is a name such as shop.example.com, in small letters, without a port; others in Punycode."
    if labels[-1].isdigit():
        return "A host is a name and not an address."
    return None
