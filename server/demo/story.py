"""April 2026 at Cloud and Cloud Resell, told day by day with the clock moved.

Owns: the order of events, all of them through the GraphQL API, and the sentences. The text is the golden text of
a scenario test. Does not own: the sample channel (`channel`), or the figures at the end (`closing`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bss.canonical import decimal_text, instant_text
from bss.identifier import Kind, public
from server.demo.books import Books
from server.demo.channel import Channel
from server.demo.front_end import FrontEnd
from server.demo.prices import VCPU_HOURS
from server.demo.setting_up import ZONE

Say = Callable[[str], None]
_LOCAL = ZoneInfo(ZONE)
DAYS = 30
NAMES = {"seats": "Office seats", "machine": "Virtual machine"}
EVE = datetime(2026, 3, 31, 12, tzinfo=UTC)


def midnight(day: int) -> datetime:
    """The start of a day of April 2026 in Amsterdam; day 31 is the first of May."""
    return (datetime(2026, 3, 31, tzinfo=_LOCAL) + timedelta(days=day)).astimezone(UTC)


@dataclass
class Story:
    """The month: who acts, and what they remember."""

    books: Books
    channel: Channel
    say: Say

    def __post_init__(self) -> None:
        tokens, clock = self.channel.tokens, self.books.clock
        self.reseller = FrontEnd(tokens["reseller"], self.books.resell, clock)
        self.distributor = FrontEnd(tokens["distributor"], self.books.cloud, clock)
        self.customer = FrontEnd(tokens["customer"], self.books.resell, clock)
        self.sold: dict[str, str] = {}

    @property
    def morning_after(self) -> datetime:
        """Nine o'clock on the first of May."""
        return midnight(DAYS + 1) + timedelta(hours=9)

    async def month(self) -> None:
        """Live from the first of April to the first of May."""
        events = {
            1: self.first_orders,
            2: self.a_clerk_tries,
            3: self.x_adds_support,
            9: self.x_drops_support,
            10: self.the_link_goes_down,
            11: self.eight_seats,
            15: self.the_trial_ends,
            16: self.y_orders,
            21: self.six_seats,
            22: self.z_had_fewer,
            23: self.y_moves,
            25: self.the_link_heals,
            26: self.y_leaves,
        }
        for day in range(1, DAYS + 1):
            self.books.clock.move_to(midnight(day) + timedelta(hours=9))
            if day in events:
                self.say(f"\n{day} April")
                await events[day]()
            await self.meter_yesterday(day)
            await self.books.settle()
        self.books.clock.move_to(self.morning_after)
        await self.meter_yesterday(DAYS + 1)
        await self.books.settle()

    async def first_orders(self) -> None:
        await self.order(
            "X", "seats", "5", 1, "X orders 5 office seats at Cloud Lite, through the reseller's front end."
        )
        await self.order("Z", "machine", "1", 1, "Z orders a virtual machine at Cloud Resell.")
        await self.order("Z", "seats", "3", 1, "Z tries 3 office seats for 14 days.", trial=True)
        await self.books.settle()
        for name in ("X Office seats", "Z Virtual machine", "Z Office seats"):
            await self.show_both(name)

    async def a_clerk_tries(self) -> None:
        self.say("A clerk at Cloud tries to change X Office seats in the distributor's books:")
        mirror = (await self.mirrors())["X Office seats"]
        answer = await self.distributor.tell("changeQuantity", subscriptionId=mirror["id"], quantity="50")
        self.say(f"  {answer['code']}: {answer['message']}")

    async def x_adds_support(self) -> None:
        self.say("X adds support to its office seats.")
        answer = await self.reseller.done(
            "addAddOn",
            "... on Subscription { id }",
            subscriptionId=self.sold["X Office seats"],
            offeringId=public(Kind.OFFERING, self.channel.resell.offerings.support),
            quantity="1",
            name="X Support",
            startsAt=instant_text(midnight(3)),
        )
        self.sold["X Support"] = answer["id"]
        await self.books.settle()
        await self.show_both("X Support")

    async def x_drops_support(self) -> None:
        self.say("X cancels its support after 6 of 30 days; the seats stay.")
        await self.cancel("X Support", 9)
        await self.books.settle()
        await self.show_both("X Support")

    async def the_trial_ends(self) -> None:
        self.say("Z's trial is over: from today its seats are paid for, and cross the link when it is mended.")
        await self.books.settle()
        await self.show_both("Z Office seats")

    async def z_had_fewer(self) -> None:
        await self.change("Z Office seats", "2", 18, "Z says, four days late, that since 18 April it has 2 seats only.")
        await self.books.settle()
        await self.show_both("Z Office seats")

    async def y_moves(self) -> None:
        self.say("Y leaves Cloud Lite and becomes a customer of Cloud Resell, at its retail prices.")
        terms = await self.terms_of("Z")
        await self.reseller.done(
            "moveAccount",
            accountId=public(Kind.ACCOUNT, self.channel.resell.accounts["Y"]),
            newParentId=public(Kind.ACCOUNT, self.channel.resell.root_id),
            effectiveAt=instant_text(midnight(23)),
            terms=terms,
        )

    async def terms_of(self, buyer: str) -> dict[str, Any]:
        """The terms of the edge on which an account buys, as another one may get them."""
        data = await self.reseller.ask(
            "{ edges(first: 200) { edges { node { buyer { name } priceList { id } issuer { id } zone policy billingDay"
            " } } } }"
        )
        nodes = (edge["node"] for edge in data["edges"]["edges"])
        edge = next(node for node in nodes if node["buyer"]["name"] == buyer)
        same = {name: edge[name] for name in ("zone", "policy", "billingDay")}
        return {**same, "priceListId": edge["priceList"]["id"], "issuerId": edge["issuer"]["id"]}

    async def the_link_goes_down(self) -> None:
        self.books.cable.cut = True
        self.say("The link between Cloud Resell and Cloud goes down.")

    async def eight_seats(self) -> None:
        await self.change("X Office seats", "8", 11)
        await self.books.settle()
        await self.show_both("X Office seats")

    async def y_orders(self) -> None:
        await self.order("Y", "seats", "2", 16, "Y orders 2 office seats at Cloud Lite. The link is still down.")
        await self.books.settle()
        await self.show_both("Y Office seats")

    async def six_seats(self) -> None:
        await self.change("X Office seats", "6", 21)

    async def the_link_heals(self) -> None:
        self.books.cable.cut = False
        self.books.clock.move_to(self.books.clock.now() + timedelta(minutes=10))
        self.say("The link is mended. What waited is sent, each subscription once, with its whole timeline.")
        await self.books.settle()
        for name in ("X Office seats", "Y Office seats", "Z Office seats"):
            await self.show_both(name)

    async def y_leaves(self) -> None:
        await self.cancel("Y Office seats", 26)
        self.say("Y cancels its seats with immediate effect, after 10 of 30 days.")
        await self.books.settle()
        await self.show_both("Y Office seats")

    async def order(
        self, account: str, offering: str, quantity: str, day: int, sentence: str, *, trial: bool = False
    ) -> None:
        """Create a subscription from the start of a day."""
        self.say(sentence)
        name = f"{account} {NAMES[offering]}"
        identifiers = self.channel.resell
        answer = await self.reseller.done(
            "createSubscription",
            "... on Subscription { id }",
            accountId=public(Kind.ACCOUNT, identifiers.accounts[account]),
            offeringId=public(Kind.OFFERING, getattr(identifiers.offerings, offering)),
            quantity=quantity,
            name=name,
            startsAt=instant_text(midnight(day)),
            trial=trial,
        )
        self.sold[name] = answer["id"]

    async def cancel(self, name: str, day: int) -> None:
        """Cancel a subscription at the start of a day."""
        await self.reseller.done(
            "cancelSubscription", subscriptionId=self.sold[name], effectiveAt=instant_text(midnight(day))
        )

    async def change(self, name: str, quantity: str, day: int, sentence: str = "") -> None:
        """Change a quantity from the start of a day."""
        self.say(sentence or f"{name}: {quantity} from today.")
        await self.reseller.done(
            "changeQuantity",
            subscriptionId=self.sold[name],
            quantity=quantity,
            effectiveAt=instant_text(midnight(day)),
        )

    async def meter_yesterday(self, day: int) -> None:
        """Cloud measures Z Virtual machine, in the mirrored subscription: four vCPUs, every hour of yesterday."""
        if day == 1:
            return
        mirror = (await self.mirrors())["Z Virtual machine"]
        reading = {
            "eventId": f"z-machine-2026-04-{day - 1:02}",
            "subscriptionId": mirror["id"],
            "meter": VCPU_HOURS,
            "resource": "vm-z-1",
            "startsAt": instant_text(midnight(day - 1)),
            "endsAt": instant_text(midnight(day)),
            "value": "4",
        }
        await self.distributor.done("recordUsage", source="hypervisor", readings=[reading])

    async def mirrors(self) -> dict[str, dict[str, Any]]:
        """The distributor's subscriptions by name."""
        return {each["name"]: each for each in await _listed(self.distributor)}

    async def show_both(self, name: str) -> None:
        """What both books hold of one subscription."""
        origin = {each["name"]: each for each in await _listed(self.reseller)}[name]
        mirror = (await self.mirrors()).get(name)
        self.say(f"  at Cloud Resell: {_told(origin)}")
        self.say(f"  at Cloud:        {'nothing yet' if mirror is None else _told(mirror)}")


async def _listed(front_end: FrontEnd) -> list[dict[str, Any]]:
    data = await front_end.ask(
        "{ subscriptions(first: 200) { edges { node { id name state mirrored managedBy provisionedAt"
        " timeline { quantity status effectiveFrom effectiveTo } } } } }"
    )
    return [edge["node"] for edge in data["subscriptions"]["edges"]]


def _told(subscription: dict[str, Any]) -> str:
    segments = subscription["timeline"]
    spans = ", ".join(
        f"{decimal_text(Decimal(each['quantity']))} from {_day(each['effectiveFrom'])}"
        + (f" to {_day(each['effectiveTo'])}" if each["effectiveTo"] else "")
        + (" in trial" if each["status"] == "TRIAL" else "")
        for each in segments
    )
    lock = f", locked, managed by {subscription['managedBy']}" if subscription["mirrored"] else ""
    running = "" if subscription["provisionedAt"] else ", not provisioned"
    return f"{str(subscription['state']).lower()}{running}: {spans}{lock}"


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(_LOCAL):%-d %b}"
