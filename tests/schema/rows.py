"""Any number of rows of everything that a root connection lists, each with relations of its own."""

from __future__ import annotations

from uuid import UUID

from bss.identifier import Kind, private
from bss.invoicing.document import canonical
from bss.transaction.begin import begin
from tests.contracts.documents import invoice
from tests.schema.books import OPENED, Books

# $1 organisation, $2 the root's path, $3 the root account, $4 how many, $5 an instant, $6 an invoice document, $7 who
# writes and is to do all tasks.
# The ids of a kind differ in one letter only, so that row i of one table is found by row i of another.
_ID = "('{kind}0000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid"
_PATH = "$2 || 'row' || lpad(i::text, 7, '0') || '.'"
ACCOUNT, PRODUCT, OFFERING, LIST, VERSION, PRICE, ISSUER, EDGE = (_ID.format(kind=kind) for kind in "abcdef12")
SUBSCRIPTION, SEGMENT, LINE, INVOICE, FILE, METER, BATCH, VENDOR = (_ID.format(kind=kind) for kind in "34567890")
MEMBER, CONTACT, CASE, COMMENT, TASK, EVENT, EMAIL, DOCUMENT = (
    f"('{kind}1000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid" for kind in "abcdef12"
)
MEMBER_AT_ROOT = "'03000000-0000-7000-8000-000000000000'::uuid"
PLACEMENT = "('01000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid"
BUNDLE = CORRECTION = READING = CLIENT = DELEGATION = PROVIDER = OTHER = (
    "('02000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid"
)
_NOTED = "id, organisation_id, path, account_id, created_at, created_by"
_OF_ROW = f"$1, {_PATH}, {ACCOUNT}, $5, 'Staff'"

_STATEMENTS = (
    "account (id, organisation_id, path, parent_id, kind, name, accounting_number, email, billing_address, mirrored,"
    f" managed_by, version, created_at) SELECT {ACCOUNT}, $1, {_PATH}, $3, 'customer', 'Row ' || i, '', '', '', false,"
    " '', 1, $5",
    "account_placement (id, organisation_id, path, account_id, parent_id, place, effective_from, recorded_from)"
    f" SELECT {PLACEMENT}, $1, {_PATH}, {ACCOUNT}, $3, {_PATH}, $5, $5",
    f"vendor (id, organisation_id, path, code, name) SELECT {VENDOR}, $1, $2, 'row' || i, 'Row'",
    "product (id, organisation_id, path, owner_id, vendor_id, code, name)"
    f" SELECT {PRODUCT}, $1, $2, $3, {VENDOR}, 'row' || i, 'Row'",
    "offering (id, organisation_id, path, owner_id, product_id, code, name, unit, cycle)"
    f" SELECT {OFFERING}, $1, $2, $3, {PRODUCT}, 'row' || i, 'Row', 'seat', 'P1M'",
    f"bundle (id, organisation_id, path, owner_id, code, name) SELECT {BUNDLE}, $1, $2, $3, 'row' || i, 'Row'",
    "bundle_component (id, organisation_id, path, bundle_id, offering_id, quantity)"
    f" SELECT {BUNDLE}, $1, $2, {BUNDLE}, {OFFERING}, 1",
    "meter (id, organisation_id, path, code, name, unit, divisor, kind)"
    f" SELECT {METER}, $1, $2, 'row' || i, 'Row', 'hour', 1, 'sum'",
    "price_list (id, organisation_id, path, owner_id, code, name, currency, received)"
    f" SELECT {LIST}, $1, $2, $3, 'row' || i, 'Row', 'EUR', false",
    "price_version (id, organisation_id, path, price_list_id, number, valid_from, published_at, received)"
    f" SELECT {VERSION}, $1, $2, {LIST}, 1, $5, $5, false",
    "price (id, organisation_id, path, version_id, offering_id, charge, kind, description, model)"
    f" SELECT {PRICE}, $1, $2, {VERSION}, {OFFERING}, 'seat', 'recurring', 'Seat',"
    ' \'{"model":"flat","fee":"1"}\'',
    "issuer (id, organisation_id, path, owner_id, name, card, due_days)"
    f" SELECT {ISSUER}, $1, $2, $3, 'Row', (SELECT card FROM issuer LIMIT 1), 30",
    "issuer_logo (id, organisation_id, path, issuer_id, media_type, content, sha256, recorded_at)"
    f" SELECT {ISSUER}, $1, $2, {ISSUER}, 'image/png', $6, '', $5",
    f"series (id, organisation_id, path, issuer_id, prefix, last_number) SELECT {ISSUER}, $1, $2, {ISSUER}, 'R', 0",
    "edge (id, organisation_id, path, kind, seller_account_id, buyer_account_id, price_list_id, currency, zone, policy,"
    f" billing_day, bill_to_account_id, issuer_id, received, created_at) SELECT {EDGE}, $1, {_PATH}, 'selling', $3,"
    f" {ACCOUNT}, {LIST}, 'EUR', 'Europe/Amsterdam', 'standard', 1, {ACCOUNT}, {ISSUER}, false, $5",
    "past_terms (id, organisation_id, path, edge_id, price_list_id, policy, billing_day, bill_to_account_id, issuer_id,"
    f" valid_until, actor_name, recorded_at) SELECT {EDGE}, $1, {_PATH}, {EDGE}, {LIST}, 'standard', 2, {ACCOUNT},"
    f" {ISSUER}, $5, 'Row', $5",
    "subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity, characteristics,"
    " cycle, renews_automatically, order_reference, starts_at, mirrored, managed_by, version, created_at)"
    f" SELECT {SUBSCRIPTION}, $1, {_PATH}, {ACCOUNT}, {OFFERING}, 'Row', 'active', 1, '{{}}', 'P1M', true, '', $5,"
    " false, '', 1, $5",
    "segment (id, organisation_id, path, subscription_id, offering_id, status, quantity, characteristics, cycle,"
    f" effective_from, recorded_from, mirrored) SELECT {SEGMENT}, $1, {_PATH}, {SUBSCRIPTION}, {OFFERING}, 'active', 1,"
    " '{}', 'P1M', $5, $5, false",
    "usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)"
    f" SELECT $1, {_PATH}, {SUBSCRIPTION}, 'row' || i, '', $5, 1, 1",
    "usage_correction (id, organisation_id, path, subscription_id, meter, resource, hour, before, quantity, revision,"
    f" reason, recorded_at) SELECT {CORRECTION}, $1, {_PATH}, {SUBSCRIPTION}, 'row' || i, '', $5, 0, 1, 1, 'Row', $5",
    "manual_reading (id, organisation_id, path, subscription_id, meter, resource, starts_at, ends_at, value, note,"
    f" evidence, recorded_at) SELECT {READING}, $1, {_PATH}, {SUBSCRIPTION}, 'row' || i, '', $5, $5, 1, 'Row', 'Row',"
    " $5",
    "usage_batch (id, organisation_id, path, source, received, accepted, duplicate, created_at)"
    f" SELECT {BATCH}, $1, $2, 'row', 1, 1, 0, $5",
    "billable_line (id, organisation_id, path, edge_id, edge_kind, subscription_id, account_id, offering_id, charge,"
    " charge_kind, description, kind, service_start, service_end, billing_start, billing_end, quantity, unit, amount,"
    f" currency, explanation, invoice_id, recorded_at) SELECT {LINE}, $1, {_PATH}, {EDGE}, 'selling', {SUBSCRIPTION},"
    f" {ACCOUNT}, {OFFERING}, 'seat', 'recurring', 'Seat', 'original', $5, $5 + interval '1 month', $5,"
    f" $5 + interval '1 month', 1, 'seat', 1, 'EUR', '{{}}', {INVOICE}, $5",
    "invoice (id, organisation_id, path, seller_path, issuer_id, bill_to_account_id, billing_start, billing_end,"
    f" currency, total, number, issued_on, due_on, document, digest, recorded_at) SELECT {INVOICE}, $1, {_PATH}, $2,"
    f" {ISSUER}, {ACCOUNT}, $5, $5 + interval '1 month', 'EUR', 1, 'R' || i, '2026-02-01', '2026-03-01', $6, '', $5",
    "audit (id, organisation_id, path, actor_id, actor_name, operation, object_id, input_digest, recorded_at)"
    f" SELECT {OTHER}, $1, $2, $7, 'Staff', 'createAccount', {ACCOUNT}, '', $5",
    "job (id, organisation_id, kind, key, state, due_at, created_at)"
    f" SELECT {OTHER}, $1, 'sync:deliver', 'row' || i, 'parked', $5, $5",
    "link (id, organisation_id, link_key, side, peer_name, account_id, epoch, next_sequence, received_through,"
    f" created_at) SELECT {OTHER}, $1, {OTHER}, 'reseller', 'Row', $3, 1, 1, 0, $5",
    "outbound (id, organisation_id, link_id, subject, pair_id, version, body, digest, state, reason, created_at)"
    f" SELECT {OTHER}, $1, {OTHER}, 'account', {ACCOUNT}, 1, '', '', 'parked', 'Row', $5",
    "invoice_file (id, organisation_id, path, seller_path, invoice_id, media_type, content, sha256, recorded_at)"
    f" SELECT {FILE}, $1, {_PATH}, $2, {INVOICE}, 'application/pdf', $6, '', $5",
    # One person, with a membership in each account, and others who have none.
    "person (id, organisation_id, path, name, email, created_at) SELECT DISTINCT $7, $1, $2, 'Staff', '', $5",
    f"person (id, organisation_id, path, name, email, created_at) SELECT {OTHER}, $1, $2, 'Row', '', $5",
    "membership (id, organisation_id, path, person_id, account_id, role)"
    f" SELECT {MEMBER}, $1, $2, $7, {ACCOUNT}, 'owner'",
    # The same person at the root, whose people may act for each account.
    f"membership (id, organisation_id, path, person_id, account_id, role) SELECT DISTINCT {MEMBER_AT_ROOT}, $1, $2, $7,"
    " $3, 'owner'",
    "delegation (id, organisation_id, path, account_id, to_account_id, role, reason, starts_at, ends_at, granted_by,"
    f" granted_by_name, created_at) SELECT {DELEGATION}, $1, {_PATH}, {ACCOUNT}, $3, 'support', 'Row', $5,"
    " $5 + interval '30 days', $7, 'Staff', $5",
    "identity_provider (id, organisation_id, path, account_id, name, issuer, client_id, scopes, groups_claim, domains,"
    f" rules, added_at) SELECT {PROVIDER}, $1, {_PATH}, {ACCOUNT}, 'Row', 'https://row.example', 'row', 'openid',"
    " 'groups', '[]', '[]', $5",
    "session (id, organisation_id, path, person_id, membership_id, host, started_at, ends_at)"
    f" SELECT {MEMBER}, $1, $2, $7, {MEMBER}, 'row.example', $5, $5",
    "client (id, organisation_id, path, membership_id, name, secret_hash, keys, scopes, created_at)"
    f" SELECT {CLIENT}, $1, $2, {MEMBER}, 'Row', 'none', '[]', '[\"usage:view\"]', $5",
    f"contact ({_NOTED}, name, role, email, phone, is_primary) SELECT {CONTACT}, {_OF_ROW}, 'Row', '', '', '', true",
    f"account_case ({_NOTED}, subject, description, priority, state, assignee_id)"
    f" SELECT {CASE}, {_OF_ROW}, 'Row', '', 'normal', 'open', {MEMBER}",
    "case_comment (id, organisation_id, path, case_id, created_at, created_by, body)"
    f" SELECT {COMMENT}, $1, {_PATH}, {CASE}, $5, 'Staff', 'Row'",
    f"task ({_NOTED}, subject, due_on, assignee_id) SELECT {TASK}, {_OF_ROW}, 'Row', '2026-01-02', {MEMBER}",
    f"calendar_event ({_NOTED}, subject, starts_at, ends_at, place, attendees)"
    f" SELECT {EVENT}, {_OF_ROW}, 'Row', $5, $5 + interval '1 hour', '', ''",
    f"email ({_NOTED}, direction, sender, recipients, subject, body, sent_at)"
    f" SELECT {EMAIL}, {_OF_ROW}, 'sent', 'a@b.example', '[]', 'Row', '', $5",
    f"document ({_NOTED}, name, media_type, size, sha256) SELECT {DOCUMENT}, {_OF_ROW}, 'row.txt', 'text/plain', 1, ''",
    *(
        f"case_relation (id, organisation_id, path, case_id, {column}, created_at, created_by)"
        f" SELECT gen_random_uuid(), $1, {_PATH}, {CASE}, {related}, $5, 'Staff'"
        for column, related in (
            ("contact_id", CONTACT),
            ("task_id", TASK),
            ("calendar_event_id", EVENT),
            ("email_id", EMAIL),
            ("document_id", DOCUMENT),
        )
    ),
    "delivery (id, organisation_id, path, seller_path, invoice_id, address, state, recorded_at)"
    f" SELECT {INVOICE}, $1, {_PATH}, $2, {INVOICE}, 'row@customer.example', 'waiting', $5",
)


async def write_rows(books: Books, count: int, *, only: str = "") -> None:
    """Write `count` rows of each kind, or of the table `only` alone, in the order of their relations."""
    root: UUID = private(Kind.ACCOUNT, books.root)
    # Typed once and used always: a statement may name only some of the parameters.
    given = "(SELECT $1::uuid, $2::text, $3::uuid, $4::int, $5::timestamptz, $6::bytea, $7::uuid) AS given"
    async with begin(books.staff) as tx:
        for statement in _STATEMENTS:
            if statement.startswith(f"{only} " if only else ""):
                await tx.connection.execute(
                    f"INSERT INTO {statement} FROM generate_series(1, $4) AS i, {given}",
                    *(
                        tx.organisation_id,
                        books.staff.path,
                        root,
                        count,
                        OPENED,
                        canonical(invoice()),
                        books.staff.actor_id,
                    ),
                )
