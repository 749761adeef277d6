"""What a distributor may do, and may not do, about its reseller's customers: the eight and the nine of E14 and E15.

The mutations are looked up in the schema. A forbidden operation that the product does not have is named absent, and is
tested from the day on which it is there; a new one joins as a row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
import pytest_asyncio

from bss.identifier import Kind, private, public
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.subscription import Subscription
from tests.schema.reflection import GRAPHQL, roots
from tests.sync.books import Book
from tests.sync.channel import Channel
from tests.sync.distributor import Clerk

FORBIDDEN: dict[str, str] = {
    "add an add-on": "addAddOn",
    "upgrade": "changeOffering",
    "downgrade": "changeOffering",
    "renew": "renewSubscription",
    "suspend": "suspendSubscription",
    "cancel": "cancelSubscription",
    "delete": "deleteSubscription",
    "change quantity": "changeQuantity",
}
"""By which mutation each of the eight operations is done."""
PRESENT = {name: mutation for name, mutation in FORBIDDEN.items() if mutation in roots("Mutation")}
ABSENT = {name: mutation for name, mutation in FORBIDDEN.items() if mutation not in PRESENT.values()}


def told(name: str) -> str:
    """How a row is reported."""
    return f"{name}: {FORBIDDEN[name]}{' is absent' if name in ABSENT else ''}"


def about_subscriptions() -> list[str]:
    """Every mutation of the schema that names one subscription."""
    return sorted(
        name
        for name, field in roots("Mutation").items()
        if {"subscriptionId", "parentSubscriptionId"} & set(field.args["input"].type.of_type.fields)
    )


@pytest_asyncio.fixture
async def clerk(channel: Channel) -> Clerk:
    """X has bought five seats from the reseller, and the clerk at the distributor sees their mirror."""
    selling = await channel.sell("X", 5)
    await channel.settle()
    mirror = await channel.mirror_of(selling)
    return Clerk(channel, public(Kind.ACCOUNT, mirror.account_id), public(Kind.SUBSCRIPTION, mirror.id))


async def mirror_of(clerk: Clerk) -> Subscription:
    cloud = clerk.channel.cloud
    with cloud.database.bound():
        return await subscriptions.one(cloud.viewer, private(Kind.SUBSCRIPTION, clerk.subscription))


def test_there_are_eight_and_nine() -> None:
    assert (len(FORBIDDEN), len(ALLOWED)) == (8, 9)
    assert {"cancel", "change quantity"} <= set(PRESENT)


@pytest.mark.parametrize("name", FORBIDDEN, ids=told)
async def test_what_a_distributor_cannot_do_to_a_mirrored_subscription(clerk: Clerk, name: str) -> None:
    """A mutation that is there is locked, and names the reseller; one that is not there is not in the schema."""
    before, mutation = await mirror_of(clerk), FORBIDDEN[name]
    if name in ABSENT:
        assert f"{mutation[0].upper()}{mutation[1:]}Input" not in GRAPHQL.type_map
        assert "errors" in await clerk.call(mutation, {"subscriptionId": clerk.subscription})
    else:
        refusal = await clerk.call(mutation, clerk.input_of(mutation, clerk.subscription))
        assert refusal.get("code") == "LOCKED_FIELD", refusal
        assert "Cloud Resell" in refusal["message"]
    assert await mirror_of(clerk) == before


async def test_every_mutation_about_a_subscription_is_refused_on_a_mirror(clerk: Clerk) -> None:
    """Also those that are no row of the table."""
    before = await mirror_of(clerk)
    for mutation in about_subscriptions():
        result = await clerk.call(mutation, clerk.input_of(mutation, clerk.subscription))
        assert "code" in result, (mutation, result)
    assert await mirror_of(clerk) == before


async def test_the_same_is_not_locked_on_a_subscription_of_ones_own(clerk: Clerk) -> None:
    cloud = clerk.channel.cloud
    sale = {
        "accountId": public(Kind.ACCOUNT, cloud.accounts["Cloud Resell"]),
        "offeringId": public(Kind.OFFERING, cloud.offerings["seats"]),
        "quantity": "5",
    }
    for mutation in sorted(set(PRESENT.values())):
        own = await clerk.made("createSubscription", sale)
        result = await clerk.call(mutation, clerk.input_of(mutation, own))
        assert result.get("code") != "LOCKED_FIELD", (mutation, result)


@pytest.mark.parametrize(
    ("mutation", "given"),
    [
        ("createSubscription", {"quantity": "1"}),
        ("sellBundle", {"quantity": "1", "bundleId": public(Kind.BUNDLE, UUID(int=1))}),
        ("admitPerson", {"name": "Xander", "role": "billing_viewer"}),
    ],
    ids=["sell a product (E21)", "sell a bundle (E21)", "let its people in (E23)"],
)
async def test_nor_can_it_deal_with_the_customer(clerk: Clerk, mutation: str, given: dict[str, str]) -> None:
    offering = public(Kind.OFFERING, clerk.channel.cloud.offerings["seats"])
    more = {"offeringId": offering} if mutation == "createSubscription" else {}
    refusal = await clerk.call(mutation, {"accountId": clerk.account, **given, **more}, show="")
    assert refusal.get("code") == "LOCKED_FIELD", refusal


async def invoices_to_the_reseller(clerk: Clerk) -> None:
    """Five seats at 30 in June, to Cloud Resell and not to X."""
    assert await clerk.invoiced() == [("Cloud Resell", "150.00")]


async def the_hierarchy(clerk: Clerk) -> None:
    assert await clerk.names_to_the_root() == ["X", "Lite", "Cloud Resell", "Cloud"]


async def a_contact_added(clerk: Clerk) -> None:
    contact = await clerk.made("createContact", {"accountId": clerk.account, "name": "Carla", "isPrimary": True})
    assert contact in await clerk.listed(clerk.account, "Account", "contacts")


def created_and_related(field: str) -> Callable[[Clerk], Awaitable[None]]:
    """Noted about the mirrored account, and related to a case of it."""

    async def done(clerk: Clerk) -> None:
        made = await clerk.noted(field, clerk.account)
        assert made in await clerk.listed(clerk.account, "Account", field)
        case = await clerk.case()
        await clerk.made("relateToCase", {"caseId": case, "relatedId": made})
        assert await clerk.listed(case, "Case", field) == [made]

    return done


async def cases_created_and_related(clerk: Clerk) -> None:
    one, other = await clerk.case(), await clerk.case()
    await clerk.made("relateToCase", {"caseId": one, "relatedId": other})
    assert {one, other} <= set(await clerk.listed(clerk.account, "Account", "cases"))
    assert await clerk.listed(other, "Case", "relatedCases") == [one]


ALLOWED: dict[str, Callable[[Clerk], Awaitable[None]]] = {
    "view account hierarchy": the_hierarchy,
    "add contact": a_contact_added,
    "create or relate e-mails": created_and_related("emails"),
    "create or relate tasks": created_and_related("tasks"),
    "create or relate events": created_and_related("calendarEvents"),
    "create or relate documents": created_and_related("documents"),
    "create or relate contacts": created_and_related("contacts"),
    "create or relate cases": cases_created_and_related,
    "generate invoices (related to the reseller)": invoices_to_the_reseller,
}


@pytest.mark.parametrize("name", ALLOWED)
async def test_what_a_distributor_can_do_about_a_mirrored_account(clerk: Clerk, name: str) -> None:
    await ALLOWED[name](clerk)


async def test_what_is_noted_crosses_no_link_and_is_told_to_nobody(clerk: Clerk) -> None:
    """No event, no job, no message, on either side; and the reseller's books have nothing of it."""
    channel = clerk.channel
    waiting = ("event", "job", "outbound", "inbox")
    before = [await channel.rows(book, f"SELECT id FROM {table}", "id") for table in waiting for book in _both(channel)]
    for name, operation in ALLOWED.items():
        if not name.startswith("generate invoices"):
            await operation(clerk)
    after = [await channel.rows(book, f"SELECT id FROM {table}", "id") for table in waiting for book in _both(channel)]
    assert after == before
    await channel.settle()
    noted = ("contact", "account_case", "task", "calendar_event", "email", "document", "case_relation")
    for table in noted:
        assert await channel.rows(channel.cloud, f"SELECT id FROM {table}", "id"), table
        assert await channel.rows(channel.resell, f"SELECT id FROM {table}", "id") == [], table


def _both(channel: Channel) -> tuple[Book, Book]:
    return (channel.cloud, channel.resell)
