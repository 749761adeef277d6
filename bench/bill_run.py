"""How fast and how small a bill run is, and whether it survives kill -9: `python -m bench.bill_run`.

20,000 subscriptions of 2,000 Bill-Tos with six charges each are billed in copies of one database: by one
hand-written SQL statement and by a bill run, in turn, of which the best times count because other work on the
machine can only make one slower; and by a bill run that is killed at 37 % of its chunks and resumed.
The statement reads the same rows and writes the same lines, explanations, invoices, numbers and events into the
same tables, under the same constraints, row-level security and durability, skipping what is there already.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter_ns
from uuid import UUID

import asyncpg

from bench.bill_run_statement import BASELINE
from bss.catalogue.price_list import ChargeKind
from bss.identifier import label, uuid7
from bss.invoicing.bill_run import RequestBillRun, request_bill_run
from bss.invoicing.close_period import LINES_PER_INVOICE_CHUNK, SUBSCRIPTIONS_PER_CHUNK
from bss.transaction.database import Role
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.invoicing.books import Books, Price, flat, per_unit

SUBSCRIPTIONS = 20_000
PER_BILL_TO = 10
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
SPEED_FLOOR_PERCENT = 60
MEMORY_LIMIT_MEGABYTES = 500
KILLED_AT_PERCENT = 37
ROUNDS = 2

GRADUATED = {
    "model": "graduated",
    "tiers": [
        {"up_to": "10", "unit": "0.50", "flat": "1"},
        {"up_to": "100", "unit": "0.40"},
        {"up_to": None, "unit": "0.25"},
    ],
}
PRICES = (
    Price("base", flat("9.90")),
    Price("seats", per_unit("12.345")),
    Price("setup", flat("25"), ChargeKind.ONE_TIME),
    Price("cpu", per_unit("0.0125"), ChargeKind.USAGE, "vcpu"),
    Price("ram", GRADUATED, ChargeKind.USAGE, "ram"),
    Price("disk", per_unit("0.0031"), ChargeKind.USAGE, "disk"),
)

# An account's step in a path is made from its id, and edges are found by it.
CUSTOMERS = """
INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email, billing_address,
    mirrored, managed_by, version, created_at)
  SELECT made.id, a.organisation_id, a.path || made.label || '.', a.id, 'customer',
    'Customer ' || lpad(n::text, 6, '0'), n::text, 'bill@customer.example', E'Street 1\\n1000 Town',
    false, '', 1, a.created_at
  FROM account a, unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS made (id, label, n) WHERE a.kind = 'root'
"""
# A third of the subscriptions starts within the month; every meter has four hours of usage.
DATA = """
INSERT INTO account_placement (id, organisation_id, path, account_id, parent_id, place, effective_from, recorded_from)
  SELECT gen_random_uuid(), organisation_id, path, id, parent_id, path, created_at, created_at
  FROM account WHERE name LIKE 'Customer %';
INSERT INTO edge (id, organisation_id, path, kind, seller_account_id, buyer_account_id, price_list_id, currency, zone,
    policy, billing_day, bill_to_account_id, issuer_id, received, created_at)
  SELECT gen_random_uuid(), a.organisation_id, a.path, 'selling', a.parent_id, a.id, l.id, 'EUR', 'UTC', 'standard', 1,
    a.id, i.id, false, a.created_at
  FROM account a, price_list l, issuer i WHERE a.kind = 'customer' AND a.name LIKE 'Customer %';
INSERT INTO subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity, characteristics,
    cycle, renews_automatically, order_reference, starts_at, mirrored, managed_by, version, created_at)
  SELECT gen_random_uuid(), a.organisation_id, a.path, a.id, o.id, 'Server ' || n, 'active', n % 7 + 1, '{{}}', 'P1M',
    true,    '', timestamptz '2026-03-01Z' + interval '1 day' * greatest(0, n % 30 - 19), false, '', 1, a.created_at
  FROM account a, offering o, generate_series(1, {each}) AS n WHERE a.name LIKE 'Customer %';
INSERT INTO segment (id, organisation_id, path, subscription_id, offering_id, status, quantity, characteristics,
    cycle, effective_from, recorded_from, mirrored)
  SELECT gen_random_uuid(), organisation_id, path, id, offering_id, 'active', quantity, '{{}}', 'P1M', starts_at,
    created_at, false FROM subscription;
INSERT INTO usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)
  SELECT s.organisation_id, s.path, s.id, m.code, 'vm', timestamptz '2026-03-25Z' + interval '1 hour' * n,
    36000 * (hashtext(s.name || m.code || n) & 8191), 1 FROM subscription s, meter m, generate_series(1, 4) AS n;
"""

BILLED = """
SELECT (SELECT count(*) FROM billable_line) AS lines, (SELECT sum(amount) FROM billable_line) AS amount,
  (SELECT count(*) FROM invoice) AS invoices, (SELECT sum(total) FROM invoice) AS total
"""
EVERYTHING = """
SELECT (SELECT md5(string_agg(md5(l::text), '' ORDER BY l.id)) FROM billable_line l),
  (SELECT md5(string_agg(number || digest || encode(document, 'hex'), '' ORDER BY number)) FROM invoice)
"""


@dataclass(frozen=True)
class Bench:
    """The filled database of which the three contestants get a copy each."""

    server: Server
    filled: str
    organisation: UUID
    root_path: str
    run: UUID

    async def copy(self, contestant: str) -> str:
        """A copy of the filled database for one contestant, which starts with a quiet disk."""
        name = f"{self.filled}_{contestant}"
        admin = await asyncpg.connect(self.server.admin_url)
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {self.filled}")
        await admin.execute("CHECKPOINT")
        await admin.close()
        return name

    async def drop(self, names: Iterable[str]) -> None:
        admin = await asyncpg.connect(self.server.admin_url)
        for name in names:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()

    async def one(self, name: str, select: str) -> asyncpg.Record:
        """The row that the select gives to the administrator, whom row-level security lets pass."""
        admin = await asyncpg.connect(self.server.admin(name))
        try:
            (row,) = await admin.fetch(select)
            return row
        finally:
            await admin.close()

    async def statement(self, name: str) -> int:
        """Milliseconds of the hand-written statement, as the bulk role in the organisation's scope."""
        connection = await asyncpg.connect(self.server.url(name, Role.BULK.value))
        started = perf_counter_ns()
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('bss.organisation', $1, true), set_config('bss.path', $2, true)",
                *(str(self.organisation), self.root_path),
            )
            # The planner cannot know how many rows a WITH clause has, and would loop over them for minutes.
            await connection.execute("SET LOCAL enable_nestloop = off")
            await connection.execute(BASELINE, self.organisation, START, END)
        taken = (perf_counter_ns() - started) // 1_000_000
        await connection.close()
        return taken

    async def bill_run(self, name: str) -> tuple[int, int]:
        """Milliseconds and megabytes of a run in a process of its own."""
        child = await self._child(name, failpoint="")
        printed, _ = await child.communicate()
        milliseconds, megabytes = printed.split()
        return int(milliseconds), int(megabytes)

    async def exit_code(self, name: str, failpoint: str = "") -> int:
        """How a run in a process of its own ends."""
        child = await self._child(name, failpoint)
        await child.communicate()
        return child.returncode or 0

    async def _child(self, name: str, failpoint: str) -> asyncio.subprocess.Process:
        urls = self.server.addresses(name)
        arguments = (*(urls.app, urls.sync, urls.bulk), str(self.organisation), self.root_path, str(self.run))
        sizes = (END.isoformat(), str(SUBSCRIPTIONS_PER_CHUNK), str(LINES_PER_INVOICE_CHUNK))
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.invoicing.run_in_child", *arguments, *sizes),
            env={**os.environ, "BSS_FAILPOINT": failpoint},
            stdout=asyncio.subprocess.PIPE,
        )


async def fill(server: Server, subscriptions: int) -> Bench:
    """A database with everything that is to be billed."""
    async with fresh_database(server) as (name, database):
        database.bind()
        books = await _books()
        request = RequestBillRun(END)
        run = (await request_bill_run(books.viewer, request, now=END)).object_id
        admin = await asyncpg.connect(server.admin(name))
        customers = [uuid7() for _ in range(subscriptions // PER_BILL_TO)]
        await admin.execute(CUSTOMERS, customers, [label(each) for each in customers])
        await admin.execute(DATA.format(each=PER_BILL_TO))
        await admin.execute("ANALYZE")
        await admin.close()
        await database.close()
        filled = f"{name}_filled"
        owner = await asyncpg.connect(server.admin_url)
        await owner.execute(f"CREATE DATABASE {filled} TEMPLATE {name}")
        await owner.close()
        return Bench(server, filled, books.viewer.organisation_id, books.viewer.path, run)


async def _books() -> Books:
    books = await Books.opened()
    for code in ("ram", "disk"):
        await books.meter(code)
    await books.offering()
    await books.publish("retail", *PRICES)
    await books.issuer("Cloud")
    return books


async def measured(bench: Bench, subscriptions: int) -> bool:
    """Run the contestants in turn, print what was found, and tell whether all of it is within its limit."""
    names: list[str] = []
    statements, runs = [], []
    try:
        for turn in range(ROUNDS):
            names.append(by_statement := await bench.copy(f"statement_{turn}"))
            statements.append(await bench.statement(by_statement))
            names.append(by_run := await bench.copy(f"run_{turn}"))
            runs.append(await bench.bill_run(by_run))
        names.append(killed := await bench.copy("killed"))
        whole = await _killed_and_resumed(bench, killed, by_run, subscriptions)
        billed = await bench.one(by_run, BILLED)
        same = billed == await bench.one(by_statement, BILLED)
    finally:
        await bench.drop(names)
    print(f"{billed['lines']:,} lines, {billed['invoices']:,} invoices, {billed['total']:,.2f} EUR; ", end="")
    print("the statement billed the same" if same else "the statement billed OTHERWISE")
    verdicts = _verdicts(billed["lines"], min(statements), min(run[0] for run in runs), max(run[1] for run in runs))
    return all([*verdicts, whole, same])


async def _killed_and_resumed(bench: Bench, killed: str, undisturbed: str, subscriptions: int) -> bool:
    """Whether a run that dies by SIGKILL after some of its chunks ends, when it is resumed, with the same bytes."""
    chunks = -(-subscriptions // SUBSCRIPTIONS_PER_CHUNK)
    died = await bench.exit_code(killed, f"bill_run.after_chunk:{max(1, chunks * KILLED_AT_PERCENT // 100)}")
    begun = (await bench.one(killed, BILLED))["lines"]
    resumed = await bench.exit_code(killed)
    same = await bench.one(killed, EVERYTHING) == await bench.one(undisturbed, EVERYTHING)
    print(f"killed (exit code {died}) after {begun:,} lines, resumed: lines and documents", end=" ")
    print("byte-equal" if same else "NOT equal")
    return same and begun > 0 and (died, resumed) == (-signal.SIGKILL, 0)


def _verdicts(lines: int, statement: int, milliseconds: int, megabytes: int) -> Iterator[bool]:
    rates = lines * 1000 // statement, lines * 1000 // milliseconds
    floor = rates[0] * SPEED_FLOOR_PERCENT // 100
    print(f"{'bill run':<44}{'figure':>10}{'limit':>10}{'ratio':>8}  verdict")
    yield _row("lines/s of the hand-written statement", rates[0], rates[0], f"{1:.2f}", enough=True)
    yield _row("lines/s of the bill run", rates[1], floor, f"{rates[1] / rates[0]:.2f}", enough=rates[1] >= floor)
    ratio = f"{megabytes / MEMORY_LIMIT_MEGABYTES:.2f}"
    small = megabytes < MEMORY_LIMIT_MEGABYTES
    yield _row("resident megabytes, at most", megabytes, MEMORY_LIMIT_MEGABYTES, ratio, enough=small)


def _row(name: str, figure: int, limit: int, ratio: str, *, enough: bool) -> bool:
    print(f"{name:<44}{figure:>10,}{limit:>10,}{ratio:>8}  {'ok' if enough else 'FAILED'}")
    return enough


async def main(subscriptions: int) -> int:
    """Print figure, limit and ratio; 1 when one is beyond its limit."""
    with postgres() as server:
        await register_models()
        await make_template(server)
        try:
            bench = await fill(server, subscriptions)
            try:
                return 0 if await measured(bench, subscriptions) else 1
            finally:
                await bench.drop([bench.filled])
        finally:
            await drop_template(server)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--subscriptions", type=int, default=SUBSCRIPTIONS)
    sys.exit(asyncio.run(main(arguments.parse_args().subscriptions)))
