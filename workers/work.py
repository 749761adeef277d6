"""Kind of job → its body.

Owns: the table, and the tools that bodies take (clock, transport, renderer). Does not own: the bodies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from bss.clients.signing_key import KeyMaker
from bss.clock import Clock
from bss.invoicing.bill_on_schedule import bill_on_schedule
from bss.invoicing.bill_run import run
from bss.invoicing.record_delivery import record_delivery
from bss.invoicing.render import render
from bss.invoicing.renderer import Renderer
from bss.jobs.job import JobKind
from bss.viewer import Viewer
from sync.capture import (
    await_payment,
    capture_account,
    capture_paid,
    capture_subscription,
    capture_supply,
    capture_usage,
)
from sync.deliver import deliver
from sync.transport import Transport


@dataclass(frozen=True)
class Tools:
    """What jobs need from outside the database.

    `keys` makes the signing keys of organisations; None leaves them as they are, where nobody gets access tokens.
    """

    clock: Clock
    transport: Transport
    renderer: Renderer
    keys: KeyMaker | None = None


Body = Callable[[Viewer, str, Tools], Awaitable[object]]


async def _bill(viewer: Viewer, key: str, tools: Tools) -> None:
    await run(viewer, UUID(key), now=tools.clock.now())


async def _render(viewer: Viewer, key: str, tools: Tools) -> None:
    await render(viewer, UUID(key), tools.renderer, now=tools.clock.now())


async def _deliver(viewer: Viewer, key: str, tools: Tools) -> None:
    await deliver(viewer, key, transport=tools.transport, clock=tools.clock)


BODIES: dict[JobKind, Body] = {
    JobKind.BILL_RUN: _bill,
    JobKind.BILL_SCHEDULE: lambda viewer, _day, tools: bill_on_schedule(viewer, now=tools.clock.now()),
    JobKind.INVOICE_DELIVER: lambda viewer, key, tools: record_delivery(viewer, UUID(key), now=tools.clock.now()),
    JobKind.INVOICE_RENDER: _render,
    JobKind.SYNC_AWAIT_PAYMENT: lambda viewer, key, tools: await_payment(viewer, key, now=tools.clock.now()),
    JobKind.SYNC_CAPTURE_ACCOUNT: lambda viewer, key, tools: capture_account(viewer, key, now=tools.clock.now()),
    JobKind.SYNC_CAPTURE_PAID: lambda viewer, key, tools: capture_paid(viewer, key, now=tools.clock.now()),
    JobKind.SYNC_CAPTURE_SUBSCRIPTION: lambda viewer, key, tools: capture_subscription(
        viewer, key, now=tools.clock.now()
    ),
    JobKind.SYNC_CAPTURE_SUPPLY: lambda viewer, key, tools: capture_supply(viewer, key, now=tools.clock.now()),
    JobKind.SYNC_CAPTURE_USAGE: lambda viewer, key, tools: capture_usage(viewer, key, now=tools.clock.now()),
    JobKind.SYNC_DELIVER: _deliver,
}
