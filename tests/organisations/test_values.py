"""A row becomes a value: equal to one that was made by hand, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from bss.transaction.value import valued


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Brush:
    name: str
    colour: Colour
    widths: tuple[int, ...]


def _widths(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


brush_of: Any = valued(Brush, colour=Colour, widths=_widths)
ROW = {"widths": "1 2", "colour": "red", "name": "Fan"}


def test_a_value_from_a_row_is_the_one_made_by_hand() -> None:
    assert brush_of(ROW) == Brush("Fan", Colour.RED, (1, 2))
    assert brush_of(ROW).colour is Colour.RED


def test_a_row_may_have_more_columns_than_the_value_has_fields() -> None:
    assert brush_of({**ROW, "owner": 7}).__dict__ == Brush("Fan", Colour.RED, (1, 2)).__dict__


@pytest.mark.parametrize("row", [{"widths": "1 2", "colour": "red"}, {**ROW, "colour": "blue"}])
def test_a_row_that_lacks_a_column_or_has_an_unknown_word_is_no_value(row: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        brush_of(row)


def test_a_class_that_checks_its_fields_is_not_made_past_its_check() -> None:
    @dataclass(frozen=True)
    class Checked:
        name: str

        def __post_init__(self) -> None: ...

    with pytest.raises(TypeError, match="Checked"):
        valued(Checked)
