"""The contract of the renderer: what stands in the PDF, what fails, and how its processes live and die."""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader

from bss.invoicing.document import DocumentKind, InvoiceDocument
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.invoicing.renderer import MissingGlyph, Renderer, RenderFailed, Unprintable
from tests.contracts.documents import BILL_TO, ISSUER, LINES, invoice, logo_png, long_invoice


@pytest_asyncio.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    async with Xhtml2pdfRenderer() as started:
        yield started


def pages(pdf: bytes) -> list[str]:
    """The text of each page, every white space a plain space."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def billed_to(name: str) -> InvoiceDocument:
    return replace(invoice(), bill_to=replace(BILL_TO, name=name))


def fonts(pdf: bytes) -> list[Any]:
    resources: list[Any] = [page["/Resources"] for page in PdfReader(io.BytesIO(pdf)).pages]
    return [font.get_object() for resource in resources for font in resource["/Font"].values()]


async def test_the_pdf_says_number_parties_every_amount_subtotals_and_total(renderer: Renderer) -> None:
    (page,) = pages(await renderer.pdf(invoice()))
    for said in ("NCD-2026-00017", "Nordlys Cloud Distribution AS", "Fjord IT Partner AS", "VAT NO 987 654 325 MVA"):
        assert said in page
    for amount in ("120.00", "1 174.44", "15.61", "90.00", "37.20"):
        assert amount in page
    assert "Subtotal Bakeri Sol AS 1 310.05" in page
    assert "Subtotal Rederiet Bris AS 127.20" in page
    assert "Total EUR 1 437.25" in page


async def test_a_credit_note_says_so_and_asks_for_nothing(renderer: Renderer) -> None:
    (page,) = pages(await renderer.pdf(replace(invoice(), kind=DocumentKind.CREDIT_NOTE, due_on=None, total="-12.50")))
    assert "Credit note number NCD-2026-00017" in page
    assert "Nothing is to be paid: the amount is credited to your account." in page
    assert "Total EUR -12.50" in page
    assert "Please pay" not in page
    assert "Due" not in page.split()


async def test_each_line_tells_its_service_period_in_the_zone_of_the_bill(renderer: Renderer) -> None:
    (page,) = pages(await renderer.pdf(invoice()))
    assert "vCPU, graduated 2026-03-01 – 2026-03-31 12 480.5 vCPU-hours 1 174.44" in page
    assert "Agent 2026-03-10 – 2026-03-31 4 agents 5.50 15.61" in page
    assert "Set-up 2026-03-10 1 piece" in page


async def test_two_hundred_lines_repeat_head_and_page_marks_and_lose_no_line(renderer: Renderer) -> None:
    printed = pages(await renderer.pdf(long_invoice(200)))
    assert len(printed) > 2
    for number, page in enumerate(printed, start=1):
        assert "Pos. Description Service period Quantity Unit Unit price Amount, EUR" in page
        assert f"{number} / {len(printed)}" in page
        assert "Invoice" in page
        assert "NCD-2026-00017" in page
    whole = " ".join(printed)
    assert all(f"Virtual machine number {position} " in whole for position in range(1, 201))
    assert whole.count("Subtotal Customer") == 4
    assert whole.count("75.00") == 4
    assert "Total EUR 300.00" in printed[-1]


@pytest.mark.parametrize("address_lines", [0, 1, 2])
async def test_no_page_ends_with_a_heading(renderer: Renderer, address_lines: int) -> None:
    lines = tuple(replace(line, subscription_name=f"Rack {line.position}") for line in long_invoice(48).lines)
    lower = replace(ISSUER, address=("Havnegata 12",) * address_lines)
    printed = pages(await renderer.pdf(invoice(lines, lower)))
    assert len(printed) >= 3
    # The engine draws the furniture first, so that the text of a page ends with its last row.
    assert [page for page in printed if re.search(r"Rack \d+$", page)] == []


@pytest.mark.parametrize("count", range(16, 24))
async def test_the_total_never_stands_alone_on_a_page(renderer: Renderer, count: int) -> None:
    last_page = pages(await renderer.pdf(long_invoice(count)))[-1]
    assert f"Virtual machine number {count} " in last_page
    assert "Subtotal Customer 1" in last_page
    assert "Total EUR" in last_page


@pytest.mark.parametrize("name", ["Αθηναϊκή Ζυθοποιία Ωμέγα", "Щедрый Вечер Київ", "Zażółć gęślą jaźń Łódź"])
async def test_greek_cyrillic_and_polish_names_are_printed(renderer: Renderer, name: str) -> None:
    document = billed_to(name)
    bold_too = replace(document, lines=(replace(LINES[0], account_name=name, subscription_name=name), *LINES[1:]))
    (page,) = pages(await renderer.pdf(bold_too))
    assert page.count(name) == 4  # bill-to, account, subscription, subtotal


async def test_an_accent_that_follows_its_letter_is_printed_as_one_character(renderer: Renderer) -> None:
    (page,) = pages(await renderer.pdf(billed_to("Gdan\u0301sk")))
    assert "Gda\u0144sk" in page


@pytest.mark.parametrize("character", ["😀", "漢", "\u0000", "ب"])
async def test_a_character_without_glyph_fails_the_job_and_is_named_with_its_field(
    renderer: Renderer, character: str
) -> None:
    document = replace(
        billed_to(f"A{character}B{character}"), lines=(*LINES[:4], replace(LINES[4], description=character))
    )
    with pytest.raises(MissingGlyph) as refused:
        await renderer.pdf(document)
    assert refused.value.places == (
        Unprintable("bill_to.name", character),
        Unprintable("lines[4].description", character),
    )
    assert refused.value.number == "NCD-2026-00017"
    assert f"U+{ord(character):04X}" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["<b>Bold</b> & Sons", "{{7*7}}", "{% raw %}", "&nbsp;&lt;", "<pdf:nextpage>", "</style><img src=x>"]
)
async def test_markup_in_a_name_is_only_text(renderer: Renderer, name: str) -> None:
    (page,) = pages(await renderer.pdf(billed_to(name)))
    assert name in page


async def test_every_font_is_embedded(renderer: Renderer) -> None:
    used = fonts(await renderer.pdf(invoice()))
    assert {str(font["/BaseFont"])[-8:] for font in used} == {"-Regular", "Semibold"}
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


async def test_the_logo_is_printed(renderer: Renderer) -> None:
    printed = await renderer.pdf(invoice(issuer=replace(ISSUER, logo_png=logo_png())))
    (image,) = PdfReader(io.BytesIO(printed)).pages[0].images
    assert image.image is not None
    assert image.image.size == (420, 120)


async def test_a_broken_logo_fails_the_job(renderer: Renderer) -> None:
    with pytest.raises(RenderFailed):
        await renderer.pdf(invoice(issuer=replace(ISSUER, logo_png="bm90IGFuIGltYWdl")))


async def test_the_same_document_gives_the_same_bytes_in_another_process(renderer: Renderer) -> None:
    document = invoice(issuer=replace(ISSUER, logo_png=logo_png()))
    async with Xhtml2pdfRenderer() as other:
        assert await renderer.pdf(document) == await other.pdf(document)


async def test_the_event_loop_goes_on_while_an_invoice_is_rendered(renderer: Renderer) -> None:
    rendering = asyncio.create_task(renderer.pdf(long_invoice(50)))
    ticks = 0
    while not rendering.done():
        await asyncio.sleep(0.01)
        ticks += 1
    await rendering
    assert ticks >= 10


async def test_a_render_that_takes_too_long_ends_and_the_next_one_works() -> None:
    async with Xhtml2pdfRenderer(seconds=1) as impatient:
        with pytest.raises(RenderFailed, match="longer than 1 s"):
            await impatient.pdf(long_invoice(1000))
        with pytest.raises(MissingGlyph):
            await impatient.pdf(billed_to("漢"))


async def test_invoices_survive_the_death_of_their_rendering_process() -> None:
    async with Xhtml2pdfRenderer() as struck:
        before = set(multiprocessing.active_children())
        victims = [struck.pdf(long_invoice(20)), struck.pdf(invoice())]
        rendering = asyncio.gather(*victims)
        await asyncio.sleep(0.1)
        newest = max(before, key=lambda child: child.pid or 0)
        assert newest.pid is not None
        os.kill(newest.pid, signal.SIGKILL)
        long, short = await rendering
        await asyncio.to_thread(newest.join)
        assert newest.exitcode == -signal.SIGKILL
        assert "Total EUR 30.00" in pages(long)[-1]
        assert "Total EUR 1 437.25" in pages(short)[-1]


ORPHANS = """
import asyncio, multiprocessing, time
from bss.invoicing.pdf import Xhtml2pdfRenderer
async def serve():
    async with Xhtml2pdfRenderer():
        print(*[child.pid for child in multiprocessing.active_children()], flush=True)
        await asyncio.sleep(60)
asyncio.run(serve())
"""


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_killed_parent_leaves_no_rendering_process_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(children) == 1
        assert is_running(children[0])
        parent.kill()
    deadline = time.monotonic() + 10
    while is_running(children[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(children[0])
