"""An hour has one writer: what the distributor measures, the reseller cannot measure as well."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bss.identifier import uuid7
from bss.metering.append import append
from bss.metering.reading import Reading
from bss.refusal import InvalidInput
from bss.transaction.begin import begin
from bss.transaction.database import Database
from tests.metering.books import NOW, open_books


async def test_usage_of_a_resold_subscription_is_refused_at_the_reseller(database: Database) -> None:
    books = await open_books("resell", subscriptions=1)
    (subscription,) = books.subscriptions
    async with begin(books.viewer) as tx:
        await tx.connection.execute(
            "UPDATE offering SET supply_link_id = $2, supply_offering_id = $3 WHERE organisation_id = $1",
            *(tx.organisation_id, uuid7(), uuid7()),
        )
    reading = Reading("e1", subscription, "vm_hours", "vm", NOW, NOW + timedelta(hours=1), Decimal(1))
    with pytest.raises(InvalidInput, match="Its distributor measures it") as refused:
        await append(books.viewer, "s", [reading], now=NOW)
    assert [problem.path for problem in refused.value.problems] == [("readings", "0", "subscription")]
