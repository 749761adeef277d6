"""What the turns of a subscription's life cost: set-up once, a trial nothing, and each supplier its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bss.catalogue.create_offering import CreateOffering, create_offering
from bss.catalogue.create_product import CreateProduct, create_product
from bss.catalogue.create_vendor import CreateVendor, create_vendor
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.product import OfferingKind
from bss.refusal import InvalidInput
from bss.subscriptions.change_offering import ChangeOffering, change_offering
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.resume_subscription import ResumeSubscription, resume_subscription
from bss.subscriptions.suspend_subscription import SuspendSubscription, suspend_subscription
from bss.subscriptions.transfer_subscription import TransferSubscription, transfer_subscription
from bss.transaction.database import Database
from tests.invoicing.books import OPENED, Books, Price, flat, per_unit

SETUP = Price("setup", flat("100"), ChargeKind.ONE_TIME)


def day(month: int, of_month: int) -> datetime:
    return datetime(2026, month, of_month, tzinfo=UTC)


async def two_customers(trial_days: int = 0) -> Books:
    """A seat at 30.00 a month and 100.00 once, for X and for Y alike."""
    books = await Books.opened()
    request = CreateOffering(books.product, "seat", "Seat", "seat", trial_days=trial_days)
    books.offerings["seat"] = (await create_offering(books.viewer, request, now=OPENED)).object_id
    await books.publish("retail", Price("monthly", per_unit("30")), SETUP)
    for name in ("X", "Y"):
        await books.account(name)
        await books.edge("Cloud", name, "retail")
    return books


async def tried(books: Books, starts_at: datetime) -> UUID:
    request = CreateSubscription(
        books.accounts["X"], books.offerings["seat"], Decimal(1), starts_at=starts_at, trial=True
    )
    return (await create_subscription(books.viewer, request, now=starts_at)).object_id


async def test_who_takes_a_trial_pays_the_set_up_that_nobody_has_paid(database: Database) -> None:
    """In trial from the 1st of April for 14 days, at Y from the 6th: Y pays 100.00, and 16 of 30 days, 16.00."""
    books = await two_customers(trial_days=14)
    subscription = await tried(books, day(4, 1))
    moved = TransferSubscription(subscription, books.accounts["Y"])
    await transfer_subscription(books.viewer, moved, now=day(4, 6))
    await books.bill(day(5, 1))
    assert (await books.amounts("X"), sorted(await books.amounts("Y"))) == ([], ["100.00", "16.00"])


async def test_what_was_paid_for_is_not_set_up_again(database: Database) -> None:
    """At X for 15 of 30 days, then at Y: 15.00 each, and the set-up at X alone."""
    books = await two_customers()
    subscription = await books.subscription("X", "1", day(4, 1))
    moved = TransferSubscription(subscription, books.accounts["Y"])
    await transfer_subscription(books.viewer, moved, now=day(4, 16))
    await books.bill(day(5, 1))
    assert (sorted(await books.amounts("X")), await books.amounts("Y")) == (["100.00", "15.00"], ["15.00"])


async def test_a_suspension_as_of_the_start_does_not_charge_the_set_up_again(database: Database) -> None:
    """April is billed; in May it turns out that nothing ran since the 1st of April. Resumed on the 6th: 26 of 31."""
    books = await two_customers()
    subscription = await books.subscription("X", "1", day(4, 1))
    await books.bill(day(5, 1))
    held = SuspendSubscription(subscription, "never delivered", day(4, 1))
    await suspend_subscription(books.viewer, held, now=day(5, 2))
    await resume_subscription(books.viewer, ResumeSubscription(subscription), now=day(5, 6))
    await books.bill(day(6, 1))
    assert sorted(await books.amounts("X")) == ["100.00", "25.16", "30.00"]


async def test_a_service_is_not_changed_into_that_of_another_vendor(database: Database) -> None:
    """Its usage of the month would be bought from both."""
    books = await two_customers()
    vendor = (await create_vendor(books.viewer, CreateVendor("v", "V"), now=OPENED)).object_id
    product = CreateProduct(books.root, "v", "V", vendor)
    product_id = (await create_product(books.viewer, product, now=OPENED)).object_id
    other = CreateOffering(product_id, "other", "Other", "seat", kind=OfferingKind.PLAN)
    books.offerings["other"] = (await create_offering(books.viewer, other, now=OPENED)).object_id
    await books.publish(
        "retail",
        *(replace(price, offering=name) for name in ("seat", "other") for price in (Price("monthly", per_unit("30")),)),
        valid_from=day(1, 1),
    )
    subscription = await books.subscription("X", "1", day(4, 1))
    with pytest.raises(InvalidInput, match="another supplier"):
        await change_offering(books.viewer, ChangeOffering(subscription, books.offerings["other"]), now=day(4, 10))
