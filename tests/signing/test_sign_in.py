"""Signing in by the identity provider of a house (A12, A27, W10): who comes in, as what, and who does not any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bss.identifier import Kind, private
from bss.transaction.begin import reading
from tests.schema.books import OPENED
from tests.schema.reflection import GRAPHQL
from tests.signing.forgetful import Forgetful
from tests.signing.houses import LENA, Houses, terms
from tests.signing.provider import SECRET, redirected
from tests.signing.shop import Shop

FORM = "application/x-www-form-urlencoded"


async def counted(shop: Shop, what: str) -> int:
    async with reading(shop.books.staff) as tx:
        return int(await tx.connection.fetchval(f"SELECT count(*) FROM {what}"))


async def test_each_house_lets_its_own_people_in_with_what_their_groups_give(houses: Houses) -> None:
    anna, lena = await houses.cloud.signed_in(), await houses.lite.signed_in()
    assert sorted(await anna.seen()) == ["Cloud", "Lite", "X", "Y", "Z"]
    assert sorted(await lena.seen()) == ["Lite", "X", "Y"]


async def test_a_page_shows_the_brand_and_the_ways_in_and_then_who_is_in(houses: Houses) -> None:
    given = {"accountId": houses.shop.books.ids["lite"], "name": "Lite & Co", "colour": "#123456"}
    await houses.shop.books.make("setBrand", given)
    lena = houses.lite.browser()
    page = await lena.open("/sign-in")
    assert "Lite &amp; Co" in page.text
    assert f'href="/sign-in/{houses.lite.id}"' in page.text
    assert "Cloud" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    await houses.lite.signed_in(lena)
    assert "You are signed in as Lena." in (await lena.open("/sign-in")).text
    assert (await houses.shop.browser("nobody.example").open("/sign-in")).status_code == 404


async def test_a_session_and_a_provider_of_one_house_are_nothing_at_the_other(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    elsewhere = houses.cloud.browser()
    elsewhere.secret = str(lena.secret)
    assert await elsewhere.seen() == 401
    assert (await houses.cloud.browser().open(f"/sign-in/{houses.lite.id}")).status_code == 404
    back = await houses.lite.provider.visited(await houses.lite.set_out(lena))
    answer = await elsewhere.open(back.replace(houses.lite.host, houses.cloud.host))
    assert answer.status_code == 404


async def test_who_loses_a_group_loses_the_role_at_the_next_sign_in_and_who_gets_it_back_has_it(houses: Houses) -> None:
    person = houses.lite.provider.present
    lena = await houses.lite.signed_in()
    person["groups"] = ["of x"]
    again = await houses.lite.signed_in()
    assert (await lena.seen(), await again.seen()) == (401, ["X"])
    person["groups"] = ["unheard of"]
    assert (await houses.lite.came_back(houses.lite.browser())).status_code == 403
    assert await again.seen() == 401
    person["groups"] = ["sales"]
    assert sorted(await (await houses.lite.signed_in()).seen()) == ["Lite", "X", "Y"]
    assert await counted(houses.shop, "person WHERE name = 'Lena'") == 1


async def test_what_people_ended_no_sign_in_gives_back_and_what_they_gave_stays(houses: Houses) -> None:
    books = houses.shop.books
    lena = await houses.lite.signed_in()
    found = "{ sessions { edges { node { membershipId person { id } } } } }"
    session = (await books.data(found))["sessions"]["edges"][0]["node"]
    await books.make("endMembership", {"membershipId": session["membershipId"]})
    assert await lena.seen() == 401
    assert (await houses.lite.came_back(houses.lite.browser())).status_code == 403
    of_y = {"personId": session["person"]["id"], "accountId": books.ids["y"], "role": "client_admin"}
    given = await books.make("addMembership", of_y)
    houses.lite.provider.present["groups"] = ["of x"]
    assert await (await houses.lite.signed_in()).seen() == ["X"]
    async with reading(books.staff) as tx:
        running = "SELECT ended_at IS NULL FROM membership WHERE id = $1"
        assert await tx.connection.fetchval(running, private(Kind.MEMBERSHIP, given["id"]))


async def test_the_same_address_at_two_houses_is_two_people_and_a_changed_address_is_the_same(houses: Houses) -> None:
    given = terms(houses.shop, "lite.example", [("sales", "sales", "root")])
    await houses.shop.books.make("updateIdentityProvider", {"providerId": houses.cloud.id, **given})
    houses.cloud.provider.present = dict(LENA)
    await houses.cloud.signed_in()
    await houses.lite.signed_in()
    assert await counted(houses.shop, "person WHERE name = 'Lena'") == 2
    houses.lite.provider.present |= {"email": "lena@elsewhere.example", "email_verified": False}
    assert sorted(await (await houses.lite.signed_in()).seen()) == ["Lite", "X", "Y"]
    assert await counted(houses.shop, "person WHERE name = 'Lena'") == 2


STRANGERS: list[dict[str, Any]] = [
    {"email": "lena@lite.example.evil"},
    {"email": "lena@evil@lite.example"},
    {"email": "lena@sub.lite.example"},
    {"email_verified": False},
    {"email_verified": "true"},
    {"email": None},
    {"groups": []},
    {"groups": None},
    {"groups": {"sales": True}},
]


async def test_a_newcomer_needs_a_verified_address_of_the_domain_and_a_group(houses: Houses) -> None:
    people = await counted(houses.shop, "person")
    for otherwise in STRANGERS:
        said = {name: value for name, value in (LENA | otherwise).items() if value is not None}
        houses.lite.provider.present = said
        browser = houses.lite.browser()
        answer = await houses.lite.came_back(browser)
        assert (answer.status_code, browser.secret) == (403, None), otherwise
        assert "not admitted here" in answer.text
    assert await counted(houses.shop, "person") == people


async def test_claims_that_the_id_token_leaves_out_are_asked_for_and_are_about_the_same_person(houses: Houses) -> None:
    provider = houses.lite.provider
    provider.apart = True
    assert sorted(await (await houses.lite.signed_in()).seen()) == ["Lite", "X", "Y"]
    provider.lies.claims = lambda claims: claims.update(sub="somebody-else")
    assert (await houses.lite.came_back(houses.lite.browser())).status_code == 400


async def test_signing_out_ends_the_session_here_and_says_where_the_provider_ends_its_own(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    answer = await lena.post("/sign-out")
    assert (answer.status_code, lena.secret) == (200, None)
    following = answer.json()["next"]
    assert following.startswith(f"{houses.lite.provider.issuer}/end?id_token_hint=")
    assert "post_logout_redirect_uri=https%3A%2F%2Flite.example%2Fsign-in" in following


async def test_somebody_is_sent_to_where_they_meant_to_go_and_to_no_other_host(houses: Houses) -> None:
    for asked, following in (
        ("/invoices?open=yes", "/invoices?open=yes"),
        ("//evil.example", "/sign-in"),
        ("/\\evil.example", "/sign-in"),
        ("https://evil.example/", "/sign-in"),
        ("/a%0d%0aSet-Cookie:x=y", "/sign-in"),
        ("javascript:alert(1)", "/sign-in"),
    ):
        answer = await houses.lite.came_back(houses.lite.browser(), f"?next={asked}")
        assert redirected(answer) == following


async def test_a_provider_ends_the_sessions_of_who_leaves_it(houses: Houses) -> None:
    """Revoked at the provider, somebody is out: at once where the provider tells, within eight hours where not."""
    here, there = await houses.lite.signed_in(), await houses.lite.signed_in()
    anna = await houses.cloud.signed_in()
    told = {"content": f"logout_token={houses.lite.provider.logout_token()}", "headers": {"Content-Type": FORM}}
    answer = await houses.lite.browser().send("POST", f"/sign-in/{houses.lite.id}/logout", **told)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (await here.seen(), await there.seen()) == (401, 401)
    assert len(list(await anna.seen())) == 5
    for minutes in range(25, 480, 25):
        houses.shop.books.clock.move_to(OPENED + timedelta(minutes=minutes))
        assert await anna.seen() != 401
    houses.shop.books.clock.move_to(OPENED + timedelta(hours=8))
    assert await anna.seen() == 401


async def test_a_provider_ends_one_of_its_sessions_and_not_the_others(houses: Houses) -> None:
    houses.lite.provider.present["sid"] = "at the office"
    office = await houses.lite.signed_in()
    houses.lite.provider.present["sid"] = "at home"
    home = await houses.lite.signed_in()
    token = houses.lite.provider.logout_token(sub=None, sid="at the office")
    told = {"content": f"logout_token={token}", "headers": {"Content-Type": FORM}}
    await houses.lite.browser().send("POST", f"/sign-in/{houses.lite.id}/logout", **told)
    assert await office.seen() == 401
    assert await home.seen() != 401


async def test_a_retired_provider_lets_nobody_in_and_nobody_stay(houses: Houses) -> None:
    lena = await houses.lite.signed_in()
    began = houses.lite.browser()
    back = await houses.lite.provider.visited(await houses.lite.set_out(began))
    await houses.shop.books.make("retireIdentityProvider", {"providerId": houses.lite.id})
    assert await lena.seen() == 401
    assert (await began.open(back)).status_code == 404
    assert (await houses.lite.browser().open(f"/sign-in/{houses.lite.id}")).status_code == 404


async def test_nobody_reads_the_secret_again(houses: Houses) -> None:
    async with reading(houses.shop.books.staff) as tx:
        kept = await tx.connection.fetch("SELECT secret_sealed FROM identity_provider")
    assert len(kept) == 2
    assert all(SECRET not in row["secret_sealed"] for row in kept)
    assert "secret" not in GRAPHQL.type_map["IdentityProvider"].fields  # type: ignore[attr-defined]
    everything = "SELECT string_agg(a::text, ' ') FROM audit a"
    async with reading(houses.shop.books.staff) as tx:
        assert SECRET not in await tx.connection.fetchval(everything)


async def test_an_emptied_store_sends_people_to_sign_in_again(houses: Houses, forgetful: Forgetful) -> None:
    lena, began = await houses.lite.signed_in(), houses.lite.browser()
    back = await houses.lite.provider.visited(await houses.lite.set_out(began))
    forgetful.flush()
    assert await lena.seen() == 401
    redirected(await began.open(back))  # whoever is on the way comes in, once: what proves it is in the browser
    assert (await began.open(back)).status_code == 400
    assert sorted(await (await houses.lite.signed_in(lena)).seen()) == ["Lite", "X", "Y"]
