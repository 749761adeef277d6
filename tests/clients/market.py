"""Two organisations, clients of theirs, and the HTTP application that gives them tokens.

Cloud has the small channel of the API's tests; Other is another organisation of the same installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import Key

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.identifier import Kind, public, uuid7
from server.http.application import application
from server.identity.assertion import TYPE
from server.identity.authorisation import Authorisation
from server.identity.places import Places
from tests.clients.memory import LocalMemory
from tests.clients.signing import MAKER
from tests.schema.books import OPENED, Books

PUBLIC = "https://bss.example"
TOKEN, ISSUER = f"{PUBLIC}/oauth/token", f"{PUBLIC}/o/cloud"
GRANT = {"grant_type": "client_credentials"}
MADE = "... on ClientWithSecret { secret client { id } }"


@dataclass(frozen=True)
class Known:
    """A client, with what it proves itself by."""

    id: str
    secret: str
    membership: str

    @property
    def basic(self) -> tuple[str, str]:
        return self.id, self.secret


@dataclass
class Market:
    """Both organisations' books and a browser that nobody is signed in to."""

    cloud: Books
    other: Books
    http: httpx.AsyncClient
    memory: LocalMemory = field(default_factory=LocalMemory)

    async def client(
        self,
        scopes: tuple[str, ...] = ("account:view", "usage:view"),
        *,
        account: str = "root",
        role: str = "operations",
        books: Books | None = None,
        keys: tuple[Key, ...] = (),
    ) -> Known:
        """A new client of a new member."""
        of = books or self.cloud
        person = {"name": "ERP", "accountId": of.ids.get(account, of.root), "role": role}
        member = (await of.make("admitPerson", person, show="... on Membership { id }"))["id"]
        given: dict[str, Any] = {"membershipId": member, "name": "ERP", "scopes": list(scopes)}
        if keys:
            given["keys"] = [key.as_dict(private=False) for key in keys]
        made = await of.make("createClient", given, show=MADE)
        return Known(made["client"]["id"], made["secret"] or "", member)

    async def asked(self, client: Known, path: str = "/oauth/token", **form: str) -> httpx.Response:
        """A call of an endpoint with the client's secret in the header."""
        return await self.http.post(path, data=form or GRANT, auth=client.basic)

    async def token(self, client: Known, **form: str) -> str:
        answer = await self.asked(client, **GRANT, **form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def by_key(self, client: Known, assertion: str, **form: str) -> httpx.Response:
        """A token request with an assertion."""
        proof = {"client_assertion_type": TYPE, "client_assertion": assertion}
        return await self.http.post("/oauth/token", data={**GRANT, **proof, **form})

    def assertion(self, client: Known, key: Key, header: Mapping[str, Any] = {}, **claims: Any) -> str:
        """An assertion that holds, but for the claims that are given otherwise; None leaves one out."""
        now = int(self.cloud.clock.now().timestamp())
        said = {"iss": client.id, "sub": client.id, "aud": TOKEN, "exp": now + 60, "iat": now, "jti": str(uuid7())}
        kept = {name: value for name, value in {**said, **claims}.items() if value is not None}
        given = {"alg": "ES256", "kid": key.kid, **header}
        return jwt.encode(given, kept, key, algorithms=[given["alg"]])

    async def graphql(self, token: str, query: str) -> httpx.Response:
        return await self.http.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})

    async def may_ask(self, token: str) -> bool:
        """Whether the API takes the token."""
        status = (await self.graphql(token, "{ organisation { name } }")).status_code
        assert status in (200, 401)
        return status == 200

    def later(self, **time: float) -> None:
        self.cloud.clock.move_to(self.cloud.clock.now() + timedelta(**time))


def opened_market(cloud: Books, other: Books) -> Market:
    """The application over both books, which share a clock."""
    memory = LocalMemory()
    authorisation = Authorisation(Places(PUBLIC), MAKER, memory)
    transport = httpx.ASGITransport(application(cloud.clock, authorisation=authorisation))
    return Market(cloud, other, httpx.AsyncClient(transport=transport, base_url=PUBLIC), memory)


async def another_organisation(cloud: Books) -> Books:
    """An organisation with nothing but its root account."""
    _, root_id, viewer = founder("other")
    opening = OpenOrganisation("Other", "other", "Europe/Amsterdam", "EUR", "Bea", root_id)
    await open_organisation(viewer, opening, now=OPENED)
    return Books(viewer, public(Kind.ACCOUNT, root_id), cloud.clock)
