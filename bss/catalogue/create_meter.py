"""Create a meter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError

from bss.catalogue.meter import DIVISOR, MeterKind
from bss.catalogue.models import MeterModel
from bss.catalogue.seller import blank_problems
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, PermissionDenied
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateMeter:
    """A meter of the whole organisation; `unit` is the unit that prices name, such as vCPU-hour."""

    code: str
    name: str
    unit: str
    kind: MeterKind


@command("createMeter", requires=Permission.CATALOGUE_MANAGE)
async def create_meter(tx: Transaction, request: CreateMeter, now: datetime) -> Outcome:
    """Create a meter; only staff over the whole organisation may, because every account is metered by it."""
    if not tx.viewer.sees_everything:
        raise PermissionDenied(f"{Permission.CATALOGUE_MANAGE} over the whole organisation")
    if problems := blank_problems(code=request.code, name=request.name, unit=request.unit):
        raise InvalidInput(problems)
    meter_id = uuid7()
    try:
        await MeterModel.create(
            using_db=tx.db,
            id=meter_id,
            organisation_id=tx.organisation_id,
            path=tx.viewer.path,
            code=request.code.strip(),
            name=request.name.strip(),
            unit=request.unit.strip(),
            divisor=DIVISOR[request.kind],
            kind=request.kind.value,
        )
    except IntegrityError as taken:
        raise Conflict("A meter with this code exists already.", ("code",)) from taken
    return Outcome(meter_id)
