"""Billing cycles: in advance and in arrears on one invoice, by the calendar or by the anniversary, of any length."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bss.identifier import Kind, private
from bss.invoicing import verify
from bss.invoicing.bill_run import run
from tests.schema.books import Books
from tests.schema.test_lifecycle import TIMELINE
from tests.schema.test_usage import use

INVOICES = (
    "{ invoices(first: 50) { edges { node { number text total { amount } billTo { name } lines { description"
    " kind serviceStart serviceEnd quantity amount { amount } explain } dueOn } } } }"
)
YEAR = {"length": 1, "unit": "YEAR", "anchor": "ANNIVERSARY"}
QUARTER = {"length": 3, "unit": "MONTH", "anchor": "ANNIVERSARY"}
FORTNIGHT = {"length": 2, "unit": "WEEK"}


def local(month: int, day: int, year: int = 2026) -> str:
    """Local midnight in Amsterdam, in winter and in summer."""
    return f"{year}-{month:02}-{day:02}T00:00:00+0{2 if 4 <= month <= 10 else 1}:00"


def price(offering_id: str, charge: str, kind: str, unit: str, meter: str | None = None) -> dict[str, Any]:
    model = {"flat": {"fee": unit}} if charge == "setup" else {"perUnit": {"unit": unit}}
    found = {"offeringId": offering_id, "charge": charge, "kind": kind, "description": charge.title(), "model": model}
    return found if meter is None else {**found, "meter": meter}


async def shop(books: Books) -> None:
    """A buyer "New", to whom four plans are sold: by the month, the year, the quarter and the fortnight."""
    account = {"parentId": books.root, "kind": "CUSTOMER", "name": "New"}
    books.ids["new"] = (await books.make("createAccount", account))["id"]
    for code, cycle in (("suite", {}), ("rack", YEAR), ("backup", QUARTER), ("watch", FORTNIGHT)):
        given = {"productId": books.ids["office"], "code": code, "name": code.title(), "billingCycle": cycle}
        books.ids[code] = (await books.make("createOffering", given))["id"]
    listed = {"ownerId": books.root, "code": "new", "name": "New", "currency": "EUR"}
    books.ids["list"] = (await books.make("createPriceList", listed))["id"]
    prices = [
        price(books.ids["suite"], "setup", "ONE_TIME", "50"),
        price(books.ids["suite"], "seats", "RECURRING_IN_ADVANCE", "31"),
        price(books.ids["suite"], "support", "RECURRING", "6.20"),
        price(books.ids["suite"], "hours", "USAGE", "0.5", "vcpu_hours"),
        price(books.ids["rack"], "rack", "RECURRING_IN_ADVANCE", "365"),
        price(books.ids["backup"], "backup", "RECURRING", "90"),
        price(books.ids["watch"], "watch", "RECURRING_IN_ADVANCE", "14"),
    ]
    version = {"priceListId": books.ids["list"], "validFrom": "2025-12-01T00:00:00Z", "prices": prices}
    await books.make("publishPrices", version)
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1}
    parties = {"sellerAccountId": books.root, "buyerAccountId": books.ids["new"]}
    names = {"priceListId": books.ids["list"], "issuerId": books.ids["root issuer"]}
    books.ids["edge"] = (await books.make("agreeEdge", {**parties, **names, **terms}))["id"]


async def sell(books: Books, code: str, starts_at: str, quantity: str = "1") -> str:
    given = {"accountId": books.ids["new"], "offeringId": books.ids[code], "quantity": quantity, "startsAt": starts_at}
    books.ids[f"of {code}"] = (await books.make("createSubscription", given, show=TIMELINE))["id"]
    return books.ids[f"of {code}"]


async def bill(books: Books, until: str) -> None:
    instant = datetime.fromisoformat(until)
    books.clock.move_to(max(books.clock.now(), instant))
    asked = await books.make("requestBillRun", {"until": until}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=books.clock.now())


async def invoiced(books: Books, buyer: str = "New") -> list[dict[str, Any]]:
    """The invoices of the buyer, in the order of their numbers."""
    edges = (await books.data(INVOICES))["invoices"]["edges"]
    nodes = [edge["node"] for edge in edges if edge["node"]["billTo"]["name"] == buyer]
    return sorted(nodes, key=lambda node: str(node["number"]))


def printed(invoice: dict[str, Any]) -> list[str]:
    """The lines as the document has them: the share where it is not whole, and whether it is given back."""
    return [
        f"{line['description']}{_share(line['explain'])}: {line['serviceStart'][:10]} {line['serviceEnd'][:10]}"
        f" {line['amount']['amount']}"
        for line in invoice["lines"]
    ]


def _share(explained: dict[str, Any]) -> str:
    part, whole = explained["share"].split("/")
    shown = "" if part == whole else f" ({part}/{whole})"
    return shown.replace(")", " credited)") if "kept" in explained else shown


async def test_b04_in_advance_in_arrears_usage_and_once_on_one_invoice(books: Books) -> None:
    """From 11 January on, 21 of 31 days; the invoice of 1 February has January's usage, and February's seats."""
    await shop(books)
    await sell(books, "suite", local(1, 11), "2")
    books.clock.move_to(datetime(2026, 1, 25, tzinfo=UTC))
    await use(books, "suite", "2026-01-20T00:00:00+00:00", 10, "1")
    await bill(books, local(2, 1))
    await bill(books, local(3, 1))
    january, february = await invoiced(books)
    assert printed(january) == [
        "Hours: 2025-12-31 2026-01-31 5.00",
        "Seats (21/31): 2026-01-10 2026-01-31 42.00",
        "Setup: 2026-01-10 2026-01-10 50.00",
        "Support (21/31): 2026-01-10 2026-01-31 8.40",
        "Seats: 2026-01-31 2026-02-28 62.00",
    ]
    assert january["total"]["amount"] == "167.40"
    assert printed(february) == [
        "Support: 2026-01-31 2026-02-28 12.40",
        "Seats: 2026-02-28 2026-03-31 62.00",
    ]


async def proven(books: Books, starts: tuple[str, ...]) -> None:
    """Each period of the edge is rated again to the byte, and every amount follows from its explanation."""
    edge = private(Kind.EDGE, books.ids["edge"])
    for start in starts:
        begun = datetime.fromisoformat(start).astimezone(UTC)
        assert await verify.rerate(books.staff, edge, begun) == await verify.stored(books.staff, edge, begun)
    assert await verify.mismatches(books.staff) == ()


async def test_d22_a_year_in_advance_is_paid_once_changed_to_the_day_and_given_back(books: Books) -> None:
    """365 a year is 1.00 a day: 2 for a year, 5 from 15 April on (275 days), given back from 1 July on (198 days)."""
    await shop(books)
    rack = await sell(books, "rack", local(1, 15), "2")
    await bill(books, local(4, 1))
    await books.make("changeQuantity", {"subscriptionId": rack, "quantity": "5", "effectiveAt": local(4, 15)})
    await bill(books, local(5, 1))
    cancelled = {"subscriptionId": rack, "effectiveAt": local(7, 1)}
    await books.make("cancelSubscription", cancelled)
    await bill(books, local(9, 1))
    year, changed, given_back = await invoiced(books)
    assert printed(year) == ["Rack: 2026-01-14 2027-01-14 730.00"]
    assert printed(changed) == [
        "Rack (275/365 credited): 2026-04-14 2027-01-14 -550.00",
        "Rack (275/365): 2026-04-14 2027-01-14 1375.00",
    ]
    assert printed(given_back) == ["Rack (198/365 credited): 2026-06-30 2027-01-14 -990.00"]
    assert given_back["text"].startswith(f"CREDIT NOTE {given_back['number']}\n")
    assert sum(float(each["total"]["amount"]) for each in (year, changed, given_back)) == 2 * 90 + 5 * 77
    assert given_back["lines"][0]["explain"]["kept"] == "77/365"
    assert [line["kind"] for line in changed["lines"]] == ["CREDIT", "ORIGINAL"]
    assert (given_back["dueOn"], changed["dueOn"]) == (None, "2026-05-31")
    assert ", due " not in given_back["text"]
    assert "Rack (198/365 credited)" in " ".join(given_back["text"].split())
    await proven(books, (local(1, 1), local(4, 1), local(6, 1)))


async def test_what_a_cancellation_gives_back_is_on_the_draft(books: Books) -> None:
    await shop(books)
    rack = await sell(books, "rack", local(1, 15))
    await bill(books, local(2, 1))
    books.clock.move_to(datetime(2026, 2, 12, tzinfo=UTC))
    await books.make("cancelSubscription", {"subscriptionId": rack, "effectiveAt": local(2, 10)})
    asked = (
        "query($account: ID!) { draftInvoice(accountId: $account) { dueOn text total { amount } lines { lineId } } }"
    )
    (draft,) = (await books.data(asked, account=books.ids["new"]))["draftInvoice"]
    await bill(books, local(3, 1))
    _, credited = await invoiced(books)
    assert draft["total"]["amount"] == credited["total"]["amount"] == "-339.00"
    assert draft["dueOn"] is None
    assert draft["text"].splitlines()[1:] == credited["text"].splitlines()[1:]


async def test_the_draft_of_a_month_has_the_year_that_begins_in_it_and_no_quarter_that_has_not_ended(
    books: Books,
) -> None:
    await shop(books)
    for code in ("rack", "backup"):
        await sell(books, code, local(1, 15))
    books.clock.move_to(datetime(2026, 1, 20, tzinfo=UTC))
    asked = "query($account: ID!) { draftInvoice(accountId: $account) { total { amount } } }"
    (draft,) = (await books.data(asked, account=books.ids["new"]))["draftInvoice"]
    assert draft["total"]["amount"] == "365.00"


async def test_a_quarter_in_arrears_is_charged_when_it_has_ended(books: Books) -> None:
    """From the 31st on: the second quarter ends with April, the third on 31 July. Suspended for ten days in May."""
    await shop(books)
    backup = await sell(books, "backup", local(1, 31))
    books.clock.move_to(datetime(2026, 5, 20, tzinfo=UTC))
    await books.make("suspendSubscription", {"subscriptionId": backup, "reason": "unpaid", "effectiveAt": local(5, 10)})
    await books.make("resumeSubscription", {"subscriptionId": backup, "effectiveAt": local(5, 20)})
    await bill(books, local(8, 1))
    assert [printed(each) for each in await invoiced(books)] == [
        ["Backup: 2026-01-30 2026-04-29 90.00"],
        ["Backup (10/92): 2026-04-29 2026-05-09 9.78"],
        ["Backup (72/92): 2026-05-19 2026-07-30 70.43"],
    ]


async def test_fortnights_of_the_calendar_begin_on_mondays(books: Books) -> None:
    await shop(books)
    await sell(books, "watch", local(1, 1))
    await bill(books, local(2, 1))
    (january,) = await invoiced(books)
    ends = [line["serviceEnd"][:10] for line in january["lines"]]
    assert ends == ["2026-01-04", "2026-01-18", "2026-02-01"]  # Sundays, 23:00 UTC: Mondays in Amsterdam
    assert january["total"]["amount"] == "32.00"  # 4 of 14 days, and twice 14


async def test_an_upgrade_from_the_month_to_the_year_ends_the_one_and_begins_the_other(books: Books) -> None:
    """A month at 6.20 and 31 in advance, of which 22 days of March come back; from 10 March the year."""
    await shop(books)
    suite = await sell(books, "suite", local(1, 10))
    await bill(books, local(3, 1))
    await books.make(
        "changeOffering", {"subscriptionId": suite, "offeringId": books.ids["rack"], "effectiveAt": local(3, 10)}
    )
    await bill(books, local(4, 1))
    march = (await invoiced(books))[-1]
    assert printed(march) == [
        "Support (9/31): 2026-02-28 2026-03-09 1.80",
        "Rack (306/365): 2026-03-09 2027-01-09 306.00",
        "Seats (22/31 credited): 2026-03-09 2026-03-31 -22.00",
    ]


async def test_a_year_keeps_the_price_at_which_it_began(books: Books) -> None:
    """1.00 a day until 15 January; dearer from March on: the seat that comes in April is at the old price."""
    await shop(books)
    rack = await sell(books, "rack", local(1, 15))
    dearer = [
        price(books.ids[code], code, kind, unit)
        for code, kind, unit in (
            ("rack", "RECURRING_IN_ADVANCE", "730"),
            ("suite", "RECURRING", "1"),
            ("backup", "RECURRING", "1"),
            ("watch", "RECURRING", "1"),
        )
    ]
    version = {"priceListId": books.ids["list"], "validFrom": local(3, 1), "prices": dearer}
    books.clock.move_to(datetime(2026, 2, 20, tzinfo=UTC))
    await books.make("publishPrices", version)
    await bill(books, local(4, 1))
    await books.make("changeQuantity", {"subscriptionId": rack, "quantity": "2", "effectiveAt": local(4, 15)})
    await bill(books, local(2, 1, 2027))
    assert [printed(each) for each in await invoiced(books)] == [
        ["Rack: 2026-01-14 2027-01-14 365.00"],
        ["Rack (275/365 credited): 2026-04-14 2027-01-14 -275.00", "Rack (275/365): 2026-04-14 2027-01-14 550.00"],
        ["Rack: 2027-01-14 2028-01-14 1460.00"],
    ]
    await proven(books, (local(1, 1), local(4, 1), local(1, 1, 2027)))


async def test_another_billing_day_moves_the_invoice_and_not_the_year(books: Books) -> None:
    await shop(books)
    await sell(books, "watch", local(1, 5))
    await sell(books, "suite", local(1, 1))
    await bill(books, local(2, 1))
    books.clock.move_to(datetime(2026, 2, 5, tzinfo=UTC))
    await books.make("updateEdge", {"edgeId": books.ids["edge"], "billingDay": 15})
    await bill(books, local(4, 1))
    spans = [
        (line["serviceStart"][:10], line["serviceEnd"][:10], line["amount"]["amount"])
        for invoice in await invoiced(books)
        for line in invoice["lines"]
        if line["description"].startswith("Seats")
    ]
    # The seats are paid from the 1st to the 1st as before; what is in arrears follows the invoices.
    assert spans == [
        ("2025-12-31", "2026-01-31", "31.00"),
        ("2026-01-31", "2026-02-28", "31.00"),
        ("2026-02-28", "2026-03-31", "31.00"),
    ]


@pytest.mark.parametrize(
    ("cycle", "message"),
    [
        ({"length": 0}, "A cycle has 1 to 120 months."),
        ({"length": 121}, "A cycle has 1 to 120 months."),
        ({"length": 11, "unit": "YEAR"}, "A cycle has 1 to 10 years."),
        ({"length": -1, "unit": "DAY"}, "A cycle has 1 to 3660 days."),
    ],
)
async def test_a_cycle_that_nobody_bills_is_refused(books: Books, cycle: dict[str, Any], message: str) -> None:
    given = {"productId": books.ids["office"], "code": "", "name": "Odd", "billingCycle": cycle}
    refused = await books.call("createOffering", given)
    assert (["billingCycle", "length"], message) in [(each["path"], each["message"]) for each in refused["problems"]]
    assert ["code"] in [each["path"] for each in refused["problems"]]


async def test_the_cycle_is_told_of_the_offering_the_subscription_and_its_timeline(books: Books) -> None:
    await shop(books)
    rack = await sell(books, "rack", local(1, 15))
    shown = "billingCycle { length unit anchor }"
    asked = f"query($id: ID!) {{ node(id: $id) {{ ... on Subscription {{ {shown} timeline {{ {shown} }} }} }} }}"
    found = (await books.data(asked, id=rack))["node"]
    assert found == {"billingCycle": YEAR, "timeline": [{"billingCycle": YEAR}]}
