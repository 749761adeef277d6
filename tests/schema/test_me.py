"""A front end asks who asks, before it shows anything."""

from __future__ import annotations

from dataclasses import replace

from bss.module import Module
from bss.permission import Permission
from tests.schema.books import Books

ME = "{ me { name accountId accountName permissions actingFor } }"


async def test_everybody_learns_who_they_are_and_what_would_not_be_refused(shared_books: Books) -> None:
    for role, account in (("owner", "root"), ("partner_sales", "lite"), ("billing_viewer", "x")):
        viewer = shared_books.as_role(role, account) if account != "root" else shared_books.staff
        me = (await shared_books.data(ME, viewer=viewer))["me"]
        assert (me["name"], me["accountId"], me["actingFor"]) == (viewer.actor_name, shared_books.ids[account], None)
        assert set(me["permissions"]) == {word.value for word in Permission if viewer.may(word)}
    assert me["accountName"] == "X"
    assert "account:view" in me["permissions"]
    assert "price:manage" not in me["permissions"]


async def test_what_is_switched_off_or_takes_the_whole_organisation_is_not_among_it(shared_books: Books) -> None:
    over_lite = replace(shared_books.staff, path=shared_books.path("lite"))
    without = replace(shared_books.staff, modules=frozenset(Module) - {Module.RELATIONS})
    nobody = replace(shared_books.as_role("billing_viewer", "x"), permissions=frozenset())
    found = [(await shared_books.data(ME, viewer=each))["me"]["permissions"] for each in (over_lite, without, nobody)]
    assert "audit:view" not in found[0]
    assert {"relation:view", "relation:manage"}.isdisjoint(found[1])
    assert found[2] == []


async def test_who_acts_for_another_is_told_so(shared_books: Books) -> None:
    acting = replace(
        shared_books.as_role("partner_admin", "z"), acting_as=shared_books.staff.actor_id, acting_as_name="Z"
    )
    me = (await shared_books.data(ME, viewer=acting))["me"]
    assert (me["accountName"], me["actingFor"]) == ("Z", "Z")
