"""What must hold when all work is done, whatever happened on the way: sentences about what is wrong, or none.

Owns: questions over both books at once, which no organisation could ask, and the figures of the month. Does not own:
the questions that one installation asks of itself (`server.examination`), which are asked here too.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bss.canonical import decimal_text
from server.demo.prices import VCPU_HOURS
from server.demo.setting_up import ZONE
from server.examination import examine
from tests.reliability.month import INVOICES, TIMELINES, VCPU_HOURS_OF_Z
from tests.reliability.place import Place

_SEGMENTS = """
SELECT p.pair_id, coalesce(f.supply_offering_id, f.id) AS offering_id, s.status, s.quantity, s.effective_from,
  s.effective_to FROM segment s JOIN pair p ON p.organisation_id = s.organisation_id AND p.local_id = s.subscription_id
JOIN offering f ON f.organisation_id = s.organisation_id AND f.id = s.offering_id
WHERE s.recorded_to IS NULL AND s.mirrored = {mirrored}"""
_STATES = """
SELECT p.pair_id, s.state, s.quantity, s.starts_at, s.ends_at, s.provisioned_at, s.removed_at, s.refusal
FROM subscription s JOIN pair p ON p.organisation_id = s.organisation_id AND p.local_id = s.id
WHERE s.mirrored = {mirrored}"""
_HOURS = """
SELECT p.pair_id, h.meter, h.resource, h.hour, h.revision, h.quantity, h.samples
FROM usage_hour h JOIN pair p ON p.organisation_id = h.organisation_id AND p.local_id = h.subscription_id
WHERE h.mirrored = {mirrored}"""
_AMOUNTS = """
SELECT p.pair_id, l.charge, l.service_start, l.service_end, l.quantity, l.amount
FROM billable_line l JOIN subscription s ON s.organisation_id = l.organisation_id AND s.id = l.subscription_id
JOIN pair p ON p.organisation_id = l.organisation_id AND p.local_id = l.subscription_id
WHERE s.mirrored = {mirrored} AND l.edge_kind = CASE WHEN s.mirrored THEN 'selling' ELSE 'supply' END"""


def _differing(rows: str) -> str:
    mirror, origin = rows.format(mirrored="true"), rows.format(mirrored="false")
    return (
        f"SELECT * FROM ({mirror} EXCEPT ALL {origin}) AS only_at_the_mirror"
        f" UNION ALL SELECT * FROM ({origin} EXCEPT ALL {mirror}) AS only_at_the_origin"
    )


_OVER_BOTH_BOOKS: dict[str, str] = {
    "every origin has one mirror": """
        SELECT o.name FROM subscription o WHERE NOT o.mirrored AND 1 <> (SELECT count(*) FROM pair p
          JOIN pair q ON q.pair_id = p.pair_id AND q.organisation_id <> p.organisation_id
          JOIN subscription m ON m.organisation_id = q.organisation_id AND m.id = q.local_id AND m.mirrored
          WHERE p.organisation_id = o.organisation_id AND p.local_id = o.id)""",
    "every mirror has an origin": """
        SELECT m.name FROM subscription m WHERE m.mirrored AND NOT EXISTS (SELECT FROM pair p
          JOIN pair q ON q.pair_id = p.pair_id AND q.organisation_id <> p.organisation_id
          JOIN subscription o ON o.organisation_id = q.organisation_id AND o.id = q.local_id AND NOT o.mirrored
          WHERE p.organisation_id = m.organisation_id AND p.local_id = m.id)""",
    "timelines are equal on both sides": _differing(_SEGMENTS),
    "states are equal on both sides": _differing(_STATES),
    "usage is equal on both sides": _differing(_HOURS),
    "what the distributor charges is what the reseller computes": _differing(_AMOUNTS),
    "every sent message was received once": """
        SELECT o.subject, o.sequence FROM outbound o JOIN link l ON l.id = o.link_id
        JOIN link r ON r.link_key = l.link_key AND r.side <> l.side WHERE o.sequence IS NOT NULL
          AND 1 <> (SELECT count(*) FROM inbox i WHERE i.link_id = r.id AND i.sequence = o.sequence)""",
    "no sequence is missing": """
        SELECT l.side, l.next_sequence, r.received_through FROM link l JOIN link r
          ON r.link_key = l.link_key AND r.side <> l.side WHERE l.next_sequence <> r.received_through + 1""",
    "nothing waits for an answer": "SELECT subject, state FROM outbound WHERE state IN ('pending', 'sent', 'parked')",
    "no message had its effect twice": """
        SELECT operation, idempotency_key FROM audit WHERE operation LIKE 'sync:%'
        GROUP BY organisation_id, operation, idempotency_key HAVING count(*) > 1""",
    "every call with a key was audited once": """
        SELECT i.operation, i.key FROM idempotency i WHERE 1 <> (SELECT count(*) FROM audit a
          WHERE a.organisation_id = i.organisation_id AND a.operation = i.operation AND a.actor_id = i.actor_id
            AND a.idempotency_key = i.key)""",
    "no lease is held": "SELECT side FROM link WHERE lease_until IS NOT NULL",
    "no event and no job waits": """
        SELECT 'event', name FROM event WHERE relayed_at IS NULL
        UNION ALL SELECT kind, state FROM job WHERE state <> 'done'
        UNION ALL SELECT 'feed', topic FROM feed_entry WHERE position IS NULL""",
    "every bill run is done": "SELECT state FROM bill_run WHERE state <> 'done'",
}


async def wrong_in_the_books(place: Place) -> list[str]:
    """What is broken in either book or between the two."""
    wrong = []
    async with place.database():
        for finding in await examine():
            if not finding.good:
                wrong.append(f"{finding.subject}: {finding.says}")
    async with place.asked() as ask:
        for sentence, query in _OVER_BOTH_BOOKS.items():
            rows = await ask(query)
            if rows:
                wrong.append(f"{sentence}: not so for {[tuple(row) for row in rows[:5]]}")
    return wrong


async def wrong_in_the_month(place: Place) -> list[str]:
    """The books, and every timeline and hour of the month in both of them."""
    wrong = await wrong_in_the_books(place)
    for mirrored in (True, False):
        timelines = await timelines_in(place, mirrored=mirrored)
        if timelines != TIMELINES:
            wrong.append(f"timelines (mirrored: {mirrored}): {timelines}")
        used = await usage_in(place, mirrored=mirrored)
        if used != (VCPU_HOURS_OF_Z, VCPU_HOURS_OF_Z // 4):
            wrong.append(f"vCPU-hours and hours (mirrored: {mirrored}): {used}")
    return wrong


async def wrong_in_the_close(place: Place) -> list[str]:
    """The month, and every invoice of it."""
    wrong = await wrong_in_the_month(place)
    invoices = await place.rows(
        "SELECT number, total, (SELECT count(*) FROM invoice_file f WHERE f.invoice_id = i.id"
        " AND f.media_type = 'application/pdf') AS files FROM invoice i"
    )
    if {row["number"]: f"{row['total']:.2f}" for row in invoices} != INVOICES:
        wrong.append(f"invoices: {[tuple(row) for row in invoices]}")
    if [row["files"] for row in invoices] != [1] * len(INVOICES):
        wrong.append(f"files: {[tuple(row) for row in invoices]}")
    lines = await place.rows("SELECT edge_kind, count(*) FROM billable_line GROUP BY 1 ORDER BY 1")
    # X has three lines, Y one, Z three: over the link on both sides, on the two edges above X and Y, on one above Z,
    # and at the vendors.
    if [tuple(row) for row in lines] != [("selling", 7 + 4 + 4 + 3), ("supply", 7 + 7)]:
        wrong.append(f"lines: {[tuple(row) for row in lines]}")
    return wrong


async def timelines_in(place: Place, *, mirrored: bool) -> dict[str, str]:
    """The present timelines by name, with days of the month."""
    rows = await place.rows(
        "SELECT u.name, s.quantity, s.effective_from, s.effective_to FROM segment s JOIN subscription u"
        " ON u.organisation_id = s.organisation_id AND u.id = s.subscription_id"
        " WHERE s.recorded_to IS NULL AND s.mirrored = $1 ORDER BY u.name, s.effective_from",
        mirrored,
    )
    zone = ZoneInfo(ZONE)
    stretches: dict[str, list[str]] = {}
    for row in rows:
        start, stop = row["effective_from"], row["effective_to"]
        upto = "" if stop is None else f" to {stop.astimezone(zone).day}"
        told = f"{decimal_text(row['quantity'])} from {start.astimezone(zone).day}{upto}"
        stretches.setdefault(row["name"], []).append(told)
    return {name: ", ".join(told) for name, told in stretches.items()}


async def usage_in(place: Place, *, mirrored: bool) -> tuple[int, int]:
    """The vCPU-hours, and in how many hours they lie."""
    (row,) = await place.rows(
        "SELECT coalesce(sum(quantity), 0) / 3600000 AS used, count(*) AS hours FROM usage_hour"
        " WHERE mirrored = $1 AND meter = $2",
        *(mirrored, VCPU_HOURS),
    )
    return int(row["used"]), int(row["hours"])
