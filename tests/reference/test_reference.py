"""Reference data through the API: lists that are whole, and VAT numbers by their country's rules."""

from __future__ import annotations

from uuid import UUID

import pytest

from bss.clock import SetClock
from bss.period import zone_named
from bss.viewer import Viewer
from schema.execution import execute
from tests.schema.books import OPENED

ANYBODY = Viewer(UUID(int=1), "anybody", UUID(int=2), "a.", frozenset())
CHECK = "query($country: String!, $number: String!) { checkVatNumber(country: $country, number: $number) { number } }"


async def asked(document: str, **variables: str) -> dict:  # type: ignore[type-arg]
    return await execute(document, ANYBODY, SetClock(OPENED), variables)


@pytest.fixture(autouse=True)
def _bound(database: object) -> None:
    """A query runs in a reading, though this one asks no table."""


async def test_the_lists_are_whole_and_in_order() -> None:
    """ISO 3166-1 has 249 countries; yen have no decimals, dinars of Bahrain three; past currencies are not offered."""
    found = (
        await asked("{ countries { code name hasVatForm } currencies { code name digits } zones { name country } }")
    )["data"]
    countries = {each["code"]: each for each in found["countries"]}
    assert len(countries) == 249
    assert countries["NL"] == {"code": "NL", "name": "Netherlands", "hasVatForm": True}
    assert countries["AQ"]["hasVatForm"] is False
    assert "EU" not in countries
    digits = {each["code"]: each["digits"] for each in found["currencies"]}
    assert (digits["EUR"], digits["JPY"], digits["BHD"]) == (2, 0, 3)
    assert not {"NLG", "XAU", "USN"} & set(digits)
    zones = {each["name"]: each["country"] for each in found["zones"]}
    assert (zones["Europe/Amsterdam"], zones["Asia/Kolkata"], zones["UTC"]) == ("NL", "IN", None)
    for listed in (list(countries), list(digits), list(zones)):
        assert listed == sorted(listed)


async def test_every_zone_that_is_offered_can_be_billed_in() -> None:
    for zone in (await asked("{ zones { name } }"))["data"]["zones"]:
        assert zone_named(zone["name"]).key == zone["name"]


@pytest.mark.parametrize(
    ("country", "number", "written"),
    [
        ("NL", "nl 0044.95.445.B01", "NL004495445B01"),
        ("DE", "136 695 976", "DE136695976"),
        ("GR", "094259216", "EL094259216"),
        ("NO", "987654325mva", "NO 987 654 325 MVA"),
        ("CH", "CHE107787577 MWST", "CHE-107.787.577 MWST"),
    ],
)
async def test_a_vat_number_is_written_as_its_country_writes_it(country: str, number: str, written: str) -> None:
    assert (await asked(CHECK, country=country, number=number))["data"]["checkVatNumber"]["number"] == written


@pytest.mark.parametrize(
    ("country", "number", "path"),
    [
        ("NL", "004495446B01", "number"),  # a check digit
        ("NL", "", "number"),
        ("NL", "0" * 5000, "number"),
        ("DE", "DE1366959761", "number"),
        ("XX", "1", "country"),
        ("../nl", "004495445B01", "country"),
        ("nl", "004495445B01", "country"),
        ("AQ", "1", "country"),
    ],
)
async def test_a_number_that_is_wrong_or_cannot_be_checked_is_refused(country: str, number: str, path: str) -> None:
    (error,) = (await asked(CHECK, country=country, number=number))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "input": [path]}
