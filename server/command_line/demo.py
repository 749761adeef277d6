"""`bss demo`: a month in two books on the embedded servers, then a GraphQL server with tokens to try."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from bss.clock import SetClock, SystemClock
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.transaction.database import Database
from server.command_line.opening import told
from server.command_line.processes import serve_until_stopped, served, tools_for
from server.demo.books import Books
from server.demo.channel import Channel, opened_channel
from server.demo.closing import close_the_month, keep, show_margins
from server.demo.houses import fronts, house_of, open_house
from server.demo.real_month import live_real_month, machines_in
from server.demo.story import EVE, Story
from server.development_provider.house import refuse_production
from server.development_provider.provider import DevelopmentProvider
from server.embedded import Servers, acquire
from server.installation import drop_embedded, embedded_addresses, embedded_seal, prepare_embedded
from server.schema_of_database import register_models
from server.settings import load
from workers.queue import Doorbell, worker

DATABASE = "bss_demo"
LISTENING = "127.0.0.1"
_PROVIDER = "/development-provider"


@click.command()
@click.option("--no-serve", is_flag=True, help="Tell the story and stop.")
@click.option(
    "--usage",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Bill a real month instead: a .csv or .csv.gz with the columns vm_id, sampled_at (the end of an interval,"
    " RFC 3339), duration_ms, cpu_count, cpu_usage_mhz.",
)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-output"))
@click.option("--port", default=8000, show_default=True)
def demo(no_serve: bool, usage: Path | None, output: Path, port: int) -> None:
    """Live through a month at a distributor and a reseller, each with books of its own.

    Starts from nothing each time, on the embedded servers, whatever DATABASE_URL says.
    """
    if usage is None and not no_serve:
        refuse_production(load(), LISTENING)  # the demonstration has a provider that believes everybody
    if usage is not None:
        machines_in(usage)  # a file that cannot be read is refused before anything is started
    asyncio.run(_demonstrate(no_serve, usage, output, port))


async def _demonstrate(no_serve: bool, usage: Path | None, output: Path, port: int) -> None:
    settings = load()
    told("Starting the embedded PostgreSQL and Valkey …")
    servers = await asyncio.to_thread(acquire, settings.home_folder)
    await drop_embedded(servers, DATABASE)
    await prepare_embedded(servers, DATABASE)
    await register_models()
    database = await Database.connect(embedded_addresses(servers, DATABASE))
    database.bind()
    try:
        async with Xhtml2pdfRenderer() as renderer:
            if usage is not None:
                await live_real_month(database, renderer, usage, output, click.echo)
                return
            channel = await _story(database, renderer, output)
            if not no_serve:
                database.sealing = embedded_seal(servers)
                await _serve(database, renderer, servers, channel, port)
    finally:
        await database.close()


async def _story(database: Database, renderer: Xhtml2pdfRenderer, output: Path) -> Channel:
    books = Books(database, database, SetClock(EVE), renderer)
    channel = await opened_channel(books, EVE)
    story = Story(books, channel, click.echo)
    await story.month()
    issued = await close_the_month(story)
    await show_margins(story)
    click.echo(f"\nInvoices as PDF: {', '.join(str(path) for path in keep(issued, output))}")
    return channel


async def _serve(
    database: Database, renderer: Xhtml2pdfRenderer, servers: Servers, channel: Channel, port: int
) -> None:
    """Serve the books of the story with a worker beside the server, until Ctrl-C."""
    click.echo(f"\nGraphQL: POST http://{LISTENING}:{port}/graphql   (documents to try: docs/api/*.graphql)")
    for name, token in channel.tokens.items():
        click.echo(f"  TOKEN={token}   # {name}")
    provider = await _open_houses(channel, port)
    click.echo(
        "Look behind it: BSS_DATABASE=bss_demo bss doctor, bss sync status, bss job list cloud. Stop with Ctrl-C."
    )
    doorbell = await Doorbell.connect(servers.redis_url)
    database.doorbell = doorbell.ring
    seal = embedded_seal(servers)
    tools = tools_for(database, renderer, seal)
    working = asyncio.create_task(worker(servers.redis_url, tools, handle_signals=False).async_run())
    here = replace(load(), egress_allow="127.0.0.0/8, ::1/128")
    try:
        async with served(SystemClock(), here, servers.redis_url, seal, origin=f"http://localhost:{port}") as app:
            app.router.routes.append(provider.routes(_PROVIDER))
            await serve_until_stopped(LISTENING, port, app)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await doorbell.close()


async def _open_houses(channel: Channel, port: int) -> DevelopmentProvider:
    """Three hosts with brands, and a provider for each, by which a newcomer signs in without an account anywhere."""
    opened = [(front, house_of(front, port)) for front in fronts(channel)]
    houses = tuple(house for _, house in opened)
    provider = DevelopmentProvider(f"http://localhost:{port}{_PROVIDER}", houses, SystemClock())
    click.echo("Sign in as somebody of:")
    for front, house in opened:
        await open_house(front, provider.issuer(house), SystemClock().now())
        click.echo(f"  {house.origin}/sign-in   # {front.name}: {', '.join(each.name for each in house.people)}")
    return provider
