"""API4: requests that are cheap to send and dear to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest

from bss.transaction.database import current
from server.http.graphql import LARGEST_BODY
from tests.attacks.conftest import Target

BOMBS = {
    "fragments in a circle": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "a fragment of itself": "{ organisation { ...a } } fragment a on Organisation { name ...a }",
    "directives": "{ organisation { name" + " @include(if: true)" * 500 + " } }",
    "aliases": "{ " + " ".join(f"a{each}: accounts {{ edges {{ node {{ id }} }} }}" for each in range(50)) + " }",
    "depth": "{ accounts { edges { node { " + "parent { " * 20 + "id" + " }" * 20 + " } } } }",
    "introspection in introspection": "{ __schema { types { " + "fields { type { " * 6 + "name" + " } }" * 6 + " } } }",
    "fragments that multiply": "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ a{n}: nodes(ids: []) {{ id }} ...f{n + 1} ...f{n + 1} }}" for n in range(25))
    + " fragment f25 on Query { organisation { name } }",
    "fragments under many conditions": "query("
    + " ".join(f"$v{n}: Boolean = true" for n in range(30))
    + ") { ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} @skip(if: $v{n}) ...f{n + 1} }}" for n in range(30))
    + " fragment f30 on Query { accounts(first: 200) { edges { node { id } } } }",
    "the same again and again": "{ " + "organisation { name } " * 450 + "}",
    "the same again within nameless fragments": "{ " + "... { organisation { name } } " * 300 + "}",
    "a fragment that is not there": "{ ...nothing }",
    "braces": "{ " + "... { " * 600 + "organisation { name }" + " }" * 601,
    "lists in lists": "{ nodes(ids: " + "[" * 900 + "]" * 900 + ") { id } }",
    "pages in pages": "{ "
    + " ".join(
        f"a{n}: channel {{ accounts(first: 200) {{ edges {{ node {{ accounts(first: 200) {{ edges {{ node {{"
        " accounts(first: 200) { edges { node { subscriptions(first: 200) { edges { node { usageMonthToDate { meter }"
        " } } } } } } } } } } } } }"
        for n in range(4)
    )
    + " }",
    "a list within an argument": "{ nodes(ids: [" + '"acc_1",' * 3000 + "]) { id } }",
    "many operations": " ".join(f"query q{each} {{ organisation {{ name }} }}" for each in range(900)),
}

NO_MORE_THAN_IT_SEEMS = (
    "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    + " fragment f60 on Query { organisation { name } }"
)


SEARCHED = (
    *("%" * 1000, "_" * 1000, "(" * 500, "a" * 100_000, "a " * 5000),
    *("\\", "' OR 1=1 --", "&|!:*<->", "\u0000"),
)


async def asked(target: Target, body: Any, role: str = "client_admin") -> Any:
    return await target.client.post("/graphql", json=body, headers=await target.bearer("x", role))


async def test_a_document_that_grows_is_refused_before_it_reads_anything(target: Target) -> None:
    """No statement is run but those that find out who asks, and it does not take long to say no."""
    headers = await target.bearer("root", "owner")

    async def statements_of(document: str) -> tuple[list[str], Any]:
        seen: list[str] = []
        current().observer = seen.append
        answer = await target.client.post("/graphql", json={"query": document}, headers=headers)
        current().observer = None
        return seen, answer.json()

    to_know_who_asks, _ = await statements_of("{")
    assert to_know_who_asks
    for name, document in BOMBS.items():
        began = monotonic()
        seen, answer = await statements_of(document)
        assert monotonic() - began < 5, name
        assert answer.get("data") is None, name
        assert answer["errors"], name
        assert seen == to_know_who_asks, name


async def test_fragments_that_come_to_little_are_written_out_once(target: Target) -> None:
    began = monotonic()
    answer = await asked(target, {"query": NO_MORE_THAN_IT_SEEMS})
    assert answer.json()["data"] == {"organisation": {"name": "Cloud"}}
    assert monotonic() - began < 5


async def test_several_requests_in_one_are_refused(target: Target) -> None:
    one = {"query": "{ organisation { name } }"}
    for body in ([one], [one] * 100):
        answer = await asked(target, body)
        assert answer.status_code == 400


async def test_a_form_with_files_is_refused(target: Target) -> None:
    """The usual way of uploads in GraphQL, and one by which other sites have sent mutations."""
    operations = {"operations": '{"query": "{ organisation { name } }"}', "map": "{}"}
    headers = await target.bearer("x", "client_admin")
    answer = await target.client.post("/graphql", data=operations, files={"0": b"x"}, headers=headers)
    assert answer.status_code == 415


async def test_a_body_without_an_end_is_not_read_to_its_end(target: Target) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"query": "'
        while sent < 100 * LARGEST_BODY:
            sent += 65_536
            yield b" " * 65_536

    headers = {"Content-Type": "application/json", **await target.bearer("x", "client_admin")}
    answer = await _streamed(target, endless(), headers)
    assert answer == 413
    assert sent <= LARGEST_BODY + 2 * 65_536


async def _streamed(target: Target, chunks: AsyncIterator[bytes], headers: dict[str, str]) -> int:
    """The status of a request whose body comes in pieces, asked of the application itself: the test's HTTP client
    would read the whole body before it sends any.
    """
    started: list[int] = []

    async def receive() -> dict[str, Any]:
        chunk = await anext(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "server": ("target", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await target.application(scope, receive, send)  # type: ignore[arg-type]
    (status,) = started
    return status


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 10**9},
        {"first": -1},
        {"first": 2**31},
        {"first": 10**400},
        {"first": 1.5},
        {"first": "1"},
        {"first": [1]},
        {"first": {"first": 1}},
    ],
    ids=range(8),
)
async def test_a_page_of_a_size_that_cannot_be_is_refused(target: Target, variables: dict[str, object]) -> None:
    document = "query($first: Int) { accounts(first: $first) { edges { node { id } } } }"
    answer = await asked(target, {"query": document, "variables": variables})
    assert answer.status_code in (200, 400)
    assert answer.json().get("data") is None
    assert "FAULT" not in answer.text


async def test_values_within_values_are_refused_and_no_fault(target: Target) -> None:
    document = (
        "mutation($input: CreateSubscriptionInput!) {"
        ' createSubscription(input: $input, idempotencyKey: "k") { __typename } }'
    )
    given: dict[str, object] = {}
    for _ in range(400):
        given = {"a": given}
    wanted = {"accountId": target.books.ids["x"], "offeringId": target.books.ids["seats"], "quantity": "1"}
    variables = {"input": {**wanted, "characteristics": given}}
    answer = await asked(target, {"query": document, "variables": variables}, "owner")
    assert "FAULT" not in answer.text
    assert answer.status_code in (200, 400)
    deep = b'{"query": "{ organisation { name } }", "variables": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    headers = {"Content-Type": "application/json", **await target.bearer("x", "client_admin")}
    assert (await target.client.post("/graphql", content=deep, headers=headers)).status_code == 400


async def test_a_search_of_anything_is_answered(target: Target) -> None:
    for text in (
        "%" * 1000,
        "_" * 1000,
        "(" * 500,
        "a" * 100_000,
        "\\",
        "' OR 1=1 --",
        "&|!:*<->",
        "\u0000",
        "a " * 5000,
    ):
        document = "query($text: String!) { search(text: $text) { __typename } }"
        answer = await asked(target, {"query": document, "variables": {"text": text}})
        assert "FAULT" not in answer.text, text[:10]
        assert answer.status_code in (200, 400), text[:10]
