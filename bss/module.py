"""Modules: parts of the product that an organisation may have switched off, and editions, which name sets of them.

Owns: which permission belongs to which module, in one table, and the refusal of a module that is off. Does not own:
which modules an organisation has (`bss.organisations`). What belongs to no module is always there: accounts, people,
the catalogue, prices and subscriptions.
"""

from __future__ import annotations

from enum import StrEnum

from bss.permission import Permission
from bss.refusal import Refusal


class Module(StrEnum):
    """A part that can be switched off. Alphabetical."""

    BILLING = "billing"
    CHANNEL = "channel"
    RELATIONS = "relations"
    USAGE = "usage"


MEANING: dict[Module, str] = {
    Module.BILLING: "Issuers and bill runs; what was billed can always be read.",
    Module.CHANNEL: "Vendors, links to other organisations, and margins between edges.",
    Module.RELATIONS: "Contacts, cases, tasks, calendar events, e-mails and documents of accounts.",
    Module.USAGE: "Importing and correcting usage; what was recorded can always be read.",
}

MODULE_OF: dict[Permission, Module] = {
    Permission.BILL_RUN: Module.BILLING,
    Permission.ISSUER_MANAGE: Module.BILLING,
    Permission.LINK_MANAGE: Module.CHANNEL,
    Permission.LINK_VIEW: Module.CHANNEL,
    Permission.MARGIN_VIEW: Module.CHANNEL,
    Permission.RELATION_MANAGE: Module.RELATIONS,
    Permission.RELATION_VIEW: Module.RELATIONS,
    Permission.USAGE_CORRECT: Module.USAGE,
    Permission.USAGE_IMPORT: Module.USAGE,
    Permission.VENDOR_MANAGE: Module.CHANNEL,
}
"""To which module what a permission allows belongs; the history that every client has (A23) belongs to none."""

ALL_MODULES = frozenset(Module)


class Edition(StrEnum):
    """A named set of modules."""

    BASIC = "basic"
    PREMIUM = "premium"


EDITIONS: dict[Edition, frozenset[Module]] = {
    Edition.BASIC: frozenset({Module.BILLING, Module.USAGE}),
    Edition.PREMIUM: ALL_MODULES,
}


def edition_of(modules: frozenset[Module]) -> Edition | None:
    """The edition that has exactly these modules, if one has."""
    return next((edition for edition, those in EDITIONS.items() if those == modules), None)


class ModuleOff(Refusal):
    code = "MODULE_OFF"
    meaning = "The organisation has switched the module off to which the operation belongs; the message names it."

    def __init__(self, module: Module) -> None:
        super().__init__(f"The module {module} is switched off.")
        self.module = module
