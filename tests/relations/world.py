"""A channel with one object of every kind at every place: at a viewer's account, below, above and beside it, mirrored.

Cloud, the distributor, sells to Far; Far sells to Own and to Beside; Own sells to Below. The viewer's scope is Own.
X is a customer of the reseller with its own BSS, and stands mirrored in Cloud's books.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bss.brands.add_host import AddHost, add_host
from bss.identifier import Kind, private, public, uuid7
from bss.invoicing.bill_run import run
from bss.permission import Permission
from bss.transaction.begin import begin, reading
from bss.viewer import Viewer
from tests.schema.books import Books
from tests.signing.door import opened
from tests.sync.channel import Channel

TREE = {"above": "root", "own": "above", "below": "own", "beside": "above"}
"""Under which place each place stands; the parent sells to it."""
PLACES = (*TREE, "mirrored")
TERMS = {"zone": "UTC", "policy": "standard", "billingDay": 1}
SIGN_IN: dict[str, Any] = {
    "name": "Staff",
    "clientId": "bss",
    "domains": ["place.example"],
}
SOLD = ("seats", "better", "support")
NOTED = {"case": "openCase", "task": "createTask", "event": "createCalendarEvent", "contact": "createContact"}
ABOUT: dict[str, dict[str, Any]] = {
    "openCase": {"subject": "Cannot sign in"},
    "createTask": {"subject": "Call back", "dueOn": "2026-06-05"},
    "createCalendarEvent": {
        "subject": "Visit",
        "startsAt": "2026-06-02T09:00:00Z",
        "endsAt": "2026-06-02T10:00:00Z",
    },
    "createContact": {"name": "Carla"},
}


@dataclass
class World:
    """`ids` by place and by what it is; what stands at no account, a link or a job, is in `nowhere`.

    `path` is Own's.
    """

    books: Books
    ids: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in (*PLACES, "root", "nowhere")})

    async def make(self, place: str, name: str, mutation: str, given: dict[str, Any], show: str = "") -> None:
        made = await self.books.make(mutation, given, show=show)
        self.ids[place][name] = made["id"]

    path: str = ""

    @property
    def viewer(self) -> Viewer:
        """Somebody who may do everything within Own."""
        return replace(self.books.staff, path=self.path, permissions=frozenset(Permission), actor_name="own")


async def open_world(channel: Channel) -> World:
    """Everything, in the distributor's books."""
    cloud = channel.cloud
    sold = await channel.sell("X", 5)
    await channel.settle()
    mirror = await channel.mirror_of(sold)
    cloud.database.bind()
    channel.clock.move_to(channel.now + timedelta(hours=3))
    world = World(Books(cloud.viewer, public(Kind.ACCOUNT, cloud.root_id), channel.clock))
    world.ids["root"]["account"] = world.books.root
    for code, offering in cloud.offerings.items():
        world.ids["root"][code] = public(Kind.OFFERING, offering)
    await _describe_seats(world)
    host = AddHost(private(Kind.ACCOUNT, world.books.root), "bss.example")
    await add_host(world.books.staff, host, now=world.books.clock.now())
    await _sells(world, "root")
    for place, seller in TREE.items():
        await _open(world, place, seller)
    await _nowhere(world, channel)
    await _billed(world)
    mirrored = {
        "account": public(Kind.ACCOUNT, mirror.account_id),
        "subscription": public(Kind.SUBSCRIPTION, mirror.id),
    }
    world.ids["mirrored"] |= mirrored
    await _noted(world, "mirrored")
    for place in PLACES:
        await _metered(world, place)
    async with reading(world.books.staff) as tx:
        own = private(Kind.ACCOUNT, world.ids["own"]["account"])
        world.path = await tx.connection.fetchval("SELECT path FROM account WHERE id = $1", own)
    return world


async def _describe_seats(world: World) -> None:
    document = "query($id: ID!) { node(id: $id) { ... on Offering { product { id } } } }"
    found = (await world.books.data(document, id=world.ids["root"]["seats"]))["node"]
    note = {"code": "note", "name": "Note", "kind": "TEXT"}
    await world.books.make("describeProduct", {"productId": found["product"]["id"], "characteristics": [note]})


async def _sells(world: World, place: str) -> None:
    """A product of one's own, a price list with everything that is on sale, an issuer and a vendor."""
    ids = world.ids[place]
    owner = {"ownerId": ids["account"]}
    await world.make(place, "product", "createProduct", {**owner, "code": f"of-{place}", "name": place})
    offering = {"productId": ids["product"], "code": f"of-{place}", "name": place, "unit": "seat"}
    await world.make(place, "offering", "createOffering", offering)
    components = [{"offeringId": world.ids["root"]["seats"], "quantity": "1"}]
    bundle = {**owner, "code": f"of-{place}", "name": place, "components": components}
    await world.make(place, "bundle", "createBundle", bundle)
    listed = {**owner, "code": f"of-{place}", "name": place, "currency": "EUR"}
    await world.make(place, "list", "createPriceList", listed)
    prices = [price(world.ids["root"][code]) for code in SOLD] + [price(ids["offering"])]
    version = {"priceListId": ids["list"], "validFrom": "2026-01-01T00:00:00Z", "prices": prices}
    await world.books.make("publishPrices", version)
    issuer = {**owner, "name": place, "seriesPrefix": f"{place}-"}
    await world.make(place, "issuer", "createIssuer", issuer)
    await world.make(place, "brand", "setBrand", {"accountId": ids["account"], "name": place})


def price(offering: str) -> dict[str, Any]:
    """A unit a month, at ten."""
    model = {"perUnit": {"unit": "10"}}
    return {"offeringId": offering, "charge": "unit", "kind": "RECURRING", "description": "Unit", "model": model}


async def _open(world: World, place: str, seller: str) -> None:
    """A lite reseller with what it owns and buys, its customers, and all that is noted about it."""
    ids = world.ids[place]
    account = {"parentId": world.ids[seller]["account"], "kind": "LITE_RESELLER", "name": place.title()}
    await world.make(place, "account", "createAccount", account)
    await world.make(place, "edge", "agreeEdge", edge(world, seller, ids["account"]))
    await _sells(world, place)
    for name in ("customer", "newcomer", "closed"):
        customer = {"parentId": ids["account"], "kind": "CUSTOMER", "name": f"{name.title()} of {place.title()}"}
        await world.make(place, name, "createAccount", customer)
    await world.make(place, "selling", "agreeEdge", edge(world, place, ids["customer"]))
    await world.books.make("closeAccount", {"accountId": ids["closed"]})
    await _bought(world, place)
    await _noted(world, place)


def edge(world: World, seller: str, buyer: str) -> dict[str, Any]:
    """Terms at which a place sells by its own list."""
    ids = world.ids[seller]
    parties = {"sellerAccountId": ids["account"], "buyerAccountId": buyer}
    return {**parties, "priceListId": ids["list"], "issuerId": ids["issuer"], **TERMS}


async def _bought(world: World, place: str) -> None:
    """Subscriptions in every state that some operation asks for."""
    ids = world.ids[place]
    sale = {"accountId": ids["account"], "offeringId": world.ids["root"]["seats"], "quantity": "5"}
    for name, more in (
        ("subscription", {"startsAt": "2026-05-01T00:00:00Z"}),
        ("other", {}),
        ("created", {"activate": False}),
        ("trial", {"trial": True}),
        ("suspended", {}),
        ("expiring", {"renewsAutomatically": False}),
    ):
        await world.make(place, name, "createSubscription", {**sale, **more})
    await world.books.make("suspendSubscription", {"subscriptionId": ids["suspended"], "reason": "unpaid"})


async def _noted(world: World, place: str) -> None:
    """People, and what is noted about the account; nobody is admitted to a mirrored one, nor acts for it."""
    ids = world.ids[place]
    for name, mutation in NOTED.items():
        await world.make(place, name, mutation, {"accountId": ids["account"], **ABOUT[mutation]})
    if place != "mirrored":
        person = {"name": place.title(), "accountId": ids["account"], "role": "partner_sales"}
        shown = "... on Membership { person { id } }"
        member = await world.books.make("admitPerson", person, show=shown)
        ids |= {"membership": member["id"], "person": member["person"]["id"]}
        created = await world.books.make(
            "createToken",
            {"membershipId": ids["membership"], "name": "a token"},
            show="... on CreatedToken { token { id } }",
        )
        ids["token"] = created["token"]["id"]
        member_id, now = private(Kind.MEMBERSHIP, ids["membership"]), world.books.clock.now()
        started = await opened(world.books.staff, member_id, "bss.example", now)
        ids["session"] = public(Kind.SESSION, started.object_id)
        client = {"membershipId": ids["membership"], "name": "a client", "scopes": ["account:view"]}
        shown = "... on ClientWithSecret { client { id } }"
        ids["client"] = (await world.books.make("createClient", client, show=shown))["client"]["id"]
        given = {"role": "billing_viewer", "reason": "a test", "endsAt": "2026-07-01T00:00:00Z"}
        parties = {"accountId": ids["account"], "toAccountId": ids["customer"]}
        await world.make(place, "delegation", "delegateAccount", {**parties, **given})
        rules = [{"group": "sales", "role": "partner_sales", "accountId": ids["account"]}]
        of_account = {"accountId": ids["account"], "issuer": "https://login.example", **SIGN_IN, "rules": rules}
        await world.make(place, "provider", "addIdentityProvider", of_account)
        invited = {"membershipId": ids["membership"]}
        shown = "... on InvitationWithSecret { invitation { id } }"
        ids["invitation"] = (await world.books.make("inviteMember", invited, show=shown))["invitation"]["id"]


async def _billed(world: World) -> None:
    """May is billed: an invoice to each place but the mirrored one, which bought nothing then, and a line on it."""
    books = world.books
    asked = await books.make("requestBillRun", {"until": "2026-06-01T00:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=books.clock.now())
    document = (
        "query($account: ID!, $subscription: ID!) { invoices(billToAccountId: $account) { edges { node { id } } }"
        " billableLines(subscriptionId: $subscription) { edges { node { id edgeId } } } }"
    )
    for place in TREE:
        ids = world.ids[place]
        found = await books.data(document, account=ids["account"], subscription=ids["subscription"])
        lines = {each["node"]["edgeId"]: each["node"]["id"] for each in found["billableLines"]["edges"]}
        ids |= {"invoice": found["invoices"]["edges"][0]["node"]["id"], "line": lines[ids["edge"]]}


async def _metered(world: World, place: str) -> None:
    """An hour that a person read, and another that was corrected."""
    about = {"subscriptionId": world.ids[place]["subscription"], "meter": "vcpu-hours"}
    read = {**about, "value": "2", "note": "by hand", "evidence": "photo 1"}
    hour = {"startsAt": "2026-06-01T00:00:00Z", "endsAt": "2026-06-01T01:00:00Z"}
    await world.make(place, "reading", "recordReading", {**read, **hour})
    corrected = {**about, "hour": hour["startsAt"], "quantity": "3", "reason": "was wrong"}
    await world.make(place, "correction", "correctUsage", corrected)


async def _nowhere(world: World, channel: Channel) -> None:
    """A vendor, the link, an entry of the audit, a parked job, and a message that the other side refused."""
    ids = world.ids["nowhere"]
    await world.make("nowhere", "vendor", "createVendor", {"code": "acme", "name": "Acme"})
    role = {"code": "bookkeeper", "name": "Bookkeeper", "kind": "STAFF", "permissions": ["invoice:view"]}
    await world.make("nowhere", "role", "createRole", role)
    buying = {"ownerId": world.books.root, "code": "acme", "name": "Acme", "currency": "EUR", "vendorId": ids["vendor"]}
    await world.make("nowhere", "buying", "createPriceList", buying)
    reseller = {"parentId": world.books.root, "kind": "RESELLER", "name": "Another"}
    await world.make("nowhere", "unlinked", "createAccount", reseller)
    await world.books.make("agreeEdge", edge(world, "root", ids["unlinked"]))
    ids["link"] = public(Kind.LINK, channel.cloud.link_id)
    listed = (await world.books.data("{ auditEntries(first: 1) { edges { node { id } } } }"))["auditEntries"]
    ids["entry"] = listed["edges"][0]["node"]["id"]
    job, message, now = uuid7(), uuid7(), channel.now
    ids["job"], ids["message"] = public(Kind.JOB, job), str(message)
    async with begin(world.books.staff) as tx:
        await tx.connection.execute(
            "INSERT INTO job (id, organisation_id, kind, key, state, due_at, attempts, reason, created_at)"
            " VALUES ($1, $2, 'sync:deliver', 'a link', 'parked', $3, 8, 'nobody answers', $3)",
            *(job, tx.organisation_id, now),
        )
        await tx.connection.execute(
            "INSERT INTO outbound (id, organisation_id, link_id, subject, pair_id, version, body, digest, state,"
            " reason, created_at) VALUES ($1, $2, $3, 'account', $4, 1, '', '', 'parked', 'NOT_FOUND: no', $5)",
            *(message, tx.organisation_id, channel.cloud.link_id, uuid7(), now),
        )
