"""Who may say by whom people come in, and what their groups give them: nobody gives by a group what they have not."""

from __future__ import annotations

from typing import Any

from tests.signing.houses import Houses, terms
from tests.signing.shop import Shop

NAMES = "{ identityProviders { edges { node { id name rules { group role accountId } retiredAt } } } }"


def lite(shop: Shop, rules: list[tuple[str, str, str]], **more: Any) -> dict[str, Any]:
    return {
        "accountId": shop.books.ids["lite"],
        "issuer": "https://login.lite.example",
        **terms(shop, "lite.example", rules, **more),
    }


async def test_an_administrator_of_a_partner_sets_up_its_sign_in_and_sees_no_other(houses: Houses) -> None:
    books = houses.shop.books
    lia = books.as_role("partner_admin", "lite")
    result = await books.call("addIdentityProvider", lite(houses.shop, [("a", "partner_sales", "lite")]), viewer=lia)
    found = (await books.data(NAMES, viewer=lia))["identityProviders"]["edges"]
    assert [edge["node"]["id"] for edge in found] == [houses.lite.id, result["id"]]
    for mutation, given in (
        ("retireIdentityProvider", {"providerId": houses.cloud.id}),
        ("updateIdentityProvider", {"providerId": houses.cloud.id, **terms(houses.shop, "evil.example", [])}),
    ):
        assert (await books.call(mutation, given, viewer=lia))["code"] == "NOT_FOUND"
    of_root = {**lite(houses.shop, []), "accountId": books.root}
    assert (await books.call("addIdentityProvider", of_root, viewer=lia))["code"] == "NOT_FOUND"


NOT_GIVEN = [
    ("partner_admin", ("a", "owner", "lite"), "INVALID_INPUT", ["rules", "0", "role"]),
    ("partner_admin", ("a", "nothing", "lite"), "INVALID_INPUT", ["rules", "0", "role"]),
    ("partner_admin", ("a", "client_admin", "lite"), "INVALID_INPUT", ["rules", "0", "role"]),
    ("partner_admin", ("a", "admin", "lite"), "PERMISSION_DENIED", []),
    ("partner_admin", ("a", "sales", "root"), "NOT_FOUND", ["rules", "0", "accountId"]),
    ("owner", ("a", "sales", "root"), "INVALID_INPUT", ["rules", "0", "accountId"]),
    ("owner", ("", "partner_sales", "lite"), "INVALID_INPUT", ["rules", "0", "group"]),
]


async def test_no_rule_gives_what_its_writer_may_not_give(shop: Shop) -> None:
    for role, rule, code, path in NOT_GIVEN:
        viewer = shop.books.staff if role == "owner" else shop.books.as_role(role, "lite")
        result = await shop.books.call("addIdentityProvider", lite(shop, [rule]), viewer=viewer)
        assert (result["code"], result["path"]) == (code, path), rule


async def test_nobody_takes_in_hand_a_provider_that_gives_more_than_they_have(houses: Houses) -> None:
    """Whoever says which client and which claim are believed is everybody whom the provider lets in."""
    shop = houses.shop
    rules = [("chief", "partner_admin", "lite"), ("ours", "admin", "lite")]
    given = {"providerId": houses.lite.id, **terms(shop, "lite.example", rules)}
    await shop.books.make("updateIdentityProvider", given)
    lia = shop.books.as_role("partner_admin", "lite")
    for mutation, change in (
        ("updateIdentityProvider", {"providerId": houses.lite.id, **terms(shop, "evil.example", [])}),
        ("retireIdentityProvider", {"providerId": houses.lite.id}),
    ):
        assert (await shop.books.call(mutation, change, viewer=lia))["code"] == "PERMISSION_DENIED"


async def test_everything_that_is_wrong_with_a_provider_is_told_together(shop: Shop) -> None:
    given = lite(shop, [("", "partner_sales", "lite")], name=" ", clientId="", scopes="profile", domains=["@Lite", "x"])
    result = await shop.books.call("addIdentityProvider", {**given, "issuer": "ftp://x"})
    assert {".".join(problem["path"]) for problem in result["problems"]} == {
        *("name", "clientId", "scopes", "domains.0", "domains.1", "rules.0.group", "issuer"),
    }


async def test_an_issuer_is_an_address_and_nothing_more(shop: Shop) -> None:
    names = "https://a@b.example", "https://b.example/?x=y", "https://[", "https://é"
    for issuer in ("", "login.example", "https://", *names):
        result = await shop.books.call("addIdentityProvider", {**lite(shop, []), "issuer": issuer})
        assert (result["code"], result["path"]) == ("INVALID_INPUT", ["issuer"]), issuer


async def test_an_account_has_so_many_providers_that_a_page_can_show_them(shop: Shop) -> None:
    for number in range(20):
        await shop.books.make("addIdentityProvider", {**lite(shop, []), "issuer": f"https://{number}.lite.example"})
    assert (await shop.books.call("addIdentityProvider", lite(shop, [])))["path"] == ["accountId"]
