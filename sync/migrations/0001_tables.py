from tortoise import migrations
from tortoise.migrations import operations as ops
from bss.identifier import uuid7
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="InboxModel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("organisation_id", fields.UUIDField()),
                ("link_id", fields.UUIDField()),
                ("message_id", fields.UUIDField()),
                ("sequence", fields.BigIntField()),
                ("result", fields.TextField(unique=False)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "inbox",
                "app": "sync",
                "pk_attr": "id",
                "table_description": "A message that was received, with the result that a repetition gets again.",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="LinkModel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("organisation_id", fields.UUIDField()),
                ("link_key", fields.UUIDField()),
                ("side", fields.TextField(unique=False)),
                ("peer_name", fields.TextField(unique=False)),
                ("account_id", fields.UUIDField()),
                ("epoch", fields.BigIntField(default=1)),
                ("next_sequence", fields.BigIntField(default=1)),
                ("received_through", fields.BigIntField(default=0)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "link",
                "app": "sync",
                "pk_attr": "id",
                "table_description": "One side of the agreement and channel between a reseller's and a distributor's organisation.",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="OutboundModel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("organisation_id", fields.UUIDField()),
                ("link_id", fields.UUIDField()),
                ("subject", fields.TextField(unique=False)),
                ("pair_id", fields.UUIDField()),
                ("version", fields.BigIntField()),
                ("body", fields.BinaryField()),
                ("digest", fields.TextField(unique=False)),
                ("sequence", fields.BigIntField(null=True)),
                ("state", fields.TextField(unique=False)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbound",
                "app": "sync",
                "pk_attr": "id",
                "table_description": "A message to the peer: the full state of one half at a version. The sequence is assigned when it is sent.",
            },
            bases=["OrganisationRow"],
        ),
        ops.CreateModel(
            name="PairModel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("organisation_id", fields.UUIDField()),
                ("link_id", fields.UUIDField()),
                ("pair_id", fields.UUIDField()),
                ("subject", fields.TextField(unique=False)),
                ("local_id", fields.UUIDField()),
                ("version", fields.BigIntField(default=0)),
                ("acknowledged_version", fields.BigIntField(default=0)),
                ("refusal", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "pair",
                "app": "sync",
                "pk_attr": "id",
                "table_description": "The 1:1 bond of a local object with its counterpart; `pair_id` is minted by the reseller.",
            },
            bases=["OrganisationRow"],
        ),
    ]
