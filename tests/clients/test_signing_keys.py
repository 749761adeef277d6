"""Signing keys: one signs and one is next, they change by the sweep, and what retired stays in sight for an hour."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import orjson
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from bss.clients.rotate_signing_keys import active_key, rotate_signing_keys
from bss.clients.signing_key import SHOWN_AFTER, SIGNS_FOR, SigningKey
from bss.clients.signing_keys import shown_keys
from bss.identifier import uuid7
from bss.transaction.begin import begin
from bss.transaction.database import Database
from server.identity.sealing import CannotOpen, Seal
from server.identity.signing import SigningKeys
from sync.transport import InProcessTransport
from tests.april import BlankPaper
from tests.clients.signing import MAKER, SEAL
from tests.schema.books import OPENED, Books
from workers.attend import sweep
from workers.work import Tools

DUE = OPENED + SIGNS_FOR
MOMENT = timedelta(milliseconds=1)


async def shown(books: Books, **later: float) -> list[tuple[str, str]]:
    """What verifiers see: the id of each key, and its state."""
    keys = await shown_keys(books.staff, now=DUE + timedelta(**later))
    return [(key.key_id, state(key)) for key in keys]


def state(key: SigningKey) -> str:
    return "retired" if key.signs_until else "active" if key.is_active else "next"


async def test_the_first_keys_are_made_once_however_many_ask(books: Books) -> None:
    assert await shown(books) == []
    found = await asyncio.gather(*(active_key(books.staff, MAKER, now=OPENED) for _ in range(6)))
    assert len({key.key_id for key in found}) == 1
    assert [each for _, each in await shown(books)] == ["active", "next"]


async def test_the_sweep_lets_the_next_key_sign_after_thirty_days(books: Books, database: Database) -> None:
    """Verifiers have seen the next key for thirty days when it begins to sign."""
    await active_key(books.staff, MAKER, now=OPENED)
    (first, _), (second, _) = await shown(books)
    tools = Tools(books.clock, InProcessTransport(lambda _key, _side: database, books.clock), BlankPaper(), MAKER)
    for instant, expected in (
        (DUE - MOMENT, [(first, "active"), (second, "next")]),
        (DUE, [(first, "retired"), (second, "active")]),
        (DUE + MOMENT, [(first, "retired"), (second, "active")]),
    ):
        books.clock.move_to(instant)
        await sweep(tools)
        assert (await shown(books))[:2] == expected, instant
        assert (await active_key(books.staff, MAKER, now=instant)).key_id == dict(map(reversed, expected))["active"]
    waiting = "SELECT count(*) FROM job WHERE state <> 'done'"
    async with begin(books.staff) as tx:
        assert await tx.connection.fetchval(waiting) == 0


async def test_many_sweeps_at_once_change_the_keys_once(books: Books) -> None:
    await active_key(books.staff, MAKER, now=OPENED)
    changed = await asyncio.gather(*(rotate_signing_keys(books.staff, MAKER, now=DUE) for _ in range(6)))
    assert sum(changed) == 1
    assert [each for _, each in await shown(books)] == ["retired", "active", "next"]


async def test_a_retired_key_is_shown_for_an_hour_and_signs_no_more(books: Books) -> None:
    before = await active_key(books.staff, MAKER, now=OPENED)
    await rotate_signing_keys(books.staff, MAKER, now=DUE)
    almost = SHOWN_AFTER - MOMENT
    assert (await shown(books, seconds=almost.total_seconds()))[0] == (before.key_id, "retired")
    assert [each for _, each in await shown(books, hours=1)] == ["active", "next"]
    (retired, *_) = await shown_keys(books.staff, now=DUE)
    assert retired.private_sealed is None
    with pytest.raises(CannotOpen):
        MAKER.signed(books.staff.organisation_id, retired, "at+jwt", {})
    await rotate_signing_keys(books.staff, MAKER, now=DUE + SIGNS_FOR)
    async with begin(books.staff) as tx:
        kept = await tx.connection.fetch("SELECT key_id FROM signing_key")
    assert (len(kept), before.key_id in {row["key_id"] for row in kept}) == (3, False)


async def test_the_database_keeps_one_active_and_one_next_key_and_no_private_part(books: Books) -> None:
    key = await active_key(books.staff, MAKER, now=OPENED)
    place = f"signing key {key.key_id} of {books.staff.organisation_id}"
    opened = orjson.loads(SEAL.opened(key.private_sealed or "", place))
    async with begin(books.staff) as tx:
        assert opened["d"] not in str([dict(row) for row in await tx.connection.fetch("SELECT * FROM signing_key")])
    for wrong in (
        "signs_from = '2026-01-01' WHERE signs_from IS NULL",
        "signs_from = NULL WHERE signs_from IS NOT NULL",
        "signs_until = '2027-01-01' WHERE signs_from IS NOT NULL",
    ):
        with pytest.raises((asyncpg.UniqueViolationError, asyncpg.CheckViolationError)):
            async with begin(books.staff) as tx:
                await tx.connection.execute(f"UPDATE signing_key SET {wrong}")


async def test_a_key_signs_for_its_organisation_and_opens_with_its_secret_only(books: Books) -> None:
    key = await active_key(books.staff, MAKER, now=OPENED)
    token = MAKER.signed(books.staff.organisation_id, key, "at+jwt", {"sub": "somebody"})
    read = jws.deserialize_compact(token, ECKey.import_key(dict(key.public)), algorithms=["ES256"])
    assert read.headers() == {"typ": "at+jwt", "alg": "ES256", "kid": key.key_id}
    for maker, organisation in (
        (MAKER, uuid7()),
        (SigningKeys(Seal("another secret of 32 characters or more")), books.staff.organisation_id),
    ):
        with pytest.raises(CannotOpen):
            maker.signed(organisation, key, "at+jwt", {})


def test_what_is_sealed_twice_looks_different_and_what_is_damaged_is_not_opened() -> None:
    once, twice = (SEAL.sealed(b"content", "here") for _ in range(2))
    assert once != twice
    assert {SEAL.opened(each, "here") for each in (once, twice)} == {b"content"}
    damaged = once[:-2] + ("A=" if once[-2:] != "A=" else "Q=")
    for kept, place in ((once, "there"), (f"2.{once[2:]}", "here"), (damaged, "here")):
        with pytest.raises(CannotOpen):
            SEAL.opened(kept, place)
