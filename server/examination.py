"""Examine an installation: the database's guards, the invariants of the books, the chain over the audit, the jobs.

Owns: the list of questions and how an answer reads. Does not own: repairing anything. The same questions are
asked by tests and by `bss doctor`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bss.audit.verify import verify
from bss.clock import SystemClock
from bss.invoicing.verify import mismatches
from bss.organisations.directory import Entry, organisations
from bss.transaction.begin import reading
from bss.transaction.database import Role, current
from bss.transaction.inspection import findings


@dataclass(frozen=True)
class Finding:
    """One answer: what was looked at, whether it is as it must be, and a sentence."""

    subject: str
    good: bool
    says: str


_INVARIANTS: dict[str, str] = {
    "invoice total is the sum of its lines": """
        SELECT i.number FROM invoice i LEFT JOIN (
          SELECT invoice_id, sum(amount) AS total FROM billable_line WHERE organisation_id = $1 GROUP BY 1) l
          ON l.invoice_id = i.id WHERE i.organisation_id = $1 AND i.total IS DISTINCT FROM l.total""",
    "every line of a selling edge stands on an issued invoice": """
        SELECT l.id::text FROM billable_line l WHERE l.organisation_id = $1 AND l.edge_kind = 'selling'
          AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.organisation_id = $1 AND i.id = l.invoice_id)""",
    "invoice numbers have no gap": """
        SELECT s.prefix FROM series s WHERE s.organisation_id = $1 AND s.last_number <> (
          SELECT count(*) FROM invoice i WHERE i.organisation_id = $1 AND i.issuer_id = s.issuer_id
            AND starts_with(i.number, s.prefix) AND substr(i.number, length(s.prefix) + 1) ~ '^[0-9]+$')""",
    "every invoice is stored as a file": """
        SELECT i.number FROM invoice i WHERE i.organisation_id = $1 AND NOT EXISTS (
          SELECT 1 FROM invoice_file f WHERE f.organisation_id = $1 AND f.invoice_id = i.id)""",
    "files are what their checksum says": """
        SELECT f.invoice_id::text FROM invoice_file f WHERE f.organisation_id = $1
          AND encode(sha256(f.content), 'hex') <> f.sha256""",
    "counted usage and its corrections are rolled-up usage": """
        SELECT e.subscription_id::text FROM (
          SELECT subscription_id, meter, resource, hour, sum(quantity) AS quantity FROM (
            SELECT subscription_id, meter, resource, hour, quantity FROM usage_event WHERE organisation_id = $1
            UNION ALL SELECT subscription_id, meter, resource, hour, quantity - before FROM usage_correction
            WHERE organisation_id = $1) AS known GROUP BY 1, 2, 3, 4) e
        FULL JOIN (SELECT * FROM usage_hour WHERE organisation_id = $1) h USING (subscription_id, meter, resource, hour)
        WHERE e.quantity IS NOT NULL AND h.quantity IS DISTINCT FROM e.quantity""",
    "every mirrored subscription has exactly one pair": """
        SELECT s.id::text FROM subscription s WHERE s.organisation_id = $1 AND s.mirrored AND 1 <> (
          SELECT count(*) FROM pair p WHERE p.organisation_id = $1 AND p.local_id = s.id)""",
    "every mutation with a key has its result": """
        SELECT key FROM idempotency WHERE organisation_id = $1 AND object_id IS NULL""",
    "no event waits": """
        SELECT name FROM event WHERE organisation_id = $1 AND relayed_at IS NULL
          AND recorded_at < now() - interval '5 minutes'""",
    "nothing that is to be told waits for its position": """
        SELECT topic FROM feed_entry WHERE organisation_id = $1 AND position IS NULL
          AND recorded_at < now() - interval '5 minutes'""",
    "the feed has no gap": """
        SELECT position::text FROM feed_head WHERE organisation_id = $1 AND position - forgotten <> (
          SELECT count(*) FROM feed_entry WHERE organisation_id = $1 AND position IS NOT NULL)""",
    "no job is parked": """
        SELECT kind || ' ' || coalesce(reason, '') FROM job WHERE organisation_id = $1 AND state = 'parked'""",
    "no job is long overdue": """
        SELECT kind FROM job WHERE organisation_id = $1 AND state IN ('due', 'running')
          AND due_at < now() - interval '15 minutes' AND coalesce(lease_until, due_at) < now()""",
    "nothing that a peer must know is parked": """
        SELECT subject || ' ' || coalesce(reason, '') FROM outbound WHERE organisation_id = $1 AND state = 'parked'""",
}
_QUICK = ("no job is long overdue",)


async def examine(*, quick: bool = False) -> tuple[Finding, ...]:
    """Ask every question; quick: only whether the database answers and no job is long overdue."""
    found = [await _guards()] if not quick else []
    for entry in await organisations():
        found += await _invariants(entry, quick=quick)
        if not quick:
            found += [await _recomputed(entry), await _audited(entry)]
    return tuple(found) or (Finding("installation", True, "no organisation yet"),)


async def _guards() -> Finding:
    missing = await findings(current().pool(Role.APP))
    return Finding("database guards", not missing, "; ".join(missing) or "every table, function and role is guarded")


async def _recomputed(entry: Entry) -> Finding:
    """Every stored line against the second evaluator, which knows only the explanation without its amounts."""
    wrong = await mismatches(entry.system("doctor"))
    told = ", ".join(str(each) for each in wrong[:20])
    return Finding(
        f"{entry.slug}: every line follows from its explanation", not wrong, f"not so for {told}" if wrong else "yes"
    )


async def _audited(entry: Entry) -> Finding:
    """Every sealed entry of the audit against its link, and whether what was recorded is being sealed."""
    broken = (await verify(entry.system("doctor"), now=SystemClock().now())).broken
    told = "yes" if broken is None else f"not from position {broken.position} on: {broken.says}"
    return Finding(f"{entry.slug}: the audit's chain holds", broken is None, told)


async def _invariants(entry: Entry, *, quick: bool) -> list[Finding]:
    answers = []
    async with reading(entry.system("doctor")) as tx:
        for sentence, query in _INVARIANTS.items():
            if quick and sentence not in _QUICK:
                continue
            rows = await tx.connection.fetch(f"{query} LIMIT 20", entry.organisation_id)
            broken = ", ".join(str(row[0]) for row in rows)
            answers.append(Finding(f"{entry.slug}: {sentence}", not rows, f"not so for {broken}" if rows else "yes"))
    return answers
