"""The closed vocabulary of domain events, `noun:verb`.

Owns: the words and what each means. Does not own: what happens then, which is one table in `workers`.
"""

from __future__ import annotations

from enum import StrEnum


class EventName(StrEnum):
    """Something that happened, recorded in the transaction in which it happened. Alphabetical."""

    ACCOUNT_CHANGED = "account:changed"
    BILL_RUN_REQUESTED = "bill-run:requested"
    INVOICE_ISSUED = "invoice:issued"
    PRICES_CHOSEN = "prices:chosen"
    PRICES_PUBLISHED = "prices:published"
    SUBSCRIPTION_CHANGED = "subscription:changed"
    USAGE_RECORDED = "usage:recorded"


MEANING: dict[EventName, str] = {
    EventName.ACCOUNT_CHANGED: "An account was created or one of its fields was changed; subject: the account.",
    EventName.BILL_RUN_REQUESTED: "A bill run was asked for; subject: the bill run.",
    EventName.INVOICE_ISSUED: "An invoice got its number and is frozen; subject: the invoice.",
    EventName.PRICES_CHOSEN: "An edge began to charge by a price list; subject: the price list.",
    EventName.PRICES_PUBLISHED: "A version of a price list was published; subject: the price list.",
    EventName.SUBSCRIPTION_CHANGED: "A subscription's timeline or state was changed; subject: the subscription.",
    EventName.USAGE_RECORDED: "Usage was appended and rolled up; subject: the usage batch.",
}
