"""Sessions: found by a secret, held by the database, ended by time, by people and by their membership (W10)."""

from __future__ import annotations

from datetime import timedelta

from bss.brands.add_host import AddHost, add_host
from bss.brands.remove_host import RemoveHost, remove_host
from bss.identifier import Kind, private
from bss.transaction.begin import reading
from tests.schema.books import OPENED
from tests.signing.browser import WHO
from tests.signing.forgetful import Forgetful
from tests.signing.houses import Houses
from tests.signing.shop import HOST, Shop

MINUTE = timedelta(minutes=1)


async def test_who_is_signed_in_sees_what_the_membership_sees(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    assert await xander.seen() == ["X"]
    assert await shop.browser().seen() == 401


async def test_the_cookie_is_for_this_host_over_tls_and_for_no_script(shop: Shop) -> None:
    browser = shop.browser()
    answer = await browser.open(f"/door/{await shop.member('x', 'billing_viewer')}")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {each.strip().lower() for each in cookie.split(";")[1:]} == {
        "httponly",
        "max-age=28800",
        "path=/",
        "samesite=lax",
        "secure",
    }


async def test_a_session_ends_when_nobody_used_it_for_half_an_hour(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    for minutes in (29, 58, 87):
        shop.books.clock.move_to(OPENED + minutes * MINUTE)
        assert await xander.seen() == ["X"]
    shop.books.clock.move_to(OPENED + 117 * MINUTE)
    assert await xander.seen() == 401


async def test_a_session_ends_after_eight_hours_however_often_it_is_used(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    for minutes in range(20, 480, 20):
        shop.books.clock.move_to(OPENED + minutes * MINUTE)
        assert await xander.seen() == ["X"]
    shop.books.clock.move_to(OPENED + 479 * MINUTE)
    assert await xander.seen() == ["X"]
    shop.books.clock.move_to(OPENED + 480 * MINUTE)
    assert await xander.seen() == 401


async def test_a_secret_of_before_a_sign_in_is_worth_nothing_after_it(shop: Shop) -> None:
    membership = await shop.member("x", "billing_viewer")
    xander = await shop.signed_in(membership)
    earlier = xander.secret
    await shop.signed_in(membership, xander)
    assert xander.secret != earlier
    assert await xander.seen() == ["X"]
    thief = shop.browser()
    thief.secret = str(earlier)
    assert await thief.seen() == 401


async def test_a_secret_that_somebody_else_planted_is_not_taken(shop: Shop) -> None:
    victim = shop.browser()
    victim.secret = "planted"
    await shop.signed_in(await shop.member("x", "billing_viewer"), victim)
    assert victim.secret != "planted"
    thief = shop.browser()
    thief.secret = "planted"
    assert await thief.seen() == 401


async def test_a_session_of_one_host_is_nothing_on_another(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    elsewhere = shop.browser("other.example")
    elsewhere.secret = str(xander.secret)
    assert await elsewhere.seen() == 401


async def test_a_session_ends_with_its_membership_and_follows_its_role(shop: Shop) -> None:
    membership = await shop.member("lite", "partner_finance")
    lena = await shop.signed_in(membership)
    sessions = {"query": "{ sessions { edges { node { host } } } }"}
    assert (await lena.post("/graphql", sessions)).json()["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    await shop.books.make("assignRole", {"membershipId": membership, "role": "partner_admin"})
    assert len((await lena.post("/graphql", sessions)).json()["data"]["sessions"]["edges"]) == 1
    await shop.books.make("endMembership", {"membershipId": membership})
    assert await lena.seen() == 401


async def test_whoever_admits_people_sees_their_sessions_and_ends_them_and_no_others(shop: Shop) -> None:
    of_x, of_z = await shop.member("x", "billing_viewer"), await shop.member("z", "billing_viewer")
    xander, again, zoe = [await shop.signed_in(each) for each in (of_x, of_x, of_z)]
    admin = shop.books.as_role("client_admin", "x")
    document = "{ sessions { edges { node { id host endedAt membershipId person { id name } } } } }"
    found = [edge["node"] for edge in (await shop.books.data(document, viewer=admin))["sessions"]["edges"]]
    assert [each["membershipId"] for each in found] == [of_x, of_x]
    assert {each["host"] for each in found} == {"shop.example"}
    await shop.books.call("endSession", {"sessionId": found[0]["id"]}, viewer=admin)
    assert (await xander.seen(), await again.seen()) == (401, ["X"])
    await shop.books.call("endSessions", {"personId": found[0]["person"]["id"]}, viewer=admin)
    assert (await again.seen(), await zoe.seen()) == (401, ["Z"])
    ended = (await shop.books.data(document, viewer=admin))["sessions"]["edges"]
    assert [edge["node"]["endedAt"] for edge in ended] == ["2026-01-01T00:00:00Z"] * 2


async def test_signing_out_ends_the_session_and_no_other(shop: Shop) -> None:
    membership = await shop.member("x", "billing_viewer")
    here, there = await shop.signed_in(membership), await shop.signed_in(membership)
    secret = str(here.secret)
    answer = await here.post("/sign-out")
    assert (answer.status_code, here.secret) == (204, None)
    here.secret = secret
    assert (await here.seen(), await there.seen()) == (401, ["X"])
    assert (await shop.browser().post("/sign-out")).status_code == 204


async def test_after_a_flush_people_sign_in_again_and_nobody_gets_in(shop: Shop, forgetful: Forgetful) -> None:
    membership = await shop.member("x", "billing_viewer")
    xander = await shop.signed_in(membership)
    forgetful.flush()
    assert await xander.seen() == 401
    await shop.signed_in(membership, xander)
    assert await xander.seen() == ["X"]


async def test_a_store_that_remembers_too_much_revives_nobody(shop: Shop, forgetful: Forgetful) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    secret, remembered = str(xander.secret), forgetful.everything()
    await xander.post("/sign-out")
    forgetful.put_back(remembered)
    xander.secret = secret
    assert await xander.seen() == 401


async def test_what_is_stored_does_not_let_anybody_in(shop: Shop, forgetful: Forgetful) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    stored = b"".join([*forgetful.everything().keys(), *forgetful.everything().values()])
    assert stored
    assert str(xander.secret).encode() not in stored


async def test_without_the_store_nobody_gets_in_by_a_cookie_and_tokens_go_on(shop: Shop, forgetful: Forgetful) -> None:
    membership = await shop.member("x", "billing_viewer")
    shown = "... on CreatedToken { secret }"
    token = (await shop.books.make("createToken", {"membershipId": membership, "name": "t"}, show=shown))["secret"]
    xander = await shop.signed_in(membership)
    forgetful.stop()
    try:
        refused = await xander.post("/graphql", WHO)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
        assert (await xander.post("/sign-out")).status_code == 503
        bearer = await xander.post("/graphql", WHO, {"Authorization": f"Bearer {token}"})
        assert bearer.status_code == 200
        assert await shop.browser().seen() == 401
    finally:
        forgetful.start()
    assert await xander.seen() == 401  # it came back with nothing


async def test_a_restart_of_the_store_costs_no_request(shop: Shop, forgetful: Forgetful) -> None:
    """A connection from before is found out by using it; who asks with it is not told to try again."""
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    remembered = forgetful.everything()
    forgetful.stop()
    forgetful.start()
    forgetful.put_back(remembered)
    assert await xander.seen() == ["X"]


async def test_who_sends_a_token_is_known_by_that_or_not_at_all(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    for header in ("Bearer bss_guessed", "Bearer ", "Basic eDp5", ""):
        assert (await xander.post("/graphql", WHO, {"Authorization": header})).status_code == 401, header


async def test_every_way_in_and_the_way_out_are_in_the_audit(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    await lena.post("/sign-out")
    given = {"membershipId": await houses.shop.member("x", "billing_viewer")}
    shown = "... on InvitationWithSecret { secret }"
    secret = (await houses.shop.books.make("inviteMember", given, show=shown))["secret"]
    await houses.lite.browser().post("/invitation", {"secret": secret})
    async with reading(houses.shop.books.staff) as tx:
        rows = await tx.connection.fetch(
            "SELECT operation, actor_name FROM audit WHERE operation IN ('signIn', 'endSession', 'takeInvitation')"
            " AND object_id IN (SELECT id FROM session) ORDER BY id"
        )
    assert [tuple(row) for row in rows] == [
        ("signIn", "system:sign in"),
        ("endSession", "Lena"),
        ("takeInvitation", "system:invitation"),
    ]


async def test_a_host_that_is_removed_ends_the_sessions_that_were_started_there(shop: Shop) -> None:
    await add_host(shop.books.staff, AddHost(private(Kind.ACCOUNT, shop.books.root), HOST), now=OPENED)
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    await remove_host(shop.books.staff, RemoveHost(HOST), now=OPENED)
    assert await xander.seen() == 401
