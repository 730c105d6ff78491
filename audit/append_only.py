"""Tables whose rows are inserted and never changed: the database itself refuses."""

import re

from django.db.migrations import RunSQL

_NAME = re.compile(r"[a-z_][a-z0-9_]*")

GUARD = """
CREATE FUNCTION append_only_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    column_name text;
    was jsonb;
    becomes jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
        was := to_jsonb(OLD);
        becomes := to_jsonb(NEW);
        FOREACH column_name IN ARRAY TG_ARGV LOOP
            IF was ->> column_name IS NULL OR was ->> column_name = '' THEN
                was := was - column_name;
                becomes := becomes - column_name;
            END IF;
        END LOOP;
        IF was = becomes THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION '% on table % is refused: its rows are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def protect(table: str, allow_columns: tuple[str, ...] = (), allow_delete: bool = False) -> RunSQL:
    """A migration operation that makes a table append-only. Depend on migration ``audit.0002_append_only``.

    UPDATE, DELETE and TRUNCATE fail with IntegrityError, also for the owner and with
    ``session_replication_role = replica`` (ENABLE ALWAYS).

    Args:
        table: name of the database table.
        allow_columns: columns that may be filled in once, as long as they are NULL or empty.
        allow_delete: only UPDATE is refused (for values that a person may have erased).
    """
    for name in (table, *allow_columns):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a plain SQL name")
    columns = ", ".join(f"'{name}'" for name in allow_columns)
    # AFTER and not BEFORE: a BEFORE trigger does not see generated columns
    rows = [("update", "UPDATE", "ROW", columns)]
    if not allow_delete:
        rows += [("delete", "DELETE", "ROW", ""), ("truncate", "TRUNCATE", "STATEMENT", "")]
    create = "".join(
        f"CREATE TRIGGER {table}_no_{name} AFTER {event} ON {table}"
        f" FOR EACH {level} EXECUTE FUNCTION append_only_guard({arguments});"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_{name};"
        for name, event, level, arguments in rows
    )
    drop = "".join(f"DROP TRIGGER {table}_no_{name} ON {table};" for name, *_ in rows)
    return RunSQL(create, drop)
