from django.db import migrations

# What has been in force is never changed: a version may only be ended once, its tables not touched at all.
GUARD = """
CREATE FUNCTION policies_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'state' - 'effective_to' = to_jsonb(OLD) - 'state' - 'effective_to'
        AND NEW.state IN ('active', 'retired')
        AND NOT (OLD.state = 'retired' AND NEW.state = 'active')
        AND (OLD.effective_to IS NULL OR NEW.effective_to IS NOT DISTINCT FROM OLD.effective_to)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of policy version % is refused: it has been in force', TG_OP, OLD.number
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION policies_require_draft(version bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    -- the lock keeps another session from activating the version before this change is committed
    SELECT number, state INTO found FROM policies_policyversion WHERE id = version FOR SHARE;
    IF found.state IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'the tables of policy version % are refused: it has been in force', found.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION policies_table_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM policies_require_draft(OLD.version_id);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM policies_require_draft(NEW.version_id);
    RETURN NEW;
END $$;

CREATE FUNCTION policies_row_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM policies_require_draft((SELECT version_id FROM policies_decisiontable WHERE id = OLD.table_id));
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM policies_require_draft((SELECT version_id FROM policies_decisiontable WHERE id = NEW.table_id));
    RETURN NEW;
END $$;

CREATE FUNCTION policies_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of table % is refused', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TABLES = {
    "policies_policyversion": ("policies_version_guard", "UPDATE OR DELETE"),
    "policies_decisiontable": ("policies_table_guard", "INSERT OR UPDATE OR DELETE"),
    "policies_tablerow": ("policies_row_guard", "INSERT OR UPDATE OR DELETE"),
}
TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_guard BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_guard;"
    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION policies_no_truncate();"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;"
    for table, (function, events) in TABLES.items()
)
DROP = (
    "".join(f"DROP TRIGGER {table}_guard ON {table}; DROP TRIGGER {table}_no_truncate ON {table};" for table in TABLES)
    + "DROP FUNCTION policies_version_guard(); DROP FUNCTION policies_table_guard();"
    "DROP FUNCTION policies_row_guard(); DROP FUNCTION policies_no_truncate(); DROP FUNCTION policies_require_draft(bigint);"
)


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, "SELECT 1"), migrations.RunSQL(TRIGGERS, DROP)]
