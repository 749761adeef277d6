"""Characteristics: what a buyer chooses about a product beside its quantity, such as a region or a size.

Owns: what a definition may say, and whether what was chosen is on offer. Does not own: what is chosen for a
subscription, and from when on (`bss.subscriptions`). In TM Forum's words: `ProductSpecificationCharacteristic`.

A product that defines none takes any data: whoever sells it may note what only the front end understands. A product
that defines some takes those and no others. A definition speaks about what is chosen from then on; what was chosen
before it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import orjson

from bss.refusal import Problem
from bss.text import MOST_NAME, text_problems

MOST_CHARACTERISTICS = 50
"""Of one product."""
MOST_CHOICES = 100
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_WHOLE = range(-(2**63), 2**63)


class CharacteristicKind(StrEnum):
    """What a value may be; a decimal number is a text, as everywhere in what is sent on."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True)
class Characteristic:
    """One thing that is chosen. `code` is its key in a subscription, `name` is for people.

    `required`: a sale names it. `changeable`: it may be chosen anew later. `choices` are the values of a choice.
    """

    code: str
    name: str
    kind: CharacteristicKind
    required: bool = False
    changeable: bool = True
    choices: tuple[str, ...] = ()

    def takes(self, value: object) -> bool:
        """Whether the value is one of this kind."""
        match self.kind:
            case CharacteristicKind.FLAG:
                return isinstance(value, bool)
            case CharacteristicKind.WHOLE:
                return isinstance(value, int) and not isinstance(value, bool) and value in _WHOLE
            case CharacteristicKind.DECIMAL:
                return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None
            case CharacteristicKind.CHOICE:
                return value in self.choices
        return isinstance(value, str)

    @property
    def expected(self) -> str:
        """The kind in words, for a message."""
        if self.kind is CharacteristicKind.CHOICE:
            return f"one of {', '.join(self.choices)}"
        return _WORDS[self.kind]


_WORDS = {
    CharacteristicKind.TEXT: "a text",
    CharacteristicKind.WHOLE: "a whole number",
    CharacteristicKind.DECIMAL: "a decimal number as a text",
    CharacteristicKind.FLAG: "true or false",
}

Offered = tuple[Characteristic, ...]


@lru_cache(maxsize=1000)
def offered_of(data: str) -> Offered:
    """The definitions in a row."""
    return tuple(
        Characteristic(**{**one, "kind": CharacteristicKind(one["kind"]), "choices": tuple(one["choices"])})
        for one in orjson.loads(data)
    )


def definition_problems(offered: Sequence[Characteristic]) -> Iterator[Problem]:
    """Everything that is wrong with the definitions of a product, each at its place."""
    if len(offered) > MOST_CHARACTERISTICS:
        yield Problem(("characteristics",), f"A product has at most {MOST_CHARACTERISTICS} characteristics.")
    seen: set[str] = set()
    for index, one in enumerate(offered):
        here = ("characteristics", str(index))
        if not _CODE.fullmatch(one.code):
            yield Problem((*here, "code"), "A code is a letter and up to 39 letters, digits and underscores.")
        if one.code in seen:
            yield Problem((*here, "code"), f"{one.code!r} stands there twice.")
        seen.add(one.code)
        if not one.name.strip():
            yield Problem((*here, "name"), "This must not be empty.")
        for problem in text_problems("name", one.name, MOST_NAME):
            yield Problem((*here, *problem.path), problem.message)
        if message := _choices_fault(one):
            yield Problem((*here, "choices"), message)


def _choices_fault(one: Characteristic) -> str | None:
    if one.kind is not CharacteristicKind.CHOICE:
        return "Only a choice has choices." if one.choices else None
    if not 1 <= len(one.choices) <= MOST_CHOICES:
        return f"A choice has 1 to {MOST_CHOICES} choices."
    if len(set(one.choices)) < len(one.choices):
        return "A choice stands there twice."
    if any(not choice.strip() or len(choice) > MOST_NAME or not choice.isprintable() for choice in one.choices):
        return f"A choice has 1 to {MOST_NAME} printable characters."
    return None


def sale_problems(offered: Offered, chosen: Mapping[str, object]) -> Iterator[Problem]:
    """What keeps a sale from being made with what was chosen; nothing where the product defines nothing."""
    if not offered:
        return
    yield from _value_problems(offered, chosen)
    for one in offered:
        if one.required and one.code not in chosen:
            yield Problem(("characteristics", one.code), f"{one.name} is required: {one.expected}.")


def change_problems(offered: Offered, chosen: Mapping[str, object]) -> Iterator[Problem]:
    """What keeps these from being chosen anew; null takes a choice back."""
    if not offered:
        return
    yield from _value_problems(offered, {code: value for code, value in chosen.items() if value is not None})
    for one in offered:
        if one.code in chosen and not one.changeable:
            yield Problem(("characteristics", one.code), f"{one.name} is chosen with the sale and does not change.")
        elif one.required and one.code in chosen and chosen[one.code] is None:
            yield Problem(("characteristics", one.code), f"{one.name} is required: {one.expected}.")


def _value_problems(offered: Offered, chosen: Mapping[str, object]) -> Iterator[Problem]:
    known = {one.code: one for one in offered}
    for code, value in chosen.items():
        if code not in known:
            yield Problem(("characteristics", code), f"{code!r} is not offered.")
        elif not known[code].takes(value):
            yield Problem(("characteristics", code), f"{known[code].name} is {known[code].expected}.")
