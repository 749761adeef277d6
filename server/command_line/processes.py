"""`bss serve`, `bss work`, `bss migrate`: the processes of an installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket
from uuid import UUID

import click
import uvicorn
from starlette.applications import Starlette

from bss.clock import Clock, SystemClock
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.transaction.database import Database
from bss.transaction.database import Doorbell as Ring
from server.command_line.opening import told, with_installation
from server.egress.client import Egress
from server.http.application import application
from server.http.graphiql import graphiql_routes
from server.http.graphql import LARGEST_BODY
from server.http.stored import NOTHING_STORED, Stored, stored_in
from server.identity.authorisation import Authorisation
from server.identity.discovery import Discovery
from server.identity.places import Places
from server.identity.relying_party import RelyingParty
from server.identity.resume_tokens import ResumeTokens
from server.identity.sealing import Seal
from server.identity.signing import SigningKeys
from server.installation import Installation, migrate_given, opened
from server.live.hub import Hub
from server.memory.budget import allowance
from server.memory.seen import Seen
from server.memory.short_lived import ShortLived
from server.settings import BadSetting, Settings, load
from server.settled import settle
from sync.transport import InProcessTransport
from workers.queue import Doorbell, worker
from workers.work import Tools


@click.command()
@click.option("--host", help="Default: BSS_HOST, or 127.0.0.1.")
@click.option("--port", type=int, help="Default: BSS_PORT, or 8000.")
def serve(host: str | None, port: int | None) -> None:
    """Serve GraphQL at POST /graphql."""
    settings = load()
    stored = NOTHING_STORED if settings.documents is None else stored_in(Path(settings.documents))
    explorer = [] if settings.graphiql is None else graphiql_routes(Path(settings.graphiql))

    async def body(installation: Installation) -> None:
        doorbell = await Doorbell.connect(installation.queue_url)
        installation.database.doorbell = doorbell.ring
        listening = host or settings.host or "127.0.0.1", port or int(settings.port or 8000)
        told(f"GraphQL: POST http://{listening[0]}:{listening[1]}/graphql")
        try:
            async with served(SystemClock(), settings, installation.queue_url, installation.seal, stored) as app:
                app.router.routes.extend(explorer)
                installation.database.doorbell = _rung(app.state.live, doorbell)
                await serve_until_stopped(*listening, app)
        finally:
            await doorbell.close()

    with_installation(body)


def _rung(live: Hub, doorbell: Doorbell) -> Ring:
    """What is committed in this process is seen at once by those who follow in it, whatever the queue does."""

    async def ring(organisation_id: UUID, root_path: str) -> None:
        live.ring(organisation_id)
        await doorbell.ring(organisation_id, root_path)

    return ring


@asynccontextmanager
async def served(
    clock: Clock, settings: Settings, queue_url: str, seal: Seal, stored: Stored = NOTHING_STORED, origin: str = ""
) -> AsyncIterator[Starlette]:
    """The application, with what it shares with other processes in memory; `origin` is where clients reach it."""
    entries = ShortLived(queue_url)
    places = Places((origin or settings.public_url or "").rstrip("/"))
    authorisation = Authorisation(places, SigningKeys(seal), Seen(entries))
    party = RelyingParty(Discovery(Egress(settings.networks)))
    try:
        async with allowance(settings, queue_url) as allowed:
            live = Hub(ResumeTokens(seal), most=settings.streams)
            any_text = settings.pages == "any"
            yield application(clock, allowed, stored, entries, authorisation, party, live, pages_send_any=any_text)
    finally:
        await entries.close()


async def serve_until_stopped(host: str, port: int, app: Starlette) -> None:
    """Serve in this process until SIGTERM or SIGINT, then finish what has begun."""
    settle()
    await server_of(host, port, app).serve()


def server_of(host: str, port: int, app: Starlette) -> uvicorn.Server:
    """The server, with the limits of its connections."""
    configuration = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=25,
        ws_max_size=LARGEST_BODY,
        ws_per_message_deflate=False,
    )
    return _Server(configuration, app.state.live)


class _Server(uvicorn.Server):
    """Streams have no end of their own: they are ended before the server waits for what has begun."""

    def __init__(self, configuration: uvicorn.Config, live: Hub) -> None:
        super().__init__(configuration)
        self._live = live

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        await self._live.close()
        await super().shutdown(sockets)


@click.command()
@click.option("--jobs-at-once", default=4, show_default=True)
def work(jobs_at_once: int) -> None:
    """Run jobs until stopped; any number of these processes may run."""

    async def body(installation: Installation) -> None:
        async with Xhtml2pdfRenderer() as renderer:
            tools = tools_for(installation.database, renderer, installation.seal)
            doorbell = await Doorbell.connect(installation.queue_url)
            installation.database.doorbell = doorbell.ring
            told("Working. Stop with SIGTERM or Ctrl-C.")
            try:
                await worker(installation.queue_url, tools, jobs_at_once=jobs_at_once).async_run()
            except asyncio.CancelledError:
                told("Stopped.")
            finally:
                await doorbell.close()

    with_installation(body)


def tools_for(database: Database, renderer: Xhtml2pdfRenderer, seal: Seal) -> Tools:
    """What jobs need, in an installation whose organisations all live in one database."""
    clock = SystemClock()
    return Tools(clock, InProcessTransport(lambda _key, _side: database, clock), renderer, SigningKeys(seal))


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema; safe to run at any time, by several at once."""
    settings = load()

    async def body() -> None:
        if settings.database_url is None:
            async with opened(settings, say=told):
                return
        if settings.database_owner_url is None:
            raise BadSetting("DATABASE_OWNER_URL must be set to migrate the database at DATABASE_URL")
        await migrate_given(settings, say=told)

    asyncio.run(body())
    click.echo("The database is at this version's schema.")
