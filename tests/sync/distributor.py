"""A clerk at the distributor, who speaks GraphQL, and sends files, about what is mirrored there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from bss.identifier import Kind, private, public
from bss.invoicing.bill_run import run
from schema.execution import execute
from server.http.application import application
from tests.schema.reflection import placeholder, roots
from tests.sync.channel import Channel

MAIL = {"direction": "RECEIVED", "sender": "carla@x.example", "recipients": ["help@cloud.example"]}
HOUR = {"startsAt": "2026-06-02T09:00:00Z", "endsAt": "2026-06-02T10:00:00Z"}
JULY = "2026-07-01T00:00:00Z"
_ABOUT = {
    "contacts": "createContact",
    "tasks": "createTask",
    "calendarEvents": "createCalendarEvent",
    "emails": "recordEmail",
}


@dataclass
class Clerk:
    """The distributor's owner; `account` and `subscription` are mirrors, X and its five seats."""

    channel: Channel
    account: str
    subscription: str
    calls: int = 0

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The response body to a document."""
        cloud = self.channel.cloud
        with cloud.database.bound():
            return await execute(document, cloud.viewer, self.channel.clock, variables)

    async def call(self, mutation: str, given: dict[str, Any], show: str = "... on Node { id }") -> dict[str, Any]:
        """The result of a mutation that the schema has; or its errors, when it has no such mutation."""
        self.calls += 1
        body = await self.ask(
            f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!, $key: String!) {{ {mutation}(input: $input,"
            f" idempotencyKey: $key) {{ __typename {show} ... on Refusal {{ code message path }} }} }}",
            input=given,
            key=f"key {self.calls}",
        )
        found: dict[str, Any] = {"errors": body["errors"]} if "errors" in body else body["data"][mutation]
        return found

    async def made(self, mutation: str, given: dict[str, Any], show: str = "... on Node { id }") -> str:
        """The id of what a mutation makes, which must not be refused."""
        result = await self.call(mutation, given, show)
        assert "id" in result, result
        return str(result["id"])

    def input_of(self, mutation: str, subscription: str) -> dict[str, Any]:
        """An input about a subscription for any mutation of the schema, as its input type asks for it."""
        asked = roots("Mutation")[mutation].args["input"].type
        known = {
            **dict.fromkeys(("subscriptionId", "parentId", "parentSubscriptionId"), subscription),
            "offeringId": public(Kind.OFFERING, self.channel.cloud.offerings["machine"]),
            "quantity": "7",
        }
        return {**placeholder(asked), **{name: known[name] for name in known if name in asked.of_type.fields}}

    async def noted(self, field: str, account: str) -> str:
        """A new record about an account, by the field of an account that lists it."""
        if field == "documents":
            return await self._document(account)
        about = {
            "contacts": {"name": "Carla"},
            "tasks": {"subject": "Call back", "dueOn": "2026-06-05"},
            "calendarEvents": {"subject": "Visit", **HOUR},
            "emails": {**MAIL, "sentAt": "2026-06-01T00:00:00Z"},
        }
        return await self.made(_ABOUT[field], {"accountId": account, **about[field]})

    async def case(self) -> str:
        return await self.made("openCase", {"accountId": self.account, "subject": "Cannot sign in"})

    async def _document(self, account: str) -> str:
        member = await self.made(
            "admitPerson",
            {"name": "Dora", "accountId": public(Kind.ACCOUNT, self.channel.cloud.root_id), "role": "owner"},
            "... on Membership { id }",
        )
        token = await self.call(
            "createToken", {"membershipId": member, "name": "files"}, "... on CreatedToken { secret }"
        )
        headers = {"Authorization": f"Bearer {token['secret']}", "Idempotency-Key": "one", "Content-Type": "text/plain"}
        transport = httpx.ASGITransport(application(self.channel.clock))
        with self.channel.cloud.database.bound():
            async with httpx.AsyncClient(transport=transport, base_url="http://cloud", headers=headers) as client:
                sent = await client.post(f"/accounts/{account}/documents", params={"name": "a.txt"}, content=b"a")
        return str(sent.json()["id"])

    async def listed(self, identifier: str, kind: str, field: str) -> list[str]:
        """The ids that hang on an account or a case, by field."""
        shown = f"{field} {{ edges {{ node {{ id }} }} }}"
        body = await self.ask(f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {shown} }} }} }}", id=identifier)
        return [edge["node"]["id"] for edge in body["data"]["node"][field]["edges"]]

    async def names_to_the_root(self) -> list[str]:
        """The mirrored account and those above it, by name."""
        above = "parent { name parent { name parent { name parent { name } } } }"
        document = f"query($id: ID!) {{ node(id: $id) {{ ... on Account {{ name {above} }} }} }}"
        body = await self.ask(document, id=self.account)
        found, names = body["data"]["node"], []
        while found is not None:
            names.append(found["name"])
            found = found.get("parent")
        return names

    async def invoiced(self) -> list[tuple[str, str]]:
        """Bill June: who is invoiced, and how much."""
        self.channel.clock.move_to(self.channel.now.replace(month=7, day=2))
        asked = await self.made("requestBillRun", {"until": JULY}, "... on BillRun { id }")
        run_id: UUID = private(Kind.BILL_RUN, asked)
        with self.channel.cloud.database.bound():
            await run(self.channel.cloud.viewer, run_id, now=self.channel.now)
        body = await self.ask("{ invoices { edges { node { billTo { name } total { amount } } } } }")
        return [
            (edge["node"]["billTo"]["name"], edge["node"]["total"]["amount"])
            for edge in body["data"]["invoices"]["edges"]
        ]
