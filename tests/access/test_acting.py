"""Somebody acts for an account that is not theirs: by a delegation, until its end, in their own name (E06)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.access.act_as import acting
from bss.permission import OF_THE_WHOLE_ORGANISATION, Permission
from bss.refusal import NotFound
from bss.role import DELEGABLE, STANDARD
from bss.transaction.begin import reading
from bss.transaction.command import COMMANDS
from bss.viewer import Viewer
from tests.access.delegated import END, delegated, grant
from tests.schema.books import OPENED, Books
from tests.schema.people import member

MINE = "{ myDelegations { edges { node { id accountName role permissions endsAt } } } }"


async def by(books: Books, viewer: Viewer, delegation: str) -> Viewer:
    return await acting(viewer, delegation, now=books.clock.now())


async def test_a_delegate_does_for_the_account_what_the_delegation_allows_and_the_audit_says_for_whom(
    books: Books,
) -> None:
    """Lia of Lite acts for Z, a customer of Cloud that stands beside Lite and that she cannot see."""
    _, lia = await member(books, "lite", "partner_admin")
    delegation = await delegated(books, "z", "lite")
    sold = {"subscriptionId": books.ids["of z"], "quantity": "7"}
    assert (await books.call("changeQuantity", sold, viewer=lia))["code"] == "NOT_FOUND"
    for_z = await by(books, lia, delegation)
    assert "code" not in await books.call("changeQuantity", sold, viewer=for_z)
    seen = await books.data("{ accounts { edges { node { name } } } }", viewer=for_z)
    assert [edge["node"]["name"] for edge in seen["accounts"]["edges"]] == ["Z"]
    async with reading(books.as_role("owner", "z")) as tx:
        rows = await tx.connection.fetch("SELECT actor_id FROM audit WHERE operation = 'changeQuantity'")
    assert [row["actor_id"] for row in rows] == [lia.actor_id], "it is of the account's own history"
    query = '{ auditEntries(operation: "changeQuantity") { edges { node { actorName actingAs actingAsName } } } }'
    (entry,) = (await books.data(query))["auditEntries"]["edges"]
    assert entry["node"] == {"actorName": "Partner of Lite", "actingAs": delegation, "actingAsName": "Z"}


async def test_nothing_is_left_when_the_delegation_has_ended(books: Books) -> None:
    """It holds from its start to a millisecond before its end; one that is ended holds no longer at once."""
    _, lia = await member(books, "lite", "partner_admin")
    start = OPENED + timedelta(days=1)
    delegation = await delegated(books, "z", "lite", startsAt=start.isoformat())
    moment = timedelta(milliseconds=1)
    for instant, holds in ((start - moment, False), (start, True), (END - moment, True), (END, False)):
        books.clock.move_to(instant)
        assert bool((await books.data(MINE, viewer=lia))["myDelegations"]["edges"]) is holds
        if holds:
            assert (await by(books, lia, delegation)).path == books.path("z")
            continue
        with pytest.raises(NotFound):
            await by(books, lia, delegation)
    again = await delegated(books, "z", "lite", endsAt=(END + timedelta(days=1)).isoformat())
    assert (await by(books, lia, again)).path == books.path("z")
    await books.make("endDelegation", {"delegationId": again})
    with pytest.raises(NotFound):
        await by(books, lia, again)


async def test_who_has_lost_their_membership_acts_for_nobody(books: Books) -> None:
    membership, lia = await member(books, "lite", "partner_admin")
    delegation = await delegated(books, "z", "lite")
    await by(books, lia, delegation)
    await books.make("endMembership", {"membershipId": membership})
    with pytest.raises(NotFound):
        await by(books, lia, delegation)


async def test_a_delegation_gives_no_more_than_either_of_them_has(books: Books) -> None:
    """Whatever role is delegated to whomever: what both roles allow, but for what no delegate may do."""
    for own in ("partner_admin", "partner_sales", "partner_finance", "support", "auditor"):
        _, person = await member(books, "lite", own)
        for role in ("partner_admin", "partner_sales", "partner_finance", "sales", "owner"):
            for_z = await by(books, person, await delegated(books, "z", "lite", role))
            expected = STANDARD[own].permissions & STANDARD[role].permissions & DELEGABLE
            assert for_z.permissions == expected, (own, role)
            assert (for_z.actor_id, for_z.path) == (person.actor_id, books.path("z"))


async def test_a_role_of_one_s_own_is_worth_what_it_allows_now(books: Books) -> None:
    desk = {"code": "desk", "name": "Desk", "kind": "PARTNER", "permissions": ["invoice:view", "person:manage"]}
    role = (await books.make("createRole", desk))["id"]
    _, lia = await member(books, "lite", "partner_admin")
    delegation = await delegated(books, "z", "lite", "desk")
    assert (await by(books, lia, delegation)).permissions == {Permission.INVOICE_VIEW, Permission.PERSON_VIEW}
    await books.make("updateRole", {"roleId": role, "permissions": ["account:view"]})
    assert (await by(books, lia, delegation)).permissions == {Permission.ACCOUNT_VIEW}


def test_no_delegate_has_a_hand_in_who_gets_in() -> None:
    """Nor leaves anything behind that outlives the delegation: nothing that these packages do may be done by one."""
    inside = ("bss.access", "bss.clients", "bss.signing")
    lasting = {name: each for name, each in COMMANDS.items() if each._body.__module__.startswith(inside)}
    assert {"admitPerson", "createClient", "createToken", "delegateAccount", "endSession"} < set(lasting)
    assert {name for name, each in lasting.items() if each.requires in DELEGABLE} == set()
    assert not DELEGABLE & OF_THE_WHOLE_ORGANISATION


async def test_a_delegate_cannot_delegate_admit_or_make_tokens(books: Books) -> None:
    membership, lia = await member(books, "lite", "owner")
    within, _ = await member(books, "z", "client_admin")
    delegation = await delegated(books, "z", "lite", "owner")
    for_z = await by(books, lia, delegation)
    person = {"name": "P", "accountId": books.ids["z"], "role": "billing_viewer"}
    role = {"code": "desk", "name": "Desk", "kind": "CLIENT", "permissions": []}
    for mutation, given in (
        ("delegateAccount", grant(books, "z", "lite")),
        ("endDelegation", {"delegationId": delegation}),
        ("admitPerson", person),
        ("assignRole", {"membershipId": within, "role": "billing_viewer"}),
        ("endMembership", {"membershipId": within}),
        ("createToken", {"membershipId": within, "name": "t"}),
        ("createToken", {"membershipId": membership, "name": "t"}),
        ("createRole", role),
    ):
        assert (await books.call(mutation, given, viewer=for_z))["code"] == "PERMISSION_DENIED", mutation
    with pytest.raises(NotFound):
        await by(books, for_z, delegation)
    assert (await books.data(MINE, viewer=for_z))["myDelegations"]["edges"] == []


async def test_those_who_may_act_are_the_people_of_the_other_account(books: Books) -> None:
    """Not those above it, who only see it, nor those below it or beside it, nor a job of the organisation."""
    delegation = await delegated(books, "z", "lite")
    _, lia = await member(books, "lite", "partner_sales")
    found = (await books.data(MINE, viewer=lia))["myDelegations"]["edges"]
    sells = sorted(STANDARD["partner_sales"].permissions & DELEGABLE)
    expected = {"id": delegation, "accountName": "Z", "role": "partner_admin", "permissions": sells}
    assert [edge["node"] for edge in found] == [{**expected, "endsAt": "2026-01-31T00:00:00Z"}]
    strangers = [(await member(books, account, "support"))[1] for account in ("root", "x", "z")]
    for viewer in (*strangers, books.staff, books.as_role("owner", "lite")):
        assert (await books.data(MINE, viewer=viewer))["myDelegations"]["edges"] == []
        with pytest.raises(NotFound):
            await by(books, viewer, delegation)


async def test_a_delegation_follows_an_account_that_moves(books: Books) -> None:
    """X moves from Lite to Cloud: who acts for it acts there, and Lite does not see it any more."""
    _, zoe = await member(books, "z", "client_admin")
    delegation = await delegated(books, "x", "z", "client_admin")
    before = await by(books, zoe, delegation)
    terms = {"zone": "UTC", "policy": "standard", "billingDay": 1}
    sold = {"priceListId": books.ids["direct"], "issuerId": books.ids["root issuer"], **terms}
    await books.make("moveAccount", {"accountId": books.ids["x"], "newParentId": books.root, "terms": sold})
    after = await by(books, zoe, delegation)
    assert (before.path, after.path) == (books.path("x"), books.path("x").replace(books.path("lite"), books.staff.path))
    seen = await books.data("{ accounts { edges { node { name } } } }", viewer=after)
    assert [edge["node"]["name"] for edge in seen["accounts"]["edges"]] == ["X"]
    found = await books.data("{ delegations { edges { node { id } } } }", viewer=books.as_role("owner", "lite"))
    assert found["delegations"]["edges"] == []


async def test_one_key_while_acting_and_while_not_are_two_calls(books: Books) -> None:
    """Neither is answered with what the other did: the second one needs a key of its own."""
    _, lia = await member(books, "lite", "partner_admin")
    for_x = await by(books, lia, await delegated(books, "x", "lite"))
    given = {"accountId": books.ids["x"], "name": "Carla"}
    own = await books.call("createContact", given, viewer=lia, key="once")
    assert (await books.call("createContact", given, viewer=lia, key="once"))["id"] == own["id"]
    assert (await books.call("createContact", given, viewer=for_x, key="once"))["code"] == "IDEMPOTENCY_KEY_REUSED"
    other = await books.call("createContact", given, viewer=for_x, key="another")
    assert (await books.call("createContact", given, viewer=for_x, key="another"))["id"] == other["id"] != own["id"]
    assert (await books.call("createContact", given, viewer=lia, key="another"))["code"] == "IDEMPOTENCY_KEY_REUSED"
