"""A right is asked again while it lasts: who loses it is told no more, within twice the pace of asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bss.access.revoke_token import RevokeToken, revoke_token
from bss.hierarchy.rewrite_paths import rewrite_paths
from bss.identifier import Kind, private
from bss.transaction.begin import begin
from server.http.recognise import ACT_AS, COOKIE
from server.http.stored import ONLY_STORED
from server.identity.authorisation import Authorisation
from server.identity.places import Places
from server.live.pace import PACE
from tests.clients.market import PUBLIC, opened_market
from tests.clients.signing import MAKER
from tests.live.conftest import QUICK
from tests.live.serving import Served, Stream, opened, serving
from tests.live.test_requests import NAME
from tests.live.test_sockets import FORBIDDEN, closed
from tests.live.test_streams import CHANGED, change
from tests.schema.books import OPENED, Books
from tests.signing.forgetful import Forgetful, forgetful_server

HOST = "shop.localhost"
"""Where the browser of these tests is; cookies of a name that begins with `__Host-` need more than a loopback."""


@dataclass
class Member:
    """Somebody of X with a token."""

    membership: str
    token_id: str
    secret: str


async def member(books: Books, role: str = "billing_viewer", account: str = "x") -> Member:
    given = {"name": "Xander", "accountId": books.ids[account], "role": role}
    membership = str((await books.make("admitPerson", given, show="... on Membership { id }"))["id"])
    shown = "... on CreatedToken { secret token { id } }"
    made = await books.make("createToken", {"membershipId": membership, "name": "t"}, show=shown)
    return Member(membership, made["token"]["id"], made["secret"])


async def ends(stream: Stream) -> str:
    """The code with which a stream ends, which must be soon."""
    started = monotonic()
    code = str((await stream.next())["errors"][0]["extensions"]["code"])
    assert await stream.event() == ("complete", None)
    assert monotonic() - started < 2 * QUICK.recognise + 1
    return code


async def revoke(served: Served, xander: Member) -> None:
    request = RevokeToken(private(Kind.TOKEN, xander.token_id))
    await revoke_token(served.books.staff, request, now=served.books.clock.now())


async def expel(served: Served, xander: Member) -> None:
    await served.books.make("endMembership", {"membershipId": xander.membership})


Loss = Callable[[Served, Member], Awaitable[None]]
LOSSES: dict[str, Loss] = {"a revoked token": revoke, "an ended membership": expel}


def test_who_lost_the_right_is_gone_within_thirty_seconds() -> None:
    """The time that the page for front ends states; the tests below have a quicker pace."""
    assert 2 * PACE.recognise == 30


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_stream_ends_with_the_right(served: Served, loss: str) -> None:
    xander = await member(served.books)
    async with served.stream(CHANGED, xander.secret) as stream, served.socket(xander.secret) as socket:
        await stream.told()
        await socket.subscribe(CHANGED)
        await socket.told()
        await LOSSES[loss](served, xander)
        assert await ends(stream) == "UNAUTHENTICATED"
        message = await socket.message()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await closed(socket) == FORBIDDEN
        await change(served, "x", 7)
    assert not served.hub.standings


async def test_a_connection_without_streams_ends_with_the_right_too(served: Served) -> None:
    xander = await member(served.books)
    async with served.socket(xander.secret) as socket:
        await revoke(served, xander)
        assert await closed(socket) == FORBIDDEN


async def test_who_may_not_see_the_topic_any_more_is_told_no_more_of_it(served: Served) -> None:
    olga = await member(served.books, "operations", "root")
    async with served.stream("subscription { syncStateChanged { resumeToken } }", olga.secret) as stream:
        await stream.told()
        await served.books.make("assignRole", {"membershipId": olga.membership, "role": "sales"})
        assert await ends(stream) == "PERMISSION_DENIED"


async def test_an_account_that_moves_goes_on_being_told(served: Served) -> None:
    """Its people are recognised by another path from then on, and nothing is lost between."""
    books = served.books
    old, new = books.path("x"), f"{books.path('z')}{books.path('x').split('.')[-2]}."
    async with served.stream(CHANGED, await served.token("x")) as stream:
        await stream.told()
        async with begin(books.staff, alone=True) as tx:
            await rewrite_paths(tx, old, new)
        await change(served, "x", 7)
        told = await stream.told()
        assert told["subscription"]["id"] == books.ids["of x"]


async def test_who_acts_for_another_account_follows_for_it_until_that_ends(served: Served) -> None:
    books = served.books
    given = {"accountId": books.ids["z"], "toAccountId": books.ids["lite"], "role": "partner_admin", "reason": "summer"}
    until = {"endsAt": "2026-02-01T00:00:00Z"}
    delegation = (await books.make("delegateAccount", {**given, **until}, show="... on Delegation { id }"))["id"]
    lisa = await member(books, "partner_admin", "lite")
    async with served.stream(CHANGED, lisa.secret, headers={ACT_AS: delegation}) as acting, served.socket() as socket:
        await acting.told()
        await socket.begin({"Authorization": f"Bearer {lisa.secret}", ACT_AS: delegation})
        await socket.subscribe(CHANGED)
        await socket.told()
        await change(served, "x", 6)
        await change(served, "z", 7)
        assert (await acting.told())["subscription"]["id"] == books.ids["of z"]
        assert (await socket.told())["subscription"]["id"] == books.ids["of z"]
        await books.make("endDelegation", {"delegationId": delegation})
        assert await ends(acting) == "UNAUTHENTICATED"
        assert await closed(socket) == FORBIDDEN


async def test_an_access_token_of_ten_minutes_opens_a_stream_of_ten_minutes(books: Books) -> None:
    market = opened_market(books, books)
    client = await market.client(("account:view", "subscription:view"), account="x", role="billing_viewer")
    secret = await market.token(client)
    authorisation = Authorisation(Places(PUBLIC), MAKER, market.memory)
    async with (
        opened(books, pace=QUICK, authorisation=authorisation) as shop,
        serving(shop) as served,
        served.stream(CHANGED, secret) as stream,
    ):
        await stream.told()
        market.later(minutes=9)
        await asyncio.sleep(2 * QUICK.recognise)
        await change(served, "x", 7)
        await stream.told()
        market.later(minutes=2)
        assert await ends(stream) == "UNAUTHENTICATED"
    await market.http.aclose()


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Forgetful]:
    with forgetful_server() as server:
        yield server


@pytest_asyncio.fixture
async def with_sessions(books: Books, forgetful: Forgetful) -> AsyncIterator[Served]:
    async with opened(books, pace=QUICK, memory=forgetful.url, stored={NAME: CHANGED}) as shop, serving(shop) as found:
        yield found


async def signed_in(served: Served, membership: str) -> dict[str, str]:
    """The headers of a browser that is signed in as the membership."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as client:
        answer = await client.get(f"/door/{membership}", headers={"Host": HOST})
    secret = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    return {"Host": HOST, "Cookie": f"{COOKIE}={secret}", "Sec-Fetch-Site": "same-origin"}


async def test_a_browser_follows_by_its_cookie_until_the_session_ends(with_sessions: Served) -> None:
    books = with_sessions.books
    xander = await member(books)
    headers = await signed_in(with_sessions, xander.membership)
    async with with_sessions.stream(CHANGED, headers=headers) as stream:
        await stream.told()
        await change(with_sessions, "x", 7)
        await stream.told()
        found = await books.data("{ sessions { edges { node { id } } } }")
        await books.make("endSession", {"sessionId": found["sessions"]["edges"][0]["node"]["id"]})
        assert await ends(stream) == "UNAUTHENTICATED"


async def test_a_page_follows_by_stored_documents_only(with_sessions: Served) -> None:
    xander = await member(with_sessions.books)
    headers = await signed_in(with_sessions, xander.membership)
    another = CHANGED + " "
    async with with_sessions.stream(another, headers=headers) as stream:
        await stream.response.aread()
        assert stream.response.json()["errors"][0]["extensions"]["code"] == ONLY_STORED
    more: dict[str, Any] = {"additional_headers": {"Cookie": headers["Cookie"], "Sec-Fetch-Site": "same-origin"}}
    async with with_sessions.socket(at=HOST, **more) as socket:
        await socket.begin()
        await socket.subscribe(another)
        assert (await socket.message())["payload"][0]["extensions"]["code"] == ONLY_STORED
        await socket.subscribe(None, documentId=NAME)
        await socket.told()


async def test_a_session_that_nobody_uses_ends_and_its_streams_with_it(with_sessions: Served) -> None:
    """A page that only listens is nobody who works: it does not keep a session."""
    xander = await member(with_sessions.books)
    headers = await signed_in(with_sessions, xander.membership)
    async with with_sessions.stream(CHANGED, headers=headers) as stream:
        await stream.told()
        for minutes in (20, 40):
            with_sessions.books.clock.move_to(OPENED + timedelta(minutes=minutes))
            await asyncio.sleep(3 * QUICK.recognise)
        assert await ends(stream) == "UNAUTHENTICATED"


async def test_a_socket_is_opened_by_a_cookie_from_our_own_page_only(with_sessions: Served) -> None:
    xander = await member(with_sessions.books)
    cookie = (await signed_in(with_sessions, xander.membership))["Cookie"]
    more: dict[str, Any] = {"additional_headers": {"Cookie": cookie, "Origin": f"http://{HOST}:{with_sessions.port}"}}
    async with with_sessions.socket(at=HOST, **more) as socket:
        assert await socket.begin() == {"type": "connection_ack"}
        await socket.subscribe(CHANGED)
        await socket.told()


async def test_while_nobody_can_say_who_it_is_nobody_is_told_for_long(
    with_sessions: Served, forgetful: Forgetful
) -> None:
    xander = await member(with_sessions.books)
    headers = await signed_in(with_sessions, xander.membership)
    by_token = await with_sessions.token("x")
    async with (
        with_sessions.stream(CHANGED, headers=headers) as stream,
        with_sessions.stream(CHANGED, by_token) as other,
    ):
        await stream.told()
        await other.told()
        forgetful.stop()
        try:
            assert await ends(stream) == "UNAVAILABLE"
            await change(with_sessions, "x", 7)
            await other.told()
        finally:
            forgetful.start()
