"""Step: write the rated lines of a chunk, as one set.

Owns: that a line is written once, and that what an earlier attempt left and is due no more goes, while the line is
not final. Does not own: which lines there are (`bss.rating.rate_lines`), or when a line is final
(`bss.invoicing.open_periods`; a trigger refuses what would be missed here).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from bss.period import Period
from bss.rating.line import BillableLine
from bss.transaction.begin import Transaction

_COLUMNS = ", ".join(BillableLine._fields)


class LineRefused(RuntimeError):
    """A rated line has the natural key, or the time, of another one: a fault, and no answer to anybody's input."""


@dataclass(frozen=True)
class Rewriting:
    """What a chunk has rated anew: these subscriptions, ordered by id, in this period, on every edge, but for ...

    `untouched` are pairs of an edge and a subscription whose lines stay as they are, and `closed` such edges.
    """

    period: Period
    subscription_ids: Sequence[UUID]
    untouched: Collection[tuple[UUID, UUID]]
    closed: Collection[UUID]


async def write_lines(tx: Transaction, lines: Sequence[BillableLine], rewriting: Rewriting) -> int:
    """Write the lines that are not there yet; returns how many were written.

    Lines of what is rewritten that are not among these go first; one that is the same stays. Raises `LineRefused` where
    a constraint keeps one out that is not there: what is due is written, or the run fails. COPY into a table with
    row-level security is not possible, so that it goes through a temporary one.
    """
    await tx.connection.execute("CREATE TEMP TABLE rated_line (LIKE billable_line) ON COMMIT DROP")
    await tx.connection.copy_records_to_table("rated_line", records=lines, columns=BillableLine._fields)
    await _delete_stale(tx, rewriting)
    status = await tx.connection.execute(
        f"INSERT INTO billable_line ({_COLUMNS}) SELECT {_COLUMNS} FROM rated_line ON CONFLICT DO NOTHING"
    )
    written = int(status.rpartition(" ")[2])
    if written < len(lines):
        await _refuse_missing(tx)
    return written


async def _refuse_missing(tx: Transaction) -> None:
    missing = await tx.connection.fetchval(
        "SELECT string_agg(DISTINCT r.subscription_id::text, ', ') FROM rated_line r"
        " WHERE NOT EXISTS (SELECT FROM billable_line l WHERE l.organisation_id = $1 AND l.id = r.id)",
        tx.organisation_id,
    )
    if missing is not None:
        raise LineRefused(f"lines of {missing} overlap others that were written")


# The subscriptions of a chunk are neighbours by id, and a range of the index tells at once that nothing is there.
_IN_RANGE = (
    "l.organisation_id = $1 AND l.subscription_id BETWEEN $2 AND $3 AND l.billing_start = $4 AND l.billing_end = $5"
)
_COMPARED = [name for name in BillableLine._fields if name not in ("path", "recorded_at")]
_STALE = f"""
DELETE FROM billable_line l
WHERE {_IN_RANGE} AND l.subscription_id = ANY($6) AND l.edge_id <> ALL($7)
  AND NOT EXISTS (SELECT FROM unnest($8::uuid[], $9::uuid[]) AS untouched (edge_id, subscription_id)
    WHERE untouched.edge_id = l.edge_id AND untouched.subscription_id = l.subscription_id)
  AND NOT EXISTS (SELECT FROM invoice i WHERE i.organisation_id = $1 AND i.id = l.invoice_id)
  AND NOT EXISTS (SELECT FROM rated_line r WHERE r.id = l.id AND ({", ".join(f"r.{name}" for name in _COMPARED)})
    IS NOT DISTINCT FROM ({", ".join(f"l.{name}" for name in _COMPARED)}))
"""


async def _delete_stale(tx: Transaction, rewriting: Rewriting) -> None:
    ids, period = rewriting.subscription_ids, rewriting.period
    chunk = tx.organisation_id, ids[0], ids[-1], period.start, period.end
    if not await tx.connection.fetchval(f"SELECT EXISTS (SELECT FROM billable_line l WHERE {_IN_RANGE})", *chunk):
        return
    await tx.connection.execute("CREATE UNIQUE INDEX ON rated_line (id)")
    untouched = zip(*rewriting.untouched, strict=True) if rewriting.untouched else ((), ())
    await tx.connection.execute(_STALE, *chunk, list(ids), list(rewriting.closed), *map(list, untouched))
