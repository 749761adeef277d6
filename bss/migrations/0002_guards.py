"""Guards of the first tables: row-level security, keys, references, locks, the directory and its functions."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from bss.transaction.guard import (
    account_table,
    append_only,
    definer_function,
    directory_table,
    locked_when,
    organisation_table,
    tenant_reference,
)

ORGANISATION_TABLES = (
    *(
        "organisation",
        "role",
        "job",
        "event",
        "idempotency",
        "bill_run",
        "audit_chain",
        "feed_head",
        "signing_key",
        "revoked_access",
    ),
)
ACCOUNT_TABLES = (
    "account",
    "audit",
    "person",
    "membership",
    "delegation",
    "api_token",
    "session",
    "host",
    "identity_provider",
    "identity",
    "invitation",
    "brand",
    "client",
    "vendor",
    "product",
    "offering",
    "bundle",
    "bundle_component",
    "meter",
    "price_list",
    "price_version",
    "price",
    "issuer",
    "series",
    "edge",
    "subscription",
    "segment",
    "subscription_order",
    "usage_batch",
    "billable_line",
    "contact",
    "account_case",
    "case_comment",
    "task",
    "calendar_event",
    "email",
    "document",
    "document_content",
    "case_relation",
    "account_placement",
    "issuer_logo",
    "past_terms",
    "usage_correction",
    "manual_reading",
)

TRIGGER_FUNCTIONS = [
    """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - TG_ARGV = to_jsonb(NEW) - TG_ARGV THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $body$
    """,
    # A row of the audit gets its place in the chain once, after it was committed, and nobody takes that away again.
    """
    CREATE FUNCTION refuse_rewriting_audit() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      given text[] := CASE WHEN OLD.position IS NULL THEN '{path,position,link}' ELSE '{path}' END;
    BEGIN
      IF TG_OP = 'INSERT' AND NEW.position IS NULL AND NEW.link IS NULL THEN RETURN NEW; END IF;
      IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - given = to_jsonb(NEW) - given THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'rows of % are append-only, and sealed once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $body$
    """,
    """
    CREATE FUNCTION refuse_rewinding() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.organisation_id = OLD.organisation_id
         AND (NEW.position > OLD.position OR NEW.position = OLD.position AND NEW.link = OLD.link) THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'the head of % goes forward only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $body$
    """,
    # What is told gets its position once, after it was committed; it is forgotten, and never told anew.
    """
    CREATE FUNCTION refuse_renumbering() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      given text[] := CASE WHEN OLD.position IS NULL THEN '{path,seller_path,position}' ELSE '{path,seller_path}' END;
    BEGIN
      IF TG_OP = 'DELETE' AND OLD.position IS NOT NULL THEN RETURN OLD; END IF;
      IF TG_OP = 'INSERT' AND NEW.position IS NULL THEN RETURN NEW; END IF;
      IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - given = to_jsonb(NEW) - given THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'rows of % are numbered once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $body$
    """,
    """
    CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.organisation_id = OLD.organisation_id
         AND NEW.position >= OLD.position AND NEW.forgotten >= OLD.forgotten THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'the head of % goes forward only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $body$
    """,
    # A line is final once its invoice is issued or, on a supply edge, once a finished run has closed its period. Until
    # then a bill run writes it anew; only one that sees the whole organisation sees every invoice, too.
    """
    CREATE FUNCTION refuse_rewriting_final_line() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'path' = to_jsonb(NEW) - 'path' THEN RETURN NEW; END IF;
      IF TG_OP = 'DELETE' AND current_user = 'bss_bulk'
         AND EXISTS (SELECT FROM account a WHERE a.organisation_id = OLD.organisation_id AND a.parent_id IS NULL)
         AND NOT EXISTS (SELECT FROM invoice i WHERE i.organisation_id = OLD.organisation_id AND i.id = OLD.invoice_id)
         AND (OLD.invoice_id IS NOT NULL OR NOT EXISTS (
           SELECT FROM edge e JOIN bill_run r ON r.organisation_id = e.organisation_id AND r.created_at >= e.created_at
           WHERE e.organisation_id = OLD.organisation_id AND e.id = OLD.edge_id
             AND r.state = 'done' AND r.lines + r.invoices > 0 AND r.until >= OLD.billing_end)) THEN
        RETURN OLD;
      END IF;
      RAISE EXCEPTION 'rows of % are append-only, and a final one stays', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END $body$
    """,
    # The lock looks at the role and not at a setting, because raw SQL can set a setting.
    """
    CREATE FUNCTION refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      flag text := TG_ARGV[0];
      before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
      after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    BEGIN
      IF current_user <> 'bss_sync'
         AND (coalesce((before ->> flag)::boolean, false) OR coalesce((after ->> flag)::boolean, false))
         AND (TG_OP <> 'UPDATE' OR before - TG_ARGV[1:] IS DISTINCT FROM after - TG_ARGV[1:]) THEN
        RAISE EXCEPTION 'LOCKED: this row of % is written by the other organisation only', TG_TABLE_NAME
          USING ERRCODE = 'insufficient_privilege';
      END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      RETURN NEW;
    END $body$
    """,
    # A version is published whole: prices are written in the transaction that writes their version, or never. What
    # this statement can see and is still in progress was written by this transaction or by a savepoint of it.
    """
    CREATE FUNCTION refuse_late_price() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      epoch bigint := pg_current_xact_id()::text::bigint >> 32 << 32;
      writer bigint;
    BEGIN
      SELECT epoch | v.xmin::text::bigint INTO writer FROM price_version v
        WHERE v.organisation_id = NEW.organisation_id AND v.id = NEW.version_id;
      IF current_user <> 'bss_sync' AND (writer IS NULL OR writer < pg_current_xact_id()::text::bigint - 1000000
          OR pg_xact_status(writer::text::xid8) IS DISTINCT FROM 'in progress') THEN
        RAISE EXCEPTION 'a published version of a price list gets no more prices' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $body$
    """,
    """
    CREATE FUNCTION mark_due() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = public, pg_temp AS $body$
    BEGIN
      INSERT INTO directory_due (organisation_id, due_at) VALUES (NEW.organisation_id, now());
      RETURN NULL;
    END $body$
    """,
]

DIRECTORY = [
    "CREATE TABLE directory_organisation (organisation_id uuid PRIMARY KEY, slug text NOT NULL UNIQUE,"
    ' root_path text COLLATE "C" NOT NULL)',
    "CREATE TABLE directory_token (token_hash text PRIMARY KEY, organisation_id uuid NOT NULL, token_id uuid NOT NULL)",
    "CREATE TABLE directory_host (host text PRIMARY KEY, organisation_id uuid NOT NULL, host_id uuid NOT NULL)",
    "CREATE TABLE directory_client (client_id uuid PRIMARY KEY, organisation_id uuid NOT NULL)",
    "CREATE TABLE directory_due (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, organisation_id uuid NOT NULL,"
    " due_at timestamptz NOT NULL)",
    *[
        sql
        for table in (
            *("directory_organisation", "directory_token", "directory_host", "directory_client", "directory_due"),
        )
        for sql in directory_table(table)
    ],
    *definer_function(
        "directory_register(organisation uuid, name text, root text)",
        "void",
        "INSERT INTO directory_organisation VALUES (organisation, name, root)",
    ),
    *definer_function(
        "directory_organisations()",
        "TABLE (organisation_id uuid, slug text, root_path text)",
        "SELECT organisation_id, slug, root_path FROM directory_organisation ORDER BY organisation_id",
    ),
    *definer_function(
        "directory_named(wanted text)",
        "TABLE (organisation_id uuid, slug text, root_path text)",
        "SELECT organisation_id, slug, root_path FROM directory_organisation WHERE slug = wanted",
    ),
    *definer_function(
        "directory_register_token(hash text, organisation uuid, token uuid)",
        "void",
        "INSERT INTO directory_token VALUES (hash, organisation, token)",
    ),
    *definer_function(
        "directory_token(hash text)",
        "TABLE (organisation_id uuid, token_id uuid, root_path text)",
        "SELECT t.organisation_id, t.token_id, o.root_path FROM directory_token t"
        " JOIN directory_organisation o USING (organisation_id) WHERE t.token_hash = hash",
    ),
    *definer_function(
        "directory_register_host(name text, organisation uuid, id uuid)",
        "boolean",
        "INSERT INTO directory_host VALUES (name, organisation, id) ON CONFLICT DO NOTHING RETURNING true",
    ),
    *definer_function(
        "directory_forget_host(name text, organisation uuid)",
        "void",
        "DELETE FROM directory_host h WHERE h.host = name AND h.organisation_id = organisation",
    ),
    *definer_function(
        "directory_host(name text)",
        "TABLE (organisation_id uuid, slug text, root_path text)",
        "SELECT o.organisation_id, o.slug, o.root_path FROM directory_host h"
        " JOIN directory_organisation o USING (organisation_id) WHERE h.host = name",
    ),
    *definer_function(
        "directory_register_client(client uuid, organisation uuid)",
        "void",
        "INSERT INTO directory_client VALUES (client, organisation)",
    ),
    *definer_function(
        "directory_client(client uuid)",
        "TABLE (organisation_id uuid, slug text, root_path text)",
        "SELECT c.organisation_id, o.slug, o.root_path FROM directory_client c"
        " JOIN directory_organisation o USING (organisation_id) WHERE c.client_id = client",
    ),
    # Marks are taken by deleting them and handed out once; what is lost with a killed taker the sweep finds.
    *definer_function(
        "directory_take_due()",
        "TABLE (organisation_id uuid, root_path text)",
        "WITH taken AS (DELETE FROM directory_due d WHERE d.id IN"
        " (SELECT id FROM directory_due ORDER BY id LIMIT 10000 FOR UPDATE SKIP LOCKED) RETURNING d.organisation_id)"
        " SELECT DISTINCT o.organisation_id, o.root_path FROM taken JOIN directory_organisation o USING (organisation_id)",
    ),
]

KEYS = [
    "ALTER TABLE organisation ADD CONSTRAINT organisation_is_its_own CHECK (organisation_id = id)",
    "ALTER TABLE organisation ADD CONSTRAINT organisation_slug_once UNIQUE (slug)",
    "ALTER TABLE account ADD CONSTRAINT account_path_once UNIQUE (organisation_id, path)",
    "CREATE UNIQUE INDEX account_one_root ON account (organisation_id) WHERE parent_id IS NULL",
    "CREATE UNIQUE INDEX account_number_once ON account (organisation_id, accounting_number)"
    " WHERE accounting_number <> '' AND NOT mirrored",
    "CREATE INDEX account_by_parent ON account (organisation_id, parent_id, id)",
    "ALTER TABLE role ADD CONSTRAINT role_once UNIQUE (organisation_id, code)",
    "ALTER TABLE role ADD CONSTRAINT role_code CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$')",
    # No client is without its activity, usage and billing history, whoever writes the row (A23).
    "ALTER TABLE role ADD CONSTRAINT role_of_a_client_has_its_history CHECK (kind <> 'client'"
    """ OR permissions @> '["invoice:view", "subscription:view", "usage:view"]')""",
    "CREATE UNIQUE INDEX membership_once ON membership (organisation_id, person_id, account_id, role)"
    " WHERE ended_at IS NULL",
    # In hours, because a day is not the same in every zone.
    "ALTER TABLE delegation ADD CONSTRAINT delegation_ends CHECK"
    " (ends_at > starts_at AND ends_at <= starts_at + interval '9600 hours')",
    "ALTER TABLE delegation ADD CONSTRAINT delegation_to_another CHECK (account_id <> to_account_id)",
    "CREATE INDEX delegation_to ON delegation (organisation_id, to_account_id, id) WHERE ended_at IS NULL",
    "ALTER TABLE api_token ADD CONSTRAINT api_token_once UNIQUE (token_hash)",
    "ALTER TABLE host ADD CONSTRAINT host_once UNIQUE (organisation_id, name)",
    "ALTER TABLE brand ADD CONSTRAINT brand_once UNIQUE (organisation_id, account_id)",
    "CREATE INDEX session_by_person ON session (organisation_id, person_id, id)",
    "CREATE INDEX session_by_membership ON session (organisation_id, membership_id)",
    "CREATE INDEX session_by_provider ON session (organisation_id, provider_id, identity_id) WHERE ended_at IS NULL",
    "CREATE INDEX identity_provider_of_account ON identity_provider (organisation_id, account_id, id)",
    "CREATE UNIQUE INDEX identity_provider_once ON identity_provider (organisation_id, account_id, issuer)"
    " WHERE retired_at IS NULL",
    # The provider says who somebody is; whether that is somebody whom we know, the constraint does.
    "ALTER TABLE identity ADD CONSTRAINT identity_once UNIQUE (organisation_id, account_id, issuer, subject)",
    "ALTER TABLE membership ALTER COLUMN lost_at_sign_in SET DEFAULT false",
    "ALTER TABLE invitation ADD CONSTRAINT invitation_once UNIQUE (organisation_id, secret_hash)",
    "CREATE INDEX invitation_by_membership ON invitation (organisation_id, membership_id, ends_at)",
    # No owner is made by a group.
    "ALTER TABLE membership ADD CONSTRAINT membership_of_an_owner_is_given_by_hand"
    " CHECK (role <> 'owner' OR identity_id IS NULL)",
    # A client proves itself in one way: by a secret, or by keys.
    "ALTER TABLE client ADD CONSTRAINT client_proves_itself_in_one_way CHECK ((secret_hash IS NULL) <> (keys = '[]'))",
    # Of an organisation's keys one signs and one is next; a private part that signs no more is gone.
    "CREATE UNIQUE INDEX signing_key_one_active ON signing_key (organisation_id)"
    " WHERE signs_from IS NOT NULL AND signs_until IS NULL",
    "CREATE UNIQUE INDEX signing_key_one_next ON signing_key (organisation_id) WHERE signs_from IS NULL",
    "ALTER TABLE signing_key ADD CONSTRAINT signing_key_once UNIQUE (organisation_id, key_id)",
    "ALTER TABLE signing_key ADD CONSTRAINT signing_key_is_gone_when_retired"
    " CHECK ((signs_until IS NULL) = (private_sealed IS NOT NULL) AND signs_until > signs_from)",
    "ALTER TABLE vendor ADD CONSTRAINT vendor_once UNIQUE (organisation_id, code)",
    "ALTER TABLE product ADD CONSTRAINT product_once UNIQUE (organisation_id, owner_id, code)",
    "ALTER TABLE offering ADD CONSTRAINT offering_once UNIQUE (organisation_id, owner_id, code)",
    "CREATE UNIQUE INDEX offering_of_supply_once ON offering (organisation_id, supply_link_id, supply_offering_id)"
    " WHERE supply_offering_id IS NOT NULL",
    "ALTER TABLE bundle ADD CONSTRAINT bundle_once UNIQUE (organisation_id, owner_id, code)",
    "ALTER TABLE bundle_component ADD CONSTRAINT bundle_component_once UNIQUE (organisation_id, bundle_id, offering_id)",
    "ALTER TABLE bundle_component ADD CONSTRAINT bundle_component_quantity CHECK (quantity > 0 AND quantity <> 'NaN')",
    "ALTER TABLE meter ADD CONSTRAINT meter_once UNIQUE (organisation_id, code)",
    "ALTER TABLE meter ADD CONSTRAINT meter_divisor_positive CHECK (divisor > 0)",
    "ALTER TABLE price_list ADD CONSTRAINT price_list_once UNIQUE (organisation_id, owner_id, code)",
    "ALTER TABLE price_version ADD CONSTRAINT price_version_number_once"
    " UNIQUE (organisation_id, price_list_id, number)",
    "ALTER TABLE price_version ADD CONSTRAINT price_version_start_once"
    " UNIQUE (organisation_id, price_list_id, valid_from)",
    "ALTER TABLE price ADD CONSTRAINT price_once UNIQUE (organisation_id, version_id, offering_id, charge)",
    "ALTER TABLE series ADD CONSTRAINT series_once UNIQUE (organisation_id, issuer_id, prefix)",
    "CREATE UNIQUE INDEX edge_buyer_once ON edge (organisation_id, buyer_account_id)"
    " WHERE kind = 'selling' AND valid_to IS NULL",
    "CREATE UNIQUE INDEX edge_supply_once ON edge (organisation_id, link_id) WHERE kind = 'supply'",
    "CREATE UNIQUE INDEX edge_vendor_once ON edge (organisation_id, vendor_id) WHERE kind = 'supply'",
    "ALTER TABLE edge ADD CONSTRAINT edge_kind_fits CHECK (kind = 'selling' AND seller_account_id IS NOT NULL"
    " AND issuer_id IS NOT NULL AND num_nonnulls(link_id, vendor_id) = 0 OR kind = 'supply'"
    " AND seller_account_id IS NULL AND num_nonnulls(link_id, vendor_id) = 1)",
    "ALTER TABLE edge ADD CONSTRAINT edge_billing_day CHECK (billing_day BETWEEN 1 AND 31)",
    "ALTER TABLE subscription ADD CONSTRAINT subscription_quantity CHECK (quantity >= 0 AND quantity <> 'NaN')",
    "ALTER TABLE product ALTER COLUMN characteristics SET DEFAULT '[]'",
    "ALTER TABLE offering ALTER COLUMN characteristics SET DEFAULT '[]'",
    "ALTER TABLE offering ALTER COLUMN category SET DEFAULT ''",
    "ALTER TABLE offering ALTER COLUMN in_storefront SET DEFAULT true",
    "ALTER TABLE offering ALTER COLUMN private_to SET DEFAULT '[]'",
    "ALTER TABLE offering ALTER COLUMN kind SET DEFAULT 'plan'",
    "ALTER TABLE offering ALTER COLUMN term_months SET DEFAULT 1",
    "ALTER TABLE offering ALTER COLUMN trial_days SET DEFAULT 0",
    "ALTER TABLE offering ADD CONSTRAINT offering_kind_known CHECK (kind IN ('plan', 'add_on', 'asset'))",
    "ALTER TABLE subscription ALTER COLUMN term_months SET DEFAULT 1",
    "ALTER TABLE subscription ADD CONSTRAINT subscription_term CHECK (term_months > 0)",
    "CREATE INDEX subscription_by_parent ON subscription (organisation_id, parent_id) WHERE parent_id IS NOT NULL",
    "CREATE UNIQUE INDEX subscription_succeeds_once ON subscription (organisation_id, predecessor_id)"
    " WHERE predecessor_id IS NOT NULL",
    "ALTER TABLE subscription_order ADD CONSTRAINT order_once UNIQUE (organisation_id, subscription_id, version)",
    "CREATE INDEX subscription_by_account ON subscription (organisation_id, account_id, id)",
    *[
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_cycle CHECK (cycle ~ '^(anniversary/)?P[1-9][0-9]{{0,4}}[DWMY]$')"
        for table in ("offering", "subscription", "segment")
    ],
    "CREATE INDEX offering_by_cycle ON offering (organisation_id) WHERE cycle <> 'P1M'",
    "CREATE INDEX price_in_advance ON price (organisation_id, offering_id) WHERE kind = 'recurring_in_advance'",
    "ALTER TABLE segment ADD CONSTRAINT segment_quantity CHECK (quantity >= 0 AND quantity <> 'NaN')",
    "ALTER TABLE segment ADD CONSTRAINT segment_not_empty CHECK (effective_to IS NULL OR effective_to > effective_from)",
    "ALTER TABLE segment ADD CONSTRAINT segment_current_once EXCLUDE USING gist (organisation_id WITH =,"
    " subscription_id WITH =, tstzrange(effective_from, effective_to) WITH &&) WHERE (recorded_to IS NULL)",
    "CREATE INDEX segment_history ON segment (organisation_id, subscription_id, effective_from)",
    "CREATE INDEX segment_current ON segment (organisation_id, subscription_id, effective_from)"
    " WHERE recorded_to IS NULL",
    "ALTER TABLE billable_line ADD CONSTRAINT line_once UNIQUE"
    " (organisation_id, edge_id, subscription_id, charge, service_start, kind, billing_start)",
    "CREATE UNIQUE INDEX line_original_once ON billable_line"
    " (organisation_id, edge_id, subscription_id, charge, service_start) WHERE kind = 'original'",
    "ALTER TABLE billable_line ADD CONSTRAINT line_periods_apart EXCLUDE USING gist (organisation_id WITH =,"
    " edge_id WITH =, subscription_id WITH =, charge WITH =, tstzrange(service_start, service_end) WITH &&)"
    " WHERE (kind = 'original' AND charge_kind <> 'recurring_in_advance')",
    "CREATE INDEX line_by_invoice ON billable_line (organisation_id, invoice_id)",
    "CREATE INDEX line_by_subscription ON billable_line (organisation_id, subscription_id, billing_start)",
    "ALTER TABLE invoice ADD CONSTRAINT invoice_number_once UNIQUE (organisation_id, issuer_id, number)",
    "ALTER TABLE invoice_file ADD CONSTRAINT invoice_file_once UNIQUE (organisation_id, invoice_id, media_type)",
    "ALTER TABLE job ADD CONSTRAINT job_once UNIQUE (organisation_id, kind, key)",
    "CREATE INDEX job_due ON job (organisation_id, due_at) WHERE state IN ('due', 'running')",
    "CREATE INDEX event_waiting ON event (organisation_id, recorded_at) WHERE relayed_at IS NULL",
    *[f"ALTER TABLE job ALTER COLUMN {column} SET DEFAULT 0" for column in ("attempts", "faults", "claims")],
    "ALTER TABLE job ALTER COLUMN wanted SET DEFAULT 1",
    "ALTER TABLE idempotency ALTER COLUMN id SET DEFAULT gen_random_uuid()",
    "ALTER TABLE idempotency ADD CONSTRAINT idempotency_once UNIQUE (organisation_id, actor_id, operation, key)",
    "CREATE INDEX audit_by_time ON audit (organisation_id, recorded_at)",
    "CREATE INDEX audit_unsealed ON audit (organisation_id, recorded_at, id) WHERE position IS NULL",
    "CREATE UNIQUE INDEX audit_position_once ON audit (organisation_id, position) WHERE position IS NOT NULL",
    "ALTER TABLE audit ADD CONSTRAINT audit_sealed_whole CHECK ((position IS NULL) = (link IS NULL) AND position > 0)",
    "ALTER TABLE audit_chain ADD CONSTRAINT audit_chain_once UNIQUE (organisation_id)",
    "CREATE INDEX feed_entry_waiting ON feed_entry (organisation_id, id) WHERE position IS NULL",
    "CREATE UNIQUE INDEX feed_position_once ON feed_entry (organisation_id, position) WHERE position IS NOT NULL",
    "ALTER TABLE feed_entry ADD CONSTRAINT feed_position_positive CHECK (position > 0)",
    "ALTER TABLE feed_head ADD CONSTRAINT feed_head_once UNIQUE (organisation_id)",
    "ALTER TABLE feed_head ADD CONSTRAINT feed_head_in_order CHECK (forgotten BETWEEN 0 AND position)",
    "CREATE UNIQUE INDEX contact_one_primary ON contact (organisation_id, account_id)"
    " WHERE is_primary AND removed_at IS NULL",
    *[
        f"CREATE INDEX {table}_by_account ON {table} (organisation_id, account_id, id)"
        for table in ("contact", "account_case", "task", "calendar_event", "email", "document")
    ],
    "CREATE INDEX case_comment_by_case ON case_comment (organisation_id, case_id, id)",
    "CREATE INDEX task_to_do ON task (organisation_id, assignee_id, id) WHERE done_at IS NULL",
    "ALTER TABLE calendar_event ADD CONSTRAINT calendar_event_not_empty CHECK (ends_at > starts_at)",
    "ALTER TABLE document_content ADD CONSTRAINT document_content_once UNIQUE (organisation_id, document_id)",
    "ALTER TABLE case_relation ADD CONSTRAINT case_relation_of_one CHECK"
    " (num_nonnulls(contact_id, task_id, calendar_event_id, email_id, document_id, account_case_id) = 1)",
    *[
        f"CREATE UNIQUE INDEX case_relation_{column}_once ON case_relation (organisation_id, case_id, {column})"
        f" WHERE {column} IS NOT NULL"
        for column in ("contact_id", "task_id", "calendar_event_id", "email_id", "document_id")
    ],
    # Two cases are related or not: which of them was named first says nothing.
    "CREATE UNIQUE INDEX case_relation_cases_once ON case_relation (organisation_id,"
    " least(case_id, account_case_id), greatest(case_id, account_case_id)) WHERE account_case_id IS NOT NULL",
    "CREATE INDEX case_relation_by_case ON case_relation (organisation_id, case_id)",
    "CREATE INDEX case_relation_by_other_case ON case_relation (organisation_id, account_case_id)"
    " WHERE account_case_id IS NOT NULL",
    "ALTER TABLE case_relation ADD CONSTRAINT case_relation_of_others CHECK (account_case_id <> case_id)",
    "ALTER TABLE account ALTER COLUMN legal_address SET DEFAULT ''",
    "ALTER TABLE edge ADD CONSTRAINT edge_valid_in_order CHECK (valid_to >= valid_from)",
    "ALTER TABLE edge ADD CONSTRAINT edge_selling_apart EXCLUDE USING gist (organisation_id WITH =,"
    " buyer_account_id WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (kind = 'selling')",
    "CREATE INDEX edge_turn ON edge (organisation_id, valid_to) WHERE valid_to IS NOT NULL",
    'ALTER TABLE account_placement ALTER COLUMN place TYPE text COLLATE "C"',
    "ALTER TABLE account_placement ADD CONSTRAINT placement_in_order"
    " CHECK (effective_to > effective_from AND place LIKE '%.')",
    "ALTER TABLE account_placement ADD CONSTRAINT placement_current_once EXCLUDE USING gist (organisation_id WITH =,"
    " account_id WITH =, tstzrange(effective_from, effective_to) WITH &&) WHERE (recorded_to IS NULL)",
    "CREATE INDEX placement_by_account ON account_placement (organisation_id, account_id, effective_from)",
    "CREATE INDEX placement_by_place ON account_placement (organisation_id, place) WHERE recorded_to IS NULL",
    "CREATE INDEX placement_departed ON account_placement (organisation_id, effective_to)"
    " WHERE recorded_to IS NULL AND effective_to IS NOT NULL",
    "CREATE UNIQUE INDEX series_running_once ON series (organisation_id, issuer_id) WHERE ended_at IS NULL",
    "ALTER TABLE issuer ALTER COLUMN country SET DEFAULT ''",
    "ALTER TABLE issuer ALTER COLUMN sends SET DEFAULT false",
    "ALTER TABLE issuer_logo ADD CONSTRAINT issuer_logo_once UNIQUE (organisation_id, issuer_id)",
    "CREATE INDEX past_terms_by_edge ON past_terms (organisation_id, edge_id, recorded_at)",
    "ALTER TABLE delivery ADD CONSTRAINT delivery_once UNIQUE (organisation_id, invoice_id)",
    "ALTER TABLE product ALTER COLUMN kind SET DEFAULT 'xaas'",
    "ALTER TABLE product ADD CONSTRAINT product_kind_known CHECK (kind IN ('vm', 'vdc', 'xaas'))",
    "CREATE INDEX usage_correction_by_hour ON usage_correction (organisation_id, subscription_id, hour)",
]

REFERENCES = [
    tenant_reference(table, column, target)
    for table, column, target in (
        ("account", "parent_id", "account"),
        ("membership", "person_id", "person"),
        ("membership", "account_id", "account"),
        ("delegation", "account_id", "account"),
        ("delegation", "to_account_id", "account"),
        ("api_token", "membership_id", "membership"),
        ("session", "membership_id", "membership"),
        ("host", "account_id", "account"),
        ("identity_provider", "account_id", "account"),
        ("identity", "account_id", "account"),
        ("invitation", "membership_id", "membership"),
        ("identity", "person_id", "person"),
        ("membership", "identity_id", "identity"),
        ("session", "provider_id", "identity_provider"),
        ("session", "identity_id", "identity"),
        ("brand", "account_id", "account"),
        ("session", "person_id", "person"),
        ("client", "membership_id", "membership"),
        ("product", "owner_id", "account"),
        ("offering", "owner_id", "account"),
        ("offering", "product_id", "product"),
        ("bundle", "owner_id", "account"),
        ("bundle_component", "bundle_id", "bundle"),
        ("bundle_component", "offering_id", "offering"),
        ("product", "vendor_id", "vendor"),
        ("offering", "vendor_id", "vendor"),
        ("price_list", "vendor_id", "vendor"),
        ("edge", "vendor_id", "vendor"),
        ("price_list", "owner_id", "account"),
        ("price_version", "price_list_id", "price_list"),
        ("price", "version_id", "price_version"),
        ("price", "offering_id", "offering"),
        ("issuer", "owner_id", "account"),
        ("series", "issuer_id", "issuer"),
        ("edge", "seller_account_id", "account"),
        ("edge", "buyer_account_id", "account"),
        ("edge", "price_list_id", "price_list"),
        ("edge", "bill_to_account_id", "account"),
        ("edge", "issuer_id", "issuer"),
        ("subscription", "account_id", "account"),
        ("subscription", "offering_id", "offering"),
        ("subscription", "parent_id", "subscription"),
        ("subscription", "predecessor_id", "subscription"),
        ("subscription_order", "subscription_id", "subscription"),
        ("segment", "subscription_id", "subscription"),
        ("segment", "offering_id", "offering"),
        ("billable_line", "edge_id", "edge"),
        ("billable_line", "subscription_id", "subscription"),
        ("invoice", "issuer_id", "issuer"),
        ("invoice", "bill_to_account_id", "account"),
        ("invoice_file", "invoice_id", "invoice"),
        *[
            (table, "account_id", "account")
            for table in ("contact", "account_case", "task", "calendar_event", "email", "document")
        ],
        ("account_case", "assignee_id", "membership"),
        ("task", "assignee_id", "membership"),
        ("case_comment", "case_id", "account_case"),
        ("document_content", "document_id", "document"),
        ("case_relation", "case_id", "account_case"),
        *[
            ("case_relation", f"{table}_id", table)
            for table in ("contact", "task", "calendar_event", "email", "document", "account_case")
        ],
        ("account_placement", "account_id", "account"),
        ("account_placement", "parent_id", "account"),
        ("issuer_logo", "issuer_id", "issuer"),
        ("past_terms", "edge_id", "edge"),
        ("past_terms", "price_list_id", "price_list"),
        ("past_terms", "bill_to_account_id", "account"),
        ("past_terms", "issuer_id", "issuer"),
        ("delivery", "invoice_id", "invoice"),
        ("usage_correction", "subscription_id", "subscription"),
        ("manual_reading", "subscription_id", "subscription"),
    )
]

USAGE = [
    # The identity of an event is its source and its id, whatever its time; partitions could not hold that key.
    'CREATE TABLE usage_key (organisation_id uuid NOT NULL, path text COLLATE "C" NOT NULL, source text NOT NULL,'
    " event_id text NOT NULL, fingerprint bigint NOT NULL, hour timestamptz NOT NULL,"
    " PRIMARY KEY (organisation_id, source, event_id))",
    'CREATE TABLE usage_event (organisation_id uuid NOT NULL, path text COLLATE "C" NOT NULL, source text NOT NULL,'
    " event_id text NOT NULL, subscription_id uuid NOT NULL, meter text NOT NULL, resource text NOT NULL,"
    " hour timestamptz NOT NULL, quantity numeric(38, 9) NOT NULL CHECK (quantity >= 0 AND quantity <> 'NaN'),"
    " recorded_at timestamptz NOT NULL)"
    " PARTITION BY RANGE (hour)",
    "CREATE TABLE usage_event_rest PARTITION OF usage_event DEFAULT",
    "CREATE INDEX usage_event_by_hour ON usage_event USING brin (hour)",
    'CREATE TABLE usage_hour (organisation_id uuid NOT NULL, path text COLLATE "C" NOT NULL,'
    " subscription_id uuid NOT NULL, meter text NOT NULL, resource text NOT NULL, hour timestamptz NOT NULL,"
    " quantity numeric(38, 9) NOT NULL CHECK (quantity >= 0 AND quantity <> 'NaN'), samples bigint NOT NULL,"
    " revision bigint NOT NULL DEFAULT 1,"
    " sent_revision bigint NOT NULL DEFAULT 0, mirrored boolean NOT NULL DEFAULT false,"
    " PRIMARY KEY (organisation_id, subscription_id, meter, resource, hour))",
    "CREATE INDEX usage_hour_unsent ON usage_hour (organisation_id, subscription_id)"
    " WHERE mirrored AND revision > sent_revision",
    # From when to when a meter of a subscription has spoken, by source; what came over a link has the source ''.
    'CREATE TABLE usage_span (organisation_id uuid NOT NULL, path text COLLATE "C" NOT NULL,'
    " subscription_id uuid NOT NULL, meter text NOT NULL, source text NOT NULL, first_hour timestamptz NOT NULL,"
    " last_at timestamptz NOT NULL, PRIMARY KEY (organisation_id, subscription_id, meter, source))",
    *[
        sql
        for table in ("usage_key", "usage_event", "usage_hour", "usage_span")
        for sql in account_table(table, with_id=False)
    ],
    "ALTER TABLE usage_event_rest ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE usage_event_rest FORCE ROW LEVEL SECURITY",
    *[tenant_reference(table, "subscription_id", "subscription") for table in ("usage_hour", "usage_span")],
]

DUE_MARKS = [
    f"CREATE TRIGGER {table}_marks_due AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION mark_due()"
    for table in ("event", "job")
]

LOCKS = [
    *locked_when("account", "mirrored"),
    *locked_when("subscription", "mirrored", except_for=("provisioned_at", "removed_at")),
    *locked_when("segment", "mirrored"),
    *locked_when("price_list", "received"),
    *locked_when("price_version", "received"),
    *locked_when("edge", "received"),
    # A path is the account's place now, copied: moving the account rewrites the copies and nothing else.
    "CREATE TRIGGER audit_is_append_only BEFORE INSERT OR UPDATE OR DELETE ON audit"
    " FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_audit()",
    "CREATE TRIGGER audit_chain_goes_forward BEFORE UPDATE OR DELETE ON audit_chain"
    " FOR EACH ROW EXECUTE FUNCTION refuse_rewinding()",
    *append_only("delegation", except_for=("ended_at", "path")),
    "CREATE TRIGGER feed_entry_is_numbered_once BEFORE INSERT OR UPDATE OR DELETE ON feed_entry"
    " FOR EACH ROW EXECUTE FUNCTION refuse_renumbering()",
    "CREATE TRIGGER feed_head_goes_forward BEFORE UPDATE OR DELETE ON feed_head"
    " FOR EACH ROW EXECUTE FUNCTION refuse_going_back()",
    *append_only("bundle", except_for=("path",)),
    *append_only("bundle_component", except_for=("path",)),
    *append_only("price_version", except_for=("path",)),
    *append_only("price", except_for=("path",)),
    "CREATE TRIGGER price_is_published_whole BEFORE INSERT ON price FOR EACH ROW EXECUTE FUNCTION refuse_late_price()",
    *append_only("subscription_order", except_for=("path",)),
    *append_only("segment", except_for=("recorded_to", "path")),
    *append_only("account_placement", except_for=("recorded_to", "path")),
    "CREATE TRIGGER billable_line_is_final BEFORE UPDATE OR DELETE ON billable_line"
    " FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_final_line()",
    *append_only("invoice", except_for=("path", "seller_path")),
    *append_only("invoice_file", except_for=("path", "seller_path")),
    *[
        sql
        for table in ("case_comment", "email", "document", "document_content", "case_relation")
        for sql in append_only(table, except_for=("path",))
    ],
    *append_only("past_terms", except_for=("path",)),
    *append_only("usage_correction", except_for=("path",)),
    *append_only("manual_reading", except_for=("path",)),
]


class Migration(migrations.Migration):
    dependencies = [("bss", "0001_tables")]

    operations = [
        ops.RunSQL(
            [
                "CREATE EXTENSION IF NOT EXISTS btree_gist",
                *TRIGGER_FUNCTIONS,
                *DIRECTORY,
                *[sql for table in ORGANISATION_TABLES for sql in organisation_table(table)],
                *[sql for table in ACCOUNT_TABLES for sql in account_table(table)],
                *account_table("invoice", also="seller_path"),
                *account_table("invoice_file", also="seller_path"),
                *account_table("delivery", also="seller_path"),
                *account_table("feed_entry", also="seller_path"),
                *KEYS,
                *REFERENCES,
                *USAGE,
                *DUE_MARKS,
                *LOCKS,
            ]
        )
    ]
