"""Scalars and small shapes: exact decimals as strings, money, problems of an input.

Owns: how values of the vocabulary look on the wire. Does not own: ids (`schema.node`).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import strawberry

from bss.canonical import decimal_text


def _parse(text: object) -> Decimal:
    """Accept strings only: a JSON number may have lost digits on its way."""
    if not isinstance(text, str):
        raise ValueError("A decimal is written as a string, for example \"12.50\".")
    try:
        value = Decimal(text)
    except InvalidOperation as unreadable:
        raise ValueError(f"{text!r} is not a decimal.") from unreadable
    if not value.is_finite() or len(text) > 60:
        raise ValueError(f"{text!r} is not a finite decimal of at most 60 characters.")
    return value


ExactDecimal = strawberry.scalar(
    name="Decimal",
    description="An exact decimal as a string: \"0.5\", \"1200.00\". Numbers are refused.",
    serialize=lambda value: value if isinstance(value, str) else decimal_text(value),
    parse_value=_parse,
)


@strawberry.type(description="An amount in a currency, at the currency's own number of digits.")
class Money:
    amount: str
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        from bss.money import minor_digits

        return cls(amount=f"{amount:.{minor_digits(currency)}f}", currency=currency)
