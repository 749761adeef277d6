"""API clients as data: who makes them, what they may have, and what is never shown again."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from bss.clients.public_key import public_keys
from bss.refusal import InvalidInput
from bss.transaction.begin import begin
from bss.viewer import Viewer
from tests.clients.keys import PUBLIC_KEY, edwards, pair, rsa
from tests.schema.books import Books

SECRET = "... on ClientWithSecret { secret client { id method keyIds scopes retiredAt } }"
CLIENT = "... on Client { method keyIds scopes retiredAt }"


async def membership(books: Books, account: str = "root", role: str = "operations") -> str:
    given = {"name": "ERP", "accountId": books.ids[account], "role": role}
    return str((await books.make("admitPerson", given, show="... on Membership { id }"))["id"])


async def asked(books: Books, scopes: list[str], account: str = "root", role: str = "operations") -> dict[str, Any]:
    return {"membershipId": await membership(books, account, role), "name": "ERP", "scopes": scopes}


async def test_a_secret_is_shown_once_and_only_its_hash_is_kept(books: Books) -> None:
    given = await asked(books, ["usage:view", "account:view"])
    made = await books.call("createClient", given, key="once", show=SECRET)
    again = await books.call("createClient", given, key="once", show=SECRET)
    assert (again["client"], again["secret"]) == (made["client"], None)
    assert made["client"] | {"id": ""} == {
        "id": "",
        "method": "SECRET",
        "keyIds": [],
        "scopes": ["account:view", "usage:view"],
        "retiredAt": None,
    }
    async with begin(books.staff) as tx:
        written = [str(dict(row)) for row in await tx.connection.fetch("SELECT * FROM client")]
        written += [str(dict(row)) for row in await tx.connection.fetch("SELECT * FROM audit")]
    assert made["secret"].startswith("bcs_")
    assert not [row for row in written if made["secret"] in row]


async def test_a_client_proves_itself_in_one_way(books: Books) -> None:
    """A secret ends the keys, keys end the secret, and no row has both or neither."""
    made = await books.make("createClient", await asked(books, ["usage:view"]) | {"keys": [PUBLIC_KEY]}, show=SECRET)
    assert (made["secret"], made["client"]["method"], made["client"]["keyIds"]) == (None, "PRIVATE_KEY_JWT", ["one"])
    of = {"clientId": made["client"]["id"]}
    rotated = await books.make("rotateClientSecret", of, show=SECRET)
    assert (rotated["secret"][:4], rotated["client"]["method"], rotated["client"]["keyIds"]) == ("bcs_", "SECRET", [])
    anew = await books.make("setClientKeys", {**of, "keys": [pair("two").as_dict(private=False)]}, show=CLIENT)
    assert (anew["method"], anew["keyIds"]) == ("PRIVATE_KEY_JWT", ["two"])
    for wrong in ("secret_hash = 'a hash'", "keys = '[]'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with begin(books.staff) as tx:
                await tx.connection.execute(f"UPDATE client SET {wrong}")


async def test_a_client_has_no_scope_that_its_role_does_not_allow(books: Books) -> None:
    refused = await books.call("createClient", await asked(books, ["usage:view", "bill:run", "edge:view"]))
    assert [(each["path"], each["message"]) for each in refused["problems"]] == [
        (["scopes"], "The role of this membership does not allow bill:run."),
        (["scopes"], "The role of this membership does not allow edge:view."),
    ]
    none = await books.call("createClient", await asked(books, []) | {"name": " "})
    assert [each["path"] for each in none["problems"]] == [["name"], ["scopes"]]
    unknown = await books.call("createClient", await asked(books, ["usage:view", "usage:burn"]))
    assert unknown["problems"] == [{"path": ["scopes", "1"], "message": "There is no permission 'usage:burn'."}]


async def test_nobody_touches_a_client_that_may_do_more_than_they_may(books: Books) -> None:
    made = await books.make("createClient", await asked(books, ["account:view"], role="owner"), show=SECRET)
    admin = books.as_role("admin", "x")
    admin = Viewer(admin.actor_id, "admin", admin.organisation_id, books.staff.path, admin.permissions)
    of = {"clientId": made["client"]["id"]}
    for mutation, given in (
        ("rotateClientSecret", of),
        ("setClientKeys", {**of, "keys": [PUBLIC_KEY]}),
        ("retireClient", of),
        ("createClient", await asked(books, ["account:view"], role="owner")),
    ):
        assert (await books.call(mutation, given, viewer=admin))["code"] == "PERMISSION_DENIED", mutation


async def test_a_partner_has_clients_within_its_part_and_sees_no_others(books: Books) -> None:
    lia = books.as_role("partner_admin", "lite")
    above = await books.make("createClient", await asked(books, ["usage:view"]), show=SECRET)
    own = await asked(books, ["usage:view"], "x", "client_admin")
    made = await books.call("createClient", own, viewer=lia, show=SECRET)
    listed = await books.data("{ clients { edges { node { id } } } }", viewer=lia)
    assert [edge["node"]["id"] for edge in listed["clients"]["edges"]] == [made["client"]["id"]]
    refused = await books.call("retireClient", {"clientId": above["client"]["id"]}, viewer=lia)
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["clientId"])
    for role in ("client_admin", "partner_sales", "sales", "operations"):
        assert "client:manage" not in books.as_role(role, "x").permissions, role


async def test_a_retired_client_stays_retired(books: Books) -> None:
    made = await books.make("createClient", await asked(books, ["usage:view"]), show=SECRET)
    of = {"clientId": made["client"]["id"]}
    assert (await books.make("retireClient", of, show=CLIENT))["retiredAt"] == "2026-01-01T00:00:00Z"
    for mutation, given in (
        ("retireClient", of),
        ("rotateClientSecret", of),
        ("setClientKeys", {**of, "keys": [PUBLIC_KEY]}),
    ):
        refused = await books.call(mutation, given)
        assert (refused["code"], refused["path"]) == ("WRONG_STATE", ["clientId"]), mutation


def test_every_kind_of_key_is_taken_and_only_what_a_verifier_needs_is_kept() -> None:
    for key in (pair(), edwards(), rsa(2048)):
        jwk = {**key.as_dict(private=False), "x5c": ["a certificate"], "note": "ours"}
        (kept,) = public_keys([jwk])
        assert (kept.key_id, dict(kept.jwk)) == ("one", key.as_dict(private=False))


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("text", "A key is a JWK: a JSON object."),
        (pair().as_dict(private=True), "This is a private or a shared key."),
        ({"kid": "one", "kty": "oct", "k": "c2VjcmV0"}, "This is a private or a shared key."),
        ({**PUBLIC_KEY, "kid": ""}, "A key has a kid"),
        ({**PUBLIC_KEY, "kid": 1}, "A key has a kid"),
        ({**PUBLIC_KEY, "kty": "oct"}, "A key is an EC key on P-256"),
        ({**PUBLIC_KEY, "kty": ["EC"]}, "A key is an EC key on P-256"),
        ({**PUBLIC_KEY, "crv": "P-384"}, "A key of type EC is on the curve P-256."),
        ({**PUBLIC_KEY, "y": PUBLIC_KEY["x"]}, "These x and y are no point of the curve."),
        ({**PUBLIC_KEY, "x": "not base64"}, "A key for signatures of type EC has x and y"),
        ({**PUBLIC_KEY, "use": "enc"}, "A key for signatures of type EC has x and y"),
        ({"kid": "one", "kty": "RSA", "n": "gAAB", "e": "AQAB"}, "An RSA key has 2048 to 4096 bits"),
        ({**rsa(2048).as_dict(private=False), "e": "Aw"}, "An RSA key has 2048 to 4096 bits"),
    ],
    ids=lambda value: "" if isinstance(value, str) and len(value) > 10 else None,
)
def test_a_key_that_is_no_good_is_told(key: object, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        public_keys([key])
    assert [(each.path, each.message.startswith(says)) for each in refused.value.problems] == [(("keys", "0"), True)]


def test_keys_are_few_and_told_apart() -> None:
    for given, count in (([], 1), ([{**PUBLIC_KEY, "kid": str(n)} for n in range(5)], 1), ([PUBLIC_KEY] * 2, 2)):
        with pytest.raises(InvalidInput) as refused:
            public_keys(given)
        assert len(refused.value.problems) == count
