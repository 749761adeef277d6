"""Scalars and small shapes: exact decimals and instants as strings, money, and what an input may hold.

Owns: how values of the vocabulary look on the wire, in both directions. Does not own: ids (`schema.node`).
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from bss.canonical import decimal_text, instant_text
from bss.money import minor_digits
from bss.refusal import Problem

_LONGEST_DECIMAL = 60
_LARGEST_WHOLE = 2**63
_MOST_LEVELS = 32
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def _decimal(text: object) -> Decimal:
    """Accept strings only: a JSON number may have lost digits on its way."""
    if not isinstance(text, str):
        raise GraphQLError('A decimal is written as a string, for example "12.50".')
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    # "1E+999999999" is short and finite, and a billion digits long once it is written out.
    if not value.is_finite() or len(text) > _LONGEST_DECIMAL or abs(value.adjusted()) > _LONGEST_DECIMAL:
        raise GraphQLError(f"{text[:_LONGEST_DECIMAL]!r} is not a decimal of at most {_LONGEST_DECIMAL} digits.")
    return value


def _instant(text: object) -> datetime:
    """Accept RFC 3339 with an offset: a local time names no moment."""
    try:
        value = datetime.fromisoformat(text) if isinstance(text, str) else None
        if value is not None and value.tzinfo is not None:
            value = value.astimezone(UTC)
            if _FIRST_YEAR <= value.year <= _LAST_YEAR:
                return value
    except (ValueError, OverflowError):
        pass
    raise GraphQLError(
        f'An instant from {_FIRST_YEAR} to {_LAST_YEAR} is written with its offset, for example "2026-02-01T00:00:00Z".'
    )


def _uuid(text: object) -> UUID:
    try:
        if isinstance(text, str):
            return UUID(text)
    except ValueError:
        pass
    raise GraphQLError('A UUID is written as "00000000-0000-7000-8000-000000000000".')


Identifier = strawberry.scalar(
    name="UUID",
    description="What several organisations know a thing by; ids of this API are of the type ID.",
    serialize=str,
    parse_value=_uuid,
)
ExactDecimal = strawberry.scalar(
    name="Decimal",
    description='An exact decimal as a string: "0.5", "1200.00". Numbers are refused.',
    serialize=lambda value: value if isinstance(value, str) else decimal_text(value),
    parse_value=_decimal,
)

Instant = strawberry.scalar(
    name="DateTime",
    description='An instant by RFC 3339, with an offset; answered in UTC: "2026-02-01T00:00:00Z".',
    serialize=instant_text,
    parse_value=_instant,
)


@strawberry.type(description="An amount in a currency, at the currency's own number of digits.")
class Money:
    amount: str
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        return cls(amount=f"{amount:.{minor_digits(currency)}f}", currency=currency)


def unstorable(value: object, path: tuple[str, ...]) -> list[Problem]:
    """What no column could hold or no digest could name, anywhere in an input: by the path of the API's names.

    Texts may hold neither NUL nor lone surrogates; free data may hold neither binary fractions nor whole
    numbers beyond 64 bits, and goes a limited number of levels deep.
    """
    if len(path) > _MOST_LEVELS:
        return [Problem(path[:1], f"This goes more than {_MOST_LEVELS} levels deep.")]
    match value:
        case str() if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            return [Problem(path, "This text has characters that cannot be stored.")]
        case float():
            return [Problem(path, "Write numbers with decimals as strings.")]
        case int() if not -_LARGEST_WHOLE <= value < _LARGEST_WHOLE:
            return [Problem(path, "Write numbers of this size as strings.")]
        case dict():
            parts = [(str(key), item) for key, item in value.items()]
            inside = [problem for key, _ in parts for problem in unstorable(key, path)]
        case list() | tuple():
            parts, inside = [(str(index), item) for index, item in enumerate(value)], []
        case strawberry.Some():
            return unstorable(value.value, path)
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = [(to_camel_case(field.name), getattr(value, field.name)) for field in fields(value)]
            inside = []
        case _:
            return []
    return inside + [problem for name, item in parts for problem in unstorable(item, (*path, name))]
