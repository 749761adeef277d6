"""Identifiers: sortable, typed, and refused when malformed."""

from __future__ import annotations

from uuid import UUID

import pytest

from bss.identifier import Kind, MalformedId, derived, kind_of, label, private, public, uuid7


def test_ids_are_version_seven_and_grow_within_a_process() -> None:
    minted = [uuid7() for _ in range(10_000)]
    assert minted == sorted(set(minted))
    assert {(each.version, each.variant) for each in minted} == {(7, "specified in RFC 4122")}


def test_a_public_id_has_the_prefix_of_its_kind_and_26_letters_and_comes_back() -> None:
    identifier = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    text = public(Kind.SUBSCRIPTION, identifier)
    assert text == "sub_01h455vb4pex5vsknk084sn02q"  # the letters that the TypeID specification publishes for this UUID
    assert private(Kind.SUBSCRIPTION, text) == identifier
    assert kind_of(text) is Kind.SUBSCRIPTION


@pytest.mark.parametrize(
    "text", ["", "sub_", "inv_01h45etb4peyn8rz36g8c8m2qq", "sub_" + "u" * 26, "sub_" + "z" * 26, "x_1"]
)
def test_a_malformed_id_is_refused(text: str) -> None:
    with pytest.raises(MalformedId):
        private(Kind.SUBSCRIPTION, text)


def test_what_has_one_natural_key_has_one_id() -> None:
    assert derived("line", 1, "a") == derived("line", 1, "a") != derived("line", "1a", "")


def test_a_label_is_ten_letters_of_the_id() -> None:
    assert label(UUID(int=31)) == "000000000z"
