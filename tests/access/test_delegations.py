"""Who delegates an account to whom, who sees it, and who ends it (E06)."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from bss.transaction.begin import begin
from bss.transaction.database import Role
from tests.access.delegated import DELEGATION, END, delegated, grant
from tests.schema.books import OPENED, Books


async def test_a_delegation_is_given_with_an_end_and_ended_once(books: Books) -> None:
    made = await books.make("delegateAccount", grant(books, "z", "lite"), show=DELEGATION)
    assert (made["accountId"], made["toAccountId"]) == (books.ids["z"], books.ids["lite"])
    assert (made["role"], made["reason"], made["grantedBy"]) == ("partner_admin", "Holiday cover", "system:open cloud")
    assert (made["startsAt"], made["endsAt"], made["endedAt"]) == ("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", None)
    books.clock.move_to(OPENED + timedelta(days=2))
    ended = await books.make("endDelegation", {"delegationId": made["id"]}, show=DELEGATION)
    assert (ended["endsAt"], ended["endedAt"]) == ("2026-01-31T00:00:00Z", "2026-01-03T00:00:00Z")
    again = await delegated(books, "z", "lite")
    books.clock.move_to(END)
    for over in (made["id"], again):
        refused = await books.call("endDelegation", {"delegationId": over})
        assert (refused["code"], refused["path"]) == ("WRONG_STATE", ["delegationId"])


async def test_a_role_that_is_delegated_is_not_retired_until_that_has_ended(books: Books) -> None:
    desk = {"code": "desk", "name": "Desk", "kind": "PARTNER", "permissions": ["invoice:view"]}
    role = (await books.make("createRole", desk))["id"]
    delegation = await delegated(books, "z", "lite", "desk")
    refused = await books.call("retireRole", {"roleId": role})
    assert (refused["code"], refused["message"]) == ("WRONG_STATE", "The role is delegated by 1; end that first.")
    await books.make("endDelegation", {"delegationId": delegation})
    await books.make("retireRole", {"roleId": role})


async def test_the_account_s_own_people_see_who_may_act_for_it_and_others_do_not(books: Books) -> None:
    delegation = await delegated(books, "z", "lite")
    query = "query($of: ID) { delegations(accountId: $of) { edges { node { id reason } } } }"
    for viewer, account, seen in (
        (books.as_role("client_admin", "z"), None, True),
        (books.staff, "z", True),
        (books.staff, "x", False),
        (books.as_role("partner_admin", "lite"), None, False),
        (books.as_role("partner_admin", "lite"), "z", False),
    ):
        found = await books.data(query, viewer=viewer, of=None if account is None else books.ids[account])
        expected = [{"node": {"id": delegation, "reason": "Holiday cover"}}] if seen else []
        assert found["delegations"]["edges"] == expected


async def test_a_partner_delegates_what_is_its_own_and_no_more_than_it_may_do(books: Books) -> None:
    lia = books.as_role("partner_admin", "lite")
    for given, code, path in (
        (grant(books, "z", "lite"), "NOT_FOUND", ["accountId"]),
        (grant(books, "x", "z", "client_admin"), "NOT_FOUND", ["toAccountId"]),
        (grant(books, "x", "lite", "support"), "PERMISSION_DENIED", []),
        (grant(books, "x", "y", "partner_sales"), "INVALID_INPUT", ["role"]),
        (grant(books, "x", "y", "king"), "INVALID_INPUT", ["role"]),
        (grant(books, "x", "x", "client_admin"), "INVALID_INPUT", ["toAccountId"]),
    ):
        refused = await books.call("delegateAccount", given, viewer=lia)
        assert (refused["code"], refused["path"]) == (code, path), given
    kept = await books.call("delegateAccount", grant(books, "x", "y", "client_admin"), viewer=lia)
    assert kept["__typename"] == "Delegation"
    denied = await books.call("delegateAccount", grant(books, "x", "y"), viewer=books.as_role("client_admin", "x"))
    assert denied["code"] == "PERMISSION_DENIED"
    above = await delegated(books, "x", "lite", "owner")
    assert "code" not in await books.call("endDelegation", {"delegationId": above}, viewer=lia)


async def test_everything_that_is_wrong_with_a_delegation_is_told_at_once(books: Books) -> None:
    wrong = {"reason": " ", "startsAt": "2025-12-31T23:59:59Z", "endsAt": "2027-03-01T00:00:00Z"}
    refused = await books.call("delegateAccount", grant(books, "z", "lite", **wrong))
    assert [(".".join(each["path"]), each["message"]) for each in refused["problems"]] == [
        ("reason", "A delegation has a reason."),
        ("startsAt", "A delegation does not begin in the past."),
        ("endsAt", "A delegation lasts at most 400 days; it can be given again."),
    ]
    never = await books.call("delegateAccount", grant(books, "z", "lite", endsAt=OPENED.isoformat()))
    assert never["problems"] == [{"path": ["endsAt"], "message": "A delegation ends after it begins."}]


async def test_a_mirrored_account_is_not_delegated(books: Books) -> None:
    """Neither from nor to a customer that the reseller's own BSS administers (E23)."""
    async with begin(books.staff, role=Role.SYNC) as tx:
        await tx.connection.execute("UPDATE account SET mirrored = true, managed_by = 'Resell' WHERE name = 'Z'")
    for given in (grant(books, "z", "lite"), grant(books, "lite", "z", "client_admin")):
        refused = await books.call("delegateAccount", given)
        assert (refused["code"], "managed by Resell" in refused["message"]) == ("LOCKED_FIELD", True)


async def test_no_raw_statement_gives_or_prolongs_a_delegation_beyond_the_rules(books: Books) -> None:
    """Those who may act do not write one for an account outside their scope, nor does anybody put off an end."""
    await delegated(books, "x", "y", "client_admin")
    await delegated(books, "z", "lite")
    copied = (
        "INSERT INTO delegation (id, organisation_id, path, account_id, to_account_id, role, reason, starts_at,"
        " ends_at, granted_by, granted_by_name, created_at) SELECT gen_random_uuid(), organisation_id, $1, account_id,"
        " to_account_id, role, reason, starts_at, starts_at + $2, granted_by, granted_by_name, created_at"
        " FROM delegation LIMIT 1"
    )
    lite, day = books.as_role("owner", "lite"), timedelta(days=1)
    for path, lasting, refused in (
        (books.path("z"), day, asyncpg.InsufficientPrivilegeError),
        (books.path("x"), 401 * day, asyncpg.CheckViolationError),
        (books.path("x"), 0 * day, asyncpg.CheckViolationError),
    ):
        with pytest.raises(refused):
            async with begin(lite) as tx:
                await tx.connection.execute(copied, path, lasting)
    for change in ("ends_at = ends_at + interval '1 day'", "role = 'owner'", "to_account_id = account_id"):
        with pytest.raises(asyncpg.PostgresError, match=r"append-only|delegation_to_another"):
            async with begin(lite) as tx:
                await tx.connection.execute(f"UPDATE delegation SET {change}")
    with pytest.raises(asyncpg.RestrictViolationError):
        async with begin(lite) as tx:
            await tx.connection.execute("DELETE FROM delegation")
