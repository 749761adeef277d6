"""A short month of the sample channel, as the calls of the API that make it, and what must stand at its end.

Owns: the mutations, all in the past of the machine's clock, and the figures, which can be checked by hand. Does not
own: the work that follows from them, which is done by worker processes only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bss.canonical import instant_text
from bss.clock import SystemClock
from bss.identifier import Kind, public
from bss.transaction.database import Database
from server.demo.channel import Channel
from server.demo.front_end import FrontEnd
from server.demo.prices import VCPU_HOURS
from server.demo.setting_up import ZONE

EVE = datetime(2025, 3, 31, 12, tzinfo=UTC)
DAYS = 30

TIMELINES = {
    "X Office seats": "5 from 1 to 11, 8 from 11 to 21, 6 from 21",
    "Y Office seats": "2 from 16 to 26",
    "Z Virtual machine": "1 from 1",
}
"""Quantities by days of April, in both books."""

VCPU_HOURS_OF_Z = 4 * 24 * DAYS

INVOICES = {
    "CLD-000001": "120.04",  # X 76.00, Y 8.00, Z 5 + 6 + 1000 × 0.010 + 1880 × 0.008
    "LIT-000001": "95.00",  # X: 15.00 × (5 + 8 + 6) / 3
    "LIT-000002": "10.00",  # Y: 15.00 × 2 / 3
    "RES-000001": "92.40",  # Cloud Lite: 13.20 × (19 + 2) / 3
    "RES-000002": "53.44",  # Z: 7.50 + 8.50 + 2880 × 0.013
}


def midnight(day: int) -> datetime:
    """The start of a day of April 2025 in Amsterdam; day 31 is the first of May."""
    return (datetime(2025, 3, 31, tzinfo=ZoneInfo(ZONE)) + timedelta(days=day)).astimezone(UTC)


@dataclass(frozen=True)
class Mutation:
    """One call of the API: by whose token, under which idempotency key."""

    token: str
    name: str
    key: str
    input: dict[str, Any]


Call = Callable[[Mutation], Awaitable[str]]
"""Makes a call, and answers with the public id of what it made, or with nothing."""

_ID_OF = {"createSubscription": "... on Subscription { id }"}


async def called(database: Database, mutation: Mutation) -> str:
    """Make the call in this process, at the machine's time. Raises `RuntimeError` when it is refused."""
    document = (
        f"mutation($input: {mutation.name[0].upper()}{mutation.name[1:]}Input!, $key: String!) {{ answer:"
        f" {mutation.name}(input: $input, idempotencyKey: $key)"
        f" {{ __typename {_ID_OF.get(mutation.name, '')} ... on Refusal {{ code message }} }} }}"
    )
    front_end = FrontEnd(mutation.token, database, SystemClock())
    answer = (await front_end.ask(document, input=mutation.input, key=mutation.key))["answer"]
    if "code" in answer:
        raise RuntimeError(f"{mutation.name}: {answer['code']}: {answer['message']}")
    return str(answer.get("id", ""))


def order(channel: Channel, account: str, offering: str, quantity: str, day: int) -> Mutation:
    """A sale in the reseller's front end, from the start of a day."""
    book, name = channel.resell, {"seats": "Office seats", "machine": "Virtual machine"}[offering]
    given = {
        "accountId": public(Kind.ACCOUNT, book.accounts[account]),
        "offeringId": public(Kind.OFFERING, getattr(book.offerings, offering)),
        "quantity": quantity,
        "name": f"{account} {name}",
        "startsAt": instant_text(midnight(day)),
    }
    return Mutation(channel.tokens["reseller"], "createSubscription", f"{account} orders", given)


def change(channel: Channel, subscription: str, quantity: str, day: int) -> Mutation:
    """Another quantity from the start of a day."""
    given = {"subscriptionId": subscription, "quantity": quantity, "effectiveAt": instant_text(midnight(day))}
    return Mutation(channel.tokens["reseller"], "changeQuantity", f"{quantity} from {day}", given)


def end(channel: Channel, subscription: str, day: int) -> Mutation:
    """The end of a subscription at the start of a day."""
    given = {"subscriptionId": subscription, "effectiveAt": instant_text(midnight(day))}
    return Mutation(channel.tokens["reseller"], "cancelSubscription", f"end at {day}", given)


def measured(channel: Channel, mirror: str, first: int, last: int) -> Mutation:
    """Four vCPUs of Z's machine, every hour of these days, as the distributor measures them on the mirror."""
    readings = [
        {
            "eventId": f"z-{day:02}",
            "subscriptionId": mirror,
            "meter": VCPU_HOURS,
            "resource": "vm-z-1",
            "startsAt": instant_text(midnight(day)),
            "endsAt": instant_text(midnight(day + 1)),
            "value": "4",
        }
        for day in range(first, last + 1)
    ]
    given = {"source": "hypervisor", "readings": readings}
    return Mutation(channel.tokens["distributor"], "recordUsage", f"days {first} to {last}", given)


def closing(channel: Channel) -> tuple[Mutation, Mutation]:
    """Both organisations ask for their bill run."""
    until = {"until": instant_text(midnight(DAYS + 1))}
    return (
        Mutation(channel.tokens["distributor"], "requestBillRun", "close", until),
        Mutation(channel.tokens["reseller"], "requestBillRun", "close", until),
    )


async def live(channel: Channel, mirror_of_z: str, call: Call) -> None:
    """The month: X orders and changes twice, Y comes and goes, Z's machine is measured."""
    x = await call(order(channel, "X", "seats", "5", 1))
    await call(measured(channel, mirror_of_z, 1, 10))
    await call(change(channel, x, "8", 11))
    y = await call(order(channel, "Y", "seats", "2", 16))
    await call(measured(channel, mirror_of_z, 11, 20))
    await call(change(channel, x, "6", 21))
    await call(end(channel, y, 26))
    await call(measured(channel, mirror_of_z, 21, DAYS))
