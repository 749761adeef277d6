"""Create an offering of a product."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.canonical import plain
from bss.catalogue.characteristic import offered_of
from bss.catalogue.models import OfferingModel
from bss.catalogue.product import OfferingKind, Product
from bss.catalogue.queries import product
from bss.catalogue.seller import blank_problems
from bss.catalogue.shelf import shelf_problems
from bss.cycle import MONTHLY, Cycle
from bss.identifier import uuid7
from bss.organisations.account import ancestor_paths
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

LONGEST_TERM_MONTHS = 120
LONGEST_TRIAL_DAYS = 366


@dataclass(frozen=True)
class CreateOffering:
    """A plan of a product. One that is bought over a link names the link and the distributor's offering.

    The lifecycle is that of `Offering`: `term_months`, `trial_days` and `cancellation_days`; so is where it is shown.
    """

    product_id: UUID
    code: str
    name: str
    unit: str = ""
    cycle: Cycle = MONTHLY
    supply_link_id: UUID | None = None
    supply_offering_id: UUID | None = None
    kind: OfferingKind = OfferingKind.PLAN
    term_months: int = 1
    trial_days: int = 0
    cancellation_days: int | None = None
    category: str = ""
    in_storefront: bool = True
    private_to: tuple[UUID, ...] = ()


@command("createOffering", requires=Permission.CATALOGUE_MANAGE, refuses=(NotFound,))
async def create_offering(tx: Transaction, request: CreateOffering, now: datetime) -> Outcome:
    """Create an offering; it is on sale where a price list in force has a price for it."""
    of = await _locked(tx, await product(tx.viewer, request.product_id, path=("productId",)))
    problems = [*_problems(request, of), *await _inherited_problems(tx, request, of)]
    if problems := [*problems, *await shelf_problems(tx, of.path, request.category.strip(), request.private_to)]:
        raise InvalidInput(problems)
    offering_id = uuid7()
    try:
        await OfferingModel.create(
            using_db=tx.db,
            id=offering_id,
            organisation_id=tx.organisation_id,
            path=of.path,
            owner_id=of.owner_id,
            product_id=of.id,
            code=request.code.strip(),
            name=request.name.strip(),
            unit=request.unit.strip(),
            cycle=str(request.cycle),
            kind=request.kind.value,
            term_months=request.term_months,
            trial_days=request.trial_days,
            cancellation_days=request.cancellation_days,
            vendor_id=of.vendor_id,
            supply_link_id=request.supply_link_id,
            supply_offering_id=request.supply_offering_id,
            characteristics=plain(of.characteristics),
            category=request.category.strip(),
            in_storefront=request.in_storefront,
            private_to=plain(request.private_to),
        )
    except IntegrityError as taken:
        raise Conflict(
            "An offering with this code, or one that resells this offering of the supplier, exists already.",
            ("code",),
        ) from taken
    return Outcome(offering_id)


async def _locked(tx: Transaction, of: Product) -> Product:
    """The product as it stays until the commit: nobody describes it anew, or gives it a plan, beside this one."""
    described = await tx.connection.fetchval(
        "SELECT characteristics FROM product WHERE organisation_id = $1 AND id = $2 FOR UPDATE",
        *(tx.organisation_id, of.id),
    )
    return replace(of, characteristics=offered_of(described))


def _problems(request: CreateOffering, of: Product) -> list[Problem]:
    problems = blank_problems(code=request.code, name=request.name)
    if request.cycle.problem is not None:
        problems.append(Problem(("billingCycle", "length"), request.cycle.problem))
    problems += _lifecycle_problems(request)
    if (request.supply_link_id is None) != (request.supply_offering_id is None):
        problems.append(Problem(("supplyOfferingId",), "A resold offering names the link and the offering."))
    elif request.supply_link_id is not None and len(ancestor_paths(of.path)) > 1:
        problems.append(Problem(("supplyLinkId",), "Only the organisation itself buys over a link."))
    return problems


async def _inherited_problems(tx: Transaction, request: CreateOffering, of: Product) -> list[Problem]:
    """A product that is resold has its supplier's plans and no others: what is inherited is not added to."""
    resold = await tx.connection.fetchval(
        "SELECT bool_or(supply_link_id IS NOT NULL) FROM offering WHERE organisation_id = $1 AND product_id = $2",
        *(tx.organisation_id, of.id),
    )
    if resold is None or resold == (request.supply_link_id is not None):
        return []
    message = "resold: name the supplier's offering" if resold else "the organisation's own"
    return [Problem(("supplyOfferingId",), f"The plans of {of.name} are {message}.")]


def _lifecycle_problems(request: CreateOffering) -> list[Problem]:
    problems = []
    if not 1 <= request.term_months <= LONGEST_TERM_MONTHS:
        problems.append(Problem(("termMonths",), f"A term has 1 to {LONGEST_TERM_MONTHS} months."))
    elif request.kind is OfferingKind.ASSET and request.term_months != 1:
        problems.append(Problem(("termMonths",), "An asset is bought for ever: it has no term."))
    if not 0 <= request.trial_days <= LONGEST_TRIAL_DAYS:
        problems.append(Problem(("trialDays",), f"A trial has up to {LONGEST_TRIAL_DAYS} days."))
    if request.trial_days and request.kind is not OfferingKind.PLAN:
        problems.append(Problem(("trialDays",), f"Only a plan is tried, and not an {request.kind.value}."))
    if request.cancellation_days is not None and request.cancellation_days < 0:
        problems.append(Problem(("cancellationDays",), "The days are 0 or more."))
    return problems
