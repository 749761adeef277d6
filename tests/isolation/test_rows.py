"""Nobody sees or touches a row outside the scope, whatever SQL is sent; and this suite can tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest
import pytest_asyncio

from bss.access.admit import Admit, admit
from bss.access.create_role import CreateRole, create_role
from bss.access.delegate_account import DelegateAccount, delegate_account
from bss.access.queries import membership_page
from bss.agreements import queries as agreements
from bss.agreements.edge import EdgeKind
from bss.agreements.issuer import IssuerSettings
from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.agreements.update_issuer import UpdateIssuer, update_issuer
from bss.brands.add_host import AddHost, add_host
from bss.brands.set_brand import SetBrand, set_brand
from bss.catalogue.bundle import Component
from bss.catalogue.create_bundle import CreateBundle, create_bundle
from bss.catalogue.queries import meters, offering_page
from bss.clients.create_client import CreateClient, create_client
from bss.clients.revoke_access import revoke_access
from bss.clients.rotate_signing_keys import active_key
from bss.clients.standing import standing_of
from bss.identifier import uuid7
from bss.invitations.invite_member import InviteMember, invite_member
from bss.invoicing.correct_usage import correct_usage
from bss.metering.correction import Correction
from bss.metering.record_reading import RecordReading, record_reading
from bss.organisations.account import Account
from bss.organisations.queries import page
from bss.permission import HISTORY
from bss.providers.add_provider import AddProvider, add_provider
from bss.providers.provider import SCOPES, Rule, Terms
from bss.providers.sign_in import Known, SignIn, sign_in
from bss.role import RoleKind
from bss.subscriptions.queries import page as subscribed
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.demo.closing import close_the_month
from server.demo.story import Story
from tests.april import EndOfApril
from tests.clients.signing import MAKER
from tests.contracts.documents import logo_png
from tests.installation import Server
from tests.isolation.leaks import Scope, look
from tests.isolation.noted import note_everything
from tests.signing.door import opened


@pytest_asyncio.fixture
async def closed(server: Server, end_of_april: EndOfApril) -> AsyncIterator[tuple[str, Story]]:
    """Both books after the closing of April, and notes about an account, so that every table has rows."""
    async with end_of_april.copied(server) as (name, database, story):
        with database.bound():
            await _change_settings(story)
            await close_the_month(story)
            await note_everything(story.channel.cloud.owner, story.channel.cloud.accounts["Cloud Resell"])
            await put_right(story)
            await bundle(story)
            yield name, story


async def _change_settings(story: Story) -> None:
    """Logos, sending, changed terms, a client, a role of its own and a delegation, which the story does without."""
    owner, now = story.channel.resell.owner, story.books.clock.now()
    membership = (await membership_page(owner, PageRequest())).rows[0].id
    client = (await create_client(owner, CreateClient(membership, "ERP", HISTORY), now=now)).object_id
    standing = await standing_of(client)
    assert standing is not None
    await revoke_access(standing, uuid7(), ends_at=now + timedelta(minutes=10), now=now)
    await active_key(owner, MAKER, now=now)
    await create_role(owner, CreateRole("clerk", "Clerk", RoleKind.STAFF, HISTORY), now=now)
    accounts = {each.name: each.id for each in (await page(owner, PageRequest())).rows}
    until = now + timedelta(days=30)
    given = DelegateAccount(accounts["X"], accounts["Z"], "billing_viewer", "A test.", until)
    await delegate_account(owner, given, now=now)
    await _sign_in(owner, now)
    await _show(owner, now)
    settings = IssuerSettings(sends=True, logo=logo_png())
    for issuer in (await agreements.issuer_page(owner, PageRequest())).rows:
        await update_issuer(owner, UpdateIssuer(issuer.id, settings), now=now)
    for edge in (await agreements.edge_page(owner, PageRequest())).rows:
        if edge.kind is EdgeKind.SELLING and edge.valid_to is None:
            await update_edge(owner, UpdateEdge(edge.id), now=now)


async def _sign_in(owner: Viewer, now: datetime) -> None:
    """Everybody is signed in."""
    for membership in (await membership_page(owner, PageRequest())).rows:
        if membership.ended_at is None:
            await opened(owner, membership.id, "bss.example", now)


async def _show(owner: Viewer, now: datetime) -> None:
    """A host and a brand, an identity provider, and somebody who came in by it."""
    (root,) = [each for each in (await page(owner, PageRequest())).rows if each.parent_id is None]
    await add_host(owner, AddHost(root.id, "shop.example"), now=now)
    await set_brand(owner, SetBrand(root.id, "Shop"), now=now)
    issuer, terms = "https://login.example", ("Staff", "bss", SCOPES, "groups", ("shop.example",))
    given = AddProvider(
        root.id, issuer, Terms(*terms, (Rule("sales", "sales", root.id),)), "a secret of sixteen letters"
    )
    provider = (await add_provider(owner, given, now=now)).object_id
    known = Known(issuer, "one", "Una", "una@shop.example", True, ("sales",), None)
    await sign_in(owner, SignIn(provider, "shop.example", known), now=now)
    invited = (await admit(owner, Admit("Ines", root.id, "support"), now=now)).object_id
    await invite_member(owner, InviteMember(invited), now=now)


async def put_right(story: Story) -> None:
    """A corrected hour and a manual reading in the open month of the distributor's first mirror."""
    owner, now = story.channel.cloud.owner, story.books.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    mirror = next(each for each in (await subscribed(owner, PageRequest())).rows if each.mirrored)
    (meter, *_) = await meters(owner)
    await correct_usage(owner, Correction(mirror.id, meter, "vm", hour, Decimal(1), "A test."), now=now)
    times = (hour, hour + timedelta(hours=1))
    await record_reading(owner, RecordReading(mirror.id, meter, "vm", *times, Decimal(1), "A", "test"), now=now)


async def bundle(story: Story) -> None:
    """A bundle of what the reseller sells, which the story does without."""
    owner = story.channel.resell.owner
    (root,) = [each for each in (await page(owner, PageRequest())).rows if each.parent_id is None]
    (first, *_) = (await offering_page(owner, PageRequest())).rows
    request = CreateBundle(root.id, "one", "One", (Component(first.id, Decimal(1)),))
    await create_bundle(owner, request, now=story.books.clock.now())


async def scopes_of(story: Story) -> tuple[Scope, ...]:
    """Staff of both organisations, Lite's people, and the customers X and Z."""
    cloud, resell = story.channel.cloud.owner, story.channel.resell.owner
    with story.books.resell.bound():
        accounts: dict[str, Account] = {each.name: each for each in (await page(resell, PageRequest())).rows}
    staff = (
        Scope("Cloud", cloud.organisation_id, cloud.path),
        Scope("Cloud Resell", resell.organisation_id, resell.path),
    )
    others = (Scope(name, resell.organisation_id, accounts[name].path) for name in ("Cloud Lite", "X", "Z"))
    return (*staff, *others)


async def test_no_row_leaks_in_any_table_and_any_scope(server: Server, closed: tuple[str, Story]) -> None:
    name, story = closed
    connection = await asyncpg.connect(server.url(name, "bss_app"))
    seen = await look(connection, await scopes_of(story))
    await connection.close()
    assert seen.leaks == ()
    assert [table for table, rows in seen.rows.items() if not rows] == [], "tables that prove nothing"


async def test_without_row_level_security_this_suite_fails(server: Server, closed: tuple[str, Story]) -> None:
    name, story = closed
    owner = await asyncpg.connect(server.url(name, "bss_owner"))
    tables = [row[0] for row in await owner.fetch("SELECT DISTINCT tablename FROM pg_policies")]
    for table in tables:
        await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await owner.close()
    connection = await asyncpg.connect(server.url(name, "bss_app"))
    seen = await look(connection, await scopes_of(story))
    await connection.close()
    leaking = {leak.partition(":")[0] for leak in seen.leaks}
    assert leaking == set(tables)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM directory_token",
        "SELECT * FROM directory_organisation",
        "SELECT * FROM directory_client",
        "SELECT * FROM usage_event_rest",
        "ALTER TABLE invoice DISABLE ROW LEVEL SECURITY",
        "SET ROLE bss_owner",
        "SET ROLE bss_sync",
        "TRUNCATE invoice",
        "CREATE TABLE public.mine (id int)",
    ],
)
async def test_the_application_cannot_step_around(server: Server, closed: tuple[str, Story], statement: str) -> None:
    connection = await asyncpg.connect(server.url(closed[0], "bss_app"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_a_row_cannot_be_put_into_another_organisation(server: Server, closed: tuple[str, Story]) -> None:
    name, story = closed
    cloud, resell, *_ = await scopes_of(story)
    connection = await asyncpg.connect(server.url(name, "bss_app"))
    await connection.execute(
        "SELECT set_config('bss.organisation', $1, false), set_config('bss.path', $2, false)",
        *(str(cloud.organisation_id), cloud.path),
    )
    spy = "INSERT INTO role (id, organisation_id, code, permissions) VALUES (gen_random_uuid(), $1, 'spy', '[]')"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await connection.execute(spy, resell.organisation_id)
    await connection.close()


async def test_the_distributors_bill_run_reads_nothing_of_the_reseller(
    server: Server, end_of_april: EndOfApril
) -> None:
    digests = []
    for blinded in (False, True):
        async with end_of_april.copied(server) as (name, database, story):
            if blinded:
                await _blind(server, name, story)
            with database.bound():
                await story.distributor.done("requestBillRun", until="2026-04-30T22:00:00Z")
                await story.books.settle()
                found = await story.distributor.ask("{ invoices { edges { node { digest total { amount } } } } }")
            digests.append([edge["node"] for edge in found["invoices"]["edges"]])
    assert digests[0] == digests[1]
    assert digests[0][0]["total"]["amount"] == "134.84"


async def _blind(server: Server, name: str, story: Story) -> None:
    """Take the reseller's rows out of every run-time role's sight, beneath any scope."""
    owner = await asyncpg.connect(server.url(name, "bss_owner"))
    reseller = story.channel.resell.owner.organisation_id
    for row in await owner.fetch("SELECT tablename FROM pg_policies"):
        await owner.execute(f"CREATE POLICY blind ON {row[0]} AS RESTRICTIVE USING (organisation_id <> '{reseller}')")
    await owner.close()
