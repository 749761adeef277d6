"""Identity providers in GraphQL: by whom an account's people are known, and what their groups give them.

The secret goes in, and never comes out.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from bss.identifier import Kind
from bss.providers import provider, queries
from bss.providers.add_provider import AddProvider, add_provider
from bss.providers.retire_provider import RetireProvider, retire_provider
from bss.providers.update_provider import UpdateProvider, update_provider
from schema.connection import listed
from schema.declare import mutation, shown
from schema.node import Node, findable, id_of, uuid_of
from schema.size import sized

_DOMAINS = "Of which somebody's verified e-mail address must be who comes for the first time, such as example.com."
_GROUPS = "The claim that has the names of somebody's groups."


@strawberry.type(description="Who is in this group at the provider has this role over this account.")
class GroupRule:
    group: str
    role: str = strawberry.field(description="The role's code.")
    account_id: strawberry.ID


@strawberry.type(
    description="An identity provider (OpenID Connect) by which people come in at the hosts of an account. It sends"
    " them back to https://{host}/sign-in/{id}/back, and tells of sign-outs at https://{host}/sign-in/{id}/logout."
)
class IdentityProvider(Node):
    account_id: strawberry.ID
    issuer: str
    name: str = strawberry.field(description="What stands on the button.")
    client_id: str
    scopes: str
    groups_claim: str = strawberry.field(description=_GROUPS)
    domains: list[str] = strawberry.field(description=_DOMAINS, directives=sized(5))
    rules: list[GroupRule] = strawberry.field(directives=sized(10))
    added_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, found: queries.Provider) -> IdentityProvider:
        terms = found.terms
        return cls(
            id=id_of(Kind.PROVIDER, found.id),
            account_id=id_of(Kind.ACCOUNT, found.account_id),
            issuer=found.issuer,
            name=terms.name,
            client_id=terms.client_id,
            scopes=terms.scopes,
            groups_claim=terms.groups_claim,
            domains=list(terms.domains),
            rules=[
                GroupRule(group=each.group, role=each.role, account_id=id_of(Kind.ACCOUNT, each.account_id))
                for each in terms.rules
            ],
            added_at=found.added_at,
            retired_at=found.retired_at,
        )


findable(Kind.PROVIDER, queries.providers, IdentityProvider)


@strawberry.input(description="Who is in this group has this role over this account.")
class GroupRuleInput:
    group: str
    role: str = strawberry.field(description="The code of a role that may be given over the account; never owner.")
    account_id: strawberry.ID = strawberry.field(description="The provider's account, or one below it.")


@strawberry.input
class ProviderTermsInput:
    name: str = strawberry.field(description="What stands on the button.")
    client_id: str
    domains: list[str] = strawberry.field(description=_DOMAINS)
    rules: list[GroupRuleInput] = strawberry.field(
        description="The first that holds is what somebody is signed in as. Nobody comes in without one."
    )
    scopes: str = strawberry.field(default=provider.SCOPES, description="What is asked for, by a space each.")
    groups_claim: str = strawberry.field(default="groups", description=_GROUPS)


def _terms(given: ProviderTermsInput) -> provider.Terms:
    return provider.Terms(
        name=given.name.strip(),
        client_id=given.client_id.strip(),
        scopes=given.scopes.strip(),
        groups_claim=given.groups_claim.strip(),
        domains=tuple(given.domains),
        rules=tuple(
            provider.Rule(each.group, each.role, uuid_of(Kind.ACCOUNT, each.account_id, f"rules.{place}.accountId"))
            for place, each in enumerate(given.rules)
        ),
    )


@strawberry.input
class AddIdentityProviderInput(ProviderTermsInput):
    account_id: strawberry.ID
    issuer: str = strawberry.field(description="As the provider writes it; it is for good.")
    secret: strawberry.Maybe[str] = strawberry.field(
        default=None, description="The client's secret at the provider; left out: it has none."
    )


def _addition(given: AddIdentityProviderInput) -> AddProvider:
    return AddProvider(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        issuer=given.issuer.strip(),
        terms=_terms(given),
        secret=None if given.secret is None else given.secret.value,
    )


@strawberry.input
class UpdateIdentityProviderInput(ProviderTermsInput):
    provider_id: strawberry.ID
    secret: strawberry.Maybe[str] = strawberry.field(
        default=None, description="Empty: it has none any more. Left out: as it was."
    )


def _update(given: UpdateIdentityProviderInput) -> UpdateProvider:
    return UpdateProvider(
        provider_id=uuid_of(Kind.PROVIDER, given.provider_id, "providerId"),
        terms=_terms(given),
        secret=None if given.secret is None else given.secret.value,
    )


@strawberry.input
class RetireIdentityProviderInput:
    provider_id: strawberry.ID


def _retirement(given: RetireIdentityProviderInput) -> RetireProvider:
    return RetireProvider(uuid_of(Kind.PROVIDER, given.provider_id, "providerId"))


@strawberry.type
class Query:
    identity_providers = listed(
        queries.provider_page,
        IdentityProvider,
        description="The identity providers of accounts in scope, or of one account, oldest first; retired ones too.",
        of=("account_id", Kind.ACCOUNT),
    )


_shown = shown(queries.providers, IdentityProvider)


@strawberry.type
class Mutation:
    add_identity_provider = mutation(
        add_provider,
        input_type=AddIdentityProviderInput,
        result=IdentityProvider,
        request_of=_addition,
        answer=_shown,
    )
    update_identity_provider = mutation(
        update_provider,
        input_type=UpdateIdentityProviderInput,
        result=IdentityProvider,
        request_of=_update,
        answer=_shown,
    )
    retire_identity_provider = mutation(
        retire_provider,
        input_type=RetireIdentityProviderInput,
        result=IdentityProvider,
        request_of=_retirement,
        answer=_shown,
    )
