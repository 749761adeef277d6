"""Statements of account in GraphQL."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from bss import money
from bss.identifier import Kind
from bss.invoicing import statement as domain
from schema.asking import Info
from schema.declare import needs
from schema.node import id_of, uuid_of
from schema.scalars import Money
from schema.size import sized

Since = Annotated[date, strawberry.argument(description="The first day, by the date of issue.")]
Until = Annotated[date, strawberry.argument(description="The day after the last.")]


def _shown(amount: money.Money) -> Money:
    return Money.of(amount.amount, amount.currency)


@strawberry.type(description="A document, and the balance after it.")
class StatementEntry:
    invoice_id: strawberry.ID
    number: str
    issued_on: date
    due_on: date | None = strawberry.field(description="Null for a credit note: nothing is to be paid.")
    amount: Money
    balance: Money

    @classmethod
    def of(cls, entry: domain.Entry) -> StatementEntry:
        return cls(
            invoice_id=id_of(Kind.INVOICE, entry.invoice_id),
            number=entry.number,
            issued_on=entry.issued_on,
            due_on=entry.due_on,
            amount=_shown(entry.amount),
            balance=_shown(entry.balance),
        )


@strawberry.type(description="What a Bill-To was invoiced in one currency. No payments are booked yet.")
class StatementOfAccount:
    account_name: str
    since: date
    until: date
    opening: Money = strawberry.field(description="Invoiced before the first day.")
    entries: list[StatementEntry] = strawberry.field(directives=sized(50))
    closing: Money
    text: str = strawberry.field(description="As plain text of 100 columns.")

    @classmethod
    def of(cls, statement: domain.Statement) -> StatementOfAccount:
        return cls(
            account_name=statement.account_name,
            since=statement.since,
            until=statement.until,
            opening=_shown(statement.opening),
            entries=[StatementEntry.of(entry) for entry in statement.entries],
            closing=_shown(statement.closing),
            text=domain.as_text(statement),
        )


@strawberry.type
class Query:
    @strawberry.field(
        description="The documents that were issued to an account, one statement for each currency.",
        directives=[*needs(domain.statements), *sized(4)],
    )
    async def statement_of_account(
        self, info: Info, account_id: strawberry.ID, since: Since, until: Until
    ) -> list[StatementOfAccount]:
        account = uuid_of(Kind.ACCOUNT, account_id, "accountId")
        found = await domain.statements(info.context.viewer, account, since, until)
        return [StatementOfAccount.of(statement) for statement in found]
