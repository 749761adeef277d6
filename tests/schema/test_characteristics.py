"""What is chosen about a product beside its quantity: asked for at the sale, and chosen anew from a day on."""

from __future__ import annotations

from asyncio import gather
from typing import Any

import pytest

from tests.schema.books import Books
from tests.schema.test_lifecycle import january, offering, priced

REGION = {"code": "region", "name": "Region", "kind": "CHOICE", "choices": ["ams", "fra"], "required": True}
DISK = {"code": "disk_gib", "name": "Disk", "kind": "WHOLE", "changeable": True}
DOMAIN = {"code": "domain", "name": "Domain", "kind": "TEXT", "required": True, "changeable": False}
RATIO = {"code": "ratio", "name": "Overcommitment", "kind": "DECIMAL"}
BACKUP = {"code": "backup", "name": "Backup", "kind": "FLAG"}
OFFERED = [REGION, DISK, DOMAIN, RATIO, BACKUP]
CHOSEN = {"region": "ams", "domain": "x.example"}
SHOWN = "... on Subscription { id characteristics timeline { characteristics effectiveFrom } orders { verb } }"


async def machine(books: Books) -> str:
    """An offering of a product with characteristics, on a list of the account "New"."""
    product = {"ownerId": books.root, "code": "machine", "name": "Machine", "characteristics": OFFERED}
    books.ids["machine"] = (await books.make("createProduct", product))["id"]
    given = {"productId": books.ids["machine"], "code": "small", "name": "Small", "unit": "machine"}
    small: str = (await books.make("createOffering", given))["id"]
    await priced(books, (small, "31"))
    return small


async def sell(books: Books, offering_id: str, chosen: object) -> dict[str, Any]:
    given = {"accountId": books.ids["new"], "offeringId": offering_id, "quantity": "1", "startsAt": january(1)}
    return await books.call("createSubscription", {**given, "characteristics": chosen}, show=SHOWN)


async def chosen_anew(books: Books, sold: dict[str, Any], chosen: object, **more: object) -> dict[str, Any]:
    given = {"subscriptionId": sold["id"], "characteristics": chosen, **more}
    return await books.call("changeCharacteristics", given, show=SHOWN)


def told(refusal: dict[str, Any]) -> list[tuple[str, str]]:
    return [(".".join(problem["path"]), problem["message"]) for problem in refusal["problems"]]


async def test_a_front_end_reads_what_to_ask_and_the_timeline_tells_what_was_chosen_when(books: Books) -> None:
    small = await machine(books)
    asked = "query($id: ID!) { node(id: $id) { ... on Offering { characteristics { code kind required choices } } } }"
    region, *_ = (await books.data(asked, id=small))["node"]["characteristics"]
    assert region == {"code": "region", "kind": "CHOICE", "required": True, "choices": ["ams", "fra"]}

    sold = await sell(books, small, {**CHOSEN, "disk_gib": 40})
    await chosen_anew(books, sold, {"disk_gib": 80}, effectiveAt=january(20))
    # From the 10th on another region; the disk that was agreed for the 20th stays agreed.
    moved = await chosen_anew(books, sold, {"region": "fra"}, effectiveAt=january(10))
    timeline = [(each["characteristics"]["region"], each["characteristics"]["disk_gib"]) for each in moved["timeline"]]
    assert timeline == [("ams", 40), ("fra", 40), ("fra", 80)]
    assert [order["verb"] for order in moved["orders"]] == ["CHANGE_CHARACTERISTICS"] * 2 + ["CREATE"]

    less = await chosen_anew(books, sold, {"disk_gib": None}, effectiveAt=january(25))
    assert less["timeline"][-1]["characteristics"] == {"region": "fra", "domain": "x.example"}


async def test_a_sale_names_what_is_required_and_nothing_that_is_not_offered_all_at_once(books: Books) -> None:
    small = await machine(books)
    refused = await sell(books, small, {"region": "lon", "disk_gib": True, "ratio": "1,5", "backup": 1, "color": "red"})
    assert refused["code"] == "INVALID_INPUT"
    assert told(refused) == [
        ("characteristics.region", "Region is one of ams, fra."),
        ("characteristics.disk_gib", "Disk is a whole number."),
        ("characteristics.ratio", "Overcommitment is a decimal number as a text."),
        ("characteristics.backup", "Backup is true or false."),
        ("characteristics.color", "'color' is not offered."),
        ("characteristics.domain", "Domain is required: a text."),
    ]
    assert "Subscription" in (await sell(books, small, {**CHOSEN, "ratio": "-1.5", "backup": False}))["__typename"]


async def test_what_is_chosen_with_the_sale_or_required_is_not_taken_back(books: Books) -> None:
    sold = await sell(books, await machine(books), CHOSEN)
    refused = await chosen_anew(books, sold, {"domain": "y.example", "region": None, "size": "xl"})
    assert told(refused) == [
        ("characteristics.size", "'size' is not offered."),
        ("characteristics.region", "Region is required: one of ams, fra."),
        ("characteristics.domain", "Domain is chosen with the sale and does not change."),
    ]
    before = await chosen_anew(books, sold, {"region": "fra"}, effectiveAt="2025-12-31T00:00:00+01:00")
    assert before["path"] == ["effectiveAt"]


async def test_an_add_on_has_characteristics_of_its_own(books: Books) -> None:
    product = {"ownerId": books.root, "code": "address", "name": "Address", "characteristics": [DOMAIN]}
    address = (await books.make("createProduct", product))["id"]
    given = {"productId": address, "code": "ip", "name": "IP", "kind": "ADD_ON"}
    ip, plan = (await books.make("createOffering", given))["id"], await offering(books, "plan")
    await priced(books, (ip, "1"), (plan, "31"))
    sold = await sell(books, plan, {"anything": ["a product that defines nothing", "takes any data"]})
    beside = {"subscriptionId": sold["id"], "offeringId": ip, "quantity": "1"}
    refused = await books.call("addAddOn", beside)
    assert told(refused) == [("characteristics.domain", "Domain is required: a text.")]
    added = await books.make("addAddOn", {**beside, "characteristics": {"domain": "x.example"}}, show=SHOWN)
    assert added["characteristics"] == {"domain": "x.example"}


async def test_what_is_described_anew_holds_from_now_on_and_changes_nothing_that_was_sold(books: Books) -> None:
    small = await machine(books)
    sold = await sell(books, small, {**CHOSEN, "disk_gib": 40})
    renamed = {**REGION, "name": "Location", "choices": ["ams", "lon"]}
    described = {"productId": books.ids["machine"], "characteristics": [renamed]}
    shown = "... on Product { characteristics { name } }"
    assert (await books.make("describeProduct", described, show=shown))["characteristics"] == [{"name": "Location"}]
    assert told(await sell(books, small, {"region": "fra"})) == [
        ("characteristics.region", "Location is one of ams, lon.")
    ]
    moved = await chosen_anew(books, sold, {"region": "lon"}, effectiveAt=january(10))
    assert moved["characteristics"] | {"region": ""} == {"region": "", "domain": "x.example", "disk_gib": 40}


@pytest.mark.parametrize(
    ("offered", "problems"),
    [
        ([{**DISK, "code": "disk gib"}], ["0.code"]),
        ([DISK, {**DISK, "name": " "}], ["1.code", "1.name"]),
        ([{**REGION, "choices": []}, {**DISK, "choices": ["1"]}], ["0.choices", "1.choices"]),
        ([{**REGION, "choices": ["ams", "ams"]}, {**RATIO, "name": "x" * 201}], ["0.choices", "1.name"]),
        ([{**DISK, "code": f"disk_{number}"} for number in range(51)], [""]),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_and_changes_nothing(
    books: Books, offered: list[dict[str, Any]], problems: list[str]
) -> None:
    product = {"ownerId": books.root, "code": "odd", "name": "Odd", "characteristics": offered}
    refused = await books.call("createProduct", product)
    assert [".".join(problem["path"][1:]) for problem in refused["problems"]] == problems
    described = {"productId": books.ids["office"], "characteristics": offered}
    assert (await books.call("describeProduct", described))["code"] == "INVALID_INPUT"


async def test_an_upgrade_to_another_product_has_to_have_what_it_requires(books: Books) -> None:
    plan = await offering(books, "plan")
    small = await machine(books)
    fee = {"charge": "fee", "kind": "RECURRING", "description": "Fee", "model": {"perUnit": {"unit": "31"}}}
    prices = [{"offeringId": of, **fee} for of in (plan, small)]
    version = {"priceListId": books.ids["list"], "validFrom": "2025-12-02T00:00:00Z", "prices": prices}
    await books.make("publishPrices", version)
    sold = await sell(books, plan, {})
    upgrade = {"subscriptionId": sold["id"], "offeringId": small, "effectiveAt": january(20)}
    assert told(await books.call("changeOffering", upgrade)) == [
        ("characteristics.region", "Region is required: one of ams, fra."),
        ("characteristics.domain", "Domain is required: a text."),
    ]
    raised = await books.make("changeOffering", {**upgrade, "characteristics": CHOSEN}, show=SHOWN)
    assert [each["characteristics"] for each in raised["timeline"]] == [{}, CHOSEN]
    # What is chosen before the upgrade has to do for what it is of afterwards, too.
    early = await chosen_anew(books, sold, {"region": "mars"}, effectiveAt=january(10))
    assert told(early) == [("characteristics.region", "Region is one of ams, fra.")]


async def scheduled(books: Books, first: str, then: str, chosen: object) -> dict[str, Any]:
    """A subscription of the first offering, which is of the other from 20 January on, with what is chosen of it."""
    sold = await sell(books, first, CHOSEN)
    later = {"subscriptionId": sold["id"], "offeringId": then, "effectiveAt": january(20), "characteristics": chosen}
    return await books.make("changeOffering", later, show=SHOWN)


async def two_products(books: Books) -> tuple[str, str, str]:
    """A small machine and a large one, which ask for things, and a plan that asks for nothing; priced for New."""
    plan, small = await offering(books, "plan"), await machine(books)
    given = {"productId": books.ids["machine"], "code": "large", "name": "Large", "unit": "machine"}
    large: str = (await books.make("createOffering", given))["id"]
    fee = {"charge": "fee", "kind": "RECURRING", "description": "Fee", "model": {"perUnit": {"unit": "31"}}}
    prices = [{"offeringId": of, **fee} for of in (plan, small, large)]
    version = {"priceListId": books.ids["list"], "validFrom": "2025-12-02T00:00:00Z", "prices": prices}
    await books.make("publishPrices", version)
    return small, large, plan


async def test_an_upgrade_after_a_scheduled_one_has_to_have_what_it_adds_to_the_product_of_then(books: Books) -> None:
    """A machine today, a plan from the 20th on, a machine again from the 25th on: nothing was chosen for that one."""
    small, large, plan = await two_products(books)
    sold = await scheduled(books, small, plan, {})
    again = {"subscriptionId": sold["id"], "offeringId": large, "effectiveAt": january(25)}
    assert told(await books.call("changeOffering", again)) == [
        ("characteristics.region", "Region is required: one of ams, fra."),
        ("characteristics.domain", "Domain is required: a text."),
    ]
    raised = await books.make("changeOffering", {**again, "characteristics": CHOSEN}, show=SHOWN)
    assert [each["characteristics"] for each in raised["timeline"]] == [CHOSEN, {}, CHOSEN]


async def test_an_upgrade_within_the_product_of_then_asks_for_nothing_anew(books: Books) -> None:
    """A plan today and a machine from the 20th on; what machines ask for since, a larger machine does not."""
    small, large, plan = await two_products(books)
    sold = await scheduled(books, plan, small, CHOSEN)
    zone = {"code": "zone", "name": "Zone", "kind": "TEXT", "required": True}
    described = {"productId": books.ids["machine"], "characteristics": [REGION, DOMAIN, zone]}
    await books.make("describeProduct", described)
    larger = {"subscriptionId": sold["id"], "offeringId": large}
    assert told(await books.call("changeOffering", {**larger, "effectiveAt": january(10)})) == [
        ("characteristics.zone", "Zone is required: a text.")
    ]
    raised = await books.make("changeOffering", {**larger, "effectiveAt": january(25)}, show=SHOWN)
    assert [each["characteristics"] for each in raised["timeline"]] == [CHOSEN] * 3
    outside = await books.call("changeOffering", {**larger, "effectiveAt": "2025-12-31T00:00:00+01:00"})
    assert outside["path"] == ["effectiveAt"]


async def test_whoever_describes_a_product_describes_the_plans_that_are_being_made(books: Books) -> None:
    await machine(books)
    described = {"productId": books.ids["machine"], "characteristics": [DISK]}
    plans = [{"productId": books.ids["machine"], "code": f"p{number}", "name": "P"} for number in range(6)]
    await gather(
        *(books.make("createOffering", plan) for plan in plans[:3]),
        books.make("describeProduct", described),
        *(books.make("createOffering", plan) for plan in plans[3:]),
    )
    asked = "{ offerings(first: 200) { edges { node { code product { code } characteristics { code } } } } }"
    nodes = [edge["node"] for edge in (await books.data(asked))["offerings"]["edges"]]
    machines = [node["characteristics"] for node in nodes if node["product"]["code"] == "machine"]
    assert machines == [[{"code": "disk_gib"}]] * 7
