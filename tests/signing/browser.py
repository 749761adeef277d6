"""A browser for the tests: it keeps cookies as browsers do, and says of its requests what browsers say."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.applications import Starlette

from server.http.recognise import COOKIE

OURS = {"Sec-Fetch-Site": "same-origin"}
WHO = {"query": "{ accounts { edges { node { name } } } }"}


class Browser:
    """A person's browser on one host."""

    def __init__(self, application: Starlette, host: str) -> None:
        self.host = host
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(application, raise_app_exceptions=False), base_url=f"https://{host}"
        )

    @property
    def secret(self) -> str | None:
        return self._client.cookies.get(COOKIE)

    @secret.setter
    def secret(self, value: str) -> None:
        self._client.cookies.clear()
        self._client.cookies.set(COOKIE, value, domain=self.host)

    async def open(self, path: str) -> httpx.Response:
        """Follow a link."""
        return await self._client.get(path)

    async def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        """Send what a page of the host sends."""
        return await self._client.post(path, json=body or {}, headers=OURS if headers is None else headers)

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send whatever."""
        return await self._client.request(method, path, **more)

    async def seen(self) -> list[str] | int:
        """The names of the accounts that the person sees, or the status of the refusal."""
        answer = await self.post("/graphql", WHO)
        if answer.status_code != 200:
            return answer.status_code
        return [edge["node"]["name"] for edge in answer.json()["data"]["accounts"]["edges"]]
