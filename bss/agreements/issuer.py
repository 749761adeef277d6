"""An issuer: the legal entity that sends documents, with the card that is printed on them.

Owns: the value, and which cards are complete and printable. Does not own: the numbers of its documents
(`bss.invoicing`), or how the card looks on paper.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bss.refusal import Problem


@dataclass(frozen=True)
class Issuer:
    """An issuer of its owner account; `due_days` is the time to pay, in days after the issue.

    `card` has always all fields of an invoice's issuer card: name, address (a list of lines), registration,
    tax_number, bank, colour, logo_png (base64 or None), terms, footer.
    """

    id: UUID
    path: str
    owner_id: UUID
    name: str
    card: dict[str, Any]
    due_days: int


CARD_WHEN_SILENT: dict[str, Any] = {
    "name": "",
    "address": [],
    "registration": "",
    "tax_number": "",
    "bank": "",
    "colour": "#1f3a5f",
    "logo_png": None,
    "terms": "",
    "footer": "",
}
"""Every field of a card, with what stands there when nothing is said."""


def whole_card(name: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """The card with all its fields; the issuer's name where the card says none."""
    whole = {**CARD_WHEN_SILENT, **card}
    return {**whole, "name": whole["name"] or name, "address": list(whole["address"])}


def card_problems(card: Mapping[str, Any]) -> list[Problem]:
    """All that keeps the card from being printed."""
    problems = [
        Problem(("card", field), "This is not a field of a card.") for field in card if field not in CARD_WHEN_SILENT
    ]
    for field in ("name", "registration", "tax_number", "bank", "terms", "footer"):
        if not isinstance(card.get(field, ""), str):
            problems.append(Problem(("card", field), "This must be a text."))
    address = card.get("address", [])
    if not isinstance(address, list | tuple) or not all(isinstance(line, str) for line in address):
        problems.append(Problem(("card", "address"), "An address is a list of lines."))
    # The colour is printed into a style sheet, where nothing but a colour may stand.
    if re.fullmatch(r"#[0-9a-fA-F]{6}", str(card.get("colour", CARD_WHEN_SILENT["colour"]))) is None:
        problems.append(Problem(("card", "colour"), "A colour is of the form #rrggbb."))
    logo = card.get("logo_png")
    if logo is not None and not _is_png(logo):
        problems.append(Problem(("card", "logo_png"), "A logo is a PNG in base64."))
    return problems


def _is_png(text: object) -> bool:
    try:
        return b64decode(str(text), validate=True).startswith(b"\x89PNG\r\n\x1a\n")
    except ValueError:
        return False
