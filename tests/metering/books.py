"""Books with meters and subscriptions, for tests and benchmarks of metering: written as rows, not sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.identifier import label, uuid7
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.viewer import Viewer

NOW = datetime(2026, 3, 1, tzinfo=UTC)

_METERS = """
INSERT INTO meter (id, organisation_id, path, code, name, unit, divisor, kind) VALUES
  (gen_random_uuid(), $1, $2, 'vm_hours', 'VM', 'VM-hour', 3600000, 'time_weighted'),
  (gen_random_uuid(), $1, $2, 'vcpu_hours', 'vCPU', 'vCPU-hour', 3600000, 'time_weighted'),
  (gen_random_uuid(), $1, $2, 'ghz_hours', 'CPU', 'GHz-hour', 3600000, 'time_weighted'),
  (gen_random_uuid(), $1, $2, 'egress_bytes', 'Egress', 'byte', 1, 'sum')
"""
_ACCOUNT = """
INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email, billing_address,
  mirrored, managed_by, version, created_at)
VALUES ($1, $2, $3, $4, 'customer', $5, '', '', '', false, '', 1, $6)
"""
_PRODUCT = "INSERT INTO product (id, organisation_id, path, owner_id, code, name) VALUES ($1, $2, $3, $4, 'vm', 'VM')"
_OFFERING = """
INSERT INTO offering (id, organisation_id, path, owner_id, product_id, code, name, unit, cycle)
VALUES ($1, $2, $3, $4, $5, 'vm', 'VM', '', 'P1M')
"""
_SUBSCRIPTIONS = """
INSERT INTO subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity, characteristics,
  cycle, renews_automatically, order_reference, starts_at, mirrored, managed_by, version, created_at)
SELECT s, $2, $3, $4, $5, 'VM', 'active', 1, '{}', 'P1M', true, '', $6, $7, '', 1, $6 FROM unnest($1::uuid[]) AS s
"""


@dataclass(frozen=True)
class Books:
    """An organisation with two customers, X and Y, the meters, and X's subscriptions."""

    viewer: Viewer
    x: Viewer
    y: Viewer
    offering_id: UUID
    subscriptions: tuple[UUID, ...]


async def open_books(slug: str, *, subscriptions: int, mirrored: bool = False) -> Books:
    """Open an organisation whose customer X has so many subscriptions, perhaps mirrored from a reseller's books."""
    _, root, viewer = founder(slug)
    await open_organisation(viewer, OpenOrganisation("Cloud", slug, "Europe/Amsterdam", "EUR", "Ann", root), now=NOW)
    product, offering, x, y = uuid7(), uuid7(), uuid7(), uuid7()
    organisation = viewer.organisation_id
    async with begin(viewer) as tx:
        await tx.connection.execute(_METERS, organisation, viewer.path)
        await tx.connection.execute(_PRODUCT, product, organisation, viewer.path, root)
        await tx.connection.execute(_OFFERING, offering, organisation, viewer.path, root, product)
        for account, name in ((x, "X"), (y, "Y")):
            path = f"{viewer.path}{label(account)}."
            await tx.connection.execute(_ACCOUNT, account, organisation, path, root, name, NOW)
    ids = tuple(uuid7() for _ in range(subscriptions))
    async with begin(viewer, role=Role.SYNC) as tx:
        await tx.connection.execute(
            _SUBSCRIPTIONS, *(list(ids), organisation, f"{viewer.path}{label(x)}.", x, offering, NOW, mirrored)
        )
    return Books(viewer, _customer(viewer, x), _customer(viewer, y), offering, ids)


def _customer(viewer: Viewer, account: UUID) -> Viewer:
    return Viewer(account, "customer", viewer.organisation_id, f"{viewer.path}{label(account)}.", viewer.permissions)
