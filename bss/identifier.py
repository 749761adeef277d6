"""Identifiers: UUIDv7 inside, typed public ids outside, derived ids for what must converge.

Owns: minting (RFC 9562, section 5.7), the public form `sub_…`, the label of an account in a path.
Does not own: document numbers, which come from an issuer's series (`bss.invoicing`).
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from uuid import UUID, uuid5

from bss.clock import wall_milliseconds

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_TRIPLES = [pair + third for pair in _PAIRS for third in _ALPHABET]
_VALUE_OF = {letter: value for value, letter in enumerate(_ALPHABET)}
_DERIVED = UUID("6f1d3c1e-54c1-5b6e-9a51-0b5c7f1c2b11")  # the namespace of everything that we derive


_last_tick = 0
"""The time of the last UUIDv7, in 4096ths of a millisecond: the fraction is a counter."""


class Kind(StrEnum):
    """What an id names; the value is the prefix of its public form."""

    ORGANISATION = "org"
    ACCOUNT = "acc"
    PERSON = "per"
    MEMBERSHIP = "mem"
    ROLE = "rol"
    TOKEN = "tok"
    SESSION = "ses"
    BRAND = "bra"
    CLIENT = "cli"
    PROVIDER = "idp"
    INVITATION = "ivt"
    DELEGATION = "dlg"
    ISSUER = "iss"
    EDGE = "edg"
    VENDOR = "ven"
    PRODUCT = "prd"
    OFFERING = "off"
    BUNDLE = "bun"
    METER = "met"
    PRICE_LIST = "prl"
    PRICE_VERSION = "prv"
    SUBSCRIPTION = "sub"
    USAGE_BATCH = "usb"
    USAGE_CORRECTION = "usc"
    MANUAL_READING = "umr"
    LINE = "lin"
    INVOICE = "inv"
    BILL_RUN = "run"
    LINK = "lnk"
    PAIR = "par"
    JOB = "job"
    AUDIT_ENTRY = "aud"
    CONTACT = "con"
    CASE = "cas"
    CASE_COMMENT = "com"
    TASK = "tsk"
    CALENDAR_EVENT = "cal"
    EMAIL = "eml"
    DOCUMENT = "doc"


class MalformedId(ValueError):
    """A public id that names nothing: wrong prefix, length or letters."""


def uuid7() -> UUID:
    """A new UUIDv7, greater than all that this process minted before (RFC 9562, section 6.2), with 62 random bits."""
    global _last_tick
    _last_tick = max(_last_tick + 1, wall_milliseconds() << 12)
    milliseconds, count = divmod(_last_tick, 1 << 12)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | count << 64 | 0b10 << 62 | secrets.randbits(62))


def derived(*parts: object) -> UUID:
    """The id of something that is determined by its natural key, so that a second run finds the first."""
    return uuid5(_DERIVED, "\x1f".join(str(part) for part in parts))


def public(kind: Kind, identifier: UUID) -> str:
    """The typed form that leaves the system: `sub_` and 26 letters."""
    value, three = identifier.int, _TRIPLES
    # Three letters at a time and written out, because every row of every list has ids.
    return kind + (
        f"_{_PAIRS[value >> 120]}{three[value >> 105 & 32767]}{three[value >> 90 & 32767]}{three[value >> 75 & 32767]}"
        f"{three[value >> 60 & 32767]}{three[value >> 45 & 32767]}{three[value >> 30 & 32767]}"
        f"{three[value >> 15 & 32767]}{three[value & 32767]}"
    )


def private(kind: Kind, text: str) -> UUID:
    """The UUID behind a public id of this kind. Raises `MalformedId`."""
    prefix, _, letters = text.partition("_")
    if prefix != kind.value or len(letters) != 26:
        raise MalformedId(f"{text!r} is not an id of the form {kind.value}_…")
    return _uuid(letters)


def kind_of(text: str) -> Kind:
    """The kind that a public id claims. Raises `MalformedId`."""
    try:
        return Kind(text.partition("_")[0])
    except ValueError as unknown:
        raise MalformedId(f"{text!r} has no known prefix") from unknown


def label(account: UUID) -> str:
    """The account's step in a path: ten letters from the random half of its id, so that a path is rebuildable."""
    return "".join([_PAIRS[account.int >> place & 1023] for place in range(40, -1, -10)])


def _uuid(letters: str) -> UUID:
    value = 0
    for letter in letters:
        if letter not in _VALUE_OF:
            raise MalformedId(f"{letter!r} is not a letter of an id")
        value = value << 5 | _VALUE_OF[letter]
    if value >> 128:
        raise MalformedId("the id is too large")
    return UUID(int=value)
