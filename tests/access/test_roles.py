"""Roles: what they may allow, who gives them, and what nobody can take away (A06 to A09, A22, A23, W15)."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.access.authenticate import viewer_of_token
from bss.access.own_roles import allowed
from bss.permission import HISTORY, OF_THE_WHOLE_ORGANISATION, Permission, with_implied
from bss.role import MOST, STANDARD, RoleKind, role_problems
from bss.transaction.begin import begin
from bss.transaction.command import COMMANDS
from bss.viewer import Viewer
from tests.schema.books import OPENED, Books

ROLE = "... on Role { name kind permissions isStandard version retiredAt }"
MEMBERSHIP = "... on Membership { role endedAt }"
BOOKKEEPER = {"code": "bookkeeper", "name": "Bookkeeper", "kind": "STAFF", "permissions": ["invoice:view"]}
WORDS = sorted(word.value for word in HISTORY)


async def admitted(books: Books, account: str, role: str, **more: Any) -> tuple[str, str]:
    """A membership, and a token for it."""
    person = {"name": f"{role} of {account}", "accountId": books.ids[account], "role": role}
    membership = (await books.make("admitPerson", person, show="... on Membership { id }"))["id"]
    token = {"membershipId": membership, "name": "a token"}
    made = await books.make("createToken", token, show="... on CreatedToken { secret }")
    return membership, made["secret"]


async def behind(secret: str) -> Viewer | None:
    return await viewer_of_token(secret, now=OPENED)


async def role_of(books: Books, code: str) -> dict[str, Any]:
    found = await books.data("{ roles { id code permissions isStandard } }")
    return next(each for each in found["roles"] if each["code"] == code)


def test_the_it_operator_starts_stops_looks_at_the_console_and_reads_three_histories_and_nothing_else() -> None:
    machines = {Permission.MACHINE_START, Permission.MACHINE_STOP, Permission.MACHINE_CONSOLE}
    assert STANDARD["it_operator"].permissions == machines | HISTORY


def test_an_auditor_sees_everything_and_changes_nothing() -> None:
    auditor = STANDARD["auditor"].permissions
    assert auditor == {word for word in Permission if word.value.endswith(":view")}
    assert not {command.requires for command in COMMANDS.values()} & auditor


def test_every_standard_role_is_one_that_its_kind_may_be() -> None:
    for role in STANDARD.values():
        assert list(role_problems(role.kind, role.permissions)) == [], role.code
    assert not MOST[RoleKind.PARTNER] & OF_THE_WHOLE_ORGANISATION


@given(st.sets(st.sampled_from([*Permission, "machine:paint", ""])))
def test_no_client_role_can_be_without_the_three_histories(words: set[str]) -> None:
    """Whatever a row says: unknown words are nothing, those beyond the kind are not heard, and the history is there."""
    found = allowed(RoleKind.CLIENT, words)
    assert found >= HISTORY
    known = {Permission(word) for word in words if word in set(Permission)}
    assert found == with_implied(known) & MOST[RoleKind.CLIENT] | HISTORY


async def test_an_organisation_adds_a_role_changes_it_and_retires_it(books: Books) -> None:
    made = await books.make("createRole", BOOKKEEPER, show=ROLE)
    assert (made["permissions"], made["isStandard"], made["version"]) == (["invoice:view"], False, 1)
    membership, secret = await admitted(books, "root", "bookkeeper")
    assert (await behind(secret)).permissions == {Permission.INVOICE_VIEW}  # type: ignore[union-attr]
    change = {"roleId": made["id"], "permissions": ["invoice:view", "bill:run"], "expectedVersion": 1}
    assert (await books.make("updateRole", change, show=ROLE))["version"] == 2
    assert Permission.BILL_RUN in (await behind(secret)).permissions  # type: ignore[union-attr]
    stale = await books.call("updateRole", change)
    assert (stale["code"], stale["path"]) == ("CONFLICT", ["expectedVersion"])
    in_use = await books.call("retireRole", {"roleId": made["id"]})
    assert (in_use["code"], in_use["message"]) == ("WRONG_STATE", "The role is had by 1; give them another one first.")
    await books.make("assignRole", {"membershipId": membership, "role": "finance"}, show=MEMBERSHIP)
    assert (await books.make("retireRole", {"roleId": made["id"]}, show=ROLE))["retiredAt"] is not None
    given = {"name": "B", "accountId": books.root, "role": "bookkeeper"}
    assert (await books.call("admitPerson", given))["path"] == ["role"]
    assert (await books.call("createRole", BOOKKEEPER))["code"] == "CONFLICT"
    assert (await books.call("updateRole", change))["code"] == "WRONG_STATE"


async def test_everything_that_is_wrong_with_a_role_is_told_at_once(books: Books) -> None:
    wrong = {"code": "Front Desk", "name": " ", "kind": "CLIENT", "permissions": ["invoice:view", "bill:run"]}
    refused = await books.call("createRole", wrong)
    assert [(".".join(each["path"]), each["message"]) for each in refused["problems"]] == [
        ("code", "A code has 2 to 40 small letters, digits and underscores, and begins with a letter."),
        ("name", "A role needs a name."),
        ("permissions", "A client role cannot allow bill:run."),
        ("permissions", "A client role always allows subscription:view."),
        ("permissions", "A client role always allows usage:view."),
    ]
    unknown = await books.call("createRole", {**BOOKKEEPER, "permissions": ["invoice:view", "invoice:burn"]})
    assert unknown["problems"] == [
        {"path": ["permissions", "1"], "message": "There is no permission 'invoice:burn'."},
    ]
    assert (await books.call("createRole", {**BOOKKEEPER, "code": "owner"}))["path"] == ["code"]
    owner = await role_of(books, "owner")
    assert (await books.call("updateRole", {"roleId": owner["id"], "name": "King"}))["code"] == "WRONG_STATE"
    assert (await books.call("retireRole", {"roleId": owner["id"]}))["code"] == "WRONG_STATE"


async def test_a_role_allows_no_more_than_its_maker_may_do(books: Books) -> None:
    """An administrator may not join a link: neither may a role that it makes, nor one that allows it be touched."""
    admin = books.as_role("admin", "x")
    admin = Viewer(admin.actor_id, "admin", admin.organisation_id, books.staff.path, admin.permissions)
    linking = {**BOOKKEEPER, "permissions": ["link:manage"]}
    assert (await books.call("createRole", linking, viewer=admin))["code"] == "PERMISSION_DENIED"
    made = await books.make("createRole", linking, show=ROLE)
    less = {"roleId": made["id"], "permissions": ["invoice:view"]}
    assert (await books.call("updateRole", less, viewer=admin))["code"] == "PERMISSION_DENIED"
    membership, _ = await admitted(books, "root", "bookkeeper")
    for mutation, more in (("assignRole", {"role": "support"}), ("endMembership", {}), ("createToken", {"name": "t"})):
        refused = await books.call(mutation, {"membershipId": membership, **more}, viewer=admin)
        assert refused["code"] == "PERMISSION_DENIED", mutation


async def test_a_role_stands_where_its_kind_does(books: Books) -> None:
    for role, account, fits in (
        ("billing_viewer", "x", True),
        ("billing_viewer", "lite", False),
        ("partner_admin", "lite", True),
        ("partner_admin", "root", False),
        ("partner_finance", "x", False),
        ("support", "lite", True),
    ):
        result = await books.call("admitPerson", {"name": "A", "accountId": books.ids[account], "role": role})
        assert (result.get("path") == ["role"]) is not fits, (role, account, result)


async def test_a_partner_lets_in_its_own_people_and_its_customers_and_nobody_above(books: Books) -> None:
    lia = books.as_role("partner_admin", "lite")
    for account, role in (("lite", "partner_sales"), ("x", "client_admin"), ("x", "it_operator")):
        person = {"name": "P", "accountId": books.ids[account], "role": role}
        assert "code" not in await books.call("admitPerson", person, viewer=lia), role
    for account, role, code in (
        ("lite", "support", "PERMISSION_DENIED"),
        ("z", "billing_viewer", "NOT_FOUND"),
        ("root", "partner_sales", "NOT_FOUND"),
    ):
        person = {"name": "P", "accountId": books.ids[account], "role": role}
        assert (await books.call("admitPerson", person, viewer=lia))["code"] == code, (account, role)
    seen = await books.data("{ people { edges { node { name } } } }", viewer=lia)
    assert [edge["node"]["name"] for edge in seen["people"]["edges"]] == ["P", "P", "P"]


async def test_a_customers_people_keep_their_history_by_whatever_role(books: Books) -> None:
    """Neither a staff role with nothing in it, nor a module that is off, nor a row that somebody wrote by hand."""
    await books.make("createRole", {**BOOKKEEPER, "code": "nothing", "permissions": []})
    _, secret = await admitted(books, "x", "nothing")
    await books.make("setModules", {"modules": []}, show="... on Organisation { modules }")
    found = await behind(secret)
    assert found is not None
    for word in HISTORY:
        found.require(word)
    with pytest.raises(asyncpg.CheckViolationError):
        async with begin(books.staff) as tx:
            await tx.connection.execute("UPDATE role SET kind = 'client' WHERE code = 'nothing'")


async def test_who_leaves_has_no_access_at_once(books: Books) -> None:
    membership, secret = await admitted(books, "x", "client_admin")
    ended = await books.make("endMembership", {"membershipId": membership}, show=MEMBERSHIP)
    assert ended["endedAt"] == "2026-01-01T00:00:00Z"
    assert await behind(secret) is None
    for mutation, more in (
        ("assignRole", {"role": "it_operator"}),
        ("endMembership", {}),
        ("createToken", {"name": "t"}),
    ):
        again = await books.call(mutation, {"membershipId": membership, **more})
        assert (again["code"], again["path"]) == ("WRONG_STATE", ["membershipId"]), mutation


async def test_a_person_has_a_role_over_each_of_several_accounts(books: Books) -> None:
    membership, _ = await admitted(books, "x", "billing_viewer")
    who = await books.data("query($id: ID!) { node(id: $id) { ... on Membership { person { id } } } }", id=membership)
    person = who["node"]["person"]["id"]
    over_y = {"personId": person, "accountId": books.ids["y"], "role": "client_admin"}
    await books.make("addMembership", over_y, show=MEMBERSHIP)
    assert (await books.call("addMembership", over_y))["path"] == ["role"]
    query = "query($person: ID!) { memberships(personId: $person) { edges { node { role accountId } } } }"
    found = await books.data(query, person=person)
    assert [edge["node"] for edge in found["memberships"]["edges"]] == [
        {"role": "billing_viewer", "accountId": books.ids["x"]},
        {"role": "client_admin", "accountId": books.ids["y"]},
    ]
    outside = await books.call("addMembership", over_y, viewer=books.as_role("owner", "z"))
    assert (outside["code"], outside["path"]) == ("NOT_FOUND", ["accountId"])
    unknown = await books.call(
        "addMembership", {**over_y, "accountId": books.ids["z"]}, viewer=books.as_role("owner", "z")
    )
    assert (unknown["code"], unknown["path"]) == ("NOT_FOUND", ["personId"])


async def test_the_last_owner_stays(books: Books) -> None:
    """Ann and Bea are owners, and each takes the other's access away at the same time: one of them stays."""
    bea, _ = await admitted(books, "root", "owner")
    listed = await books.data("{ memberships { edges { node { id role } } } }")
    ann = next(edge["node"]["id"] for edge in listed["memberships"]["edges"] if edge["node"]["role"] == "owner")
    results = await asyncio.gather(*(books.call("endMembership", {"membershipId": each}) for each in (ann, bea)))
    assert sorted(result.get("code", "") for result in results) in (["", "CONFLICT"], ["", "WRONG_STATE"])
    (left,) = [each for each, result in zip((ann, bea), results, strict=True) if "code" in result]
    lesser = await books.call("assignRole", {"membershipId": left, "role": "admin"})
    assert (lesser["code"], lesser["message"]) == ("WRONG_STATE", "This is the organisation's last owner.")


async def test_a_word_that_the_product_forgot_keeps_nobody_out(books: Books) -> None:
    await books.make("createRole", BOOKKEEPER)
    _, secret = await admitted(books, "root", "bookkeeper")
    async with begin(books.staff) as tx:
        await tx.connection.execute("""UPDATE role SET permissions = '["invoice:view", "invoice:burn"]'""")
    assert (await behind(secret)).permissions == {Permission.INVOICE_VIEW}  # type: ignore[union-attr]
