"""VAT numbers: whether one has its country's form and check digits, and how it is written on a document.

Owns: the written form. Does not own: the rules of each country, which python-stdnum keeps; or whether a number was
given to somebody, which only a tax office can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from bss.reference.countries import countries
from bss.refusal import InvalidInput

# Member states of the EU; their VAT numbers are written with a prefix, which is the country's letters but for Greece.
_EU = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV"}
    | {"MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
_PREFIX_OVER_COUNTRY = {"GR": "EL"}
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class VatNumber:
    """A number whose form is right, as it is written on a document of its country."""

    country: str
    number: str


def has_vat_form(country: str) -> bool:
    """Whether the form of the country's VAT numbers is known here."""
    return _form(country) is not None


def vat_number(country: str, number: str, *, path: tuple[str, str] = ("country", "number")) -> VatNumber:
    """The number as it is written on a document; in the EU with its prefix, in capitals, without spaces.

    Raises `InvalidInput` with the input's `path` of country or number: no such country, none whose form is known,
    or a number with another form or other check digits.
    """
    if country not in countries():
        raise InvalidInput.at(path[0], f"{country[:_LONGEST_NUMBER]!r} is not a country by ISO 3166, such as NL.")
    form = _form(country)
    if form is None:
        raise InvalidInput.at(path[0], f"The form of VAT numbers of {countries()[country].name} is not known here.")
    try:
        compact = form.validate(number[: _LONGEST_NUMBER + 1])
    except ValidationError as wrong:
        raise InvalidInput.at(path[1], f"This is not a VAT number of {countries()[country].name}.") from wrong
    return VatNumber(country, _written(country, form, compact))


@cache
def _form(country: str) -> Any:
    """The library's module for the country's VAT numbers; None where it has none."""
    return get_cc_module(country, "vat") if country in countries() else None


def _written(country: str, form: Any, compact: str) -> str:
    if country in _EU:
        prefix = _PREFIX_OVER_COUNTRY.get(country, country)
        return prefix + compact.removeprefix(prefix)
    return str(form.format(compact)) if hasattr(form, "format") else compact
