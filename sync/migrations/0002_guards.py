"""Guards of the sync tables, the directory of links, and one-to-one as a constraint."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from bss.transaction.guard import append_only, definer_function, directory_table, organisation_table, tenant_reference

ORGANISATION_TABLES = ("link", "pair", "outbound", "inbox")

KEYS = [
    "ALTER TABLE link ADD CONSTRAINT link_once UNIQUE (organisation_id, link_key)",
    "ALTER TABLE pair ADD CONSTRAINT pair_once UNIQUE (organisation_id, link_id, pair_id)",
    "ALTER TABLE pair ADD CONSTRAINT pair_local_once UNIQUE (organisation_id, link_id, local_id)",
    "CREATE INDEX pair_by_local ON pair (organisation_id, local_id)",
    "ALTER TABLE outbound ADD CONSTRAINT outbound_once UNIQUE (organisation_id, link_id, subject, pair_id, version)",
    "ALTER TABLE outbound ADD CONSTRAINT outbound_sequence_once UNIQUE (organisation_id, link_id, sequence)",
    "CREATE INDEX outbound_waiting ON outbound (organisation_id, link_id) WHERE state IN ('pending', 'sent')",
    "ALTER TABLE inbox ADD CONSTRAINT inbox_once UNIQUE (organisation_id, link_id, message_id)",
    "CREATE INDEX inbox_by_sequence ON inbox (organisation_id, link_id, sequence)",
    tenant_reference("pair", "link_id", "link"),
    tenant_reference("outbound", "link_id", "link"),
    tenant_reference("inbox", "link_id", "link"),
    tenant_reference("link", "account_id", "account"),
    *append_only("inbox"),
]

DIRECTORY = [
    "CREATE TABLE directory_link (link_key uuid NOT NULL, side text NOT NULL, organisation_id uuid NOT NULL,"
    " link_id uuid NOT NULL, PRIMARY KEY (link_key, side))",
    *directory_table("directory_link"),
    *definer_function(
        "directory_register_link(key uuid, link_side text, organisation uuid, link uuid)",
        "void",
        "INSERT INTO directory_link VALUES (key, link_side, organisation, link)",
    ),
    *definer_function(
        "directory_link(key uuid, link_side text)",
        "TABLE (organisation_id uuid, link_id uuid, root_path text)",
        "SELECT l.organisation_id, l.link_id, o.root_path FROM directory_link l"
        " JOIN directory_organisation o USING (organisation_id) WHERE l.link_key = key AND l.side = link_side",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_tables"), ("bss", "0002_guards")]

    operations = [
        ops.RunSQL([*[sql for table in ORGANISATION_TABLES for sql in organisation_table(table)], *KEYS, *DIRECTORY])
    ]
