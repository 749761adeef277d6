"""A program with a generated client, in Python: what its models take for granted, a real server must say."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bss_client import (
    Client,
    CreateSubscriptionInput,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    SubscriptionState,
)
from bss_client.create_a_subscription import (
    CreateASubscriptionCreateSubscriptionIdempotencyKeyReused,
    CreateASubscriptionCreateSubscriptionInvalidInput,
    CreateASubscriptionCreateSubscriptionSubscription,
)
from bss_client.usage_by_hour import UsageByHourNodeSubscription

URL, TOKEN = sys.argv[1:]
OPENED = datetime(2026, 1, 1, tzinfo=UTC)


def client(token: str = TOKEN) -> Client:
    return Client(url=URL, headers={"Authorization": f"Bearer {token}"})


async def failure(asking: Awaitable[object]) -> Exception:
    try:
        await asking
    except Exception as failed:
        return failed
    raise AssertionError("there was an answer")


async def wanted(api: Client, quantity: str) -> CreateSubscriptionInput:
    """What Y is to have."""
    found = await api.accounts_and_subscriptions()
    (account,) = [edge.node.id for edge in found.accounts.edges if edge.node.name == "Y"]
    offering = found.subscriptions.edges[0].node.offering
    assert offering is not None
    return CreateSubscriptionInput(account_id=account, offering_id=offering.id, quantity=Decimal(quantity))


async def without_a_token_there_is_no_answer(_: Client) -> None:
    refused = await failure(client("bss_guessed").accounts_and_subscriptions())
    assert isinstance(refused, GraphQLClientHttpError)
    assert refused.status_code == 401


async def with_a_token_there_is_the_tree(api: Client) -> None:
    found = await api.accounts_and_subscriptions()
    assert (found.organisation.name, found.organisation.currency) == ("Cloud", "EUR")
    above = {edge.node.name: edge.node.parent and edge.node.parent.name for edge in found.accounts.edges}
    assert above == {"Cloud": None, "Lite": "Cloud", "X": "Lite", "Y": "Lite", "Z": "Cloud"}


async def a_sale_that_is_sent_twice_is_one(api: Client) -> None:
    first, again = [await api.create_a_subscription(await wanted(api, "5"), "python 1") for _ in range(2)]
    sold = first.create_subscription
    assert isinstance(sold, CreateASubscriptionCreateSubscriptionSubscription)
    assert (sold.state, sold.quantity) == (SubscriptionState.ACTIVE, Decimal(5))
    assert sold.timeline is not None
    assert (sold.timeline[0].quantity, sold.timeline[0].effective_from) == (Decimal(5), sold.starts_at)
    assert again == first


async def a_no_is_an_answer_with_the_input_that_it_is_about(api: Client) -> None:
    refused = (await api.create_a_subscription(await wanted(api, "0"), "python 2")).create_subscription
    assert isinstance(refused, CreateASubscriptionCreateSubscriptionInvalidInput)
    assert refused.problems[0].path == ["quantity"]
    reused = (await api.create_a_subscription(await wanted(api, "6"), "python 1")).create_subscription
    assert isinstance(reused, CreateASubscriptionCreateSubscriptionIdempotencyKeyReused)


async def pages_are_the_whole_list(api: Client) -> None:
    names: list[str] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after is not None:
        accounts = (await api.accounts_by_page(2, after)).accounts
        names += [edge.node.name for edge in accounts.edges]
        after = accounts.page_info.end_cursor if accounts.page_info.has_next_page else None
        pages += 1
    assert (pages, names) == (3, ["Cloud", "Lite", "X", "Y", "Z"])


async def a_query_that_cannot_be_answered_says_why(api: Client) -> None:
    refused = await failure(api.accounts_by_page(201))
    assert isinstance(refused, GraphQLClientGraphQLMultiError)
    assert [each.extensions for each in refused.errors] == [{"code": "INVALID_INPUT", "input": ["first"]}]


async def every_other_document_of_the_page_for_front_ends_is_answered(api: Client) -> None:
    subscription = (await api.accounts_and_subscriptions()).subscriptions.edges[0].node.id
    usage = await api.usage_by_hour(subscription=subscription, from_=OPENED, to=OPENED + timedelta(days=7))
    assert isinstance(usage.node, UsageByHourNodeSubscription)
    assert (usage.node.usage, usage.usage_hours) == ([], [])
    assert (await api.invoices_explained()).invoices.edges == []
    found = await api.mirrors_and_locks()
    assert found.links.edges == []
    assert all(not edge.node.mirrored and edge.node.managed_by is None for edge in found.subscriptions.edges)


STORY: tuple[Callable[[Client], Awaitable[None]], ...] = (
    without_a_token_there_is_no_answer,
    with_a_token_there_is_the_tree,
    a_sale_that_is_sent_twice_is_one,
    a_no_is_an_answer_with_the_input_that_it_is_about,
    pages_are_the_whole_list,
    a_query_that_cannot_be_answered_says_why,
    every_other_document_of_the_page_for_front_ends_is_answered,
)


async def main() -> None:
    async with client() as api:
        for told in STORY:
            reason = ""
            try:
                await told(api)
            except Exception:
                reason = traceback.format_exc()
            name = getattr(told, "__name__", "").replace("_", " ")
            print(json.dumps({"name": name, "passed": not reason, "reason": reason}))


asyncio.run(main())
