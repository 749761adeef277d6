"""The first of May: both months are closed, the invoices printed and stored, the margins and the waterfall shown.

Owns: the figures at the end of the story. Does not own: how they come about (`bss.invoicing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bss.agreements import queries as agreements
from bss.canonical import instant_text
from bss.invoicing import queries
from bss.invoicing.document import InvoiceDocument, as_text
from bss.invoicing.margins import margins
from bss.organisations import queries as organisations
from bss.organisations.account import AccountKind
from bss.subscriptions import queries as subscribed
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from server.demo.story import DAYS, Story, midnight

ZERO = Decimal(0)


@dataclass(frozen=True)
class Issued:
    """One invoice of the month, as document and as PDF."""

    document: InvoiceDocument
    pdf: bytes


async def close_the_month(story: Story) -> tuple[Issued, ...]:
    """Run both bill runs through the API, let the workers finish, and print every invoice."""
    story.say("\n1 May\nBoth organisations close April.")
    for front_end in (story.distributor, story.reseller):
        await front_end.done("requestBillRun", until=instant_text(midnight(DAYS + 1)))
    await story.books.settle()
    channel, books = story.channel, story.books
    issued: list[Issued] = []
    for book, database in ((channel.cloud, books.cloud), (channel.resell, books.resell)):
        with database.bound():
            issued += await issued_to(book.owner)
    for each in issued:
        story.say("\n" + as_text(each.document).rstrip())
    return tuple(issued)


async def issued_to(viewer: Viewer) -> list[Issued]:
    """The invoices in the viewer's books, as documents and as PDF, by number."""
    page = await queries.page(viewer, PageRequest(first=200))
    ids = [invoice.id for invoice in page.rows]
    documents, files = await queries.documents(viewer, ids), await queries.contents(viewer, ids)
    found = [Issued(documents[each], files[each]) for each in ids]
    return sorted(found, key=lambda each: each.document.number)


def keep(issued: Sequence[Issued], folder: Path) -> list[Path]:
    """Write the PDFs into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for each in issued:
        path = folder / f"{each.document.number}.pdf"
        path.write_bytes(each.pdf)
        paths.append(path)
    return paths


@dataclass(frozen=True)
class Sale:
    """A charge on a selling edge of the reseller, with names. `cost` is what the seller itself pays for it."""

    edge_name: str
    subscription_name: str
    sold: Decimal
    cost: Decimal
    bought_from_above: bool
    """Whether the seller is the root, so that the cost is on the supply edge."""
    consumed_by_buyer: bool


async def show_margins(story: Story) -> None:
    """Each organisation's own margins, and the waterfall of all parts joined, which nobody but the story sees."""
    channel, books = story.channel, story.books
    with books.cloud.bound():
        clouds = await _sales(channel.cloud.owner)
    with books.resell.bound():
        resells = await _sales(channel.resell.owner)
    for name, sales in (("Cloud", clouds), ("Cloud Resell", resells)):
        _say_by_edge(story, name, sales)
    asked = sum((sale.cost for sale in clouds), ZERO)
    sold = sum((sale.sold for sale in clouds), ZERO)
    bought = sum((sale.cost for sale in resells if sale.bought_from_above), ZERO)
    margin = sum((sale.sold - sale.cost for sale in resells), ZERO)
    last = sum((sale.sold for sale in resells if sale.consumed_by_buyer), ZERO)
    story.say("\nThe waterfall, joined from every organisation's own books")
    for label, amount in (
        ("the vendors ask", asked),
        ("margin of Cloud", sold - asked),
        ("Cloud sells for", sold),
        ("Cloud Resell computes as its cost", bought),
        ("margins of Cloud Resell and of Cloud Lite", margin),
        ("X, Y and Z pay", last),
    ):
        story.say(f"  {label:52}{amount:>12.2f}")
    story.say("  It adds up to the cent." if sold == bought and bought + margin == last else "  IT DOES NOT ADD UP.")


async def _sales(viewer: Viewer) -> list[Sale]:
    found = await margins(viewer, midnight(1), midnight(DAYS + 1))
    edges = await agreements.edges(viewer, {each.edge_id for each in found})
    subscriptions = await subscribed.many(viewer, {each.subscription_id for each in found})
    parties = {side for edge in edges.values() for side in (edge.seller_account_id, edge.buyer_account_id) if side}
    accounts = await organisations.many(viewer, parties)
    sales = []
    for each in found:
        edge, subscription = edges[each.edge_id], subscriptions[each.subscription_id]
        seller, buyer = (accounts[side] for side in (edge.seller_account_id, edge.buyer_account_id) if side)
        if each.cost is None:
            raise LookupError(f"what {subscription.name} costs {seller.name} is not known")
        sales.append(
            Sale(
                f"{seller.name} → {buyer.name}",
                subscription.name,
                each.sold,
                each.cost,
                seller.kind is AccountKind.ROOT,
                subscription.account_id == buyer.id,
            )
        )
    return sales


def _say_by_edge(story: Story, name: str, sales: Sequence[Sale]) -> None:
    story.say(f"\n{f'Margins in the books of {name}':54}{'sells for':>12} {'buys for':>12} {'margin':>12}")
    rows: dict[tuple[str, str], list[Sale]] = {}
    for sale in sales:
        rows.setdefault((sale.edge_name, sale.subscription_name), []).append(sale)
    for (edge, name), some in sorted(rows.items()):
        story.say(f"  {edge:34}{name:18}{_amounts(some)}")
    story.say(f"  {'':52}{_amounts(sales)}")


def _amounts(sales: Sequence[Sale]) -> str:
    sold, cost = sum((sale.sold for sale in sales), ZERO), sum((sale.cost for sale in sales), ZERO)
    return f"{sold:>12.2f} {cost:>12.2f} {sold - cost:>12.2f}"
