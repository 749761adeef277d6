"""An issuer: the legal entity that sends documents, with the card that is printed on them.

Owns: the value, its settings, and which of them are complete and printable. Does not own: the numbers of its documents
(`bss.invoicing`), its logo (`logo`), or how the card looks on paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from bss.agreements.colour import colour_problem
from bss.reference.countries import countries
from bss.reference.vat_number import has_vat_form, vat_number
from bss.refusal import InvalidInput, Problem
from bss.text import MOST_ADDRESS_LINE, MOST_ADDRESS_LINES, MOST_NAME, text_problems

LONGEST_DUE_DAYS = 365
MOST_PREFIX = 30


@dataclass(frozen=True)
class Issuer:
    """An issuer of its owner account; `due_days` is the time to pay, in days after the issue.

    `card` has always all fields of `CARD_WHEN_SILENT`. `country` is by ISO 3166-1, or empty; a tax number is checked
    by its rules. `sends` tells whether issued invoices are to be sent to the Bill-To.
    """

    id: UUID
    path: str
    owner_id: UUID
    name: str
    card: dict[str, Any]
    due_days: int
    country: str
    sends: bool


@dataclass(frozen=True)
class IssuerSettings:
    """What somebody wants to be otherwise; None, or no such field of the card: as it is.

    `logo` is a PNG or JPEG in base64; empty: none.
    """

    name: str | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    country: str | None = None
    due_days: int | None = None
    sends: bool | None = None
    logo: str | None = None


CARD_WHEN_SILENT: dict[str, Any] = {
    "name": "",
    "address": [],
    "registration": "",
    "tax_number": "",
    "bank": "",
    "colour": "#1f3a5f",
    "terms": "",
    "footer": "",
    "legal": "",
}
"""Every field of a card, with what stands there when nothing is said."""

_MOST: dict[str, tuple[int, int]] = {
    "name": (MOST_NAME, 1),
    "registration": (100, 1),
    "tax_number": (60, 1),
    "bank": (200, 1),
    "terms": (400, 20),
    "footer": (160, 1),
    "legal": (400, 20),
}
"""Characters a line, and lines, of the texts of a card: what fits on a page."""


def whole_card(name: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """The card with all its fields; the issuer's name where the card says none."""
    whole = {**CARD_WHEN_SILENT, **card}
    return {**whole, "name": whole["name"] or name, "address": list(whole["address"])}


def settled(issuer: Issuer, settings: IssuerSettings) -> Issuer:
    """The issuer with these settings. Raises `InvalidInput` with every problem.

    A card that has the issuer's name follows it when it changes.
    """
    if problems := list(_problems(issuer, settings)):
        raise InvalidInput(problems)
    name = issuer.name if settings.name is None else settings.name.strip()
    card = {**issuer.card, **({"name": ""} if issuer.card["name"] == issuer.name else {}), **settings.card}
    country = issuer.country if settings.country is None else settings.country
    return replace(
        issuer,
        name=name,
        card=whole_card(name, {**card, "tax_number": written_tax_number(country, card["tax_number"])}),
        country=country,
        due_days=issuer.due_days if settings.due_days is None else settings.due_days,
        sends=issuer.sends if settings.sends is None else settings.sends,
    )


def _problems(issuer: Issuer, settings: IssuerSettings) -> Iterator[Problem]:
    if settings.name is not None:
        yield from name_problems(settings.name)
    # What is not asked for is not judged: a rule that came later must not keep somebody from changing another field.
    yield from card_problems(settings.card)
    if settings.country is not None or "tax_number" in settings.card:
        country = issuer.country if settings.country is None else settings.country
        yield from tax_problems(country, str(settings.card.get("tax_number", issuer.card["tax_number"])))
    if settings.due_days is not None:
        yield from due_problems(settings.due_days)


def name_problems(name: str) -> Iterator[Problem]:
    """What is wrong with an issuer's name."""
    if not name.strip():
        yield Problem(("name",), "This must not be empty.")
    yield from text_problems("name", name, MOST_NAME)


def prefix_problems(prefix: str) -> Iterator[Problem]:
    """What is wrong with the prefix of a number series."""
    if not prefix.strip():
        yield Problem(("seriesPrefix",), "This must not be empty.")
    yield from text_problems("seriesPrefix", prefix, MOST_PREFIX)


def due_problems(due_days: int) -> Iterator[Problem]:
    """What is wrong with a time to pay."""
    if not 0 <= due_days <= LONGEST_DUE_DAYS:
        yield Problem(("dueDays",), f"The time to pay is 0 to {LONGEST_DUE_DAYS} days.")


def tax_problems(country: str, tax_number: str) -> Iterator[Problem]:
    """What is wrong with a country, and with a tax number by its rules."""
    if country and country not in countries():
        yield Problem(("country",), f"{country[:MOST_NAME]!r} is not a country by ISO 3166, such as NL.")
    try:
        written_tax_number(country, tax_number)
    except InvalidInput as wrong:
        yield from wrong.problems


def written_tax_number(country: str, tax_number: str) -> str:
    """The tax number as its country writes it; as it is, without a country and where the form is not known.

    Raises `InvalidInput` for a number of another form.
    """
    if not tax_number or not has_vat_form(country):
        return tax_number
    return vat_number(country, tax_number, path=("country", "card.tax_number")).number


def card_problems(card: Mapping[str, Any]) -> list[Problem]:
    """All that keeps the fields of a card from being printed."""
    problems = [
        Problem(("card", field), "This is not a field of a card.") for field in card if field not in CARD_WHEN_SILENT
    ]
    for name, most in _MOST.items():
        text = card.get(name, "")
        if not isinstance(text, str):
            problems.append(Problem(("card", name), "This must be a text."))
        else:
            problems += [Problem(("card", *each.path), each.message) for each in text_problems(name, text, *most)]
    problems += _address_problems(card.get("address", []))
    if wrong := colour_problem(str(card.get("colour", CARD_WHEN_SILENT["colour"]))):
        problems.append(Problem(("card", "colour"), wrong))
    return problems


def _address_problems(address: object) -> Iterator[Problem]:
    if not isinstance(address, list | tuple) or not all(isinstance(line, str) for line in address):
        yield Problem(("card", "address"), "An address is a list of lines.")
        return
    lines = "\n".join(line.replace("\n", "\0") for line in address)  # a line is one line
    for each in text_problems("address", lines, MOST_ADDRESS_LINE, MOST_ADDRESS_LINES):
        yield Problem(("card", *each.path), each.message)
