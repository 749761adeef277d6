"""`bss audit`: who did what, and whether the record of it is whole."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from bss.audit import queries
from bss.audit.entry import AuditEntry
from bss.audit.queries import Wanted
from bss.audit.verify import verify
from bss.identifier import Kind, public
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from schema.domains.audit import object_name
from server.command_line.answer import Listing, Record, answers, listing
from server.command_line.arguments import INSTANT, PublicId, of_organisation, page_of
from server.command_line.opening import asked, clock


@click.group()
def audit() -> None:
    """The audit: who did what."""


@audit.command("list")
@answers
@of_organisation
@click.option("--actor", type=PublicId(Kind.PERSON), help="Only what this one did.")
@click.option("--operation", help="Only this operation, such as createAccount.")
@click.option("--since", type=INSTANT, help="Recorded at this instant (UTC) or later.")
@click.option("--until", type=INSTANT, help="Recorded before this instant (UTC).")
@page_of(Kind.AUDIT_ENTRY)
def list_entries(
    organisation: str,
    actor: UUID | None,
    operation: str | None,
    since: datetime | None,
    until: datetime | None,
    first: int,
    after: UUID | None,
) -> Listing:
    """List what was done in ORGANISATION (its slug), oldest first."""

    async def body(viewer: Viewer) -> Listing:
        wanted = Wanted(actor, operation, since, until)
        page = await queries.page(viewer, PageRequest(first, after), wanted)
        shown = ("recordedAt", "actorName", "actingFor", "operation", "objectId", "position")
        return listing(page, _card, shown, "Nothing was done.")

    return asked(organisation, body)


@audit.command("verify")
@answers
@of_organisation
def verify_chain(organisation: str) -> Listing:
    """Verify the audit of ORGANISATION (its slug); exit 1 and name the first bad position when it is not whole."""
    found = asked(organisation, lambda viewer: verify(viewer, now=clock().now()))
    broken = found.broken
    row = {
        "good": broken is None,
        "position": found.holds.position if broken is None else broken.position,
        "says": "the chain holds up to here" if broken is None else broken.says,
        "entryId": None if broken is None or broken.entry_id is None else public(Kind.AUDIT_ENTRY, broken.entry_id),
        "link": found.holds.link,
        "waiting": found.waiting,
    }
    return Listing([row], ("good", "position", "says", "entryId", "waiting"), "", failed=broken is not None)


def _card(entry: AuditEntry) -> Record:
    recorded = entry.recorded
    return {
        "id": public(Kind.AUDIT_ENTRY, entry.id),
        "actorId": public(Kind.PERSON, recorded.actor_id),
        "actorName": recorded.actor_name,
        "operation": recorded.operation,
        "objectId": object_name(recorded.operation, recorded.object_id),
        "actingAs": None if recorded.acting_as is None else public(Kind.DELEGATION, recorded.acting_as),
        "actingFor": recorded.acting_as_name,
        "idempotencyKey": recorded.idempotency_key,
        "recordedAt": recorded.recorded_at,
        "position": entry.position,
        "link": entry.link,
    }
