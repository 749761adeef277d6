"""The frozen invoice: its bytes, its digest and its plain text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bss.invoicing.document import as_text, canonical, digest, from_bytes, sections
from bss.invoicing.pdf.markup import html
from tests.contracts.documents import BILL_TO, ISSUER, LINES, invoice, logo_png


def test_the_canonical_form_reads_back_as_the_same_document() -> None:
    document = invoice(issuer=replace(ISSUER, logo_png=logo_png()))
    assert from_bytes(canonical(document)) == document
    assert canonical(from_bytes(canonical(document))) == canonical(document)


def test_the_canonical_form_has_sorted_keys_no_spaces_and_amounts_as_strings() -> None:
    content = canonical(replace(invoice(), bill_to=replace(BILL_TO, name="Łódź"))).decode()
    assert content.startswith('{"bill_to":{"accounting_number":"R-1042","address":["Bryggen 5",')
    assert '"amount":"1174.44","description":"vCPU, graduated"' in content
    assert '"service_start":"2026-03-09T23:00:00+00:00"' in content
    assert '"name":"Łódź"' in content


def test_a_fraction_that_is_not_a_string_is_refused() -> None:
    content = canonical(invoice()).replace(b'"total":"1437.25"', b'"total":1437.25')
    with pytest.raises(ValueError, match=r"1437\.25 is a number with a fraction"):
        from_bytes(content)


def test_the_digest_ignores_the_number_and_nothing_else() -> None:
    document = invoice()
    assert digest(replace(document, number="NCD-2026-00018")) == digest(document)
    assert digest(replace(document, issued_on=document.due_on)) != digest(document)
    assert digest(replace(document, due_on=document.issued_on)) != digest(document)
    assert digest(replace(document, total="1437.26")) != digest(document)
    assert digest(replace(document, policy={"name": "other"})) != digest(document)
    assert digest(replace(document, lines=LINES[:4])) != digest(document)


def test_a_colour_that_is_no_colour_cannot_stand_in_a_document() -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        replace(ISSUER, colour="red; } body { display: none")


def test_a_period_that_ends_at_midnight_ends_at_24_hours_of_its_last_day() -> None:
    started_at_14 = replace(LINES[2], service_start=LINES[2].service_start.replace(hour=13, day=10))
    assert "2026-03-10 14:00 –" in as_text(invoice((started_at_14,)))
    assert "2026-03-31 24:00" in as_text(invoice((started_at_14,)))


def test_two_customers_of_one_name_have_a_heading_and_a_subtotal_each() -> None:
    """15.61 and 90.00, and not 105.61; the same for two subscriptions of one customer, and for what is printed."""
    backup, set_up = (replace(one, account_name="Sol", subscription_name="Shop") for one in LINES[2:4])
    twice = invoice((backup, set_up, replace(LINES[4], account_id=set_up.account_id, account_name="Sol")))
    assert [(section.name, section.subtotal) for section in sections(twice)] == [("Sol", "15.61"), ("Sol", "127.20")]
    again = replace(backup, subscription_id="another")
    (section,) = sections(invoice((backup, again)))
    assert section.subscriptions == (("Shop", (backup,)), ("Shop", (again,)))
    assert as_text(invoice((backup, again))).count("\n  Shop\n") == 2
    assert len([row for row in html(twice).splitlines() if "Subtotal Sol" in row]) == 2


GOLDEN = """\
INVOICE NCD-2026-00017
Issued 2026-04-01, due 2026-05-01
Billing period 2026-03-01 – 2026-03-31 (Europe/Oslo)

From                                              Bill to
Nordlys Cloud Distribution AS                     Fjord IT Partner AS
Havnegata 12                                      Bryggen 5
0150 Oslo                                         5003 Bergen
Norway                                            Norway
Org. no. 987 654 325                              Account R-1042
VAT NO 987 654 325 MVA                            invoices@fjord.example

Pos Description                       Service period          Quantity Unit       Unit price  Amount
────────────────────────────────────────────────────────────────────────────────────────────────────
Bakeri Sol AS
  Web shop
  1 Virtual datacentre, base fee      2026-03-01 – 2026-03-31        1 month          120.00  120.00
  2 vCPU, graduated                   2026-03-01 – 2026-03-31  12480.5 vCPU-hours            1174.44
  Backup
  3 Agent                             2026-03-10 – 2026-03-31        4 agents           5.50   15.61
Subtotal Bakeri Sol AS                                                                       1310.05

Rederiet Bris AS
  Fleet portal
  4 Set-up                            2026-03-10                     1 piece           90.00   90.00
  5 Memory                            2026-03-01 – 2026-03-31     2976 GB-hours       0.0125   37.20
Subtotal Rederiet Bris AS                                                                     127.20

────────────────────────────────────────────────────────────────────────────────────────────────────
Total EUR                                                                                    1437.25
"""


def test_the_plain_text_fits_a_terminal_of_100_columns_and_groups_by_account_and_subscription() -> None:
    assert as_text(invoice()) == GOLDEN
    assert max(map(len, GOLDEN.splitlines())) == 100
