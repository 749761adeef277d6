"""The words by which accounts and subscriptions are found, kept by triggers of the rows that they stand in.

One row for each word and object, because row-level security forbids an index on what PostgreSQL does not hold to be
leakproof: `@@`, LIKE and trigrams would read every row of the organisation, and a range of words does not.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from bss.transaction.guard import account_table

# Letters and digits of any script, in lower case and without accents; a long one by its beginning.
WORDS = """
CREATE FUNCTION search_words(given text) RETURNS SETOF text LANGUAGE sql STABLE AS $body$
  SELECT DISTINCT left(word, 64) FROM regexp_split_to_table(
    public.unaccent('public.unaccent', lower(given COLLATE "pg_c_utf8")) COLLATE "pg_c_utf8", '[^[:alnum:]]+') AS word
  WHERE word <> ''
$body$
"""

TABLE = [
    'CREATE TABLE search_word (organisation_id uuid NOT NULL, path text COLLATE "C" NOT NULL, kind text NOT NULL,'
    ' object_id uuid NOT NULL, word text COLLATE "C" NOT NULL, weight smallint NOT NULL,'
    " PRIMARY KEY (organisation_id, object_id, word))",
    *account_table("search_word", with_id=False),
    "CREATE INDEX search_word_by_word ON search_word (organisation_id, word, path) INCLUDE (kind, object_id, weight)",
]


def learn(table: str, rows: str, texts: str) -> str:
    return (
        "INSERT INTO search_word (organisation_id, path, kind, object_id, word, weight)"
        f" SELECT changed.organisation_id, changed.path, '{table}', changed.id, word, max(said.weight) FROM {rows}"
        f" AS changed CROSS JOIN LATERAL ({texts}) AS said (text, weight) CROSS JOIN LATERAL"
        " search_words(said.text) AS word GROUP BY 1, 2, 3, 4, 5;"
    )


def forget(rows: str) -> str:
    return (
        f"DELETE FROM search_word AS known USING {rows} AS changed"
        " WHERE known.organisation_id = changed.organisation_id AND known.object_id = changed.id;"
    )


def trigger(table: str, event: str, rows: str, body: str) -> list[str]:
    name = f"{table}_words_after_{event.lower()}"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {body} RETURN NULL; END $body$",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


def words_of(table: str, columns: tuple[str, ...], texts: str) -> list[str]:
    """Triggers that keep the words of a table; `texts` are (text, weight) pairs, made of `columns`."""
    before, after = (", ".join(f"{side}.{column}" for column in (*columns, "path")) for side in ("before", "after"))
    changed = (
        "(SELECT after.* FROM after LEFT JOIN before ON before.organisation_id = after.organisation_id"
        f" AND before.id = after.id WHERE ({after}) IS DISTINCT FROM ({before}))"
    )
    both = f"IF EXISTS {changed} THEN {forget(changed)} {learn(table, changed, texts)} END IF;"
    return [
        *trigger(table, "INSERT", "NEW TABLE AS after", learn(table, "after", texts)),
        *trigger(table, "UPDATE", "OLD TABLE AS before NEW TABLE AS after", both),
        *trigger(table, "DELETE", "OLD TABLE AS before", forget("before")),
    ]


class Migration(migrations.Migration):
    dependencies = [("bss", "0002_guards")]

    operations = [
        ops.RunSQL(
            [
                "CREATE EXTENSION IF NOT EXISTS unaccent",
                WORDS,
                *TABLE,
                *words_of(
                    "account",
                    ("name", "accounting_number", "email"),
                    "VALUES (changed.name, 4), (changed.accounting_number, 4), (changed.email, 2)",
                ),
                *words_of(
                    "subscription",
                    ("name", "order_reference", "characteristics"),
                    "VALUES (changed.name, 4), (changed.order_reference, 4) UNION ALL SELECT value #>> '{}', 1"
                    " FROM jsonb_path_query(changed.characteristics, 'strict $.** ? (@.type() == \"string\")') AS value",
                ),
            ]
        )
    ]
