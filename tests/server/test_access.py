"""Who may do what, from the command line: tokens, roles and members."""

from __future__ import annotations

from bss.identifier import Kind, public
from tests.invoicing.books import Books
from tests.server.in_process import Terminal


def account(books: Books, name: str) -> str:
    return public(Kind.ACCOUNT, books.accounts[name])


async def test_a_token_is_shown_once_and_revoked(books: Books, terminal: Terminal) -> None:
    made = terminal.asked("token", "create", "cloud", "Portal", "--role", "operations", "--days", "30")
    assert (made["role"], made["accountId"]) == ("operations", account(books, "Cloud"))
    assert made["secret"].startswith("bss_")
    second = terminal.asked("token", "create", "cloud", "Portal 2", "--membership", made["membershipId"])
    assert (second["membershipId"], second["expiresAt"]) == (made["membershipId"], None)
    listed = terminal.bss("token", "list", "cloud", "--json")
    assert [row["name"] for row in listed.data["rows"]] == ["Portal", "Portal 2"]
    assert made["secret"] not in listed.out
    assert terminal.asked("token", "revoke", "cloud", made["id"])["revokedAt"] is not None
    assert [bool(row["revokedAt"]) for row in terminal.asked("token", "list", "cloud")["rows"]] == [True, False]


async def test_a_role_is_made_given_and_taken_away(books: Books, terminal: Terminal) -> None:
    words = ("--allow", "invoice:view", "--allow", "usage:view")
    made = terminal.asked("role", "create", "cloud", "clerk", "Clerk", "--kind", "staff", *words)
    assert (made["code"], made["permissions"], made["isStandard"]) == ("clerk", ["invoice:view", "usage:view"], False)
    assert terminal.asked("role", "update", "cloud", made["id"], "--name", "Desk")["permissions"] == made["permissions"]
    listed = {row["code"]: row["kind"] for row in terminal.asked("role", "list", "cloud")["rows"]}
    assert (listed["clerk"], listed["it_operator"], len(listed)) == ("staff", "client", 14)
    token = terminal.asked("token", "create", "cloud", "Dirk", "--role", "clerk")
    (ann, dirk) = terminal.asked("member", "list", "cloud")["rows"]
    assert (dirk["id"], dirk["name"], dirk["role"]) == (token["membershipId"], "Dirk", "clerk")
    assert terminal.asked("member", "assign", "cloud", dirk["id"], "support")["role"] == "support"
    assert terminal.asked("role", "retire", "cloud", made["id"])["retiredAt"] is not None
    assert terminal.asked("member", "end", "cloud", dirk["id"])["endedAt"] is not None
    assert "the organisation's last owner" in terminal.bss("member", "end", "cloud", ann["id"]).err


async def test_an_account_is_delegated_and_the_delegation_is_ended(books: Books, terminal: Terminal) -> None:
    parties = ("cloud", account(books, "X"), account(books, "Lite"), "partner_admin")
    created = ("delegation", "create", *parties, "--reason", "Holiday cover", "--from", "2999-01-01", "--until")
    made = terminal.asked(*created, "2999-02-01")
    assert (made["accountId"], made["toAccountId"], made["role"]) == parties[1:]
    assert (made["startsAt"], made["endsAt"]) == ("2999-01-01T00:00:00Z", "2999-02-01T00:00:00Z")
    assert "at most 400 days" in terminal.bss(*created, "3001-01-01").err
    assert [row["id"] for row in terminal.asked("delegation", "list", "cloud")["rows"]] == [made["id"]]
    assert terminal.asked("delegation", "list", "cloud", "--account", account(books, "Lite"))["rows"] == []
    assert terminal.asked("delegation", "end", "cloud", made["id"])["endedAt"] is not None
    again = terminal.bss("delegation", "end", "cloud", made["id"])
    assert (again.code, again.err) == (1, "WRONG_STATE: delegationId: The delegation has ended.\n")


async def test_people_come_in_by_a_provider_whose_secret_is_not_shown(books: Books, terminal: Terminal) -> None:
    lite = account(books, "Lite")
    given = ("provider", "add", "cloud", "Staff", "--issuer", "https://login.example", "--client-id", "bss", "--public")
    rules = ("--domain", "example.com", "--rule", f"a=b=partner_sales@{lite}", "--rule", "staff=sales")
    made = terminal.asked(*given, *rules)
    assert [(rule["group"], rule["role"]) for rule in made["rules"]] == [("a=b", "partner_sales"), ("staff", "sales")]
    assert made["rules"][0]["accountId"] == lite
    assert made["redirectPath"] == f"/sign-in/{made['id']}/back"
    assert "rules.0.role: There is no role 'none'" in terminal.bss(*given, "--domain", "x.y", "--rule", "a=none").err
    assert "is not GROUP=ROLE" in terminal.bss(*given, "--domain", "x.y", "--rule", "sales").err
    assert [row["id"] for row in terminal.asked("provider", "list", "cloud")["rows"]] == [made["id"]]
    assert terminal.asked("provider", "retire", "cloud", made["id"])["retiredAt"] is not None


async def test_an_owner_is_let_in_when_nobody_else_can_come_in(books: Books, terminal: Terminal) -> None:
    assert "There is no host" in terminal.bss("member", "recover", "cloud", "Rescue").err
    assert [row["name"] for row in terminal.asked("member", "list", "cloud")["rows"]] == ["Ann"]
    terminal.asked("host", "add", "cloud", "shop.example.com")
    made = terminal.asked("member", "recover", "cloud", "Rescue")
    assert made["link"].startswith("https://shop.example.com/invitation#")
    members = {row["id"]: row for row in terminal.asked("member", "list", "cloud")["rows"]}
    assert (members[made["membershipId"]]["name"], members[made["membershipId"]]["role"]) == ("Rescue", "owner")
    done = [row["operation"] for row in terminal.asked("audit", "list", "cloud")["rows"]]
    assert {"admitPerson", "inviteMember"} <= set(done)
    assert made["link"].partition("#")[2] not in str(terminal.asked("audit", "list", "cloud"))
    assert terminal.asked("member", "invite", "cloud", made["membershipId"], "--hours", "2")["endsAt"] > made["endsAt"]
