"""The three houses of the demonstration, each with a host, a brand and an identity provider of its own.

Owns: who comes in where, and as what. Does not own: the provider (`server.development_provider`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.brands.add_host import AddHost, add_host
from bss.brands.set_brand import SetBrand, set_brand
from bss.providers.add_provider import AddProvider, add_provider
from bss.providers.provider import SCOPES, Rule, Terms
from server.demo.channel import Book, Channel
from server.development_provider.house import CLIENT, House, Person


@dataclass(frozen=True)
class Front:
    """A house's account in its book, and how it looks."""

    code: str
    name: str
    book: Book
    account_id: UUID
    colours: tuple[str, str]
    people: tuple[tuple[str, str, UUID], ...]
    """The name of somebody, and the role over an account that they have."""

    def rules(self) -> tuple[Rule, ...]:
        return tuple(Rule(_group(role), role, account_id) for _, role, account_id in self.people)


def fronts(channel: Channel) -> tuple[Front, ...]:
    """The distributor, the reseller, and the reseller's lite reseller with a customer."""
    cloud, resell = channel.cloud, channel.resell
    lite, customer = resell.accounts["Cloud Lite"], resell.accounts["X"]
    staff = [(("Dora", "admin"), ("Finn", "finance")), (("Rik", "admin"), ("Sara", "sales"))]
    of_cloud, of_resell = (
        tuple((name, role, book.root_id) for name, role in each)
        for book, each in zip((cloud, resell), staff, strict=True)
    )
    of_lite = (("Lia", "partner_admin", lite), ("Xander", "billing_viewer", customer))
    return (
        Front("cloud", "Cloud", cloud, cloud.root_id, ("#0b4f6c", "#0a75a0"), of_cloud),
        Front("resell", "Cloud Resell", resell, resell.root_id, ("#7a1f5c", "#b45309"), of_resell),
        Front("lite", "Cloud Lite", resell, lite, ("#2e6b34", "#4d7c0f"), of_lite),
    )


def house_of(front: Front, port: int) -> House:
    """The same as the development provider has it."""
    people = tuple(
        Person(name.lower(), name, f"{name.lower()}@{front.code}.example", (_group(role),))
        for name, role, _ in front.people
    )
    return House(front.code, front.name, people, f"http://{front.code}.localhost:{port}")


async def open_house(front: Front, issuer: str, now: datetime) -> None:
    """Give the account its host, its brand and its provider."""
    owner = front.book.owner
    await add_host(owner, AddHost(front.account_id, f"{front.code}.localhost"), now=now)
    await set_brand(owner, SetBrand(front.account_id, front.name, *front.colours), now=now)
    terms = Terms(f"{front.name} staff", CLIENT, SCOPES, "groups", (f"{front.code}.example",), front.rules())
    await add_provider(owner, AddProvider(front.account_id, issuer, terms), now=now)


def _group(role: str) -> str:
    return f"{role.replace('_', ' ')}s"
