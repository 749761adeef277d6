"""Modules that are switched off: what belongs to them is refused, by name, and comes back as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bss.module import EDITIONS, MODULE_OF, Edition, Module
from bss.permission import HISTORY
from bss.transaction.command import COMMANDS
from server.http.application import application
from tests.schema.books import Books
from tests.schema.reflection import placeholder, roots
from tests.schema.test_http import token


@pytest_asyncio.fixture
async def owner(shared_books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """Cloud's owner, over HTTP: each request reads which modules are on."""
    shared_books.ids.setdefault("root", shared_books.root)
    headers = {"Authorization": f"Bearer {await token(shared_books, 'root', 'owner')}"}
    transport = httpx.ASGITransport(application(shared_books.clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=headers) as client:
        yield client


async def asked(client: httpx.AsyncClient, query: str, **variables: object) -> dict[str, Any]:
    response = await client.post("/graphql", json={"query": query, "variables": variables})
    found: dict[str, Any] = response.json()
    return found


async def switched(books: Books, **given: object) -> dict[str, Any]:
    return await books.call("setModules", given, show="... on Organisation { edition modules }")


async def test_an_edition_is_a_named_set_of_modules(shared_books: Books) -> None:
    assert (await shared_books.data("{ organisation { edition } }"))["organisation"]["edition"] == "PREMIUM"
    basic = await switched(shared_books, edition="BASIC")
    assert (basic["edition"], basic["modules"]) == ("BASIC", ["BILLING", "USAGE"])
    billing_alone = await switched(shared_books, modules=["BILLING", "BILLING"])
    assert (billing_alone["edition"], billing_alone["modules"]) == (None, ["BILLING"])
    assert (await switched(shared_books, modules=[]))["modules"] == []
    assert (await switched(shared_books, edition="PREMIUM"))["edition"] == "PREMIUM"
    for given in ({}, {"edition": "BASIC", "modules": []}, {"edition": None}):
        body = await shared_books.ask(
            'mutation($input: SetModulesInput!) { setModules(input: $input, idempotencyKey: "k") { __typename } }',
            input=given,
        )
        assert "errors" in body, given


async def test_only_an_owner_of_the_whole_organisation_switches(shared_books: Books) -> None:
    for viewer in (shared_books.as_role("owner", "lite"), shared_books.as_role("finance", "lite")):
        refusal = await shared_books.call("setModules", {"edition": "BASIC"}, viewer=viewer)
        assert refusal["code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize("off", list(Module))
async def test_every_mutation_and_query_of_a_module_that_is_off_is_refused_by_its_name(
    shared_books: Books, owner: httpx.AsyncClient, off: Module
) -> None:
    await switched(shared_books, modules=[each.name for each in Module if each is not off])
    refused = []
    for name, field in roots("Mutation").items():
        if MODULE_OF.get(COMMANDS[name].requires) is not off:
            continue
        document = (
            f'mutation($input: {field.args["input"].type}) {{ {name}(input: $input, idempotencyKey: "k")'
            " { ... on Refusal { code message } } }"
        )
        body = await asked(owner, document, input=placeholder(field.args["input"].type))
        assert body["data"][name] == {"code": "MODULE_OFF", "message": f"The module {off} is switched off."}
        refused.append(name)
    assert refused
    query = {"usage": "usageBatches", "billing": "invoices", "channel": "links", "relations": "cases"}[off.value]
    document = f"{{ {query} {{ edges {{ cursor }} }} }}"
    body = await asked(owner, document)
    if off in (Module.BILLING, Module.USAGE):
        assert "errors" not in body, "what was used and billed can always be read (A23)"
    else:
        assert body["errors"][0]["extensions"]["code"] == "MODULE_OFF"
    assert "errors" not in await asked(owner, "{ accounts { edges { node { name } } } }")
    await switched(shared_books, edition="PREMIUM")
    assert "errors" not in await asked(owner, document)


async def test_a_field_of_a_module_that_is_off_spoils_nothing_else(
    shared_books: Books, owner: httpx.AsyncClient
) -> None:
    await switched(shared_books, edition="BASIC")
    body = await asked(owner, "{ accounts(first: 1) { edges { node { name bonds { peerName } } } } }")
    assert body["data"]["accounts"]["edges"] == [{"node": {"name": "Cloud", "bonds": None}}]
    assert body["errors"][0]["extensions"]["code"] == "MODULE_OFF"
    await switched(shared_books, edition="PREMIUM")


async def test_the_channel_is_exported_without_the_modules_that_nobody_asks_for(
    shared_books: Books, owner: httpx.AsyncClient
) -> None:
    await switched(shared_books, modules=["BILLING"])
    body = await asked(owner, "{ channelExport { subscriptions { name } } }")
    assert "errors" not in body, body["errors"]
    assert len(body["data"]["channelExport"]["subscriptions"]) == 2
    await switched(shared_books, edition="PREMIUM")


def test_every_module_has_permissions_and_what_was_used_and_billed_belongs_to_none() -> None:
    assert set(MODULE_OF.values()) == set(Module) == EDITIONS[Edition.PREMIUM]
    assert not HISTORY & set(MODULE_OF)
