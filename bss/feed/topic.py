"""What a feed tells of, `noun:verb`: a closed vocabulary.

Owns: the words, what each means, and whose object stands behind an entry. Does not own: the events that jobs follow
(`bss.outbox.event`).
"""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """Something that readers are told of. Alphabetical."""

    INVOICE_ISSUED = "invoice:issued"
    SUBSCRIPTION_CHANGED = "subscription:changed"
    SYNC_CHANGED = "sync:changed"
    USAGE_ROLLED_UP = "usage:rolled-up"


MEANING: dict[Topic, str] = {
    Topic.INVOICE_ISSUED: "An invoice got its number and is frozen; subject: the invoice.",
    Topic.SUBSCRIPTION_CHANGED: "A subscription's timeline or state was changed; subject: the subscription.",
    Topic.SYNC_CHANGED: "What the other organisation has of an object was changed; subject: account or subscription.",
    Topic.USAGE_ROLLED_UP: "Hours of a subscription got other quantities; subject: the subscription.",
}
