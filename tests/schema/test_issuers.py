"""Invoice settings by self-service: what an issuer's next documents look like, and how they are numbered."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from bss.identifier import Kind, public, uuid7
from tests.schema.books import Books

SHOWN = (
    "... on Issuer { name country dueDays sends card { name address taxNumber colour terms legal }"
    " logo { mediaType sha256 content } series { prefix lastNumber endedAt } }"
)


def picture(kind: str = "PNG", size: tuple[int, int] = (420, 120), mode: str = "RGB") -> str:
    content = io.BytesIO()
    Image.new(mode, size, "#0b5c7a").save(content, kind)
    return base64.b64encode(content.getvalue()).decode()


async def test_lite_s_owner_changes_what_lite_s_documents_look_like(shared_books: Books) -> None:
    lite = shared_books.as_role("owner", "lite")
    card = {"address": ["Kade 2", "Utrecht"], "taxNumber": "nl 0044.95.445.B01", "colour": "#0b5c7a", "legal": "Small."}
    given = {"issuerId": shared_books.ids["lite issuer"], "name": "Lite B.V.", "country": "NL", "dueDays": 14}
    result = await shared_books.call("updateIssuer", {**given, "card": card, "sends": True}, viewer=lite, show=SHOWN)
    assert (result["name"], result["country"], result["dueDays"], result["sends"]) == ("Lite B.V.", "NL", 14, True)
    changed = {"name": "Lite B.V.", "address": ["Kade 2", "Utrecht"], "taxNumber": "NL004495445B01", "terms": ""}
    assert result["card"] == {**changed, "colour": "#0b5c7a", "legal": "Small."}
    terms = {"issuerId": given["issuerId"], "card": {"terms": "Pay.\nSoon."}}
    again = await shared_books.call("updateIssuer", terms, viewer=lite, show=SHOWN)
    assert again["card"] == {**result["card"], "terms": "Pay.\nSoon."}, "what is not said stays"
    assert (again["dueDays"], again["sends"]) == (14, True)


async def test_a_card_with_a_name_of_its_own_keeps_it(shared_books: Books) -> None:
    named = {"issuerId": shared_books.ids["root issuer"], "card": {"name": "Cloud Holding"}}
    await shared_books.make("updateIssuer", named)
    renamed = {"issuerId": shared_books.ids["root issuer"], "name": "Cloud of the North"}
    assert (await shared_books.make("updateIssuer", renamed, show=SHOWN))["card"]["name"] == "Cloud Holding"


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"name": "  "}, ["name"]),
        ({"name": "x" * 201}, ["name"]),
        ({"dueDays": -1}, ["dueDays"]),
        ({"dueDays": 366}, ["dueDays"]),
        ({"country": "XX"}, ["country"]),
        ({"country": "NL", "card": {"taxNumber": "NL004495446B01"}}, ["card.taxNumber"]),
        ({"card": {"colour": "red; } body { display: none"}}, ["card.colour"]),
        ({"card": {"colour": "#ffd400"}}, ["card.colour"]),
        ({"card": {"address": ["a"] * 11}}, ["card.address"]),
        ({"card": {"address": ["two\nlines"]}}, ["card.address"]),
        ({"card": {"terms": "x\n" * 20 + "x"}}, ["card.terms"]),
        ({"card": {"footer": "one\ntwo"}}, ["card.footer"]),
        ({"card": {"legal": "\u202e"}}, ["card.legal"]),
        ({"name": "", "dueDays": 400, "card": {"colour": "#fff"}}, ["name", "card.colour", "dueDays"]),
    ],
)
async def test_every_problem_of_a_setting_is_named_at_once(
    shared_books: Books, given: dict[str, Any], paths: list[str]
) -> None:
    refusal = await shared_books.call("updateIssuer", {"issuerId": shared_books.ids["lite issuer"], **given})
    assert refusal["code"] == "INVALID_INPUT"
    assert [".".join(problem["path"]) for problem in refusal["problems"]] == paths


async def test_yellow_is_refused_with_its_contrast(shared_books: Books) -> None:
    given = {"issuerId": shared_books.ids["lite issuer"], "card": {"colour": "#ffffff"}}
    assert "a contrast of 1.0; 4.5 is the least" in (await shared_books.call("updateIssuer", given))["message"]


@pytest.mark.parametrize(
    "upload", [picture(), picture("JPEG"), picture(mode="RGBA"), picture(mode="P"), picture("PNG", (2000, 9))]
)
async def test_a_logo_is_stored_as_the_png_that_is_printed(shared_books: Books, upload: str) -> None:
    given = {"issuerId": shared_books.ids["root issuer"], "logo": upload}
    logo = (await shared_books.make("updateIssuer", given, show=SHOWN))["logo"]
    content = base64.b64decode(logo["content"])
    assert (logo["mediaType"], logo["sha256"]) == ("image/png", hashlib.sha256(content).hexdigest())
    stored = Image.open(io.BytesIO(content))
    assert (stored.format, stored.mode) == ("PNG", "RGB")
    assert stored.width <= 1200
    assert stored.height <= 300
    without = {"issuerId": shared_books.ids["root issuer"], "logo": ""}
    assert (await shared_books.make("updateIssuer", without, show=SHOWN))["logo"] is None


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        ("not base64!", "base64"),
        (base64.b64encode(b"\x89PNG\r\n\x1a\nbut no picture").decode(), "neither"),
        (base64.b64encode(base64.b64decode(picture("JPEG", (400, 400)))[:300]).decode(), "damaged"),
        (picture("GIF"), "neither"),
        (base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(), "neither"),
        (picture("PNG", (2001, 4)), "2000 pixels"),
        (picture("PNG", (9000, 9000)), "2000 pixels"),
        ("A" * 700_000, "512 KiB"),
    ],
)
async def test_what_is_no_logo_is_refused_and_nothing_is_changed(shared_books: Books, upload: str, says: str) -> None:
    issuer = shared_books.ids["root issuer"]
    refusal = await shared_books.call("updateIssuer", {"issuerId": issuer, "name": "Other", "logo": upload})
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["logo"])
    assert says in refusal["message"]
    found = await shared_books.data("query($id: ID!) { node(id: $id) { ... on Issuer { name } } }", id=issuer)
    assert found["node"]["name"] != "Other"


async def test_an_issuer_outside_the_scope_is_not_found(shared_books: Books) -> None:
    lite = shared_books.as_role("owner", "lite")
    for issuer in (shared_books.ids["root issuer"], public(Kind.ISSUER, uuid7())):
        for mutation, more in (("updateIssuer", {"dueDays": 1}), ("startSeries", {"seriesPrefix": "N-"})):
            refusal = await shared_books.call(mutation, {"issuerId": issuer, **more}, viewer=lite)
            assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["issuerId"])
