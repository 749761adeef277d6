"""Somebody signs in by a certified provider (npm oidc-provider), out, and is signed out by it.

Told as cases, a function each, in their order. The browser is two clients: one at the server, which keeps cookies that
are for TLS as a browser does on a name below .localhost, and one at the provider.
"""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from tests.peers.cases import Case
from tests.peers.serving import HOST, Served, free_port

CLIENT, SECRET = "bss", "a secret for the peers of at least 32 letters"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Browser:
    """At the server under its host, with the cookies that it set."""

    server: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": f"{HOST}:{urlsplit(self.server).port}", "Cookie": pairs, "Sec-Fetch-Site": "same-origin"}
        with httpx.Client() as client:
            answer = client.request(method, f"{self.server}{path}", headers=headers, **more)
        for each in answer.headers.get_list("set-cookie"):
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    def sees(self) -> int:
        """The status of a question that only somebody who is signed in may ask."""
        return self.send("GET", "/usage.csv?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z").status_code


@dataclass
class Scene:
    """The provider's id at the server, and the server."""

    server: str
    id: str

    def signed_in(self) -> tuple[Browser, httpx.Client]:
        """Two clients that have gone the whole way."""
        browser, visitor = Browser(self.server), httpx.Client()
        address = browser.send("GET", f"/sign-in/{self.id}").headers["location"]
        back = _agreed(visitor, address)
        parts = urlsplit(back)
        answer = browser.send("GET", f"{parts.path}?{parts.query}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), answer.text
        return browser, visitor


def _agreed(visitor: httpx.Client, address: str) -> str:
    """Where the provider sends somebody back who says yes to everything."""
    answer = visitor.get(address)
    for _ in range(12):
        if answer.is_redirect:
            following = urljoin(str(answer.url), answer.headers["location"])
            if HOST in following:
                return following
            answer = visitor.get(following)
            continue
        action, inside = _FORM.search(answer.text).groups()  # type: ignore[union-attr]
        fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(inside)}
        answer = visitor.post(urljoin(str(answer.url), action), data={**fields, "login": "lena", "password": "any"})
    raise AssertionError("the provider does not send anybody back")


def goes_the_whole_way(scene: Scene) -> None:
    browser, _ = scene.signed_in()
    assert browser.sees() == 200
    assert "You are signed in as Lena." in browser.send("GET", "/sign-in").text


def is_taken_once(scene: Scene) -> None:
    browser, visitor = Browser(scene.server), httpx.Client()
    parts = urlsplit(_agreed(visitor, browser.send("GET", f"/sign-in/{scene.id}").headers["location"]))
    answers = [browser.send("GET", f"{parts.path}?{parts.query}").status_code for _ in range(2)]
    assert answers == [303, 400], answers


def is_of_one_browser(scene: Scene) -> None:
    browser, other = Browser(scene.server), Browser(scene.server)
    other.send("GET", f"/sign-in/{scene.id}")
    parts = urlsplit(_agreed(httpx.Client(), browser.send("GET", f"/sign-in/{scene.id}").headers["location"]))
    assert other.send("GET", f"{parts.path}?{parts.query}").status_code == 400
    assert other.sees() == 401


def signs_out_at_the_provider_too(scene: Scene) -> None:
    browser, visitor = scene.signed_in()
    answer = browser.send("POST", "/sign-out", json={})
    assert browser.sees() == 401
    page = visitor.get(answer.json()["next"])
    action, inside = _FORM.search(page.text).groups()  # type: ignore[union-attr]
    fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(inside)}
    ended = visitor.post(action, data={**fields, "logout": "yes"})
    assert urlsplit(ended.headers["location"]).path == "/sign-in", ended.headers["location"]


def is_signed_out_by_the_provider(scene: Scene) -> None:
    """Whoever ends the session at the provider, in whatever window, is out here as well."""
    browser, visitor = scene.signed_in()
    elsewhere, _ = scene.signed_in()
    page = visitor.get(f"{_issuer(scene)}/session/end")
    action, inside = _FORM.search(page.text).groups()  # type: ignore[union-attr]
    fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(inside)}
    visitor.post(urljoin(str(page.url), action), data={**fields, "logout": "yes"})
    assert (browser.sees(), elsewhere.sees()) == (401, 200)


def _issuer(scene: Scene) -> str:
    address = Browser(scene.server).send("GET", f"/sign-in/{scene.id}").headers["location"]
    return str(address).partition("/auth?")[0]


STORIES: tuple[Callable[[Scene], None], ...] = (
    goes_the_whole_way,
    is_taken_once,
    is_of_one_browser,
    signs_out_at_the_provider_too,
    is_signed_out_by_the_provider,
)


def cases(folder: Path, server: Served) -> list[Case]:
    """One case for each story; a story that fails does not keep the others from being told."""
    found = []
    with _scene(folder, server) as scene:
        for story in STORIES:
            try:
                story(scene)
                found.append(Case(story.__name__, True))
            except (AssertionError, AttributeError, KeyError, httpx.HTTPError) as wrong:
                found.append(Case(story.__name__, False, f"{type(wrong).__name__}: {wrong}"))
    return found


@contextmanager
def _scene(folder: Path, server: Served) -> Iterator[Scene]:
    """The provider, which the server has been told of."""
    origin, port = server.url.removesuffix("/graphql"), free_port()
    identifier = _added(server, f"http://127.0.0.1:{port}")
    shown = f"http://{HOST}:{urlsplit(origin).port}"
    command = ["node", "oidc/provider.mjs", str(port), CLIENT, shown, identifier]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        yield Scene(origin, identifier)
    finally:
        process.terminate()
        process.wait(30)


def _added(server: Served, issuer: str) -> str:
    """The id of the provider, added over the API."""
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(headers=headers) as client:
        root = client.post(server.url, json={"query": "{ accounts(first: 1) { nodes: edges { node { id } } } }"}).json()
        account = root["data"]["accounts"]["nodes"][0]["node"]["id"]
        given = {
            "accountId": account,
            "issuer": issuer,
            "name": "Staff",
            "clientId": CLIENT,
            "secret": SECRET,
            "scopes": "openid email profile groups",
            "domains": ["shop.example"],
            "rules": [{"group": "sales", "role": "sales", "accountId": account}],
        }
        document = (
            'mutation($input: AddIdentityProviderInput!) { addIdentityProvider(input: $input, idempotencyKey: "peer")'
            " { ... on IdentityProvider { id } ... on Refusal { code message } } }"
        )
        answer = client.post(server.url, json={"query": document, "variables": {"input": given}}).json()
    identifier: str = answer["data"]["addIdentityProvider"]["id"]
    return identifier
