"""People without an identity provider come in by an invitation, and an owner when nobody else can (break-glass)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from tests.schema.books import OPENED
from tests.signing.houses import LITE, Houses
from tests.signing.shop import Shop

MADE = "... on InvitationWithSecret { secret invitation { id host endsAt takenAt } }"


async def invited(shop: Shop, membership: str, **more: Any) -> dict[str, Any]:
    made = await shop.books.make("inviteMember", {"membershipId": membership, **more}, show=MADE)
    return {"secret": made["secret"], **made["invitation"]}


async def test_a_member_comes_in_once_at_the_host_of_the_nearest_account_above(houses: Houses) -> None:
    shop = houses.shop
    invitation = await invited(shop, await shop.member("x", "client_admin"))
    assert (invitation["host"], invitation["endsAt"]) == (LITE, "2026-01-02T00:00:00Z")
    xander = shop.browser(LITE)
    page = await xander.open("/invitation")
    assert "You have been invited." in page.text
    assert invitation["secret"] not in page.text
    assert (await xander.post("/invitation", {"secret": invitation["secret"]})).status_code == 204
    assert await xander.seen() == ["X"]
    again = await shop.browser(LITE).post("/invitation", {"secret": invitation["secret"]})
    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (403, "INVITATION_OVER")
    shown = f'{{ node(id: "{invitation["id"]}") {{ ... on Invitation {{ takenAt }} }} }}'
    assert (await shop.books.data(shown))["node"] == {"takenAt": "2026-01-01T00:00:00Z"}


async def test_of_many_who_bring_it_at_once_one_comes_in(houses: Houses) -> None:
    secret = (await invited(houses.shop, await houses.shop.member("lite", "partner_sales")))["secret"]
    browsers = [houses.lite.browser() for _ in range(5)]
    answers = await asyncio.gather(*(each.post("/invitation", {"secret": secret}) for each in browsers))
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403, 403, 403]


async def test_what_is_over_and_what_never_was_are_one_answer(houses: Houses) -> None:
    """Later, elsewhere, replaced by another, of a membership that ended, unheard of, and garbage."""
    shop = houses.shop
    member = await shop.member("lite", "partner_sales")
    replaced = (await invited(shop, member))["secret"]
    current = (await invited(shop, member, hours=1))["secret"]
    gone = await shop.member("lite", "partner_finance")
    ended = (await invited(shop, gone))["secret"]
    await shop.books.make("endMembership", {"membershipId": gone})
    asked = [(LITE, replaced), (LITE, ended), (houses.cloud.host, current), (LITE, "unheard of"), (LITE, 7)]
    bodies = set()
    for host, secret in asked:
        answer = await shop.browser(host).post("/invitation", {"secret": secret})
        assert answer.status_code == 403
        bodies.add(answer.content)
    shop.books.clock.move_to(OPENED + timedelta(hours=1))
    bodies.add((await shop.browser(LITE).post("/invitation", {"secret": current})).content)
    assert len(bodies) == 1
    assert (await shop.browser("nobody.example").post("/invitation", {"secret": current})).status_code == 404
    form = await houses.lite.browser().send("POST", "/invitation", data={"secret": current})
    assert form.status_code == 415


async def test_nobody_is_invited_who_may_do_more_or_is_known_elsewhere(houses: Houses) -> None:
    shop = houses.shop
    lia = shop.books.as_role("partner_admin", "lite")
    boss = {"membershipId": await shop.member("lite", "admin")}
    assert (await shop.books.call("inviteMember", boss, viewer=lia))["code"] == "PERMISSION_DENIED"
    await houses.lite.signed_in()
    found = "{ sessions { edges { node { membershipId } } } }"
    known = (await shop.books.data(found))["sessions"]["edges"][0]["node"]["membershipId"]
    result = await shop.books.call("inviteMember", {"membershipId": known})
    assert (result["code"], result["message"]) == ("WRONG_STATE", "This person comes in by an identity provider.")
    member = await shop.member("x", "client_admin")
    for hours in (0, -5, 169, 2_000_000_000):
        assert (await shop.books.call("inviteMember", {"membershipId": member, "hours": hours}))["path"] == ["hours"]


async def test_a_repeated_call_has_no_secret(shop: Shop, houses: Houses) -> None:
    member = await shop.member("z", "client_admin")
    given = {"membershipId": member}
    first = await shop.books.call("inviteMember", given, key="one", show=MADE)
    again = await shop.books.call("inviteMember", given, key="one", show=MADE)
    assert first["invitation"] == again["invitation"]
    assert (bool(first["secret"]), again["secret"]) == (True, None)


async def test_a_member_for_whom_there_is_no_host_is_not_invited(shop: Shop) -> None:
    result = await shop.books.call("inviteMember", {"membershipId": await shop.member("x", "client_admin")})
    assert (result["code"], result["path"]) == ("WRONG_STATE", ["membershipId"])


async def test_an_invitation_is_worth_no_more_than_when_it_was_made(houses: Houses) -> None:
    """Another role, and the same one that allows more; a role that allows less is no matter."""
    books = houses.shop.books
    role = {"code": "seller", "name": "Seller", "kind": "PARTNER"}
    seller = await books.make("createRole", {**role, "permissions": ["account:view", "invoice:view"]})
    for change, given, status in (
        ("assignRole", {"role": "admin"}, 403),
        ("updateRole", {"permissions": ["account:view", "invoice:view", "price:view"]}, 403),
        ("assignRole", {"role": "seller"}, 204),
        ("updateRole", {"permissions": ["account:view"]}, 204),
    ):
        member = await houses.shop.member("lite", "seller")
        secret = (await invited(houses.shop, member))["secret"]
        target = {"membershipId": member} if change == "assignRole" else {"roleId": seller["id"], "name": "Seller"}
        await books.make(change, {**target, **given})
        answer = await houses.lite.browser().post("/invitation", {"secret": secret})
        assert answer.status_code == status, (change, given)
