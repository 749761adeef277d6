"""What is refused says where and why; what is broken says a reference and nothing else."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from bss.identifier import Kind, public, uuid7
from schema.domains import organisations
from tests.schema.books import Books

NODE = "query($id: ID!) { node(id: $id) { id } }"


def refused(body: dict[str, Any]) -> tuple[str, list[str]]:
    """Code and input of the one error."""
    (error,) = body["errors"]
    return error["extensions"]["code"], error["extensions"]["input"]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ("first: 201", "first"),
        ("first: -1", "first"),
        ("last: 201", "last"),
        ("first: 1, last: 1", "last"),
        ('after: "no cursor"', "after"),
        ('after: "AAAA"', "after"),
        ('before: "ä"', "before"),
    ],
)
async def test_a_page_that_cannot_be_is_refused_with_its_argument(
    shared_books: Books, arguments: str, path: str
) -> None:
    for field in ("accounts", "subscriptions", "invoices", "billableLines", "priceLists"):
        body = await shared_books.ask(f"{{ {field}({arguments}) {{ edges {{ cursor }} }} }}")
        assert refused(body) == ("INVALID_INPUT", [path]), field


async def test_an_id_of_another_kind_is_refused_with_its_path(shared_books: Books) -> None:
    for identifier in ("", "x", "sub_", "sub_!!", f"sub_{'z' * 26}", "xyz_00000000000000000000000000"):
        assert refused(await shared_books.ask(NODE, id=identifier)) == ("INVALID_INPUT", ["id"])
    given = {"accountId": shared_books.ids["seats"], "offeringId": shared_books.ids["seats"], "quantity": "1"}
    refusal = await shared_books.call("createSubscription", given)
    assert (refusal["__typename"], refusal["path"]) == ("InvalidInput", ["accountId"])


async def test_what_lies_outside_the_scope_answers_like_what_does_not_exist(shared_books: Books) -> None:
    x, outside, nowhere = (
        shared_books.as_role("partner_sales", "x"),
        shared_books.ids["of z"],
        public(Kind.SUBSCRIPTION, uuid7()),
    )
    assert (await shared_books.data(NODE, id=outside))["node"] is not None
    assert await shared_books.ask(NODE, viewer=x, id=outside) == await shared_books.ask(NODE, viewer=x, id=nowhere)
    changes = [
        await shared_books.call("changeQuantity", {"subscriptionId": identifier, "quantity": "9"}, viewer=x, key="k")
        for identifier in (outside, nowhere)
    ]
    assert changes[0] == changes[1]
    assert (changes[0]["code"], changes[0]["path"]) == ("NOT_FOUND", ["subscriptionId"])


async def test_absent_is_not_null(shared_books: Books) -> None:
    """`effectiveAt` left out is now; null is no instant."""
    given: dict[str, Any] = {"subscriptionId": shared_books.ids["of x"], "quantity": "6"}
    name = "mutation($input: ChangeQuantityInput!) { changeQuantity(input: $input, idempotencyKey: "
    body = await shared_books.ask(name + '"k") { __typename } }', input={**given, "effectiveAt": None})
    assert "cannot be explicitly set to null" in body["errors"][0]["message"]
    show = "... on Subscription { quantity version }"
    assert (await shared_books.call("changeQuantity", given, show=show))["quantity"] == "6"


async def test_every_problem_of_a_price_stands_at_the_path_of_the_input(shared_books: Books) -> None:
    seat = {"offeringId": shared_books.ids["seats"], "kind": "RECURRING", "description": "Seat"}
    tiers = [{"upTo": "10", "unit": "5"}, {"upTo": "10", "unit": "-1"}, {"unit": "3"}]
    prices = [
        {**seat, "charge": "a", "model": {"graduated": {"tiers": tiers}}},
        {**seat, "charge": "b", "model": {"package": {"size": "0", "block": "1"}}},
        {**seat, "charge": "c", "model": {"perUnit": {"unit": "0.1234567890123"}}},
    ]
    given = {"priceListId": shared_books.ids["direct"], "validFrom": "2026-02-01T00:00:00Z", "prices": prices}
    refusal = await shared_books.call("publishPrices", given)
    assert [".".join(problem["path"]) for problem in refusal["problems"]] == [
        "prices.0.model.graduated.tiers.1.unit",
        "prices.0.model.graduated.tiers.1.upTo",
        "prices.1.model.package.size",
        "prices.2.model.perUnit.unit",
    ]


async def test_a_price_has_exactly_one_model(shared_books: Books) -> None:
    seat = {"offeringId": shared_books.ids["seats"], "kind": "RECURRING", "description": "Seat", "charge": "a"}
    name = "mutation($input: PublishPricesInput!) { publishPrices(input: $input, idempotencyKey: "
    for model in ({}, {"flat": {"fee": "1"}, "perUnit": {"unit": "1"}}):
        given = {"priceListId": "x", "validFrom": "2026-02-01T00:00:00Z", "prices": [{**seat, "model": model}]}
        body = await shared_books.ask(name + '"k") { __typename } }', input=given)
        assert "exactly one" in body["errors"][0]["message"]


async def test_the_problems_of_a_card_and_of_readings_stand_at_the_api_s_names(shared_books: Books) -> None:
    card = {"colour": "blue", "taxNumber": "NL1"}
    given = {"ownerId": shared_books.root, "name": "Cloud", "seriesPrefix": "C-", "card": card, "country": "NL"}
    issuer = await shared_books.call("createIssuer", given)
    assert [problem["path"] for problem in issuer["problems"]] == [["card", "colour"], ["card", "taxNumber"]]
    reading = {"eventId": "1", "meter": "vcpu_hours", "value": "2", "startsAt": "2026-01-01T00:00:00Z"}
    nowhere = {"subscriptionId": public(Kind.SUBSCRIPTION, uuid7()), "endsAt": "2026-01-01T01:00:00Z"}
    usage = await shared_books.call("recordUsage", {"source": "test", "readings": [{**reading, **nowhere}]})
    assert usage["path"] == ["readings", "0", "subscriptionId"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": "a\x00b"}, ["name"]),
        ({"name": "a\ud800b"}, ["name"]),
        ({"characteristics": {"cores": 1.5}}, ["characteristics", "cores"]),
        ({"characteristics": {"disks": [{"size": 2**64}]}}, ["characteristics", "disks", "0", "size"]),
        ({"characteristics": [1]}, ["characteristics"]),
    ],
)
async def test_what_cannot_be_stored_is_refused_and_not_a_fault(
    shared_books: Books, given: dict[str, Any], path: list[str]
) -> None:
    sale = {"accountId": shared_books.ids["x"], "offeringId": shared_books.ids["seats"], "quantity": "1", **given}
    refusal = await shared_books.call("createSubscription", sale)
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", path)


@pytest.mark.parametrize("text", ["1.5e999999999", "NaN", "1,5", "Infinity", "9" * 61])
async def test_a_decimal_is_written_with_digits(shared_books: Books, text: str) -> None:
    document = (
        "mutation($input: ChangeQuantityInput!, $key: String!) { changeQuantity(input: $input, idempotencyKey: $key)"
    )
    given = {"subscriptionId": shared_books.ids["of x"], "quantity": text}
    body = await shared_books.ask(f"{document} {{ __typename }} }}", input=given, key="k")
    assert "is not a decimal" in body["errors"][0]["message"]
    assert "code" not in body["errors"][0].get("extensions", {})


async def test_a_fault_shows_a_reference_that_the_log_has_and_no_secret(
    shared_books: Books, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(viewer: object) -> None:
        raise RuntimeError("secret text")

    monkeypatch.setattr(organisations.queries, "organisation", broken)
    with caplog.at_level(logging.ERROR):
        body = await shared_books.ask("{ organisation { name } }")
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "FAULT"
    reference = re.search(r"reference ([0-9a-f]{16})", error["message"])
    assert reference is not None
    assert reference[1] in caplog.text
    assert "secret text" in caplog.text
    assert "secret text" not in str(body)


async def test_a_transaction_that_cannot_begin_is_masked_too(
    shared_books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("secret address")

    monkeypatch.setattr("schema.execution.reading", broken)
    body = await shared_books.ask("{ organisation { name } }")
    assert body["errors"][0]["extensions"]["code"] == "FAULT"
    assert "secret address" not in str(body)
