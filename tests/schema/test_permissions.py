"""Every field and every mutation says which permission it needs, and means it; the tests are made from the schema."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from bss.clock import SetClock
from bss.feed.queries import TOLD
from bss.feed.topic import Topic
from bss.permission import Permission
from bss.transaction.command import COMMANDS
from bss.viewer import REQUIRED, Viewer
from schema.execution import execute
from tests.schema.books import OPENED, Books
from tests.schema.reflection import (
    FIRST_OF_FEBRUARY,
    FIRST_OF_JANUARY,
    GRAPHQL,
    arguments,
    guarded_fields,
    placeholder,
    required,
    roots,
    selection,
)

FOR_EVERYBODY = {
    "node",
    "nodes",
    "organisation",
    "countries",
    "currencies",
    "zones",
    "checkVatNumber",
    "me",
    "myDelegations",
}
NOT_IN_THE_API = {
    "addHost",
    "openOrganisation",
    "removeHost",
    "signIn",
    "signOutAtProvider",
    "storeDocument",
    "takeInvitation",
}
"""What is done by the command line, what a sign-in does, and what has a file for a body."""
SEE_WHAT_THEY_HANG_ON = {
    "Account": Permission.ACCOUNT_VIEW,
    "Brand": Permission.ACCOUNT_VIEW,
    "Placement": Permission.ACCOUNT_VIEW,
    "Subscription": Permission.SUBSCRIPTION_VIEW,
    "Offering": Permission.CATALOGUE_VIEW,
    "Product": Permission.CATALOGUE_VIEW,
    **dict.fromkeys(("Bundle", "BundleComponent"), Permission.CATALOGUE_VIEW),
    "PriceList": Permission.PRICE_VIEW,
    "PriceVersion": Permission.PRICE_VIEW,
    "Price": Permission.PRICE_VIEW,
    "Edge": Permission.EDGE_VIEW,
    "Issuer": Permission.EDGE_VIEW,
    "Invoice": Permission.INVOICE_VIEW,
    "SubscriptionMonthDetail": Permission.USAGE_VIEW,
    **dict.fromkeys(("CostLine", "Discrepancy"), Permission.INVOICE_VIEW),
    "DraftInvoice": Permission.INVOICE_VIEW,
    "DraftLine": Permission.INVOICE_VIEW,
    "BillableLine": Permission.INVOICE_VIEW,
    **dict.fromkeys(
        ("Contact", "Case", "Task", "CalendarEvent", "Email", "Document"),
        Permission.RELATION_VIEW,
    ),
    "ChannelAccount": Permission.ACCOUNT_VIEW,
    "ChannelExport": Permission.ACCOUNT_VIEW,
    "ChannelSubscription": Permission.SUBSCRIPTION_VIEW,
    "ExportedAccount": Permission.ACCOUNT_VIEW,
    **dict.fromkeys(("Membership", "Person", "Role"), Permission.PERSON_VIEW),
    "SearchHit": Permission.ACCOUNT_VIEW,
    "InvoiceIssued": Permission.INVOICE_VIEW,
    "SubscriptionChanged": Permission.SUBSCRIPTION_VIEW,
    "SyncStateChanged": Permission.LINK_VIEW,
    "UsageRolledUp": Permission.USAGE_VIEW,
    "Session": Permission.SESSION_VIEW,
    "PriceImport": Permission.PRICE_MANAGE,
}
KNOWN = {
    "accountId": '"{root}"',
    "priceListId": '"prl_00000000000000000000000000"',
    "subscriptionId": '"{of x}"',
    "subscriptionIds": '["{of x}"]',
    "text": '"x"',
    "from": f'"{FIRST_OF_JANUARY}"',
    "to": f'"{FIRST_OF_FEBRUARY}"',
    "since": '"2026-01-01"',
    "until": '"2026-02-01"',
}


def without(viewer: Viewer, permission: Permission) -> Viewer:
    return replace(viewer, permissions=frozenset(Permission) - {permission})


def test_every_command_is_a_mutation_that_shows_its_permission_and_its_refusals() -> None:
    mutations = roots("Mutation")
    assert set(mutations) == set(COMMANDS) - NOT_IN_THE_API
    for name, field in mutations.items():
        assert required(field) is COMMANDS[name].requires
        members = {member.name for member in field.type.of_type.types}
        assert {refusal.__name__ for refusal in COMMANDS[name].refuses} < members


def test_no_root_field_is_undecided() -> None:
    undecided = {name for name, field in roots("Query").items() if required(field) is None}
    assert undecided == FOR_EVERYBODY


def test_a_stream_needs_what_its_topic_needs() -> None:
    """Whoever may not read a topic may not follow it: `tests/live` has the streams that are refused."""
    shown = {name: required(field) for name, field in roots("SubscriptionRoot").items()}
    assert shown == {
        "invoiceIssued": Permission.INVOICE_VIEW,
        "subscriptionChanged": Permission.SUBSCRIPTION_VIEW,
        "syncStateChanged": Permission.LINK_VIEW,
        "usageRolledUp": Permission.USAGE_VIEW,
    }
    assert sorted(REQUIRED[TOLD[topic]] for topic in Topic) == sorted(word for word in shown.values() if word)


@pytest.mark.parametrize("name", sorted(roots("Mutation")))
async def test_a_mutation_without_its_permission_is_refused_before_anything_is_read(name: str) -> None:
    field = roots("Mutation")[name]
    stranger = without(Viewer.system(UUID(int=1), "a.", "test"), COMMANDS[name].requires)
    given = field.args["input"].type
    document = (
        f"mutation($input: {given}, $key: String!) {{ {name}(input: $input, idempotencyKey: $key)"
        " { __typename ... on Refusal { code message } } }"
    )
    variables = {"input": placeholder(given), "key": "k"}
    body = await execute(document, stranger, SetClock(OPENED), variables)
    assert "errors" not in body
    assert body["data"][name]["__typename"] == "PermissionDenied"
    assert COMMANDS[name].requires.value in body["data"][name]["message"]


async def test_a_root_field_without_its_permission_is_refused_with_a_code(shared_books: Books) -> None:
    known = {name: text.format(**shared_books.ids) for name, text in KNOWN.items()}
    for name, field in roots("Query").items():
        permission = required(field)
        if permission is None:
            continue
        text = arguments(field, known)
        assert text is not None, f"{name}: say how its arguments are made"
        document = f"{{ {name}{text} {selection(field.type, 2, {})} }}"
        body = await shared_books.ask(document, viewer=without(shared_books.staff, permission))
        assert body["data"] in (None, {name: None}), name
        assert [error["extensions"]["code"] for error in body["errors"]] == ["PERMISSION_DENIED"], name


async def test_a_field_of_an_object_that_asks_for_more_is_null_and_spoils_nothing_else(shared_books: Books) -> None:
    """`subscriptions { account }` without `account:view`: the subscription is there, its account is not."""
    for type_name, field, permission in guarded_fields():
        if type_name == "Query" or permission is SEE_WHAT_THEY_HANG_ON[type_name]:
            continue
        field_type = str(GRAPHQL.type_map[type_name].fields[field].type)
        assert not field_type.endswith("!"), f"{type_name}.{field} may be denied, and so may be null"
    body = await shared_books.ask(
        "{ subscriptions(last: 1) { edges { node { name account { name } } } } }",
        viewer=without(shared_books.staff, Permission.ACCOUNT_VIEW),
    )
    assert body["data"]["subscriptions"]["edges"] == [{"node": {"name": "Office seats", "account": None}}]
    assert [error["extensions"]["code"] for error in body["errors"]] == ["PERMISSION_DENIED"]


async def test_whoever_may_make_something_may_see_what_was_made(shared_books: Books) -> None:
    """A command is not said to be refused after it was done, for want of the permission to read its result."""
    maker = without(shared_books.staff, Permission.CATALOGUE_VIEW)
    made = await shared_books.call(
        "createProduct",
        {"ownerId": shared_books.root, "code": "vdc", "name": "vDC"},
        viewer=maker,
        show="... on Product { code }",
    )
    assert (made["__typename"], made["code"]) == ("Product", "vdc")
