"""What would break a client of the last release is named, and is declared with a reason or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from schema.execution import sdl
from server import released
from server.released import BREAKS, RELEASED, breaks, declared, main, problems

BEFORE = """
type Query { account(id: ID!): Account, accounts(first: Int, last: Int): [Account!]! }
type Account { id: ID!, name: String!, note: String, kind: Kind! }
type Mutation { createAccount(input: CreateAccountInput!): CreateAccountResult! }
input CreateAccountInput { name: String!, note: String }
union CreateAccountResult = Account | Refused
type Refused { code: String! }
enum Kind { CUSTOMER, RESELLER }
"""


@pytest.mark.parametrize(
    ("what_was", "what_is", "said"),
    [
        ("note: String, kind", "kind", "Account.note was removed."),
        ("name: String!, note: String, kind", "name: String, note: String, kind", "Account.name changed type"),
        ("name: String!, note: String }", "name: String!, note: String! }", "CreateAccountInput.note changed type"),
        ("account(id: ID!)", "account(id: ID!, at: String!)", "A required argument Query.account(at:) was added."),
        ("note: String }", "note: String, kind: Kind! }", "A required field CreateAccountInput.kind was added."),
        ("first: Int, ", "", "Query.accounts(first:) was removed."),
        ("CUSTOMER, RESELLER", "CUSTOMER", "Enum value Kind.RESELLER was removed."),
        ("Account | Refused", "Account", "Refused was removed from union type CreateAccountResult."),
        ("type Refused { code: String! }", "interface Refused { code: String! }", "Refused changed from"),
        ("kind: Kind!", "kind: String!", "Account.kind changed type"),
        ("[Account!]!", "[Account]!", "Query.accounts changed type"),
    ],
)
def test_a_break_is_named_and_refused_until_it_is_declared(what_was: str, what_is: str, said: str) -> None:
    after = BEFORE.replace(what_was, what_is, 1)
    assert after != BEFORE
    (found,) = breaks(BEFORE, after)
    assert said in found
    assert list(problems(BEFORE, after, {})) == [f"breaks clients of the last release: {found}"]
    assert list(problems(BEFORE, after, {found: "nobody ever asked for it"})) == []
    assert list(problems(BEFORE, BEFORE, {found: "it was taken back"})) == [
        f"breaks.txt declares what is no break: {found}"
    ]


@pytest.mark.parametrize(
    ("what_was", "what_is"),
    [
        ("kind: Kind!", "kind: Kind!, email: String!"),
        ("note: String, kind", "note: String!, kind"),
        ("name: String!, note: String }", "name: String, note: String, email: String }"),
        ("CUSTOMER, RESELLER", "CUSTOMER, RESELLER, VENDOR"),
        ("last: Int)", "last: Int, after: String)"),
    ],
)
def test_what_a_client_does_not_notice_is_no_break(what_was: str, what_is: str) -> None:
    after = BEFORE.replace(what_was, what_is, 1)
    assert after != BEFORE
    assert breaks(BEFORE, after) == ()


def test_a_declaration_has_a_reason() -> None:
    assert declared("# a remark\n\nKind.VENDOR was removed. | there never was one\n") == {
        "Kind.VENDOR was removed.": "there never was one"
    }
    for line in ("Kind.VENDOR was removed.", "Kind.VENDOR was removed. | ", " | nothing"):
        with pytest.raises(ValueError, match="no reason"):
            declared(line)


def test_the_command_fails_for_the_real_schema_with_a_field_less_and_a_release_renews_what_it_is_held_against(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = sdl().replace("type Account implements Node {", "type Account implements Node {\n  nickname: String", 1)
    for name, text in (("RELEASED", more), ("BREAKS", "")):
        monkeypatch.setattr(released, name, tmp_path / name)
        (tmp_path / name).write_text(text, encoding="utf-8")
    refused = CliRunner().invoke(main)
    assert (refused.exit_code, "Account.nickname was removed." in refused.stderr) == (1, True)
    (tmp_path / "BREAKS").write_text("Field Account.nickname was removed. | nobody has one\n", encoding="utf-8")
    assert CliRunner().invoke(main).exit_code == 0
    assert CliRunner().invoke(main, ["--renew"]).exit_code == 0
    assert (tmp_path / "RELEASED").read_text(encoding="utf-8") == sdl()
    assert declared((tmp_path / "BREAKS").read_text(encoding="utf-8")) == {}


def test_what_is_committed_breaks_nothing_that_is_not_declared() -> None:
    meant = declared(BREAKS.read_text(encoding="utf-8"))
    assert list(problems(RELEASED.read_text(encoding="utf-8"), sdl(), meant)) == []
