"""What every mutation is asked in the matrix: an input that is right but for the one id that is put in its place.

`@name` stands for the id of that name at the viewer's own place, `@place:name` for one elsewhere. A field that takes
an id is replaced by the id of the same name at each place in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type, is_list_type, is_non_null_type

from bss.catalogue.price_sheet import COLUMNS
from tests.clients.keys import PUBLIC_KEY
from tests.relations.world import ABOUT, SIGN_IN, TERMS, price
from tests.schema.reflection import placeholder, roots

NAMES = {
    **dict.fromkeys(("accountId", "parentId", "newParentId", "ownerId", "sellerAccountId", "privateTo"), "account"),
    **dict.fromkeys(("billToAccountId", "buyerAccountId"), "newcomer"),
    **dict.fromkeys(("subscriptionId",), "subscription"),
    "withSubscriptionId": "other",
    **{name: name.removesuffix("Id") for name in ("bundleId", "caseId", "contactId", "edgeId", "issuerId", "jobId")},
    **{name: name.removesuffix("Id") for name in ("linkId", "membershipId", "messageId", "offeringId", "productId")},
    **{name: name.removesuffix("Id") for name in ("clientId", "personId", "roleId", "sessionId")},
    **{name: name.removesuffix("Id") for name in ("taskId", "tokenId", "vendorId")},
    "assigneeId": "membership",
    "delegationId": "delegation",
    "providerId": "provider",
    "toAccountId": "customer",
    "calendarEventId": "event",
    "priceListId": "list",
    "relatedId": "contact",
    "supplyLinkId": "link",
    "supplyOfferingId": "offering",
}
"""What an input field names, unless the mutation's own input says otherwise."""
HOUR = {"startsAt": "2026-06-01T01:00:00Z", "endsAt": "2026-06-01T02:00:00Z"}
MAIL = {"direction": "RECEIVED", "sender": "c@x.example", "recipients": ["a@b.example"], "sentAt": HOUR["startsAt"]}
NOTED = {mutation.replace("create", "update"): given for mutation, given in ABOUT.items()}
RULES = [{"group": "sales", "role": "partner_sales", "accountId": "@below:account"}]
ON_SALE = {"offeringId": "@root:seats", "quantity": "5"}
GIVEN: dict[str, dict[str, Any]] = {
    **ABOUT,
    **NOTED,
    "activateSubscription": {"subscriptionId": "@created"},
    "addIdentityProvider": {"issuer": "https://another.example", **SIGN_IN, "rules": RULES},
    "updateIdentityProvider": {**SIGN_IN, "rules": RULES},
    "addMembership": {"accountId": "@customer", "role": "billing_viewer"},
    "addAddOn": {"offeringId": "@root:support"},
    "admitPerson": {"role": "partner_sales"},
    "agreeEdge": {**TERMS, "billToAccountId": None},
    "agreeSupply": {**TERMS, "priceListId": "@buying"},
    "assignRole": {"role": "partner_finance"},
    "changeCharacteristics": {"characteristics": {"note": "a"}},
    "changeOffering": {"offeringId": "@root:better"},
    "changeQuantity": {"quantity": "7"},
    "closeAccount": {"accountId": "@newcomer"},
    "convertTrial": {"subscriptionId": "@trial"},
    "correctUsage": {"meter": "vcpu-hours", "hour": HOUR["startsAt"], "reason": "was wrong"},
    "createAccount": {"kind": "CUSTOMER"},
    "createClient": {"scopes": ["account:view"]},
    "createBundle": {"components": [{"offeringId": "@root:seats", "quantity": "1"}]},
    "createIssuer": {"seriesPrefix": "new-"},
    "createPriceList": {"currency": "EUR"},
    "createRole": {"code": "front_desk", "kind": "STAFF", "permissions": ["invoice:view"]},
    "updateRole": {"permissions": ["usage:view"]},
    "createSubscription": ON_SALE,
    "delegateAccount": {"role": "billing_viewer", "endsAt": "2026-07-01T00:00:00Z"},
    "describeProduct": {"characteristics": []},
    "extendTrial": {"subscriptionId": "@trial", "until": "2026-06-20T00:00:00Z"},
    "importPrices": {
        "validFrom": "2026-06-01T00:00:00Z",
        "csv": f"{','.join(COLUMNS)}\nseats,,unit,recurring,Unit,,per_unit,,,10,,,\n",
    },
    "joinLinkAsDistributor": {"accountId": "@unlinked"},
    "moveAccount": {
        "accountId": "@newcomer",
        "newParentId": "@below:account",
        "terms": {**TERMS, "priceListId": "@below:list", "issuerId": "@below:issuer"},
    },
    "moveCase": {"verb": "START"},
    "publishPrices": {"validFrom": "2026-06-01T00:00:00Z", "prices": [price("@root:seats")]},
    "recordEmail": MAIL,
    "recordReading": {"meter": "vcpu-hours", **HOUR, "note": "read by hand"},
    "recordUsage": {
        "source": "vcenter",
        "readings": [
            {"eventId": "one", "subscriptionId": "@subscription", "meter": "vcpu-hours", **HOUR, "value": "1"},
        ],
    },
    "renewSubscription": {"subscriptionId": "@expiring"},
    "reopenAccount": {"accountId": "@closed"},
    "requestBillRun": {"until": "2026-06-01T00:00:00Z"},
    "resumeSubscription": {"subscriptionId": "@suspended"},
    "sellBundle": {
        "bundleId": "@root:bundle",
        "characteristics": [{"offeringId": "@root:seats", "characteristics": {"note": "a"}}],
    },
    "setBillingSchedule": {"graceDays": 3},
    "setClientKeys": {"keys": [PUBLIC_KEY]},
    "setRenewal": {"renewsAutomatically": False},
    "startSeries": {"seriesPrefix": "anew-"},
    "suspendSubscription": {"reason": "unpaid"},
    "transferSubscription": {"accountId": "@customer"},
    "updateAccount": {"name": "Anew"},
    "updateEdge": {"edgeId": "@selling", "policy": "standard", "billingDay": 2},
    "updateOffering": {"name": "Anew"},
    "updateIssuer": {"name": "Anew"},
    "updateCase": {"subject": "Anew"},
}
Path = tuple[str, ...]


def base(mutation: str) -> dict[str, Any]:
    """The input with names in the place of ids, all at the viewer's own account."""
    asked = roots("Mutation")[mutation].args["input"].type
    given = {**_named(asked, placeholder(asked)), **GIVEN.get(mutation, {})}
    return {name: value for name, value in given.items() if value is not None}


def _named(asked: Any, given: dict[str, Any]) -> dict[str, Any]:
    fields = get_named_type(asked).fields
    return {name: f"@{NAMES[name]}" if _takes_ids(fields[name].type, name) else given[name] for name in given}


def ids_of(mutation: str) -> Iterator[tuple[Path, str]]:
    """The path of each id in the mutation's input, and the name of what it says there."""
    given = base(mutation)
    for path in _paths(roots("Mutation")[mutation].args["input"].type):
        said: Any = given
        for step in path:
            said = said.get(step) if isinstance(said, dict) else said[0] if isinstance(said, list) and said else None
        is_own = isinstance(said, str) and ":" not in said
        yield path, said.removeprefix("@") if is_own else NAMES[next(step for step in reversed(path) if step != "0")]


def _paths(asked: Any) -> Iterator[Path]:
    named = get_named_type(asked)
    assert isinstance(named, GraphQLInputObjectType)
    for name, found in named.fields.items():
        nullable = found.type.of_type if is_non_null_type(found.type) else found.type
        step = (name, "0") if is_list_type(nullable) else (name,)
        if _takes_ids(found.type, name):
            yield step
        elif isinstance(get_named_type(found.type), GraphQLInputObjectType):
            yield from ((*step, *inner) for inner in _paths(found.type))


def _takes_ids(asked: Any, name: str) -> bool:
    return get_named_type(asked).name in ("ID", "UUID") and name != "linkKey"
