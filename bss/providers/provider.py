"""An identity provider (OpenID Connect): by whom an account's people are known, and what they may do then. Pure.

Owns: the value, what is wrong with one, and which of somebody's groups give which roles. Does not own: whether
somebody is known by it (`server.identity`), or who may give a role (`bss.access.grant`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from bss.refusal import Problem
from bss.text import MOST_NAME, text_problems

MOST_RULES = 100
MOST_DOMAINS = 50
SCOPES = "openid email profile"
_LONGEST_ADDRESS = 2_000


@dataclass(frozen=True)
class Rule:
    """Who is in this group has this role over this account."""

    group: str
    role: str
    account_id: UUID


@dataclass(frozen=True)
class Terms:
    """What may be said of a provider anew, as a whole.

    `scopes`: what is asked of the provider, by spaces. `groups_claim`: the claim with the names of somebody's groups.
    `domains`: of which a verified e-mail address must be, for somebody who comes for the first time.
    """

    name: str
    client_id: str
    scopes: str
    groups_claim: str
    domains: tuple[str, ...]
    rules: tuple[Rule, ...]


def granted(rules: Collection[Rule], groups: Collection[str]) -> tuple[Rule, ...]:
    """The rules that hold for somebody in these groups, in their order, each role over an account once."""
    found = {(rule.account_id, rule.role): rule for rule in reversed(tuple(rules)) if rule.group in groups}
    return tuple(rule for rule in rules if found.get((rule.account_id, rule.role)) is rule)


def is_of_domain(email: str, domains: Collection[str]) -> bool:
    """Whether an address is of one of the domains; a domain below one of them is another one."""
    return email.count("@") == 1 and email.partition("@")[2].lower() in domains


def issuer_problem(issuer: str) -> str | None:
    """What keeps an address from being an issuer (OpenID Connect Discovery 1.0, section 3)."""
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is no address."
    if len(issuer) > _LONGEST_ADDRESS or not issuer.startswith(("https://", "http://")) or not host:
        return "An issuer is an address that begins with https://."
    if parts.query or parts.fragment or parts.username is not None or not issuer.isascii() or not issuer.isprintable():
        return "An issuer has no query, no fragment, no name and no password."
    return None


def problems(terms: Terms) -> Iterator[Problem]:
    """Everything that is wrong with the terms but the accounts and the roles of their rules."""
    texts = {"name": terms.name, "clientId": terms.client_id, "groupsClaim": terms.groups_claim}
    for path, text in texts.items():
        if not text:
            yield Problem((path,), "This may not be empty.")
        yield from text_problems(path, text, MOST_NAME)
    if "openid" not in terms.scopes.split(" ") or text_problems("scopes", terms.scopes, MOST_NAME):
        yield Problem(("scopes",), "Scopes are words, by a space each, and openid is one of them.")
    if not 1 <= len(terms.domains) <= MOST_DOMAINS:
        yield Problem(("domains",), f"A provider has 1 to {MOST_DOMAINS} domains.")
    for place, domain in enumerate(terms.domains):
        if "." not in domain or "@" in domain or domain != domain.lower() or text_problems("", domain, MOST_NAME):
            yield Problem(("domains", str(place)), "A domain is a name such as example.com, in small letters.")
    if len(terms.rules) > MOST_RULES:
        yield Problem(("rules",), f"A provider has at most {MOST_RULES} rules.")
    for place, rule in enumerate(terms.rules):
        if not rule.group or text_problems("", rule.group, MOST_NAME):
            yield Problem(("rules", str(place), "group"), f"A group has a name of at most {MOST_NAME} characters.")
