"""A price list goes out as CSV, is edited in a spreadsheet and comes back: dated stories with a seat at 12 EUR."""

from __future__ import annotations

import csv
import io
from typing import Any

from bss.catalogue.price_sheet import COLUMNS
from tests.schema.books import CANARY, Books

MARCH = "2026-03-01T00:00:00+01:00"
EXPORT = "query($list: ID!, $version: ID) { exportPriceList(priceListId: $list, versionId: $version) }"
PRICE = "description model { perUnit { unit } }"
RECEIPT = (
    "... on PriceImport { versionId added changed removed affectedSubscriptions firstAffected { id }"
    f" changes {{ charge before {{ {PRICE} }} after {{ {PRICE} }} }} }}"
)


async def exported(books: Books, code: str = "direct", **more: Any) -> str:
    found = await books.data(EXPORT, list=books.ids[code], **more)
    return str(found["exportPriceList"])


async def versions(books: Books, code: str = "direct") -> list[str]:
    query = "query($id: ID!) { node(id: $id) { ... on PriceList { versions { id } } } }"
    found = await books.data(query, id=books.ids[code])
    return [version["id"] for version in found["node"]["versions"]]


def of_direct(books: Books, sheet: str, **more: Any) -> dict[str, Any]:
    return {"priceListId": books.ids["direct"], "validFrom": MARCH, "csv": sheet, **more}


async def test_every_seat_gets_dearer_in_march_after_a_dry_run(books: Books) -> None:
    """12 EUR becomes 13 EUR for the one subscription of Z; X and Y buy from Lite, at Lite's own prices."""
    sheet = await exported(books)
    seat = {"offering": "seats", "offering_id": books.ids["seats"], "charge": "seat", "kind": "recurring"}
    empty = dict.fromkeys(COLUMNS, "")
    row = {**empty, **seat, "description": "Seat", "model": "per_unit", "unit": "12"}
    assert list(csv.DictReader(io.StringIO(sheet))) == [row]
    given = of_direct(books, sheet.replace(",12,", ",13,"))
    tried = await books.make("importPrices", {**given, "dryRun": True}, show=RECEIPT)
    dearer = {
        "charge": "seat",
        "before": {"description": "Seat", "model": {"perUnit": {"unit": "12"}}},
        "after": {"description": "Seat", "model": {"perUnit": {"unit": "13"}}},
    }
    receipt = {"added": 0, "changed": 1, "removed": 0, "affectedSubscriptions": 1, "changes": [dearer]}
    receipt["firstAffected"] = [{"id": books.ids["of z"]}]
    assert tried == {"__typename": "PriceImport", "versionId": None, **receipt}
    assert len(await versions(books)) == 1
    done = await books.call("importPrices", given, key="march", show=RECEIPT)
    second = (await versions(books))[1]
    assert done == {"__typename": "PriceImport", "versionId": second, **receipt}
    assert await books.call("importPrices", given, key="march", show=RECEIPT) == done
    assert await exported(books) == sheet  # in force in January
    assert ",13," in await exported(books, version=second)


async def test_a_list_that_comes_back_as_it_went_out_changes_nothing(books: Books) -> None:
    sheet = await exported(books)
    same = {"added": 0, "changed": 0, "removed": 0, "affectedSubscriptions": 0, "firstAffected": [], "changes": []}
    tried = await books.make("importPrices", of_direct(books, sheet, dryRun=True), show=RECEIPT)
    assert tried == {"__typename": "PriceImport", "versionId": None, **same}
    await books.make("importPrices", of_direct(books, sheet))
    first, second = await versions(books)
    assert await exported(books, version=first) == await exported(books, version=second) == sheet


async def test_every_mistake_of_a_sheet_is_told_by_line_and_column_and_nothing_is_written(books: Books) -> None:
    header = ",".join(COLUMNS)
    sheet = "\n".join(
        [
            header,
            "seats,,seat,recurring,Seat,,per_unit,,,twelve,,,",
            "unheard-of,,seat,recurring,Seat,,per_unit,,,1,,,",
            "seats,,hours,usage,Hours,no_meter,graduated,0,10,2,,,",
            "seats,,hours,usage,Hours,no_meter,graduated,9,5,1,,,",
            "seats,,seat,recurring,Seat,,per_unit,,,1,,,",
            "seats,,setup,sometimes,Set-up,,flat,,,,5,7,",
            "seats,,short",
        ]
    )
    for dry_run in (True, False):
        given = {**of_direct(books, sheet, dryRun=dry_run), "validFrom": "2025-01-01T00:00:00Z"}
        refused = await books.call("importPrices", given)
        assert [".".join(problem["path"]) for problem in refused["problems"]] == [
            "validFrom",
            "csv.2.unit",
            "csv.3.offering",
            "csv.4.meter",
            "csv.5.from",
            "csv.5.up_to",
            "csv.6.charge",
            "csv.7.size",
            "csv.7.kind",
            "csv.8",
        ]
        assert refused["problems"][2]["message"] == "Line 3, column offering: There is no such offering."
    assert len(await versions(books)) == 1


async def test_a_sheet_with_a_wrong_column_is_refused_for_its_header(books: Books) -> None:
    header = ",".join(COLUMNS).replace("unit", "price")
    refused = await books.call("importPrices", of_direct(books, f"{header}\nseats,,seat,x,x,,x,,,1,,,"))
    assert [problem["path"] for problem in refused["problems"]] == [["csv", "1", "unit"], ["csv", "1"]]
    semicolons = await books.call("importPrices", of_direct(books, ";".join(COLUMNS)))
    assert len(semicolons["problems"]) == len(COLUMNS) + 1
    nothing = await books.call("importPrices", of_direct(books, ",".join(COLUMNS)))
    assert nothing["problems"][0] == {"path": ["csv"], "message": "A version has at least one price."}
    broken = await books.call("importPrices", of_direct(books, f'{",".join(COLUMNS)}\n"seats"x,'))
    assert broken["problems"][0]["path"] == ["csv", "2"]
    unclosed = await books.call("importPrices", of_direct(books, f'{",".join(COLUMNS)}\n"seats,' + "\n,,," * 9))
    assert unclosed["problems"][0]["path"] == ["csv", "2"]  # where the quote opens, and not where the sheet ends


async def test_a_description_is_no_formula_in_a_spreadsheet_and_comes_back_as_it_was(books: Books) -> None:
    for text in ("=1+1", "'quoted", '@sum, "two"', "-5 %"):
        seat = {"charge": "seat", "kind": "RECURRING", "description": text, "model": {"perUnit": {"unit": "12"}}}
        publication = {"priceListId": books.ids["direct"], "prices": [{"offeringId": books.ids["seats"], **seat}]}
        day = len(await versions(books)) + 1
        await books.make("publishPrices", {**publication, "validFrom": f"2026-02-0{day}T00:00:00Z"})
        sheet = await exported(books, version=(await versions(books))[-1])
        (row,) = csv.DictReader(io.StringIO(sheet))
        assert row["description"] == f"'{text}"
        tried = await books.make("importPrices", of_direct(books, sheet, dryRun=True), show=RECEIPT)
        assert (tried["added"], tried["changed"], tried["removed"]) == (0, 0, 0)


async def test_what_runs_keeps_its_price(books: Books) -> None:
    """Z has a subscription of seats by this list; a version with drives alone could not be billed."""
    given = {"productId": books.ids["office"], "code": "drive", "name": "Drive", "unit": "TB"}
    drive = (await books.make("createOffering", given))["id"]
    sheet = (await exported(books)).replace("seats", "drive").replace(books.ids["seats"], drive)
    refused = await books.call("importPrices", of_direct(books, sheet))
    message = "The offering seats has no price any more; subscriptions on it: 1."
    assert refused["problems"] == [{"path": ["csv"], "message": message}]
    await books.make("cancelSubscription", {"subscriptionId": books.ids["of z"], "effectiveAt": MARCH})
    done = await books.make("importPrices", of_direct(books, sheet), show=RECEIPT)
    assert (done["added"], done["removed"], done["affectedSubscriptions"]) == (1, 1, 0)


async def test_a_list_is_charged_through_the_accounts_that_sell_on(books: Books) -> None:
    """Lite buys at the wholesale price what X uses: its list has one subscription, and Lite's own the same one."""
    for code, unit in (("wholesale", CANARY), ("retail", "10")):
        sheet = (await exported(books, code)).replace(f",{unit},", ",9,")
        given = {"priceListId": books.ids[code], "validFrom": MARCH, "csv": sheet, "dryRun": True}
        tried = await books.make("importPrices", given, show=RECEIPT)
        assert tried["firstAffected"] == [{"id": books.ids["of x"]}]
        dropped = await books.call("importPrices", {**given, "csv": ",".join(COLUMNS)})
        assert "subscriptions on it: 1" in dropped["problems"][1]["message"]


async def test_a_partner_exports_its_own_list_and_no_other(books: Books) -> None:
    lite = books.as_role("partner_sales", "lite")
    own = await books.data(EXPORT, viewer=lite, list=books.ids["retail"])
    assert own["exportPriceList"].splitlines()[1].startswith(f"seats,{books.ids['seats']},seat,")
    foreign = await books.ask(EXPORT, viewer=lite, list=books.ids["wholesale"])
    assert foreign["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    other_version = await books.ask(EXPORT, list=books.ids["retail"], version=(await versions(books))[0])
    assert other_version["errors"][0]["extensions"]["code"] == "NOT_FOUND"
